# SPDX-License-Identifier: MIT
"""pour copy -r: what goes wrong is named, and the rest goes on."""

import contextlib
import os
import random
import signal
import subprocess
import threading
import time

import pytest

from copying import POUR, bad, good, mode_of, pour, read, start, tmpfs, write
from trees import partial, plant, same


def lines(run):
    return [line.removeprefix("pour copy: ")
            for line in run.stderr.decode().splitlines()]


def some(run, *said):
    """Exit 3, and these lines in any order."""
    assert (run.returncode, sorted(lines(run))) == (3, sorted(said))


def test_no_source():
    write("file")
    bad(pour("-r", "none", "d"), "none: No such file or directory")
    bad(pour("-r", "file", "d"), "file: Not a directory")
    assert os.listdir(".") == ["file"]


def test_no_destination():
    os.mkdir("t")
    write("file")
    bad(pour("-r", "t", "file"), "file: Not a directory")
    bad(pour("-r", "t", "none/d"), "none/d: No such file or directory")
    bad(pour("-r", "t", ""), ": No such file or directory")


def test_not_into_itself():
    os.makedirs("t/a/b")
    write("t/a/f")
    os.symlink("t/a", "way")
    for dst in ["t/a", "t/a/b", "t/new", "way", "way/x", "t"]:
        run = pour("-r", "t", dst)
        assert run.returncode == 1 and b"into itself" in run.stderr, dst
    bad(pour("-r", "t", "."), "t and ./t are the same folder")
    bad(pour("-r", "t/.", "t"), "t is in t/., which cannot be copied into "
                                "itself")
    assert sorted(os.listdir("t")) == ["a"]
    assert sorted(os.listdir("t/a")) == ["b", "f"]


def test_options_that_do_not_go_together():
    os.mkdir("t")
    for option in ["--inplace", "--limit=1", "--offset=1", "--resume",
                   "--verify"]:
        assert pour("-r", option, "t", "d").returncode == 2
    for option in ["--update", "-x", "--threads=2"]:
        assert pour(option, "t", "d").returncode == 2
    for option in ["--threads=0", "--threads=65"]:
        assert pour("-r", option, "t", "d").returncode == 2
    assert os.listdir(".") == ["t"]


def test_names_are_shown_safely():
    os.makedirs("t")
    name = os.fsdecode(b"a\nb\x1b\xff\xc3\xa9")
    write(f"t/{name}", b"x")
    os.makedirs(f"d/{name}")
    some(pour("-r", "t/.", "d"), "d/a\\x0ab\\x1b\\xffé: Is a directory")


def test_in_the_way():
    os.makedirs("t/folder")
    write("t/folder/x", b"x")
    write("t/file", b"f")
    write("t/other", b"o")
    os.makedirs("d/file")
    write("d/folder", b"in the way")
    some(pour("-r", "t/.", "d"), "d/file: Is a directory",
         "d/folder: Not a directory")
    assert read("d/other") == b"o"
    assert read("d/folder") == b"in the way"


def test_what_may_not_be_read(unprivileged):
    plant("t", 300)
    os.makedirs("t/closed", 0o755)
    write("t/closed/x", b"x")
    os.chmod("t/closed", 0o700 if unprivileged else 0o000)
    os.chown("t/closed", 0 if unprivileged else -1, -1)
    write("t/secret", b"s", 0o600 if unprivileged else 0o000)
    os.mkdir("out", 0o777)
    os.chmod("out", 0o777)
    run = pour("-r", "t", "out/d", **unprivileged)
    os.chmod("t/closed", 0o755)
    some(run, "t/closed: Permission denied", "t/secret: Permission denied")
    os.unlink("t/secret")
    os.unlink("t/closed/x")
    os.rmdir("t/closed")
    assert partial("t", "out/d") == []
    assert sum(len(n) for _, _, n in os.walk("out/d")) == 300


def test_read_only_folders_of_others(unprivileged):
    os.makedirs("t/a/b")
    write("t/a/b/f", b"f", 0o444)
    os.chmod("t/a/b", 0o555)
    os.chmod("t/a", 0o555)
    os.mkdir("out")
    os.chmod("out", 0o777)
    for _ in range(2):
        good(pour("-r", "t", "out/d", **unprivileged))
        assert mode_of("out/d/a/b") == 0o555
        os.rename("out/d", "out/e")
        os.rename("out/e", "out/d")
    good(pour("-r", "--update", "t/.", "out/d", **unprivileged))
    assert read("out/d/a/b/f") == b"f"
    os.chmod("t/a", 0o755)
    os.chmod("t/a/b", 0o755)


def test_no_space():
    plant("t", 2000)
    with tmpfs("1m") as folder:
        run = pour("-r", "t", folder / "d")
        assert run.returncode == 3
        assert all(line.endswith(": No space left on device")
                   for line in lines(run))
        left = [n for _, _, names in os.walk(folder) for n in names]
        assert partial("t", folder / "d") == []
        assert 0 < len(left) < 2000


