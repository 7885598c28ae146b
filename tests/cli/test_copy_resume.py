# SPDX-License-Identifier: MIT
"""pour copy --resume: what is kept, and how it goes on."""

import fcntl
import os
import random
import signal
import socket
import threading
import time

import pytest

from copying import (BYTES, bad, explained, good, mode_of, nothing_but, pour,
                     read, start, tmpfs, wait_for, write)


def test_nothing_is_kept_of_what_is_whole():
    write("a", mode=0o640)
    good(pour("a", "b", "--resume"))
    assert read("b") == BYTES
    assert mode_of("b") == 0o640
    nothing_but("a", "b")


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_random_offsets(seed):
    dice = random.Random(seed)
    write("a")
    write("b", b"old")
    kills = 0
    while True:
        # The first ones are killed early, so that each goes on somewhere.
        with start("a", "b", "--resume", "--rate=6M") as process:
            time.sleep(dice.uniform(0, 0.3))
            if process.poll() is None:
                process.kill()
                kills += 1
                process.wait(20)
                # It may just have got its name.
                assert read("b") in (b"old", BYTES)
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL
    assert kills > 0
    assert read("b") == BYTES
    nothing_but("a", "b")


@pytest.mark.parametrize("have", [1, 4096, (1 << 20) - 1, 1 << 20,
                                  (1 << 20) + 1, len(BYTES) - 1, len(BYTES)])
def test_only_the_rest_is_moved(have):
    write("a")
    write(".b.part", BYTES[:have])
    run = pour("a", "b", "--resume", "--explain")
    first, second = explained(run).split("\npour copy: ")
    assert first == f"b: goes on after {have} bytes"
    rest = len(BYTES) - have
    assert f" {rest} bytes in " in second if rest else second.startswith(
        "nothing moved")
    assert read("b") == BYTES
    nothing_but("a", "b")


@pytest.mark.parametrize("part", [
    b"other", BYTES[:2 << 20] + b"x", BYTES + b"x",
    BYTES[:1 << 20] + bytes(1 << 20)],
    ids=["other", "its end", "longer", "zeros"])
def test_a_part_of_something_else(part):
    write("a")
    write(".b.part", part)
    run = pour("a", "b", "--resume")
    assert run.returncode == 0
    assert run.stderr == (b"pour copy: b: what is there is not the beginning "
                          b"of a: it is copied anew\n")
    assert read("b") == BYTES
    nothing_but("a", "b")


def test_from_a_stream():
    """It has to be read from its beginning, and is not written again."""
    write(".b.part", BYTES[:2000000])
    run = pour("-", "b", "--resume", "--explain", input=BYTES)
    assert "goes on after 2000000 bytes" in explained(run)
    assert read("b") == BYTES
    write(".b.part", b"other")
    bad(pour("-", "b", "--resume", input=BYTES),
        "b: what is there is not the beginning of standard input, which "
        "cannot be read again: remove it first\n"
        "pour copy: 5 bytes are kept in .b.part beside it: --resume goes on")
    assert read(".b.part") == b"other"


def test_from_a_connection():
    write(".b.part", BYTES[:2000000])
    with socket.create_server(("127.0.0.1", 0)) as server:
        def give():
            peer, _ = server.accept()
            with peer:
                peer.sendall(BYTES)
        giver = threading.Thread(target=give)
        giver.start()
        good(pour("tcp:127.0.0.1:%d" % server.getsockname()[1], "b",
                  "--resume"))
        giver.join(20)
    assert read("b") == BYTES


def test_with_offset_and_limit():
    write("a")
    write(".b.part", BYTES[5:1005])
    good(pour("a", "b", "--resume", "--offset=5", "--limit=2000"))
    assert read("b") == BYTES[5:2005]
    write(".b.part", BYTES[:1005])
    run = pour("a", "b", "--resume", "--limit=1000")
    assert run.returncode == 0 and b"copied anew" in run.stderr
    assert read("b") == BYTES[:1000]


def test_in_place():
    write("a")
    write("b", BYTES[:1500000])
    before = os.stat("b").st_ino
    run = pour("a", "b", "--resume", "--inplace", "--explain")
    assert "goes on after 1500000 bytes" in explained(run)
    assert read("b") == BYTES
    assert os.stat("b").st_ino == before
    run = pour("a", "b", "--resume", "--inplace", "--explain")
    assert "nothing moved" in explained(run)
    nothing_but("a", "b")


def test_a_signal_keeps_it():
    write("a")
    write("b", b"old")
    with start("a", "b", "--resume", "--rate=1M") as process:
        wait_for(lambda: os.path.exists(".b.part") and
                 os.path.getsize(".b.part") > 0, "there is a part")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        said = process.stderr.read().decode()
    have = os.path.getsize(".b.part")
    assert said == (f"pour copy: {have} bytes are kept in .b.part beside it: "
                    "--resume goes on\n")
    assert BYTES.startswith(read(".b.part"))
    assert read("b") == b"old"
    good(pour("a", "b", "--resume"))
    assert read("b") == BYTES
    nothing_but("a", "b")


def test_a_full_disk_keeps_it():
    write("a")
    with tmpfs("1M") as folder:
        run = pour("a", folder / "b", "--resume")
        assert run.returncode == 1
        first, second = run.stderr.decode().splitlines()
        assert first == f"pour copy: {folder}/b: No space left on device"
        assert " are kept in .b.part beside it" in second
        assert os.listdir(folder) == [".b.part"]


def test_one_writer_at_a_time():
    write("a")
    write(".b.part", BYTES[:100])
    with open(".b.part", "rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        bad(pour("a", "b", "--resume"),
            "b: another program writes its part, .b.part")
    assert read(".b.part") == BYTES[:100]
    nothing_but(".b.part", "a")


def test_what_cannot_be_resumed():
    write("a")
    bad(pour("a", "-", "--resume"), "--resume: standard output is no file")
    bad(pour("a", "/dev/null", "--resume"), "--resume: /dev/null is no file")
    bad(pour("a", "x" * 252, "--resume"),
        "x" * 252 + ": File name too long")
    os.symlink("a", ".b.part")
    bad(pour("a", "b", "--resume"), "b: Too many levels of symbolic links")
    assert read("a") == BYTES


def test_sparse():
    with open("a", "wb") as f:
        f.truncate(8 << 20)
        f.seek(5 << 20)
        f.write(BYTES[:1000])
    with open(".b.part", "wb") as f:
        f.truncate(3 << 20)
    good(pour("a", "b", "--resume"))
    assert read("a") == read("b")
    assert os.stat("b").st_blocks <= os.stat("a").st_blocks + 16
