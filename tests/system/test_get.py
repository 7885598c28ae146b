# SPDX-License-Identifier: MIT
"""Files by GET and HEAD: the bytes, and what the head says of them."""

import os
import re
import time

import pytest

from contents import data_of
from wire import Client, get, request

SIZES = [0, 1, 1024, 16383, 16384, 16385, 65536, 131071, 131072, 131073,
         (1 << 20) + 1, (8 << 20) + 7]


@pytest.mark.parametrize("size", SIZES)
def test_every_byte(serve, root, size):
    (root / "file").write_bytes(data_of(size))
    server = serve(root)
    answer = get(server.address, "/file")
    assert (answer.status, answer.length) == (200, size)
    assert answer.body == data_of(size)
    assert server.log()[0].bytes == size


@pytest.mark.parametrize("target", ["/small", "/empty", "/large", "/sub",
                                    "/sub/", "/with/", "/none"])
def test_head_is_get_without_the_body(site, target):
    with Client(site.address) as client:
        both = request(target, method="HEAD") + request(target)
        client.send(both)
        head = client.answer("HEAD")
        whole = client.answer()
        assert head.status == whole.status
        assert [field for field in head.fields if field[0] != "Date"] == [
            field for field in whole.fields if field[0] != "Date"]
        assert len(whole.body) == head.length


def test_what_a_file_says_of_itself(site):
    answer = get(site.address, "/thousand")
    assert answer["Last-Modified"] == "Tue, 14 Nov 2023 22:13:20 GMT"
    assert re.fullmatch(r'"[!#-~]+"', answer["ETag"])
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["Content-Length"] == "1000"
    assert answer["Content-Encoding"] is None
    assert answer["Transfer-Encoding"] is None


def test_the_date_is_now(site):
    seen = time.strptime(get(site.address, "/small")["Date"],
                         "%a, %d %b %Y %H:%M:%S GMT")
    assert abs(time.time() - (time.mktime(seen) - time.timezone)) < 60


TYPES = {
    "a.html": "text/html; charset=utf-8",
    "a.txt": "text/plain; charset=utf-8",
    "a.css": "text/css; charset=utf-8",
    "a.js": ("text/javascript; charset=utf-8", "application/javascript",
             "text/javascript"),
    "a.json": "application/json",
    "a.png": "image/png",
    "a.jpg": "image/jpeg",
    "a.JPEG": "image/jpeg",
    "a.svg": "image/svg+xml",
    "a.pdf": "application/pdf",
    "a.mp4": "video/mp4",
    "a.wasm": "application/wasm",
    "a.b.html": "text/html; charset=utf-8",
    # By what is in it, where the name says nothing.
    "html": "text/plain; charset=utf-8",
    "a.": "text/plain; charset=utf-8",
    "a.no-such-type": "text/plain; charset=utf-8",
}


@pytest.mark.parametrize("name", TYPES)
def test_types(serve, root, name):
    (root / name).write_bytes(b"x")
    kinds = TYPES[name]
    kinds = (kinds,) if isinstance(kinds, str) else kinds
    assert get(serve(root).address, f"/{name}")["Content-Type"] in kinds


@pytest.mark.parametrize("target", [
    "/small?", "/small?a=b&c=/../..", "//small", "/./small", "/sub/../small",
    "/%73mall", "http://x/small", "HTTP://other:80/small",
    "/sub/./../small", "/none/../small"])
def test_ways_to_one_file(site, target):
    answer = get(site.address, target)
    assert (answer.status, answer.body) == (200, b"hello\n")


def test_a_file_younger_than_the_epoch(serve, root):
    (root / "old").write_bytes(b"old")
    os.utime(root / "old", (-86400, -86400))
    answer = get(serve(root).address, "/old")
    assert answer.body == b"old"
    assert answer["Last-Modified"] in (None, "Wed, 31 Dec 1969 00:00:00 GMT")
