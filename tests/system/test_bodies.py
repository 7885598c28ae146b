# SPDX-License-Identifier: MIT
"""Bodies of requests: nobody wants them, and the next request is behind."""

import time

import pytest

from wire import Client, get, request, say

HELLO = b"hello\n"
LIMIT = 64 * 1024
CHUNKED = "Transfer-Encoding: chunked"
LAST = b"0\r\n\r\n"
ANSWERS = [("GET", 200), ("HEAD", 200), ("OPTIONS", 204), ("POST", 405),
           ("PUT", 405), ("BREW", 501)]


def chunks(body, size=1000):
    pieces = [body[at:at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece)
                    for piece in pieces) + LAST


def is_next(client):
    """The connection is kept, and understood."""
    return client.ask("/small").answer().body == HELLO


SMALL = [
    (["Content-Length: 0"], b""),
    (["Content-Length: 5"], b"12345"),
    (["Content-Length: 0000000005"], b"12345"),
    ([f"Content-Length: {len(request('/large'))}"], request("/large")),
    ([f"Content-Length: {LIMIT}"], b"x" * LIMIT),
    ([CHUNKED], LAST),
    ([CHUNKED], chunks(b"12345")),
    ([CHUNKED], chunks(request("/large"), 7)),
    ([CHUNKED], b"5;a=b\r\n12345\r\n0\r\nA: b\r\n\r\n"),
    ([CHUNKED], chunks(b"x" * LIMIT)),
]


@pytest.mark.parametrize("fields, body", SMALL, ids=lambda x: repr(x)[:40])
@pytest.mark.parametrize("method, status", ANSWERS)
def test_small_ones_are_thrown_away(site, fields, body, method, status):
    with Client(site.address) as client:
        for _ in range(2):
            client.ask("/small", *fields, method=method).send(body)
            answer = client.answer(method)
            assert answer.status == status
            assert not answer.closes
        assert is_next(client)


LARGE = [
    ([f"Content-Length: {LIMIT + 1}"], b"x" * (LIMIT + 1)),
    (["Content-Length: 100000"], b"x" * 100000),
    (["Content-Length: 9223372036854775807"], b"x"),
    ([CHUNKED], chunks(b"x" * (LIMIT + 1))),
    ([CHUNKED], b"7fffffffffffffff\r\n" + b"x" * (LIMIT + 1)),
]


@pytest.mark.parametrize("fields, body", LARGE, ids=lambda x: repr(x)[:40])
@pytest.mark.parametrize("method, status", [("GET", 200), ("POST", 405)])
def test_large_ones_end_the_connection(site, fields, body, method, status):
    with Client(site.address) as client:
        client.ask("/small", *fields, method=method).send(body)
        answer = client.answer(method)
        assert answer.status == status
        assert answer.closes
        client.ends()


def test_the_answer_survives_a_large_body(site):
    """The end is no reset as long as bytes come."""
    with Client(site.address) as client:
        client.ask("/small", "Content-Length: 8000000", method="PUT")
        for _ in range(80):
            client.send(b"x" * 100000)
        answer = client.answer()
        assert answer.status == 405 and answer.closes
        client.ends()


BAD = [b"5\n12345\r\n" + LAST, b"5 \r\n12345\r\n" + LAST,
       b"0x5\r\n12345\r\n" + LAST, b"+5\r\n12345\r\n" + LAST,
       b"5\r\n123456\r\n" + LAST, b"5;\n12345\r\n" + LAST,
       b"8000000000000000\r\n", b"00000000000000005\r\n12345\r\n" + LAST,
       b"\r\n", b"0\n\n", b"0\r\nGET / HTTP/1.1\r\n\r\n",
       b"1;" + b"a" * 5000, b"0\r\nA: " + b"b" * 5000]


@pytest.mark.parametrize("body", BAD, ids=lambda body: repr(body[:20]))
def test_what_is_no_chunk(site, body):
    with Client(site.address) as client:
        client.ask("/small", CHUNKED).send(body + request("/small"))
        answer = client.answer()
        assert answer.status == 400
        assert answer.closes
        client.ends()


SMUGGLED = [
    ["Content-Length: 5", CHUNKED], [CHUNKED, "Content-Length: 5"],
    ["Content-Length: 5", "Content-Length: 5"],
    ["Content-Length: 5", "Content-Length: 6"], ["Content-Length: 5, 5"],
    ["Content-Length: +5"], ["Content-Length: -1"], ["Content-Length: "],
    ["Content-Length: 5 5"], ["Content-Length: 0x5"],
    ["Content-Length: 99999999999999999999"], ["Content-Length: 5a"],
    [CHUNKED, CHUNKED], ["Transfer-Encoding : chunked"],
    ["Transfer-Encoding:", " chunked"], ["Transfer-Encoding: chunked\x0b"],
]


# Nobody knows where a body in one of these ends.
UNKNOWN = ["chunked, identity", "identity, chunked", "gzip, chunked",
           ",chunked", "xchunked", "identity", "chunked;a", ""]


