# SPDX-License-Identifier: MIT
"""Heads that two readers could read in two ways, and all that is no head."""

import time

import pytest

from wire import CHUNK, Client, request, say

GOOD = b"GET /small HTTP/1.1\r\nHost: x\r\n\r\n"


def line(first):
    return first + b"\r\nHost: x\r\n\r\n"


def field(*fields):
    return b"GET /small HTTP/1.1\r\nHost: x\r\n" + b"\r\n".join(
        [*fields, b"", b""])


MALFORMED = {
    # The request line.
    "two spaces": line(b"GET  /small HTTP/1.1"),
    "two spaces later": line(b"GET /small  HTTP/1.1"),
    "space before": line(b" GET /small HTTP/1.1"),
    "space behind": line(b"GET /small HTTP/1.1 "),
    "tab": line(b"GET\t/small HTTP/1.1"),
    "no version": line(b"GET /small"),
    "no version but a space": line(b"GET /small "),
    "no target": line(b"GET HTTP/1.1"),
    "nothing but a method": line(b"GET"),
    "space in the target": line(b"GET /small more HTTP/1.1"),
    "fragments of a version": line(b"GET /small HTTP/1."),
    "long version": line(b"GET /small HTTP/1.10"),
    "lower version": line(b"GET /small http/1.1"),
    "other protocol": line(b"GET /small ICAP/1.0"),
    "version of letters": line(b"GET /small HTTP/a.b"),
    "version with a space": line(b"GET /small HTTP/ 1.1"),
    "two digits before": line(b"GET /small HTTP/01.1"),
    "method no token": line(b"G(T /small HTTP/1.1"),
    "method with a colon": line(b"GET: /small HTTP/1.1"),
    "control in the target": line(b"GET /\x01 HTTP/1.1"),
    "delete in the target": line(b"GET /\x7f HTTP/1.1"),
    "high byte in the target": line(b"GET /\xc3\xbc HTTP/1.1"),
    "NUL in the target": line(b"GET /small\0 HTTP/1.1"),
    "NUL in the method": line(b"G\0T /small HTTP/1.1"),
    "a field first": b"Host: x\r\nGET /small HTTP/1.1\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "binary": bytes(range(256)) + b"\r\n\r\n",
    # Ends of lines.
    "LF alone": b"GET /small HTTP/1.1\nHost: x\n\n",
    "LF after the first": b"GET /small HTTP/1.1\nHost: x\r\n\r\n",
    "LF after a field": field(b"A: b\nC: d"),
    "LF at the end": b"GET /small HTTP/1.1\r\nHost: x\r\nA: b\n\r\n",
    "CR in the line": line(b"GET /small\rHTTP/1.1"),
    "CR in a value": field(b"A: b\rC: d"),
    "CR before CRLF": field(b"A: b\r"),
    "CR in a name": field(b"A\r: b"),
    # Fields.
    "folded": field(b"A: b", b" c"),
    "folded by a tab": field(b"A: b", b"\tc"),
    "folded at the start": field(b" A: b"),
    "space before the colon": field(b"A : b"),
    "tab before the colon": field(b"A\t: b"),
    "space in a name": field(b"A B: c"),
    "no colon": field(b"A"),
    "no name": field(b": b"),
    "name no token": field(b"A(b): c"),
    "high byte in a name": field(b"\xc3\xbc: c"),
    "NUL in a name": field(b"A\0: c"),
    "NUL in a value": field(b"A: b\0c"),
    "control in a value": field(b"A: b\x01c"),
    "delete in a value": field(b"A: b\x7fc"),
    # Host.
    "no host": b"GET /small HTTP/1.1\r\nA: b\r\n\r\n",
    "two hosts": field(b"Host: x"),
    "two other hosts": field(b"host: y"),
    "host with a path": b"GET /small HTTP/1.1\r\nHost: x/y\r\n\r\n",
    "host with a user": b"GET /small HTTP/1.1\r\nHost: a@x\r\n\r\n",
    "host with a space": b"GET /small HTTP/1.1\r\nHost: x y\r\n\r\n",
    "host with a quote": b'GET /small HTTP/1.1\r\nHost: x"y\r\n\r\n',
    "two hosts in 1.0": b"GET /small HTTP/1.0\r\nHost: x\r\nHost: x\r\n\r\n",
    # Lengths.
    "two lengths": field(b"Content-Length: 1", b"Content-Length: 2"),
    "list of lengths": field(b"Content-Length: 1, 2"),
    "length below": field(b"Content-Length: -1"),
    "length with a plus": field(b"Content-Length: +1"),
    "length in hex": field(b"Content-Length: 0x1"),
    "length with a point": field(b"Content-Length: 1.0"),
    "length with a space": field(b"Content-Length: 1 1"),
    "no length": field(b"Content-Length: "),
    "length of letters": field(b"Content-Length: a"),
    "length beyond": field(b"Content-Length: 18446744073709551616"),
    "length far beyond": field(b"Content-Length: " + b"9" * 100),
    "length and chunks": field(b"Content-Length: 1",
                               b"Transfer-Encoding: chunked"),
    "zero length and chunks": field(b"Content-Length: 0",
                                    b"Transfer-Encoding: chunked"),
    "chunks in 1.0": b"GET /small HTTP/1.0\r\nHost: x\r\n"
                     b"Transfer-Encoding: chunked\r\n\r\n",
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_malformed(site, data):
    """400, and nothing that follows on that connection is looked at."""
    answer = say(site.address, data + GOOD)
    assert answer.status == 400
    assert answer.closes
    assert b"hello" not in answer.body


CODINGS = ["identity", "xchunked", "chunked, identity", "chunked, chunked",
           "gzip", "gzip, chunked", " ", '"chunked"', "chunked;a=b",
           "chunked\r\nTransfer-Encoding: chunked",
           "identity\r\nTransfer-Encoding: chunked"]


@pytest.mark.parametrize("coding", CODINGS, ids=ascii)
def test_odd_codings(site, coding):
    answer = say(site.address, field(b"Transfer-Encoding: " + coding.encode())
                 + b"0\r\n\r\n" + GOOD)
    assert answer.status in (400, 501)


WELL_FORMED = {
    "no space": field(b"A:b"),
    "much space": field(b"A: \t  b \t "),
    "no value": field(b"A:"),
    "nothing but space": field(b"A:   "),
    "high bytes": field(b"A: \xc3\xbc\xff"),
    "tab within": field(b"A: b\tc"),
    "colons": field(b"A: b: c"),
    "odd name": field(b"!#$%&'*+-.^_`|~1: c"),
    "repeated": field(b"A: b", b"A: c"),
    "empty line before": b"\r\n" + GOOD,
    "host with a port": b"GET /small HTTP/1.1\r\nHost: x:80\r\n\r\n",
    "host of v6": b"GET /small HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
    "host in capitals": b"GET /small HTTP/1.1\r\nHOST: X\r\n\r\n",
    "host last": b"GET /small HTTP/1.1\r\nA: b\r\nHost: x\r\n\r\n",
    "no host in 1.0": b"GET /small HTTP/1.0\r\n\r\n",
    "nothing in 1.0": b"GET /small HTTP/1.0\r\nConnection: x\r\n\r\n",
    "length zero": field(b"Content-Length: 0"),
    "empty host": b"GET /small HTTP/1.1\r\nHost:\r\n\r\n",
}


@pytest.mark.parametrize("data", WELL_FORMED.values(), ids=WELL_FORMED)
def test_well_formed(site, data):
    with Client(site.address) as client:
        answer = client.send(data).answer()
        assert (answer.status, answer.body) == (200, b"hello\n")


def test_one_byte_at_a_time(site):
    data = request("/thousand", "Range: bytes=1-2", "A: " + "b" * 50)
    with Client(site.address) as client:
        for n in range(3):
            for at in range(len(data)):
                client.send(data[at:at + 1])
                if n == 0:
                    time.sleep(0.001)
            assert client.answer().status == 206


@pytest.mark.parametrize("name", ["LF alone", "CR in a value", "two hosts",
                                  "no colon", "TLS", "length and chunks"])
def test_malformed_one_byte_at_a_time(site, name):
    """It may be refused before its end; the answer is the same."""
    with Client(site.address) as client:
        for at in range(len(MALFORMED[name])):
            client.send(MALFORMED[name][at:at + 1])
        assert client.answer().status == 400
        client.ends()


@pytest.mark.parametrize("pause", [0, 0.1])
@pytest.mark.parametrize("more", [1, 1000, CHUNK, 8 * CHUNK])
def test_the_answer_outlives_what_follows(site, more, pause):
    """Unread bytes at a close are a reset, which would destroy it."""
    with Client(site.address) as client:
        client.send(b"BAD\r\n\r\n")
        client.send(b"x" * more)
        time.sleep(pause)
        assert client.answer().status == 400
        client.send(b"more")
        client.ends()


def test_it_does_not_linger_for_ever(site):
    """Who goes on sending is cut off, by time or by bytes."""
    with Client(site.address) as client:
        client.send(b"BAD\r\n\r\n")
        assert client.answer().status == 400
        with pytest.raises(ConnectionError):
            for _ in range(1000):
                client.send(b"x" * CHUNK)


def test_nothing_at_all(site):
    for data in (b"", b"\r\n", b"G", b"GET / HTTP/1.1\r\nHost: x\r\n"):
        with Client(site.address) as client:
            client.send(data).half_close()
            client.ends()
