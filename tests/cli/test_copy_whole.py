# SPDX-License-Identifier: MIT
"""pour copy: a destination is whole or is not there; owners, modes, failures,
signals."""

import array
import fcntl
import os
import pathlib
import resource
import signal
import socket
import termios

import pytest

from copying import (BYTES, ROOT, bad, good, mode_of, nothing_but, pour, read,
                     start, tmpfs, wait_for, write)


def test_modes_of_new_files():
    for mode, expected in [(0o644, 0o644), (0o755, 0o755), (0o600, 0o600),
                           (0o4777, 0o755), (0o444, 0o444)]:
        write("a", mode=mode)
        good(pour("a", "b"))
        assert mode_of("b") == expected
        os.unlink("b")
        os.unlink("a")
    good(pour("-", "b", input=b"x"))
    assert mode_of("b") == 0o644
    os.umask(0o077)
    good(pour("-", "c", input=b"x"))
    assert mode_of("c") == 0o600


def test_mode_of_a_replaced_file_stays():
    write("a", mode=0o600)
    write("b", b"old", 0o664)
    before = os.stat("b").st_ino
    good(pour("a", "b"))
    assert mode_of("b") == 0o664
    assert read("b") == BYTES
    assert os.stat("b").st_ino != before


@pytest.mark.skipif(not ROOT, reason="only root gives files away")
def test_owner_of_a_replaced_file_stays():
    write("a")
    write("b", b"old", 0o4640)
    os.chown("b", 12, 34)
    os.chmod("b", 0o4640)
    good(pour("a", "b"))
    st = os.stat("b")
    assert (st.st_uid, st.st_gid) == (12, 34)
    assert mode_of("b") == 0o4640


def test_permissions(unprivileged, tmp_path):
    write("a")
    write("secret", mode=0o000)
    bad(pour("secret", "b", **unprivileged), "secret: Permission denied")
    write("fixed", b"old", 0o444)
    bad(pour("a", "fixed", **unprivileged), "fixed: Permission denied")
    assert read("fixed") == b"old"
    os.mkdir("closed")
    os.chmod("closed", 0o555)
    bad(pour("a", "closed", **unprivileged), "closed/a: Permission denied")
    assert os.listdir("closed") == []
    os.chmod("closed", 0o755)
    write("closed/a", b"old", 0o666)
    os.chmod("closed", 0o555)
    bad(pour("a", "closed", **unprivileged),
        "closed/a: no file can be made beside it (Permission denied); "
        "--inplace writes into it")
    good(pour("a", "closed", "--inplace", **unprivileged))
    assert read("closed/a") == BYTES
    os.chmod("closed", 0o755)


def test_a_file_of_the_kernel_is_not_replaced():
    """Nothing can stand beside it, nor under its name."""
    command = pathlib.Path("/proc/self/comm")
    before = command.read_bytes()
    name = f"/proc/{os.getpid()}/comm"
    write("a", b"renamed")
    bad(pour("a", name), f"{name}: no file can be made beside it (No such file "
        "or directory); --inplace writes into it")
    assert command.read_bytes() == before


@pytest.mark.skipif(not ROOT, reason="only root has files of two owners")
def test_an_owner_that_cannot_be_kept(unprivileged):
    write("a")
    write("b", b"old", 0o666)
    bad(pour("a", "b", **unprivileged), "b: Operation not permitted")
    assert read("b") == b"old"
    nothing_but("a", "b")


def test_a_full_file_system():
    write("a")
    with tmpfs("1M") as folder:
        write(folder / "old", b"old")
        for name in ["new", "old"]:
            bad(pour("a", folder / name),
                f"{folder / name}: No space left on device")
            bad(pour("-", folder / name, input=BYTES),
                f"{folder / name}: No space left on device")
        assert sorted(os.listdir(folder)) == ["old"]
        assert read(folder / "old") == b"old"


def test_a_full_device():
    write("a")
    bad(pour("a", "/dev/full"), "/dev/full: No space left on device")
    with open("/dev/full", "wb") as full:
        bad(pour("a", "-", stdout=full),
            "standard output: No space left on device")


