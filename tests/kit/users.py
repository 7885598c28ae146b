# SPDX-License-Identifier: MIT
"""Programs that run as a user whom permissions apply to."""

import os
import subprocess

import pytest

from program import POUR, ROOT

NOBODY = 65534


def as_nobody():
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def ordinary_user(folder):
    """Options for a run as somebody who may only what others may."""
    if not ROOT:
        return {}
    # Folders of pytest's own are closed to others: let them through.
    for parent in [folder, *folder.parents]:
        st = parent.stat()
        if st.st_uid == 0 and not st.st_mode & 0o001:
            parent.chmod(st.st_mode | 0o011)
    try:
        subprocess.run([POUR, "--version"], preexec_fn=as_nobody, check=True,
                       capture_output=True)
    except (OSError, subprocess.SubprocessError):
        pytest.skip("others may not run this program")
    return {"preexec_fn": as_nobody}
