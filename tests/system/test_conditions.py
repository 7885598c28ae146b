# SPDX-License-Identifier: MIT
"""Conditional requests, in the order of RFC 9110, section 13.2.2."""

import email.utils
import os
import time

import pytest

from wire import Client, get

AT = "Tue, 14 Nov 2023 22:13:20 GMT"
BEFORE = "Tue, 14 Nov 2023 22:13:19 GMT"
AFTER = "Tue, 14 Nov 2023 22:13:21 GMT"
GRAIN = 0.02  # of the clock of a file system, with a margin

# TAG stands for the tag of the file.
TABLE = [
    (304, "If-None-Match: TAG"),
    (304, "If-None-Match: W/TAG"),
    (304, "If-None-Match: *"),
    (304, 'If-None-Match: "a", TAG'),
    (304, 'If-None-Match: "a",TAG,"b"'),
    (304, 'If-None-Match: "a, b", W/"c" , TAG'),
    (304, 'If-None-Match: ,, TAG'),
    (200, 'If-None-Match: "a"'),
    (200, 'If-None-Match: W/"a", "b"'),
    (200, 'If-None-Match: "TAG"'),
    (200, "If-None-Match: nonsense"),
    (200, "If-None-Match: "),
    (304, f"If-Modified-Since: {AT}"),
    (304, f"If-Modified-Since: {AFTER}"),
    (200, f"If-Modified-Since: {BEFORE}"),
    (304, "If-Modified-Since: Tuesday, 14-Nov-23 22:13:20 GMT"),
    (304, "If-Modified-Since: Tue Nov 14 22:13:20 2023"),
    (200, "If-Modified-Since: Tuesday, 14-Nov-23 22:13:19 GMT"),
    (200, "If-Modified-Since: Tue Nov 14 22:13:19 2023"),
    (200, "If-Modified-Since: yesterday"),
    (200, "If-Modified-Since: "),
    (200, "If-Modified-Since: Tue, 31 Feb 2024 22:13:20 GMT"),
    (200, "If-Modified-Since: Tue, 14 Nov 2023 25:13:20 GMT"),
    (200, f"If-Modified-Since: {AT} and more"),
    (200, 'If-None-Match: "a"', f"If-Modified-Since: {AT}"),
    (304, "If-None-Match: TAG", f"If-Modified-Since: {BEFORE}"),
    (200, "If-Match: TAG"),
    (200, "If-Match: *"),
    (200, 'If-Match: "a", TAG'),
    (412, 'If-Match: "a"'),
    (412, "If-Match: W/TAG"),
    (412, 'If-Match: W/TAG, "a"'),
    (412, "If-Match: nonsense"),
    (200, f"If-Unmodified-Since: {AT}"),
    (200, f"If-Unmodified-Since: {AFTER}"),
    (412, f"If-Unmodified-Since: {BEFORE}"),
    (200, "If-Unmodified-Since: yesterday"),
    (200, "If-Match: TAG", f"If-Unmodified-Since: {BEFORE}"),
    (412, 'If-Match: "a"', f"If-Unmodified-Since: {AT}"),
    (412, 'If-Match: "a"', "If-None-Match: TAG"),
    (304, "If-Match: TAG", "If-None-Match: TAG"),
    (304, "If-Match: *", f"If-Modified-Since: {AT}"),
    (304, f"If-Unmodified-Since: {AT}", f"If-Modified-Since: {AT}"),
    (412, f"If-Unmodified-Since: {BEFORE}", "If-None-Match: TAG"),
    (304, 'If-None-Match: "a"', "If-None-Match: TAG"),
    (200, 'If-Match: "a"', "If-Match: TAG"),
]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("case", TABLE, ids=lambda case: " + ".join(case[1:]))
def test_table(site, case, method):
    status, *fields = case
    with Client(site.address) as client:
        whole = client.ask("/thousand").answer()
        fields = [line if '"TAG"' in line
                  else line.replace("TAG", whole["ETag"]) for line in fields]
        client.ask("/thousand", *fields, method=method)
        answer = client.answer(method)
        assert answer.status == status
        if status == 304:
            assert answer["ETag"] == whole["ETag"]
            assert answer["Content-Length"] in (None, "1000")
        if status == 200:
            assert answer.length == 1000
        # And nothing is left over that the next answer would begin with.
        assert client.ask("/small").answer().body == b"hello\n"


