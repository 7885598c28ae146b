# SPDX-License-Identifier: MIT
"""Limits, ends, signals, numbers: a proxy as those see it who run it."""

import json
import os
import re
import resource
import signal
import socket
import sys
import urllib.error
import urllib.request

import pytest

from peers import run
from program import wait_for


def gone(client):
    """Closed or reset: there is no word for it that all protocols know."""
    try:
        return client.sock.recv(1) == b""
    except ConnectionResetError:
        return True


def test_silence_on_both_sides(proxy, listener):
    it = proxy(listener, args=["--idle-timeout", "0.4"])
    client, server = it.pair(listener)
    client.send(b"x")
    server.reads(b"x")
    assert gone(client)
    assert gone(server)
    assert it.lines()[0].ended == "cD"


def test_who_talks_is_not_silent(proxy, listener):
    it = proxy(listener, args=["--idle-timeout", "0.6"])
    client, server = it.pair(listener)
    for _ in range(8):
        client.send(b"x").hears_nothing(0.15)
        server.reads(b"x")
    client.close()
    server.ended().close()
    assert it.lines()[0].ended == "--"


def test_a_lone_half_may_not_be_silent_for_ever(proxy, listener):
    it = proxy(listener, args=["--half-timeout", "0.4"])
    client, server = it.pair(listener)
    client.hears_nothing(0.6)  # both halves are there: no bound
    client.fin()
    server.ended()
    assert gone(client)
    assert it.lines()[0].ended == "sD"


def test_as_many_as_are_allowed(proxy, listener):
    it = proxy(listener, args=["--max-connections", "2"])
    pairs = [it.pair(listener) for _ in range(2)]
    assert gone(it.dial())
    it.says("turned away: all connections that --max-connections allows")
    pairs[0][0].close()
    pairs[0][1].ended().close()
    it.lines()
    client, server = it.pair(listener)
    client.send(b"x")
    server.reads(b"x")


def test_as_many_of_one_client(proxy, listener):
    it = proxy(listener, args=["--client-connections", "1"])
    client, server = it.pair(listener)
    assert gone(it.dial())
    it.says("a client with more connections than --client-connections")
    client.send(b"x")
    server.reads(b"x")


def test_descriptors_run_out(proxy, listener):
    """P16: it says so, does not spin, and recovers."""
    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    it = proxy(listener, args=["-t1"], preexec_fn=few)
    clients = [it.dial() for _ in range(60)]
    it.says("no descriptors left")
    before = it.cpu()
    clients[0].hears_nothing(0.5)
    assert it.cpu() - before < 0.2
    for client in clients:
        client.close()
    wait_for(lambda: not listener.waits() and it.descriptors()[0] < 20,
             "descriptors back")
    client, server = it.pair(listener)
    client.send(b"x")
    server.reads(b"x")


def test_a_drain_lets_conversations_finish(proxy, listener):
    it = proxy(listener)
    client, server = it.pair(listener)
    client.send(b"before")
    server.reads(b"before")
    it.signal(signal.SIGTERM)
    wait_for(lambda: refused(it), "a closed door")
    client.send(b"after").fin()
    server.reads(b"after").ended().send(b"bye").close()
    client.reads(b"bye").ended()
    assert it.end() == 0
    assert [line.ended for line in it.lines() if line.up] == ["--"]


def refused(it):
    """A handshake that the closing of the door cuts in two is reset; what was
    let in before ends at once, for a drain would wait for it."""
    try:
        it.dial().rst()
        return False
    except (ConnectionRefusedError, ConnectionResetError):
        return True


def test_a_drain_has_an_end(proxy, listener):
    it = proxy(listener, args=["--grace", "0.3"])
    client, server = it.pair(listener)
    it.signal(signal.SIGTERM)
    assert it.end() == 0
    client.was_reset()
    server.was_reset()
    assert it.lines()[0].ended == "KD"


def test_a_second_term_cuts(proxy, listener):
    it = proxy(listener)
    client, _server = it.pair(listener)
    it.signal(signal.SIGTERM)
    wait_for(lambda: refused(it), "a closed door")
    it.signal(signal.SIGTERM)
    assert it.end() == 1
    client.was_reset()


