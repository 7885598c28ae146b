# SPDX-License-Identifier: MIT
"""pour copy and pour tee beside cp, cat and tee: bench/copy measures and
tables them, a line each; here its lines are read again for the goals."""
import os
import re
import subprocess
import sys

from measure import room

# name, how many times as fast, ..., goal: what: met
LINE = re.compile(r"^(?P<name>\S.*?)\s+(?P<here>[\d.]+) \(.*"
                  r"goal: (?P<goal>.*): (?P<met>met|MISSED)")
QUICK = ["--rounds", "3", "--size", str(256 << 20), "--files", "10000"]


def run(quick):
    """Its lines, which are shown as they come."""
    command = [os.path.join(room.TOP, "bench", "copy"),
               *(QUICK if quick else [])]
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE,
                          text=True) as process:
        for line in process.stdout:
            print(line, end="", file=sys.stderr)
            lines.append(line.rstrip("\n"))
    return lines


def show(lines, markdown):
    if not lines:
        return
    fence = "```\n" if markdown else ""
    print("\ncopy and tee: how many times as fast\n\n" + fence +
          "\n".join(lines) + "\n" + fence.strip())


def judged(lines):
    found = [LINE.match(line) for line in lines]
    return [(m["name"], m["goal"], m["here"],
             "met" if m["met"] == "met" else "missed") for m in found if m]
