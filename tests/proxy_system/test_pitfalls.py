# SPDX-License-Identifier: MIT
"""What has gone wrong in proxies that splice, by number: docs/proxy.md."""

import fcntl
import hashlib
import os
import socket
import struct
import time

import pytest

import kernel
from peers import Listener, run
from program import wait_for
from test_operation import numbers
from test_passing import MIB, bulk, pass_all


def of_one_byte(sock):
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def fill(peer, most=64 * MIB):
    """Sends until nobody takes any more: the bytes."""
    data, sent, quiet = bulk(MIB), 0, 0
    peer.sock.settimeout(0.05)
    while quiet < 2 and sent < most:
        try:
            sent += peer.sock.send(data[sent % MIB:])
            quiet = 0
        except TimeoutError:
            quiet += 1
    peer.sock.settimeout(20)
    return (data * (sent // MIB + 1))[:sent]


def same(peer, data):
    found = hashlib.sha256()
    peer.takes(len(data), found)
    assert found.digest() == hashlib.sha256(data).digest()
    return peer


def closed(it, *peers):
    """The line of a conversation whose peers have closed."""
    for peer in peers:
        peer.close()
    return it.lines()[0]


# ── Pipes ──


def test_p01_not_now_of_a_full_pipe(proxy):
    """It is not taken for an empty socket: all of it comes, without a spin."""
    listener = Listener(receive=8192)
    it = proxy(listener, args=["-t1"])
    client, server = it.pair(listener)
    for _ in range(3):
        data = fill(client, 2 * MIB)
        before = it.cpu()
        server.looks_away()
        assert it.cpu() - before < 0.2
        same(server, data)
    line = closed(it, client, server)
    assert line.by_up["pipe"] > 0.5 * line.up
    listener.close()


def test_p02_slots_and_not_bytes_fill_a_pipe(proxy, listener):
    """Small segments are copied, however many; and none of them is stuck."""
    it = proxy(listener, args=["-t1"])
    client, server = it.pair(listener)
    of_one_byte(client.sock)
    for i in range(100):
        client.send(bytes([i]) * 100)
    server.reads(b"".join(bytes([i]) * 100 for i in range(100)))
    assert it.descriptors()[1] == 0
    assert closed(it, client, server).by_up == {"copy": 10000}


def test_p03_a_pipe_holds_more_than_it_says(proxy, listener):
    """Counts are of what splice() says; nothing is asserted about sizes."""
    it = proxy(listener, args=["-t1"])
    client, server = it.pair(listener)
    data = bulk(8 * MIB)
    done = run(lambda: client.send(data).fin())
    server.looks_away()  # segments are put together meanwhile
    same(server, data).ended()
    done()
    line = closed(it, client, server)
    assert sum(line.by_up.values()) == line.up == len(data)
    assert line.by_up["pipe"] > 0.9 * line.up


@pytest.mark.parametrize("n", [15, 16, 17, 47, 48, 49])
def test_p04_so_many_slots_that_the_kernel_waits_for_more(proxy, listener, n):
    """After a stream, so that they are spliced: nothing stays behind."""
    it = proxy(listener, args=["-t1"])
    client, server = it.pair(listener)
    of_one_byte(client.sock)
    same_stream(client, server)
    for i in range(n):
        client.send(bytes([i]))
    server.reads(bytes(range(n)))


def same_stream(client, server, n=MIB):
    data = bulk(n)
    done = run(client.send, data)
    same(server, data)
    done()


def test_p05_more_is_never_said(proxy, listener):
    """The kernel refuses splice() with SPLICE_F_MORE here, or without
    SPLICE_F_NONBLOCK, or with a flag that does nothing, or for more than a GiB
    (P7, P8, P23): and still all is spliced."""
    it = proxy(listener, args=["-t1"],
               preexec_fn=kernel.under(kernel.only_good_splices()))
    client, server = it.pair(listener)
    pass_all(client, server, bulk(4 * MIB))
    pass_all(server, client, bulk(4 * MIB))
    line = closed(it, client, server)
    for by in (line.by_up, line.by_down):
        assert by["pipe"] > 0.9 * 4 * MIB


def of_the_proxy(it, level, name):
    """That option of each connected socket of a proxy."""
    found = []
    for fd in kernel.descriptors_of(it.pid, "socket:"):
        with socket.socket(fileno=fd) as sock:
            if sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 0 \
                    and sock.family == socket.AF_INET:
                found.append((sock.getsockopt(level, name),
                              fcntl.fcntl(fd, fcntl.F_GETFL)))
    return found


def test_p06_no_delay_on_both_sides(proxy, listener):
    it = proxy(listener, args=["-t1"])
    client, server = it.pair(listener)
    client.send(b"x")
    server.reads(b"x")
    options = of_the_proxy(it, socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert [option for option, _ in options] == [1, 1]


@pytest.mark.parametrize("n", [1, 100, 1024, 16384])
def test_p06_messages_do_not_wait(proxy, listener, n):
    """Neither 40 ms nor 200 ms, each time; also behind a stream. A median is
    far below that even where the machine has other things to do."""
    it = proxy(listener, args=["-t1"])
    client, server = it.pair(listener)
    took = []
    for i in range(40):
        if i % 20 == 10:
            same_stream(client, server, MIB // 2)
        data = bytes([i]) * n
        began = time.monotonic()
        client.send(data)
        server.reads(data).send(data)
        client.reads(data)
        took.append(time.monotonic() - began)
    assert sorted(took)[len(took) // 2] < 0.035


def test_p07_the_flag_does_not_keep_a_socket_from_blocking(proxy, listener):
    """So sockets are O_NONBLOCK; and pipes are spliced with the flag (P5)."""
    it = proxy(listener, args=["-t1"])
    client, server = it.pair(listener)
    client.send(b"x")
    server.reads(b"x")
    options = of_the_proxy(it, socket.SOL_SOCKET, socket.SO_TYPE)
    assert len(options) == 2
    assert all(flags & os.O_NONBLOCK for _, flags in options)


def test_p08_no_length_is_too_long(proxy, listener):
    """Each call asks for a MiB at most, which is what one step may take."""
    it = proxy(listener, args=["-t1"], preexec_fn=kernel.under(
        kernel.only_good_splices(most=MIB)))
    client, server = it.pair(listener)
    pass_all(client, server, bulk(8 * MIB))
    assert closed(it, client, server).by_up["pipe"] > 7 * MIB


# ── Ends ──


def test_p09_a_peer_that_is_gone_kills_nobody(proxy, listener):
    """splice() has no MSG_NOSIGNAL."""
    it = proxy(listener, args=["-t1"])
    for _ in range(5):
        client, server = it.pair(listener)
        same_stream(client, server)
        server.rst()
        try:
            while True:
                client.sock.send(bytes(MIB))
        except ConnectionError:
            pass
        client.close()
    assert {line.ended for line in it.lines(5)} == {"SD"}
    client, server = it.pair(listener)
    client.send(b"x")
    server.reads(b"x")


@pytest.mark.parametrize("up", [True, False])
def test_p10_out_of_band_in_a_stream(proxy, listener, up):
    """splice() stops at the mark for ever; bytes behind it come all the same."""
    it = proxy(listener, args=["-t1"])
    client, server = it.pair(listener)
    sender, receiver = (client, server) if up else (server, client)
    want = b""
    for i in range(4):
        data = bulk(MIB)
        done = run(sender.send, data)
        same(receiver, data)
        done()
        sender.send(b"!", socket.MSG_OOB)
        want = b"behind %d" % i
        sender.send(want)
        receiver.reads(want)
    before = it.cpu()
    sender.looks_away()
    assert it.cpu() - before < 0.2
    sender.fin()
    receiver.ended().send(b"fine").fin()
    sender.reads(b"fine").ended()
    line = closed(it, client, server)
    assert line.ended == "--"
    assert (line.by_up if up else line.by_down)["pipe"] > 3 * MIB


def test_p11_a_reset_behind_queued_bytes(proxy, listener):
    it = proxy(listener, args=["-t1"])
    client, server = it.pair(listener)
    same_stream(server, client)
    server.send(b"last words")
    wait_for(lambda: waiting(client.sock) == 10, "its last words")
    server.rst()
    client.reads(b"last words").was_reset()
    assert it.lines()[0].ended == "SD"


def waiting(sock):
    """Bytes that lie there to be read."""
    return struct.unpack("i", fcntl.ioctl(sock, 0x541b, bytes(4)))[0]


def test_p12_an_end_waits_for_the_pipe(proxy):
    """With a reader that has stopped and a sender that is through."""
    listener = Listener(receive=8192)
    it = proxy(listener, args=["-t1"])
    client, server = it.pair(listener)
    data = fill(client, 4 * MIB)
    client.fin()
    server.looks_away()
    same(server, data).ended().send(b"all").close()
    client.reads(b"all").ended().close()
    assert it.lines()[0].ended == "--"
    listener.close()


def test_p14_what_a_slow_peer_can_hold(proxy):
    """One pipe's worth beside what sockets hold; nothing more is taken."""
    listener = Listener(receive=8192)
    it = proxy(listener, args=["-t1", "--metrics", "127.0.0.1:0"])
    pairs = [it.pair(listener) for _ in range(2)]
    for client, _server in pairs:
        fill(client, 8 * MIB)
    assert numbers(it)[1]["pour_pipes_lent"] <= 2
    before = it.cpu()
    pairs[0][1].looks_away()
    assert it.cpu() - before < 0.2
    for client, server in pairs:
        client.rst()
        server.rst()
    it.lines(2)
    assert numbers(it)[1]["pour_pipes_lent"] == 0
    listener.close()
