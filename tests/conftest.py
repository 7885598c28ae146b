# SPDX-License-Identifier: MIT
"""What all tests from outside share: servers that are stopped again, folders
that are removed again, and a watchdog."""

import faulthandler
import shutil
import signal
import sys

import pytest

from program import Server, stop_all

WATCHDOG = 240  # a hang, and not a machine that has much to do
PATIENT = 3600  # where there is much to do


def late(_number, _frame):
    faulthandler.dump_traceback(file=sys.__stderr__)
    pytest.fail("it took too long")


@pytest.fixture(autouse=True)
def watchdog(request):
    patient = any(map(request.node.get_closest_marker, ("long", "patient")))
    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(PATIENT if patient else WATCHDOG)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def tmp_path(tmp_path):
    """Removed at once: most of what was written never reaches a disk."""
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)


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
