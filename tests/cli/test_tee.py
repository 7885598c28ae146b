# SPDX-License-Identifier: MIT
"""pour tee: every kind of destination has every byte, and by which way."""

import hashlib
import json
import os
import pty
import shutil
import socket
import subprocess
import threading

import pytest

from copying import BYTES, good, mode_of, nothing_but, read, write
from teeing import POUR, Reader, account, said, shell, start, tee

DIGEST = hashlib.sha256(BYTES).hexdigest()


class Taker(threading.Thread):
    """A peer that takes one connection, and all that comes."""

    def __init__(self, listener):
        super().__init__(daemon=True)
        self.listener, self.got = listener, b""
        self.start()

    def run(self):
        peer, _ = self.listener.accept()
        with peer, peer.makefile("rb") as stream:
            self.got = stream.read()

    def all(self):
        self.join(60)
        return self.got


@pytest.mark.parametrize("size", [0, 1, 65536, len(BYTES)])
def test_every_kind_gets_every_byte(size):
    data = BYTES[:size]
    tcp = Taker(socket.create_server(("127.0.0.1", 0)))
    unix_listener = socket.socket(socket.AF_UNIX)
    unix_listener.bind("s")
    unix_listener.listen()
    unix = Taker(unix_listener)
    fifo = Reader("p")
    port = tcp.listener.getsockname()[1]
    run = good(tee("a", "b", f"tcp:127.0.0.1:{port}", "unix:s", "p",
                   "exec:cat > c", "-", "/dev/null", input=data))
    assert run.stdout == data
    assert [read(name) for name in "abc"] == [data] * 3
    assert [who.all() for who in (tcp, unix, fifo)] == [data] * 3
    nothing_but("a", "b", "c", "p", "s")


@pytest.mark.parametrize("source", ["file", "pipe", "fifo", "tcp", "unix"])
def test_every_kind_of_source(source):
    write("in")
    if source == "file":
        run = good(tee("--from", "in", "a", "-"))
    elif source == "pipe":
        run = good(tee("a", "-", input=BYTES))
    elif source == "fifo":
        os.mkfifo("f")
        with subprocess.Popen(["cp", "in", "f"]):
            run = good(tee("--from", "f", "a", "-"))
    else:
        listener = socket.create_server(("127.0.0.1", 0)) \
            if source == "tcp" else socket.socket(socket.AF_UNIX)
        if source == "unix":
            listener.bind("s")
            listener.listen()
        giver = threading.Thread(target=give, args=[listener])
        giver.start()
        at = "unix:s" if source == "unix" else \
            f"tcp:127.0.0.1:{listener.getsockname()[1]}"
        run = good(tee("--from", at, "a", "-"))
        giver.join()
    assert run.stdout == read("a") == BYTES


def give(listener):
    peer, _ = listener.accept()
    with peer:
        peer.sendall(BYTES)


def test_standard_input_may_be_a_file_a_socket_or_a_terminal():
    write("in")
    with open("in", "rb") as file:
        assert good(tee("-", stdin=file)).stdout == BYTES
    ours, theirs = socket.socketpair()
    with ours, theirs, start("a", stdin=theirs) as run:
        theirs.close()
        ours.sendall(BYTES)
        ours.shutdown(socket.SHUT_WR)
        assert run.wait(60) == 0
    assert read("a") == BYTES
    master, slave = pty.openpty()
    with start("b", stdin=slave) as run:
        os.write(master, b"typed\n\x04")
        assert run.wait(60) == 0
    os.close(slave)
    os.close(master)
    assert read("b") == b"typed\n"


def test_what_others_share_is_not_made_to_not_block():
    ours, theirs = socket.socketpair()
    r, w = os.pipe()
    with ours, theirs:
        good(tee("-", "a", stdin=subprocess.DEVNULL, stdout=w))
        good(tee("-", "a", stdin=subprocess.DEVNULL, stdout=theirs))
        assert os.get_blocking(w)
        assert os.get_blocking(theirs.fileno())
    os.close(r)
    os.close(w)


def test_one_descriptor_may_be_named_twice():
    run = shell(f"printf hello | {POUR} tee - - fd:7 fd:7 >>out 7>>seven")
    assert (run.returncode, run.stderr) == (0, b"")
    assert read("out") == read("seven") == b"hello" * 2


