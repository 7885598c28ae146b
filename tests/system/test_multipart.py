# SPDX-License-Identifier: MIT
"""Several ranges in one answer, read by the parser of Python's mail."""

import email
import email.policy
import os
import re
import subprocess

import pytest

from contents import BIG, data_of, expected
from wire import Client, get

WHOLE = data_of(1000)
LARGE = data_of((1 << 20) + 1)


def parts_of(answer):
    """[(first, last, bytes), ...] of a multipart answer, in its order."""
    assert answer.status == 206
    assert answer["Content-Range"] is None
    match = re.fullmatch(r"multipart/byteranges; boundary=([0-9a-f]{32})",
                         answer["Content-Type"])
    assert match, answer["Content-Type"]
    text = b"Content-Type: " + answer["Content-Type"].encode() + b"\r\n\r\n"
    message = email.message_from_bytes(text + answer.body,
                                       policy=email.policy.HTTP)
    assert not message.defects and not message.preamble
    assert not (message.epilogue or "").strip()
    found = []
    for part in message.iter_parts():
        assert sorted(part.keys()) == ["Content-Range", "Content-Type"]
        first, last, size = map(int, re.fullmatch(
            r"bytes (\d+)-(\d+)/(\d+)", part["Content-Range"]).groups())
        found.append((first, last, size, part["Content-Type"]))
    # The mail parser knows lines: the bytes are taken by their length.
    at, pieces = 0, []
    for first, last, size, kind in found:
        at = answer.body.index(b"\r\n\r\n", at) + 4
        pieces.append((first, last, answer.body[at:at + last - first + 1]))
        at += last - first + 1
        assert answer.body[at:at + 4] == b"\r\n--"
        assert kind == found[0][3] and size == found[0][2]
    return pieces


def ask(site, ranges, *fields, target="/thousand"):
    return get(site.address, target, f"Range: bytes={ranges}", *fields)


@pytest.mark.parametrize("ranges, want", [
    ("0-9,200-209", [(0, 9), (200, 209)]),
    ("200-209,0-9", [(200, 209), (0, 9)]),
    ("0-0,-1", [(0, 0), (999, 999)]),
    ("-1, 0-0", [(999, 999), (0, 0)]),
    ("0-9,5-19,900-", [(0, 19), (900, 999)]),
    ("0-9,2000-,500-509", [(0, 9), (500, 509)]),
])
def test_each_is_a_part(site, ranges, want):
    answer = ask(site, ranges)
    assert parts_of(answer) == [
        (first, last, WHOLE[first:last + 1]) for first, last in want]
    whole = get(site.address, "/thousand")
    for name in ("ETag", "Last-Modified", "Accept-Ranges"):
        assert answer[name] == whole[name] is not None


def test_one_is_left(site):
    for ranges in ("0-9,5-19", "0-9,2000-", "5-19,,0-9", "0-4,15-19"):
        answer = ask(site, ranges)
        assert answer.status == 206
        assert answer["Content-Range"].startswith("bytes 0-")
        assert WHOLE.startswith(answer.body)


def test_none_is_left(site):
    answer = ask(site, "1000-,2000-3000,-0")
    assert answer.status == 416
    assert answer["Content-Range"] == "bytes */1000"


def test_more_than_the_whole(site):
    """Parts and the lines between them would be longer than the file."""
    answer = ask(site, ",".join(f"{n}-{n}" for n in range(0, 1000, 100)))
    assert (answer.status, answer.body) == (200, WHOLE)
    assert answer["Content-Type"] == get(site.address,
                                         "/thousand")["Content-Type"]
    many = ",".join(f"{n}-{n}" for n in range(0, 65000, 1000))
    assert ask(site, many, target="/large").status == 200
    assert len(parts_of(ask(site, many.rpartition(",")[0],
                            target="/large"))) == 64


def test_boundaries_differ(site):
    answers = {ask(site, "0-0,-1")["Content-Type"] for _ in range(20)}
    assert len(answers) == 20


def test_if_range(site):
    tag = get(site.address, "/thousand")["ETag"]
    assert len(parts_of(ask(site, "0-0,-1", f"If-Range: {tag}"))) == 2
    assert ask(site, "0-0,-1", 'If-Range: "x"').body == WHOLE


def test_head_has_none(site):
    answer = get(site.address, "/thousand", "Range: bytes=0-0,-1",
                 method="HEAD")
    assert (answer.status, answer.length) == (200, 1000)


def test_many_on_one_connection(site):
    with Client(site.address) as client:
        for _ in range(50):
            client.ask("/large", "Range: bytes=0-99,1000-50000,900000-")
            client.ask("/small")
        for _ in range(50):
            for first, last, piece in parts_of(client.answer()):
                assert piece == LARGE[first:last + 1]
            assert client.answer().body == b"hello\n"


def test_by_which_calls(serve, root):
    """Small parts are copied with their lines, large ones are not copied."""
    (root / "file").write_bytes(LARGE)
    server = serve(root, "-t1")
    get(server.address, "/file", "Range: bytes=0-99,1000-200999,300000-300099")
    line, = server.log()
    assert line.status == 206
    assert line.moved == {"copy": 200, "sendfile": 200_000}
    assert line.ended == ""


def test_who_reads_slowly(site):
    ranges = "0-400000,500000-900000,1000000-"
    with Client(site.address, receive=4096) as client:
        client.ask("/large", f"Range: bytes={ranges}")
        parts = parts_of(client.answer())
    assert [LARGE[first:last + 1] for first, last, _ in parts] == [
        piece for _, _, piece in parts]
    assert sum(last - first + 1 for first, last, _ in parts) == 848_579


def test_past_four_gibibytes(serve, big):
    server = serve(big.parent)
    answer = get(server.address, "/big",
                 "Range: bytes=4294967293-4294967299,0-5,-6,2147483645-2147483650")
    for first, last, piece in parts_of(answer):
        assert piece == expected(BIG, first, last - first + 1)


def test_truncated_before_a_part(serve, root):
    size = 64 << 20
    with open(root / "file", "wb") as file:
        file.truncate(size)
    server = serve(root, "-t1")
    with Client(server.address) as client:
        client.ask("/file", f"Range: bytes=0-{size // 2},{size // 2 + 1000}-")
        length = client.head().length
        client.take(1000)
        os.truncate(root / "file", size // 2 + 500)
        assert size // 4 < len(client.until_end()) < length - 1000
    line, = server.log()
    assert line.ended == "short"


def test_with_curl(site, tmp_path):
    out = tmp_path / "out"
    subprocess.run(["curl", "-sS", "-r", "0-99,500-599", "-o", str(out),
                    f"http://127.0.0.1:{site.port}/thousand"], check=True,
                   timeout=20)
    assert WHOLE[:100] in out.read_bytes()
    assert WHOLE[500:600] in out.read_bytes()
