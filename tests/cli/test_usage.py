# SPDX-License-Identifier: MIT
"""What the program says of itself: help, versions, refusals.

The texts of --help stand in help-*.txt beside this file; UPDATE=1 writes them anew.
"""

import os
import pathlib
import subprocess

import pytest

POUR = os.path.abspath(os.environ.get("POUR", "build/pour"))
HERE = pathlib.Path(__file__).parent


def pour(*args, env=None, **more):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("POUR")}
    clean.update(env or {})
    return subprocess.run([POUR, *args], env=clean, timeout=20,
                          capture_output="stdout" not in more, text=True,
                          stdin=subprocess.DEVNULL, **more)


def refused(run, code=2):
    """One line on standard error, nothing on the other, and the code."""
    assert run.returncode == code
    assert not run.stdout
    assert run.stderr.endswith("\n") and run.stderr.count("\n") == 1
    return run.stderr


def snapshot(name, text):
    path = HERE / f"help-{name}.txt"
    if os.environ.get("UPDATE"):
        path.write_text(text)
    assert text == path.read_text()


@pytest.mark.parametrize("args", [["help"], ["--help"], ["-h"]])
def test_help(args):
    run = pour(*args)
    assert (run.returncode, run.stderr) == (0, "")
    snapshot("pour", run.stdout)


@pytest.mark.parametrize("command", ["serve", "proxy", "copy", "run", "check",
                                     "tee", "bench"])
def test_help_of_a_command(command):
    run = pour(command, "--help")
    assert (run.returncode, run.stderr) == (0, "")
    snapshot(command, run.stdout)
    assert pour("help", command).stdout == run.stdout
    assert pour(command, "-h").stdout == run.stdout
    assert all(len(line) <= 79 for line in run.stdout.splitlines())


def test_version():
    run = pour("--version")
    assert run.returncode == 0
    name, version = run.stdout.split()
    assert name == "pour" and version[0].isdigit()


def test_help_that_cannot_be_written():
    with open("/dev/full", "w") as full:
        run = pour("--help", stdout=full, stderr=subprocess.PIPE)
    assert run.returncode == 1
    assert run.stderr == "pour: standard output: No space left on device\n"


@pytest.mark.parametrize("args, said", [
    ([], "pour: a command is missing"),
    (["pore"], "pour: 'pore' is no command"),
    (["help", "pore"], "pour: 'pore' is no command"),
    (["--bold"], "pour: '--bold' is no command"),
    (["copy"], "pour copy: an argument is missing: SRC DST"),
    (["copy", "a"], "pour copy: an argument is missing: SRC DST"),
    (["copy", "a", "b", "c"], "pour copy: c: one argument too many"),
    (["copy", "--bold", "a", "b"], "pour copy: --bold: unknown option"),
    (["copy", "-q", "a", "b"], "pour copy: -q: unknown option"),
    (["copy", "a", "b", "--limit"], "pour copy: --limit: a value is missing"),
    (["copy", "a", "b", "--limit=x"], "pour copy: --limit: 'x' is no size"),
    (["copy", "a", "b", "--offset=-1"], "pour copy: --offset: '-1' is no size"),
    (["copy", "a", "b", "--method=magic"],
     "pour copy: --method: 'magic' is none of copy_file_range, sendfile, "
     "splice, pipe, copy"),
    (["copy", "a", "b", "--explain=yes"],
     "pour copy: --explain: takes no value"),
    (["serve", "--threads", "none"],
     "pour serve: --threads: 'none' is no whole number"),
    (["serve", "-t0"], "pour serve: -t: '0' is too small"),
    (["serve", "-t1025"], "pour serve: -t: '1025' is too large"),
    (["serve", "--log=xml"],
     "pour serve: --log: 'xml' is none of combined, off, json"),
    (["serve", "--grace=long"], "pour serve: --grace: 'long' is no number"),
    (["serve", "--header-timeout=0"],
     "pour serve: --header-timeout: '0' is too small"),
    (["serve", "-l", "nonsense"], "pour serve: --listen: 'nonsense': "),
    (["serve", "-l", "1.2.3.4:99999"],
     "pour serve: --listen: '1.2.3.4:99999': "),
    (["serve", ".", ".."], "pour serve: ..: one argument too many"),
    (["serve", "a\nb\x1b[31m", "c\nd"],
     "pour serve: c\\x0ad: one argument too many"),
])
def test_usage(args, said):
    assert refused(pour(*args)).startswith(said)


@pytest.mark.parametrize("twin, said", [
    ("POUR_LIMIT", "pour copy: POUR_LIMIT: 'bad' is no size"),
    ("POUR_METHOD", "pour copy: POUR_METHOD: 'bad' is none of"),
    ("POUR_EXPLAIN", "pour copy: POUR_EXPLAIN: 'bad' is neither yes nor no"),
])
def test_twins_are_checked(twin, said):
    run = pour("copy", "/dev/null", "-", env={twin: "bad"})
    assert refused(run).startswith(said)


def test_twins_count():
    env = {"POUR_LIMIT": "3", "POUR_EXPLAIN": "1"}
    run = pour("copy", "/dev/zero", "-", env=env)
    assert run.stdout == "\0\0\0"
    assert run.stderr.startswith("pour copy: ")
    run = pour("copy", "/dev/zero", "-", "--limit", "1", env=env)
    assert run.stdout == "\0"


def test_closed_descriptors_are_not_filled_with_files(tmp_path):
    (tmp_path / "a").write_text("hello")
    run = subprocess.run(f"exec {POUR} copy a - >&-", cwd=tmp_path,
                         shell=True, capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr == "pour copy: standard output: Bad file descriptor\n"
    run = subprocess.run(f"exec {POUR} copy a b <&- >&- 2>&-", cwd=tmp_path,
                         shell=True)
    assert run.returncode == 0
    assert (tmp_path / "b").read_text() == "hello"
