# SPDX-License-Identifier: MIT
"""What a file is said to be: by its name, else by how it begins."""

import pytest

from contents import data_of
from wire import get

PNG = b"\x89PNG\r\n\x1a\n" + data_of(600)
SCRIPT = b"<!doctype html><script>alert(1)</script>"
UTF8 = "text/plain; charset=utf-8"
BINARY = "application/octet-stream"

NAMES = {
    "a.html": "text/html; charset=utf-8",
    "a.TXT": UTF8,
    "a.css": "text/css; charset=utf-8",
    "a.svg": "image/svg+xml",
    "a.tar.gz": "application/gzip",
    "a.png": "image/png",
}
BEGINS = {
    "picture": (PNG, "image/png"),
    "text": (b"hello\n", UTF8),
    "long": ("ä".encode() * 600, UTF8),
    "latin": (b"h\xe4llo\n", "text/plain"),
    "page": (SCRIPT, UTF8),
    "drawing": (b"<?xml version='1.0'?><svg onload='alert(1)'/>", UTF8),
    "noise": (b"\0" + data_of(600), BINARY),
    "empty": (b"", BINARY),
    "a.unheard-of": (b"hello\n", UTF8),
}


@pytest.mark.parametrize("name", NAMES)
def test_by_its_name(serve, root, name):
    (root / name).write_bytes(PNG)
    server = serve(root)
    answer = get(server.address, f"/{name}")
    assert answer["Content-Type"] == NAMES[name]
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", BEGINS)
def test_by_how_it_begins(serve, root, name):
    data, kind = BEGINS[name]
    (root / name).write_bytes(data)
    server = serve(root)
    for method in ("GET", "HEAD"):
        answer = get(server.address, f"/{name}", method=method)
        assert answer["Content-Type"] == kind
        assert answer["X-Content-Type-Options"] == "nosniff"
    assert get(server.address, f"/{name}").body == data


def test_pages_say_nosniff_too(serve, root):
    server = serve(root)
    for target in ("/", "/none"):
        assert get(server.address, target)["X-Content-Type-Options"] == \
            "nosniff"
