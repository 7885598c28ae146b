# SPDX-License-Identifier: MIT
"""pour tee: destinations that are slow or broken, and those beside them."""

import json
import os
import signal
import socket
import subprocess
import time

import pytest

from copying import BYTES, nothing_but, position, read, wait_for, write
from teeing import (POUR, Reader, account, drain, held_fifo, said, shell,
                    start, tee)

MANY = BYTES * 3


def some_failed(run, *lines):
    assert (run.returncode, said(run)) == (3, list(lines))


# ── Slow ones ──


def test_who_is_waited_for_gets_all_of_it():
    with held_fifo("p") as fd, start("a", "p", stdin=subprocess.PIPE) as run:
        os.set_blocking(run.stdin.fileno(), False)
        sent = run.stdin.raw.write(MANY) or 0
        got = b""
        while run.poll() is None:
            piece = drain(fd)
            got += piece
            if sent < len(MANY):
                sent += run.stdin.raw.write(MANY[sent:]) or 0
            elif not run.stdin.closed:
                run.stdin.close()
            time.sleep(0.001)
        got += drain(fd)
        assert run.returncode == 0
    assert got == read("a") == MANY


def test_who_may_be_dropped_misses_bytes_and_they_are_counted():
    write("in", MANY)
    with held_fifo("p") as fd:
        run = tee("--from", "in", "a", "--drop", "p", "--linger", "0.2",
                  "--json")
        got = drain(fd)
    assert run.returncode == 0
    assert read("a") == MANY
    dropped, = [json.loads(line) for line in run.stderr.splitlines()
                if b'"dst":"p"' in line]
    assert dropped["delivered"] == len(got) > 0
    assert dropped["delivered"] + dropped["missed"] == len(MANY)
    assert MANY.startswith(got)


def test_who_is_dropped_and_reads_on_gets_what_it_was_given():
    write("in", MANY)
    with held_fifo("p") as fd, \
            start("--from", "in", "a", "--drop", "p", "--explain") as run:
        got = b""
        while run.poll() is None:
            got += drain(fd)
            time.sleep(0.001)
        got += drain(fd)
        assert run.returncode == 0
        way = [line for line in run.stderr.read().decode().splitlines()
               if line.startswith("pour tee: p: ")]
    missed = int(way[0].split("missed ")[1].split()[0]) \
        if "missed" in way[0] else 0
    assert len(got) + missed == len(MANY)
    assert read("a") == MANY


def test_who_may_fail_ends_alone():
    write("in", MANY)
    with held_fifo("p") as fd:
        run = tee("--from", "in", "a", "--fail", "p")
        assert MANY.startswith(drain(fd))
    some_failed(run, "p: too slow, and given up (--fail)")
    assert read("a") == MANY


def test_who_may_fail_is_not_waited_for_in_the_end():
    size = (1 << 20) + 500_000  # more than the FIFO holds, less than it and ours
    write("in", MANY[:size])
    with held_fifo("p"):
        run = tee("--from", "in", "a", "--fail", "p", "--linger", "0.2")
    some_failed(run, "p: too slow, and given up (--fail)")
    assert read("a") == MANY[:size]


@pytest.mark.parametrize("how", ["--drop", "--fail"])
def test_who_is_fast_enough_loses_nothing(how):
    fifo = Reader("p")
    data = BYTES[:1 << 20]
    run = tee("a", how, "p", "--rate", "1M", input=data)
    assert run.returncode == 0, run.stderr
    assert fifo.all() == read("a") == data


def test_a_slow_peer_is_dropped_as_well():
    write("in", MANY * 4)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        run = tee("--from", "in", "a", "--drop", f"tcp:127.0.0.1:{port}",
                  "--linger", "0.2", "--explain")
    assert run.returncode == 0
    assert "missed" in account(run, f"tcp:127.0.0.1:{port}")
    assert read("a") == MANY * 4


# ── Broken ones ──


