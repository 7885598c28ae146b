# SPDX-License-Identifier: MIT
"""By which method the bytes left, as the access log says it."""

import pytest

from conftest import BIG, data_of, expected
from wire import Client, get

MEGABYTE = 1 << 20


def last(server, n=1):
    return server.log(n)[n - 1]


@pytest.fixture
def shop(serve, root):
    (root / "small").write_bytes(data_of(1000))
    (root / "empty").write_bytes(b"")
    (root / "large").write_bytes(data_of(5 * MEGABYTE + 1))
    server = serve(root, "-t1")
    server.root = root
    return server


def test_a_large_file_is_not_copied(shop):
    answer = get(shop.address, "/large")
    line = last(shop)
    assert answer.body == data_of(5 * MEGABYTE + 1)
    assert line.moved == {"sendfile": 5 * MEGABYTE + 1}
    assert line.calls["sendfile"] >= 1
    assert (line.status, line.bytes, line.ended) == (
        200, 5 * MEGABYTE + 1, "")


def test_a_small_file_goes_with_its_head(shop):
    assert get(shop.address, "/small").body == data_of(1000)
    assert last(shop).moved == {"copy": 1000}
    assert last(shop).calls == {"copy": 1}


def test_no_body_no_account(shop):
    for target, method in [("/empty", "GET"), ("/large", "HEAD")]:
        get(shop.address, target, method=method)
    for line in shop.log(2):
        assert (line.status, line.bytes, line.moved) == (200, 0, {})
        assert line.text.endswith(" -")


def test_a_page_is_accounted_too(shop):
    body = get(shop.address, "/none").body
    assert last(shop).status == 404
    assert sum(last(shop).moved.values()) == len(body) > 0
    assert "sendfile" not in last(shop).moved


def test_a_range_beyond_4_gib(serve, big):
    at, length = (1 << 32) + MEGABYTE - 50, MEGABYTE
    server = serve(big.parent, "-t1")
    answer = get(server.address, "/big", f"Range: bytes={at}-{at + length - 1}")
    assert answer.status == 206
    assert answer["Content-Range"] == f"bytes {at}-{at + length - 1}/{BIG}"
    assert answer.body == expected(BIG, at, length)
    assert last(server).moved == {"sendfile": length}


def test_an_aborted_download(shop):
    with open(shop.root / "huge", "wb") as file:
        file.truncate(200 * MEGABYTE)
    with Client(shop.address, receive=4096) as client:
        client.ask("/huge")
        client.head()
        sum(map(len, client.pieces(3 * MEGABYTE)))
        client.reset()
    line = last(shop)
    assert line.ended == "aborted"
    assert 3 * MEGABYTE <= line.bytes < 200 * MEGABYTE
    assert "copy" not in line.moved


def test_one_line_for_each_answer_in_order(shop):
    with Client(shop.address) as client:
        for n in range(20):
            client.ask(f"/{'small' if n % 2 else 'large'}?{n}")
            client.answer()
    for n, line in enumerate(shop.log(20)):
        name, method = ("small", "copy") if n % 2 else ("large", "sendfile")
        assert line.request == f"GET /{name}?{n} HTTP/1.1"
        assert list(line.moved) == [method]


@pytest.mark.parametrize("agent, logged", [
    ('a "b" c', r"a \x22b\x22 c"),
    ("back\\slash", r"back\x5Cslash"),
    ("a\tb", r"a\x09b"),
    ("ü", r"\xC3\xBC"),
    ("%0a<b>", "%0a<b>"),
])
def test_what_is_said_is_escaped(shop, agent, logged):
    get(shop.address, "/small", f"User-Agent: {agent}", f"Referer: {agent}")
    assert last(shop).agent == last(shop).referer == logged


def test_a_long_agent_is_cut(shop):
    get(shop.address, "/small", "User-Agent: " + '"' * 3000)
    assert len(last(shop).agent) < 600
    assert last(shop).agent.endswith("...")


def test_a_refused_request_has_one_line(shop):
    with Client(shop.address) as client:
        client.send(b'GET /\x01"\x7f\xff HTTP/1.1\r\nHost: x\r\n\r\n')
        assert client.answer().status == 400
    assert last(shop).status == 400
    assert last(shop).request == r"GET /\x01\x22\x7F\xFF HTTP/1.1"
    assert len(shop.said()) == 1
