# SPDX-License-Identifier: MIT
"""Many requests on one connection: which stay, in which order, how split."""

import time

import pytest

from contents import data_of
from wire import Client, request

HELLO = b"hello\n"

# (kept, version, Connection fields)
TABLE = [
    (True, "1.1"),
    (True, "1.1", "keep-alive"),
    (True, "1.1", "upgrade"),
    (True, "1.1", "closed, not-close"),
    (True, "1.1", ""),
    (True, "1.2"),
    (False, "1.1", "close"),
    (False, "1.1", "Close"),
    (False, "1.1", "x, close"),
    (False, "1.1", "x,close,y"),
    (False, "1.1", "keep-alive, close"),
    (False, "1.1", "keep-alive", "close"),
    (False, "1.0"),
    (False, "1.0", "close"),
    (False, "1.0", "upgrade"),
    (False, "1.0", "keep-alive, close"),
    (True, "1.0", "keep-alive"),
    (True, "1.0", "Keep-Alive"),
    (True, "1.0", "x, Keep-Alive"),
]


@pytest.mark.parametrize("case", TABLE, ids=repr)
def test_kept_or_closed(site, case):
    kept, version, *values = case
    fields = [f"Connection: {value}" for value in values]
    with Client(site.address) as client:
        client.ask("/small", *fields, version=version)
        answer = client.answer()
        assert answer.body == HELLO
        assert answer.closes == (not kept)
        if version == "1.0" and kept:
            assert answer["Connection"] == "keep-alive"
        if kept:
            client.ask("/small", *fields, version=version)
            assert client.answer().body == HELLO
        else:
            client.ends()


def test_fifty_at_once(site):
    targets = ["/small", "/thousand", "/none", "/sub", "/empty"] * 10
    bodies = {"/small": HELLO, "/thousand": data_of(1000), "/empty": b""}
    with Client(site.address) as client:
        client.send(b"".join(request(target) for target in targets))
        for target in targets:
            answer = client.answer()
            assert answer.body == bodies.get(target, answer.body)
            assert answer.status == {"/none": 404, "/sub": 301}.get(
                target, 200)
        assert client.ask("/small").answer().body == HELLO


def test_more_than_a_buffer_at_once(site):
    """Heads that together are longer than the longest one may be."""
    n = 100
    long = [request("/small", f"A: {'x' * (37 * i % 1900)}")
            for i in range(n)]
    with Client(site.address) as client:
        client.send(b"".join(long))
        for _ in range(n):
            assert client.answer().body == HELLO


def test_large_ones_at_once(site):
    with Client(site.address) as client:
        client.send((request("/large") + request("/small")) * 10)
        for _ in range(10):
            assert client.answer().body == data_of((1 << 20) + 1)
            assert client.answer().body == HELLO


def test_nothing_after_a_close(site):
    with Client(site.address) as client:
        client.send(request("/small") + request("/small", "Connection: close")
                    + request("/small"))
        assert not client.answer().closes
        assert client.answer().closes
        client.ends()


def test_nothing_after_what_is_malformed(site):
    with Client(site.address) as client:
        client.send(request("/small") * 3 + b"BAD\r\n\r\n" + request("/small"))
        for _ in range(3):
            assert client.answer().body == HELLO
        assert client.answer().status == 400
        client.ends()


def split_points():
    return range(1, len(request("/thousand", "Range: bytes=10-19")
                        + request("/small")))


def test_split_at_each_point(site):
    both = request("/thousand", "Range: bytes=10-19") + request("/small")
    for at in split_points():
        with Client(site.address) as client:
            client.send(both[:at])
            if at % 8 == 0:
                time.sleep(0.002)
            client.send(both[at:])
            assert client.answer().body == data_of(1000)[10:20]
            assert client.answer().body == HELLO


def test_split_at_each_point_while_answers_are_read(site):
    both = request("/thousand", "Range: bytes=10-19") + request("/small")
    first = len(request("/thousand", "Range: bytes=10-19"))
    with Client(site.address) as client:
        for at in split_points():
            client.send(both[:at])
            if at >= first:
                assert client.answer().body == data_of(1000)[10:20]
            client.send(both[at:])
            if at < first:
                assert client.answer().body == data_of(1000)[10:20]
            assert client.answer().body == HELLO


def test_empty_lines_between(site):
    with Client(site.address) as client:
        for _ in range(3):
            client.send(request("/small") + b"\r\n")
            assert client.answer().body == HELLO


@pytest.mark.parametrize("target", ["/small", "/large"])
def test_half_closed_after_the_request(site, target):
    """Who has nothing more to say is still told everything."""
    with Client(site.address) as client:
        client.ask(target).half_close()
        body = (site.root / target[1:]).read_bytes()
        time.sleep(0.02)
        assert client.answer().body == body
        client.ends()


def test_half_closed_after_many(site):
    with Client(site.address) as client:
        client.send(request("/large") * 5 + request("/small")).half_close()
        for _ in range(5):
            assert client.answer().length == (1 << 20) + 1
        assert client.answer().body == HELLO
        client.ends()


def test_who_reads_late_gets_it_all(site):
    with Client(site.address, receive=4096) as client:
        client.send(request("/large", "Connection: close"))
        time.sleep(0.2)
        assert client.answer().body == data_of((1 << 20) + 1)
        client.ends()
