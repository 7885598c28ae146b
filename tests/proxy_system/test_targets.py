# SPDX-License-Identifier: MIT
"""Who is called, and what becomes of those whom nobody answers."""

import socket
import subprocess

import pytest

from peers import Listener, Proxy, closed_port, run
from program import POUR, environment


def answer(listener, word):
    """Each caller is told a word and let go."""
    def serve():
        while True:
            try:
                listener.take().send(word).close()
            except (OSError, TimeoutError):
                return
    return run(serve)


def names(it, n):
    """What n callers were told, one after the other."""
    told = []
    for _ in range(n):
        client = it.dial()
        told.append(client.sock.recv(1))
        client.close()
    return told


def test_in_turn(proxy, three):
    for one, word in zip(three, (b"a", b"b", b"c")):
        answer(one, word)
    told = names(proxy(*three, args=["-t1"]), 9)
    assert told == told[:3] * 3
    assert sorted(told[:3]) == [b"a", b"b", b"c"]


def test_by_weight(proxy, three):
    for one, word in zip(three, (b"a", b"b", b"c")):
        answer(one, word)
    told = names(proxy(three[0].name + ",weight=3", three[1], args=["-t1"]),
                 20)
    assert told.count(b"a") == 15
    assert told.count(b"b") == 5


def test_the_same_client_the_same_target(proxy, three):
    for one, word in zip(three, (b"a", b"b", b"c")):
        answer(one, word)
    told = names(proxy(*three, args=["--balance", "hash"]), 10)
    assert len(set(told)) == 1


def test_the_fewest_connections(proxy, three):
    it = proxy(*three, args=["-t1", "--balance", "leastconn"])
    pairs = []
    for _ in range(6):
        pairs.append(it.dial())
    for one in three:
        one.take()
        one.take()
        assert not one.waits()


@pytest.mark.parametrize("method", ["roundrobin", "leastconn", "random",
                                    "hash"])
def test_the_next_one_when_one_refuses(proxy, listener, method):
    it = proxy(closed_port(), listener, args=["-t1", "--balance", method])
    answer(listener, b"x")
    assert names(it, 6) == [b"x"] * 6
    lines = it.lines(6)
    assert {line.target for line in lines} == {listener.name}
    assert {line.ended for line in lines} == {"--"}
    assert max(line.tries for line in lines) <= 2


def test_who_fails_in_a_row_is_left_alone(proxy, listener):
    """Three times; then nobody loses time with it."""
    it = proxy(closed_port(), listener, args=["-t1"])
    answer(listener, b"x")
    names(it, 12)
    assert [line.tries for line in it.lines(12)].count(2) == 3


def test_a_backup_is_for_when_all_others_fail(proxy, listener, three):
    answer(listener, b"b")
    answer(three[0], b"a")
    it = proxy(listener.name + ",backup", three[0], args=["-t1"])
    assert names(it, 3) == [b"a"] * 3
    it = proxy(listener.name + ",backup", closed_port(), args=["-t1"])
    assert names(it, 3) == [b"b"] * 3


def test_nobody_answers(proxy):
    down = closed_port()
    it = proxy(down, closed_port())
    client = it.dial()
    try:
        client.ended()
    except ConnectionResetError:
        pass
    line = it.lines()[0]
    assert line.ended == "SC"
    assert line.tries == 2
    assert (line.up, line.down) == (0, 0)


