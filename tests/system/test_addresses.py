# SPDX-License-Identifier: MIT
"""Where it listens: ports, families, unix sockets; and why it does not."""

import contextlib
import os
import socket

import pytest

from program import refused, wait_for
from wire import Client, get, request

HELLO = b"hello\n"


@pytest.fixture(autouse=True)
def files(root, monkeypatch):
    """Served by a short path: that of a unix socket may not be long."""
    (root / "small").write_bytes(HELLO)
    monkeypatch.chdir(root.parent)


@pytest.fixture
def six():
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind(("::1", 0))
    except OSError:
        pytest.skip("there is no IPv6 here")


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def test_v6(serve, root, six):
    server = serve(root, listen=["[::1]:0"])
    assert server.address[0] == "::1"
    assert get(server.address, "/small").body == HELLO
    assert server.log()[0].host == "::1"


def test_a_star_is_both_families(serve, root, six):
    server = serve(root, listen=["*:0"])
    assert sorted(host for host, _ in server.addresses) == ["0.0.0.0", "::"]
    for host, port in server.addresses:
        local = "::1" if ":" in host else "127.0.0.1"
        assert get((local, port), "/small").body == HELLO
        with socket.socket(socket.AF_INET if ":" in host
                           else socket.AF_INET6) as other:
            other.settimeout(5)
            assert other.connect_ex(("127.0.0.1" if ":" in host else "::1",
                                     port)) != 0 or len({
                                         p for _, p in server.addresses}) == 1


def test_one_port_of_both_families(serve, root, six):
    port = free_port()
    server = serve(root, listen=[f"*:{port}"])
    assert {number for _, number in server.addresses} == {port}
    assert get(("127.0.0.1", port), "/small").body == HELLO
    assert get(("::1", port), "/small").body == HELLO
    hosts = {line.host for line in server.log(2)}
    assert hosts == {"127.0.0.1", "::1"}  # and no ::ffff:127.0.0.1


def test_many_addresses(serve, root):
    server = serve(root, listen=["0", "127.0.0.2:0", "unix:sock", "0"])
    assert [host for host, _ in server.addresses] == [
        "127.0.0.1", "127.0.0.2", "127.0.0.1"]
    for where in [*server.addresses, "sock"]:
        assert get(where, "/small").body == HELLO
    hosts = {line.host for line in server.log(4)}
    assert hosts == {"127.0.0.1", "unix:"}


def test_a_bare_port_is_of_this_machine_alone(serve, root):
    server = serve(root, listen=[str(free_port())])
    assert server.address[0] == "127.0.0.1"
    with socket.socket() as sock:
        sock.settimeout(5)
        assert sock.connect_ex(("127.0.0.2", server.port)) != 0


def test_twin_of_listen(serve, root):
    server = serve(root, listen=[],
                   env={"POUR_LISTEN": "0,127.0.0.2:0,unix:sock"})
    assert [host for host, _ in server.addresses] == ["127.0.0.1", "127.0.0.2"]
    for where in [*server.addresses, "sock"]:
        assert get(where, "/small").body == HELLO


def test_an_option_beats_its_twin(serve, root):
    server = serve(root, listen=["127.0.0.2:0"], env={"POUR_LISTEN": "0"})
    assert [host for host, _ in server.addresses] == ["127.0.0.2"]


def test_twins_of_the_others(serve, root):
    (root / ".hidden").write_bytes(b"hidden")
    server = serve(root, env={"POUR_HIDDEN": "yes", "POUR_LOG": "off",
                              "POUR_INDEX": "small", "POUR_THREADS": "3",
                              "POUR_HEADER_TIMEOUT": "0.2"})
    assert server.first.endswith(" with 3 threads")
    assert get(server.address, "/.hidden").body == b"hidden"
    assert get(server.address, "/").body == HELLO
    with Client(server.address) as client:
        assert client.send(b"G").answer().status == 408
    server.stop()
    assert server.said() == []


# ── Unix sockets ──


def test_unix(serve, root):
    serve(root, "-t2", listen=["unix:sock"])
    for _ in range(20):
        with Client("sock") as client:
            client.send(request("/small") * 3)
            for _ in range(3):
                assert client.answer().body == HELLO


