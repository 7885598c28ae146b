# SPDX-License-Identifier: MIT
"""How many may come, and of one client; who is turned away is told so."""

import contextlib
import os
import signal
import time

import pytest

from program import wait_for
from wire import Client, get, request

HELLO = b"hello\n"
ALL = "all connections that --max-connections allows are taken"
ONE = "a client with more connections than --client-connections allows"


@pytest.fixture
def files(root):
    (root / "small").write_bytes(HELLO)
    with open(root / "huge", "wb") as file:
        file.truncate(64 << 20)
    return root


def busy(where, n):
    """Clients in the middle of an answer: they can make no room."""
    clients = [Client(where, receive=4096) for _ in range(n)]
    for client in clients:
        client.ask("/huge").head()
    return clients


def turned_away(where, early=b""):
    """What one client too many is answered, and that it arrives."""
    with Client(where) as client:
        if early:
            with contextlib.suppress(ConnectionError):
                client.send(early)
        answer = client.answer()
        client.ends()
        assert answer.status == 503 and answer.closes
        assert answer["Retry-After"] == "1" and answer.length == 0


def leave(clients):
    for client in clients:
        client.reset()


@pytest.mark.parametrize("early", [b"", request("/small"), b"G" * 5000])
@pytest.mark.parametrize("option,why", [("--max-connections", ALL),
                                        ("--client-connections", ONE)])
def test_one_too_many(serve, files, option, why, early):
    server = serve(files, option, 3, "-t1")
    clients = busy(server.address, 3)
    for _ in range(3):
        turned_away(server.address, early)
    leave(clients)
    wait_for(lambda: server.open_files() < 12, "they left")
    assert get(server.address, "/small").body == HELLO
    said = [line for line in server.said() if line.startswith("pour: ")]
    assert said == [f"pour: turned away with 503: {why}"]


def test_smaller_heads(serve, files):
    server = serve(files, "--header-size", 512, "--header-fields", 5)
    for fields, status in ((["A: b"] * 4, 200), (["A: b"] * 5, 431),
                           (["A: " + "b" * 400], 200),
                           (["A: " + "b" * 600], 431)):
        answer = get(server.address, "/small", *fields)
        assert (answer.status, answer.closes) == (status, status == 431)
    with Client(server.address) as client:
        answer = client.send(b"GET /small HTTP/1.1\r\nA: " + b"b" * 600)\
            .answer()
        assert answer.status == 431


def test_said_once_a_second(serve, files):
    server = serve(files, "--max-connections", 1, "-t1")
    clients = busy(server.address, 1)
    began = time.monotonic()
    for _ in range(200):
        turned_away(server.address)
    took = time.monotonic() - began
    said = [line for line in server.said() if line.startswith("pour: ")]
    assert 1 <= len(said) <= 2 + took
    leave(clients)


def test_threads_count_together(serve, files):
    server = serve(files, "--max-connections", 8, "-t4")
    clients = busy(server.address, 8)
    turned_away(server.address)
    leave(clients)


def test_others_are_not_concerned(serve, files):
    """Each client has a number of its own, and a unix socket none."""
    path = files.parent / "s"
    server = serve(files, "--client-connections", 2, "-t2",
                   listen=("0.0.0.0:0", f"unix:{path}"))
    clients = busy(("127.0.0.1", server.port), 2)
    turned_away(("127.0.0.1", server.port))
    with Client(("127.0.0.1", server.port), source="127.0.0.2") as other:
        assert other.ask("/small").answer().body == HELLO
    clients += busy(path, 5)
    leave(clients)


def test_who_is_idle_makes_room(serve, files):
    """The one that waited longest; it was told of no promise to stay."""
    server = serve(files, "--max-connections", 3, "-t1")
    idle = [Client(server.address) for _ in range(3)]
    for client in idle:
        assert client.ask("/small").answer().body == HELLO
    with Client(server.address) as client:
        assert client.ask("/small").answer().body == HELLO
    idle[0].ends()
    for client in idle[1:]:
        assert client.ask("/small").answer().body == HELLO
        client.sock.close()


