# SPDX-License-Identifier: MIT
"""A tree of 100,000 files, copied by pour and by cp -a: the same in all."""

import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "cli"))

from trees import plant, same  # noqa: E402

POUR = os.path.abspath(os.environ.get("POUR", "build/pour"))


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
