# SPDX-License-Identifier: MIT
"""What servers have been broken by, a class of defects each, which the other
files here do not show already."""

import re
import time

import pytest

from program import wait_for
from wire import Client, get, request, say

SIZE = 1000  # of the file "thousand" of the site


# ── Names that end up in fields ──

INJECTIONS = ["a\r\nX-Evil: yes", "a\nX-Evil: yes", 'a"; x="', "a\x1b[31m",
              "\u00fc \u2028", "a\tb", "%0d%0aX-Evil: yes"]


@pytest.mark.parametrize("name", INJECTIONS, ids=ascii)
def test_a_name_is_no_field(serve, root, name):
    """In a Location, and in the listing that leads there."""
    (root / name).mkdir()
    server = serve(root)
    encoded = "".join(f"%{byte:02x}" for byte in name.encode())
    answer = get(server.address, f"/{encoded}")
    assert answer.status == 301 and answer["X-Evil"] is None
    assert re.fullmatch(r"/[A-Za-z0-9%._~-]+/", answer["Location"])
    assert get(server.address, answer["Location"]).status == 200
    page = get(server.address, "/").body
    assert b"\r\nX-Evil" not in page and b"\x1b" not in page


@pytest.mark.parametrize("target", [
    "//evil.example", "//evil.example/..", "/%2fevil.example", "///evil",
    "/\\evil.example", "/.//evil.example", "/sub/..//evil.example"])
def test_no_redirect_leads_elsewhere(serve, root, target):
    (root / "evil.example").mkdir()
    (root / "sub").mkdir()
    answer = get(serve(root).address, target)
    location = answer["Location"]
    assert location is None or re.match(r"/[^/\\]", location)


# ── The log ──

@pytest.mark.parametrize("agent", ['a" 200 1 "b', "\x1b[2J", "\\x22", "\xff"],
                         ids=ascii)
def test_a_line_of_the_log_is_a_line(serve, root, agent):
    """And takes apart as it should, whatever a client says."""
    server = serve(root)
    with Client(server.address) as client:
        client.send(b"GET /x HTTP/1.1\r\nHost: x\r\nUser-Agent: " +
                    agent.encode("latin-1") + b"\r\n\r\n")
        client.answer()
    line, = server.log()  # a Line holds its text against what a line is
    assert line.status in (400, 404)
    assert len(server.said()) == 1


# ── Ranges ──

BEYOND = ["18446744073709551615", "18446744073709551616", "9" * 40,
          "9223372036854775807", "9223372036854775808"]


@pytest.mark.parametrize("number", BEYOND)
@pytest.mark.parametrize("form", ["bytes={}-", "bytes=0-{}", "bytes=-{}",
                                  "bytes={0}-{0}", "bytes=999-{}",
                                  "bytes=1-0,{}-"])
def test_no_number_runs_over(site, form, number):
    answer = get(site.address, "/thousand", f"Range: {form.format(number)}")
    assert answer.status in (200, 206, 416)
    if answer.status == 206:
        first, last = map(int, re.fullmatch(
            rf"bytes (\d+)-(\d+)/{SIZE}", answer["Content-Range"]).groups())
        assert 0 <= first <= last < SIZE
        whole = (site.root / "thousand").read_bytes()
        assert answer.body == whole[first:last + 1]


MANY = {
    "the same": ",".join(["0-"] * 1000),
    "overlapping": ",".join(f"{n}-" for n in range(1000)),
    "tiny": ",".join(f"{n}-{n}" for n in range(0, 1000, 2)),
    "backwards": ",".join(f"{n}-{n}" for n in range(999, 0, -2)),
    "suffixes": ",".join(f"-{n}" for n in range(1, 1000)),
}


@pytest.mark.parametrize("ranges", MANY.values(), ids=MANY)
def test_many_ranges_are_no_lever(site, ranges):
    """Not more comes back than the file has, and a bit for heads."""
    answer = get(site.address, "/thousand", f"Range: bytes={ranges}")
    assert answer.status in (200, 206, 416)
    assert len(answer.body) <= 2 * SIZE


# ── Odd peers ──

def test_ten_thousand_in_a_row(site):
    """Pipelined, and not one of the answers read before all were asked for."""
    many = 10_000
    with Client(site.address, seconds=60) as client:
        client.sock.settimeout(60)
        sent, data = 0, request("/small") * many
        client.sock.setblocking(False)
        got = bytearray()
        while got.count(b"hello\n") < many:
            try:
                sent += client.sock.send(data[sent:sent + 65536])
            except BlockingIOError:
                pass
            try:
                piece = client.sock.recv(1 << 20)
                assert piece, "it closed"
                got += piece
            except BlockingIOError:
                time.sleep(0.001)
        assert got.count(b"HTTP/1.1 200 OK") == many


STAGES = {
    "at once": b"", "in the line": b"GET /la", "in a field": b"GET / HTTP/1.1"
    b"\r\nHo", "behind the head": request("/large"),
    "behind two": request("/large") * 2,
    "in a body": request("/small", "Content-Length: 50") + b"abc",
    "in chunks": request("/small", "Transfer-Encoding: chunked") + b"5\r\nab",
    "after nonsense": b"BAD\r\n\r\n",
}


@pytest.mark.parametrize("how", ["reset", "close", "half_close"])
@pytest.mark.parametrize("said", STAGES.values(), ids=STAGES)
def test_who_leaves_at_any_stage(serve, root, said, how):
    (root / "small").write_bytes(b"hello\n")
    with open(root / "large", "wb") as file:
        file.truncate(4 << 20)
    server = serve(root, "-t1", "--header-timeout", "5")
    get(server.address, "/small")
    before = server.open_files()
    for turn in range(20):
        with Client(server.address, receive=4096) as client:
            client.send(said)
            if turn % 2:
                time.sleep(0.002)
            if how != "close":
                getattr(client, how)()
    wait_for(lambda: server.open_files() <= before, "all are gone")
    assert get(server.address, "/small").body == b"hello\n"


def test_a_huge_body_is_not_read_to_the_end(site):
    """A refusal arrives; what is still sent then is not taken for ever."""
    with Client(site.address) as client:
        client.send(request("/small", f"Content-Length: {1 << 40}",
                            method="POST"))
        sent = 0
        try:
            while sent < (1 << 30):
                sent += client.sock.send(bytes(1 << 18))
        except (ConnectionError, TimeoutError):
            pass
        assert sent < 256 << 20


def test_a_refusal_arrives_though_a_body_comes(site):
    answer = say(site.address, request("/small", "Content-Length: 5000000",
                                       method="POST") + bytes(100_000))
    assert answer.status in (405, 413) and answer.closes
