# SPDX-License-Identifier: MIT
"""pour run with proxies, and a file that changes under conversations."""

import contextlib
import hashlib
import os
import random
import re
import signal
import socket
import threading

from peers import SECONDS, Peer, run
from program import wait_for
from runner import free_port, is_refused
from wire import get


def section(port, *targets, more="", name="lb"):
    to = "".join(f"to = {getattr(target, 'name', target)}\n"
                 for target in targets)
    return (f"[proxy {name}]\nlisten = 127.0.0.1:{port}\nthreads = 2\n"
            f"log = off\n{to}{more}\n")


def dial(port):
    return Peer(socket.create_connection(("127.0.0.1", port), SECONDS))


def pair(port, listener):
    client = dial(port)
    return client, listener.take()


def passes(client, server):
    client.send(b"word")
    server.reads(b"word").send(b"answer")
    client.reads(b"answer")


def test_proxies_and_a_server(start, two, tmp_path):
    a, b, c = free_port(), free_port(), free_port()
    (tmp_path / "file").write_text("hello")
    it = start(section(a, two[0], name="a") + section(b, two[1], name="b") +
               f"[serve www]\nlisten = {c}\nroot = .\nlog = off\n", 3)
    lines = it.lines(" with ")
    assert lines[0] == (f"pour run: a: 127.0.0.1:{a} to {two[0].name} "
                        "with 2 threads")
    assert lines[2].startswith("pour run: www: ")
    for port, target in ((a, two[0]), (b, two[1])):
        client, server = pair(port, target)
        passes(client, server)
        client.close()
        server.ended().close()
    assert get(("127.0.0.1", c), "/file").body == b"hello"
    it.stop()


def test_other_targets_for_those_who_come_now(start, two):
    port = free_port()
    it = start(section(port, two[0]))
    before = pair(port, two[0])
    it.reload(section(port, two[1]))
    for _ in range(4):
        after = pair(port, two[1])
        passes(*after)
    passes(*before)
    before[0].fin()
    before[1].ended().send(b"bye").close()
    before[0].reads(b"bye").ended()


def test_a_file_that_becomes_bad(start, two):
    port, taken = free_port(), two[1].name
    it = start(section(port, two[0]))
    said = it.refuses(section(port, two[1], more="maximum = 3\n"))
    assert any(":6: maximum: no key of [proxy]" in line for line in said)
    said = it.refuses(section(port, two[1], more=f"listen = {taken}\n"))
    assert any(f"[proxy lb]: {taken}: Address already in use" in line
               for line in said)
    passes(*pair(port, two[0]))


def test_addresses_come_and_go(start, two):
    a, b = free_port(), free_port()
    it = start(section(a, two[0]))
    old = pair(a, two[0])
    it.reload(section(b, two[0]))
    wait_for(lambda: is_refused(a), "an end of the old address")
    passes(*pair(b, two[0]))
    passes(*old)
    it.reload(section(b, two[0]) + section(a, two[1], name="other"))
    passes(*pair(a, two[1]))
    it.reload(section(a, two[1], name="other"))
    wait_for(lambda: is_refused(b), "an end of the proxy")
    passes(*old)
    passes(*pair(a, two[1]))


def closed(client):
    try:
        return client.sock.recv(1) == b""
    except ConnectionResetError:
        return True


def test_networks_and_limits(start, two):
    port = free_port()
    it = start(section(port, two[0]))
    first = pair(port, two[0])
    it.reload(section(port, two[0], more="deny = 127.0.0.0/8"))
    assert closed(dial(port))
    passes(*first)
    it.reload(section(port, two[0], more="max-connections = 2"))
    second = pair(port, two[0])
    assert closed(dial(port))
    it.reload(section(port, two[0]))
    third = pair(port, two[0])
    for one in (first, second, third):
        passes(*one)


def test_threads_want_a_restart(start, two):
    port = free_port()
    it = start(section(port, two[0]))
    it.reload(section(port, two[0]).replace("threads = 2", "threads = 1"))
    it.lines("lb: it goes on with 2 threads; a restart changes that")


def states(it):
    """What USR2 says of the targets, by their names."""
    before = len(it.text().splitlines())
    it.tell(signal.SIGUSR2)
    wait_for(lambda: "a thread: " in "".join(it.text().splitlines()[before:]),
             "what it does")
    found = re.findall(r"target (\S+): (.*), active (\d+), connects (\d+),",
                       "\n".join(it.text().splitlines()[before:]))
    return {name: (state, int(active), int(connects))
            for name, state, active, connects in found}


