# SPDX-License-Identifier: MIT
"""pour copy: bytes between files, pipes, devices and sockets; the account."""

import os
import socket
import stat
import threading

import pytest

from copying import (BYTES, bad, explained, good, nothing_but, pour, read,
                     start, tmpfs, write)


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, 1048577, len(BYTES)])
def test_file_to_file(size):
    write("a", BYTES[:size])
    run = good(pour("a", "b"))
    assert run.stdout == b""
    assert read("b") == BYTES[:size]
    nothing_but("a", "b")


@pytest.mark.parametrize("size", [0, 1, 4097, len(BYTES)])
def test_pipes(size):
    assert good(pour("-", "-", input=BYTES[:size])).stdout == BYTES[:size]
    good(pour("-", "b", input=BYTES[:size]))
    assert read("b") == BYTES[:size]
    assert good(pour("b", "-")).stdout == BYTES[:size]


def test_a_file_on_standard_input_and_output():
    write("a")
    with open("a", "rb") as src, open("b", "wb") as dst:
        good(pour("-", "-", stdin=src, stdout=dst))
    assert read("b") == BYTES


def test_standard_output_that_appends():
    write("a")
    write("b", b"before ")
    with open("b", "ab") as dst:
        good(pour("a", "-", stdout=dst))
    assert read("b") == b"before " + BYTES


def test_a_file_whose_size_nobody_knows():
    assert good(pour("/proc/self/stat", "-")).stdout != b""
    good(pour("/proc/version", "b"))
    assert read("b") == read("/proc/version")


def test_sockets():
    write("a")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        reader = threading.Thread(target=drain, args=(ours, got := []))
        reader.start()
        good(pour("a", "-", stdout=theirs))
        theirs.close()
        reader.join(20)
    assert b"".join(got) == BYTES


def drain(sock, got):
    while data := sock.recv(65536):
        got.append(data)


def test_a_unix_socket_by_its_path():
    write("a")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s")
        server.listen()
        got = []
        reader = threading.Thread(
            target=lambda: drain(server.accept()[0], got), daemon=True)
        reader.start()
        good(pour("a", "s"))
        reader.join(20)
    assert b"".join(got) == BYTES
    bad(pour("a", "s"), "s: Connection refused")
    assert stat.S_ISSOCK(os.stat("s").st_mode)


def test_fifos():
    os.mkfifo("f")
    write("a")
    with start("f", "b") as reader:
        good(pour("a", "f"))
        assert reader.wait(20) == 0
    assert read("b") == BYTES
    assert stat.S_ISFIFO(os.stat("f").st_mode)


def test_devices():
    write("a")
    good(pour("a", "/dev/null"))
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    good(pour("/dev/zero", "b", "--limit", "100k"))
    assert read("b") == bytes(100 * 1024)
    good(pour("/dev/null", "c"))
    assert read("c") == b""


def test_a_terminal():
    ours, theirs = os.openpty()
    write("a", b"hello\n")
    try:
        good(pour("a", "-", stdout=theirs))
        assert os.read(ours, 100) == b"hello\r\n"
        good(pour("a", os.ttyname(theirs)))
        assert os.read(ours, 100) == b"hello\r\n"
    finally:
        os.close(ours)
        os.close(theirs)


LARGE = 5 << 30


def sparse():
    with open("a", "wb") as f:
        f.truncate(LARGE)
        f.seek((4 << 30) + 5)
        f.write(BYTES)


def test_a_part_of_a_large_file():
    sparse()
    good(pour("a", "b", "--offset", (4 << 30) + 5, "--limit", len(BYTES)))
    assert read("b") == BYTES


@pytest.mark.long
def test_a_large_file():
    sparse()
    run = pour("a", "/dev/null", "--explain")
    assert f" {LARGE} bytes in " in explained(run)


