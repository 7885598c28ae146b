# SPDX-License-Identifier: MIT
"""Which links are followed; the same for files, indexes and listings."""

import ctypes
import os
import threading

import pytest

from program import LIBC, refused
from wire import Client, get

INSIDE = b"inside\n"
SECRET = b"outside of the root"
AT_FDCWD, RENAME_EXCHANGE = -100, 2
SWAPS = 10_000


@pytest.fixture
def linked(root):
    """Each kind of link to a file, and folders whose index is one."""
    far = root.parent / "far"
    far.mkdir()
    (far / "secret").write_bytes(SECRET)
    (far / "index.html").write_bytes(SECRET)
    (root / "file").write_bytes(INSIDE)
    (root / "near").symlink_to("file")
    (root / "out").symlink_to("../far/secret")
    (root / "absolute").symlink_to(far / "secret")
    (root / "folder").symlink_to(far)
    for name, to in ("near", "../file"), ("out", "../../far/secret"):
        (root / f"index-{name}").mkdir()
        (root / f"index-{name}" / "index.html").symlink_to(to)
    return root


WHAT = ["/file", "/near", "/out", "/absolute", "/folder/secret", "/folder/",
        "/index-near/", "/index-out/"]
ANSWERS = {
    "inside": [200, 200, 403, 403, 403, 403, 200, 403],
    "never": [200, 403, 403, 403, 403, 403, 403, 403],
    "follow": [200] * 8,
}
LISTED = {
    "inside": {"file", "near"},
    "never": {"file"},
    "follow": {"file", "near", "out", "absolute", "folder"},
}


@pytest.mark.parametrize("which", ANSWERS)
def test_what_is_followed(serve, linked, which):
    server = serve(linked, "--symlinks", which)
    answers = [get(server.address, target) for target in WHAT]
    assert [answer.status for answer in answers] == ANSWERS[which]
    for target, answer in zip(WHAT, answers):
        if answer.status == 200:
            near = target in ("/file", "/near", "/index-near/")
            assert answer.body == (INSIDE if near else SECRET)
        else:
            assert SECRET not in answer.body


@pytest.mark.parametrize("which", LISTED)
def test_the_listing_agrees(serve, linked, which):
    page = get(serve(linked, "--symlinks", which).address, "/").body
    names = {"file", "near", "out", "absolute", "folder"}
    seen = {name for name in names if b'href="%s' % name.encode() in page
            or b'href="%s' % name.encode() in page}
    assert seen == LISTED[which]


def test_inside_is_the_default(serve, linked):
    server = serve(linked)
    assert [get(server.address, target).status for target in WHAT] \
        == ANSWERS["inside"]


def test_there_is_no_other(root):
    assert "inside" in refused("--symlinks", "some", str(root), status=2)


@pytest.mark.parametrize("which", ANSWERS)
def test_no_way_up_for_a_path(serve, linked, which):
    """What links may do is not what a target may do."""
    server = serve(linked, "--symlinks", which)
    for target in ("/../far/secret", "/%2e%2e/far/secret",
                   "/folder/../../far/secret", "//etc/passwd"):
        assert SECRET not in get(server.address, target).body


@pytest.mark.parametrize("which", ANSWERS)
def test_magic_is_never_followed(serve, which):
    server = serve("/proc/self", "--symlinks", which)
    for target in ("/root/etc/passwd", "/cwd/", "/exe", "/fd/0"):
        assert get(server.address, target).status == 403


def exchange(one, other):
    """In one moment, as rename(2) does it."""
    assert LIBC.renameat2(AT_FDCWD, os.fsencode(one), AT_FDCWD,
                          os.fsencode(other),
                          ctypes.c_uint(RENAME_EXCHANGE)) == 0


def swap(pairs, ended):
    try:
        for _ in range(SWAPS):
            for one, other in pairs:
                exchange(one, other)
    finally:
        ended.set()


@pytest.mark.parametrize("which", ["inside", "never"])
def test_a_race_of_names(serve, linked, which):
    """Files and folders change places with links that lead out."""
    far = linked.parent / "far"
    (linked / "sub").mkdir()
    (linked / "sub" / "secret").write_bytes(INSIDE)
    (linked / "a-link").symlink_to(far / "secret")
    (linked / "sub-link").symlink_to("../far")
    server = serve(linked, "--log", "off", "--symlinks", which)
    ended = threading.Event()
    swapper = threading.Thread(target=swap, args=([
        (linked / "file", linked / "a-link"),
        (linked / "sub", linked / "sub-link")], ended))
    swapper.start()
    seen = set()
    with Client(server.address) as client:
        while not ended.is_set():
            for target in ("/file", "/sub/secret", "/sub/", "/a-link"):
                answer = client.ask(target).answer()
                seen.add(answer.status)
                assert answer.status in (200, 403, 503)
                assert SECRET not in answer.body
                if answer.status == 200 and target != "/sub/":
                    assert answer.body == INSIDE
    swapper.join()
    assert {200, 403} <= seen
