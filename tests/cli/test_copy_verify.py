# SPDX-License-Identifier: MIT
"""pour copy --verify and --preserve."""

import hashlib
import json
import os
import pathlib
import signal
import subprocess

import pytest

from copying import (BYTES, POUR, ROOT, bad, explained, good, mode_of,
                     nothing_but, pour, read, start, wait_for, write)

HELP = subprocess.run([POUR, "help", "copy"], capture_output=True, text=True,
                      check=True).stdout
verifies = pytest.mark.skipif("--verify" not in HELP,
                              reason="built without a library of hashes")


# ── --verify ──

@verifies
@pytest.mark.parametrize("size", [0, 1, (1 << 20) + 1, len(BYTES)])
def test_sha256(size):
    write("a", BYTES[:size])
    run = pour("a", "b", "--verify=sha256", "--explain")
    if b"not installed" in run.stderr:
        pytest.skip("no libcrypto here")
    digits = hashlib.sha256(BYTES[:size]).hexdigest()
    assert explained(run).endswith(f"pour copy: verified sha256:{digits}")
    assert read("b") == BYTES[:size]


@verifies
def test_xxh3():
    """Known answers, of the empty one and of another: xxh128sum(1)."""
    write("a", b"")
    run = pour("a", "b", "--verify", "--json")
    end = json.loads(run.stderr)
    assert end["verified"] == "xxh128:99aa06d3014798d86001c324468d497f"
    write("a", b"abc")
    end = json.loads(pour("a", "b", "--verify=xxh3", "--json").stderr)
    assert end["verified"] == "xxh128:06b05ab6733a618578af5f94892f3950"


@verifies
def test_a_line_of_its_own():
    write("a")
    run = pour("a", "b", "--verify", "--progress=always")
    assert run.returncode == 0
    copied, verified, end = run.stderr.decode().split("\n")
    assert copied.startswith("\r3.00 MiB  100%  ")
    assert verified.startswith("\rverify  6.00 MiB  100%  ")
    assert end == ""


@verifies
def test_a_signal_while_it_is_read_back():
    """Holes are copied at once, and read like bytes: there is time."""
    with open("a", "wb") as f:
        f.truncate(8 << 30)
    with start("a", "b", "--verify", "--json") as process:
        line = json.loads(process.stderr.readline())
        assert (line["type"], line["total"]) == ("verify", 16 << 30)
        process.send_signal(signal.SIGINT)
        end = json.loads(process.stderr.readlines()[-1])
        assert process.wait(60) == 130
    assert (end["type"], end["exit"]) == ("report", 130)
    nothing_but("a")


@verifies
def test_a_range():
    write("a")
    run = pour("a", "b", "--verify=sha256", "--explain", "--offset=7",
               "--limit=100000")
    digits = hashlib.sha256(BYTES[7:100007]).hexdigest()
    assert digits in explained(run)
    with open("c", "ab") as out:
        out.write(b"before")
        out.flush()
        run = pour("a", "-", "--verify=sha256", "--explain", stdout=out)
    assert hashlib.sha256(BYTES).hexdigest() in explained(run)


@verifies
def test_a_byte_that_differs():
    """Of the source, after it was copied: the copy is not that any more."""
    write("a")
    write("b", b"old")
    with start("a", "b", "--verify", "--rate=1500k", "--progress=always"
               ) as process:
        # There is a second's worth of it.
        assert process.stderr.read(1) == b"\r"
        with open("a", "r+b") as f:
            f.write(bytes([BYTES[0] ^ 1]))
        assert process.wait(20) == 1
        said = process.stderr.read().decode().splitlines()[-1]
    size = len(BYTES)
    assert said.startswith(
        f"pour copy: --verify: b is not what a is: {size} bytes xxh128:")
    assert read("b") == b"old"
    nothing_but("a", "b")


@verifies
def test_resumed_and_verified():
    """The part is hashed, too: what is wrong in its middle is found."""
    write("a")
    write(".b.part", b"x" + BYTES[1:2 << 20])
    run = pour("a", "b", "--resume", "--verify")
    assert run.returncode == 1
    assert b"b is not what a is" in run.stderr
    write(".b.part", BYTES[:2 << 20])
    good(pour("a", "b", "--resume", "--verify"))
    assert read("b") == BYTES


@verifies
def test_ends_that_cannot_be_read_again():
    write("a")
    bad(pour("-", "b", "--verify", input=b"x"),
        "--verify: standard input is no file or disk, and cannot be read "
        "again")
    bad(pour("a", "/dev/null", "--verify"),
        "--verify: /dev/null is no file or disk, and cannot be read again")
    nothing_but("a")