@pytest.mark.parametrize("limit, size", [
    (0, 0), (1, 1), ("1k", 1024), ("1M", 1 << 20), ("1G", len(BYTES)),
])
def test_limit(limit, size):
    write("a")
    expected = BYTES[:size]
    good(pour("a", "b", "--limit", limit))
    assert read("b") == expected
    assert good(pour("a", "-", f"--limit={limit}")).stdout == expected


@pytest.mark.parametrize("offset", [0, 1, 4096, len(BYTES) - 1, len(BYTES),
                                    len(BYTES) + 1, 2 ** 63 + 5, 2 ** 64 - 1])
def test_offset(offset):
    write("a")
    expected = BYTES[offset:]
    good(pour("a", "b", "--offset", offset))
    assert read("b") == expected
    assert good(pour("-", "-", "--offset", offset,
                     input=BYTES)).stdout == expected


def test_offset_and_limit():
    write("a")
    args = ("--offset=5", "--limit=1k")
    assert good(pour("a", "-", *args)).stdout == BYTES[5:1029]
    assert good(pour("-", "-", *args, input=BYTES)).stdout == BYTES[5:1029]
    assert good(pour("/dev/zero", "-", *args)).stdout == bytes(1024)
    version = read("/proc/version")
    assert good(pour("/proc/version", "-",
                     "--offset=6")).stdout == version[6:]


def test_a_position_that_is_shared_goes_on():
    write("a")
    with open("a", "rb") as src:
        first = good(pour("-", "-", "--limit=1000", stdin=src)).stdout
        good(pour("-", "/dev/null", "--limit=1", "--offset=9", stdin=src))
        rest = good(pour("-", "-", stdin=src)).stdout
    assert first == BYTES[:1000]
    assert rest == BYTES[1010:]


def test_explain_names_the_methods():
    write("a")
    size = len(BYTES)
    run = pour("a", "b", "--explain")
    assert explained(run).startswith((f"pipe {size} bytes",
                                      f"copy_file_range {size} bytes"))
    run = pour("a", "-", "--explain")
    assert explained(run).startswith(f"splice {size} bytes")
    run = pour("-", "c", "--explain", input=BYTES)
    assert explained(run).startswith(f"splice {size} bytes")
    assert read("b") == read("c") == BYTES


def test_explain_on_tmpfs():
    with tmpfs("8M") as folder:
        write(folder / "a")
        run = pour(folder / "a", folder / "b", "--explain")
        assert explained(run).startswith(f"pipe {len(BYTES)} bytes")


def test_explain_when_nothing_moved():
    write("a", b"")
    assert explained(pour("a", "b", "--explain")).startswith("nothing moved")


def test_explain_of_a_failure():
    write("a")
    run = pour("a", "/dev/full", "--explain")
    assert run.returncode == 1
    first, second = run.stderr.decode().splitlines()
    assert "ENOSPC" in first
    assert second == "pour copy: /dev/full: No space left on device"


@pytest.mark.parametrize("method", ["copy_file_range", "sendfile", "pipe", "mmap",
                                    "copy"])
def test_methods_from_file_to_file(method):
    write("a")
    run = pour("a", "b", "--explain", "--method", method)
    assert explained(run).startswith(f"{method} {len(BYTES)} bytes")
    assert read("b") == BYTES


@pytest.mark.parametrize("method", ["splice", "copy"])
def test_methods_from_pipe_to_file(method):
    run = pour("-", "b", "--explain", "--method", method, input=BYTES)
    assert explained(run).startswith(f"{method} {len(BYTES)} bytes")
    assert read("b") == BYTES


def test_methods_that_do_not_suit():
    write("a")
    bad(pour("a", "b", "--method=splice"),
        "--method splice does not suit a file as source "
        "and a file as destination")
    bad(pour("-", "b", "--method=copy_file_range", input=b"x"),
        "--method copy_file_range does not suit a pipe as source "
        "and a file as destination")
    with open("c", "ab") as dst:
        bad(pour("a", "-", "--method=sendfile", stdout=dst),
            "--method sendfile does not suit a file as source "
            "and a file as destination: Invalid argument")
    nothing_but("a", "c")
