# SPDX-License-Identifier: MIT
"""Few descriptors: no spinning, no silence, and nothing is lost for good."""

import resource
import shutil
import signal
import subprocess
import time

import pytest

from program import wait_for
from wire import Client, get

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


def calls_in_a_second(pid):
    """How often each system call was made meanwhile, by all threads."""
    strace = shutil.which("strace")
    if not strace:
        pytest.skip("no strace here")
    run = subprocess.Popen([strace, "-q", "-c", "-f", "-p", str(pid)],
                           text=True, stderr=subprocess.PIPE)
    time.sleep(1.5)
    run.send_signal(signal.SIGINT)
    _, text = run.communicate(timeout=20)
    if "Operation not permitted" in text:
        pytest.skip("nobody may be traced here")
    return {words[-1]: int(words[3]) for words in
            (line.split() for line in text.splitlines())
            if len(words) in (5, 6) and words[3].isdigit()}


def test_calls_without_descriptors(scarce):
    server = scarce()
    clients = crowd(server.address)
    wait_for(server.said, "a line that descriptors ran out")
    calls = calls_in_a_second(server.pid)
    assert sum(calls.values()) < 200, calls
    for client in clients:
        client.sock.close()


def test_the_reserve(scarce, root):
    """Files took all descriptors: who comes then is told, and not left."""
    for n in range(40):
        with open(root / f"huge{n}", "wb") as file:
            file.truncate(32 * MEGABYTE)
    server = scarce()
    holders = crowd(server.address, 35)
    for n, client in enumerate(holders):
        client.ask(f"/huge{n}")
    wait_for(lambda: server.open_files() >= 62, "all descriptors taken")
    with Client(server.address) as client:
        answer = client.answer()
        assert answer.status == 503 and answer.closes
        assert answer["Retry-After"] == "1"
        assert client.until_end() == b""
    wait_for(lambda: any("no descriptors left" in line
                         for line in server.said()), "a line about it")
    for client in holders:
        client.sock.close()
    wait_for(lambda: server.open_files() < 20, "descriptors come back")
    assert get(server.address, "/small").status == 200


def test_more_files_than_descriptors(scarce, root):
    """Each answer holds a file; who gets none is told to come again."""
    for n in range(48):
        with open(root / f"huge{n}", "wb") as file:
            file.truncate(32 * MEGABYTE)
    server = scarce()
    clients = crowd(server.address, 48)
    for n, client in enumerate(clients):
        client.ask(f"/huge{n}")
    wait_for(lambda: server.open_files() > 55, "all descriptors taken")
    seen = []
    for client in clients:
        with client:
            answer = client.head()
            seen.append(answer.status)
            assert answer["Retry-After"] == ("1" if answer.status == 503
                                             else None)
            for _ in client.pieces(answer.length):
                pass
    assert set(seen) <= {200, 503} and 200 in seen
    assert get(server.address, "/huge1").status == 200
