# SPDX-License-Identifier: MIT
"""Both ends of a conversation, each a line of a test; and the proxy between.

    client.send(b"ping").fin().reads(b"pong").ended()
"""

import os
import re
import socket
import struct
import subprocess
import threading
import time

from program import POUR, Program, wait_for

RESET = struct.pack("ii", 1, 0)
SECONDS = 20
LINE = re.compile(
    r"\[\d\d/[A-Z][a-z]{2}/\d{4}(?::\d\d){3} [+-]\d{4}\] "
    r"(?P<client>\S+) (?P<at>\S+) > (?P<target>\S+) "
    r"(?P<ended>[-A-Za-z]{2}) (?P<seconds>\d+\.\d{3}) "
    r"connect=(?P<connect>\d+\.\d{3}) tries=(?P<tries>\d+) "
    r"active=(?P<active>\d+) "
    r"up=(?P<up>\d+)(?P<by_up>( [a-z-]+(=\d+/\d+|![A-Z0-9]+))*) "
    r"down=(?P<down>\d+)(?P<by_down>( [a-z-]+(=\d+/\d+|![A-Z0-9]+))*)")


def moved(words):
    """Bytes by method."""
    return {name: int(n) for name, n in re.findall(r"([a-z-]+)=(\d+)/", words)}


class Line:
    """A line of the log, whose accounts add up."""

    def __init__(self, text):
        match = LINE.fullmatch(text)
        assert match, f"no line of a log: {text!r}"
        self.client, self.at = match["client"], match["at"]
        self.target, self.ended = match["target"], match["ended"]
        self.tries, self.active = int(match["tries"]), int(match["active"])
        self.up, self.down = int(match["up"]), int(match["down"])
        self.by_up, self.by_down = (moved(match["by_up"]),
                                    moved(match["by_down"]))
        assert sum(self.by_up.values()) <= self.up, text
        assert sum(self.by_down.values()) <= self.down, text


class Peer:
    """One end, by a script; all that waits has a bound."""

    def __init__(self, sock):
        self.sock = sock
        sock.settimeout(SECONDS)

    def send(self, data, flags=0):
        sent = 0
        while sent < len(data):
            sent += self.sock.send(data[sent:], flags)
        return self

    def fin(self):
        self.sock.shutdown(socket.SHUT_WR)
        return self

    def rst(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.sock.close()
        return self

    def close(self):
        self.sock.close()
        return self

    def reads(self, want):
        got = b""
        while len(got) < len(want):
            piece = self.sock.recv(len(want) - len(got))
            assert piece, f"it ended after {got!r}, before {want!r}"
            got += piece
        assert got == want
        return self

    def takes(self, n, hasher=None):
        """n bytes, whatever they are."""
        while n > 0:
            piece = self.sock.recv(min(n, 1 << 20))
            assert piece, f"it ended {n} bytes early"
            n -= len(piece)
            if hasher:
                hasher.update(piece)
        return self

    def ended(self):
        assert self.sock.recv(1) == b""
        return self

    def was_reset(self):
        try:
            got = self.sock.recv(1)
        except ConnectionResetError:
            return self
        raise AssertionError(f"not reset: {got!r}")

    def hears_nothing(self, seconds=0.2):
        self.sock.settimeout(seconds)
        try:
            got = self.sock.recv(1)
        except TimeoutError:
            self.sock.settimeout(SECONDS)
            return self
        raise AssertionError(f"heard {got!r}")


    def looks_away(self, seconds=0.3):
        """Time passes in which it reads nothing, whatever comes."""
        time.sleep(seconds)
        return self


class Listener:
    """Where a proxy may go: connections are taken one by one."""

    def __init__(self, backlog=128, path=None, receive=None):
        if path is None:
            self.sock = socket.socket(socket.AF_INET)
            address = ("127.0.0.1", 0)
        else:
            self.sock = socket.socket(socket.AF_UNIX)
            address = path
        if receive:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        self.sock.bind(address)
        self.sock.listen(backlog)
        self.sock.settimeout(SECONDS)
        name = self.sock.getsockname()
        if path is None:
            self.name = f"{name[0]}:{name[1]}"
        else:
            text = name.decode() if isinstance(name, bytes) else name
            self.name = "unix:" + text.replace("\0", "@", 1)

    def take(self):
        return Peer(self.sock.accept()[0])

    def waits(self):
        """Whether somebody is there."""
        self.sock.settimeout(0.2)
        try:
            Peer(self.sock.accept()[0]).close()
            return True
        except TimeoutError:
            return False
        finally:
            self.sock.settimeout(SECONDS)

    def close(self):
        self.sock.close()


def closed_port():
    """An address on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return f"127.0.0.1:{sock.getsockname()[1]}"


def run(function, *args):
    """In a thread; whoever joins hears of its failure."""
    failed = []

    def body():
        try:
            function(*args)
        except BaseException as error:  # it is raised again below
            failed.append(error)

    thread = threading.Thread(target=body, daemon=True)
    thread.start()

    def done():
        thread.join(4 * SECONDS)
        assert not thread.is_alive(), "it still runs"
        if failed:
            raise failed[0]
    return done


class Proxy(Program):
    """pour proxy in the background; where, log and end are known."""

    signal = Program.tell
    cpu = Program.cpu_seconds

    def __init__(self, errors, *targets, args=(), listen=("127.0.0.1:0",),
                 before=(), program=POUR, **more):
        words = [*before, program, "proxy", *map(str, args)]
        for address in listen:
            words += ["-l", address]
        for target in targets:
            words += ["--to", getattr(target, "name", target)]
        super().__init__(words, errors, **more)
        found = re.findall(r"127\.0\.0\.1:(\d+)|\[::1\]:(\d+)",
                           self.first.partition(" to ")[0])
        self.ports = [int(four or six) for four, six in found]

    def dial(self, receive=None):
        sock = socket.socket(socket.AF_INET)
        if receive:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        sock.settimeout(SECONDS)
        sock.connect(("127.0.0.1", self.ports[0]))
        return Peer(sock)

    def pair(self, listener):
        """A client and the peer that it talks with."""
        client = self.dial()
        return client, listener.take()

    def lines(self, n=1):
        """The log, once it has n lines."""
        def found():
            lines = [Line(text) for text in self.said()
                     if not text.startswith(("pour: ", "pour proxy: "))]
            return lines if len(lines) >= n else None
        return wait_for(found, f"{n} lines in {self.text()[:4000]}")

    def says(self, words):
        return wait_for(lambda: [s for s in self.said() if words in s],
                        f"{words} in {self.text()[:4000]}")

    def descriptors(self):
        """How many are open, and how many of them are pipes."""
        folder = f"/proc/{self.pid}/fd"
        names = []
        for name in os.listdir(folder):
            try:
                names.append(os.readlink(f"{folder}/{name}"))
            except FileNotFoundError:
                pass
        return len(names), sum(name.startswith("pipe:") for name in names)

    def end(self, seconds=60):
        """Its exit code, once it has ended."""
        code = self.run.wait(seconds)
        self.stopped = True
        return code

    def stop(self):
        if self.lives():
            self.tell()
        try:
            self.run.wait(5)
        except subprocess.TimeoutExpired:
            self.tell()  # conversations that a test has left
        self.wait(status=self.end() and 1)
