# SPDX-License-Identifier: MIT
"""pour copy -r on file systems of several kinds, and from one to another."""

import os
import subprocess

import pytest

from copying import BYTES, explained, good, mode_of, pour, tmpfs, write
from test_copy_mounts import disk, flags_of
from trees import plant, same


def grow(top):
    plant(str(top), 30)
    write(top / "large")
    os.link(top / "large", top / "hard")
    os.symlink("large", top / "soft")
    os.mkfifo(top / "fifo")
    with open(top / "sparse", "wb") as f:
        f.truncate(8 << 20)
        f.seek(4 << 20)
        f.write(b"x" * 4096)
    os.setxattr(top / "large", "user.note", b"kept")


@pytest.mark.parametrize("kind", ["btrfs", "xfs"])
def test_a_tree_shares_its_extents(kind):
    with disk(kind) as folder:
        (folder / "t").mkdir()
        grow(folder / "t")
        said = explained(pour("-r", "--explain", folder / "t", folder / "d"))
        assert "clone " in said and "copy " not in said.split("\n")[-1]
        same(folder / "t", folder / "d", holes=False)
        assert "shared" in flags_of(folder / "d" / "large")
        good(pour("-r", "--clone=never", folder / "t", folder / "e"))
        same(folder / "t", folder / "e", holes=False)
        assert "shared" not in flags_of(folder / "e" / "large")


@pytest.mark.parametrize("kind", ["btrfs", "xfs", "ext4"])
def test_a_tree_from_one_to_another(kind):
    """What the target does not share is moved, whatever the source could."""
    os.mkdir("t")
    with disk(kind) as folder:
        (folder / "t").mkdir()
        grow(folder / "t")
        good(pour("-r", folder / "t", "d"))
        same(folder / "t", "d", holes=False)
        good(pour("-r", "d", folder / "back"))
        same("d", folder / "back", holes=False)
        run = pour("-r", "--clone=always", folder / "t", "c")
        assert run.returncode == 3
        assert b"(by --clone always)" in run.stderr


def test_a_tree_that_meets_a_mount():
    """It is copied, or, with -x, made as an empty folder."""
    os.mkdir("t")
    write("t/here")
    with tmpfs("16M") as folder:
        write(folder / "there")
        os.mkdir("t/m")
        if subprocess.run(["mount", "--bind", folder, "t/m"],
                          check=False).returncode != 0:
            pytest.skip("nothing can be mounted here")
        try:
            good(pour("-r", "t", "all"))
            good(pour("-r", "-x", "t", "one"))
        finally:
            subprocess.run(["umount", "-l", "t/m"], check=True)
    assert sorted(os.listdir("all/m")) == ["there"]
    assert os.listdir("one/m") == []
    assert mode_of("one/m") == 0o1777  # of the top of a tmpfs
    for top in ["all", "one"]:
        assert os.path.getsize(f"{top}/here") == len(BYTES)


def test_files_of_one_are_not_linked_to_those_of_another():
    """Two file systems may give two files the same number."""
    with tmpfs("16M") as folder:
        for part in ["a", "b"]:
            (folder / part).mkdir()
            if subprocess.run(["mount", "-t", "tmpfs", "none", folder / part],
                              check=False).returncode != 0:
                pytest.skip("nothing can be mounted here")
            write(folder / part / "one", part.encode())
            os.link(folder / part / "one", folder / part / "two")
        try:
            good(pour("-r", folder, "d"))
            same(folder, "d")
        finally:
            for part in ["a", "b"]:
                subprocess.run(["umount", "-l", folder / part], check=True)