def test_from_a_listener_to_a_listener():
    with start("--from", "tcp-listen:0", "tcp-listen:0", "a",
               "--explain") as run:
        first = run.stderr.readline().decode()
        assert first.startswith("pour tee: listening on tcp:"), first
        source = socket.create_connection(
            ("127.0.0.1", int(first.rsplit(":", 1)[1])))
        second = run.stderr.readline().decode()
        sink = socket.create_connection(
            ("127.0.0.1", int(second.rsplit(":", 1)[1])))
        source.sendall(b"hello")
        source.close()
        assert sink.makefile("rb").read() == b"hello"
        sink.close()
        assert run.wait(60) == 0
    assert read("a") == b"hello"


# ── By which way ──


def test_between_pipes_nothing_is_copied():
    fifo = Reader("p")
    run = tee("p", "exec:cat > c", "-", "--explain", input=BYTES)
    assert run.returncode == 0
    for name in ("standard input", "p", "exec:cat > c", "standard output"):
        way = account(run, name)
        assert way.startswith(f"splice {len(BYTES)} bytes in "), way
        assert "copy" not in way
    # The first takes the bytes themselves, the others references to them.
    assert "tee" not in account(run, "p")
    assert f"; tee {len(BYTES)} bytes" in account(run, "exec:cat > c")
    assert f"; tee {len(BYTES)} bytes" in account(run, "standard output")
    assert fifo.all() == run.stdout == read("c") == BYTES


def test_a_hash_copies_for_itself_alone():
    run = tee("a", "exec:cat > c", "-", "--explain", "--hash=sha256",
              input=BYTES)
    if run.returncode == 2:
        pytest.skip("built without hashes")
    assert said(run)[-1] == f"sha256:{DIGEST}"
    for name in ("a", "exec:cat > c", "standard output"):
        assert "copy" not in account(run, name)


@pytest.mark.parametrize("source", ["file", "pipe"])
@pytest.mark.parametrize("size", [0, 1, len(BYTES)])
def test_the_hash_is_that_of_every_destination(source, size):
    write("in", BYTES[:size])
    args = ["--hash=sha256", "a", "exec:sha256sum > c"]
    run = tee("--from", "in", *args) if source == "file" \
        else tee(*args, input=BYTES[:size])
    if run.returncode == 2:
        pytest.skip("built without hashes")
    digest = hashlib.sha256(BYTES[:size]).hexdigest()
    assert said(run) == [f"sha256:{digest}"]
    assert hashlib.sha256(read("a")).hexdigest() == digest
    assert read("c").decode().split()[0] == digest


def test_the_default_hash_is_xxh3():
    if not shutil.which("xxh128sum"):
        pytest.skip("xxh128sum is not installed")
    run = tee("--hash", "a", input=BYTES)
    if run.returncode == 2:
        pytest.skip("built without hashes")
    other = shell("xxh128sum < a").stdout.decode().split()[0]
    assert said(run) == [f"xxh128:{other}"]


@pytest.mark.parametrize("size", [
    1 << 25, pytest.param(1 << 30, marks=pytest.mark.long)])
