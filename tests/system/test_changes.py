# SPDX-License-Identifier: MIT
"""Files and folders that change while they are served."""

import os
import threading

import pytest

from contents import data_of
from wire import Client, get, request

LARGE = 64 << 20


def large(path):
    with open(path, "wb") as file:
        for _ in range(LARGE >> 20):
            file.write(data_of(1 << 20))


@pytest.mark.parametrize("size", [5, 100_000])
def test_replaced_between_two_requests(serve, root, size):
    server = serve(root, "-t1")
    path = root / "file"
    with Client(server.address) as client:
        for n in range(20):
            (root / "new").write_bytes(data_of(size, n))
            (root / "new").rename(path)
            assert client.ask("/file").answer().body == data_of(size, n)


def test_rewritten_between_two_requests(serve, root):
    server = serve(root, "-t1")
    with Client(server.address) as client:
        for n in range(20):
            (root / "file").write_bytes(data_of(100 * n, n))
            assert client.ask("/file").answer().body == data_of(100 * n, n)


def test_comes_and_goes(serve, root):
    server = serve(root, "-t1")
    path = root / "file"
    with Client(server.address) as client:
        for _ in range(10):
            assert client.ask("/file").answer().status == 404
            path.write_bytes(b"here")
            assert client.ask("/file").answer().body == b"here"
            path.unlink()
            path.mkdir()
            assert client.ask("/file").answer().status == 301
            path.rmdir()


def test_a_file_becomes_a_way_out(serve, root):
    """What was good a moment ago is looked at again."""
    (root.parent / "secret").write_bytes(b"secret")
    server = serve(root, "-t1")
    path = root / "file"
    with Client(server.address) as client:
        for _ in range(10):
            path.write_bytes(b"good")
            assert client.ask("/file").answer().body == b"good"
            path.unlink()
            path.symlink_to("../secret")
            assert client.ask("/file").answer().status == 403
            path.unlink()


def test_swapped_for_a_way_out_all_the_time(serve, root):
    """Whoever wins the race, the secret stays outside."""
    (root.parent / "secret").mkdir()
    (root.parent / "secret" / "file").write_bytes(b"secret")
    (root / "real").mkdir()
    (root / "real" / "file").write_bytes(b"good")
    server = serve(root, "-t2")
    done = threading.Event()

    def swap():
        while not done.is_set():
            os.symlink("../secret", root / "next")
            os.rename(root / "next", root / "way")
            os.symlink("real", root / "next")
            os.rename(root / "next", root / "way")

    swapper = threading.Thread(target=swap)
    swapper.start()
    try:
        seen = {(answer.status, answer.body if answer.status == 200 else b"")
                for answer in asked(server, "/way/file", 1500)}
    finally:
        done.set()
        swapper.join()
    assert seen <= {(200, b"good"), (403, b""), (404, b""), (503, b"")}


def asked(server, target, n):
    with Client(server.address) as client:
        for _ in range(n):
            yield client.ask(target).answer()


def test_replaced_while_it_is_sent(serve, root):
    """The answer that runs is all of the old file."""
    twice = data_of(1 << 20) * 2
    large(root / "file")
    server = serve(root, "-t1")
    with Client(server.address) as client:
        assert client.ask("/file").head().length == LARGE
        (root / "new").write_bytes(b"new")
        (root / "new").rename(root / "file")
        at = 0
        for piece in client.pieces(LARGE):
            start = at % (1 << 20)
            assert piece == twice[start:start + len(piece)]
            at += len(piece)
        assert get(server.address, "/file").body == b"new"


@pytest.mark.parametrize("left", [0, 1, 40 << 20])
def test_truncated_while_it_is_sent(serve, root, left):
    large(root / "file")
    server = serve(root, "-t1")
    with Client(server.address) as client:
        assert client.ask("/file").head().length == LARGE
        client.take(1000)
        os.truncate(root / "file", left)
        assert len(client.until_end()) < LARGE - 1000
    line, = server.log()
    assert line.ended == "short"
    assert line.bytes < LARGE
    (root / "file").write_bytes(b"again")
    assert get(server.address, "/file").body == b"again"


def test_truncated_before_what_is_asked(serve, root):
    large(root / "file")
    server = serve(root, "-t1")
    with Client(server.address) as client:
        client.ask("/file", f"Range: bytes={LARGE // 2}-")
        assert client.head().length == LARGE // 2
        os.truncate(root / "file", 10)
        assert len(client.until_end()) < LARGE // 2
    assert get(server.address, "/file").length == 10


