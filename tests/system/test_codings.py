# SPDX-License-Identifier: MIT
"""Compressed siblings: who gets which, and what is said of it."""

import gzip
import os
import subprocess
import time

import pytest

from contents import data_of
from program import Server, stop_all
from wire import Client, get

PLAIN = b"p{color:red}\n" * 200
PACKED = {"br": b"brotli" + data_of(900), "zstd": b"zstd" + data_of(1000),
          "gzip": gzip.compress(PLAIN, mtime=0)}
SUFFIX = {"br": ".br", "zstd": ".zst", "gzip": ".gz"}
OLD = 1700000000


def put(path, data, when=OLD):
    path.write_bytes(data)
    os.utime(path, (when, when))


def pack(path, *codings, when=OLD):
    for coding in codings:
        put(path.with_name(path.name + SUFFIX[coding]), PACKED[coding], when)


@pytest.fixture(scope="module")
def packed(tmp_path_factory, request):
    """A folder with siblings, and without."""
    folder = tmp_path_factory.mktemp("packed")
    (folder / "site").mkdir()
    for name in ("all.css", "one.css", "none.css", "photo.png",
                 "site/index.html", "README"):
        put(folder / name, PLAIN)
    for name in ("all.css", "photo.png", "site/index.html"):
        pack(folder / name, "br", "zstd", "gzip")
    pack(folder / "one.css", "gzip")
    pack(folder / "README", "gzip")
    put(folder / "old.css", PLAIN, OLD + 1)
    pack(folder / "old.css", "gzip")
    put(folder / "odd.css", PLAIN)
    (folder / "odd.css.br").mkdir()
    (folder / "odd.css.zst").symlink_to("/etc/passwd")
    os.mkfifo(folder / "odd.css.gz")
    time.sleep(0.05)
    server = Server(folder, tmp_path_factory.mktemp("errors") / "packed")
    server.root = folder
    yield server
    stop_all([server])


def ask(server, target, accepts, *fields, **more):
    accept = [] if accepts is None else [f"Accept-Encoding: {accepts}"]
    return get(server.address, target, *accept, *fields, **more)


def is_plain(answer):
    assert (answer.status, answer.body) == (200, PLAIN)
    assert answer["Content-Encoding"] is None
    return True


def is_packed(answer, coding):
    assert (answer.status, answer.body) == (200, PACKED[coding])
    assert answer["Content-Encoding"] == coding
    assert answer["Vary"] == "Accept-Encoding"
    return True


@pytest.mark.parametrize("accepts, coding", [
    ("gzip, deflate, br, zstd", "br"), ("gzip, deflate", "gzip"),
    ("zstd", "zstd"), ("br;q=0.5, gzip", "gzip"), ("*", "br"),
    ("br;q=0, *;q=0.1", "zstd"), ("GZIP", "gzip"), ("x-gzip", "gzip"),
    ("identity;q=0, gzip", "gzip")])
def test_the_best_that_is_accepted(packed, accepts, coding):
    answer = ask(packed, "/all.css", accepts)
    assert is_packed(answer, coding)
    assert answer["Content-Type"] == "text/css; charset=utf-8"
    assert answer["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("accepts", [
    None, "", "identity", "deflate", "gzip;q=0", "*;q=0", "identity;q=0",
    "identity, br;q=0.9", "nonsense", "brotli"])
def test_plain_for_the_others(packed, accepts):
    answer = ask(packed, "/all.css", accepts)
    assert is_plain(answer)
    assert answer["Vary"] == "Accept-Encoding"


def test_what_there_is(packed):
    assert is_packed(ask(packed, "/one.css", "br, gzip;q=0.1"), "gzip")
    assert is_plain(ask(packed, "/one.css", "br, zstd"))
    answer = ask(packed, "/none.css", "br, gzip")
    assert is_plain(answer)
    assert answer["Vary"] == "Accept-Encoding"


def test_what_is_compressed_already(packed):
    answer = ask(packed, "/photo.png", "br, gzip")
    assert is_plain(answer)
    assert answer["Vary"] is None


def test_an_index_and_a_name_that_says_nothing(packed):
    answer = ask(packed, "/site/", "br")
    assert is_packed(answer, "br")
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    answer = ask(packed, "/README", "gzip")
    assert is_packed(answer, "gzip")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"


def test_the_sibling_by_its_own_name(packed):
    answer = ask(packed, "/all.css.gz", "gzip")
    assert answer.body == PACKED["gzip"]
    assert answer["Content-Encoding"] is None
    assert answer["Content-Type"] == "application/gzip"


def test_one_that_is_older_does_not_count(packed):
    assert is_plain(ask(packed, "/old.css", "gzip"))