def test_a_large_file_to_four(size):
    if shutil.disk_usage(".").free < 6 * size:
        pytest.skip("there is no room for five files of this size")
    with open("in", "wb") as file:
        for i in range(size // (1 << 22)):
            file.write(BYTES[i:i + (1 << 21)] + bytes([i]) * (1 << 20)
                       + BYTES[-(1 << 20):])
    with open("in", "rb") as file:
        good(tee("a", "b", "c", "d", stdin=file))
    for name in "abcd":
        assert subprocess.run(["cmp", "in", name], check=False).returncode == 0


# ── Files ──


def test_files_are_replaced_kept_appended_to_or_overwritten():
    for name in "abc":
        write(name, b"a much longer text than the new one\n", mode=0o640)
    before = os.stat("c").st_ino
    good(tee("a", input=b"new\n"))
    good(tee("b", "-a", "new", input=b"new\n"))
    good(tee("c", "--inplace", input=b"new\n"))
    assert (read("a"), mode_of("a")) == (b"new\n", 0o640)
    assert read("b").endswith(b"one\nnew\n")
    assert (read("c"), os.stat("c").st_ino) == (b"new\n", before)
    assert (read("new"), mode_of("new")) == (b"new\n", 0o644)


def test_who_appends_shares_the_end_of_a_file():
    run = tee("log", "log", "--append", "--explain", input=b"line\n")
    assert run.returncode == 0
    assert read("log") == b"line\nline\n"
    assert "splice left: EINVAL" in run.stderr.decode()


def test_a_file_is_not_there_before_it_is_whole():
    write("old", b"old")
    with start("new", "old", "-", stdin=subprocess.PIPE,
               stdout=subprocess.PIPE) as run:
        run.stdin.write(b"half")
        run.stdin.flush()
        assert run.stdout.read(4) == b"half"
        assert not os.path.exists("new")
        assert read("old") == b"old"
        run.stdin.close()
        assert run.wait(60) == 0
    assert read("new") == read("old") == b"half"


# ── Options ──


def test_a_limit_leaves_the_rest():
    r, w = os.pipe()
    os.write(w, b"onetwo")
    good(tee("a", "b", "--limit", "3", stdin=r))
    assert read("a") == read("b") == b"one"
    assert os.read(r, 10) == b"two"
    os.close(r)
    os.close(w)


def test_a_rate_is_kept_without_copying():
    run = tee("a", "-", "--rate", "8M", "--explain", "--json",
              input=BYTES)
    assert run.returncode == 0
    whole = json.loads(run.stderr.decode().splitlines()[-1])
    # Less what may go at once: an eighth of a second's.
    assert whole["seconds"] >= (len(BYTES) / (8 << 20) - 0.125) * 0.9
    assert set(whole["by"]) == {"splice"}


def test_lines_for_scripts():
    run = tee("a", "--drop", "-", "--fail", "exec:false", "--json",
              "nowhere/b", input=BYTES)
    assert run.returncode == 3
    lines = [json.loads(line) for line in run.stderr.splitlines()
             if line.startswith(b"{")]
    by_name = {line.get("dst"): line for line in lines
               if line["type"] == "destination"}
    assert set(by_name) == {"a", "nowhere/b", "standard output", "exec:false"}
    good_one = by_name["a"]
    assert (good_one["delivered"], good_one["exit"]) == (len(BYTES), 0)
    assert (good_one["ended"], good_one["on_slow"]) == ("source", "wait")
    assert by_name["standard output"]["on_slow"] == "drop"
    assert by_name["exec:false"]["on_slow"] == "fail"
    assert by_name["exec:false"]["exit"] == 1
    assert by_name["nowhere/b"]["delivered"] == 0
    last = lines[-1]
    assert (last["type"], last["exit"], last["src"]) == \
        ("report", 3, "standard input")
    assert last["taken"] == len(BYTES)


def test_progress_is_that_of_the_source():
    write("in")
    run = tee("--from", "in", "a", "b", "--progress=always")
    assert run.returncode == 0
    assert b"3.00 MiB  100%" in run.stderr


@pytest.mark.parametrize("args, why", [
    ([], "a destination is missing (see: pour help tee)"),
    (["--append", "--inplace", "a"],
     "--append and --inplace exclude each other (see: pour help tee)"),
    (["a", "exec:"], "exec:: a command is missing"),
    (["a", "exec: \t"], "exec: \\x09: a command is missing"),
    (["a", "--drop", "tcp:x"],
     "tcp:x: a host and a port are needed: tcp:HOST:PORT"),
    (["a", "--from", "fd:x"],
     "fd:x: a descriptor is a number, such as fd:3"),
    (["a", "--rate", "0"], "--rate: '0' is too small (see: pour help tee)"),
])
def test_a_wrong_command_line_touches_nothing(args, why):
    run = tee(*args, input=b"x")
    assert (run.returncode, said(run)) == (2, [why])
    nothing_but()


def test_twins_are_lists():
    env = {**os.environ, "POUR_DROP": "a,b"}
    run = subprocess.run([POUR, "tee", "c"], input=b"x", env=env, timeout=60,
                         check=False)
    assert run.returncode == 0
    assert read("a") == read("b") == read("c") == b"x"
