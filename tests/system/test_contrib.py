# SPDX-License-Identifier: MIT
"""What contrib/ has for other programs, held against those programs."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

from numbers_of import numbers
from program import Line, wait_for
from wire import get

CONTRIB = pathlib.Path(__file__).parents[2] / "contrib"


def tool(name, package):
    found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if not found:
        pytest.skip(f"{name} is not installed (Debian: {package})")
    return found


def run(*args):
    done = subprocess.run(args, capture_output=True, text=True, check=False,
                          timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_prometheus_takes_it():
    said = run(tool("promtool", "prometheus"), "check", "config",
               CONTRIB / "prometheus" / "pour.yml")
    assert "SUCCESS: 5 rules found" in said


def test_rules_name_what_there_is(serve, root):
    """No rule waits for a number that no server has."""
    server = serve(root, "--metrics", "127.0.0.1:0")
    rules = (CONTRIB / "prometheus" / "pour-rules.yml").read_text()
    named = set(re.findall(r"\bpour_[a-z_]+", rules))
    assert len(named) == 5
    assert named <= set(numbers(server).types)


def test_logrotate_moves_a_log_away(serve, root, tmp_path):
    """The file itself, but for where the log is and how to signal."""
    logrotate = tool("logrotate", "logrotate")
    text = (CONTRIB / "logrotate" / "pour").read_text()
    log, old = tmp_path / "log" / "access.log", tmp_path / "log" / "access.log.1"
    log.parent.mkdir(mode=0o755)
    server = serve(root, "-t1", "--log-file", log)
    assert "/var/log/pour/" in text and "systemctl kill --signal=USR1" in text
    text = text.replace("/var/log/pour/", f"{log.parent}/").replace(
        "systemctl kill --signal=USR1 pour.service", f"kill -USR1 {server.pid}")
    (tmp_path / "conf").write_text(text)
    (tmp_path / "conf").chmod(0o644)
    get(server.address, "/before")
    wait_for(lambda: log.stat().st_size, "a line")
    run(logrotate, "--force", "--state", tmp_path / "state", tmp_path / "conf")
    wait_for(log.exists, "a new log")
    get(server.address, "/after")
    wait_for(lambda: log.stat().st_size, "a line")
    assert Line(old.read_text().strip()).request == "GET /before HTTP/1.1"
    assert Line(log.read_text().strip()).request == "GET /after HTTP/1.1"