@pytest.mark.parametrize("bad, why", [
    ("/dev/full", "No space left on device"),
    ("nowhere/b", "No such file or directory"),
    ("/", "Is a directory"),
    ("tcp:127.0.0.1:1", "Connection refused"),
    ("unix:nobody", "No such file or directory"),
])
@pytest.mark.parametrize("option", [[], ["--drop"], ["--fail"]])
def test_one_that_fails_touches_no_other(bad, why, option):
    run = tee("a", *option, bad, "exec:cat > c", input=BYTES)
    some_failed(run, f"{bad}: {why}")
    assert read("a") == read("c") == BYTES
    nothing_but("a", "c")


def test_all_that_fail():
    run = tee("/dev/full", "nowhere/b", "--hash", input=BYTES)
    assert run.returncode == 1
    assert said(run) == ["nowhere/b: No such file or directory",
                         "/dev/full: No space left on device"]


def test_all_that_fail_stop_the_reading():
    with open("/dev/zero", "rb") as zero:
        run = tee("/dev/full", "--hash", stdin=zero)
    assert (run.returncode, said(run)) == (
        1, ["/dev/full: No space left on device"])


def test_a_reader_that_leaves():
    reader = Reader("p", most=10)
    run = tee("a", "p", input=MANY)
    some_failed(run, "p: Broken pipe")
    assert reader.all() == MANY[:10]
    assert read("a") == MANY


def test_a_peer_that_resets():
    with start("a", "tcp-listen:0", "--explain",
               stdin=subprocess.PIPE) as run:
        port = int(run.stderr.readline().decode().rsplit(":", 1)[1])
        peer = socket.create_connection(("127.0.0.1", port))
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                        b"\1\0\0\0\0\0\0\0")
        run.stdin.write(b"x")
        run.stdin.flush()
        peer.recv(1)
        peer.close()
        run.stdin.write(MANY)
        run.stdin.close()
        assert run.wait(60) == 3
        assert b"pour tee: tcp-listen:0: " in run.stderr.read()
    assert read("a") == b"x" + MANY


def test_closed_standard_output():
    run = shell(f"printf hello | {POUR} tee a - >&-")
    some_failed(run, "standard output: Bad file descriptor")
    assert read("a") == b"hello"


def test_a_fifo_that_nobody_reads():
    os.mkfifo("p")
    run = tee("a", "p", "--connect-timeout", "0.2", input=b"x")
    some_failed(run, "p: nobody came to read it within 0.2 seconds "
                     "(--connect-timeout)")
    assert read("a") == b"x"


def test_the_source_as_a_destination():
    write("in")
    os.link("in", "other")
    run = tee("--from", "in", "a", "other", "--append")
    some_failed(run, "other: it is the source as well")
    assert read("a") == read("in") == BYTES


def test_a_source_that_fails_leaves_no_file():
    run = tee("--from", "/proc/self/mem", "a", "-")
    assert (run.returncode, said(run)) == (
        1, ["/proc/self/mem: Input/output error"])
    nothing_but()


def test_a_source_that_shrinks_leaves_no_file():
    write("in")
    with start("--from", "in", "a", "b", "--rate=1M") as process:
        wait_for(lambda: position(process.pid, "in"), "some was taken")
        os.truncate("in", 1)
        why = process.stderr.read().decode()
        assert process.wait(20) == 1
    assert why.startswith("pour tee: in: it shrank while it was copied: ")
    assert why.endswith(f" of {len(BYTES)} bytes were left\n")
    nothing_but("in")


@pytest.mark.parametrize("source, why", [
    ("nothing", "No such file or directory"), (".", "Is a directory")])
def test_a_source_that_cannot_be_read(source, why):
    run = tee("--from", source, "a", "exec:touch started")
    assert (run.returncode, said(run)) == (1, [f"{source}: {why}"])
    nothing_but()


