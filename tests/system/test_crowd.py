# SPDX-License-Identifier: MIT
"""Many clients at once: nobody gets another's bytes, nobody stops another."""

import concurrent.futures
import random
import time

import pytest

from wire import Client, get, request

MEGABYTE = 1 << 20
THREADS = 32


def contents(n):
    """Small and large ones in turn; each differs from all others."""
    size = random.Random(n).choice([0, 1, 900, 16384, 16385, 70_000, 400_000])
    word = b"%08d" % n
    return word * (size // 8) + word[:size % 8]


@pytest.fixture
def crowd(serve, root):
    for n in range(THREADS):
        (root / f"n{n}").write_bytes(contents(n))
    with open(root / "huge", "wb") as file:
        file.truncate(64 * MEGABYTE)
    return serve(root, "-t2")


def together(function, n=THREADS):
    with concurrent.futures.ThreadPoolExecutor(n) as pool:
        for future in [pool.submit(function, i) for i in range(n)]:
            future.result(timeout=60)


def keep_asking(address, n):
    """Its own file again and again, on one connection."""
    with Client(address) as client:
        for _ in range(15):
            answer = client.ask(f"/n{n}").answer()
            assert answer.status == 200
            assert answer.body == contents(n)


def leave_early(address, n):
    for turn in range(10):
        with Client(address, receive=4096) as client:
            client.ask("/huge")
            if turn % 2:
                client.head()
            if turn % 3:
                client.reset()


def test_nobody_gets_anothers_bytes(crowd):
    together(lambda n: keep_asking(crowd.address, n))


def test_with_others_who_leave(crowd):
    """Descriptors and pipes of broken answers go to those that follow."""
    together(lambda n: (keep_asking if n % 4 else leave_early)(
        crowd.address, n))
    keep_asking(crowd.address, 3)


def test_pipelined_and_mixed(crowd):
    def ask(n):
        rng = random.Random(n)
        numbers = [rng.randrange(THREADS) for _ in range(60)]
        with Client(crowd.address) as client:
            client.send(b"".join(request(f"/n{i}") for i in numbers[:30]))
            client.send(b"".join(request(f"/n{i}") for i in numbers[30:]))
            for i in numbers:
                assert client.answer().body == contents(i)
    together(ask, 8)


def test_no_descriptor_is_left(crowd):
    get(crowd.address, "/n1")
    before = crowd.open_files()
    together(lambda n: leave_early(crowd.address, n), 8)
    together(lambda n: keep_asking(crowd.address, n), 8)
    end = time.monotonic() + 20
    while crowd.open_files() > before and time.monotonic() < end:
        time.sleep(0.01)
    assert crowd.open_files() <= before


@pytest.mark.parametrize("readers", [1, 20])
def test_slow_readers_stop_nobody(serve, root, readers):
    with open(root / "huge", "wb") as file:
        file.truncate(64 * MEGABYTE)
    (root / "small").write_bytes(b"hello\n")
    server = serve(root, "-t1")
    slow = [Client(server.address, receive=4096) for _ in range(readers)]
    for client in slow:
        client.ask("/huge").head()
    for _ in range(50):
        assert get(server.address, "/small").body == b"hello\n"
    for client in slow:
        client.reset()
    endings = sorted(line.ended for line in server.log(50 + readers))
    assert endings == [""] * 50 + ["aborted"] * readers


def test_who_waits_costs_nothing(serve, root):
    """Idle, slow, unfinished and half closed clients: no spinning."""
    with open(root / "huge", "wb") as file:
        file.truncate(64 * MEGABYTE)
    server = serve(root, "-t1")
    waiting = [Client(server.address, receive=4096) for _ in range(8)]
    waiting[1].send(b"GET /huge HT")
    waiting[2].ask("/huge").head()
    waiting[3].ask("/huge").half_close()
    waiting[4].ask("/none").answer()
    waiting[5].send(request("/huge") * 20)
    waiting[6].send(request("/huge", method="HEAD")).answer("HEAD")
    time.sleep(0.2)
    before = server.cpu_seconds()
    time.sleep(1)
    assert server.cpu_seconds() - before < 0.3
    for client in waiting:
        client.reset()


def test_a_slow_reader_gets_everything(serve, root):
    data = random.Random(5).randbytes(2 * MEGABYTE)
    (root / "file").write_bytes(data)
    server = serve(root, "-t1")
    with Client(server.address, receive=4096) as client:
        client.ask("/file", "Connection: close").head()
        got = bytearray()
        while piece := client.take(50_000):
            got += piece
            if len(got) < MEGABYTE // 2:
                time.sleep(0.002)
    assert got == data


@pytest.mark.parametrize("n", [1, 3])
def test_half_closed_after_its_requests(crowd, n):
    """Who has said all that he wanted still gets all of it."""
    with Client(crowd.address, receive=4096) as client:
        client.send(request("/huge") * n).half_close()
        for _ in range(n):
            answer = client.head()
            for piece in client.pieces(answer.length):
                assert not piece.strip(b"\0")
        client.ends()
    assert [line.ended for line in crowd.log(n)] == [""] * n
