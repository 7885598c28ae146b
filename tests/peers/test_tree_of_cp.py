# SPDX-License-Identifier: MIT
"""A tree of 100,000 files, copied by pour and by cp -a: the same in all."""

import shutil
import subprocess

import pytest

from program import POUR
from trees import plant, same


@pytest.mark.patient
def test_a_hundred_thousand_files(tmp_path):
    src, ours, theirs = (str(tmp_path / n) for n in ["t", "ours", "theirs"])
    plant(src, 100_000)
    try:
        subprocess.run(["cp", "-a", src, theirs], check=True)
        subprocess.run([POUR, "copy", "-r", src, ours], check=True)
        same(theirs, ours, holes=False)
    finally:
        for top in [src, ours, theirs]:
            shutil.rmtree(top, ignore_errors=True)
