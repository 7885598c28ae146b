# SPDX-License-Identifier: MIT
"""What a process asks the kernel for, as strace sees it."""

import collections
import contextlib
import re
import shutil
import subprocess

import pytest

from program import wait_for


@contextlib.contextmanager
def traced(pid, out):
    """What the process calls meanwhile comes to be in the file out."""
    strace = shutil.which("strace")
    if not strace:
        pytest.skip("no strace here")
    run = subprocess.Popen([strace, "-f", "-o", str(out), "-p", str(pid)],
                           stderr=subprocess.PIPE, text=True)
    try:
        if "attached" not in (run.stderr.readline() or ""):
            pytest.skip("processes may not be traced here")
        wait_for(lambda: "epoll_wait" in out.read_text(), "its wait")
        yield
    finally:
        run.terminate()
        run.wait()
        run.stderr.close()


def counted(out):
    """How often each call was made, without the wait that strace came into."""
    found = re.findall(r"^\d+ +(\w+)\(", out.read_text(), re.MULTILINE)
    counts = collections.Counter(
        name.replace("newfstatat", "fstat") for name in found)
    counts["epoll_wait"] -= 1
    del counts["restart_syscall"]
    return counts