def full_listener():
    """One whose queue takes no more: connecting to it takes for ever."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen(0)
    fill = []
    for _ in range(8):
        one = socket.socket()
        one.setblocking(False)
        one.connect_ex(sock.getsockname())
        fill.append(one)
    return sock, fill


def test_who_does_not_answer_in_time(proxy, listener):
    slow, fill = full_listener()
    name = "127.0.0.1:%d" % slow.getsockname()[1]
    it = proxy(name + ",weight=256", listener,
               args=["-t1", "--connect-timeout", "0.3"])
    client, server = it.pair(listener)
    client.send(b"hello")
    server.reads(b"hello").close()
    client.ended().close()
    it = proxy(name, args=["--connect-timeout", "0.3"])
    client = it.dial().send(b"hello")
    try:
        client.ended()
    except ConnectionResetError:
        pass
    assert it.lines()[0].ended == "sC"
    for one in [slow, *fill]:
        one.close()


def test_a_client_leaves_before_anybody_has_answered(proxy):
    slow, fill = full_listener()
    it = proxy("127.0.0.1:%d" % slow.getsockname()[1])
    it.dial().rst()
    assert it.lines()[0].ended == "CC"
    for one in [slow, *fill]:
        one.close()


def test_places_and_who_waits_for_one(proxy, listener):
    it = proxy(listener.name + ",max=2", args=["-t1"])
    first, second = it.pair(listener), it.pair(listener)
    waiting = [it.dial().send(b"%d" % i) for i in range(2)]
    assert not listener.waits()
    for number, pair in enumerate((first, second)):
        pair[0].close()
        pair[1].ended().close()
        # In the order in which they came.
        server = listener.take()
        server.reads(b"%d" % number).send(b"ok").close()
        waiting[number].reads(b"ok").ended()


def test_nobody_waits_for_ever(proxy, listener):
    it = proxy(listener.name + ",max=1",
               args=["-t1", "--connect-timeout", "0.3"])
    client, server = it.pair(listener)
    late = it.dial()
    late.ended()
    assert it.lines()[0].ended == "sQ"
    client.send(b"still here")
    server.reads(b"still here")


def test_a_place_is_free_for_all_threads(proxy, listener):
    """Whoever waits in one thread hears of it from all others."""
    it = proxy(listener.name + ",max=1", args=["-t4"])
    for _ in range(12):
        client, server = it.pair(listener)
        waiting = it.dial().send(b"w")
        client.close()
        server.ended().close()
        server = listener.take()
        server.reads(b"w").close()
        waiting.ended().close()


@pytest.mark.parametrize("abstract", [False, True])
def test_unix_sockets(proxy, tmp_path, abstract):
    path = f"\0pour-{tmp_path}" if abstract else str(tmp_path / "to")
    listener = Listener(path=path)
    front = tmp_path / "front"
    it = proxy(listener, listen=[f"unix:{front}", "127.0.0.1:0"])
    client, server = it.pair(listener)
    client.send(b"hello").fin()
    server.reads(b"hello").ended().send(b"bye").close()
    client.reads(b"bye").ended()
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(20)
        sock.connect(str(front))
        server = listener.take()
        sock.sendall(b"hello")
        server.reads(b"hello").send(b"bye").close()
        assert sock.recv(10) == b"bye"
    assert [line.ended for line in it.lines(2)] == ["--", "--"]
    it.stop()
    assert not front.exists()
    listener.close()


def test_v6(proxy):
    if not socket.has_dualstack_ipv6():
        pytest.skip("no IPv6 here")
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as sock:
        sock.settimeout(20)
        it = proxy("[::1]:%d" % sock.getsockname()[1], listen=["[::1]:0"])
        with socket.create_connection(("::1", it.ports[0]), 20) as client:
            server = sock.accept()[0]
            client.sendall(b"hi")
            assert server.recv(10) == b"hi"
            server.close()
        assert it.lines()[0].client.startswith("[::1]:")


@pytest.mark.parametrize("words, what", [
    ([], "--to is missing"),
    (["--to", "9"], "--listen is missing"),
    (["-l", "0", "--to", "nobody"], "'nobody'"),
    (["-l", "0", "--to", "*:80"], "that is not one address"),
    (["-l", "0", "--to", "80,weight=0"], "weight: 1 to 256"),
    (["-l", "0", "--to", "80,weight=257"], "weight: 1 to 256"),
    (["-l", "0", "--to", "80,max=x"], "max: 1 to"),
    (["-l", "0", "--to", "80,best"], "'best'"),
])
def test_bad_words(words, what):
    run_ = subprocess.run([POUR, "proxy", *words], timeout=20, check=False,
                          capture_output=True, text=True, env=environment())
    assert run_.returncode == 2
    assert run_.stderr.startswith("pour proxy: ")
    assert run_.stderr.count("\n") == 1
    assert what in run_.stderr


def test_the_environment(tmp_path, listener):
    down = closed_port()
    it = Proxy(tmp_path / "errors", env={
        "POUR_TO": f"{down},weight=3,{listener.name},backup",
        "POUR_BALANCE": "leastconn"})
    client, server = it.pair(listener)
    client.close()
    server.ended().close()
    it.lines()
    it.stop()


# ── Checks ──


def test_a_check_finds_who_is_down(proxy, three):
    """Before any client does; and says so, and when it is up again."""
    name = three[0].name
    port = int(name.rsplit(":", 1)[1])
    three[0].close()
    answer(three[1], b"b")
    it = proxy(name, three[1], args=["-t2", "--check", "0.1,fall=2,rise=2"])
    it.says(f"target {name} is down: Connection refused")
    assert names(it, 6) == [b"b"] * 6
    assert {line.tries for line in it.lines(6)} == {1}
    with socket.create_server(("127.0.0.1", port)) as sock:
        it.says(f"target {name} is up again")
        sock.settimeout(20)
        seen = set()
        while len(seen) < 2:  # both are called again
            client = it.dial()
            seen.add(who(client, sock))
            client.close()


def who(client, sock):
    """Who has taken the call: the one that says b, or this one."""
    client.sock.settimeout(0.3)
    try:
        return client.sock.recv(1)
    except TimeoutError:
        taken = sock.accept()[0]
        while is_ended(taken):  # a check
            taken = sock.accept()[0]
        return b"a"


def is_ended(sock):
    """Whether the other side has closed already."""
    sock.settimeout(0.3)
    try:
        return sock.recv(1, socket.MSG_PEEK) == b""
    except TimeoutError:
        return False


def test_nobody_is_up(proxy):
    down = closed_port()
    it = proxy(down, args=["--check", "0.1,fall=1"])
    it.says(f"target {down} is down")
    client = it.dial()
    try:
        client.ended()
    except ConnectionResetError:
        pass
    line = it.lines()[0]
    assert (line.ended, line.tries, line.target) == ("SC", 0, "-")


def test_a_check_that_nobody_answers(proxy, listener):
    slow, fill = full_listener()
    name = "127.0.0.1:%d" % slow.getsockname()[1]
    it = proxy(name, listener, args=[
        "--check", "0.1,fall=1", "--connect-timeout", "0.2"])
    it.says(f"target {name} is down: Connection timed out")
    for one in [slow, *fill]:
        one.close()


def test_a_check_says_that_nobody_comes(proxy, listener):
    """Where targets wait for a PROXY header."""
    proxy(listener, args=["--check", "0.1", "--proxy-out", "v1"])
    listener.take().reads(b"PROXY UNKNOWN\r\n").ended()


def test_who_is_down_may_finish(proxy, listener):
    it = proxy(listener, args=["--check", "0.1,fall=1"])
    client = it.dial()
    while True:  # connections of checks end at once
        server = listener.take()
        if not is_ended(server.sock):
            break
    listener.close()
    it.says("is down")
    server.sock.settimeout(20)
    client.send(b"still")
    server.reads(b"still").send(b"here")
    client.reads(b"here")


@pytest.mark.parametrize("words", ["0", "x", "1,fall=0", "1,fall", "1,up=2"])
def test_bad_checks(words):
    test_bad_words(["-l", "0", "--to", "80", "--check", words], "--check: ")
