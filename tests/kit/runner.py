# SPDX-License-Identifier: MIT
"""pour run in the background, and a file of its own that changes."""

import signal
import socket
import subprocess

import pytest

from program import POUR, Server, environment, prepared, wait_for


class Runner(Server):
    """pour run, by the text of its file."""

    def __init__(self, folder, text, services=1):  # pylint: disable=super-init-not-called
        self.config = folder / "pour.conf"
        self.errors = folder / "errors"
        self.config.write_text(text)
        with open(self.errors, "wb") as stderr:
            self.run = subprocess.Popen(
                [POUR, "run", str(self.config)], stdin=subprocess.DEVNULL,
                stderr=stderr, env=environment(), preexec_fn=prepared(None))
        self.pid = self.run.pid
        self.stopped = False
        self.reloads = 0
        try:
            self.lines(" with ", services)
        except AssertionError:
            self.kill()
            if "without inih" in self.text():
                pytest.skip("this pour is built without inih")
            raise

    def write(self, text):
        self.config.write_text(text)

    def lines(self, text, n=1):
        """Its lines with that text, once there are n of them."""
        def found():
            lines = [line for line in self.text().splitlines()
                     if text in line]
            assert len(lines) >= n or self.run.poll() is None, self.text()
            return lines if len(lines) >= n else None
        return wait_for(found, f"{n} times '{text}' in {self.text()}")

    def reload(self, text=None):
        """Reads the file again, with that text; waits until it has."""
        if text is not None:
            self.write(text)
        self.reloads += 1
        self.tell(signal.SIGHUP)
        self.lines("pour run: reloaded", self.reloads)

    def refuses(self, text):
        """The lines that it says to a file that is not good."""
        before = len(self.text().splitlines())
        said = self.text().count("not reloaded, all is as before")
        self.write(text)
        self.tell(signal.SIGHUP)
        self.lines("not reloaded, all is as before", said + 1)
        return self.text().splitlines()[before:]


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def is_refused(port):
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) != 0
