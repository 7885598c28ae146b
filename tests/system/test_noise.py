# SPDX-License-Identifier: MIT
"""Requests with random damage: an answer or an end, and then life goes on."""

import random
import re

import pytest

from wire import Client, get, request

BASE = [
    request("/thousand", "Range: bytes=10-19", "If-Range: \"x\""),
    request("/sub/../large?q#f", "If-None-Match: W/\"a\", \"b\", *"),
    request("/%2e%2e/%c3%bc", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 "
            "GMT", method="HEAD"),
    request("http://x:80/sub", "Connection: close, x", version="1.0"),
    request("/", "Transfer-Encoding: chunked", method="POST") + b"0\r\n\r\n",
    request("/empty", "Content-Length: 5", "Expect: 100-continue") + b"12345",
    request("/with/", "If-Match: \"x\"", "If-Unmodified-Since: Sunday, "
            "06-Nov-94 08:49:37 GMT") * 3,
]
BITS = [b"\0", b"\r", b"\n", b"\r\n", b" ", b"\t", b":", b"/", b"..", b"%",
        b"%00", b"%2f", b"?", b"#", b"\xff", b"-", b",", b"\"", b"bytes=",
        b"9" * 25, b"x" * 300, b"Host: y\r\n", b"HTTP/1.1", b"\r\n\r\n"]
ANSWER = re.compile(rb"HTTP/1\.1 [2-5]\d\d [A-Z]")


def damage(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 4])):
        at = rng.randrange(len(data) + 1)
        upto = min(len(data), at + rng.choice([0, 0, 1, 3, 20]))
        kind = rng.randrange(4)
        if kind == 0:
            data[at:upto] = rng.choice(BITS)
        elif kind == 1:
            data[at:at] = rng.choice(BITS) * rng.choice([1, 2, 60])
        elif kind == 2:
            del data[at:upto + 1]
        elif at < len(data):
            data[at] ^= 1 << rng.randrange(8)
    return bytes(data)


def ask(address, rng):
    """What it says to that, all of it; it never waits for more for ever."""
    data = damage(rng, rng.choice(BASE))
    cut = rng.randrange(len(data) + 1)
    with Client(address) as client:
        try:
            client.send(data[:cut]).send(data[cut:]).half_close()
        except (BrokenPipeError, ConnectionResetError):
            pass
        return data, client.until_end()


@pytest.mark.parametrize("seed", range(6))
def test_damaged(site, seed):
    rng = random.Random(seed)
    for _ in range(250):
        data, said = ask(site.address, rng)
        assert not said or ANSWER.match(said), data
        # Nothing but our own words comes back in a head.
        head = said.partition(b"\r\n\r\n")[0]
        assert b"\0" not in head and b"\xff" not in head, data
    assert get(site.address, "/small").body == b"hello\n"


@pytest.mark.parametrize("seed", range(3))
def test_no_request_at_all(site, seed):
    rng = random.Random(100 + seed)
    for _ in range(60):
        noise = rng.randbytes(rng.choice([1, 10, 1000, 20_000]))
        with Client(site.address) as client:
            try:
                client.send(noise).half_close()
            except (BrokenPipeError, ConnectionResetError):
                pass
            said = client.until_end()
            assert not said or said.startswith(b"HTTP/1.1 4"), noise
    assert get(site.address, "/small").body == b"hello\n"


@pytest.mark.parametrize("seed", range(3))
def test_ranges_of_any_kind(site, seed):
    """206 says which bytes, and these it is; all else is the whole."""
    rng = random.Random(200 + seed)
    whole = (site.root / "thousand").read_bytes()
    numbers = ["", "0", "1", "00", "999", "1000", "1001", "500", " 5", "+5",
               str(1 << 63), str(1 << 64), "9" * 40]
    with Client(site.address) as client:
        for _ in range(300):
            value = "bytes=" + rng.choice(numbers) + "-" + rng.choice(numbers)
            answer = client.ask("/thousand", f"Range: {value}").answer()
            if answer.status == 206:
                match = re.fullmatch(r"bytes (\d+)-(\d+)/1000",
                                     answer["Content-Range"])
                first, last = int(match[1]), int(match[2])
                assert 0 <= first <= last < 1000
                assert answer.body == whole[first:last + 1], value
            elif answer.status == 200:
                assert answer.body == whole, value
            else:
                assert answer.status == 416, value
                assert answer["Content-Range"] == "bytes */1000"
