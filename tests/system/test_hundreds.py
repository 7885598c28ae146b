# SPDX-License-Identifier: MIT
"""Hundreds of connections: all threads serve them, and each costs little."""

import os
import resource

import pytest

from contents import data_of
from program import wait_for
from wire import Client, get

HELLO = b"hello\n"


@pytest.fixture
def files(root):
    (root / "small").write_bytes(HELLO)
    (root / "large").write_bytes(data_of((1 << 20) + 1))
    return root


def room_for(n):
    """A client's end of each connection is ours."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < n:
        pytest.skip(f"only {hard} descriptors may be open here")
    if soft < n:
        resource.setrlimit(resource.RLIMIT_NOFILE, (n, hard))


def test_three_hundred(serve, files):
    room_for(700)
    server = serve(files, "-t2")
    clients = [Client(server.address) for _ in range(300)]
    for _ in range(3):
        for client in clients:
            client.ask("/small")
        for client in clients:
            assert client.answer().body == HELLO
    for client in clients:
        client.ask("/large")
    for client in clients:
        assert client.answer().body == data_of((1 << 20) + 1)
        client.sock.close()
    assert len(server.log(1200)) == 1200


def switches(pid):
    """How often each thread has slept."""
    found = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status", encoding="ascii") as file:
            found[task] = next(int(line.split()[1]) for line in file
                               if line.startswith("voluntary_ctxt"))
    return found


@pytest.mark.parametrize("kind", ["port", "unix"])
def test_all_threads_work(serve, files, kind, monkeypatch):
    room_for(700)
    monkeypatch.chdir(files.parent)
    listen = ("unix:sock",) if kind == "unix" else ("0",)
    server = serve(files, "-t3", listen=listen)
    where = "sock" if kind == "unix" else server.address
    wait_for(lambda: len(switches(server.pid)) == 3, "three threads")
    before = switches(server.pid)
    for _ in range(3):
        clients = [Client(where) for _ in range(200)]
        for client in clients:
            client.ask("/small")
        for client in clients:
            assert client.answer().body == HELLO
            client.sock.close()
    after = switches(server.pid)
    if kind == "port":
        assert all(after[task] > before[task] for task in before)


def test_the_soft_limit_is_no_limit(serve, files):
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 1000:
        pytest.skip("the hard limit is low here")
    room_for(700)

    def low():
        resource.setrlimit(resource.RLIMIT_NOFILE, (40, 1000))

    server = serve(files, "-t1", preexec_fn=low)
    clients = [Client(server.address) for _ in range(200)]
    for client in clients:
        assert client.ask("/small").answer().body == HELLO
        client.sock.close()
    assert all("descriptors" not in line for line in server.said())


def resident(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_idle_connections_are_cheap(serve, files):
    """What an answer needs is not kept for who only waits."""
    room_for(1500)
    server = serve(files, "-t1", "--log", "off")
    get(server.address, "/small")
    clients = [Client(server.address) for _ in range(100)]
    for client in clients:
        assert client.ask("/small").answer().body == HELLO
    before = resident(server.pid)
    clients += [Client(server.address) for _ in range(800)]
    for client in clients:
        assert client.ask("/small").answer().body == HELLO
    assert (resident(server.pid) - before) / 800 < 4096
    for client in clients:
        client.sock.close()
