# SPDX-License-Identifier: MIT
"""Few descriptors, little time; and the other kinds of listeners."""

import os
import re
import resource
import socket
import time

import pytest

from program import refused, wait_for
from wire import Client, get, request

MEGABYTE = 1 << 20


def few(n):
    """For a server that may open so many, and not raise it."""
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (n, n))


@pytest.fixture
def scarce(serve, root):
    (root / "small").write_bytes(b"hello\n")
    (root / "large").write_bytes(b"large..." * 100_000)

    def start(*args, **more):
        # The reserve grows with the threads, so there is one of these.
        return serve(root, "-t1", *args, preexec_fn=few(64), **more)
    return start


def crowd(where, n=100):
    """Connections, of which some cannot be accepted yet."""
    return [Client(where) for _ in range(n)]


@pytest.mark.parametrize("kind", ["port", "unix"])
def test_no_spinning_without_descriptors(scarce, tmp_path, kind):
    path = tmp_path / "s"
    server = scarce(listen=("127.0.0.1:0",) if kind == "port"
                    else (f"unix:{path}",))
    clients = crowd(path if kind == "unix" else server.address)
    time.sleep(0.3)
    before, lines = server.cpu_seconds(), len(server.said())
    time.sleep(1)
    assert server.cpu_seconds() - before < 0.3
    assert len(server.said()) - lines <= 2
    assert server.lives()
    for client in clients:
        client.sock.close()


@pytest.mark.parametrize("target", ["/small", "/large"])
def test_it_recovers(scarce, target):
    """Who was accepted is served, who waits comes when others have left."""
    server = scarce()
    clients = crowd(server.address)
    assert wait_for(server.said, "a line that descriptors ran out") == [
        "pour: no descriptors left, accepting again in 100 ms"]
    for client in clients:
        with client:
            answer = client.ask(target).answer()
            assert answer.status == 200
    assert get(server.address, target).status == 200


def test_it_says_so_once_a_second(scarce):
    server = scarce()
    began = time.monotonic()
    clients = crowd(server.address)
    time.sleep(1.5)
    lines = [line for line in server.said() if line.startswith("pour: ")]
    assert 1 <= len(lines) <= 2 + (time.monotonic() - began)
    for client in clients:
        client.sock.close()


def test_it_stops_without_descriptors(scarce):
    server = scarce()
    clients = crowd(server.address)
    wait_for(server.said, "a line that descriptors ran out")
    server.stop()
    for client in clients:
        client.sock.close()


# Time.


@pytest.mark.parametrize("data", [
    b"GET /sm", b"GET /small HTTP/1.1\r\nHost: x\r\n",
    b"GET /small HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 5000])
def test_an_unfinished_head(scarce, data):
    server = scarce("--header-timeout", "0.3")
    with Client(server.address) as client:
        answer = client.send(data).answer()
        assert answer.status == 408
        assert answer.closes
        client.ends()
    assert server.log()[0].status == 408


def test_drop_by_drop(scarce):
    """The deadline is that of the whole head, not of a byte."""
    server = scarce("--header-timeout", "0.3")
    with Client(server.address) as client:
        client.sock.settimeout(0.02)
        client.send(b"GET /small HTTP/1.1\r\nA: ")
        for _ in range(500):
            try:
                client.rest = client.sock.recv(MEGABYTE)
                break
            except TimeoutError:
                client.send(b"b")
        client.sock.settimeout(20)
        assert client.answer().status == 408


def test_nothing_was_asked(scarce):
    """Without a byte there is nothing to answer."""
    server = scarce("--header-timeout", "0.3")
    with Client(server.address) as client:
        client.ends()
    server.stop()
    assert server.said() == []


def test_the_second_head_has_its_deadline_too(scarce):
    server = scarce("--header-timeout", "0.3")
    with Client(server.address) as client:
        client.send(request("/small") + b"GET /sm")
        assert client.answer().status == 200
        assert client.answer().status == 408
        client.ends()


def test_the_deadline_is_none_for_bodies(scarce):
    server = scarce("--header-timeout", "0.3")
    with Client(server.address, receive=4096) as client:
        answer = client.ask("/large").head()
        time.sleep(0.6)
        assert len(b"".join(client.pieces(answer.length))) == 800_000
        client.send(request("/small"))
        assert client.answer().status == 200


# Listeners.


def test_all_kinds_at_once(serve, root, tmp_path):
    (root / "small").write_bytes(b"hello\n")
    path = tmp_path / "s"
    server = serve(root, "-t3", listen=("127.0.0.1:0", "[::1]:0",
                                        f"unix:{path}"))
    assert [host for host, _ in server.addresses] == ["127.0.0.1", "::1"]
    for where in [*server.addresses, path] * 20:
        assert get(where, "/small").body == b"hello\n"
    hosts = {line.host for line in server.log(60)}
    assert {"127.0.0.1", "::1"} < hosts and len(hosts) == 3
    server.stop()
    assert not path.exists()


def test_every_address(serve, root):
    server = serve(root, listen=("*:0",))
    ports = {int(port) for port in re.findall(r":(\d+)/", server.first)}
    for port in ports:
        assert get(("127.0.0.1", port), "/").status == 200
    if socket.has_ipv6:
        assert any(answers(("::1", port)) for port in ports)


def answers(where):
    try:
        return get(where, "/").status == 200
    except ConnectionRefusedError:
        return False


def test_a_stale_socket_is_replaced(serve, root, tmp_path):
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    server = serve(root, listen=(f"unix:{path}",))
    assert get(path, "/").status == 200
    assert "in use" in refused("-l", f"unix:{path}", root)
    assert get(path, "/").status == 200
    server.stop()


def test_what_is_no_socket_stays(root, tmp_path):
    path = tmp_path / "s"
    path.write_bytes(b"mine")
    refused("-l", f"unix:{path}", root)
    assert path.read_bytes() == b"mine"
    assert os.listdir(root) == []
