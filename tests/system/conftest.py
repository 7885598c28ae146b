# SPDX-License-Identifier: MIT
"""Folders to serve."""

import os
import shutil
import subprocess
import time

import pytest

from contents import BIG, data_of, marks
from program import Server, stop_all
from users import ordinary_user


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A server for a whole file of tests, of files that nobody changes."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "small").write_bytes(b"hello\n")
    (folder / "empty").write_bytes(b"")
    (folder / "thousand").write_bytes(data_of(1000))
    (folder / "large").write_bytes(data_of((1 << 20) + 1))
    (folder / "sub").mkdir()
    (folder / "sub" / "a").write_bytes(b"a of sub\n")
    (folder / "with").mkdir()
    (folder / "with" / "index.html").write_bytes(b"<p>index\n")
    for path in folder.rglob("*"):
        os.utime(path, (1700000000, 1700000000))
    time.sleep(0.05)  # the tag of a file is weak while it is this young
    server = Server(folder, tmp_path_factory.mktemp("errors") / "site", "-t2")
    server.root = folder
    yield server
    stop_all([server])


@pytest.fixture(scope="session")
def big(tmp_path_factory):
    """A folder with a file of 5 GiB, sparse but for some marks."""
    folder = tmp_path_factory.mktemp("big")
    path = folder / "big"
    with open(path, "wb") as file:
        file.truncate(BIG)
        for at, mark in marks(BIG):
            file.seek(at)
            file.write(mark)
    if path.stat().st_blocks * 512 > BIG // 2:
        pytest.skip("files cannot have holes here")
    yield path
    path.unlink()


@pytest.fixture
def ordinary(root):
    """Options for a server whose user the permissions apply to."""
    return ordinary_user(root)


@pytest.fixture
def strace(tmp_path):
    """strace(server, option, ...): attached; its output is a file."""
    program = shutil.which("strace")
    if not program:
        pytest.skip("no strace here")
    runs = []

    def attach(server, *options):
        out = tmp_path / "calls"
        run = subprocess.Popen(
            [program, "-f", "-o", str(out), *options, "-p", str(server.pid)],
            stderr=subprocess.PIPE, text=True)
        runs.append(run)
        if "attached" not in (run.stderr.readline() or ""):
            pytest.skip("processes may not be traced here")
        return out

    yield attach
    for run in runs:
        run.terminate()
        run.wait()
        run.stderr.close()
