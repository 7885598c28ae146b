# SPDX-License-Identifier: MIT
"""What a connection costs that brings its request with it, and what it gets."""

import collections
import os
import re
import shutil
import signal
import subprocess

import pytest

from program import wait_for
from wire import Client

N = 10


@pytest.fixture
def strace(tmp_path):
    """strace(server, option, ...): attached; its output is a file."""
    program = shutil.which("strace")
    if not program:
        pytest.skip("no strace here")
    runs = []

    def attach(server, *options):
        out = tmp_path / "calls"
        run = subprocess.Popen(
            [program, "-f", "-o", str(out), *options, "-p", str(server.pid)],
            stderr=subprocess.PIPE, text=True)
        runs.append(run)
        if "attached" not in (run.stderr.readline() or ""):
            pytest.skip("processes may not be traced here")
        return out

    yield attach
    for run in runs:
        run.terminate()
        run.wait()
        run.stderr.close()


def test_a_request_that_comes_along_is_never_waited_for(serve, root, strace):
    (root / "a.bin").write_bytes(b"x" * 1024)
    server = serve(root, "-t1", "--log", "off")
    out = strace(server)
    wait_for(lambda: "epoll_wait" in out.read_text(), "its wait")
    os.kill(server.pid, signal.SIGSTOP)
    clients = [Client(server.address).ask("/a.bin", "Connection: close")
               for _ in range(N)]
    os.kill(server.pid, signal.SIGCONT)
    for client in clients:
        with client:
            assert client.answer().body == b"x" * 1024
            assert client.take() == b""
    wait_for(lambda: out.read_text().count("close(") >= N, "all of them")
    counts = collections.Counter(
        re.findall(r"^\d+ +(\w+)\(", out.read_text(), re.MULTILINE))
    assert counts["recvfrom"] == counts["sendto"] == N
    assert counts["epoll_ctl"] == 0


def test_who_comes_late_in_a_turn_gets_what_is_there_then(serve, root, strace):
    """Its file was opened before, in the same turn, for somebody else."""
    (root / "a.txt").write_text("old")
    server = serve(root, "-t1", "--log", "off")
    with Client(server.address) as known:
        known.ask("/a.txt").answer()
        out = strace(server, "-e", "trace=accept4,epoll_wait", "-e",
                     "inject=accept4:delay_enter=300000")
        wait_for(lambda: "epoll_wait" in out.read_text(), "its wait")
        os.kill(server.pid, signal.SIGSTOP)
        known.ask("/a.txt")
        with Client(server.address):  # somebody opens the door
            os.kill(server.pid, signal.SIGCONT)
            assert known.answer().body == b"old"
            (root / "b.txt").write_text("new")
            (root / "b.txt").replace(root / "a.txt")
            with Client(server.address) as late:
                assert late.ask("/a.txt").answer().body == b"new"