@verifies
def test_libraries_are_loaded_when_they_are_needed():
    write("a")
    for flags, expected in [([], False), (["--verify"], False),
                            (["--verify=sha256"], True)]:
        run = pour("a", "b", *flags, prefix=[
            "strace", "-qq", "-o", "trace", "-e", "openat"])
        if run.returncode != 0:
            pytest.skip("nothing can be traced here")
        assert (b"libcrypto" in read("trace")) == expected


# ── --preserve ──

def attributes(name):
    st = os.stat(name)
    return {"mode": st.st_mode, "owner": (st.st_uid, st.st_gid),
            "times": (st.st_mtime_ns,),
            "xattrs": {n: os.getxattr(name, n) for n in os.listxattr(name)
                       if n.startswith("user.")}}


@pytest.fixture
def decorated():
    write("a", mode=0o751)
    try:
        os.setxattr("a", "user.colour", b"blue")
        os.setxattr("a", "user.empty", b"")
        os.setxattr("a", "user.large", b"x" * 2000)
    except OSError:
        pytest.skip("no extended attributes here")
    if ROOT:
        os.chown("a", 12, 34)
    os.utime("a", ns=(10 ** 18 + 7, 10 ** 18 + 9))
    return attributes("a")


def test_all(decorated):
    for flag in ["-p", "--preserve", "--preserve=all",
                 "--preserve=mode,owner,times,xattrs"]:
        read_at = os.stat("a").st_atime_ns
        good(pour("a", "b", flag))
        assert attributes("b") == decorated
        assert os.stat("b").st_atime_ns == read_at
        assert read("b") == BYTES
        os.unlink("b")


@pytest.mark.parametrize("what", ["mode", "owner", "times", "xattrs"])
def test_one_of_them(decorated, what):
    os.umask(0o077)
    write("b", b"old", 0o600)
    before = attributes("b")
    good(pour("a", "b", f"--preserve={what}"))
    after = attributes("b")
    for name in decorated:
        if name == what:
            assert after[name] == decorated[name]
        elif name != "times":
            assert after[name] == before[name]


def test_in_place(decorated):
    write("b", b"x" * (len(BYTES) + 1))
    good(pour("a", "b", "--inplace", "--preserve"))
    assert attributes("b") == decorated


def test_names_that_cp_has():
    write("a", mode=0o700)
    os.utime("a", (5, 5))
    good(pour("a", "b", "--preserve=mode,timestamps"))
    assert mode_of("b") == 0o700
    assert os.stat("b").st_mtime == 5
    for wrong in ["", "color", "mode,", ",mode", "mode,all"]:
        run = pour("a", "b", f"--preserve={wrong}")
        assert run.returncode == 2
        assert run.stderr.startswith(b"pour copy: --preserve: a list of ")


def test_access_control_lists():
    write("a", mode=0o640)
    if subprocess.run(["setfacl", "-m", "u:12:rw", "a"], check=False,
                      capture_output=True).returncode != 0:
        pytest.skip("no setfacl, or no lists, here")
    good(pour("a", "b", "--preserve=mode"))
    name = "system.posix_acl_access"
    assert os.getxattr("a", name) == os.getxattr("b", name)
    # One that the folder gives to what is made in it goes.
    os.mkdir("d")
    subprocess.run(["setfacl", "-d", "-m", "u:13:rw", "d"], check=True)
    write("plain", mode=0o640)
    good(pour("plain", "d", "--preserve=mode"))
    with pytest.raises(OSError):
        os.getxattr("d/plain", name)
    assert mode_of("d/plain") == 0o640


@pytest.mark.skipif(not ROOT, reason="only root has files of two owners")
def test_an_owner_that_may_not_be_given(unprivileged):
    write("a", mode=0o4755)
    pathlib.Path("d").mkdir()
    os.chmod("d", 0o777)
    good(pour("a", "d/b", "--preserve", **unprivileged))
    st = os.stat("d/b")
    # Nobody's program must not run as nobody because root's ran as root.
    assert st.st_uid == 65534
    assert mode_of("d/b") == 0o755
    bad(pour("a", "d/c", "--preserve=owner", **unprivileged),
        "--preserve: owner of d/c: Operation not permitted")
    assert os.listdir("d") == ["b"]


def test_what_has_no_attributes():
    write("a")
    bad(pour("-", "b", "--preserve", input=b"x"),
        "--preserve: standard input is no file")
    bad(pour("a", "-", "--preserve"), "--preserve: standard output is no file")
    nothing_but("a")
