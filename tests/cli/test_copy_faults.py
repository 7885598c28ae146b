# SPDX-License-Identifier: MIT
"""pour copy when the n-th call of a kind fails: by strace's injection."""

import errno
import os
import pathlib
import subprocess

import pytest

from copying import BYTES, POUR, nothing_but, pour, read, start, write


def failing(call, error, when="1+"):
    if b"__asan_init" in pathlib.Path(POUR).read_bytes():
        pytest.skip("the sanitizer makes calls of its own, and no traced one")
    prefix = ["strace", "-f", "-qq", "-o", "/dev/null", "-e",
              f"inject={call}:error={error}:when={when}"]
    try:
        run = subprocess.run([*prefix, "true"], check=False,
                             capture_output=True, timeout=20)
    except FileNotFoundError:
        pytest.skip("no strace here")
    if run.returncode != 0 and b"ptrace" in run.stderr:
        pytest.skip("nothing can be traced here")
    return prefix


def says(error):
    return os.strerror(getattr(errno, error))


# ── What ends a copy ──

@pytest.mark.parametrize("call, error, args", [
    ("fsync", "EIO", ["--sync"]),
    ("fsync", "EDQUOT", ["--sync"]),
    ("renameat", "EIO", []),
    ("renameat", "ENOSPC", ["--sync"]),
    ("renameat", "EROFS", ["--backup"]),
    ("fchmod", "EPERM", []),
    ("linkat", "EDQUOT", []),
    ("fdatasync", "EIO", ["--verify"]),
    ("splice", "EIO", ["--method=pipe"]),
    ("splice", "ENOSPC", []),
    ("read", "EIO", ["--method=copy"]),
    ("write", "EDQUOT", ["--method=copy"]),
    ("sendfile", "ENOSPC", ["--method=sendfile"]),
    ("copy_file_range", "ENOSPC", ["--method=copy_file_range"]),
])
def test_the_old_file_stays(call, error, args):
    write("a")
    write("b", b"old")
    # The loader reads, and what is said is written: they are not counted.
    when = {"read": "2+", "write": "1"}.get(call, "1+")
    run = pour("a", "b", *args, prefix=failing(call, error, when))
    assert run.returncode == 1
    if b"unknown option" in run.stderr:
        pytest.skip("built without a library of hashes")
    said = run.stderr.decode()
    assert said.startswith("pour copy: ") and said.count("\n") == 1
    assert says(error) in said
    assert read("b") == b"old"
    nothing_but("a", "b")


def test_a_backup_that_fails_after_the_copy():
    """The second rename: the backup is there, and so is the old file."""
    write("a")
    write("b", b"old")
    run = pour("a", "b", "--backup", prefix=failing("renameat", "EIO", "2"))
    assert run.returncode == 1
    assert read("b") == read("b~") == b"old"
    nothing_but("a", "b", "b~")


def test_a_folder_that_cannot_be_synced():
    """The name is there by then, and it is said that it may not last."""
    write("a")
    run = pour("a", "b", "--sync", prefix=failing("fsync", "EIO", "2"))
    assert run.returncode == 1
    assert read("b") == BYTES


# ── What does not ──

@pytest.mark.parametrize("call, error", [
    ("splice", "ENOSYS"), ("splice", "EINVAL"), ("pipe2", "EMFILE"),
    ("pipe2", "ENFILE"), ("ioctl", "ENOTTY"), ("copy_file_range", "EXDEV"),
    ("getrandom", "ENOSYS"), ("timer_create", "EAGAIN"),
    ("fadvise64", "ENOSYS"), ("sendfile,splice", "ENOSYS"),
    ("sendfile,splice,copy_file_range", "EPERM"),
    # Before Linux 6.10 others than root give a file its name through /proc.
    ("linkat", "ENOENT:when=1"),
])
def test_another_way_is_found(call, error):
    write("a")
    run = pour("a", "b", prefix=failing(call, *error.split(":when=")))
    assert (run.returncode, run.stderr) == (0, b"")
    assert read("b") == BYTES
    nothing_but("a", "b")


@pytest.mark.parametrize("call, method", [("splice", "sendfile"),
                                          ("splice,sendfile", "copy")])
def test_and_it_is_said_why(call, method):
    write("a")
    run = pour("a", "b", "--explain", prefix=failing(call, "ENOSYS"))
    said = run.stderr.decode()
    assert said.startswith(f"pour copy: {method} {len(BYTES)} bytes in ")
    assert "pipe left: ENOSYS" in said
    assert read("b") == BYTES


@pytest.mark.parametrize("when", ["1", "2", "3", "5+2"])
def test_interrupted_calls(when):
    write("a")
    run = pour("a", "b", "--method=pipe",
               prefix=failing("splice", "EINTR", when))
    assert (run.returncode, run.stderr) == (0, b"")
    assert read("b") == BYTES


def test_a_part_where_nothing_can_be_locked():
    write("a")
    write(".b.part", BYTES[:100])
    run = pour("a", "b", "--resume", prefix=failing("flock", "ENOLCK"))
    assert (run.returncode, run.stderr) == (0, b"")
    assert read("b") == BYTES
    nothing_but("a", "b")


def test_nameless_files_that_are_not_to_be_had():
    """FAT, NFS and FUSE have none: the draft has a name that goes."""
    write("a")
    run = pour("a", "b", prefix=failing("access", "ENOENT"))
    assert (run.returncode, run.stderr) == (0, b"")
    assert read("b") == BYTES
    nothing_but("a", "b")


# ── Ends ──

def test_a_port_that_is_taken_in_the_other_family():
    """Of "*" the kernel chooses a port for the first; another one is tried."""
    write("a")
    # Each is bound twice: to see that it is free, and with SO_REUSEPORT.
    with start("tcp-listen:*:0", "b", "--explain",
               prefix=failing("bind", "EADDRINUSE", "3")) as taker:
        said = taker.stderr.readline().decode()
        assert said.startswith("pour copy: listening on "), said
        assert pour("a", "tcp:127.0.0.1:" + said.rstrip().rsplit(":", 1)[1]
                    ).returncode == 0
        assert taker.wait(20) == 0
    assert read("b") == BYTES
