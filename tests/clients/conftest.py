# SPDX-License-Identifier: MIT
"""Programs that others wrote, against a server of ours."""

import pathlib
import shutil
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "system"))

from program import Server  # noqa: E402


@pytest.fixture
def serve(tmp_path_factory):
    """Starts servers: serve(root, option, ...)."""
    folder = tmp_path_factory.mktemp("errors")
    servers = []

    def start(root, *args, **more):
        servers.append(Server(root, folder / f"{len(servers)}", *args, **more))
        return servers[-1]

    yield start
    try:
        for server in servers:
            if not server.stopped:
                server.stop()
    finally:
        for server in servers:
            server.kill()


@pytest.fixture
def need():
    """The path of a program, or the test is skipped."""
    def find(name):
        path = shutil.which(name)
        if path is None:
            pytest.skip(f"no {name} here")
        return path
    return find
