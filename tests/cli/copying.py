# SPDX-License-Identifier: MIT
"""What the tests of pour copy and pour tee share."""

import contextlib
import os
import pathlib
import random
import stat
import subprocess

import pytest

from program import POUR, ROOT, wait_for  # noqa: F401 they are taken from here

BYTES = random.Random(1).randbytes(3 * 1024 * 1024 + 17)


def pour(*args, **more):
    if "input" not in more:
        more.setdefault("stdin", subprocess.DEVNULL)
    more.setdefault("stdout", subprocess.PIPE)
    more.setdefault("stderr", subprocess.PIPE)
    return subprocess.run(
        [*more.pop("prefix", []), POUR, more.pop("command", "copy"),
         *map(str, args)],
        timeout=120, check=False, **more)


class Copy(subprocess.Popen):
    """One that a test which fails does not wait for."""

    def __exit__(self, kind, *more):
        if kind is not None:
            self.kill()
        super().__exit__(kind, *more)


def start(*args, **more):
    more.setdefault("stdin", subprocess.DEVNULL)
    return Copy(
        [*more.pop("prefix", []), POUR, more.pop("command", "copy"),
         *map(str, args)],
        stderr=subprocess.PIPE, **more)


def write(name, data=BYTES, mode=0o644):
    path = pathlib.Path(name)
    path.write_bytes(data)
    path.chmod(mode)
    return path


def read(name):
    return pathlib.Path(name).read_bytes()


def mode_of(name):
    return stat.S_IMODE(os.lstat(name).st_mode)


def good(run):
    assert (run.returncode, run.stderr) == (0, b"")
    return run


def bad(run, said):
    """It failed, and said why in one line."""
    assert run.returncode == 1
    assert run.stderr.decode() == f"pour copy: {said}\n"


def explained(run):
    assert run.returncode == 0, run.stderr
    return run.stderr.decode().removeprefix("pour copy: ").rstrip("\n")


def nothing_but(*names):
    """No draft is left behind."""
    assert sorted(os.listdir(".")) == sorted(names)


def position(pid, name):
    """Where a process stands in a file that it has open, or None."""
    for fd in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            if os.readlink(fd) == os.path.abspath(name):
                info = pathlib.Path(f"/proc/{pid}/fdinfo/{fd.name}")
                return int(info.read_text().split()[1])
    return None


@contextlib.contextmanager
def tmpfs(size):
    if not ROOT:
        pytest.skip("only root mounts a file system")
    folder = pathlib.Path("mount").absolute()
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none",
                       folder], check=False).returncode != 0:
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