@contextlib.contextmanager
def meanwhile(what):
    """Does it over and over, until the block is over."""
    over = threading.Event()

    def run():
        while not over.is_set():
            what()
    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_files_that_vanish():
    plant("t", 3000)
    names = [os.path.join(f, n) for f, _, ns in os.walk("t") for n in ns]
    random.Random(2).shuffle(names)

    def vanish():
        if names:
            os.unlink(names.pop())
        else:
            time.sleep(0.01)
    with meanwhile(vanish):
        run = pour("-r", "t", "d")
    assert run.returncode in (0, 3)
    for line in lines(run):
        assert line.endswith(": No such file or directory"), line


def test_files_that_grow_and_shrink():
    os.makedirs("t")
    for i in range(200):
        write(f"t/{i}", b"a" * 20000)
    chance = random.Random(3)

    def change():
        name = f"t/{chance.randrange(200)}"
        with open(name, "ab") as file:
            if chance.random() < .5:
                file.write(b"a" * 1000)
            else:
                file.truncate(10000)
    with meanwhile(change):
        run = pour("-r", "t", "d")
    assert run.returncode in (0, 3)
    for line in lines(run):
        assert line.endswith(": it shrank while it was copied"), line
    for name in os.listdir("d"):
        assert set(read(f"d/{name}")) == {ord("a")}


def swap(one, other):
    """Puts a link where a folder was, and back."""
    with contextlib.suppress(OSError):
        os.rename(one, f"{one}.away")
        os.symlink(other, one)
    with contextlib.suppress(OSError):
        os.unlink(one)
    with contextlib.suppress(OSError):
        os.rename(f"{one}.away", one)


def test_a_link_in_the_destination_leads_nowhere():
    plant("t", 1000)
    os.makedirs("outside")
    for _ in range(5):
        os.makedirs("d/000", exist_ok=True)
        with meanwhile(lambda: swap("d/000", os.path.abspath("outside"))):
            run = pour("-r", "t/.", "d")
        assert run.returncode in (0, 3)
        assert os.listdir("outside") == []
    os.symlink("../outside", "t/000/link")
    os.symlink(os.path.abspath("outside"), "d/way")
    os.mkdir("t/way")
    write("t/way/x")
    run = pour("-r", "t/.", "d")
    assert "d/way: Not a directory" in lines(run)
    assert os.listdir("outside") == []


def test_a_link_in_the_source_leads_nowhere():
    plant("t", 1000)
    os.makedirs("outside/000000")
    write("outside/secret", b"secret")
    write("outside/000000/secret", b"secret")
    for i in range(5):
        with meanwhile(lambda: swap("t/000", os.path.abspath("outside"))):
            run = pour("-r", "t", f"d{i}")
        assert run.returncode in (0, 3)
        for _, _, names in os.walk(f"d{i}"):
            assert "secret" not in names


def finish(src, dst):
    good(pour("-r", "--update", f"{src}/.", dst))
    same(src, dst)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM,
                                    signal.SIGHUP, signal.SIGKILL])
def test_interrupted(number):
    """Nothing is half there, and a second run does the rest."""
    plant("t", 3000)
    chance = random.Random(int(number))
    stopped = 0
    for i in range(6):
        with start("-r", "t", f"d{i}") as run:
            for _ in range(100000):
                if os.path.isdir(f"d{i}/000"):
                    break
            time.sleep(chance.random() * 0.05)
            run.send_signal(number)
            run.wait()
            assert run.stderr.read() == b""
        if run.returncode == 0:
            continue
        stopped += 1
        assert run.returncode == (-9 if number == signal.SIGKILL
                                  else 128 + number)
        assert partial("t", f"d{i}") == []
    assert stopped > 0
    finish("t", "d0")


def test_killed_while_it_replaces():
    plant("t", 2000)
    plant("d", 2000, seed=2)
    with start("-r", "t/.", "d") as run:
        time.sleep(0.05)
        run.kill()
        run.wait()
    names = [os.path.join(f, n) for f, _, ns in os.walk("d") for n in ns]
    assert len(names) - 2000 <= len([n for n in names if ".pour-" in n])
    for name in names:
        if ".pour-" in name:
            os.unlink(name)
    good(pour("-r", "t/.", "d"))
    same("t", "d")


def test_usr1_says_how_far_it_is():
    plant("t", 500)
    with start("-r", "--rate", "100k", "t", "d") as run:
        while not os.path.isdir("d/000"):
            time.sleep(0.01)
        run.send_signal(signal.SIGUSR1)
        line = run.stderr.readline()
        assert b" bytes in " in line
        run.send_signal(signal.SIGINT)
        assert run.wait() == 130
    assert partial("t", "d") == []


def test_one_that_contains_the_destination():
    """A mount may show the destination in the source once more."""
    if subprocess.run(["unshare", "-m", "true"], check=False,
                      capture_output=True).returncode != 0:
        pytest.skip("no namespace of mounts can be had here")
    os.makedirs("t/m")
    os.makedirs("d")
    write("t/f", b"f")
    run = subprocess.run(
        ["unshare", "-m", "sh", "-c",
         'mount --bind d t/m && exec "$0" copy -r t/. d', POUR], check=False,
        capture_output=True, timeout=60)
    assert run.returncode == 3
    assert run.stderr == (b"pour copy: t/./m: it is the destination, and is "
                          b"left out\n")
    assert os.listdir("d") == ["f"]
