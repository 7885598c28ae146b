# SPDX-License-Identifier: MIT
"""Nobody gets another's bytes, however they come and go."""

import concurrent.futures
import random

import pytest

from wire import Client, request

SIZES = [1, 700, 5000, 16384, 16385, 40_000, 200_000, 1_500_000]


def filled(n, size):
    """Each file has a pattern of its own, whatever piece one looks at."""
    block = b"<%06d>" % n
    return (block * (size // len(block) + 1))[:size]


@pytest.fixture
def files(root):
    bodies = {}
    for n in range(40):
        target = f"/file{n}"
        bodies[target] = filled(n, SIZES[n % len(SIZES)] + n)
        (root / target[1:]).write_bytes(bodies[target])
    return bodies


def test_two_that_take_turns(serve, root, files):
    server = serve(root, "-t1")
    one, two = "/file7", "/file15"
    with Client(server.address) as left, Client(server.address) as right:
        for _ in range(5):
            left.ask(one)
            right.ask(two)
            taken = {left: b"", right: b""}
            left_length = left.head().length
            right_length = right.head().length
            assert left_length == len(files[one])
            assert right_length == len(files[two])
            while len(taken[left]) + len(taken[right]) < (left_length
                                                          + right_length):
                for client, length in ((left, left_length),
                                       (right, right_length)):
                    if len(taken[client]) < length:
                        taken[client] += client.take(9999)
            assert taken[left] == files[one]
            assert taken[right] == files[two]


def test_halves_of_heads_that_cross(serve, root, files):
    server = serve(root, "-t1")
    clients = [Client(server.address) for _ in range(20)]
    for at in range(0, 60, 7):
        for n, client in enumerate(clients):
            client.send(request(f"/file{n}", "A: " + "b" * 50)[at:at + 7])
    for n, client in enumerate(clients):
        client.send(request(f"/file{n}", "A: " + "b" * 50)[63:])
    for n, client in enumerate(clients):
        assert client.answer().body == files[f"/file{n}"]
        client.sock.close()


def whole(client, files, target):
    assert client.ask(target).answer().body == files[target]


def piece(client, files, target, chance):
    body = files[target]
    first = chance.randrange(len(body))
    last = min(first + chance.randrange(100_000), len(body) - 1)
    answer = client.ask(target, f"Range: bytes={first}-{last}").answer()
    assert answer.body == body[first:last + 1]


def several(client, files, target, chance):
    targets = [target, *chance.sample(list(files), 3)]
    client.send(b"".join(map(request, targets)))
    for each in targets:
        assert client.answer().body == files[each]


def one_of_many(server, files, seed):
    """Asks this and that, and sometimes leaves in the middle."""
    chance = random.Random(seed)
    client = Client(server.address)
    for _ in range(25):
        target = chance.choice(list(files))
        what = chance.randrange(7)
        if what < 3:
            whole(client, files, target)
        elif what == 3:
            piece(client, files, target, chance)
        elif what == 4:
            several(client, files, target, chance)
        else:
            client.ask(target)
            client.take(chance.randrange(1, 5000))
            if what == 5:
                client.reset()
            client.sock.close()
            client = Client(server.address)
    client.sock.close()


@pytest.mark.parametrize("threads", [1, 4])
def test_many_at_once(serve, root, files, threads):
    server = serve(root, f"-t{threads}")
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        done = [pool.submit(one_of_many, server, files, seed)
                for seed in range(24)]
        for one in done:
            one.result()
    server.stop()
    assert all(line.status in (200, 206) for line in server.log())


def test_after_one_that_was_cut(serve, root, files):
    """What a cut answer borrowed is clean when the next one borrows it."""
    server = serve(root, "-t1")
    for n in range(60):
        with Client(server.address, receive=4096) as client:
            client.ask("/file15").take(1)
            if n % 2:
                client.reset()
        with Client(server.address) as client:
            whole(client, files, f"/file{n % 40}")
