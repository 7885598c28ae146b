# SPDX-License-Identifier: MIT
"""Peers that are slow, or stop: cut for that, and never for a long answer."""

import contextlib
import time

import pytest

from contents import data_of
from program import wait_for
from wire import Client, request

MEGABYTE = 1 << 20


@pytest.fixture
def files(root):
    (root / "small").write_bytes(b"hello\n")
    (root / "large").write_bytes(data_of(2 * MEGABYTE))
    with open(root / "huge", "wb") as file:
        file.truncate(64 * MEGABYTE)
    return root


def trickle(client, seconds, size, pause):
    """Takes so many bytes at a time; how long it lasted until the end."""
    began = time.monotonic()
    with contextlib.suppress(ConnectionError):
        while time.monotonic() - began < seconds and client.sock.recv(size):
            time.sleep(pause)
    return time.monotonic() - began


def test_who_takes_nothing(serve, files):
    server = serve(files, "--body-timeout", "0.8")
    with Client(server.address, receive=4096) as client:
        client.ask("/huge").head()
        began = time.monotonic()
        line, = server.log(1)
        assert line.ended == "aborted" and time.monotonic() - began > 0.4


def test_who_takes_a_little(serve, files):
    """Little is enough, as long as it goes on; an answer has no end of time.
    """
    server = serve(files, "--body-timeout", "0.8", "--min-rate", "0")
    with Client(server.address, receive=4096) as client:
        client.ask("/huge").head()
        assert trickle(client, 4, 4096, 0.05) >= 4
        assert server.said() == []


def test_who_takes_too_little(serve, files):
    server = serve(files, "--body-timeout", "0.8", "--min-rate", "1M")
    with Client(server.address, receive=4096) as client:
        client.ask("/huge").head()
        trickle(client, 3, 1024, 0.1)
        line, = server.log(1)
        assert line.ended == "aborted"


def test_the_default_cuts_who_reads_bytes(serve, files):
    server = serve(files, "--body-timeout", "0.8")
    with Client(server.address, receive=2048) as client:
        client.ask("/huge").head()
        began = time.monotonic()
        while server.said() == [] and time.monotonic() - began < 20:
            with contextlib.suppress(ConnectionError):
                client.sock.recv(1)
            time.sleep(0.05)
        line, = server.log(1)
        assert line.ended == "aborted"


def test_a_slow_reader_of_much_memory(serve, files):
    """Its own buffer takes a piece only now and then; it goes on all the same.
    """
    server = serve(files, "--body-timeout", "1", "--min-rate", "1k")
    with Client(server.address) as client:
        client.ask("/large", "Connection: close").head()
        got = bytearray(client.rest)
        began = time.monotonic()
        while piece := client.sock.recv(16384):
            got += piece
            if time.monotonic() - began < 3:
                time.sleep(0.05)
    assert bytes(got) == data_of(2 * MEGABYTE)


def test_who_gives_nothing(serve, files):
    server = serve(files, "--body-timeout", "0.4")
    with Client(server.address) as client:
        client.send(request("/small", "Content-Length: 100") + b"abc")
        assert client.answer().status == 408
        client.ends()


def test_who_gives_a_little(serve, files):
    server = serve(files, "--body-timeout", "0.4", "--min-rate", "0")
    with Client(server.address) as client:
        client.send(request("/small", "Content-Length: 20"))
        for _ in range(20):
            client.send(b"x")
            time.sleep(0.06)
        assert client.answer().body == b"hello\n"


def test_who_gives_too_little(serve, files):
    server = serve(files, "--body-timeout", "0.4", "--min-rate", "1k")
    with Client(server.address) as client:
        client.send(request("/small", "Content-Length: 60000"))
        with contextlib.suppress(ConnectionError):
            for _ in range(100):
                client.send(b"x")
                time.sleep(0.03)
        assert client.answer().status == 408


def test_idle_time(serve, files):
    server = serve(files, "--idle-timeout", "0.3")
    with Client(server.address) as client:
        assert client.ask("/small").answer().body == b"hello\n"
        client.ends()


def test_slow_readers_hold_little_of_the_kernel(serve, files):
    """Bytes that lie ready for them are memory that others want as well."""
    def pages():
        with open("/proc/net/sockstat", encoding="ascii") as file:
            return next(int(line.split()[-1]) for line in file
                        if line.startswith("TCP:"))
    server = serve(files, "-t2", "--log", "off")
    before = pages()
    clients = [Client(server.address, receive=4096) for _ in range(100)]
    for client in clients:
        client.ask("/huge").head()
    time.sleep(0.5)
    held = max(pages() - before, 0) * 4096 / 100
    assert held < MEGABYTE, f"{held:.0f} bytes each"
    for client in clients:
        client.reset()
    wait_for(lambda: server.open_files() < 20, "they left")
