# SPDX-License-Identifier: MIT
"""What a short conversation costs in system calls."""

from calls import counted, traced
from program import wait_for

N = 10
# Whatever comes when: what nobody has asked for yet is read a second time, and
# an end that comes after its bytes takes a turn of its own.
EACH = {"socket": 1, "connect": 1, "poll": 1, "setsockopt": 1, "sendto": 2,
        "epoll_ctl": 3, "shutdown": 1, "close": 2}
AT_MOST = {"accept4": 2, "getsockopt": 1, "read": 6, "epoll_wait": 5}
MEMORY = {"brk", "mmap", "mprotect", "munmap"}


def visit(it, listener):
    client = it.dial().send(b"question")
    server = listener.take().reads(b"question").send(b"answer").close()
    client.reads(b"answer").ended().close()
    return server


def test_the_calls_of_a_visit(proxy, listener, tmp_path):
    it = proxy(listener, args=["--log", "off"])
    out = tmp_path / "calls"
    visit(it, listener)
    with traced(it.pid, out):
        for _ in range(N):
            visit(it, listener)
        wait_for(lambda: counted(out)["close"] == 2 * N, "the last close")
    counts = counted(out)
    for name, count in EACH.items():
        assert counts.pop(name) == count * N, (name, counts)
    for name, count in AT_MOST.items():
        assert counts.pop(name) <= count * N, (name, counts)
    assert set(+counts) <= MEMORY, "calls that nobody has counted on"
