# SPDX-License-Identifier: MIT
"""Checks that say something, and expect an answer."""

import subprocess
import threading

import pytest

from peers import Listener
from program import POUR, environment


class Speaker:
    """A target that tells each caller the same, after what it was told."""

    def __init__(self, path=None):
        self.listener = Listener(path=path)
        self.name = self.listener.name
        self.want, self.say, self.hold = b"", b"", False
        self.held = []
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                peer = self.listener.take()
                peer.reads(self.want)
                for at in range(0, len(self.say), 1000):
                    peer.send(self.say[at:at + 1000])
                if self.hold:
                    self.held.append(peer)
                else:
                    peer.close()
            except AssertionError:
                peer.close()
            except OSError:
                return

    def close(self):
        self.listener.close()


@pytest.fixture
def speaker():
    one = Speaker()
    yield one
    one.close()


CHECK = ["-t1", "--check", "0.05,fall=1,rise=1", "--connect-timeout", "0.3"]
DOWN = "is down: what was expected did not come"


def test_what_is_expected(proxy, speaker):
    speaker.want, speaker.say = b"PING\r\n\0", b"+PO" + b"NG\r\n"
    it = proxy(speaker, args=[*CHECK, "--check-send", r"PING\r\n\x00",
                              "--check-expect", r"+PONG\r"])
    speaker.say = b"-ERR\r\n"
    it.says(f"target {speaker.name} {DOWN}")
    speaker.say = b"so: +PONG\r\n"
    it.says(f"target {speaker.name} is up again")


def test_a_greeting(proxy, speaker):
    """Nothing needs to be said for it."""
    speaker.say = b"220 mail\r\n"
    it = proxy(speaker, args=[*CHECK, "--check-expect", "220 "])
    speaker.say = b"554 no\r\n"
    it.says(DOWN)
    speaker.say = b"220 mail\r\n"
    it.says("up again")


def test_who_says_nothing_is_late(proxy, speaker):
    speaker.hold = True
    it = proxy(speaker, args=[*CHECK, "--check-expect", "x"])
    it.says("is down: Connection timed out")


def test_what_comes_after_4_kib_is_not_read(proxy, speaker):
    speaker.say, speaker.hold = b"a" * 4095 + b"needle", True
    it = proxy(speaker, args=[*CHECK, "--check-expect", "needle"])
    it.says(DOWN)
    speaker.say = b"a" * 4090 + b"needle"
    it.says("up again")


def test_a_unix_socket(proxy, tmp_path):
    speaker = Speaker(str(tmp_path / "s"))
    speaker.want, speaker.say = b"hi", b"ho"
    it = proxy(speaker, args=[*CHECK, "--check-send", "hi",
                              "--check-expect", "ho"])
    speaker.say = b"he"
    it.says(DOWN)
    speaker.say = b"ho"
    it.says("up again")
    speaker.close()


def test_only_said(proxy, listener):
    proxy(listener, args=[*CHECK, "--check-send", r"a\\\t"])
    listener.take().reads(b"a\\\t").ended()


@pytest.mark.parametrize("words", [
    ["--check-send", r"\q", "--check", "1"],
    ["--check-send", r"\x0", "--check", "1"],
    ["--check-send", "", "--check", "1"],
    ["--check-expect", "a" * 257, "--check", "1"],
    ["--check-expect", "\\", "--check", "1"],
    ["--check-expect", "a"],
])
def test_bad_words(words):
    run = subprocess.run([POUR, "proxy", "-l", "0", "--to", "80", *words],
                         check=False, capture_output=True, timeout=20,
                         env=environment())
    assert run.returncode == 2
    assert run.stderr.startswith(b"pour proxy: --check")
