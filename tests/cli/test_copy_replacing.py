# SPDX-License-Identifier: MIT
"""pour copy: what stands under the name already, and what becomes of it."""

import os
import subprocess

import pytest

from copying import (BYTES, ROOT, bad, good, mode_of, nothing_but, pour, read,
                     start, tmpfs, write)


def usage(run, said):
    assert run.returncode == 2
    assert run.stderr.decode() == f"pour copy: {said} (see: pour help copy)\n"


def test_no_clobber():
    write("a")
    write("b", b"old")
    for flag in ["--no-clobber", "-n"]:
        good(pour("a", "b", flag))
        assert read("b") == b"old"
    run = pour("a", "b", "-n", "--explain")
    assert run.stderr == b"pour copy: b exists, and stays\n"
    good(pour("a", "c", "-n"))
    assert read("c") == BYTES
    os.mkdir("d")
    write("d/a", b"old")
    good(pour("a", "d", "-n"))
    assert read("d/a") == b"old"


def test_no_clobber_of_what_comes_meanwhile():
    os.mkfifo("f")
    with start("f", "b", "-n") as process:
        with open("f", "wb") as f:
            f.write(BYTES)
            f.flush()
            write("b", b"newer")
        assert process.wait(20) == 1
        assert process.stderr.read() == b"pour copy: b: File exists\n"
    assert read("b") == b"newer"
    nothing_but("b", "f")


def test_force(unprivileged):
    write("a")
    os.chmod("a", 0o644)
    write("fixed", b"old", 0o444)
    if ROOT:
        os.chown("fixed", 65534, 65534)
    bad(pour("a", "fixed", **unprivileged), "fixed: Permission denied")
    good(pour("a", "fixed", "--force", **unprivileged))
    assert read("fixed") == BYTES
    assert mode_of("fixed") == 0o444


def test_backup():
    write("a")
    good(pour("a", "b", "--backup"))
    nothing_but("a", "b")
    write("a", b"second")
    os.chmod("b", 0o600)
    before = os.stat("b").st_ino
    good(pour("a", "b", "-b"))
    assert read("b") == b"second"
    assert read("b~") == BYTES
    assert os.stat("b~").st_ino == before
    assert mode_of("b~") == 0o600
    write("a", b"third")
    good(pour("a", "b", "--backup"))
    assert (read("b"), read("b~")) == (b"third", b"second")
    good(pour("a", "b", "--backup=.old"))
    assert read("b.old") == b"third"
    nothing_but("a", "b", "b~", "b.old")


def test_backup_by_its_twin():
    write("a")
    write("b", b"old")
    good(pour("a", "b", env={"POUR_BACKUP": ".1", "PATH": os.environ["PATH"]}))
    assert read("b.1") == b"old"


def test_a_backup_that_cannot_be():
    write("a")
    name = "x" * 250
    write(name, b"old")
    bad(pour("a", name, "--backup=.backup"), f"{name}: File name too long")
    assert read(name) == b"old"
    os.mkdir("b~")
    write("b", b"old")
    bad(pour("a", "b", "--backup"), "b: Is a directory")
    assert read("b") == b"old"
    nothing_but("a", "b", "b~", name)


def test_in_place():
    write("a")
    write("b", b"x" * (len(BYTES) + 1000), 0o640)
    os.link("b", "hard")
    before = os.stat("b").st_ino
    good(pour("a", "b", "--inplace"))
    assert read("b") == read("hard") == BYTES
    assert os.stat("b").st_ino == before
    assert mode_of("b") == 0o640
    good(pour("a", "new", "--inplace"))
    assert read("new") == BYTES
    assert mode_of("new") == 0o644


def test_in_place_through_a_link():
    write("a")
    write("b", b"old")
    os.symlink("b", "link")
    good(pour("a", "link", "--inplace"))
    assert os.path.islink("link")
    assert read("b") == BYTES
    os.symlink("a", "same")
    bad(pour("a", "same", "--inplace"), "a and same are the same file")


def test_in_place_where_it_may_not_be_read(unprivileged):
    write("a")
    write("b", b"old", 0o200)
    if ROOT:
        os.chown("b", 65534, 65534)
    good(pour("a", "b", "--inplace", **unprivileged))
    assert read("b") == BYTES if ROOT else True


def test_in_place_of_a_sparse_file():
    with open("a", "wb") as f:
        f.truncate(8 << 20)
        f.seek(4 << 20)
        f.write(BYTES)
    write("b", b"x" * (9 << 20))
    good(pour("a", "b", "--inplace"))
    assert read("a") == read("b")
    assert os.stat("b").st_blocks <= os.stat("a").st_blocks + 16


def test_in_place_when_the_disk_is_full():
    write("a")
    with tmpfs("1M") as folder:
        bad(pour("a", folder / "b", "--inplace"),
            f"{folder}/b: No space left on device")
        assert BYTES.startswith(read(folder / "b"))


@pytest.mark.parametrize("args, said", [
    (["--inplace", "--force"], "--force and --inplace exclude each other"),
    (["--inplace", "-b"], "--backup and --inplace exclude each other"),
    (["-n", "-b"], "--backup and --no-clobber exclude each other"),
    (["--holes=fill", "--clone=always"],
     "--clone always and --holes fill exclude each other"),
    (["--backup=a/b"], "--backup: a suffix is not empty and has no slash"),
    (["--backup="], "--backup: a suffix is not empty and has no slash"),
])
def test_contradictions(args, said):
    write("a")
    usage(pour("a", "b", *args), said)
    nothing_but("a")


def traced(*args):
    """The system calls that make a copy last, in order."""
    if subprocess.run(["strace", "-V"], capture_output=True,
                      check=False).returncode != 0:
        pytest.skip("no strace here")
    run = pour(*args, prefix=["strace", "-qq", "-o", "trace", "-e",
                              "fsync,fdatasync,renameat,close,linkat"])
    if b"ptrace" in run.stderr or b"LeakSanitizer" in run.stderr:
        pytest.skip("nothing can be traced here")
    assert run.returncode == 0
    names = [line.split("(")[0] for line in read("trace").decode().splitlines()]
    return [n for n in names if n != "close"]


def test_sync():
    write("a")
    calls = traced("a", "b", "--sync")
    assert calls[0] == "fsync" and calls[-1] == "fsync"
    assert calls[1:-1] == ["linkat"]
    assert "renameat" in traced("a", "b", "--sync")[1:-1]
    assert "fsync" not in traced("a", "b")
    assert traced("a", "b", "--sync", "--inplace") == ["fsync"]
    assert read("b") == BYTES


def test_sync_of_what_has_no_disk():
    write("a")
    assert good(pour("a", "-", "--sync")).stdout == BYTES
    good(pour("a", "/dev/null", "--sync"))
