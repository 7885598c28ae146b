# SPDX-License-Identifier: MIT
"""Whose time is running, and that nobody waits for those who take theirs."""

import contextlib
import time

import pytest

from contents import data_of
from wire import Client, get, request

HELLO = b"hello\n"


@pytest.fixture
def files(root):
    (root / "small").write_bytes(HELLO)
    with open(root / "large", "wb") as file:
        for _ in range(64):
            file.write(data_of(1 << 20))
    return root


@pytest.mark.parametrize("start", [
    b"G", b"GET /small HTTP/1.1\r\n", request("/small")[:-1],
    b"GET /small HTTP/1.1\r\nA: " + b"b" * 5000])
def test_half_a_head(serve, files, start):
    server = serve(files, "--header-timeout", "0.3")
    with Client(server.address) as client:
        answer = client.send(start).answer()
        assert answer.status == 408
        assert answer.closes
        client.ends()
    line, = server.log()
    assert (line.status, line.moved) == (408, {"copy": line.bytes})


def test_drop_by_drop(serve, files):
    """Each byte comes in time, the head does not."""
    server = serve(files, "--header-timeout", "0.3")
    with Client(server.address) as client:
        with contextlib.suppress(ConnectionError):
            for byte in request("/small", "A: " + "b" * 40):
                client.send(bytes([byte]))
                time.sleep(0.01)
        assert client.answer().status == 408


def test_half_a_head_behind_a_whole_one(serve, files):
    server = serve(files, "--header-timeout", "0.3")
    with Client(server.address) as client:
        client.send(request("/small") + b"GET /sm")
        assert client.answer().body == HELLO
        assert client.answer().status == 408
        client.ends()


def test_a_slow_answer_is_not_late(serve, files):
    server = serve(files, "--header-timeout", "0.1")
    with Client(server.address, receive=8192) as client:
        length = client.ask("/large").head().length
        for n, _ in enumerate(client.pieces(length)):
            if n < 10:
                time.sleep(0.04)
        assert client.ask("/small").answer().body == HELLO


def test_the_second_head_has_its_own_time(serve, files):
    server = serve(files, "--header-timeout", "0.5")
    with Client(server.address) as client:
        for _ in range(4):
            client.send(request("/small")[:10])
            time.sleep(0.2)
            client.send(request("/small")[10:])
            assert client.answer().body == HELLO
        client.send(b"G")
        assert client.answer().status == 408
        client.ends()


def test_idle_is_not_late(serve, files):
    """The time of a later head begins with its first byte."""
    server = serve(files, "--header-timeout", "0.1")
    with Client(server.address) as client:
        for _ in range(3):
            assert client.ask("/small").answer().body == HELLO
            time.sleep(0.4)


def test_who_never_says_anything(serve, files):
    """The first head is due from the moment that somebody came in."""
    server = serve(files, "--header-timeout", "0.3")
    with Client(server.address) as client:
        client.ends()
    with Client(server.address) as client:
        time.sleep(0.2)
        client.send(b"G")
        time.sleep(0.2)
        assert client.answer().status == 408
        client.ends()
    assert [line.status for line in server.log()] == [408]


def test_nobody_waits_for_half_a_head(serve, files):
    server = serve(files, "-t1")
    slow = [Client(server.address).send(b"GET /") for _ in range(50)]
    for _ in range(20):
        assert get(server.address, "/small").body == HELLO
    before = server.cpu_seconds()
    time.sleep(0.5)
    assert server.cpu_seconds() - before < 0.3, "it spins"
    for client in slow:
        client.sock.close()


def test_nobody_waits_for_who_asks_much(serve, files):
    """A client that keeps a thread busy shares it."""
    server = serve(files, "-t1", "--log", "off")
    with Client(server.address) as greedy:
        greedy.sock.settimeout(0)
        for _ in range(20):
            with contextlib.suppress(BlockingIOError):
                greedy.sock.send(request("/large") * 50)
        for _ in range(20):
            assert get(server.address, "/small").body == HELLO


def test_who_lingers_does_not_spin(serve, files):
    """A peer that half-closed, and one that was refused, are waited for."""
    server = serve(files, "-t1")
    with Client(server.address) as refused:
        refused.send(b"BAD\r\n\r\n")
        assert refused.answer().status == 400
        with Client(server.address, receive=4096) as client:
            client.ask("/large").half_close()
            client.head()
            before = server.cpu_seconds()
            time.sleep(0.5)
            assert server.cpu_seconds() - before < 0.3, "it spins"