def test_a_reader_that_left():
    write("a")
    reader, writer = os.pipe()
    os.close(reader)
    bad(pour("a", "-", stdout=writer), "standard output: Broken pipe")
    bad(pour("/dev/zero", "-", stdout=writer), "standard output: Broken pipe")
    os.close(writer)


def test_a_file_that_may_not_grow():
    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))

    write("a")
    write("b", b"old")
    bad(pour("a", "b", preexec_fn=small_files), "b: File too large")
    bad(pour("-", "b", input=BYTES, preexec_fn=small_files),
        "b: File too large")
    assert read("b") == b"old"
    nothing_but("a", "b")


def test_a_source_that_fails():
    write("a")
    bad(pour("/proc/self/mem", "b"), "/proc/self/mem: Input/output error")
    nothing_but("a")


def test_descriptors_of_the_wrong_kind():
    write("a")
    with open("a", "rb") as src:
        bad(pour("a", "-", stdout=src), "a and standard output are the same "
            "file")
        bad(pour("/dev/zero", "-", "--limit=1", stdout=src),
            "standard output: Bad file descriptor")
    with open("b", "wb") as dst:
        bad(pour("-", "c", stdin=dst), "standard input: Bad file descriptor")
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ours, theirs:
        bad(pour("a", "-", stdout=theirs),
            "standard output: Operation not supported")
    nothing_but("a", "b")


def half_way(*args, **more):
    """A copy from a FIFO that has got some bytes and waits for more."""
    os.mkfifo("f")
    process = start("f", *args, **more)
    writer = os.open("f", os.O_WRONLY)
    os.write(writer, BYTES[:5000])
    wait_for(lambda: waiting_in(writer) == 0, "the bytes are taken")
    return process, writer


def waiting_in(fd):
    waiting = array.array("i", [0])
    fcntl.ioctl(fd, termios.FIONREAD, waiting)
    return waiting[0]


@pytest.mark.parametrize("number, code", [
    (signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129),
])
def test_a_signal_leaves_nothing(number, code):
    write("b", b"old")
    process, writer = half_way("b")
    with process:
        process.send_signal(number)
        assert process.wait(20) == code
    os.close(writer)
    assert read("b") == b"old"
    nothing_but("b", "f")


def test_a_signal_before_there_is_a_writer():
    os.mkfifo("f")
    with start("f", "b") as process:
        wait_for(lambda: catches(process.pid, signal.SIGINT), "it watches")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    nothing_but("f")


def catches(pid, number):
    for line in open(f"/proc/{pid}/status", encoding="ascii"):
        if line.startswith("SigCgt:"):
            return int(line.split()[1], 16) >> (number - 1) & 1
    return False


def test_a_signal_that_is_ignored():
    process, writer = half_way(
        "b", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    with process:
        process.send_signal(signal.SIGHUP)
        os.write(writer, b"more")
        os.close(writer)
        assert process.wait(20) == 0
    assert read("b") == BYTES[:5000] + b"more"


def test_nothing_stands_under_the_name_before_the_end():
    process, writer = half_way("b")
    with process:
        nothing_but("f")
        os.close(writer)
        assert process.wait(20) == 0
    assert read("b") == BYTES[:5000]


def test_a_draft_with_a_name(plain):
    write("a")
    write("c", b"old", 0o640)
    good(pour("a", "b", prefix=plain))
    good(pour("a", "c", prefix=plain))
    assert read("b") == read("c") == BYTES
    assert mode_of("b") == 0o644
    assert mode_of("c") == 0o640
    nothing_but("a", "b", "c")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_draft_with_a_name_is_removed(plain, number):
    process, writer = half_way("b", prefix=plain)
    with process:
        (draft,) = set(os.listdir(".")) - {"f"}
        assert draft.startswith(".pour-")
        process.send_signal(number)
        assert process.wait(20) == 128 + number
    os.close(writer)
    nothing_but("f")


def test_a_draft_with_a_name_that_fails(plain):
    with tmpfs("1M") as folder:
        bad(pour("/dev/zero", folder / "b", prefix=plain),
            f"{folder}/b: No space left on device")
        assert os.listdir(folder) == []