def test_grows_while_it_is_sent(serve, root):
    """What was promised is sent, and then comes the next answer."""
    large(root / "file")
    server = serve(root, "-t1")
    with Client(server.address) as client:
        client.send(request("/file") + request("/small"))
        assert client.head().length == LARGE
        with open(root / "file", "ab") as file:
            file.write(b"more" * 1000)
        for piece in client.pieces(LARGE):
            assert piece
        assert client.answer().status == 404
        assert client.ask("/file", method="HEAD").answer("HEAD").length == \
            LARGE + 4000


# ── Several ranges of it ──

PARTS = [(0, 999), (10 << 20, (30 << 20) - 1), (LARGE - 1000, LARGE - 1)]


def ask_parts(client):
    """The head of an answer in parts, of which the second is still to come."""
    ranges = ",".join(f"{first}-{last}" for first, last in PARTS)
    answer = client.ask("/file", f"Range: bytes={ranges}").head()
    assert answer.status == 206
    return answer


def are_parts(body):
    """Each part has the bytes that the file had there at first."""
    twice = data_of(1 << 20) * 2
    at = 0
    for first, last in PARTS:
        at = body.index(b"\r\n\r\n", at) + 4
        for start in range(first, last + 1, 1 << 20):
            piece = body[at:at + min(1 << 20, last + 1 - start)]
            offset = start % (1 << 20)
            assert piece == twice[offset:offset + len(piece)]
            at += len(piece)
    return True


def test_replaced_while_parts_are_sent(serve, root):
    large(root / "file")
    server = serve(root, "-t1")
    with Client(server.address, receive=65536) as client:
        answer = ask_parts(client)
        (root / "new").write_bytes(bytes(LARGE))
        (root / "new").rename(root / "file")
        assert are_parts(b"".join(client.pieces(answer.length)))
        assert client.ask("/file", "Range: bytes=0-9").answer().body == \
            bytes(10)


def test_grows_while_parts_are_sent(serve, root):
    large(root / "file")
    server = serve(root, "-t1")
    with Client(server.address, receive=65536) as client:
        answer = ask_parts(client)
        with open(root / "file", "ab") as file:
            file.write(b"more" * 1000)
        assert are_parts(b"".join(client.pieces(answer.length)))
        assert client.ask("/file", "Range: bytes=-1").answer().body == b"e"


@pytest.mark.parametrize("left", [0, 500, 20 << 20, LARGE - 500])
def test_truncated_while_parts_are_sent(serve, root, left):
    """No part is made up for, no line is sent behind one that is short."""
    large(root / "file")
    server = serve(root, "-t1")
    with Client(server.address, receive=65536) as client:
        answer = ask_parts(client)
        os.truncate(root / "file", left)
        body = client.until_end()
        assert len(body) < answer.length
        boundary = answer["Content-Type"].partition("boundary=")[2].encode()
        assert b"--" + boundary + b"--" not in body
    line, = server.log()
    assert line.ended == "short" and line.status == 206
    assert get(server.address, "/file", method="HEAD").length == left


def test_a_file_that_always_grows(serve, root):
    (root / "file").write_bytes(b"")
    server = serve(root, "-t1")
    done = threading.Event()

    def grow():
        with open(root / "file", "ab", buffering=0) as file:
            while not done.is_set():
                file.write(b"x" * 1000)
                if file.tell() > 10_000_000:
                    os.truncate(root / "file", 0)

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        with Client(server.address) as client:
            for _ in range(300):
                client.ask("/file", "Range: bytes=0-99999")
                answer = client.head()
                got = b""
                while len(got) < answer.length and (piece := client.take()):
                    got += piece
                if len(got) < answer.length:  # it shrank, and that was said
                    client.sock.close()
                    client = Client(server.address)
    finally:
        done.set()
        writer.join()
    assert server.lives()


def test_the_root_is_renamed(serve, root):
    """It is a folder that is served, not a name."""
    (root / "file").write_bytes(b"x")
    server = serve(root)
    root.rename(root.parent / "renamed")
    assert get(server.address, "/file").body == b"x"
    root.mkdir()
    (root / "file").write_bytes(b"other")
    assert get(server.address, "/file").body == b"x"


def test_the_root_is_removed(serve, root):
    server = serve(root)
    root.rmdir()
    assert get(server.address, "/file").status == 404
    assert get(server.address, "/").status in (200, 404)
