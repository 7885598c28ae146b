# SPDX-License-Identifier: MIT
"""Hundreds of connections: all threads serve them, and each costs little."""

import os
import pathlib
import resource

import pytest

from contents import data_of
from program import POUR, wait_for
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
    """How often each thread that serves has slept; the first one does not."""
    found = {}
    for task in set(os.listdir(f"/proc/{pid}/task")) - {str(pid)}:
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


def memory(pid):
    """What the process has for itself, in bytes."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return next(int(line.split()[1]) << 10 for line in file
                    if line.startswith("Pss_Anon:"))


SANITIZED = b"__asan_init" in pathlib.Path(POUR).read_bytes()


@pytest.mark.skipif(SANITIZED, reason="sanitizers keep memory of their own")
def test_idle_connections_are_cheap(serve, files):
    """What an answer needs is not kept for who only waits."""
    room_for(2500)
    server = serve(files, "-t1", "--log", "off")
    clients = [Client(server.address) for _ in range(100)]
    for client in clients:
        assert client.ask("/small").answer().body == HELLO
    before = memory(server.pid)
    more = [Client(server.address) for _ in range(2000)]
    for client in more:
        assert client.ask("/small").answer().body == HELLO
    assert (memory(server.pid) - before) / 2000 <= 512
    for client in clients + more:
        assert client.ask("/small").answer().body == HELLO
        client.sock.close()


@pytest.mark.skipif(SANITIZED, reason="sanitizers keep memory of their own")
def test_what_a_crowd_needed_goes_back(serve, files):
    """Though others came meanwhile, who stay."""
    room_for(1500)
    with open(files / "huge", "wb") as file:
        file.truncate(64 << 20)
    server = serve(files, "-t1", "--log", "off")
    get(server.address, "/small")
    before = memory(server.pid)
    crowd = [Client(server.address, receive=4096) for _ in range(800)]
    for client in crowd:
        client.ask("/huge").head()
    stay = [Client(server.address) for _ in range(100)]
    for client in stay:
        assert client.ask("/small").answer().body == HELLO
    assert memory(server.pid) > before + (4 << 20)
    for client in crowd:
        client.reset()
    wait_for(lambda: server.open_files() < 200, "they left")
    get(server.address, "/small")
    assert memory(server.pid) < before + (4 << 20)
    for client in stay:
        client.sock.close()
