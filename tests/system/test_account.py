# SPDX-License-Identifier: MIT
"""The access log: who, what, how much, and by which system calls."""

import re

import pytest

from contents import data_of
from wire import Client, get, request

COPY_MAX = 16384


@pytest.mark.parametrize("size", [1, 1024, COPY_MAX])
def test_a_small_file_is_copied(serve, root, size):
    (root / "file").write_bytes(data_of(size))
    server = serve(root)
    get(server.address, "/file")
    line, = server.log()
    assert line.moved == {"copy": size}


@pytest.mark.parametrize("size", [COPY_MAX + 1, 100_000, (1 << 20) + 1,
                                  64 << 20])
def test_a_large_file_is_not(serve, root, size):
    (root / "file").write_bytes(data_of(size))
    server = serve(root)
    assert get(server.address, "/file").body == data_of(size)
    line, = server.log()
    assert line.moved == {"sendfile": size}
    assert line.ended == ""


def test_pages_are_copied(serve, root):
    server = serve(root)
    page = get(server.address, "/")
    line, = server.log()
    assert line.moved == {"copy": len(page.body)}


def test_no_body_no_bytes(serve, root):
    (root / "file").write_bytes(data_of(100_000))
    server = serve(root, "-t1")  # the lines of one thread are in order
    tag = get(server.address, "/file", method="HEAD")["ETag"].removeprefix(
        "W/")
    get(server.address, "/file", f"If-None-Match: {tag}")
    head, same = server.log(2)
    assert (head.status, head.bytes, head.moved) == (200, 0, {})
    assert (same.status, same.bytes, same.moved) == (304, 0, {})
    assert head.text.endswith(" -") and same.text.endswith(" -")


@pytest.mark.parametrize("how", ["reset", "close"])
def test_a_client_that_leaves(serve, root, how):
    size = 64 << 20
    (root / "file").write_bytes(data_of(1 << 20) * 64)
    server = serve(root, "-t1")
    with Client(server.address) as client:
        assert client.ask("/file").head().length == size
        client.take(1000)
        if how == "reset":
            client.reset()
    line, = server.log()
    assert line.ended == "aborted"
    assert line.status == 200
    assert 0 < line.bytes < size
    assert set(line.moved) == {"sendfile"}
    assert get(server.address, "/file", method="HEAD").length == size


def test_fields_of_a_line(serve, root):
    (root / "file").write_text("x")
    server = serve(root, "-t1")
    get(server.address, "/file?q=1", "Referer: http://y/", "User-Agent: z/1")
    line, = server.log()
    assert line.host == "127.0.0.1"
    assert line.request == "GET /file?q=1 HTTP/1.1"
    assert (line.status, line.bytes) == (200, 1)
    assert (line.referer, line.agent) == ("http://y/", "z/1")
    get(server.address, "/file", version="1.0")
    line = server.log(2)[1]
    assert (line.referer, line.agent) == ("-", "-")
    assert line.request == "GET /file HTTP/1.0"


def test_a_line_for_each_answer(serve, root):
    (root / "file").write_text("x")
    server = serve(root, "-t1")
    with Client(server.address) as client:
        for n in range(100):
            client.ask(f"/file?{n}")
        for _ in range(100):
            client.answer()
    assert [line.request for line in server.log(100)] == [
        f"GET /file?{n} HTTP/1.1" for n in range(100)]
    get(server.address, "/none")
    get(server.address, "/", method="BREW")
    assert [line.status for line in server.log(102)[100:]] == [404, 501]


FORGED = b'" 200 0 "-" "-" 0.000 -\n1.2.3.4 - - "GET'


@pytest.mark.parametrize("agent", [
    b'a"b', b"a\\b", b"\\", b"\\x22", b"tab\tthere", b"\xff\xfe", b'"' * 400,
    "ü".encode(), FORGED.replace(b"\n", b"\t")])
def test_no_way_to_forge_a_line(serve, root, agent):
    server = serve(root)
    with Client(server.address) as client:
        client.send(b"GET /a HTTP/1.1\r\nHost: x\r\nUser-Agent: %b\r\n"
                    b"Referer: %b\r\n\r\n" % (agent, agent)).answer()
    line, = server.log()
    assert line.status == 404
    seen = re.sub(r"\\x([0-9A-F]{2})", lambda m: chr(int(m[1], 16)),
                  line.agent).encode("latin-1")
    assert seen == agent or line.agent.endswith("...")
    assert line.referer == line.agent or line.agent.endswith("...")


@pytest.mark.parametrize("target", [b'/"', b"/\\", b"/\x1b[31m", b"/\xff",
                                    b"/\x00", b'/ "b', b"/\x7f", FORGED])
def test_nor_by_what_is_no_request(serve, root, target):
    server = serve(root)
    with Client(server.address) as client:
        client.send(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.answer().status in (400, 404)
    line, = server.log()
    assert line.request.startswith("GET ") or target == FORGED


def test_long_fields_are_cut(serve, root):
    server = serve(root)
    get(server.address, "/" + "x" * 8000, "User-Agent: " + "y" * 3000,
        "Referer: " + "z" * 3000)
    line, = server.log()
    assert line.agent.startswith("yyy") and line.agent.endswith("...")
    assert line.referer.startswith("zzz") and line.referer.endswith("...")
    assert len(line.text) < 16 * 1024


def test_no_log(serve, root):
    server = serve(root, "--log", "off")
    get(server.address, "/")
    with Client(server.address) as client:
        client.send(request("/") * 20)
        for _ in range(20):
            client.answer()
    server.stop()
    assert server.said() == []
