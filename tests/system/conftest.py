# SPDX-License-Identifier: MIT
"""Folders to serve, servers that are stopped again, and a watchdog."""

import faulthandler
import os
import shutil
import signal
import sys
import time

import pytest

from contents import BIG, data_of, marks
from program import POUR, ROOT, Server

WATCHDOG = 90
NOBODY = 65534


def late(_number, _frame):
    faulthandler.dump_traceback(file=sys.__stderr__)
    pytest.fail(f"it took longer than {WATCHDOG} seconds")


@pytest.fixture(autouse=True)
def watchdog():
    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(WATCHDOG)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def stop_all(servers):
    """A server that a test has left ends as it should, like any other."""
    try:
        for server in servers:
            if not server.stopped:
                server.stop()
    finally:
        for server in servers:
            server.kill()


@pytest.fixture
def serve(tmp_path_factory):
    """Starts servers: serve(root, option, ...)."""
    folder = tmp_path_factory.mktemp("errors")
    servers = []

    def start(root, *args, **more):
        servers.append(Server(root, folder / f"{len(servers)}", *args, **more))
        return servers[-1]

    yield start
    stop_all(servers)


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "root"
    folder.mkdir()
    yield folder
    # pytest keeps what the last runs had, which here is gigabytes.
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A server for a whole file of tests, of files that nobody changes."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "small").write_bytes(b"hello\n")
    (folder / "empty").write_bytes(b"")
    (folder / "thousand").write_bytes(data_of(1000))
    (folder / "large").write_bytes(data_of((1 << 20) + 1))
    (folder / "sub").mkdir()
    (folder / "sub" / "a").write_bytes(b"a of sub\n")
    (folder / "with").mkdir()
    (folder / "with" / "index.html").write_bytes(b"<p>index\n")
    for path in folder.rglob("*"):
        os.utime(path, (1700000000, 1700000000))
    time.sleep(0.05)  # the tag of a file is weak while it is this young
    server = Server(folder, tmp_path_factory.mktemp("errors") / "site", "-t2")
    server.root = folder
    yield server
    stop_all([server])


@pytest.fixture(scope="session")
def big(tmp_path_factory):
    """A folder with a file of 5 GiB, sparse but for some marks."""
    folder = tmp_path_factory.mktemp("big")
    path = folder / "big"
    with open(path, "wb") as file:
        file.truncate(BIG)
        for at, mark in marks(BIG):
            file.seek(at)
            file.write(mark)
    if path.stat().st_blocks * 512 > BIG // 2:
        pytest.skip("files cannot have holes here")
    yield path
    path.unlink()


def as_nobody():
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


@pytest.fixture
def ordinary(root):
    """Options for a server whose user the permissions apply to."""
    if not ROOT:
        return {}
    # Folders of pytest's own are closed to others: let them through.
    for parent in [root, *root.parents]:
        if not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o011)
    if os.stat(POUR).st_mode & 0o005 != 0o005 or not reachable(POUR):
        pytest.skip("others may not run this program")
    return {"preexec_fn": as_nobody}


def reachable(path):
    """Whether others get through all folders on the way."""
    while (path := os.path.dirname(path)) != "/":
        if not os.stat(path).st_mode & 0o001:
            return False
    return True
