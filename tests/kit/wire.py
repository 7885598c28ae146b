# SPDX-License-Identifier: MIT
"""A client of raw sockets, which believes nothing that it does not read."""

import email.utils
import os
import re
import socket
import struct

CHUNK = 1 << 20
RESET = struct.pack("ii", 1, 0)
BODILESS = (204, 304)


def request(target="/", *fields, method="GET", version="1.1", host="x"):
    """The bytes of a request; host None leaves the field out."""
    lines = [f"{method} {target} HTTP/{version}"]
    if host is not None:
        lines.append(f"Host: {host}")
    text = "\r\n".join([*lines, *fields, "", ""])
    return text.encode("utf-8", "surrogateescape")


class Answer:
    """A head that is well formed, and the body that it announced."""

    def __init__(self, head):
        assert head.endswith(b"\r\n\r\n")
        first, *lines = head[:-4].decode("latin-1").split("\r\n")
        match = re.fullmatch(r"HTTP/1\.1 (\d{3}) ([A-Z][A-Za-z -]+)", first)
        assert match, first
        self.status = int(match[1])
        self.fields = []
        for line in lines:
            match = re.fullmatch(r"([A-Za-z-]+): ([ -~\x80-\xff]*)", line)
            assert match, line
            self.fields.append((match[1], match[2]))
        self.body = b""
        assert email.utils.parsedate_to_datetime(self["Date"])

    def __getitem__(self, name):
        """The value of the one field of that name, or None."""
        found = [value for key, value in self.fields
                 if key.lower() == name.lower()]
        assert len(found) < 2, f"{name} is there {len(found)} times"
        return found[0] if found else None

    @property
    def length(self):
        return int(self["Content-Length"])

    @property
    def closes(self):
        return self["Connection"] == "close"


class Client:
    """One connection; all that waits has a bound."""

    def __init__(self, where, seconds=20, receive=None, source=None):
        family = socket.AF_INET
        if isinstance(where, (str, os.PathLike)):
            family, where = socket.AF_UNIX, str(where)
        elif ":" in where[0]:
            family = socket.AF_INET6
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        self.sock.settimeout(seconds)
        if receive:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        if family != socket.AF_UNIX:
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if source:
            self.sock.bind((source, 0))
        self.sock.connect(where)
        self.rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def send(self, data):
        self.sock.sendall(data)
        return self

    def ask(self, *args, **more):
        return self.send(request(*args, **more))

    def take(self, size=CHUNK):
        """Some bytes; none at the end."""
        if self.rest:
            taken, self.rest = self.rest[:size], self.rest[size:]
            return taken
        return self.sock.recv(size)

    def head(self):
        data = b""
        while (end := data.find(b"\r\n\r\n")) < 0:
            piece = self.take()
            assert piece, f"it closed after {data!r}"
            data += piece
            assert len(data) < 4 * CHUNK
        self.rest = data[end + 4:] + self.rest
        return Answer(data[:end + 4])

    def pieces(self, length):
        """So many bytes, one piece after the other."""
        while length > 0:
            piece = self.take(min(CHUNK, length))
            assert piece, f"it closed with {length} bytes to go"
            length -= len(piece)
            yield piece

    def waste(self, length):
        """Reads so many bytes, which the kernel drops; how many came."""
        buffer = bytearray(16 * CHUNK)
        done = len(self.rest[:length])
        self.rest = self.rest[length:]
        while done < length and (n := self.sock.recv_into(
                buffer, min(length - done, len(buffer)), socket.MSG_TRUNC)):
            done += n
        return done

    def line(self):
        """Up to a CRLF, which is taken as well."""
        data = b""
        while (end := data.find(b"\r\n")) < 0:
            piece = self.take()
            assert piece, f"it closed after {data!r}"
            data += piece
        self.rest = data[end + 2:] + self.rest
        return data[:end]

    def chunks(self):
        """The bytes of a chunked body, one chunk after the other."""
        while (size := int(self.line(), 16)) > 0:
            yield b"".join(self.pieces(size))
            assert self.line() == b""
        assert self.line() == b""

    def answer(self, method="GET"):
        answer = self.head()
        if method == "HEAD" or answer.status in BODILESS:
            return answer
        if answer["Transfer-Encoding"] == "chunked":
            assert answer["Content-Length"] is None
            answer.body = b"".join(self.chunks())
        else:
            answer.body = b"".join(self.pieces(answer.length))
        return answer

    def until_end(self):
        """What comes before the peer closes; not before it resets."""
        data = []
        while piece := self.take():
            data.append(piece)
        return b"".join(data)

    def ends(self):
        """Nothing comes but the end."""
        assert self.until_end() == b""

    def half_close(self):
        self.sock.shutdown(socket.SHUT_WR)
        return self

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.sock.close()


def get(where, *args, method="GET", **more):
    """One answer by a connection of its own, which is kept to the end."""
    with Client(where) as client:
        client.ask(*args, method=method, **more)
        answer = client.answer(method)
        if answer.closes:
            client.ends()
        return answer


def say(where, data):
    """The answer to those bytes, and then the end."""
    with Client(where) as client:
        client.send(data)
        answer = client.answer()
        client.ends()
        return answer
