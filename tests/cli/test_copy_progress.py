# SPDX-License-Identifier: MIT
"""pour copy: how far it is, on terminals, for scripts and for USR1."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

import pytest

from copying import (BYTES, POUR, good, nothing_but, pour, read, start,
                     wait_for, write)

SLOW = ["--rate=1M"]


def lines_of(text):
    return [json.loads(line) for line in text.decode().splitlines()]


def test_json():
    write("a")
    run = pour("a", "b", "--json")
    assert run.returncode == 0
    (end,) = lines_of(run.stderr)
    size = len(BYTES)
    assert end["type"] == "report"
    assert end["src"] == "a" and end["dst"] == "b"
    assert end["bytes"] == end["total"] == size
    assert end["taken"] == end["delivered"] == size
    assert sum(m["bytes"] for m in end["by"].values()) == size
    assert all(m["calls"] > 0 for m in end["by"].values())
    assert end["ended"] == "source" and end["exit"] == 0
    assert end["seconds"] >= 0 and "error" not in end and "side" not in end


def test_json_of_a_failure():
    write("a")
    run = pour("a", "/dev/full", "--json")
    assert run.returncode == 1
    said, line = run.stderr.decode().splitlines()
    assert said == "pour copy: /dev/full: No space left on device"
    end = json.loads(line)
    assert (end["ended"], end["side"], end["error"], end["exit"]) == (
        "failed", "dst", "ENOSPC", 1)
    assert end["delivered"] == 0


def test_json_of_what_never_began():
    run = pour("none", "b", "--json")
    end = json.loads(run.stderr.decode().splitlines()[-1])
    assert (end["bytes"], end["seconds"], end["exit"]) == (0, 0, 1)


def test_json_names_that_are_no_text():
    write("\udcff\n\"")
    run = pour("\udcff\n\"", "b", "--json")
    (end,) = lines_of(run.stderr)
    assert end["src"] == "\ufffd\n\""


def test_json_says_where_it_listens():
    with start("unix-listen:s", "b", "--json") as taker:
        line = json.loads(taker.stderr.readline())
        assert line == {"type": "listening", "at": "unix:s"}
        taker.send_signal(signal.SIGINT)


def test_json_while_it_goes_on():
    write("a")
    with start("a", "b", "--json", *SLOW) as process:
        first = json.loads(process.stderr.readline())
        rest = lines_of(process.stderr.read())
    assert first["type"] == "progress"
    assert 0 < first["bytes"] < first["total"] == len(BYTES)
    assert first["rate_now"] > 0 and first["eta"] > 0
    assert rest[-1]["type"] == "report" and rest[-1]["exit"] == 0


def waiting_copy(*args, **more):
    """One that has got some bytes of a FIFO and waits for more."""
    os.mkfifo("f")
    process = start("f", "b", *args, **more)
    writer = os.open("f", os.O_WRONLY)
    os.write(writer, BYTES[:5000])
    return process, writer


def test_state_on_usr1():
    process, writer = waiting_copy()
    with process:
        said = ""
        while " 5000 bytes in " not in said:
            process.send_signal(signal.SIGUSR1)
            said = process.stderr.readline().decode()
        assert re.fullmatch(
            r"pour copy: 5000 bytes in \d+\.\d s, [\d.]+ [KM]?i?B/s; "
            r"splice 5000 bytes in \d+ calls\n", said)
        os.close(writer)
        assert process.wait(20) == 0
    assert read("b") == BYTES[:5000]


def test_state_as_json():
    process, writer = waiting_copy("--json")
    with process:
        line = {"bytes": 0}
        while line["bytes"] != 5000:
            process.send_signal(signal.SIGUSR1)
            line = json.loads(process.stderr.readline())
        assert line["type"] == "progress"
        os.close(writer)
        assert process.wait(20) == 0


def test_a_thousand_signals_change_nothing():
    write("a")
    process, writer = waiting_copy()
    with process:
        for at in range(5000, 500000, 1000):
            process.send_signal(signal.SIGUSR1)
            process.send_signal(signal.SIGWINCH)
            os.write(writer, BYTES[at:at + 1000])
            if select.select([process.stderr], [], [], 0)[0]:
                os.read(process.stderr.fileno(), 1 << 16)
        os.close(writer)
        assert process.wait(20) == 0
    assert read("b") == BYTES[:500000]


# ── Terminals ──

class Terminal:
    """A copy whose standard error is a terminal of so many columns."""

    def __init__(self, columns, *args):
        self.ours, theirs = pty.openpty()
        self.set_width(columns, theirs)
        self.before = termios.tcgetattr(theirs)
        self.theirs = theirs
        self.process = subprocess.Popen(
            [POUR, "copy", *args], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=theirs, start_new_session=True,
            env={**os.environ, "TERM": "dumb"},
            preexec_fn=lambda: fcntl.ioctl(theirs, termios.TIOCSCTTY, 0))

    def set_width(self, columns, fd=None):
        fcntl.ioctl(fd or self.theirs, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 24, columns, 0, 0))

    def everything(self):
        """All that is shown until the copy has ended."""
        data = b""
        while self.process.poll() is None or select.select(
                [self.ours], [], [], 0.1)[0]:
            if select.select([self.ours], [], [], 0.1)[0]:
                data += os.read(self.ours, 1 << 16)
        assert termios.tcgetattr(self.theirs) == self.before
        os.close(self.ours)
        os.close(self.theirs)
        return data.decode()


def drawn(text):
    return [line.rstrip() for line in re.split(r"[\r\n]+", text) if line.strip()]


@pytest.mark.parametrize("columns, shape", [
    (100, r"[\d.]+ MiB  \d+%  [\d.]+ KiB/s  \([\d.]+ KiB/s\)  ETA \d:\d\d  "
          r"pipe 100%"),
    (55, r"[\d.]+ MiB  \d+%  [\d.]+ KiB/s  \([\d.]+ KiB/s\)  ETA \d:\d\d"),
    (40, r"[\d.]+ MiB  \d+%  [\d.]+ KiB/s  ETA \d:\d\d"),
    (20, r"[\d.]+ MiB  \d+%"),
    (5, r"[\d.]+ ?"),
])
def test_a_line_has_room(columns, shape):
    write("a")
    text = Terminal(columns, "a", "b", "--rate=950k", "--method=pipe"
                    ).everything()
    assert read("b") == BYTES
    lines = drawn(text)
    assert len(lines) > 2
    for line in lines[:-1]:
        assert re.fullmatch(shape.replace("KiB", "[KM]iB"), line), line
    assert all(len(line) < columns for line in lines)
    assert text.endswith("\r\n") and text.count("\n") == 1


def test_nothing_is_drawn_of_what_is_quick():
    write("a")
    assert Terminal(80, "a", "b").everything() == ""
    assert Terminal(80, "a", "b", "--progress=never", "--rate=2M"
                    ).everything() == ""


def test_a_width_that_changes():
    write("a")
    terminal = Terminal(100, "a", "b", "--rate=800k")
    data = os.read(terminal.ours, 1000)
    assert b"ETA" in data
    terminal.set_width(20)
    text = terminal.everything()
    assert len(drawn(text)[-1]) < 20


def test_a_failure_is_said_on_a_line_of_its_own():
    write("a")
    terminal = Terminal(80, "a", "/dev/full", "--progress=always")
    lines = terminal.everything().replace("\r\n", "\n").split("\n")
    assert lines[-2:] == ["pour copy: /dev/full: No space left on device", ""]


def test_always_also_where_there_is_no_terminal():
    write("a")
    run = pour("a", "b", "--progress=always")
    assert run.returncode == 0
    assert drawn(run.stderr.decode())[-1].startswith("3.00 MiB  100%  ")


def test_the_path_is_the_same():
    """Calls and methods do not depend on whether somebody looks."""
    write("a")
    reports = [lines_of(pour("a", "b", "--json", *more).stderr)[-1]["by"]
               for more in ([], ["--progress=always"], ["--progress=never"])]
    assert reports[0] == reports[1] == reports[2]


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130),
                                          (signal.SIGTERM, 143)])
def test_a_signal_ends_the_line(number, code):
    write("a")
    terminal = Terminal(80, "a", "b", "--rate=300k")
    data = os.read(terminal.ours, 1000)
    assert b"KiB" in data
    terminal.process.send_signal(number)
    text = terminal.everything()
    assert terminal.process.returncode == code
    assert text.endswith("\r\n")
    nothing_but("a")


def test_a_terminal_that_goes_away():
    """It hangs up: the copy ends as by any signal, and leaves nothing."""
    write("a")
    terminal = Terminal(80, "a", "b", "--rate=300k")
    os.read(terminal.ours, 1000)
    os.close(terminal.theirs)
    os.close(terminal.ours)
    assert terminal.process.wait(20) == 129
    nothing_but("a")


def test_a_terminal_that_goes_away_under_nohup():
    write("a")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
            [POUR, "copy", "a", "b", "--rate=1500k", "--progress=always"],
            stderr=theirs, stdin=subprocess.DEVNULL,
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
            ) as process:
        os.read(ours, 1000)
        os.close(theirs)
        os.close(ours)
        assert process.wait(20) == 0
    assert read("b") == BYTES


def test_a_signal_while_a_call_blocks():
    """A reader that does not read: write() has to be left."""
    write("a", bytes(1 << 20))
    reader, writer = os.pipe()
    with start("a", "-", stdout=writer) as process:
        wait_for(lambda: is_asleep(process.pid), "the pipe is full")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    os.close(writer)
    os.close(reader)


def is_asleep(pid):
    time.sleep(0.05)
    return open(f"/proc/{pid}/stat", encoding="ascii").read().split()[2] == "S"


def test_two_signals_are_as_good_as_one():
    process, writer = waiting_copy()
    with process:
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    os.close(writer)
    nothing_but("f")


def test_progress_of_a_quiet_source():
    """Nothing comes, and the line goes on."""
    process, writer = waiting_copy("--progress=always")
    with process:
        text = b""
        while text.count(b"\r") < 3:
            text += process.stderr.read1(100)
        assert b"4.88 KiB" in text
        os.close(writer)
        assert process.wait(20) == 0


def test_good_is_silent():
    write("a")
    good(pour("a", "b", "--progress=never"))
