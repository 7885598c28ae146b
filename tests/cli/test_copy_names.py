# SPDX-License-Identifier: MIT
"""pour copy: what the names of its ends mean, and what it refuses."""

import os

from copying import (BYTES, bad, good, mode_of, nothing_but, pour, read,
                     write)


def test_into_a_folder():
    os.makedirs("from")
    os.mkdir("to")
    write("from/a")
    good(pour("from/a", "to"))
    assert read("to/a") == BYTES
    write("from/a", b"new")
    good(pour("from/a", "to/"))
    assert read("to/a") == b"new"
    os.symlink("to", "link")
    good(pour("from/a", "link"))
    bad(pour("-", "to", input=b"x"), "to: Is a directory")
    os.makedirs("other/a")
    bad(pour("from/a", "other"), "other/a: Is a directory")


def test_a_source_that_is_a_folder():
    os.mkdir("d")
    bad(pour("d", "b"), "d: it is a folder, which --recursive copies")
    nothing_but("d")


def test_what_is_not_there():
    write("a")
    bad(pour("none", "b"), "none: No such file or directory")
    bad(pour("a", "none/b"), "none/b: No such file or directory")
    bad(pour("a", "none/"), "none/: No such file or directory")
    bad(pour("a", "a/b"), "a/b: Not a directory")
    bad(pour("a", ""), ": No such file or directory")
    bad(pour("a", "x" * 256), "x" * 256 + ": File name too long")
    nothing_but("a")


def test_strange_names():
    write("a")
    for name in ["ü b\n", "-", "--limit", "x" * 255, "\udcff"]:
        good(pour("--", "a", f"./{name}"))
        assert read(f"./{name}") == BYTES
    bad(pour("no\nne\x1b", "b"), "no\\x0ane\\x1b: No such file or directory")
    good(pour("--", "--limit", "c"))
    assert read("c") == BYTES


def test_links_are_kept_and_targets_replaced():
    os.mkdir("d")
    write("a")
    write("d/target", b"old", 0o640)
    os.symlink("d/target", "link")
    os.symlink(os.path.abspath("link"), "second")
    good(pour("a", "second"))
    assert os.readlink("link") == "d/target"
    assert os.path.islink("second")
    assert read("d/target") == BYTES
    assert mode_of("d/target") == 0o640
    nothing_but("a", "d", "link", "second")


def test_a_link_to_nothing_yet():
    os.mkdir("d")
    write("a")
    os.symlink("d/../d/new", "link")
    good(pour("a", "link"))
    assert os.path.islink("link")
    assert read("d/new") == BYTES


def test_a_link_to_itself():
    write("a")
    os.symlink("loop", "loop")
    bad(pour("a", "loop"), "loop: Too many levels of symbolic links")


def test_the_same_file():
    write("a")
    os.link("a", "hard")
    os.symlink("a", "soft")
    os.mkdir("d")
    os.link("a", "d/a")
    for dst in ["a", "./a", "hard", "soft"]:
        bad(pour("a", dst), f"a and {dst} are the same file")
    bad(pour("a", "d"), "a and d/a are the same file")
    bad(pour("soft", "a"), "soft and a are the same file")
    with open("a", "rb") as src:
        bad(pour("-", "a", stdin=src),
            "standard input and a are the same file")
    assert read("a") == BYTES


def test_a_file_is_not_appended_to_itself():
    write("a")
    with open("a", "ab") as dst:
        bad(pour("a", "-", stdout=dst),
            "a and standard output are the same file")
    with open("a", "rb") as src, open("a", "ab") as dst:
        bad(pour("-", "-", stdin=src, stdout=dst),
            "standard input and standard output are the same file")
    assert read("a") == BYTES
