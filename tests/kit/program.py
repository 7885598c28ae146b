# SPDX-License-Identifier: MIT
"""The program under test: started for real, watched, stopped, looked over."""

import ctypes
import os
import re
import signal
import subprocess
import time

POUR = os.path.abspath(os.environ.get("POUR", "build/pour"))
ROOT = os.geteuid() == 0
REPORTS = re.compile(r"Sanitizer|runtime error:|Assertion|stack smashing")
LINE = re.compile(
    r'(?P<host>\S+) - (?P<user>[!#-~]+) \[\d\d/[A-Z][a-z]{2}/\d{4}(?::\d\d){3} [+-]\d{4}\] '
    r'"(?P<request>[ -!#-~]*)" (?P<status>\d{3}) (?P<bytes>\d+) '
    r'"(?P<referer>[ -!#-~]*)" "(?P<agent>[ -!#-~]*)" '
    r'(?P<seconds>\d+\.\d{3})(?P<account>( -| [a-z-]+(=\d+/\d+|![A-Z0-9]+))+)'
    r'(?P<ended> short| aborted)?')


class Line:
    """A line of the access log, taken apart; its account adds up."""

    def __init__(self, text):
        match = LINE.fullmatch(text)
        assert match, f"no line of a log: {text!r}"
        self.text = text
        self.host = match["host"]
        self.user = match["user"]
        self.request = match["request"]
        self.status = int(match["status"])
        self.bytes = int(match["bytes"])
        self.referer = match["referer"]
        self.agent = match["agent"]
        self.ended = (match["ended"] or "").strip()
        found = re.findall(r"([a-z-]+)=(\d+)/(\d+)", match["account"])
        self.moved = {name: int(moved) for name, moved, _ in found}
        self.calls = {name: int(calls) for name, _, calls in found}
        if not self.ended:
            assert sum(self.moved.values()) == self.bytes, text


def environment(**more):
    """That of the tests, without twins of options but those given."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith("POUR")}
    return {**kept, **more}


def wait_for(condition, what, seconds=60):
    """Answers with what the condition did, once that is true."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.005)
    return found


def refused(*args, status=1, **more):
    """The one line with which it does not start."""
    run = subprocess.run([POUR, "serve", *map(str, args)], timeout=60,
                         check=False, stdin=subprocess.DEVNULL, text=True,
                         capture_output=True, **more)
    assert run.stdout == ""
    assert run.stderr.count("\n") == 1
    assert run.stderr.startswith("pour serve: ")
    assert run.returncode == status
    return run.stderr


LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def prepared(preexec_fn):
    """What a server does first; it does not outlive tests that are killed."""
    def run():
        if preexec_fn:
            preexec_fn()
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # lost by a setuid()
    return run


class Program:
    """One in the background: what it says, what it holds, how it ends."""

    def __init__(self, words, errors, env=None, preexec_fn=None, pass_fds=()):
        self.errors = errors
        self.stopped = False
        with open(errors, "wb") as stderr:
            self.run = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stderr=stderr,
                env=environment(**(env or {})), pass_fds=pass_fds,
                preexec_fn=prepared(preexec_fn))
        self.pid = self.run.pid
        try:
            self.first = wait_for(self._first, "a line that it has started")
        except BaseException:
            self.kill()
            raise

    def text(self):
        return self.errors.read_text(errors="surrogateescape")

    def _first(self):
        """The line that says where; a check may have said something before."""
        lines = [line for line in self.text().split("\n")[:-1]
                 if not line.startswith("pour: ")]
        if not lines and self.run.poll() is None:
            return None
        if not lines or " with " not in lines[0]:
            raise AssertionError(f"it did not start: {self.text()}")
        return lines[0]

    def said(self):
        """All whole lines but the one that says where."""
        lines = self.text().split("\n")[:-1]
        lines.remove(self.first)
        return lines

    def lives(self):
        return self.run.poll() is None

    def tell(self, number=signal.SIGTERM):
        self.run.send_signal(number)

    def wait(self, status=0, seconds=60):
        """It ends by itself, like that, and without a complaint."""
        try:
            assert self.run.wait(seconds) == status, self.text()[-4000:]
        finally:
            self.kill()
        assert not REPORTS.search(self.text()), self.text()[:8000]

    def stop(self, number=signal.SIGTERM, status=0, seconds=60):
        if self.lives():
            self.tell(number)
        self.wait(status, seconds)

    def kill(self):
        """Safe to call twice."""
        self.stopped = True
        self.run.kill()
        self.run.wait()

    def cpu_seconds(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def open_files(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))


def stop_all(programs):
    """One that a test has left ends as it should, like any other."""
    try:
        for program in programs:
            if not program.stopped:
                program.stop()
    finally:
        for program in programs:
            program.kill()


class Server(Program):
    """pour serve in the background; where, log and end are known."""

    def __init__(self, root, errors, *args, listen=("127.0.0.1:0",), **more):
        words = [POUR, "serve", *map(str, args)]
        for address in listen:
            words += ["-l", address]
        # The folder comes by "--": a name may begin with a dash.
        super().__init__([*words, "--", str(root)], errors, **more)
        found = re.findall(r"http://(\[[^]]+\]|[\d.]+):(\d+)/", self.first)
        self.addresses = [(host.strip("[]"), int(port))
                          for host, port in found]

    @property
    def address(self):
        return self.addresses[0]

    @property
    def port(self):
        return self.address[1]

    def log(self, n=1):
        """The access log, once it has n lines."""
        def lines():
            found = [Line(text) for text in self.said()
                     if not text.startswith(("pour: ", "pour serve: "))]
            return found if len(found) >= n else None
        return wait_for(lines, f"{n} lines in {self.text()[:4000]}") or []
