# SPDX-License-Identifier: MIT
"""A file of 5 GiB: beyond what 32 bits count, and what one call may send."""

import fcntl
import re
import shutil
import subprocess

import pytest

from contents import BIG, expected
from wire import Client, get

COPY_MAX = 16384
F_SETPIPE_SZ = 1031


def big_pieces(client, at, length):
    """Each piece of a body is what the big file has there."""
    end = at + length
    for piece in client.pieces(length):
        assert piece == expected(BIG, at, len(piece)), f"at {at}"
        at += len(piece)
    assert at == end


@pytest.mark.long
def test_how_many(serve, big):
    """Here only how many bytes there are; which ones is looked at below."""
    server = serve(big.parent, "-t1")
    with Client(server.address) as client:
        answer = client.ask("/big").head()
        assert (answer.status, answer.length) == (200, BIG)
        assert client.waste(BIG) == BIG
        client.ask("/none")
        assert client.answer().status == 404
    line, _ = server.log(2)
    assert (line.status, line.bytes) == (200, BIG)
    assert line.moved == {"sendfile": BIG}
    assert re.search(r" \d+\.\d{3} sendfile=5368709120/\d+$", line.text)


@pytest.mark.parametrize("first, last", [
    ((1 << 32) - 100, (1 << 32) + 100_000), (1 << 32, (1 << 32) + 99_999),
    ((1 << 32) + 12345, (1 << 32) + (4 << 20)), ((1 << 31) - 9, 1 << 31),
    (BIG - 100_000, BIG - 1), (BIG - 6, BIG - 1)])
def test_pieces(serve, big, first, last):
    server = serve(big.parent, "-t1")
    length = last - first + 1
    ways = [f"{first}-{last}"]
    if last == BIG - 1:
        ways += [f"{first}-", f"-{length}"]
    with Client(server.address) as client:
        for way in ways:
            answer = client.ask("/big", f"Range: bytes={way}").head()
            assert answer.status == 206
            assert answer["Content-Range"] == f"bytes {first}-{last}/{BIG}"
            assert answer.length == length
            big_pieces(client, first, length)
    method = "sendfile" if length > COPY_MAX else "copy"
    for line in server.log(len(ways)):
        assert line.moved == {method: length}


def test_beyond_the_end_of_it(serve, big):
    answer = get(serve(big.parent).address, "/big", f"Range: bytes={BIG}-")
    assert answer.status == 416
    assert answer["Content-Range"] == f"bytes */{BIG}"


@pytest.mark.long
def test_by_curl(serve, big):
    """curl writes a pipe, and the other end looks at every byte of it."""
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    server = serve(big.parent)
    with subprocess.Popen(["curl", "-q", "-sS", "-m", "600", "--noproxy", "*",
                           f"http://127.0.0.1:{server.port}/big"],
                          stdout=subprocess.PIPE) as run:
        fcntl.fcntl(run.stdout, F_SETPIPE_SZ, 1 << 20)
        at = 0
        while piece := run.stdout.read(1 << 20):
            assert piece == expected(BIG, at, len(piece)), f"at {at}"
            at += len(piece)
    assert (at, run.returncode) == (BIG, 0)
    line, = server.log()
    assert line.moved == {"sendfile": BIG}
