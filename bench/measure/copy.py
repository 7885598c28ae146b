# SPDX-License-Identifier: MIT
"""pour copy and pour tee beside cp, cat and tee: bench/copy measures them;
here what it found becomes a table."""
import json
import os
import subprocess
import sys
import tempfile

from measure import room
from measure.text import grid, spread

QUICK = ["--size", str(256 << 20), "--files", "10000"]
HEAD = ("", "times as fast", "times less CPU", "pour : the other", "goal", "")


def run(quick, rounds):
    """Its pairs; a line of each is shown as it comes."""
    with tempfile.NamedTemporaryFile(mode="r", encoding="utf-8") as file:
        ended = subprocess.run(
            [os.path.join(room.TOP, "bench", "copy"), "--json", file.name,
             "--rounds", str(rounds), *(QUICK if quick else [])],
            check=False, stdout=sys.stderr)
        if ended.returncode == 0:
            return json.load(file)
    # What the others took minutes to find is worth keeping.
    print("bench: the copies could not be measured", file=sys.stderr)
    return []


def verdict(pair):
    return {None: "–", True: "met", False: "missed"}[pair["met"]]


def row_of(pair):
    return [pair["name"], spread(pair["took"], "{:.2f}"),
            spread(pair["spent"], "{:.2f}"),
            "{:.1f} ms : {:.1f} ms".format(*pair["ms"]),
            pair["goal"] or "–", verdict(pair)]


def show(pairs, markdown):
    if not pairs:
        return
    print("\n### Copies\n" if markdown else "\ncopy and tee")
    print(grid([HEAD] + [row_of(pair) for pair in pairs], markdown))
    judged = [pair["met"] for pair in pairs if pair["goal"]]
    print(f"\n{sum(judged)} of {len(judged)} goals met")
