# SPDX-License-Identifier: MIT
"""pour copy on file systems of several kinds, made in files of their own."""

import contextlib
import errno
import os
import pathlib
import re
import subprocess
import tempfile

import pytest

from copying import (BYTES, ROOT, bad, explained, good, pour, read, tmpfs,
                     write)


def run(*command):
    return subprocess.run(command, capture_output=True, check=False).returncode


@contextlib.contextmanager
def disk(kind, size=512 << 20):
    """A file system of that kind; smaller than 300 MiB there is no xfs."""
    if not ROOT:
        pytest.skip("only root mounts a file system")
    folder = pathlib.Path("mount").absolute()
    folder.mkdir()
    with tempfile.NamedTemporaryFile(dir="/var/tmp") as image:
        image.truncate(size)
        if not os.access(f"/sbin/mkfs.{kind}", os.X_OK):
            pytest.skip(f"no mkfs.{kind} here")
        if run(f"/sbin/mkfs.{kind}", "-q", image.name) != 0 or run(
                "mount", "-o", "loop", image.name, folder) != 0:
            pytest.skip(f"no {kind} can be mounted here")
        try:
            yield folder
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.parametrize("kind", ["btrfs", "xfs"])
def test_extents_are_shared(kind):
    with disk(kind) as folder:
        a, b = write(folder / "a"), folder / "b"
        size = len(BYTES)
        for args in [[], ["--clone=auto"], ["--clone=always"],
                     ["--method=clone"], ["--inplace"], ["--resume"]]:
            run_ = pour(a, b, "--explain", *args)
            assert explained(run_) == f"clone {size} bytes in 1 calls"
            assert read(b) == BYTES
        assert "shared" in flags_of(b)
        said = explained(pour(a, b, "--explain", "--clone=never"))
        assert said.startswith(f"pipe {size} bytes in ")
        assert read(b) == BYTES
        assert "shared" not in flags_of(b)


def flags_of(name):
    os.sync()
    shown = subprocess.run(["filefrag", "-v", name], capture_output=True,
                           text=True, check=False)
    if shown.returncode != 0:
        pytest.skip("no filefrag here")
    (extent,) = re.findall(r"^ +0: .*:(.*)$", shown.stdout, re.M)
    return extent


@pytest.mark.parametrize("kind", ["btrfs", "xfs", "ext4"])
@pytest.mark.parametrize("method", ["copy_file_range", "sendfile", "pipe",
                                    "mmap", "copy"])
def test_each_method(kind, method):
    with disk(kind) as folder:
        a, b = write(folder / "a"), folder / "b"
        said = explained(pour(a, b, "--explain", "--method", method))
        assert said.startswith(f"{method} {len(BYTES)} bytes in ")
        assert read(b) == BYTES


@pytest.mark.parametrize("make", [lambda: disk("ext4"), lambda: tmpfs("16M")],
                         ids=["ext4", "tmpfs"])
def test_where_nothing_is_shared(make):
    with make() as folder:
        a, b = write(folder / "a"), folder / "b"
        said = explained(pour(a, b, "--explain"))
        assert said.startswith(f"pipe {len(BYTES)} bytes in ")
        said = pour(a, b, "--clone=always").stderr.decode()
        assert said.startswith(f"pour copy: --clone always: {a} and {b} cannot")
        assert read(b) == BYTES


@pytest.mark.parametrize("kind", ["btrfs", "xfs", "ext4"])
def test_the_rest_of_a_part(kind):
    with disk(kind) as folder:
        a, b = write(folder / "a"), folder / "b"
        write(folder / ".b.part", BYTES[:(1 << 20) + 4096])
        flags = ["--resume", "--preserve", "--sync", "--verify"]
        good(pour(a, b, *flags))
        assert read(b) == BYTES
        assert sorted(p.name for p in folder.iterdir()
                      if p.name != "lost+found") == ["a", "b"]


@pytest.mark.parametrize("kind", ["btrfs", "xfs", "ext4"])
def test_holes(kind):
    with disk(kind) as folder:
        a, b = folder / "a", folder / "b"
        with open(a, "wb") as f:
            f.truncate(64 << 20)
            f.seek(32 << 20)
            f.write(BYTES)
        for args in [["--holes=keep"], ["--holes=keep", "--clone=never"]]:
            good(pour(a, b, *args))
            assert read(a) == read(b)
            os.sync()
            # xfs keeps some room for what may follow.
            assert os.stat(b).st_blocks < os.stat(b).st_size // 512 // 2


def test_a_quota():
    with disk("btrfs") as folder:
        part = folder / "part"
        if (run("btrfs", "quota", "enable", folder) or
                run("btrfs", "subvolume", "create", part) or
                run("btrfs", "qgroup", "limit", "1M", part)):
            pytest.skip("no quota can be had here")
        write("a")
        name = part / "b"
        bad(pour("a", name, "--sync"),
            f"{name}: {os.strerror(errno.EDQUOT)}")
        assert list(part.iterdir()) == []


def test_a_disk_that_cannot_be_read():
    """Of a loop device whose file has become shorter."""
    if not ROOT:
        pytest.skip("only root has loop devices")
    with tempfile.NamedTemporaryFile(dir="/var/tmp") as image:
        image.truncate(4 << 20)
        found = subprocess.run(["losetup", "--show", "-f", image.name],
                               capture_output=True, text=True, check=False)
        if found.returncode != 0:
            pytest.skip("no loop device here")
        loop = found.stdout.strip()
        try:
            image.truncate(2 << 20)
            write("b", b"old")
            for method in [[], ["--method=copy"]]:
                bad(pour(loop, "b", *method),
                    f"{loop}: {os.strerror(errno.EIO)}")
            assert read("b") == b"old"
        finally:
            subprocess.run(["losetup", "-d", loop], check=True)


def test_a_disk_to_a_disk():
    """Block devices are written to as they are, and verified."""
    if not ROOT:
        pytest.skip("only root has loop devices")
    with tempfile.NamedTemporaryFile(dir="/var/tmp") as image:
        image.truncate(4 << 20)
        found = subprocess.run(["losetup", "--show", "-f", image.name],
                               capture_output=True, text=True, check=False)
        if found.returncode != 0:
            pytest.skip("no loop device here")
        loop = found.stdout.strip()
        try:
            write("a")
            good(pour("a", loop, "--verify", "--sync"))
            good(pour(loop, "b", "--limit", len(BYTES)))
            assert read("b") == BYTES
            bad(pour(loop, loop), f"{loop} and {loop} are the same file")
            write("large", bytes(5 << 20))
            bad(pour("large", loop), f"{loop}: {os.strerror(errno.ENOSPC)}")
        finally:
            subprocess.run(["losetup", "-d", loop], check=True)
