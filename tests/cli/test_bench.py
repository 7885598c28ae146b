# SPDX-License-Identifier: MIT
"""pour bench: that it measures what it says, whatever the figures are."""

import json
import os
import pathlib
import pty
import re
import shutil
import signal
import subprocess
import xml.etree.ElementTree

import pytest

from copying import POUR, mode_of, start, wait_for, write

PAIRS = ["file-socket", "socket-file", "socket-socket", "file-file",
         "memory-socket", "file-pipe", "memory-pipe", "one-many", "messages"]
METHODS = {"copy_file_range", "sendfile", "splice", "pipe", "copy", "clone",
           "zerocopy", "vmsplice", "mmap"}
K = 1024
TINY = ["--rounds", "1", "--sample", "0.001", "--folder", "."]
# Only those that serve, where not much else is looked at.
ONE = ["--pair", "file-pipe", "--method", "splice", "--size", "4k"]


def bench(*args, **more):
    more.setdefault("env", {k: v for k, v in os.environ.items()
                            if k != "NO_COLOR"})
    return subprocess.run([*more.pop("prefix", []), POUR, "bench", *args],
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=100, check=False, **more)


def measured(*args, **more):
    run = bench(*TINY, "--json", "-", *args, **more)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def refused(run, said, code):
    assert (run.returncode, run.stdout) == (code, "")
    assert said in run.stderr
    assert run.stderr.count("\n") == 1


# What it measures


def check_sample(sample, pair, size, branches):
    copies = {"one-many": branches, "messages": 2}.get(pair, 1)
    by = sample["by"].values()
    assert sample["transfers"] >= 1
    assert sample["bytes"] == size * sample["transfers"] * copies
    assert sum(m["bytes"] for m in by) == sample["bytes"]
    # Of a relay and a fan there are calls of poll() besides.
    assert sample["calls"] >= sum(m["calls"] for m in by) > 0
    assert sample["seconds"] > 0 and sample["cpu_here"] > 0
    assert (sample["cpu_there"] == 0) == (pair == "file-file")


def check_way(way, case, branches):
    if "why_not" in way:
        assert way["samples"] == []
        assert re.fullmatch(r"not between these ends|(left for|failed:) E\w+",
                            way["why_not"])
        return
    assert way["exact"] is True
    for sample in way["samples"]:
        check_sample(sample, case["pair"], case["size"], branches)
        # What is forced moves everything, or it would not be there.
        if way["kind"] == "method" and case["pair"] != "one-many":
            assert list(sample["by"]) == [way["method"]]


@pytest.mark.parametrize("pair", PAIRS)
def test_every_way_runs_or_says_why_not(pair):
    found = measured("--pair", pair, "--size", "20k", "--branches", "3")
    assert [(c["pair"], c["size"]) for c in found["cases"]] == [(pair, 20 * K)]
    case = found["cases"][0]
    assert case["ways"][0]["way"] == "pour"
    assert METHODS <= {way.get("method") for way in case["ways"]}
    for way in case["ways"]:
        check_way(way, case, 3)
    assert sum("why_not" not in way for way in case["ways"]) >= 4


@pytest.mark.parametrize("pair, size, chosen", [
    ("file-socket", "4k", {"sendfile"}),
    ("file-file", "4k", {"copy", "copy_file_range", "clone"}),
    ("socket-file", "4k", {"copy"}),
    ("socket-file", "64k", {"pipe"}),
    ("file-socket", "64k", {"sendfile"}),
    ("file-file", "64k", {"pipe", "copy_file_range", "clone"}),
    ("file-pipe", "64k", {"splice"}),
    ("memory-socket", "64k", {"copy"}),
])
def test_what_pour_chooses_is_named(pair, size, chosen):
    found = measured("--pair", pair, "--size", size, "--method", "copy")
    case = found["cases"][0]
    assert case["chosen"] in chosen
    by = case["ways"][0]["samples"][0]["by"]
    assert max(by, key=lambda m: by[m]["bytes"]) == case["chosen"]


def calls_of(way, *args):
    """Calls of one transfer by that way."""
    found = measured(*args)
    for row in found["cases"][0]["ways"]:
        if row["way"] == way:
            sample = row["samples"][0]
            return sample["calls"] / sample["transfers"]
    pytest.fail(f"no way {way}")


@pytest.mark.serial
def test_calls_follow_from_buffers():
    """A buffer of 4 KiB is filled and emptied sixteen times for 64 KiB."""
    case = ["--pair", "file-file", "--size", "64k"]
    assert calls_of("loop-4k", *case, "--method", "copy") == 32
    assert calls_of("loop-64k", *case, "--method", "copy") == 2
    assert calls_of("sendfile", *case, "--method", "sendfile") == 1
    assert calls_of("pipe-64k", *case, "--method", "pipe") == 2


