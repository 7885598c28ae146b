# SPDX-License-Identifier: MIT
"""Signals: answers finish, idle connections close, and the program ends."""

import contextlib
import select
import signal
import socket

import pytest

from contents import data_of
from program import wait_for
from wire import Client, get, request

LARGE = 64 << 20
STOPS = [signal.SIGTERM, signal.SIGINT]


@pytest.fixture
def large(root):
    with open(root / "large", "wb") as file:
        for _ in range(LARGE >> 20):
            file.write(data_of(1 << 20))
    (root / "small").write_bytes(b"hello\n")
    return root


def begun(server, target="/large"):
    """A client in the middle of an answer, of which it reads no more."""
    client = Client(server.address, receive=8192)
    assert client.ask(target).head().length == LARGE
    return client


def refuses(server):
    with contextlib.closing(socket.socket()) as sock:
        return sock.connect_ex(server.address) != 0


@pytest.mark.parametrize("number", STOPS)
def test_idle_it_ends(serve, root, number):
    serve(root).stop(number)


@pytest.mark.parametrize("number", STOPS)
@pytest.mark.parametrize("threads", [1, 3])
def test_a_download_finishes(serve, large, number, threads):
    server = serve(large, f"-t{threads}")
    with begun(server) as client:
        server.tell(number)
        wait_for(lambda: refuses(server), "a refused connection")
        assert server.lives()
        at = 0
        twice = data_of(1 << 20) * 2
        for piece in client.pieces(LARGE):
            start = at % (1 << 20)
            assert piece == twice[start:start + len(piece)]
            at += len(piece)
        client.ends()
    server.wait()
    line, = server.log()
    assert (line.bytes, line.ended) == (LARGE, "")


def is_open(client):
    return not select.select([client.sock], [], [], 0)[0]


def idle_ones_go_first(server):
    """Whoever had an answer leaves; who just came may still ask."""
    idle = [Client(server.address) for _ in range(20)]
    for client in idle:
        assert client.ask("/small").answer().body == b"hello\n"
    with begun(server) as busy, Client(server.address) as new:
        server.tell()
        for client in idle:
            client.ends()
            client.sock.close()
        first = is_open(new)
        assert server.lives()
        for _ in busy.pieces(LARGE):
            pass
    server.wait()
    return first


def test_idle_connections_close_at_once(serve, large):
    """More than once: the tests may be stopped for a while, too."""
    assert any(idle_ones_go_first(serve(large, "-t2")) for _ in range(4))


def test_a_request_that_is_there_is_answered(serve, large):
    """Whoever is connected, or waits to be, gets an answer and the end."""
    server = serve(large, "-t1")
    with begun(server):
        server.run.send_signal(signal.SIGSTOP)
        clients = [Client(server.address) for _ in range(10)]
        for client in clients:
            client.ask("/small")
        server.tell()
        server.run.send_signal(signal.SIGCONT)
        for client in clients:
            # It need not know yet, as it says this, that it is stopping.
            assert client.answer().body == b"hello\n"
            client.ends()
            client.sock.close()
    server.wait()


def test_half_a_head_may_be_finished(serve, large):
    server = serve(large, "-t1")
    half = request("/small")
    with begun(server) as busy, Client(server.address) as client:
        client.send(half[:10])
        get(server.address, "/small")
        server.tell()
        wait_for(lambda: refuses(server), "a refused connection")
        answer = client.send(half[10:]).answer()
        assert answer.body == b"hello\n"
        assert answer.closes
        client.ends()
        for _ in busy.pieces(LARGE):
            pass
    server.wait()


def test_pipelined_requests_end_with_the_one_that_runs(serve, large):
    server = serve(large, "-t1")
    with Client(server.address, receive=8192) as client:
        client.send(request("/large") + request("/small") * 3)
        assert client.head().length == LARGE
        server.tell()
        wait_for(lambda: refuses(server), "a refused connection")
        for _ in client.pieces(LARGE):
            pass
        client.until_end()
    server.wait()


@pytest.mark.parametrize("grace", ["0", "0.3"])
def test_grace_is_not_endless(serve, large, grace):
    server = serve(large, "--grace", grace)
    with begun(server) as client:
        server.stop()
        with contextlib.suppress(ConnectionError):
            assert len(client.until_end()) < LARGE
    line, = server.log()
    assert line.ended == "aborted"
    assert line.bytes < LARGE


@pytest.mark.parametrize("first", STOPS)
@pytest.mark.parametrize("second", STOPS)
def test_a_second_signal_ends_it(serve, large, first, second):
    server = serve(large)
    with begun(server):
        server.tell(first)
        wait_for(lambda: refuses(server), "a refused connection")
        assert server.lives()
        server.stop(second, status=1)
    line, = server.log()
    assert line.ended == "aborted"


def test_who_never_asks_does_not_stop_it(serve, root):
    server = serve(root)
    clients = [Client(server.address) for _ in range(5)]
    server.stop()
    for client in clients:
        with contextlib.suppress(ConnectionError):
            client.ends()
        client.sock.close()


def test_half_a_head_does_not_stop_it(serve, root):
    server = serve(root, "--grace", "0.3")
    with Client(server.address) as client:
        client.send(b"GET /")
        get(server.address, "/")
        server.stop()


def test_other_signals_are_not_for_it(serve, root):
    server = serve(root)
    server.tell(signal.SIGPIPE)
    assert get(server.address, "/").status == 200
    server.tell(signal.SIGWINCH)
    assert get(server.address, "/").status == 200


def test_who_leaves_hurts_nobody(serve, large):
    """A write to a connection that was reset raises SIGPIPE; not here."""
    server = serve(large, "-t1")
    for _ in range(100):
        client = Client(server.address).ask("/large")
        client.take(100)
        client.reset()
    for _ in range(20):
        client = Client(server.address).send(request("/small") * 50)
        client.reset()
    assert get(server.address, "/small").body == b"hello\n"
    assert server.lives()


def test_all_is_given_back(serve, large):
    """No descriptor stays open when the clients are gone."""
    server = serve(large, "-t2")
    get(server.address, "/small")
    before = wait_for(server.open_files, "descriptors")
    for n in range(50):
        with Client(server.address) as client:
            client.send(request(["/large", "/small", "/", "/none"][n % 4]))
            client.take(100)
            if n % 3 == 0:
                client.reset()
    wait_for(lambda: server.open_files() <= before, "descriptors closed")


def test_an_answer_on_its_way_outlives_the_connection(serve, root):
    """The kernel still has most of it when the server is told to stop, and
    the client, who was not told to, asks for more: a close then would be a
    reset, and that would take the rest of the answer along."""
    size = 96 << 10  # as much as lies ready for a client
    (root / "file").write_bytes(data_of(size))
    server = serve(root, "-t1")
    with Client(server.address, receive=8192) as client:
        assert client.ask("/file").head().length == size
        server.log()  # for the server it is done
        server.tell()
        wait_for(lambda: refuses(server), "an end of listening")
        client.ask("/file")
        body = b"".join(client.pieces(size))
        assert body == data_of(size)
        client.ends()
    server.wait()