def test_abstract(serve, root):
    name = f"@pour-{os.getpid()}"
    serve(root, listen=[f"unix:{name}"])
    assert get("\0" + name[1:], "/small").body == HELLO


def test_a_large_file_by_unix(serve, root):
    (root / "large").write_bytes(b"large" * 1_000_000)
    server = serve(root, listen=["unix:sock"])
    assert get("sock", "/large").body == b"large" * 1_000_000
    assert server.log()[0].moved == {"sendfile": 5_000_000}


def test_a_stale_socket_is_replaced(serve, root):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind("sock")
        sock.listen()
    serve(root, listen=["unix:sock"])
    assert get("sock", "/small").body == HELLO


def test_after_one_that_was_killed(serve, root):
    serve(root, listen=["unix:sock"]).kill()
    serve(root, listen=["unix:sock"])
    assert get("sock", "/small").body == HELLO


def test_a_live_socket_is_left_alone(serve, root):
    serve(root, listen=["unix:sock"])
    assert "sock" in refused("-l", "unix:sock", root)
    assert get("sock", "/small").body == HELLO


def test_a_file_is_not_taken_for_a_socket(root):
    with open("sock", "w", encoding="ascii") as file:
        file.write("precious")
    assert "sock" in refused("-l", "unix:sock", root)
    with open("sock", encoding="ascii") as file:
        assert file.read() == "precious"


# ── What does not start ──


def test_a_port_in_use(serve, root):
    server = serve(root, "-t2")
    for threads in ("1", "2"):
        line = refused("-t", threads, "-l", str(server.port), root)
        assert f"127.0.0.1:{server.port}: Address already in use" in line
    assert get(server.address, "/small").body == HELLO


def test_one_of_two_in_use(serve, root):
    server = serve(root)
    free = free_port()
    refused("-l", str(free), "-l", str(server.port), root)
    with contextlib.closing(socket.socket()) as sock:
        assert sock.connect_ex(("127.0.0.1", free)) != 0


def test_the_same_port_again(serve, root):
    """Connections that were just closed do not stand in the way."""
    port = free_port()
    for _ in range(5):
        server = serve(root, listen=[str(port)])
        with Client(server.address) as client:
            client.ask("/small", "Connection: close").answer()
            client.ends()
        server.stop()


@pytest.mark.parametrize("address", [
    "", "x", "localhost:80", "1.2.3:80", "127.0.0.1:", "127.0.0.1:65536", ":",
    "[::1]", "[::1:80", "[127.0.0.1]:80", "-1", "80 ", "80x", "unix:", "*",
    "unix:" + "x" * 200, "::1:80:", "0x50", "127.0.0.1:80:90"])
def test_no_address(root, address):
    assert "--listen" in refused("-l", address, root, status=2)


def test_not_of_this_machine(root):
    assert "192.0.2.1:80" in refused("-l", "192.0.2.1:80", root)


@pytest.mark.parametrize("words, said", [
    (["--no-such"], "--no-such"), (["-y"], "-y"), (["-t"], "-t"),
    (["-t", "0"], "-t"), (["-t", "x"], "-t"), (["--threads", "99999"],
                                               "--threads"),
    (["--log", "xml"], "--log"), (["--grace", "-1"], "--grace"),
    (["--grace", "soon"], "--grace"), (["--hidden=yes"], "--hidden"),
    (["--header-timeout", "0"], "--header-timeout"), (["a", "b"], "b")])
def test_no_such_option(words, said):
    assert said in refused(*words, status=2)


def test_no_such_twin(root):
    line = refused(root, status=2, env={**os.environ, "POUR_THREADS": "many"})
    assert "POUR_THREADS" in line


def test_no_such_folder(root):
    assert "nowhere: No such file" in refused("-l0", "nowhere")
    assert "Not a directory" in refused("-l0", root / "small")


def test_the_current_folder(serve, root, monkeypatch):
    monkeypatch.chdir(root)
    assert get(serve(".").address, "/small").body == HELLO


def test_it_says_when_it_is_ready(serve, root):
    """Whoever reads that line can connect."""
    for _ in range(10):
        server = serve(root, "-t4")
        assert str(root) in server.first
        assert get(server.address, "/small").body == HELLO
        server.stop()
        wait_for(lambda: not server.lives(), "its end")