def test_only_what_is_asked_for():
    found = measured("--pair", "file-pipe,memory-pipe", "--size", "4k,1k",
                     "--size", "4k", "--method", "copy")
    assert [(c["pair"], c["size"]) for c in found["cases"]] == [
        ("file-pipe", K), ("file-pipe", 4 * K),
        ("memory-pipe", K), ("memory-pipe", 4 * K)]
    for case in found["cases"]:
        kinds = {w["kind"]: w for w in case["ways"]}
        assert set(kinds) == {"plan", "method", "loop"}
        assert {w.get("method", "copy") for w in case["ways"]} == {"copy"}


def test_messages_are_small():
    found = measured("--pair", "messages,file-pipe", "--size", "2M,1k",
                     "--method", "copy")
    assert [c["size"] for c in found["cases"] if c["pair"] == "messages"] == [K]
    assert len(found["cases"]) == 3


def test_fresh_files():
    found = measured("--pair", "socket-file", "--size", "64k", "--fresh",
                     "--method", "copy")
    assert found["fresh"] is True
    assert all(w["exact"] for w in found["cases"][0]["ways"])


# What it makes of it


@pytest.mark.serial
def test_ranks():
    found = measured(*ONE, "--rounds", "7", "--method", "copy")
    case = found["cases"][0]
    for distance in {"near", "far"} & set(case):
        ranks = case[distance]["ranks"]
        ways = [r["way"] for r in ranks]
        # The host may have moved the CPUs just while pour was not measured.
        assert "pour" not in ways[1:]
        assert {r["rank_speed"] for r in ranks} <= set(range(1, len(ranks) + 1))
        fastest = max(ranks, key=lambda r: r["rate"])
        assert fastest["rank_speed"] == 1
        for rank in [r for r in ranks if r["way"] != "pour"]:
            assert rank["beside_plan"] in ("level", "better", "worse", "mixed",
                                           "unknown")
            if rank["beside_plan"] == "better":
                signs = {rank["speed_by_plan"]["sign"],
                         rank["cpu_by_plan"]["sign"]}
                assert signs in ({1}, {0, 1})
            assert rank["rate_min"] <= rank["rate"] <= rank["rate_max"]


def test_few_rounds_rank_nothing():
    run = bench(*TINY, *ONE, "--rounds", "3")
    assert run.returncode == 0
    assert "seven rounds are needed to rank" in run.stdout
    assert "in 0 of 0 cases" in run.stdout


@pytest.mark.serial
def test_tables():
    run = bench(*TINY, "--pair", "file-socket", "--size", "64k")
    assert run.returncode == 0
    assert run.stderr.startswith("pour bench: about ")
    assert " in ., " in run.stderr and " of memory" in run.stderr
    assert run.stdout.startswith("Linux ")
    assert "file to socket, 64 KiB" in run.stdout
    assert re.search(r"pour chose sendfile: of \d+ ways", run.stdout)
    assert re.search(r"not between these ends:.* vmsplice", run.stdout)
    assert "an offset of NULL is cheaper" in run.stdout
    assert "\033" not in run.stdout + run.stderr


def on_a_terminal(**env):
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "wb") as out:
        subprocess.run([POUR, "bench", *TINY, *ONE], stdout=out, check=True,
                       stderr=subprocess.DEVNULL, timeout=60,
                       env={**os.environ, "TERM": "xterm", **env})
    seen = b""
    with os.fdopen(ours, "rb", 0) as terminal:
        while b"What is said" not in seen:
            seen += terminal.read(4096)
    return seen


def test_colours_on_a_terminal():
    assert b"\033[1m" in on_a_terminal(NO_COLOR="")
    assert b"\033" not in on_a_terminal(NO_COLOR="1")


def test_one_cpu():
    if shutil.which("taskset") is None:
        pytest.skip("no taskset here")
    cpu = str(min(os.sched_getaffinity(0)))
    found = measured(*ONE, prefix=["taskset", "-c", cpu])
    assert found["cpus"] == [int(cpu)] * 2
    sample = found["cases"][0]["ways"][0]["samples"][0]
    assert sample["distance_ns"] == [0, 0]


def test_a_user_without_rights(unprivileged, tmp_path):
    run = bench(*TINY, *ONE, "--folder", str(tmp_path), **unprivileged)
    assert run.returncode == 0, run.stderr
    assert re.search(r"in a network namespace of its own"
                     r"|a namespace is not allowed \(E\w+\)", run.stdout)


# Where it goes


def test_json_in_a_file_beside_the_tables():
    write("out.json", b"old", 0o640)
    run = bench(*TINY, *ONE, "--json", "out.json")
    assert run.returncode == 0
    assert "file to pipe" in run.stdout
    assert json.loads(pathlib.Path("out.json").read_text())["type"] == "bench"
    assert os.listdir(".") == ["out.json"]
    assert mode_of("out.json") == 0o640


def test_outputs_are_opened_before_work_is_done():
    refused(bench(*TINY, *ONE, "--json", "no/out.json"),
            "pour bench: no/out.json: No such file", 1)


