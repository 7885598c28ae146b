# SPDX-License-Identifier: MIT
"""Programs that download by pieces and go on where they were cut."""

import os
import random
import subprocess
import time

import pytest

from program import wait_for

SIZE = 24 << 20
BYTES = random.Random(4).randbytes(SIZE)
OTHER = random.Random(5).randbytes(SIZE)


def url(server, name="file"):
    return "http://%s:%d/%s" % (*server.address, name)


def start(*words, **more):
    return subprocess.Popen(list(map(str, words)), text=True,
                            stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT,
                            stdout=subprocess.PIPE, **more)


def run(*words, status=0, **more):
    with start(*words, **more) as process:
        said, _ = process.communicate(timeout=80)
    assert process.returncode == status, f"{words}: {said[-3000:]}"
    return said


def size_of(path):
    return path.stat().st_size if path.exists() else 0


def cut_off(words, got, **more):
    """Ends it once some of the file is there; how much."""
    with start(*words, **more) as process:
        wait_for(lambda: size_of(got) > 1 << 20, "a MiB of the file")
        process.kill()
        process.communicate()
    assert size_of(got) < SIZE
    return size_of(got)


def again(shop, server, *args):
    """Another server at the same place, fast where the first was slow."""
    server.stop()
    return shop(*args, listen=("127.0.0.1:%d" % server.port,))


@pytest.fixture(name="shop")
def make_shop(serve, tmp_path):
    """shop(option, ...): a server of the one file, in a place of its own."""
    root = tmp_path / "root"
    root.mkdir()
    (root / "file").write_bytes(BYTES)
    os.utime(root / "file", (1700000000, 1700000000))
    time.sleep(0.05)  # the tag of a file is weak while it is this young

    def shop(*args, **more):
        server = serve(root, *args, **more)
        server.root = root
        return server
    return shop


@pytest.fixture(name="got")
def make_got(tmp_path):
    (tmp_path / "home").mkdir()
    return tmp_path / "home" / "file"


# ── aria2: many pieces at a time ──

def aria2c(need, got, *more):
    return [need("aria2c"), "-x16", "-s16", "-k1M", "--no-conf",
            "--file-allocation=none", "-d", got.parent, *more]


def test_aria2c_splits(shop, got, need):
    server = shop("-t2")
    run(*aria2c(need, got, url(server)))
    assert got.read_bytes() == BYTES
    lines = server.log(16)
    # It asks for the rest of the file and leaves when the next piece begins.
    assert sum(line.status == 206 for line in lines) >= 15
    for line in lines:
        assert line.moved.keys() <= {"sendfile"}, line.text


def test_aria2c_shares_the_rate_of_one_client(shop, got, need):
    """Sixteen connections do not get sixteen times as much."""
    rate = 8 << 20
    server = shop("-t2", "--client-rate", rate)
    began = time.monotonic()
    run(*aria2c(need, got, url(server)))
    took = time.monotonic() - began
    assert got.read_bytes() == BYTES
    assert took > 0.75 * SIZE / rate
    assert len(server.log(16)) >= 16


def test_aria2c_goes_on(shop, got, need):
    server = shop("--rate", "4M")
    words = aria2c(need, got, "--auto-save-interval=1", url(server))
    with start(*words) as process:
        wait_for(lambda: size_of(got.with_name("file.aria2")), "its notes")
        process.terminate()
        process.communicate()
    server = again(shop, server, "-t1")
    run(*words)
    assert got.read_bytes() == BYTES


# ── wget -c ──

def wget(need, got, server, *more):
    return [need("wget"), "-nv", "-c", *more, "-O", got, url(server)]


def test_wget_goes_on(shop, got, need):
    server = shop("--rate", "4M")
    have = cut_off(wget(need, got, server), got)
    server = again(shop, server)
    run(*wget(need, got, server))
    assert got.read_bytes() == BYTES
    line, = server.log()
    assert (line.status, line.bytes) == (206, SIZE - have)


def test_wget_when_all_is_there(shop, got, need):
    got.write_bytes(BYTES)
    server = shop()
    run(*wget(need, got, server))
    assert got.read_bytes() == BYTES
    assert server.log()[0].status == 416


def test_wget_outlives_a_server(shop, got, need):
    """Which is cut in the midst of an answer, and started again."""
    server = shop("--rate", "4M", "--grace", "0")
    with start(*wget(need, got, server, "--tries=40", "--waitretry=1",
                     "--retry-connrefused")) as process:
        wait_for(lambda: size_of(got) > 1 << 20, "a MiB of the file")
        server = again(shop, server)
        said, _ = process.communicate(timeout=80)
    assert process.returncode == 0, said
    assert got.read_bytes() == BYTES
    line, = server.log()
    assert line.status == 206 and line.bytes < SIZE


# ── curl -C - ──

def curl(need, got, server, *more):
    return [need("curl"), "-sS", "--noproxy", "*", *more, "-o", got,
            url(server)]


def test_curl_goes_on(shop, got, need):
    server = shop("--rate", "4M")
    have = cut_off(curl(need, got, server, "-C", "-"), got)
    server = again(shop, server)
    run(*curl(need, got, server, "-C", "-"))
    assert got.read_bytes() == BYTES
    line, = server.log()
    assert (line.status, line.bytes) == (206, SIZE - have)


def tag_of(need, server):
    said = run(need("curl"), "-sSI", "--noproxy", "*", url(server))
    return next(line.split(": ")[1] for line in said.splitlines()
                if line.startswith("ETag: "))


def test_curl_does_not_mix_two_files(shop, got, need):
    """The rest of another file is not sent: all of it is, from its start."""
    server = shop("--rate", "4M")
    tag = tag_of(need, server)
    have = cut_off(curl(need, got, server, "-C", "-"), got)
    server = again(shop, server, "-t1")
    (server.root / "new").write_bytes(OTHER)
    (server.root / "new").rename(server.root / "file")
    time.sleep(0.05)
    begin = f"If-Range: {tag}"
    # 33: it asked for the rest and is offered the whole.
    run(*curl(need, got, server, "-C", "-", "-H", begin), status=33)
    assert got.read_bytes() == BYTES[:have]
    assert [line.status for line in server.log()] == [200]
    run(*curl(need, got, server))
    assert got.read_bytes() == OTHER


def test_curl_by_a_date(shop, got, need):
    """As above, by the date; one that still holds brings the rest."""
    server = shop("--rate", "4M")
    have = cut_off(curl(need, got, server, "-C", "-"), got)
    server = again(shop, server, "-t1")
    said = run(need("curl"), "-sSI", "--noproxy", "*", url(server))
    date = next(line.split(": ", 1)[1] for line in said.splitlines()
                if line.startswith("Last-Modified: "))
    before = "If-Range: Tue, 01 Jan 2019 00:00:00 GMT"
    run(*curl(need, got, server, "-C", "-", "-H", before), status=33)
    assert size_of(got) == have
    run(*curl(need, got, server, "-C", "-", "-H", f"If-Range: {date}"))
    assert got.read_bytes() == BYTES
    assert server.log(3)[-1].status == 206
