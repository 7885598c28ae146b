# SPDX-License-Identifier: MIT
"""What is started and stopped again: proxies, pour run, targets for them."""

import pytest

from peers import Listener, Proxy
from program import stop_all
from runner import Runner


@pytest.fixture
def proxy(tmp_path):
    """Starts proxies: proxy(target, ..., args=[option, ...])."""
    proxies = []

    def start(*targets, **more):
        errors = tmp_path / f"errors-{len(proxies)}"
        proxies.append(Proxy(errors, *targets, **more))
        return proxies[-1]

    yield start
    stop_all(proxies)


@pytest.fixture
def listener():
    one = Listener()
    yield one
    one.close()


@pytest.fixture
def two():
    listeners = [Listener(), Listener()]
    yield listeners
    for one in listeners:
        one.close()


@pytest.fixture
def three():
    listeners = [Listener() for _ in range(3)]
    yield listeners
    for one in listeners:
        one.close()


@pytest.fixture
def start(tmp_path):
    """Starts pour run with a text for its file."""
    runners = []

    def one(text, services=1):
        runners.append(Runner(tmp_path, text, services))
        return runners[-1]

    yield one
    for runner in runners:
        if not runner.stopped:
            runner.stop()
