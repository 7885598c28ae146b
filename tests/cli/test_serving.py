# SPDX-License-Identifier: MIT
"""pour serve as a command: how it starts, what it says, how it stops."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import urllib.request

import pytest

from copying import BYTES, POUR, write


@contextlib.contextmanager
def serving(*args, **more):
    """The program, and the line that it starts with."""
    with subprocess.Popen([POUR, "serve", *args], stdin=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, **more) as run:
        try:
            yield run, run.stderr.readline()
        finally:
            run.kill()


def refused(*args, **more):
    run = subprocess.run([POUR, "serve", *args], timeout=20, check=False,
                         stdin=subprocess.DEVNULL, capture_output=True,
                         text=True, **more)
    assert run.stdout == ""
    assert run.stderr.count("\n") == 1
    return run.returncode, run.stderr


def ports(line):
    return [int(port) for port in re.findall(r"http://127.0.0.1:(\d+)/", line)]


def get(port, name):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{name}",
                                timeout=20) as answer:
        return answer.read()


def test_it_says_what_and_where():
    write("a", b"hello")
    folder = re.escape(os.getcwd())
    with serving("-l", "127.0.0.1:0", "-t", "1") as (run, line):
        assert re.fullmatch(f"pour serve: {folder} at http://127.0.0.1:\\d+/ "
                            "with 1 thread\n", line)
        (port,) = ports(line)
        assert get(port, "a") == b"hello"
        assert '"GET /a HTTP/1.1" 200 5 ' in run.stderr.readline()


def test_addresses_threads_and_folder():
    os.mkdir("d")
    write("d/a", b"hello")
    with serving("-l0", "--listen=0", "-l", "unix:s", "-t2", "--log=off",
                 "d") as (run, line):
        assert line.endswith(" and unix:s with 2 threads\n")
        assert len(ports(line)) == 2
        for port in ports(line):
            assert get(port, "a") == b"hello"
        with socket.socket(socket.AF_UNIX) as client:
            client.connect("s")
            client.sendall(b"GET /a HTTP/1.0\r\n\r\n")
            assert client.recv(9) == b"HTTP/1.1 "
        run.terminate()
        assert run.wait(20) == 0
        assert run.stderr.read() == ""


def test_twins(monkeypatch):
    write(".a", b"hidden")
    write("main", b"index")
    monkeypatch.setenv("POUR_LISTEN", "0,0")
    monkeypatch.setenv("POUR_HIDDEN", "yes")
    monkeypatch.setenv("POUR_INDEX", "main")
    monkeypatch.setenv("POUR_THREADS", "3")
    with serving("--threads=1") as (_, line):
        assert line.endswith(" with 1 thread\n")
        first, second = ports(line)
        assert get(first, ".a") == b"hidden"
        assert get(second, "") == b"index"


def test_what_cannot_be_served():
    write("a")
    assert refused("none") == (
        1, "pour serve: none: No such file or directory\n")
    assert refused("a") == (1, "pour serve: a: Not a directory\n")
    assert refused("no\nne")[1].startswith("pour serve: no\\x0ane: ")


def test_a_port_in_use():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert refused("-l", str(port)) == (
            1, f"pour serve: 127.0.0.1:{port}: Address already in use\n")
    with serving("-l0") as (_, line):
        (port,) = ports(line)
        assert refused("-l", str(port))[0] == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_drains(number):
    write("a", BYTES * 20)
    with serving("-l0") as (run, line):
        (port,) = ports(line)
        with socket.create_connection(("127.0.0.1", port)) as client:
            answer = begin(client)
            run.send_signal(number)
            got = answer + rest(client)
        assert got.endswith(BYTES * 20)
        assert run.wait(20) == 0


def begin(client):
    client.settimeout(20)
    client.sendall(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
    return client.recv(1000)


def rest(client):
    pieces = []
    while piece := client.recv(1 << 20):
        pieces.append(piece)
    return b"".join(pieces)


@pytest.mark.parametrize("args", [["--grace=0"], []])
def test_it_ends_at_once(args):
    """With no grace, or when told twice; somebody who reads nothing waits."""
    write("a", BYTES * 20)
    with serving("-l0", *args) as (run, line):
        (port,) = ports(line)
        with socket.create_connection(("127.0.0.1", port)) as client:
            begin(client)
            run.terminate()
            if not args:
                with pytest.raises(subprocess.TimeoutExpired):
                    run.wait(0.3)
                run.terminate()
            assert run.wait(20) == (0 if args else 1)


def test_a_client_that_leaves_ends_nothing():
    write("a", BYTES * 20)
    with serving("-l0", "-t1") as (run, line):
        (port,) = ports(line)
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", port)) as client:
                begin(client)
        assert get(port, "a") == BYTES * 20
        run.terminate()
        assert run.wait(20) == 0
