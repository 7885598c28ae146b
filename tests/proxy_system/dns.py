# SPDX-License-Identifier: MIT
"""A DNS server by a script: what it says to each question is a test's.

    dns.says("db.test", "A", ["127.0.0.2", "127.0.0.3"], ttl=1)
    dns.does("db.test", "A", lambda query: [wrong_id(query), good(query)])
"""

import ipaddress
import select
import socket
import struct
import threading

A, CNAME, AAAA, SRV = 1, 5, 28, 33
TYPES = {"A": A, "AAAA": AAAA, "SRV": SRV, "CNAME": CNAME}
NO_SUCH_NAME, FAILED, REFUSED = 3, 2, 5
LENGTH = struct.Struct("!H")


def packed(name):
    return b"".join(bytes([len(label)]) + label.encode()
                    for label in name.split(".") if label) + b"\0"


class Query:
    """A question, and the answers that can be made of it."""

    def __init__(self, data, is_tcp):
        self.data, self.is_tcp = data, is_tcp
        labels, at = [], 12
        while data[at]:
            labels.append(data[at + 1:at + 1 + data[at]].decode())
            at += 1 + data[at]
        self.name = ".".join(labels).lower()
        self.type = LENGTH.unpack_from(data, at + 1)[0]
        self.question = data[12:at + 5]

    def answer(self, records=(), code=0, flags=0x8180, number=None,
               question=None):
        number = self.data[:2] if number is None else number
        question = self.question if question is None else question
        return (number + struct.pack("!HHHHH", flags | code, 1, len(records),
                                     0, 0) + question + b"".join(records))


def record(name, kind, data, ttl=60):
    return packed(name) + struct.pack("!HHIH", kind, 1, ttl, len(data)) + data


def address(name, text, ttl=60):
    ip = ipaddress.ip_address(text)
    return record(name, A if ip.version == 4 else AAAA, ip.packed, ttl)


def service(name, priority, weight, port, host, ttl=60):
    return record(name, SRV, struct.pack("!HHH", priority, weight, port) +
                  packed(host), ttl)


class Dns:
    """Answers by UDP and TCP at one port until it is closed."""

    def __init__(self, at="127.0.0.1"):
        for _ in range(20):  # a port that is free for both
            self.tcp = socket.create_server((at, 0))
            self.port = self.tcp.getsockname()[1]
            self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                self.udp.bind((at, self.port))
                break
            except OSError:
                self.tcp.close()
                self.udp.close()
        self.name = f"{at}:{self.port}"
        self.lock = threading.Lock()
        self.scripts = {}
        self.asked = []
        self.end, self.ends = socket.socketpair()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def does(self, name, kind, script):
        """script(query) makes a list of what is sent; [] is silence."""
        with self.lock:
            self.scripts[name, TYPES[kind]] = script

    def says(self, name, kind, values, ttl=1):
        if kind == "SRV":
            records = [service(name, *value, ttl=ttl) for value in values]
        else:
            records = [address(name, value, ttl) for value in values]
        self.does(name, kind, lambda query: [query.answer(records)])

    def fails(self, name, code):
        for kind in TYPES:
            self.does(name, kind, lambda query: [query.answer(code=code)])

    def count(self, name, kind):
        with self.lock:
            return self.asked.count((name, TYPES[kind]))

    def _answers(self, data, is_tcp):
        query = Query(data, is_tcp)
        with self.lock:
            self.asked.append((query.name, query.type))
            script = self.scripts.get((query.name, query.type))
            known = {name for name, _ in self.scripts}
        if script:
            return script(query)
        code = 0 if query.name in known else NO_SUCH_NAME
        return [query.answer(code=code)]

    def _take_udp(self):
        data, whom = self.udp.recvfrom(4096)
        for answer in self._answers(data, False):
            self.udp.sendto(answer, whom)

    def _take_tcp(self, sock):
        with sock:
            sock.settimeout(5)
            try:
                size = LENGTH.unpack(sock.recv(2, socket.MSG_WAITALL))[0]
                data = sock.recv(size, socket.MSG_WAITALL)
                for answer in self._answers(data, True):
                    sock.sendall(LENGTH.pack(len(answer)) + answer)
                sock.recv(1)
            except (OSError, struct.error):
                pass

    def _run(self):
        while True:
            ready = select.select([self.udp, self.tcp, self.ends], [], [])[0]
            if self.ends in ready:
                return
            if self.udp in ready:
                self._take_udp()
            if self.tcp in ready:
                threading.Thread(target=self._take_tcp, daemon=True,
                                 args=self.tcp.accept()[:1]).start()

    def close(self):
        self.end.close()
        self.thread.join(5)
        self.udp.close()
        self.tcp.close()
        self.ends.close()
