# SPDX-License-Identifier: MIT
"""Proxies that are stopped again, and targets for them."""

import pytest

from peers import Listener, Proxy
from program import stop_all


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
