# SPDX-License-Identifier: MIT
"""pour copy -r: the copy of a tree is what cp -a would have made."""

import json
import os
import shutil
import socket
import stat
import subprocess
import tempfile

import pytest

from copying import BYTES, ROOT, bad, explained, good, mode_of, pour, read, tmpfs, \
    write
from trees import facts, plant, same, walk


def grow_one_of_each(top):
    os.makedirs(f"{top}/a/b/c")
    os.makedirs(f"{top}/empty")
    write(f"{top}/a/file", BYTES, 0o640)
    write(f"{top}/a/nothing", b"")
    write(f"{top}/a/b/run", b"#!/bin/sh\n", 0o755)
    write(f"{top}/a/b/secret", b"s", 0o400)
    os.link(f"{top}/a/file", f"{top}/a/b/c/hard")
    os.link(f"{top}/a/file", f"{top}/harder")
    os.symlink("../file", f"{top}/a/b/link")
    os.symlink("nowhere", f"{top}/dangling")
    os.symlink("..", f"{top}/a/loop")
    os.mkfifo(f"{top}/a/fifo", 0o620)
    with open(f"{top}/a/sparse", "wb") as file:
        file.truncate(8 << 20)
        file.seek(3 << 20)
        file.write(b"x" * 4096)
    for name in [b"new\nline", b"not\xffutf8", b"-r", b" ", b"x" * 255]:
        write(os.path.join(top, os.fsdecode(name)), name)
    os.chmod(f"{top}/a/b", 0o2750)
    os.chmod(f"{top}/empty", 0o1777)


def age(top):
    """Times that nobody would guess."""
    when = 1_000_000_000_123_456_789
    for folder, folders, names in os.walk(os.fsencode(top), topdown=False):
        for name in folders + names:
            os.utime(os.path.join(folder, name), ns=(when, when),
                     follow_symlinks=False)
            when += 1_000_000_007
    os.utime(top, ns=(when, when))


def cp(src, dst):
    subprocess.run(["cp", "-a", src, dst], check=True)


def test_one_of_each():
    grow_one_of_each("t")
    age("t")
    cp("t", "theirs")
    good(pour("-r", "t", "ours"))
    same("theirs", "ours")
    assert os.stat("ours/a/b").st_mtime_ns == os.stat("t/a/b").st_mtime_ns


@pytest.mark.skipif(not ROOT, reason="only root gives files away")
def test_what_only_root_may_keep():
    grow_one_of_each("t")
    os.chown("t/a/file", 1234, 4321)
    os.chown("t/a/b", 1234, 4321)
    os.chown("t/dangling", 7, 8, follow_symlinks=False)
    write("t/suid", b"x", 0o755)
    os.chown("t/suid", 12, 13)
    os.chmod("t/suid", 0o6755)
    os.mknod("t/null", 0o640 | stat.S_IFCHR, os.makedev(1, 3))
    os.chown("t/null", 5, 6)
    age("t")
    cp("t", "theirs")
    good(pour("-r", "t", "ours"))
    same("theirs", "ours")


def set_acl(option, path):
    try:
        run = subprocess.run(["setfacl", *option, path], check=False)
    except FileNotFoundError:
        pytest.skip("no setfacl here")
    if run.returncode != 0:
        pytest.skip("no access control lists here")


def test_attributes_and_lists():
    grow_one_of_each("t")
    try:
        os.setxattr("t/a/file", "user.one", b"1" * 1000)
        os.setxattr("t/a/b", "user.two", b"2")
    except OSError:
        pytest.skip("no extended attributes here")
    set_acl(["-m", "u:1234:r"], "t/a/file")
    set_acl(["-d", "-m", "g:77:rwx"], "t/a/b")
    age("t")
    cp("t", "theirs")
    good(pour("-r", "t", "ours"))
    same("theirs", "ours")


def test_a_list_of_the_folder_is_not_inherited():
    os.mkdir("to")
    set_acl(["-d", "-m", "u:99:rwx"], "to")
    grow_one_of_each("t")
    cp("t", "theirs")
    good(pour("-r", "t", "to/ours"))
    same("theirs", "to/ours")


def many(tree, modes=(0o644, 0o600, 0o755, 0o644, 0o4711)):
    """Files of which one would be taken for the next, by who does not look."""
    os.makedirs(f"{tree}/f")
    for i in range(20):
        path = write(f"{tree}/f/{i:02}", b"x" * i, modes[i % len(modes)])
        if ROOT and i % 7 == 3:
            os.chown(path, 1234, 4321)
    age(tree)


def test_what_the_folder_gives_to_files_is_not_forgotten():
    """By its list, by its group; and files that are not all alike."""
    many("t")
    cp("t", "theirs")
    os.mkdir("to")
    set_acl(["-d", "-m", "u:99:rwx"], "to")
    os.mkdir("group")
    if ROOT:
        os.chown("group", -1, 77)
    os.chmod("group", 0o2775)
    for there in ("ours", "to/ours", "group/ours"):
        good(pour("-r", "-t", "1", "t", there))
        same("theirs", there)


