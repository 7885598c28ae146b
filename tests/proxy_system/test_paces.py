# SPDX-License-Identifier: MIT
"""Rates that conversations share: kept each way, and streams stay spliced.

How long something takes at least, and how much comes at most, holds on a busy
machine as well; nothing else about time is asserted.
"""

import signal
import socket
import time

import pytest

from peers import Listener, run
from program import wait_for
from test_operation import gone
from test_passing import MIB, bulk, pass_all

ALL = ["--rate", "--client-rate", "--connection-rate"]


class AtLeast:
    """That a body takes so many seconds, or more."""

    def __init__(self, seconds):
        self.seconds = seconds

    def __enter__(self):
        self.began = time.monotonic()

    def __exit__(self, kind, *_):
        took = time.monotonic() - self.began
        assert kind or took >= self.seconds, f"it took {took:.3f} s only"


def seconds(n, rate):
    """For n bytes, an eighth of a second's at once, and a portion."""
    return (n - rate / 8 - max(rate / 100, 4096)) / rate


@pytest.mark.parametrize("option", ALL)
def test_a_stream_is_paced_and_spliced(proxy, listener, option):
    it = proxy(listener, args=[option, "8M"])
    client, server = it.pair(listener)
    data = bulk(2 * MIB)
    with AtLeast(seconds(len(data), 8 * MIB)):
        pass_all(client, server, data)
    server.close()
    client.ended().close()
    line = it.lines()[0]
    assert (line.ended, line.up) == ("--", len(data))
    assert line.by_up["pipe"] > 0.9 * line.up
    assert it.descriptors()[1] <= 2


@pytest.mark.parametrize("option", ALL)
def test_the_ways_are_apart(proxy, listener, option):
    """What goes up does not use what comes down."""
    it = proxy(listener, args=["-t1", option, "8M"])
    client, server = it.pair(listener)
    data = bulk(MIB)
    with AtLeast(seconds(len(data), 8 * MIB)):
        up = run(pass_all, client, server, data)
        pass_all(server, client, data)
        up()
    line = it.lines()[0]
    assert (line.up, line.down) == (MIB, MIB)


@pytest.mark.parametrize("option", ["--rate", "--client-rate"])
def test_conversations_share_it(proxy, listener, option):
    """More connections are no way around it, nor are more threads."""
    it = proxy(listener, args=["-t2", option, "8M"])
    pairs = [it.pair(listener) for _ in range(4)]
    data = bulk(MIB)[:MIB // 2]
    with AtLeast(seconds(4 * len(data), 8 * MIB)):
        for done in [run(pass_all, *pair, data) for pair in pairs]:
            done()


def test_each_connection_has_its_own(proxy, listener):
    """Eight of them, each of which alone would take as long."""
    it = proxy(listener, args=["--connection-rate", "8M"])
    pairs = [it.pair(listener) for _ in range(8)]
    data = bulk(MIB)
    with AtLeast(seconds(len(data), 8 * MIB)):
        for done in [run(pass_all, *pair, data) for pair in pairs]:
            done()
    for client, server in pairs:
        client.close()
        server.close()
    for line in it.lines(8):
        assert line.by_up["pipe"] > 0.8 * line.up


@pytest.mark.parametrize("option", ALL)
def test_messages_are_copied_as_ever(proxy, listener, option):
    it = proxy(listener, args=["-t1", option, "1M"])
    client, server = it.pair(listener)
    for i in range(300):
        message = b"%05d" % i * 20
        client.send(message)
        server.reads(message).send(message)
        client.reads(message)
    assert it.descriptors()[1] == 0
    client.close()
    server.ended().close()
    line = it.lines()[0]
    assert line.by_up == line.by_down == {"copy": 30000}


@pytest.mark.parametrize("option", ALL)
def test_who_is_idle_holds_nothing(proxy, listener, option):
    it = proxy(listener, args=["-t1", option, "1k"])
    pairs = [it.pair(listener) for _ in range(30)]
    for client, server in pairs:
        client.send(b"x")
        server.reads(b"x").send(b"y")
        client.reads(b"y")
    before = it.cpu()
    pairs[0][0].hears_nothing(0.5)
    assert it.cpu() - before < 0.1
    it.signal(signal.SIGUSR2)
    it.says("pipes lent 0, idle 0; buffers lent 0")


@pytest.mark.parametrize("option", ALL)
def test_who_waits_does_not_spin(proxy, listener, option):
    """Also where the client has left meanwhile, or the target."""
    it = proxy(listener, args=["-t1", option, "64"])
    pairs = [it.pair(listener) for _ in range(10)]
    for i, (client, _server) in enumerate(pairs):
        client.send(bytes(1000))
        if i % 3 == 0:
            client.fin()
        elif i % 3 == 1:
            client.close()
    before = it.cpu()
    time.sleep(0.5)
    assert it.cpu() - before < 0.2
    for _client, server in pairs:
        server.rst()
    assert len(it.lines(10)) == 10


def test_an_end_does_not_wait(proxy, listener):
    it = proxy(listener, args=["-t1", "--rate", "1"])
    client, server = it.pair(listener)
    client.send(b"1")
    server.reads(b"1")
    client.fin()
    server.ended().close()
    client.ended()
    client, server = it.pair(listener)
    server.send(b"2")
    client.reads(b"2").rst()
    server.was_reset()
    assert {line.ended for line in it.lines(2)} == {"--", "CD"}


def test_a_byte_a_second(proxy, listener):
    it = proxy(listener, args=["-t1", "--connection-rate", "1"])
    client, server = it.pair(listener)
    with AtLeast(0.7):
        client.send(b"ab").fin()
        server.reads(b"ab").ended()


def test_who_waits_is_not_silent(proxy, listener):
    it = proxy(listener, args=["-t1", "--rate", "2",
                               "--idle-timeout", "0.3"])
    client, server = it.pair(listener)
    client.send(b"abcd").fin()
    server.reads(b"abcd").ended().close()
    assert it.lines()[0].ended == "--"


def test_who_leaves_gives_it_back(proxy, listener):
    """Twenty who asked for more than a minute's do not hold up the next."""
    it = proxy(listener, args=["-t1", "--rate", "64k"])
    for _ in range(20):
        client, server = it.pair(listener)
        client.send(bulk(MIB)[:200000])
        server.takes(1)
        client.rst()
        server.rst()
    it.lines(20)
    client, server = it.pair(listener)
    client.send(b"next")
    server.reads(b"next")


def test_stopping_while_they_wait(proxy, listener):
    it = proxy(listener, args=["--rate", "10", "--grace", "0.1"])
    pairs = [it.pair(listener) for _ in range(5)]
    for client, _server in pairs:
        client.send(bytes(1000))
    it.signal(signal.SIGTERM)
    assert it.end() == 0
    for client, server in pairs:
        assert gone(client)
        server.close()
    assert {line.ended for line in it.lines(5)} == {"KD"}


def test_a_slow_reader_under_a_rate(proxy):
    """Back-pressure and pace together; every byte."""
    listener = Listener(receive=8192)
    it = proxy(listener, args=["-t1", "--rate", "20M"])
    client, server = it.pair(listener)
    client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
    pass_all(client, server, bulk(2 * MIB))
    server.close()
    client.ended().close()
    wait_for(lambda: it.lines()[0].up == 2 * MIB, "a line")
    listener.close()


@pytest.mark.parametrize("option", ALL)
@pytest.mark.parametrize("word", ["0", "-1", "x", "1e9", "2P"])
def test_bad_rates(proxy, listener, option, word):
    with pytest.raises(AssertionError, match=option):
        proxy(listener, args=[option, word])