@pytest.mark.parametrize("most", [*range(5, 22), 40])
def test_too_few_descriptors(most):
    """Whatever lacks is said, whatever went is whole, and it ends."""
    write("in")
    run = shell(f"ulimit -n {most}; exec {POUR} tee --from in a b "
                "'exec:cat >/dev/null' d </dev/null")
    # Nor can a shell do much with so few.
    failed = [line for line in run.stderr.splitlines()
              if line.startswith(b"pour tee: ")]
    assert (run.returncode == 0) == (not failed)
    assert run.returncode in ({0} if most == 40 else {0, 1, 3}), run
    for name in "abd":
        if os.path.exists(name):
            assert read(name) == BYTES
        else:
            assert run.returncode != 0


# ── Commands ──


@pytest.mark.parametrize("command, why", [
    ("cat >/dev/null; exit 7", "exit status 7"),
    ("false", "exit status 1"),
    ("kill -KILL $$", "killed by SIGKILL"),
    ("exec 2>/dev/null; no-such-command", "exit status 127"),
])
def test_the_status_of_a_command_counts(command, why):
    run = tee("a", f"exec:{command}", input=MANY)
    some_failed(run, f"exec:{command}: {why}")
    assert read("a") == MANY


def test_a_command_may_have_enough():
    run = tee("a", "exec:head -c 10 > c", input=MANY)
    assert (run.returncode, run.stderr) == (0, b"")
    assert (read("a"), read("c")) == (MANY, MANY[:10])


def test_when_all_have_enough_nothing_more_is_read():
    with open("/dev/zero", "rb") as zero:
        run = tee("exec:head -c 10 > c", "exec:true", stdin=zero)
    assert (run.returncode, run.stderr) == (0, b"")
    assert read("c") == bytes(10)


def test_a_command_gets_what_programs_expect():
    """SIGPIPE ends it, and no descriptor but three is open."""
    run = shell("exec 7</dev/null; printf hello | " + POUR + " tee a b "
                "'exec:cat >/dev/null; cat /proc/self/status > s; "
                "ls /proc/self/fd > f'")
    assert run.returncode == 0, run
    ignored = [line for line in read("s").decode().splitlines()
               if line.startswith("SigIgn:")][0]
    mask = int(ignored.split()[1], 16)
    assert not mask & (1 << (signal.SIGPIPE - 1))
    assert not mask & (1 << (signal.SIGXFSZ - 1))
    # ls has one for the folder.
    assert read("f").split() == [b"0", b"1", b"2", b"3"]


def test_no_command_is_left_behind():
    run = tee("a", "exec:cat >/dev/null; sleep 0.3; echo late > c",
              input=b"x")
    assert run.returncode == 0
    assert read("c") == b"late\n"


# ── Signals ──


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_no_part_of_a_file(number):
    write("old", b"old")
    with start("new", "old", "-", "exec:cat; sleep 100",
               stdin=subprocess.PIPE, stdout=subprocess.PIPE) as run:
        run.stdin.write(b"half")
        run.stdin.flush()
        assert run.stdout.read(8) == b"halfhalf"
        run.send_signal(number)
        assert run.wait(60) == 128 + number
        assert run.stderr.read() == b""
    assert read("old") == b"old"
    nothing_but("old")


def test_a_signal_while_a_reader_is_slow():
    write("in", MANY)
    with held_fifo("p"), start("--from", "in", "a", "p", "--hash") as run:
        wait_for(lambda: blocked(run.pid), "it waits")
        run.send_signal(signal.SIGINT)
        assert run.wait(60) == 130
        assert run.stderr.read() == b""
    nothing_but("in", "p")


def blocked(pid):
    with open(f"/proc/{pid}/wchan") as file, \
            open(f"/proc/{pid}/syscall") as call:
        return "poll" in file.read() or call.read().split()[0] in ("7", "271")


def test_usr1_says_how_far_it_is():
    with start("a", "-", stdin=subprocess.PIPE,
               stdout=subprocess.PIPE) as run:
        run.stdin.write(b"half")
        run.stdin.flush()
        assert run.stdout.read(4) == b"half"
        run.send_signal(signal.SIGUSR1)
        assert run.stderr.readline().startswith(b"pour tee: 4 bytes in ")
        run.stdin.close()
        assert run.wait(60) == 0
