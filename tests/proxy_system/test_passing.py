# SPDX-License-Identifier: MIT
"""What comes in at one side goes out at the other, and so do ends."""

import hashlib
import os
import random
import socket

import pytest

from peers import Listener, run

MIB = 1 << 20


def bulk(n):
    return random.Random(n).randbytes(min(n, MIB)) * max(1, n // MIB)


def pass_all(sender, receiver, data):
    """All of it, then an end; equal by hash."""
    found = hashlib.sha256()
    done = run(lambda: sender.send(data).fin())
    receiver.takes(len(data), found).ended()
    done()
    assert found.digest() == hashlib.sha256(data).digest()


@pytest.mark.parametrize("n", [0, 1, 1447, 1448, 1449, 4095, 4096, 4097,
                               16383, 16385, 65535, 65536, 65537, MIB - 1,
                               MIB + 1])
def test_sizes(proxy, listener, n):
    data = random.Random(n).randbytes(n)
    client, server = proxy(listener).pair(listener)
    pass_all(client, server, data)
    pass_all(server, client, data)


def test_bulk_is_spliced(proxy, listener):
    it = proxy(listener)
    client, server = it.pair(listener)
    data = bulk(64 * MIB)
    pass_all(client, server, data)
    pass_all(server, client, data)
    line = it.lines()[0]
    assert (line.up, line.down, line.ended) == (len(data), len(data), "--")
    for by in (line.by_up, line.by_down):
        assert by["pipe"] > 0.9 * len(data)


def test_small_messages_are_copied(proxy, listener):
    it = proxy(listener)
    client, server = it.pair(listener)
    for i in range(500):
        message = b"%05d" % i * 20
        client.send(message)
        server.reads(message).send(message)
        client.reads(message)
    client.close()
    server.ended().close()
    line = it.lines()[0]
    assert line.by_up == {"copy": line.up} == {"copy": 500 * 100}
    assert line.by_down == {"copy": line.down}
    assert it.descriptors()[1] == 0


@pytest.mark.parametrize("n", [15, 16, 17, 47, 48, 49])
def test_segments_of_a_byte(proxy, listener, n):
    """Slots of a pipe, not bytes, are what fills it (P2, P4)."""
    client, server = proxy(listener).pair(listener)
    client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for i in range(n):
        client.send(bytes([i]))
    server.reads(bytes(range(n)))


def test_both_ways_at_once(proxy, listener):
    client, server = proxy(listener).pair(listener)
    data = bulk(16 * MIB)
    up = run(lambda: client.send(data).fin())
    down = run(lambda: server.send(data).fin())
    found = [hashlib.sha256(), hashlib.sha256()]
    other = run(lambda: server.takes(len(data), found[0]).ended())
    client.takes(len(data), found[1]).ended()
    for done in (up, down, other):
        done()
    want = hashlib.sha256(data).digest()
    assert [h.digest() for h in found] == [want, want]


def test_the_server_speaks_first(proxy, listener):
    client, server = proxy(listener).pair(listener)
    server.send(b"220 hello\r\n")
    client.reads(b"220 hello\r\n").send(b"QUIT\r\n").fin()
    server.reads(b"QUIT\r\n").ended()


def test_bytes_before_anybody_has_taken_the_call(proxy, tmp_path):
    """Also their end: all of it waits in the client's socket."""
    path = str(tmp_path / "late")
    with socket.socket(socket.AF_UNIX) as full:
        full.bind(path)
        full.listen(0)
        fill = []
        while True:  # until connect() would have to wait
            sock = socket.socket(socket.AF_UNIX)
            sock.setblocking(False)
            fill.append(sock)
            try:
                sock.connect(path)
            except BlockingIOError:
                break
        it = proxy(f"unix:{path}")
        client = it.dial().send(b"early").fin()
        client.hears_nothing()
        for sock in fill:
            sock.close()
        full.settimeout(20)
        while True:
            taken = full.accept()[0]
            got = taken.recv(100)
            if got:
                break
        assert got == b"early"
        taken.sendall(b"late")
        taken.close()
        client.reads(b"late").ended()
        assert it.lines()[0].ended == "--"


def test_half_close_of_the_client(proxy, listener):
    client, server = proxy(listener).pair(listener)
    client.send(b"request").fin()
    server.reads(b"request").ended()
    data = bulk(50 * MIB)
    pass_all(server, client, data)


def test_half_close_of_the_server(proxy, listener):
    client, server = proxy(listener).pair(listener)
    server.send(b"greeting").fin()
    client.reads(b"greeting").ended()
    pass_all(client, server, bulk(50 * MIB))


def test_reset_of_the_client(proxy, listener):
    it = proxy(listener)
    client, server = it.pair(listener)
    client.send(b"x")
    server.reads(b"x")
    client.rst()
    server.was_reset()
    assert it.lines()[0].ended == "CD"


def test_reset_of_the_server(proxy, listener):
    it = proxy(listener)
    client, server = it.pair(listener)
    client.send(b"x")
    server.reads(b"x").rst()
    client.was_reset()
    assert it.lines()[0].ended == "SD"


def test_a_reset_comes_after_what_was_said(proxy, listener):
    """P11: the bytes that were queued before it are not lost."""
    client, server = proxy(listener).pair(listener)
    client.send(b"last words")
    server.reads(b"last words").send(b"answer" * 1000)
    client.takes(1)
    server.rst()
    client.takes(6 * 1000 - 1).was_reset()


def test_a_close_with_bytes_unread(proxy, listener):
    """Which is a reset: who sent them hears that they were not read."""
    it = proxy(listener)
    client, server = it.pair(listener)
    server.send(b"read this" * 1000)
    client.reads(b"read this").close()
    server.was_reset()
    assert it.lines()[0].ended == "CD"


def test_out_of_band(proxy, listener):
    """P10: it is not passed on, and neither wedges nor spins."""
    it = proxy(listener)
    client, server = it.pair(listener)
    client.send(b"before")
    server.reads(b"before")
    client.send(b"!", socket.MSG_OOB)
    before = it.cpu()
    client.hears_nothing(0.5)
    assert it.cpu() - before < 0.2
    client.send(b"after").fin()
    got = b""
    while piece := server.sock.recv(100):
        got += piece
    assert got.replace(b"!", b"") == b"after"


def test_back_pressure(proxy):
    """P14: what a peer does not take stays with the sender; the proxy waits."""
    listener = Listener(receive=8192)
    it = proxy(listener)
    client, server = it.pair(listener)
    client.sock.setblocking(False)
    sent = 0
    data = bulk(MIB)
    try:
        while sent < 64 * MIB:
            sent += client.sock.send(data[sent % MIB:])
    except BlockingIOError:
        pass
    client.hears_nothing(0.3)
    try:
        client.sock.setblocking(False)
        while sent < 64 * MIB:
            sent += client.sock.send(data[sent % MIB:])
    except BlockingIOError:
        pass
    assert sent < 64 * MIB
    before = it.cpu()
    client.hears_nothing(0.5)
    assert it.cpu() - before < 0.2
    client.sock.settimeout(20)
    client.fin()
    found = hashlib.sha256()
    server.takes(sent, found).ended()
    want = (data * (sent // MIB + 1))[:sent]
    assert found.digest() == hashlib.sha256(want).digest()
    listener.close()


def test_one_stopped_reader_holds_up_nobody(proxy, listener):
    it = proxy(listener, args=["-t1"])
    stopped, talks = it.pair(listener)
    done = run(lambda: talks.send(bulk(32 * MIB)).fin())
    client, server = it.pair(listener)
    for _ in range(200):
        client.send(b"ping")
        server.reads(b"ping").send(b"pong")
        client.reads(b"pong")
    stopped.takes(32 * MIB).ended()
    done()


def test_an_idle_pair_is_two_descriptors(proxy, listener):
    it = proxy(listener, args=["-t1"])
    client, server = it.pair(listener)
    client.send(b"x")
    server.reads(b"x")
    one = it.descriptors()
    more = [it.pair(listener) for _ in range(100)]
    for a, b in more:
        a.send(b"hello")
        b.reads(b"hello")
    assert it.descriptors() == (one[0] + 200, 0)
    before = it.cpu()
    client.hears_nothing(0.5)
    assert it.cpu() - before < 0.1


def test_a_pipe_goes_back_when_a_stream_pauses(proxy, listener):
    """P3, P13, P15: few pipes, kept for later, do for many streams."""
    it = proxy(listener, args=["-t1"])
    for _ in range(3):
        pairs = [it.pair(listener) for _ in range(40)]
        for client, server in pairs:
            data = os.urandom(3 * MIB)
            done = run(client.send, data)
            found = hashlib.sha256()
            server.takes(len(data), found)
            done()
            assert found.digest() == hashlib.sha256(data).digest()
        assert it.descriptors()[1] <= 2 * 8
        for client, server in pairs:
            client.close()
            server.close()


def test_random_talk(proxy, listener):
    """Random pieces, pauses and ends, in eight conversations at once."""
    it = proxy(listener)

    def talk(seed):
        rng = random.Random(seed)
        client, server = pairs[seed]
        data = rng.randbytes(2 * MIB)

        def speak():
            at = 0
            while at < len(data):
                n = rng.choice([1, 100, 1448, 5000, 70000])
                client.send(data[at:at + n])
                at += n
            client.fin()
        done = run(speak)
        found = hashlib.sha256()
        server.takes(len(data), found).ended()
        done()
        assert found.digest() == hashlib.sha256(data).digest()
        server.send(b"thanks").close()
        client.reads(b"thanks").ended().close()

    pairs = [it.pair(listener) for _ in range(8)]
    for done in [run(talk, seed) for seed in range(8)]:
        done()
    assert {line.ended for line in it.lines(8)} == {"--"}
