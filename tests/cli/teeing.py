# SPDX-License-Identifier: MIT
"""What the tests of pour tee share."""

import contextlib
import os
import subprocess
import threading

import copying

POUR = copying.POUR


def tee(*args, **more):
    """One run; its standard input is a pipe when input is given."""
    return copying.pour(*args, command="tee", **more)


def start(*args, **more):
    return copying.start(*args, command="tee", **more)


def said(run):
    """The lines on standard error, without who said them."""
    lines = run.stderr.decode().splitlines()
    assert all(line.startswith("pour tee: ") for line in lines), lines
    return [line.removeprefix("pour tee: ") for line in lines]


def account(run, name):
    """What --explain says of an end."""
    found = [line for line in said(run) if line.startswith(f"{name}: ")]
    assert len(found) == 1, run.stderr
    return found[0].removeprefix(f"{name}: ")


class Reader(threading.Thread):
    """Reads a FIFO, or a part of it, as somebody else would."""

    def __init__(self, path, most=None):
        super().__init__(daemon=True)
        os.mkfifo(path)
        self.path, self.most, self.got = path, most, b""
        self.start()

    def run(self):
        with open(self.path, "rb") as fifo:
            self.got = fifo.read() if self.most is None \
                else fifo.read(self.most)

    def all(self):
        self.join(60)
        assert not self.is_alive()
        return self.got


@contextlib.contextmanager
def held_fifo(path):
    """A FIFO with a reader that reads when it is told to: yields its fd."""
    os.mkfifo(path)
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        yield fd
    finally:
        os.close(fd)


def drain(fd):
    """What is in a FIFO at the moment."""
    got = b""
    with contextlib.suppress(BlockingIOError):
        while piece := os.read(fd, 1 << 20):
            got += piece
    return got


def shell(command, **more):
    return subprocess.run(["bash", "-c", command], timeout=120, check=False,
                          capture_output=True, **more)