def numbers(it):
    where = re.search(r"numbers at (\S+)", it.text())[1]
    with urllib.request.urlopen(where + "metrics", timeout=20) as answer:
        text = answer.read().decode()
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            assert name not in found
            found[name] = float(value)
    return where, found


def test_the_numbers_are_those_of_the_log(proxy, listener):
    it = proxy(listener, args=["--metrics", "127.0.0.1:0"])
    data = os.urandom(3 << 20)
    for n in (1, 1000, len(data)):
        client, server = it.pair(listener)
        done = run(lambda: client.send(data[:n]).fin())
        server.takes(n).ended().send(b"ok").close()
        client.reads(b"ok").ended()
        done()
    lines = it.lines(3)
    where, found = numbers(it)
    to = '{name="",upstream="%s"}' % listener.name
    assert found["pour_upstream_connects_total" + to] == 3
    assert found["pour_upstream_failures_total" + to] == 0
    assert found["pour_upstream_sent_bytes_total" + to] == \
        sum(line.up for line in lines)
    assert found["pour_upstream_received_bytes_total" + to] == 6
    for by in ("copy", "pipe"):
        assert found['pour_relay_bytes_total{by="%s"}' % by] == \
            sum(line.by_up.get(by, 0) + line.by_down.get(by, 0)
                for line in lines)
    assert found['pour_conversations_total{ended="-"}'] == 3
    assert found["pour_connections_total"] == 3
    assert found["pour_connect_seconds_count"] == 3
    with urllib.request.urlopen(where + "readyz", timeout=20) as answer:
        assert answer.status == 200
    client, server = it.pair(listener)
    it.signal(signal.SIGTERM)

    def draining():
        try:
            with urllib.request.urlopen(where + "readyz", timeout=20):
                return False
        except urllib.error.HTTPError as error:
            return error.code == 503
    wait_for(draining, "503 while it drains")
    client.close()
    server.close()


def test_lines_as_objects(proxy, listener):
    it = proxy(listener, args=["--log", "json"])
    client, server = it.pair(listener)
    client.send(b"hello").fin()
    server.reads(b"hello").ended().send(b"hi").close()
    client.reads(b"hi").ended()
    line = json.loads(wait_for(it.said, "a line")[0])
    assert line["target"] == listener.name
    assert line["client"] == "127.0.0.1:%d" % client.sock.getsockname()[1]
    assert line["ended"] == "--"
    assert line["up"]["bytes"] == 5
    assert line["up"]["by"]["copy"]["bytes"] == 5
    assert line["down"]["bytes"] == 2


def test_a_log_file_that_is_moved(proxy, listener, tmp_path):
    log = tmp_path / "log"
    it = proxy(listener, args=["--log-file", log])
    for name in ("log.1", None):
        client, server = it.pair(listener)
        client.close()
        server.ended().close()
        wait_for(lambda: log.exists() and log.read_text(), "a line")
        if name:
            log.rename(tmp_path / name)
            it.signal(signal.SIGUSR1)
            wait_for(log.exists, "a new file")
    assert log.read_text().count("\n") == 1


def test_what_it_does(proxy, listener):
    it = proxy(listener, args=["-t1"])
    client, server = it.pair(listener)
    client.send(b"x")
    server.reads(b"x")
    it.signal(signal.SIGUSR2)
    it.says(f"target {listener.name}: good, active 1, connects 1, failures 0")
    it.says("connecting 0, waiting for a place 0, passing 1")
    it.signal(signal.SIGHUP)
    it.says("nothing to reload")
    client.send(b"y")
    server.reads(b"y")


BECOME = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ["LISTEN_PID"] = str(os.getpid())
os.environ["LISTEN_FDS"] = "1"
os.execv(sys.argv[2], sys.argv[2:])
"""


def test_inherited_sockets(proxy, listener):
    with pytest.raises(AssertionError, match="--listen is missing"):
        proxy(listener, listen=[])
    with socket.create_server(("127.0.0.1", 0)) as sock:
        number = sock.fileno()
        it = proxy(listener, listen=[], pass_fds=(number,),
                   before=(sys.executable, "-c", BECOME, str(number)))
        assert it.ports == [sock.getsockname()[1]]
        client, server = it.pair(listener)
        client.send(b"x")
        server.reads(b"x")