def test_what_does_not_exist_has_no_conditions(site):
    for line in ("If-Match: *", 'If-Match: "a"', "If-None-Match: *"):
        assert get(site.address, "/none", line).status == 404
        assert get(site.address, "/sub", line).status == 301


def test_a_young_file_has_a_weak_tag(serve, root):
    """It could change again within the grain of the clock, unseen."""
    server = serve(root)
    path = root / "file"
    with Client(server.address) as client:
        for n in range(50):
            start = time.monotonic()
            path.write_text(f"{n:03}")
            young = client.ask("/file").answer()["ETag"]
            if time.monotonic() - start < GRAIN / 4:
                break
        else:
            pytest.skip("this machine is too slow to ask soon enough")
        assert young.startswith('W/"')
        answer = client.ask("/file", f"If-None-Match: {young}").answer()
        assert answer.status == 304
        time.sleep(0.05)
        old = client.ask("/file").answer()["ETag"]
        assert old == young.removeprefix("W/")
        answer = client.ask("/file", f"If-None-Match: {young}").answer()
        assert answer.status == 304
        answer = client.ask("/file", "Range: bytes=0-0",
                            f"If-Range: {young}").answer()
        assert answer.status == 200


def test_the_tag_changes_with_the_file(serve, root):
    server = serve(root)
    path = root / "file"
    tags = set()

    def changed():
        time.sleep(0.05)
        tag = get(server.address, "/file")["ETag"]
        assert tag.startswith('"')
        assert tag not in tags
        tags.add(tag)

    path.write_text("one")
    os.utime(path, (1700000000, 1700000000))
    changed()
    path.write_text("two")  # as long, and its time is set back
    os.utime(path, (1700000000, 1700000000))
    changed()
    path.write_text("three")
    changed()
    os.utime(path, (1700000000, 1700000001))
    changed()
    other = root / "other"
    other.write_text("three")
    os.utime(other, (1700000000, 1700000001))
    other.rename(path)
    changed()


def test_the_same_tag_for_all_threads_and_servers(serve, root):
    (root / "file").write_text("one")
    time.sleep(0.05)
    tags = set()
    for _ in range(2):
        server = serve(root, "-t4")
        tags |= {get(server.address, "/file")["ETag"] for _ in range(10)}
    assert len(tags) == 1


@pytest.mark.parametrize("field, status", [
    ("If-None-Match: *", 304), ('If-None-Match: "x"', 200),
    ("If-Match: *", 200), ('If-Match: "x"', 412),
    ("If-Modified-Since: Wed, 14 Nov 2099 22:13:20 GMT", 200),
    ("If-Unmodified-Since: Tue, 14 Nov 1995 22:13:20 GMT", 200)])
def test_a_listing_has_no_validators(site, field, status):
    answer = get(site.address, "/sub/", field)
    assert answer.status == status
    assert answer["ETag"] is None


@pytest.mark.parametrize("name", ["If-Modified-Since", "If-Unmodified-Since"])
def test_a_date_that_is_there_twice_is_none(site, name):
    early, late = "Tue, 14 Nov 1995 22:13:20 GMT", \
        "Wed, 14 Nov 2029 22:13:20 GMT"
    for first, second in ((early, late), (late, early), (late, late)):
        assert get(site.address, "/small", f"{name}: {first}",
                   f"{name}: {second}").status == 200


def test_a_file_of_the_future(serve, root):
    """It was not changed later than its answer was made."""
    (root / "file").write_bytes(b"x")
    os.utime(root / "file", (4000000000, 4000000000))
    server = serve(root)
    answer = get(server.address, "/file")
    parse = email.utils.parsedate_to_datetime
    assert parse(answer["Last-Modified"]) <= parse(answer["Date"])
    assert get(server.address, "/file",
               f"If-Modified-Since: {answer['Last-Modified']}").status == 200
    assert get(server.address, "/file", "Range: bytes=0-0",
               f"If-Range: {answer['Last-Modified']}").status == 200


def test_conditions_do_not_save_what_is_refused(site):
    for method, target, status in (("POST", "/small", 405),
                                   ("BREW", "/small", 501),
                                   ("GET", "/none", 404), ("GET", "/sub", 301),
                                   ("OPTIONS", "/small", 204)):
        for field in ("If-Match: *", 'If-Match: "x"', "If-None-Match: *"):
            answer = get(site.address, target, field, method=method)
            assert answer.status == status
