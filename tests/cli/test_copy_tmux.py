# SPDX-License-Identifier: MIT
"""pour copy and tee in a terminal emulator: what a person would see."""

import itertools
import os
import re
import shutil
import subprocess
import time

import pytest

from copying import BYTES, POUR, nothing_but, read, wait_for, write

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None,
                                reason="no tmux here")


NUMBERS = itertools.count()


class Screen:
    def __init__(self, columns):
        # A server that is going away must not be met.
        self.name = f"pour-{os.getpid()}-{next(NUMBERS)}"
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns),
                  "-y", "24", "sh")
        wait_for(self.text, "a prompt")

    def tmux(self, *args, **more):
        return subprocess.run(["tmux", "-L", self.name, *args], check=True,
                              capture_output=True, text=True, timeout=20,
                              **more).stdout

    def text(self):
        return self.tmux("capture-pane", "-p").rstrip("\n")

    def type(self, *keys):
        self.tmux("send-keys", *keys)

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.tmux("kill-server")


def command(rate, *more):
    # Its own line is cleared first, so that a narrow screen has room.
    return f"clear; {POUR} copy --rate={rate} {' '.join(more)} a b; echo =$?="


def lines(text):
    return [line for line in text.split("\n") if line.strip()]


@pytest.mark.parametrize("columns", [80, 40, 20])
def test_one_line_at_every_width(columns):
    write("a")
    with Screen(columns) as screen:
        screen.type(command("1M"), "Enter")
        wait_for(lambda: "MiB" in screen.text(), "a line")
        for _ in range(4):
            time.sleep(0.2)
            seen = lines(screen.text())
            if any("=0=" in line for line in seen):
                break
            assert len(seen) == 1 and re.match(r"[\d.]+ MiB", seen[0]), seen
        wait_for(lambda: "=0=" in screen.text(), "it ended")
        seen = lines(screen.text())
    assert re.match(r"3\.00 MiB  100%", seen[0]), seen
    assert seen[1] == "=0=", seen
    assert read("b") == BYTES


@pytest.mark.parametrize("columns", [80, 40, 20])
def test_control_c(columns):
    write("a")
    with Screen(columns) as screen:
        screen.type(command("500k"), "Enter")
        wait_for(lambda: "KiB/s" in screen.text() or "KiB  " in screen.text(),
                 "a line")
        screen.type("C-c")
        wait_for(lambda: "=130=" in screen.text(), "it ended")
        screen.type("echo alive", "Enter")
        wait_for(lambda: "\nalive" in screen.text(), "the shell is as before")
        seen = lines(screen.text())
    # The line is one, and what comes after it stands alone.
    assert re.match(r"[\d.]+ [KM]iB", seen[0]) and seen[1] == "=130=", seen
    nothing_but("a")


@pytest.mark.parametrize("columns", [80, 20])
def test_a_tee_shows_one_line_as_well(columns):
    """Of the source; what a command writes stands above it, or below."""
    write("a")
    with Screen(columns) as screen:
        screen.type(f"clear; {POUR} tee --rate=1M --from a b "
                    "'exec:wc -c >n'; echo =$?=", "Enter")
        wait_for(lambda: "MiB" in screen.text(), "a line")
        time.sleep(0.3)
        seen = lines(screen.text())
        assert re.match(r"[\d.]+ MiB", seen[0]), seen
        assert len(seen) == 1 or seen[1] == "=0=", seen
        wait_for(lambda: "=0=" in screen.text(), "it ended")
        seen = lines(screen.text())
        assert re.match(r"3\.00 MiB  100%", seen[0]), seen
        screen.type(f"clear; {POUR} tee --rate=500k --from a c; echo =$?=",
                    "Enter")
        wait_for(lambda: "KiB" in screen.text(), "another line")
        screen.type("C-c")
        wait_for(lambda: "=130=" in screen.text(), "it ended")
        assert re.match(r"[\d.]+ KiB", lines(screen.text())[0])
    assert (read("b"), int(read("n"))) == (BYTES, len(BYTES))
    nothing_but("a", "b", "n")


def test_a_window_that_gets_narrow():
    write("a")
    with Screen(100) as screen:
        screen.type(command("1M"), "Enter")
        wait_for(lambda: "ETA" in screen.text(), "a line")
        screen.tmux("resize-window", "-x", "30")
        time.sleep(0.6)
        last = lines(screen.text())[-1]
        assert len(last) < 30
        wait_for(lambda: "=0=" in screen.text(), "it ended")
    assert read("b") == BYTES


def test_in_the_background_it_is_silent():
    write("a")
    with Screen(80) as screen:
        screen.type(f"set -m; clear; {POUR} copy --rate=1500k a b & "
                    "sleep 1.7; echo done", "Enter")
        wait_for(lambda: "done" in lines(screen.text()), "it went on")
        assert "iB/s" not in screen.text()
        wait_for(lambda: os.path.exists("b"), "it ended")
    assert read("b") == BYTES
