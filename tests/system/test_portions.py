# SPDX-License-Identifier: MIT
"""How much of a large body leaves in one call: who is alone gets more."""

import re

from program import wait_for
from wire import Client

SIZE = 64 << 20
ALONE, SHARED = 4 << 20, 1 << 20


def asked_of(out):
    """The counts that sendfile() was called with."""
    return [int(n) for n in re.findall(
        r"sendfile\(.*, (\d+)(?:\)| <unfinished)", out.read_text())]


def test_who_is_alone_and_who_is_not(serve, root, strace):
    with open(root / "large", "wb") as file:
        file.truncate(SIZE)
    server = serve(root, "-t1", "--log", "off")
    out = strace(server, "-e", "trace=sendfile")
    with Client(server.address) as slow, Client(server.address) as other:
        slow.ask("/large").head()
        wait_for(lambda: "EAGAIN" in out.read_text(), "a full socket")
        assert max(asked_of(out)) == ALONE
        n = len(asked_of(out))
        other.ask("/large").head()
        wait_for(lambda: len(asked_of(out)) > n, "the other's")
        assert max(asked_of(out)[n:]) == SHARED


def test_an_idle_connection_is_no_company(serve, root, strace):
    (root / "small").write_text("x")
    with open(root / "large", "wb") as file:
        file.truncate(SIZE)
    server = serve(root, "-t1", "--log", "off")
    with Client(server.address) as idle, Client(server.address) as client:
        idle.ask("/small").answer()
        out = strace(server, "-e", "trace=sendfile")
        client.ask("/large").head()
        wait_for(lambda: asked_of(out), "the first call")
        assert max(asked_of(out)) == ALONE
