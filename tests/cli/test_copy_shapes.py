# SPDX-License-Identifier: MIT
"""pour copy: rate, holes, clones, stable; sources that change; sizes."""

import fcntl
import os
import socket
import threading
import time

import pytest

from copying import (BYTES, bad, explained, good, nothing_but, position, pour,
                     read, start, tmpfs, wait_for, write)

SIZES = [0, 1, 4095, 4096, 4097, 128 << 20, (2 << 30) - 1, 2 << 30,
         (2 << 30) + 1, 4 << 30]
WORD = b"here is data"


def sparse(name, size, at=()):
    with open(name, "wb") as f:
        f.truncate(size)
        for offset in at:
            f.seek(offset)
            f.write(WORD)
    return name


def same_words(name, size, at):
    assert os.path.getsize(name) == size
    with open(name, "rb") as f:
        for offset in at:
            f.seek(offset)
            assert f.read(len(WORD)) == WORD


@pytest.mark.parametrize("size", SIZES)
def test_sparse_files_of_every_size(size):
    at = [0, size // 2, size - len(WORD)] if size > 100000 else []
    sparse("a", size, at)
    good(pour("a", "b"))
    same_words("b", size, at)
    assert os.stat("b").st_blocks <= os.stat("a").st_blocks + 16


@pytest.mark.parametrize("at", [[0], [1 << 20], [(4 << 20) - len(WORD)],
                                [0, (4 << 20) - len(WORD)], []])
def test_holes_at_head_middle_and_tail(at):
    sparse("a", 4 << 20, at)
    for how in ["auto", "keep", "fill"]:
        good(pour("a", "b", "--holes", how))
        assert read("a") == read("b")
        blocks = os.stat("b").st_blocks
        if how == "fill":
            assert blocks >= (4 << 20) // 512
        else:
            assert blocks <= 32 * len(at)


def test_holes_of_what_has_none():
    write("a")
    bad(pour("-", "b", "--holes=keep", input=b"x"),
        "--holes keep: standard input is a pipe, and only files have holes")
    bad(pour("a", "/dev/null", "--holes=keep"),
        "--holes keep: /dev/null is a device, and only files have holes")
    good(pour("-", "b", input=bytes(1 << 20)))
    with open("c", "ab") as out:
        sparse("s", 1 << 20)
        good(pour("s", "-", stdout=out))
        bad(pour("s", "-", "--holes=keep", stdout=out),
            "--holes keep: standard output cannot have those of s: "
            "Invalid argument")
    nothing_but("a", "b", "c", "s")


def test_rate():
    """Bytes and time are what the pace allows; the path is the same."""
    write("a", BYTES[:300000])
    began = time.monotonic()
    run = pour("a", "b", "--rate=200000", "--explain")
    took = time.monotonic() - began
    assert explained(run).startswith("pipe 300000 bytes")
    # An eighth of a second's worth goes at once.
    assert took > (300000 - 25000) / 200000 * 0.95
    assert read("b") == BYTES[:300000]


def test_a_rate_between_pipes():
    began = time.monotonic()
    run = pour("-", "-", "--rate=100k", "--explain", input=bytes(100 * 1024))
    assert run.stdout == bytes(100 * 1024)
    assert time.monotonic() - began > 0.8
    assert run.stderr.decode().startswith("pour copy: splice 102400 bytes")


def test_a_clone_that_cannot_be():
    write("a")
    with tmpfs("16M") as folder:
        write(folder / "a")
        bad(pour(folder / "a", folder / "b", "--clone=always"),
            f"--clone always: {folder}/a and {folder}/b cannot share their "
            "bytes: Operation not supported")
        bad(pour("a", folder / "b", "--clone=always"),
            f"--clone always: a and {folder}/b cannot share their bytes: "
            "Invalid cross-device link")
        assert os.listdir(folder) == ["a"]
    bad(pour("a", "-", "--clone=always"),
        "--clone always: a and standard output cannot share their bytes: "
        "Invalid argument")
    good(pour("a", "b", "--clone=never"))
    good(pour("a", "b", "--clone=auto"))
    assert read("b") == BYTES


def test_stable():
    """What the pipe holds does not change with the file."""
    write("a", b"A" * 40000)
    for flag, expected in [(["--stable"], b"A" * 40000), ([], b"B" * 40000)]:
        write("a", b"A" * 40000)
        reader, writer = os.pipe()
        run = pour("a", "-", "--explain", *flag, stdout=writer)
        os.close(writer)
        assert run.returncode == 0
        with open("a", "r+b") as f:
            f.write(b"B" * 40000)
        with open(reader, "rb") as f:
            assert f.read() == expected


def test_a_source_that_shrinks():
    write("a", BYTES)
    with start("a", "b", "--rate=1M") as process:
        time.sleep(0.3)
        os.truncate("a", 1)
        assert process.wait(20) == 1
        said = process.stderr.read().decode()
    assert said.startswith("pour copy: a: it shrank while it was copied: ")
    assert said.endswith(f" of {len(BYTES)} bytes were left\n")
    nothing_but("a")


def test_a_source_that_is_cut_after_it_was_taken():
    """Its pages are on their way then, and what was cut off is zeros."""
    write("a", b"x" * 200_000)
    ours, theirs = socket.socketpair()
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    with ours, theirs, start("a", f"fd:{theirs.fileno()}", "--method=pipe",
                             pass_fds=(theirs.fileno(),)) as process:
        wait_for(lambda: position(process.pid, "a") == 200_000, "all taken")
        os.truncate("a", 1000)
        left = 200_000
        while left > 0:
            left -= len(ours.recv(left))
        said = process.stderr.read().decode()
        assert process.wait(20) == 1
    assert said == ("pour copy: a: it shrank while it was copied: "
                    "1000 of 200000 bytes were left\n")


def test_a_source_that_grows():
    write("a", BYTES[:1 << 20])
    with start("a", "b", "--rate=1M") as process:
        time.sleep(0.2)
        with open("a", "ab") as f:
            f.write(b"more")
        assert process.wait(20) == 0
    assert read("b") == BYTES[:1 << 20] + b"more"


@pytest.mark.parametrize("name", [
    "/proc/self/status", "/proc/version", "/proc/cpuinfo",
    "/sys/kernel/mm/transparent_hugepage/enabled", "/sys/kernel/uevent_seqnum",
])
def test_files_of_the_kernel(name):
    if not os.access(name, os.R_OK):
        pytest.skip(f"no {name} here")
    good(pour(name, "b"))
    assert len(read("b")) > 0
    if "self" not in name and "cpuinfo" not in name:
        assert read("b") == read(name)


def pipe_size(fd, *size):
    get_or_set = 1031 if size else 1032  # F_SETPIPE_SZ, F_GETPIPE_SZ
    return fcntl.fcntl(fd, get_or_set, *size)


@pytest.mark.parametrize("before, after", [
    (4096, 1 << 20), (65536, 1 << 20), (1 << 20, 1 << 20)])
def test_pipes_are_widened(before, after):
    write("a", b"x" * 1000)
    reader, writer = os.pipe()
    pipe_size(reader, before)
    good(pour("a", "-", stdout=writer))
    assert pipe_size(reader) == after
    pipe_size(reader, before)
    os.close(writer)
    good(pour("-", "b", stdin=reader))
    assert pipe_size(reader) == after
    assert read("b") == b"x" * 1000
    os.close(reader)


def test_many_copies_to_one_name():
    """Each is whole, or says that another one came first."""
    write("a", BYTES[:100000])
    runs = []
    threads = [threading.Thread(target=lambda: runs.append(pour("a", "b")))
               for _ in range(10)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(60)
    assert len(runs) == 10
    assert any(run.returncode == 0 for run in runs)
    for run in runs:
        if run.returncode != 0:
            bad(run, "b: another file took its name meanwhile")
    assert read("b") == BYTES[:100000]
    nothing_but("a", "b")


def test_it_ends_when_the_reader_has_enough():
    with start("/dev/zero", "-", stdout=-1) as process:
        assert process.stdout.read(100) == bytes(100)
        process.stdout.close()
        wait_for(lambda: process.poll() is not None, "it ended")
        assert process.returncode == 1
        assert process.stderr.read() == (
            b"pour copy: standard output: Broken pipe\n")