def test_who_dawdles_makes_room(serve, files):
    """When all are still to send a head, the one who had most time for it."""
    server = serve(files, "--max-connections", 2, "-t1",
                   "--header-timeout", "4")
    with Client(server.address) as first:
        first.send(b"GET /sm")
        with Client(server.address) as second:
            turned_away(server.address)
            time.sleep(1.2)
            second.send(b"GET /small HT")
            with Client(server.address) as client:
                assert client.ask("/small").answer().body == HELLO
            first.ends()
            second.send(b"TP/1.1\r\nHost: x\r\n\r\n")
            assert second.answer().body == HELLO


def test_a_flood_of_those_who_stay(serve, files):
    """Who is turned away and does not go is not kept for long, nor many."""
    server = serve(files, "--max-connections", 1, "-t1")
    clients = busy(server.address, 1)
    before = server.open_files()
    flood = [Client(server.address) for _ in range(300)]
    wait_for(lambda: server.open_files() <= before + 40, "most are gone")
    time.sleep(0.2)
    assert server.open_files() <= before + 40
    for client in flood:
        client.sock.close()
    wait_for(lambda: server.open_files() <= before, "all are gone")
    leave(clients)


@pytest.mark.parametrize("option", ["--max-connections",
                                    "--client-connections"])
def test_nobody_is_counted_for_good(serve, files, option):
    """All ways to leave; afterwards as many may come as before."""
    server = serve(files, option, 4, "-t2", "--header-timeout", "0.2")
    for turn in range(30):
        with Client(server.address) as client:
            if turn % 5 == 0:
                client.ask("/huge").reset()
            elif turn % 5 == 1:
                client.send(b"BAD\r\n\r\n").answer()
            elif turn % 5 == 2:
                client.ask("/small").answer()
            elif turn % 5 == 3:
                client.send(b"GET /").half_close().until_end()
    with Client(server.address) as silent:
        silent.ends()
    wait_for(lambda: server.open_files() < 16, "all are gone")
    clients = busy(server.address, 4)
    turned_away(server.address)
    leave(clients)


def test_stopping_with_those_turned_away(serve, files):
    server = serve(files, "--max-connections", 1, "-t1", "--grace", 1)
    clients = busy(server.address, 1)
    with Client(server.address) as late:
        assert late.answer().status == 503
        leave(clients)
        server.tell()
        late.sock.close()
        server.wait()


def stop_all_threads(server):
    def stopped():
        states = set()
        for task in os.listdir(f"/proc/{server.pid}/task"):
            path = f"/proc/{server.pid}/task/{task}/stat"
            with open(path, encoding="ascii") as file:
                states.add(file.read().rpartition(")")[2].split()[0])
        return states == {"T"}

    server.tell(signal.SIGSTOP)
    wait_for(stopped, "all threads stopped")


def place_in_the_row(server, greedy, other):
    """How many answers to a greedy client came before the other's."""
    before = len(server.log())
    stop_all_threads(server)
    greedy.send(request("/small?greedy") * 300)
    other.ask("/small?other")
    server.tell(signal.SIGCONT)
    assert other.answer().body == HELLO
    for _ in range(300):
        assert greedy.answer().body == HELLO
    lines = server.log(before + 301)[before:]
    return [line.request.split()[1] for line in lines].index("/small?other")


@pytest.mark.parametrize("most", [1, 100])
def test_others_have_their_turn(serve, files, most):
    """Who is looked at first, and what a stop interrupts, is up to the kernel,
    so it is tried until it shows."""
    server = serve(files, "-t1", "--pipelined", most)
    with Client(server.address) as greedy, Client(server.address) as other:
        for client in (greedy, other):
            assert client.ask("/small").answer().body == HELLO
        place = 0
        for _ in range(50):
            if place < most:
                place = place_in_the_row(server, greedy, other)
    assert most <= place <= most + 1
