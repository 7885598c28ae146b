# SPDX-License-Identifier: MIT
"""What a connection costs that brings its request with it, and what it gets."""

import collections
import os
import pathlib
import re
import signal
import socket
import struct

import pytest

from program import wait_for
from wire import Client

N = 10
# In struct tcp_info (linux/tcp.h).
UNACKED, SEGMENTS_IN = 24, 140


def stop(server):
    """Until it is told to go on; a signal takes its time."""
    os.kill(server.pid, signal.SIGSTOP)
    tasks = pathlib.Path(f"/proc/{server.pid}/task")
    wait_for(lambda: all(
        (task / "stat").read_text().rpartition(") ")[2][0] in "Tt"
        for task in tasks.iterdir()), "its stop")


def test_a_request_that_comes_along_is_never_waited_for(serve, root, strace):
    (root / "a.bin").write_bytes(b"x" * 1024)
    server = serve(root, "-t1", "--log", "off")
    out = strace(server)
    wait_for(lambda: "epoll_wait" in out.read_text(), "its wait")
    stop(server)
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
        stop(server)
        known.ask("/a.txt")
        with Client(server.address):  # somebody opens the door
            os.kill(server.pid, signal.SIGCONT)
            assert known.answer().body == b"old"
            (root / "b.txt").write_text("new")
            (root / "b.txt").replace(root / "a.txt")
            with Client(server.address) as late:
                assert late.ask("/a.txt").answer().body == b"new"


def tcp_info(client, offset):
    info = client.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    return struct.unpack_from("I", info, offset)[0]


@pytest.mark.parametrize("size", [0, 1024, 16384, 30000])
def test_the_last_bytes_and_the_end_are_one_segment(serve, root, size):
    (root / "a.bin").write_bytes(b"x" * size)
    server = serve(root, "-t1", "--log", "off")
    stop(server)
    with Client(server.address) as client:
        client.ask("/a.bin", "Connection: close")
        wait_for(lambda: tcp_info(client, UNACKED) == 0, "its kernel")
        before = tcp_info(client, SEGMENTS_IN)
        os.kill(server.pid, signal.SIGCONT)
        assert client.answer().body == b"x" * size
        assert client.take() == b""
        assert tcp_info(client, SEGMENTS_IN) == before + 1


def test_a_visit_costs_no_more_than_that(serve, root, strace):
    """Among others no accept4() in vain, and one epoll_wait()."""
    (root / "a.bin").write_bytes(b"x" * 1024)
    server = serve(root, "-t1", "--log", "off")
    out = strace(server)
    wait_for(lambda: "epoll_wait" in out.read_text(), "its wait")
    for i in range(N):
        stop(server)
        with Client(server.address) as client:
            client.ask("/a.bin", "Connection: close")
            os.kill(server.pid, signal.SIGCONT)
            assert client.answer().body == b"x" * 1024
        wait_for(lambda n=2 * i + 2: out.read_text().count("close(") >= n,
                 "the end")
    counts = collections.Counter(
        re.findall(r"^\d+ +(\w+)\(", out.read_text(), re.MULTILINE))
    assert {name: counts[name] for name in (
        "accept4", "getsockopt", "recvfrom", "sendto", "ioctl", "openat2",
        "setsockopt", "epoll_ctl", "shutdown")} == {
            **dict.fromkeys(("accept4", "getsockopt", "recvfrom", "sendto",
                             "ioctl", "openat2"), N),
            "setsockopt": 0, "epoll_ctl": 0, "shutdown": 0}
    assert counts["epoll_wait"] <= 2 * N + 1