def test_one_that_is_no_file_does_not_count(packed):
    assert is_plain(ask(packed, "/odd.css", "br, zstd, gzip"))


def test_without_the_plain_file_there_is_nothing(packed):
    put(packed.root / "gone.css.gz", PACKED["gzip"])
    assert ask(packed, "/gone.css", "gzip").status == 404


def test_each_has_validators_of_its_own(packed):
    tags = [ask(packed, "/all.css", accepts)["ETag"]
            for accepts in ("br", "zstd", "gzip", "identity")]
    assert len(set(tags)) == 4
    assert all(tag.startswith('"') for tag in tags)
    for accepts, tag in zip(("br", "zstd", "gzip", "identity"), tags):
        answer = ask(packed, "/all.css", accepts, f"If-None-Match: {tag}")
        assert answer.status == 304
        assert answer["ETag"] == tag
        assert answer["Vary"] == "Accept-Encoding"
        other = "gzip" if accepts != "gzip" else "br"
        assert ask(packed, "/all.css", other,
                   f"If-None-Match: {tag}").status == 200
        assert ask(packed, "/all.css", other,
                   f"If-Match: {tag}").status == 412


def test_ranges_are_of_its_own_bytes(packed):
    answer = ask(packed, "/all.css", "br", "Range: bytes=2-99")
    assert answer.status == 206
    assert answer.body == PACKED["br"][2:100]
    assert answer["Content-Encoding"] == "br"
    assert answer["Content-Range"] == f"bytes 2-99/{len(PACKED['br'])}"
    tag = answer["ETag"]
    answer = ask(packed, "/all.css", "gzip", "Range: bytes=2-99",
                 f"If-Range: {tag}")
    assert is_packed(answer, "gzip")
    answer = ask(packed, "/all.css", "zstd", "Range: bytes=0-9,500-509")
    assert answer.status == 206
    assert answer["Content-Encoding"] == "zstd"
    assert answer["Vary"] == "Accept-Encoding"
    assert b"\r\nContent-Type: text/css; charset=utf-8\r\n" in answer.body
    assert PACKED["zstd"][500:510] in answer.body


def test_head(packed):
    answer = ask(packed, "/all.css", "br", method="HEAD")
    assert answer.length == len(PACKED["br"])
    assert answer["Content-Encoding"] == "br"


def test_with_curl(packed):
    run = subprocess.run(
        ["curl", "-sS", "--compressed", "-H", "Accept-Encoding: gzip",
         f"http://127.0.0.1:{packed.port}/all.css"],
        check=True, timeout=20, capture_output=True)
    assert run.stdout == PLAIN


def test_siblings_that_come_and_go(serve, root):
    """Each answer is by what lies there now."""
    put(root / "a.css", PLAIN)
    server = serve(root, "-t1")
    with Client(server.address) as client:
        for _ in range(5):
            client.ask("/a.css", "Accept-Encoding: br, gzip")
            assert is_plain(client.answer())
            pack(root / "a.css", "gzip")
            client.ask("/a.css", "Accept-Encoding: br, gzip")
            assert is_packed(client.answer(), "gzip")
            pack(root / "a.css", "br")
            client.ask("/a.css", "Accept-Encoding: br, gzip")
            assert is_packed(client.answer(), "br")
            (root / "a.css.gz").unlink()
            (root / "a.css.br").unlink()


def test_a_sibling_that_is_replaced_while_it_is_sent(serve, root):
    size = 64 << 20
    with open(root / "a.css.gz", "wb") as file:
        for _ in range(64):
            file.write(data_of(1 << 20))
    put(root / "a.css", PLAIN)
    server = serve(root, "-t1")
    with Client(server.address) as client:
        client.ask("/a.css", "Accept-Encoding: gzip")
        first = client.head()
        assert first.length == size
        put(root / "new", PACKED["gzip"])
        (root / "new").rename(root / "a.css.gz")
        at = 0
        for piece in client.pieces(size):
            start = at % (1 << 20)
            assert (data_of(1 << 20) * 2)[start:start + len(piece)] == piece
            at += len(piece)
        client.ask("/a.css", "Accept-Encoding: gzip")
        answer = client.answer()
        assert is_packed(answer, "gzip")
        assert answer["ETag"] != first["ETag"]


def test_a_sibling_that_is_truncated_while_it_is_sent(serve, root):
    size = 64 << 20
    with open(root / "a.css.gz", "wb") as file:
        file.truncate(size)
    put(root / "a.css", PLAIN)
    server = serve(root, "-t1")
    with Client(server.address) as client:
        client.ask("/a.css", "Accept-Encoding: gzip")
        assert client.head().length == size
        client.take(1000)
        os.truncate(root / "a.css.gz", 0)
        assert len(client.until_end()) < size - 1000
    line, = server.log()
    assert line.ended == "short"