def test_others_and_mode_as_they_come():
    many("t")
    good(pour("-r", "--preserve=times", "t", "ours"))
    for i in range(20):
        was, now = os.lstat(f"t/f/{i:02}"), os.lstat(f"ours/f/{i:02}")
        assert (now.st_uid, now.st_gid) == (os.geteuid(), os.getegid())
        assert stat.S_IMODE(now.st_mode) == was.st_mode & 0o755


def calls_for(n):
    """fstat() and flistxattr() of a tree of so many files like each other."""
    many(f"t{n}", [0o644])
    for i in range(20, n):
        write(f"t{n}/f/{i:02}", b"x")
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as log:
        run = pour("-r", "-t", "1", f"t{n}", f"d{n}", prefix=[
            "strace", "-f", "-qq", "-o", log.name, "-e",
            "newfstatat,fstat,statx,flistxattr"])
        if b"ptrace" in run.stderr or b"LeakSanitizer" in run.stderr:
            pytest.skip("nothing can be traced here")
        assert run.returncode == 0
        return len(log.readlines())


def test_what_is_alike_is_asked_once():
    """For a file more: what the source is, and that it has no attributes."""
    if shutil.which("strace") is None:
        pytest.skip("no strace here")
    assert calls_for(70) - calls_for(20) <= 50 * 2


def test_where_it_goes():
    grow_one_of_each("t")
    os.mkdir("d")
    good(pour("-r", "t", "new"))
    good(pour("-r", "t/", "new2/"))
    good(pour("-r", "t", "d"))
    good(pour("-r", "t/.", "d/inside/"))
    os.mkdir("e")
    good(pour("-r", "t/.", "e"))
    for copy in ["new", "new2", "d/t", "d/inside", "e"]:
        same("t", copy)
    assert sorted(os.listdir("d")) == ["inside", "t"]


def test_into_a_tree_that_is_there():
    """What is in the way is replaced; what is beside it stays."""
    grow_one_of_each("t")
    os.makedirs("d/a/b")
    write("d/a/file", b"old", 0o600)
    write("d/a/b/other", b"stays")
    write("target", b"target")
    os.symlink("../../target", "d/a/nothing")
    os.symlink("elsewhere", "d/a/b/link")
    write("d/a/fifo", b"")
    good(pour("-r", "t/.", "d"))
    assert read("target") == b"target"
    assert read("d/a/b/other") == b"stays"
    os.unlink("d/a/b/other")
    os.utime("d/a/b", ns=(0, os.stat("t/a/b").st_mtime_ns))
    same("t", "d")


def test_links_again():
    """A second run makes of three files one again."""
    grow_one_of_each("t")
    os.makedirs("d/a")
    write("d/a/file", b"x")
    write("d/harder", b"x")
    for _ in range(2):
        good(pour("-r", "t/.", "d"))
        same("t", "d")
    good(pour("-r", "--update", "t/.", "d"))
    same("t", "d")


def test_many_links():
    os.makedirs("t")
    for i in range(3000):
        write(f"t/{i}", b"%d" % i) if i < 1500 else os.link(
            f"t/{i - 1500}", f"t/{i}")
    good(pour("-r", "t", "d"))
    same("t", "d")


def test_update():
    grow_one_of_each("t")
    age("t")
    good(pour("-r", "t", "d"))
    before = {n: os.lstat(f"d/{n}").st_ino for n in ["a/nothing", "a/b/run"]}
    write("t/a/b/run", b"#!/bin/no\n")
    os.unlink("d/a/b/secret")
    write("d/a/nothing", b"")
    said = explained(pour("-r", "--update", "--explain", "t/.", "d"))
    assert "failed" in said and " 0 failed" in said
    assert os.lstat("d/a/nothing").st_ino == before["a/nothing"]
    assert os.lstat("d/a/b/run").st_ino != before["a/b/run"]
    assert read("d/a/b/run") == b"#!/bin/no\n"
    assert read("d/a/b/secret") == b"s"
    assert "copy 1" in said


def test_no_clobber_and_backup():
    os.makedirs("t/s")
    os.makedirs("d/s")
    write("t/s/a", b"new")
    write("t/s/b", b"b")
    write("d/s/a", b"old")
    good(pour("-r", "-n", "t/.", "d"))
    assert (read("d/s/a"), read("d/s/b")) == (b"old", b"b")
    good(pour("-r", "-b", "t/.", "d"))
    assert (read("d/s/a"), read("d/s/a~")) == (b"new", b"old")


def test_sockets_are_said_and_left_out():
    os.makedirs("t")
    write("t/a")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind("t/sock")
        run = pour("-r", "t", "d")
    assert run.returncode == 0
    assert run.stderr == b"pour copy: t/sock: a socket is left out\n"
    assert os.listdir("d") == ["a"]


