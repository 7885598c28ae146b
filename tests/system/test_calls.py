# SPDX-License-Identifier: MIT
"""What one request costs in system calls, as strace sees it."""

import pytest

from calls import counted, traced as tracing
from program import wait_for
from wire import Client

N = 20
# fstat() has two names, by the age of the C library.
ONE = ["close", "epoll_wait", "fstat", "openat2", "pread64", "recvfrom",
       "sendto"]


@pytest.fixture
def traced(serve, root, tmp_path):
    """calls(target, field, ...): of each of N requests, one after the other."""
    def calls(target, *fields):
        out = tmp_path / "calls"
        server = serve(root, "-t1", "--log", "off")
        with Client(server.address) as client:
            client.ask(target, *fields).answer()
            with tracing(server.pid, out):
                for _ in range(N):
                    client.ask(target, *fields).answer()
                wait_for(lambda: out.read_text().count("sendto(") == N and
                         "epoll_wait" in out.read_text().rpartition(
                             "sendto(")[2], "all of them")
        counts = counted(out)
        assert all(count % N == 0 for count in counts.values()), counts
        return {name: count // N for name, count in counts.items()}

    return calls


def test_a_small_file(traced, root):
    (root / "a.bin").write_bytes(b"x" * 1024)
    assert traced("/a.bin") == dict.fromkeys(ONE, 1)


def test_a_page_for_a_browser_without_siblings(traced, root):
    (root / "a.css").write_bytes(b"x" * 1024)
    assert traced("/a.css") == dict.fromkeys(ONE, 1)


def test_each_sibling_that_is_looked_for_is_one_call(traced, root):
    (root / "a.css").write_bytes(b"x" * 1024)
    assert traced("/a.css", "Accept-Encoding: gzip, br") == {
        **dict.fromkeys(ONE, 1), "openat2": 3}


def test_none_is_looked_for_beside_a_picture(traced, root):
    (root / "a.png").write_bytes(b"x" * 1024)
    assert traced("/a.png", "Accept-Encoding: gzip, br, zstd") == \
        dict.fromkeys(ONE, 1)


def test_a_name_that_says_nothing_costs_a_look(traced, root):
    (root / "file").write_bytes(b"x" * 1024)
    assert traced("/file") == {**dict.fromkeys(ONE, 1), "pread64": 2}
