# SPDX-License-Identifier: MIT
"""pour tee and pour copy -r when the n-th call of a kind fails."""

import os

import pytest

from copying import BYTES, good, nothing_but, pour, read, write
from teeing import tee
from test_copy_faults import failing, says
from trees import partial, plant, same

OLD = b"old"


def ends(run, error, *codes):
    """In good order, and what was not good has its reason."""
    assert run.returncode in codes, run.stderr
    assert run.returncode == 0 or says(error) in run.stderr.decode()


# ── pour tee ──

# Of two files and a pipe one fails, or all do, and the others are whole.
@pytest.mark.parametrize("call, error, when, codes", [
    ("linkat", "EDQUOT", "1", {3}),
    ("linkat", "EDQUOT", "1+", {3}),
    ("renameat", "EIO", "1", {3}),
    ("fchmod", "EPERM", "1", {3}),
    ("pipe2", "EMFILE", "2", {0, 3}),
    ("pipe2", "ENFILE", "1+", {1}),
    ("splice", "EIO", "3", {0, 1, 3}),
    ("splice", "ENOSPC", "2", {0, 1, 3}),
    ("splice", "ENOSPC", "4+", {0, 1, 3}),
    ("tee", "EIO", "1+", {0, 1, 3}),
    ("write", "EIO", "1", {0, 1, 3}),
])
@pytest.mark.parametrize("source", ["file", "pipe"])
def test_a_destination_is_whole_or_what_it_was(source, call, error, when,
                                               codes):
    write("in")
    write("a", OLD)
    more = {"input": BYTES} if source == "pipe" else {}
    run = tee(*([] if more else ["--from", "in"]), "a", "b", "-",
              prefix=failing(call, error, when), **more)
    ends(run, error, *codes)
    assert read("a") in (OLD, BYTES)
    assert not os.path.exists("b") or read("b") == BYTES
    nothing_but(*[n for n in ["a", "b", "in"] if n != "b" or
                  os.path.exists("b")])
    if run.returncode == 0:
        assert read("a") == read("b") == run.stdout == BYTES
    if run.returncode == 3:
        assert BYTES in (read("a"), run.stdout) or os.path.exists("b")


@pytest.mark.parametrize("call, error", [
    ("tee", "ENOSYS"), ("tee", "EINVAL"), ("splice", "ENOSYS"),
    ("splice", "EINVAL"), ("splice,tee", "EPERM"), ("ioctl", "ENOTTY"),
    ("timer_create", "EAGAIN"), ("getrandom", "ENOSYS"),
])
@pytest.mark.parametrize("source", ["file", "pipe"])
def test_a_tee_finds_another_way(source, call, error):
    write("in")
    more = {"input": BYTES} if source == "pipe" else {}
    run = tee(*([] if more else ["--from", "in"]), "a", "-",
              prefix=failing(call, error), **more)
    assert (run.returncode, run.stderr) == (0, b"")
    assert read("a") == run.stdout == BYTES


@pytest.mark.parametrize("when", ["1", "2", "3", "5+2"])
@pytest.mark.parametrize("call", ["splice", "tee", "poll"])
def test_calls_of_a_tee_that_are_interrupted(call, when):
    run = tee("a", "b", input=BYTES, prefix=failing(call, "EINTR", when))
    assert (run.returncode, run.stderr) == (0, b"")
    assert read("a") == read("b") == BYTES


# ── pour copy -r ──

def grow():
    plant("t", 30)
    write("t/large")
    os.link("t/large", "t/hard")
    os.symlink("large", "t/soft")
    os.mkfifo("t/fifo")
    os.makedirs("t/empty")


# The loader opens, maps and reads files too; what is said is written.
@pytest.mark.parametrize("call, error, when", [
    ("getdents64", "EIO", "2"), ("mkdirat", "EDQUOT", "2"),
    ("mkdirat", "ENOSPC", "3+"), ("openat", "EMFILE", "12+7"),
    ("openat", "EIO", "20"), ("linkat", "EDQUOT", "3"),
    ("linkat", "EIO", "1+5"), ("linkat", "EMLINK", "8+"),
    ("newfstatat", "EIO", "15+9"), ("write", "ENOSPC", "4"),
    ("pread64", "EIO", "6"), ("utimensat", "EROFS", "5+4"),
    ("fchmod", "EIO", "1"), ("symlinkat", "EDQUOT", "1"),
    ("mknodat", "ENOSPC", "1"), ("readlinkat", "EIO", "1"),
    ("splice", "EIO", "1"), ("splice", "ENOSPC", "2+"),
])
def test_a_tree_goes_on(call, error, when):
    grow()
    run = pour("-r", "t", "d", "--threads=2", prefix=failing(call, error, when))
    ends(run, error, 0, 1, 3)
    assert partial("t", "d") == []
    for folder, _, names in os.walk("d"):
        assert not [n for n in names if n.startswith(".pour-")], folder
    if run.returncode == 3:
        # What was lacking comes with a second turn, which finds no obstacle.
        good(pour("-r", "--update", "t/.", "d"))
        same("t", "d", holes=False)


@pytest.mark.parametrize("call, error", [
    ("splice", "ENOSYS"), ("pipe2", "EMFILE"), ("linkat", "ENOENT:when=1+2"),
    ("flistxattr", "EOPNOTSUPP"), ("clone3", "EAGAIN"), ("fstatfs", "ENOSYS"),
    ("getrandom", "ENOSYS"), ("timer_create", "EAGAIN"),
])
def test_a_tree_finds_another_way(call, error):
    grow()
    run = pour("-r", "t", "d", prefix=failing(call, *error.split(":when=")))
    assert (run.returncode, run.stderr) == (0, b"")
    same("t", "d", holes=False)


def test_calls_of_a_tree_that_are_interrupted():
    grow()
    good(pour("-r", "t", "d", prefix=failing("splice", "EINTR", "1+2")))
    same("t", "d", holes=False)