def test_preserve_can_be_less():
    os.makedirs("t/s", 0o700)
    write("t/s/a", b"x", 0o666)
    os.utime("t/s/a", ns=(1, 1))
    good(pour("-r", "--preserve=none", "t", "d"))
    assert mode_of("d/s/a") == 0o644
    assert mode_of("d/s") == 0o700
    assert os.stat("d/s/a").st_mtime_ns != 1
    good(pour("-r", "--preserve=times", "t", "e"))
    assert os.stat("e/s/a").st_mtime_ns == 1


def test_holes_and_methods():
    os.makedirs("t")
    with open("t/sparse", "wb") as file:
        file.truncate(1 << 20)
    good(pour("-r", "t", "d"))
    assert os.stat("d/sparse").st_blocks == 0
    good(pour("-r", "--holes", "fill", "t", "e"))
    assert os.stat("e/sparse").st_blocks * 512 == 1 << 20
    os.mkdir("f")
    write("f/full", BYTES)
    for method in ["copy", "sendfile", "copy_file_range", "pipe"]:
        said = explained(pour("-r", "--explain", "--method", method, "f",
                              f"m-{method}"))
        name = said.splitlines()[-1].split(": ")[-1].split()[0]
        assert name == method, said
        assert read(f"m-{method}/full") == BYTES
    run = pour("-r", "--holes=fill", "--method=copy_file_range", "f", "n")
    assert run.returncode == 3
    assert run.stderr == (b"pour copy: n/full: Invalid argument (by --method "
                          b"copy_file_range)\n")


def test_json_says_how_many():
    plant("t", 300)
    run = pour("-r", "--json", "t", "d")
    assert run.returncode == 0
    last = json.loads(run.stderr.splitlines()[-1])
    assert last["type"] == "report" and last["files"] == 300
    assert last["src"] == "t" and last["dst"] == "d" and last["exit"] == 0
    size = sum(what[6] for what in walk("t")[0].values()
               if what[0] == stat.S_IFREG)
    assert last["bytes"] == size


def test_progress_is_one_line():
    plant("t", 300)
    run = pour("-r", "--progress", "always", "t", "d")
    assert run.returncode == 0
    assert b"300 files" in run.stderr


def test_one_file_system():
    with tmpfs("1m") as folder:
        write(folder / "b", b"b")
        os.chmod(folder, 0o751)
        os.makedirs("mount/../t")
        write("t/a", b"a")
        os.mkdir("t/m")
        subprocess.run(["mount", "--bind", folder, "t/m"], check=True)
        try:
            good(pour("-r", "--one-file-system", "t", "d"))
            assert os.listdir("d/m") == [] and read("d/a") == b"a"
            assert mode_of("d/m") == 0o751
            good(pour("-r", "t", "e"))
            assert read("e/m/b") == b"b"
        finally:
            subprocess.run(["umount", "-l", "t/m"], check=True)


@pytest.mark.parametrize("n", [
    2000, pytest.param(10000, marks=pytest.mark.long)])
def test_thousands_of_files(n):
    plant("t", n)
    good(pour("-r", "t", "d"))
    same("t", "d")


@pytest.mark.parametrize("threads", [1, 2, 7, 64])
def test_threads(threads):
    plant("t", 700)
    good(pour("-r", "--threads", threads, "t", "d"))
    same("t", "d")


def test_few_descriptors():
    import resource
    plant("t", 2000)
    path = "t"
    for i in range(60):
        path += f"/{i}"
        os.mkdir(path)
        write(f"{path}/f", b"%d" % i)

    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    good(pour("-r", "--threads", 8, "t", "d", preexec_fn=few))
    same("t", "d")


def dig(top, depth):
    """Folders in folders, by steps: the path is longer than paths may be."""
    fd = os.open(top, os.O_RDONLY)
    for i in range(depth):
        name = f"level-{i}"
        os.mkdir(name, dir_fd=fd)
        down = os.open(name, os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = down
        leaf = os.open("leaf", os.O_CREAT | os.O_WRONLY, dir_fd=fd)
        os.write(leaf, b"%d" % i)
        os.close(leaf)
        os.utime(fd, ns=(i, i))
    os.close(fd)


def measure(top):
    fd, depth = os.open(top, os.O_RDONLY), 0
    while True:
        try:
            down = os.open(f"level-{depth}", os.O_RDONLY, dir_fd=fd)
        except FileNotFoundError:
            os.close(fd)
            return depth
        os.close(fd)
        fd = down
        with open(os.open("leaf", os.O_RDONLY, dir_fd=fd), "rb") as leaf:
            assert leaf.read() == b"%d" % depth
        depth += 1


@pytest.mark.parametrize("depth", [
    1000, pytest.param(10000, marks=pytest.mark.long)])
def test_thousands_of_levels(depth):
    os.mkdir("t")
    dig("t", depth)
    try:
        good(pour("-r", "t", "d"))
        assert measure("d") == depth
        assert os.stat("d/level-0").st_mtime_ns == os.stat(
            "t/level-0").st_mtime_ns
    finally:
        subprocess.run(["rm", "-rf", "t", "d"], check=False)
