# SPDX-License-Identifier: MIT
"""The same bytes to pour, nginx and lighttpd: every difference has a reason.

differences.tsv holds them: case, peer, what differs, ours, theirs, reason; a
star in the first four matches anything. A difference that is not there fails,
and so does a line that no difference needs any more. UPDATE=1 prints lines for
what is new, with a question mark for the reason.
"""

import concurrent.futures
import fnmatch
import os
import pathlib

import pytest

import cases
from observe import SENTINEL_BODY, observe
from peers import Peer, has

HERE = pathlib.Path(__file__).parent
PEERS = ("nginx", "lighttpd")
TABLE = HERE / "differences.tsv"
AT_ONCE = 12


def plant(root):
    """The folder that all of them serve."""
    content = bytes(i * 7 % 251 for i in range(cases.SIZE))
    files = {
        "thousand.txt": content, "empty.txt": b"", "sub/a.txt": b"a\n",
        "with/index.html": b"<p>index\n", "space d.txt": b"space\n",
        ".hidden": b"hidden\n", ".git/config": b"git\n",
        ".well-known/a.txt": b"known\n", "a:b.txt": b"colon\n",
        "\xe4.txt": b"umlaut\n", "sentinel.txt": SENTINEL_BODY,
    }
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    (root / "link.txt").symlink_to("thousand.txt")
    (root.parent / "outside.txt").write_bytes(b"outside\n")
    (root / "out.txt").symlink_to("../outside.txt")
    for path in root.rglob("*"):
        os.utime(path, (cases.STAMP, cases.STAMP), follow_symlinks=False)


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """Facts by server and case."""
    for name in PEERS:
        if not has(name):
            pytest.skip(f"no {name} here")
    tmp = tmp_path_factory.mktemp("peers")
    root = tmp / "root"
    root.mkdir()
    plant(root)
    everything = cases.all_cases()
    found = {}
    for name in ("pour", *PEERS):
        peer = Peer(name, tmp, root)
        try:
            with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
                results = pool.map(lambda data: observe(peer.port, data),
                                   everything.values())
                found[name] = dict(zip(everything, results))
            assert peer.run.poll() is None, f"{name} died"
        finally:
            peer.stop()
    return found


def differences(seen):
    """(case, peer, fact, ours, theirs), one for each that differs."""
    for case, ours in seen["pour"].items():
        for peer in PEERS:
            theirs = seen[peer][case]
            if ours["answers"] != theirs["answers"] or \
                    ours.get("status") != theirs.get("status"):
                names = ["status"]
            else:
                names = sorted(set(ours) | set(theirs))
            for name in names:
                left, right = ours.get(name, "-"), theirs.get(name, "-")
                if left != right:
                    yield case, peer, name, left, right


def read_table():
    rows = []
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            row = line.split("\t")
            assert len(row) == 6, f"six columns: {line}"
            assert row[5].strip() not in ("", "?"), f"a reason: {line}"
            rows.append(tuple(row))
    return rows


def matches(row, difference):
    return all(fnmatch.fnmatchcase(value, pattern)
               for pattern, value in zip(row, difference))


def test_every_difference_has_a_reason(seen):
    rows = read_table()
    unknown = ["\t".join((*d, "?")) for d in differences(seen)
               if not any(matches(row, d) for row in rows)]
    if os.environ.get("UPDATE"):
        print("\n".join(unknown))
    assert not unknown, f"{len(unknown)} without a reason:\n" + \
        "\n".join(unknown)


def test_every_reason_is_needed(seen):
    found = list(differences(seen))
    stale = ["\t".join(row) for row in read_table()
             if not any(matches(row, d) for d in found)]
    assert not stale, "\n".join(stale)


def test_nobody_takes_a_body_for_a_request(seen):
    """No answer of ours but to what was asked."""
    for case, ours in seen["pour"].items():
        expected = cases.ANSWERS.get(case, "1")
        assert ours["answers"] == expected, (case, ours)


def test_there_are_enough_cases():
    assert len(cases.all_cases()) > 250
