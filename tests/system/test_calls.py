# SPDX-License-Identifier: MIT
"""What one request costs in system calls, as strace sees it."""

import collections
import re
import shutil
import subprocess

import pytest

from program import wait_for
from wire import Client

N = 20
# fstat() has two names, by the age of the C library.
ONE = ["close", "epoll_wait", "fstat", "openat2", "pread64", "recvfrom",
       "sendto"]


@pytest.fixture
def traced(serve, root, tmp_path):
    """calls(target, field, ...): of each of N requests, one after the other."""
    strace = shutil.which("strace")
    if not strace:
        pytest.skip("no strace here")

    def calls(target, *fields):
        out = tmp_path / "calls"
        server = serve(root, "-t1", "--log", "off")
        with Client(server.address) as client:
            client.ask(target, *fields).answer()
            run = subprocess.Popen(
                [strace, "-f", "-o", str(out), "-p", str(server.pid)],
                stderr=subprocess.PIPE, text=True)
            try:
                if "attached" not in (run.stderr.readline() or ""):
                    pytest.skip("processes may not be traced here")
                wait_for(lambda: "epoll_wait" in out.read_text(), "its wait")
                for _ in range(N):
                    client.ask(target, *fields).answer()
                wait_for(lambda: out.read_text().count("sendto(") == N and
                         "epoll_wait" in out.read_text().rpartition(
                             "sendto(")[2], "all of them")
            finally:
                run.terminate()
                run.wait()
                run.stderr.close()
        # The wait that strace came into is not of these requests.
        found = re.findall(r"^\d+ +(\w+)\(", out.read_text(), re.MULTILINE)
        counts = collections.Counter(
            name.replace("newfstatat", "fstat") for name in found)
        counts["epoll_wait"] -= 1
        del counts["restart_syscall"]
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