def test_output_that_is_full():
    run = bench(*TINY, *ONE, "--json", "/dev/full")
    assert run.returncode == 1
    assert run.stderr.endswith("/dev/full: No space left on device\n")


def test_tables_that_nobody_reads():
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as out:
        run = subprocess.run([POUR, "bench", *TINY, *ONE, "--json", "out.json",
                              "--size", "64k"], stdout=out, text=True,
                             stderr=subprocess.PIPE, timeout=60, check=False)
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].startswith("pour bench: standard output")
    found = json.loads(pathlib.Path("out.json").read_text())
    assert found["stopped"] is True
    assert found["cases"][1]["ways"][0]["samples"] == []


@pytest.mark.serial
def test_plot():
    if shutil.which("gnuplot") is None:
        pytest.skip("no gnuplot here")
    run = bench(*TINY, *ONE, "--method", "copy", "--size", "64k",
                "--plot", "out.svg")
    assert run.returncode == 0, run.stderr
    assert run.stderr.count("\n") == 1
    root = xml.etree.ElementTree.parse("out.svg").getroot()
    text = " ".join(root.itertext())
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    for word in ("file to pipe", "pour's choice", "splice", "loop-4k", "GB/s",
                 "4 KiB", "64 KiB"):
        assert word in text
    # One round ranks nothing, and the picture says so.
    assert "level with" in text and "least CPU: " in text


def test_plot_without_gnuplot():
    run = bench(*TINY, *ONE, "--plot", "out.svg", env={"PATH": "/nowhere"})
    refused(run, "--plot: gnuplot, which draws it, is not on PATH", 1)
    assert os.listdir(".") == []


def test_gnuplot_that_fails(tmp_path):
    bad = tmp_path / "bin" / "gnuplot"
    bad.parent.mkdir()
    bad.write_text('#!/bin/sh\n[ "$1" = --version ]\n')
    bad.chmod(0o755)
    run = bench(*TINY, *ONE, "--plot", "out.svg",
                env={"PATH": f"{bad.parent}:/usr/bin:/bin"})
    assert run.returncode == 1
    assert run.stderr.endswith("out.svg: gnuplot failed with exit status 1\n")
    assert os.listdir(".") == ["bin"]


def has_a_file(pid):
    folder = os.getcwd()
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            if os.readlink(f"/proc/{pid}/fd/{fd}").startswith(folder + "/#"):
                return True
        except FileNotFoundError:
            pass # it was closed meanwhile
    return False


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130),
                                          (signal.SIGTERM, 143)])
def test_interrupted(number, code):
    with start("--pair", "file-file", "--size", "64k", "--rounds", "99",
               "--sample", "0.02", "--folder", ".", "--json", "out.json",
               command="bench", stdout=subprocess.PIPE) as run:
        assert run.stderr.readline().startswith(b"pour bench: about")
        wait_for(lambda: has_a_file(run.pid), "a file without a name")
        assert os.listdir(".") == []
        run.send_signal(number)
        said = run.stdout.read()
        assert run.wait(60) == code
    assert b"It was interrupted: this is what there is." in said
    found = json.loads(pathlib.Path("out.json").read_text())
    assert found["stopped"] is True
    assert os.listdir(".") == ["out.json"]


# What it refuses


@pytest.mark.parametrize("args, said", [
    (["x"], "x: one argument too many"),
    (["--pair", "file-moon"], "--pair: 'file-moon' is no pair of ends"),
    (["--pair", "file-file,"], None),
    (["--method", "magic"], "--method: 'magic' is no method that can be"),
    (["--method", "tee"], "--method: 'tee' is no method that can be chosen"),
    (["--size", "x"], "--size: 'x' is no size"),
    (["--size", "0"], "--size: '0' is no size"),
    (["--size", "4k,,8k"], "--size: '' is no size"),
    (["--size", "9G"], "--size: '9G' is more than 8G"),
    (["--size", "1,2,3,4,5,6,7,8,9"], "--size: '9' is one too many"),
    (["--pair", "messages", "--size", "2M"],
     "--size: '2M' is more than a message has"),
    (["--rounds", "0"], "--rounds: '0' is too small"),
    (["--rounds", "100"], "--rounds: '100' is too large"),
    (["--branches", "17"], "--branches: '17' is too large"),
    (["--sample", "0"], "--sample: '0' is too small"),
    (["--sample", "61"], "--sample: '61' is too large"),
])
def test_usage(args, said):
    if said is None: # a comma at the end is none too many
        assert bench(*TINY, *args, "--size", "1k").returncode == 0
    else:
        refused(bench(*args), "pour bench: " + said, 2)


@pytest.mark.parametrize("args, said", [
    (["--congestion", "smoke"], "a connection by smoke: No such file"),
    (["--folder", "nowhere"], "nowhere: No such file or directory"),
    (["--folder", "/proc"], "/proc: "),
])
def test_places_that_are_none(args, said):
    run = bench(*TINY, *ONE, *args)
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].startswith("pour bench: " + said)