class Echo(threading.Thread):
    """Sends back what comes, whoever comes, until it is closed."""

    def __init__(self):
        super().__init__(daemon=True)
        self.sock = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.name = "127.0.0.1:%d" % self.sock.getsockname()[1]
        self.served = 0
        self.start()

    def run(self):
        while True:
            try:
                peer = self.sock.accept()[0]
            except OSError:
                return
            self.served += 1
            threading.Thread(target=self.echo, args=(peer,),
                             daemon=True).start()

    @staticmethod
    def echo(peer):
        with peer, contextlib.suppress(OSError):
            while data := peer.recv(1 << 16):
                peer.sendall(data)

    def close(self):
        self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()


def test_what_is_known_of_a_target_is_kept(start):
    port, two = free_port(), [Echo(), Echo()]
    check = "check = 0.02,fall=1,rise=1\nbalance = leastconn"
    it = start(section(port, *two, more=check))
    clients = [dial(port).send(b"x").reads(b"x") for _ in range(2)]
    wait_for(lambda: all(state[1] == 1 for state in states(it).values()),
             "one with each")
    gone = two[1].name
    two[1].close()
    it.lines(f"target {gone} is down")
    it.reload(section(port, two[0], gone + ",weight=2", more=check))
    assert states(it)[gone] == ("down", 1, 1)
    assert states(it)[two[0].name][1] == 1
    # Without a check nobody is down for good.
    it.reload(section(port, two[0], gone))
    assert states(it)[gone] == ("good", 1, 1)
    for client in clients:
        client.send(b"y").reads(b"y").close()
    two[0].close()


DATA = os.urandom(1 << 20)


def talk(port, n):
    """n bytes there and back, and an end."""
    at = random.randrange(len(DATA) - n + 1)
    want = hashlib.sha256(DATA[at:at + n]).digest()
    got = hashlib.sha256()
    with socket.create_connection(("127.0.0.1", port), SECONDS) as sock:
        def send():
            sock.sendall(DATA[at:at + n])
            sock.shutdown(socket.SHUT_WR)
        sent = run(send)
        while data := sock.recv(1 << 16):
            got.update(data)
        sent()
    assert got.digest() == want


class Load(threading.Thread):
    """Conversations, one after the other."""

    def __init__(self, port, size):
        super().__init__(daemon=True)
        self.port, self.size = port, size
        self.over = threading.Event()
        self.done, self.failure = 0, None

    def run(self):
        try:
            while not self.over.is_set():
                talk(self.port, random.randrange(1, self.size))
                self.done += 1
        except BaseException as failure:  # it is looked at below
            self.failure = failure


def changes(port, other, echoes):
    """What the file says, one after the other."""
    names = [echo.name for echo in echoes]
    yield section(port, names[1])
    yield section(port, names[0] + ",weight=3", names[1], more="balance = hash")
    yield section(port, names[0], more=f"listen = 127.0.0.1:{other}")
    yield section(port, names[1] + ",max=1", names[0] + ",backup",
                  more="allow = 127.0.0.0/8\nconnect-timeout = 20")
    yield section(port, *names, more="sni = example.org=127.0.0.1:9\n"
                  "hello-timeout = 20")
    yield section(port, *names, more="check = 0.01\nmax-connections = 100")
    yield section(port, names[0], more="proxy-in = 192.0.2.0/24\n"
                  "idle-timeout = 20\nhalf-timeout = 20")


def test_under_load(start):
    """Nobody is refused or reset, and no byte is lost."""
    port, other = free_port(), free_port()
    echoes = [Echo(), Echo()]
    it = start(section(port, echoes[0].name))
    loads = [Load(port, 1000), Load(port, 1000), Load(port, 300000)]
    whole = dial(port)  # one that is there from the first to the last
    for load in loads:
        load.start()
    try:
        for _ in range(4):
            for text in changes(port, other, echoes):
                seen = sum(load.done for load in loads)
                it.reload(text)
                whole.send(DATA[:100]).reads(DATA[:100])
                wait_for(lambda: sum(load.done for load in loads) > seen + 3
                         or any(load.failure for load in loads),
                         "conversations")
    finally:
        for load in loads:
            load.over.set()
        for load in loads:
            load.join(SECONDS)
    assert [load.failure for load in loads] == [None] * len(loads)
    assert all(echo.served > 0 for echo in echoes)
    whole.fin().ended()
    it.stop()
    for echo in echoes:
        echo.close()
