# SPDX-License-Identifier: MIT
"""Where the tests of pour copy run, and as whom."""

import os
import pathlib
import subprocess

import pytest

from copying import POUR
from users import ordinary_user


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("POUR_"):
            monkeypatch.delenv(name)
    before = os.umask(0o022)
    yield tmp_path
    os.umask(before)


@pytest.fixture
def unprivileged(tmp_path):
    """Options for a run whose user the permissions apply to."""
    options = ordinary_user(tmp_path)
    tmp_path.chmod(0o777)
    return options


@pytest.fixture
def plain():
    """A prefix for commands, under which a nameless file gets no name."""
    # Without /proc; FAT, FUSE and NFS have the same effect.
    if b"__asan_init" in pathlib.Path(POUR).read_bytes():
        pytest.skip("the sanitizer cannot do without /proc")
    prefix = ["unshare", "-m", "sh", "-c",
              'mount -t tmpfs none /proc && exec "$@"', "sh"]
    if subprocess.run([*prefix, "true"], check=False,
                      capture_output=True).returncode != 0:
        pytest.skip("no namespace of mounts can be had here")
    return prefix
