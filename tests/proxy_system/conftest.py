# SPDX-License-Identifier: MIT
"""Proxies that are stopped again, targets for them, and a watchdog."""

import faulthandler
import os
import signal
import sys

import pytest

# What runs a program under test stands with the tests of the server.
sys.path.append(os.path.join(os.path.dirname(__file__), "..", "system"))

from peers import Listener, Proxy  # noqa: E402

WATCHDOG = 90


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


@pytest.fixture
def proxy(tmp_path):
    """Starts proxies: proxy(target, ..., args=[option, ...])."""
    proxies = []

    def start(*targets, **more):
        errors = tmp_path / f"errors-{len(proxies)}"
        proxies.append(Proxy(errors, *targets, **more))
        return proxies[-1]

    yield start
    try:
        for one in proxies:
            if not one.stopped:
                one.stop()
    finally:
        for one in proxies:
            one.kill()


@pytest.fixture
def listener():
    one = Listener()
    yield one
    one.close()
