# SPDX-License-Identifier: MIT
"""Ranges of a file: which bytes, which status, and when they do not count."""

import pytest

from contents import data_of
from wire import Client, get

WHOLE = data_of(1000)

ONE = {
    "bytes=0-0": (0, 0),
    "bytes=0-": (0, 999),
    "bytes=0-999": (0, 999),
    "bytes=0-1000": (0, 999),
    "bytes=0-99999": (0, 999),
    "bytes=0-99999999999999999999999999": (0, 999),
    "bytes=0-18446744073709551615": (0, 999),
    "bytes=100-199": (100, 199),
    "bytes=500-": (500, 999),
    "bytes=999-": (999, 999),
    "bytes=999-999": (999, 999),
    "bytes=-1": (999, 999),
    "bytes=-500": (500, 999),
    "bytes=-1000": (0, 999),
    "bytes=-1001": (0, 999),
    "bytes=-99999999999999999999999999": (0, 999),
    "bytes=00001-00002": (1, 2),
    "BYTES=1-2": (1, 2),
    "Bytes=1-2": (1, 2),
}
NONE = ["bytes=1000-", "bytes=1000-1000", "bytes=1001-2000", "bytes=-0",
        "bytes=18446744073709551615-", "bytes=18446744073709551616-",
        "bytes=99999999999999999999999999-"]
IGNORED = ["", "bytes", "bytes=", "bytes=-", "bytes=5-4", "bytes=999-0",
           "bytes=a-b", "bytes=1-b", "bytes=--1", "bytes=-1-", "bytes=1-2-3",
           "bytes=0x1-0x2", "bytes=+1-2", "bytes=1.0-2", "bytes 1-2",
           "bytes:1-2", "lines=1-2", "seconds=0-", "none", "bytes=1-2;q=1",
           "bytes=1_0-20", "bytes=1-\xb2"]
JOINED = {
    "bytes=1-2,3-4": (1, 4),
    "bytes=1-2, 5000-": (1, 2),
    "bytes=-1,-2": (998, 999),
    "bytes=" + "0-," * 500 + "0-": (0, 999),
}


def ranged(site, value, *fields, target="/thousand", method="GET"):
    return get(site.address, target, f"Range: {value}", *fields, method=method)


def is_whole(answer):
    assert (answer.status, answer.body) == (200, WHOLE)
    assert answer["Content-Range"] is None
    return True


def is_piece(answer, first, last):
    assert answer.status == 206
    assert answer["Content-Range"] == f"bytes {first}-{last}/1000"
    assert answer.body == WHOLE[first:last + 1]
    return True


@pytest.mark.parametrize("value", ONE)
def test_one_range(site, value):
    answer = ranged(site, value)
    assert is_piece(answer, *ONE[value])
    whole = get(site.address, "/thousand")
    for name in ("ETag", "Last-Modified", "Content-Type"):
        assert answer[name] == whole[name] is not None


@pytest.mark.parametrize("value", NONE)
def test_nothing_of_it_exists(site, value):
    answer = ranged(site, value)
    assert answer.status == 416
    assert answer["Content-Range"] == "bytes */1000"
    assert WHOLE[:8] not in answer.body


@pytest.mark.parametrize("value", IGNORED, ids=ascii)
def test_no_range_of_bytes(site, value):
    assert is_whole(ranged(site, value))


@pytest.mark.parametrize("value", JOINED, ids=lambda value: value[:20])
def test_several_that_are_one(site, value):
    assert is_piece(ranged(site, value), *JOINED[value])


def test_two_fields_are_no_range(site):
    assert is_whole(ranged(site, "bytes=1-2", "Range: bytes=3-4"))


def test_of_an_empty_file(site):
    """All of it: 416 would make a client that resumes begin again."""
    for value in ("bytes=0-", "bytes=0-0", "bytes=1-", "bytes=-1"):
        answer = ranged(site, value, target="/empty")
        assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize("value", ["bytes=1-2", "bytes=1000-", "nonsense"])
def test_head_has_no_ranges(site, value):
    answer = ranged(site, value, method="HEAD")
    assert (answer.status, answer.length) == (200, 1000)
    assert answer["Content-Range"] is None


def test_pages_have_no_ranges(site):
    page = get(site.address, "/sub/")
    answer = ranged(site, "bytes=0-1", target="/sub/")
    assert (answer.status, answer.body) == (200, page.body)
    assert ranged(site, "bytes=0-1", target="/none").status == 404
    assert ranged(site, "bytes=0-1", target="/sub").status == 301


def test_of_an_index(site):
    answer = ranged(site, "bytes=3-7", target="/with/")
    assert (answer.status, answer.body) == (206, b"index")


# ── If-Range: the piece if it is still of that file, else the whole ──


def test_if_range_with_its_tag(site):
    tag = get(site.address, "/thousand")["ETag"]
    assert is_piece(ranged(site, "bytes=1-2", f"If-Range: {tag}"), 1, 2)


def test_if_range_with_its_date(site):
    date = get(site.address, "/thousand")["Last-Modified"]
    assert is_piece(ranged(site, "bytes=1-2", f"If-Range: {date}"), 1, 2)


@pytest.mark.parametrize("value", [
    '"other"', 'W/"other"', '""', "*", "", "nonsense",
    "Tue, 14 Nov 2023 22:13:19 GMT", "Tue, 14 Nov 2023 22:13:21 GMT",
    "Wed, 14 Nov 2099 22:13:20 GMT"])
def test_if_range_with_another(site, value):
    assert is_whole(ranged(site, "bytes=1-2", f"If-Range: {value}"))
    assert is_whole(ranged(site, "bytes=1000-", f"If-Range: {value}"))


def test_if_range_never_matches_weakly(site):
    tag = get(site.address, "/thousand")["ETag"]
    assert is_whole(ranged(site, "bytes=1-2", f"If-Range: W/{tag}"))
    assert is_whole(ranged(site, "bytes=1-2", f"If-Range: {tag}, {tag}"))


def test_if_range_without_range(site):
    assert is_whole(get(site.address, "/thousand", 'If-Range: "other"'))


def test_conditions_come_first(site):
    tag = get(site.address, "/thousand")["ETag"]
    assert ranged(site, "bytes=1-2", f"If-None-Match: {tag}").status == 304
    assert ranged(site, "bytes=1-2", 'If-Match: "other"').status == 412
    assert ranged(site, "bytes=5000-", f"If-None-Match: {tag}").status == 304
    assert is_piece(ranged(site, "bytes=1-2", f"If-Match: {tag}"), 1, 2)


def test_piece_by_piece_on_one_connection(site):
    with Client(site.address) as client:
        for first in range(0, 1000, 40):
            client.ask("/thousand", f"Range: bytes={first}-{first + 39}")
        pieces = [client.answer() for _ in range(0, 1000, 40)]
    assert b"".join(answer.body for answer in pieces) == WHOLE
    assert {answer.status for answer in pieces} == {206}