def is_refused(site, status, *fields):
    with Client(site.address) as client:
        client.ask("/small", *fields)
        client.send(b"5\r\n12345\r\n" + LAST + request("/large"))
        answer = client.answer()
        assert answer.status == status
        assert answer.closes
        client.ends()


@pytest.mark.parametrize("fields", SMUGGLED, ids=repr)
def test_lengths_that_two_could_read_differently(site, fields):
    is_refused(site, 400, *fields)


@pytest.mark.parametrize("coding", UNKNOWN)
def test_codings_that_nobody_knows(site, coding):
    is_refused(site, 501, f"Transfer-Encoding: {coding}")


def test_chunks_are_of_1_1(site):
    data = request("/small", CHUNKED, version="1.0")
    assert say(site.address, data + LAST).status == 400
    with Client(site.address) as client:
        client.ask("/small", "Connection: keep-alive", "Content-Length: 3",
                   version="1.0").send(b"abc")
        assert client.answer()["Connection"] == "keep-alive"
        assert is_next(client)


def test_split_at_each_point(site):
    both = request("/small", CHUNKED) + chunks(b"hello, world", 5) + \
        request("/thousand", "Content-Length: 5") + b"12345" + \
        request("/none")
    for at in range(1, len(both), 3):
        with Client(site.address) as client:
            client.send(both[:at])
            if at % 4 == 0:
                time.sleep(0.002)
            client.send(both[at:])
            assert client.answer().body == HELLO
            assert client.answer().length == 1000
            assert client.answer().status == 404


def test_byte_by_byte(site):
    data = request("/small", CHUNKED) + chunks(b"hello", 2) + request("/small")
    with Client(site.address) as client:
        for at in range(len(data)):
            client.send(data[at:at + 1])
        assert client.answer().body == HELLO
        assert client.answer().body == HELLO


def test_behind_the_longest_head(site):
    """There is no room left in the buffer but for some of the body."""
    start = request("/small", "Content-Length: 60000", "A: ")
    head = start.replace(b"A: ", b"A: " + b"x" * (16384 - len(start)))
    assert len(head) == 16384
    with Client(site.address) as client:
        for _ in range(3):
            client.send(head + b"y" * 60000)
            assert client.answer().body == HELLO


def test_who_leaves_in_the_middle(site):
    with Client(site.address) as client:
        client.ask("/small", "Content-Length: 5").send(b"12").half_close()
        client.ends()
    assert get(site.address, "/small").body == HELLO


# ── Expect: 100-continue ──


GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
ASKS = "Expect: 100-continue"


def interim(client):
    data = b""
    while len(data) < len(GO_ON):
        data += client.take(len(GO_ON) - len(data))
    return data


@pytest.mark.parametrize("fields, body", [
    (["Content-Length: 5"], b"12345"), ([CHUNKED], chunks(b"12345"))])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_who_asks_is_told_to_go_on(site, fields, body, method):
    with Client(site.address) as client:
        client.ask("/small", ASKS, *fields, method=method)
        assert interim(client) == GO_ON
        client.send(body)
        assert client.answer(method).status in (200, 204)
        assert is_next(client)


def test_who_does_not_wait_is_not_told(site):
    with Client(site.address) as client:
        client.send(request("/small", ASKS, "Content-Length: 5") + b"12345")
        assert client.answer().body == HELLO
        assert is_next(client)


@pytest.mark.parametrize("method, status", [("POST", 405), ("PUT", 405),
                                            ("BREW", 501)])
def test_who_asks_for_nothing_is_told_at_once(site, method, status):
    with Client(site.address) as client:
        client.ask("/small", ASKS, "Content-Length: 5", method=method)
        answer = client.answer()
        assert answer.status == status
        assert answer.closes
        client.ends()


def test_who_asks_with_too_much(site):
    with Client(site.address) as client:
        client.ask("/small", ASKS, f"Content-Length: {LIMIT + 1}")
        answer = client.answer()
        assert answer.status == 200 and answer.closes
        client.ends()


def test_no_body_to_go_on_with(site):
    with Client(site.address) as client:
        client.ask("/small", ASKS)
        assert client.answer().body == HELLO
        assert is_next(client)


@pytest.mark.parametrize("value", ["100-continues", "x", "x=y", "",
                                   "100-continue, x"])
def test_other_expectations(site, value):
    with Client(site.address) as client:
        answer = client.ask("/small", f"Expect: {value}").answer()
        assert answer.status == 417
        assert not answer.closes
        client.ask("/small", f"Expect: {value}", "Content-Length: 5")
        answer = client.answer()
        assert answer.status == 417
        assert answer.closes
        client.ends()


def test_old_clients_expect_nothing(site):
    with Client(site.address) as client:
        client.ask("/small", "Expect: x", "Connection: keep-alive",
                   version="1.0")
        assert client.answer().body == HELLO
        client.ask("/small", ASKS, "Connection: keep-alive",
                   "Content-Length: 5", version="1.0").send(b"12345")
        assert client.answer().body == HELLO
