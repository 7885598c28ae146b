# SPDX-License-Identifier: MIT
"""Requests that are understood, and answered with something else."""

import pytest

from wire import Client, get, request, say

HEAD_MAX = 16 * 1024
TARGET_MAX = 8 * 1024


def stays_open(client):
    return client.ask("/small").answer().body == b"hello\n"


ALLOWED = "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE", "PATCH",
                                    "PROPFIND"])
def test_known_methods(site, method):
    with Client(site.address) as client:
        answer = client.ask("/small", method=method).answer()
        assert answer.status == 405
        assert answer["Allow"] == ALLOWED
        assert stays_open(client)


def test_what_trace_would_show_is_not_shown(site):
    answer = get(site.address, "/small", "Cookie: secret", method="TRACE")
    assert answer.status == 405
    assert b"secret" not in answer.body


@pytest.mark.parametrize("target", ["*", "/", "/small", "/none", "/sub",
                                    "http://x", "http://x/small"])
def test_options(site, target):
    with Client(site.address) as client:
        answer = client.ask(target, method="OPTIONS").answer()
        assert answer.status == 204
        assert answer["Allow"] == ALLOWED
        assert answer["Content-Length"] is None
        assert answer["Transfer-Encoding"] is None
        assert stays_open(client)


def test_options_of_no_path(site):
    for target in ("**", "small", "/%00", "*/"):
        assert get(site.address, target, method="OPTIONS").status == 400


def test_connect(site):
    """What comes behind it may be no HTTP at all."""
    for target in ("x:443", "/small", "*"):
        answer = get(site.address, target, method="CONNECT")
        assert answer.status == 405
        assert answer.closes


@pytest.mark.parametrize("target, status", [
    ("http://x/small", 200), ("HTTP://x/small", 200),
    ("https://x:8080/small", 200), ("http://x/none", 404),
    ("http://other/small?q", 200), ("http://[::1]:80/small", 200),
    ("http://x", 200), ("http://x?a/b", 200), ("http://x/", 200),
    ("http:///small", 400), ("http://", 400), ("http://:80/small", 400),
    ("http://u@x/small", 400), ("http://u:p@x/small", 400),
    ("http://x:a/small", 400), ("http://[::1/small", 400),
    ("http://x/../small", 400), ("ftp://x/small", 400), ("//x/small", 404)])
def test_absolute_targets(site, target, status):
    assert get(site.address, target).status == status


def test_an_absolute_target_still_needs_a_host(site):
    assert say(site.address, request("http://x/small", host=None)).status == \
        400
    assert say(site.address, request("http://x/small", host="a b")).status == \
        400
    assert get(site.address, "http://x/small", host="y").status == 200


@pytest.mark.parametrize("method", ["BREW", "get", "Get", "GETT", "GE", "G",
                                    "X" * 100, "!#$%&'*+-.^_`|~09"])
def test_unknown_methods(site, method):
    with Client(site.address) as client:
        assert client.ask("/small", method=method).answer().status == 501
        assert stays_open(client)


@pytest.mark.parametrize("version, status", [
    ("1.0", 200), ("1.1", 200), ("1.2", 200), ("1.9", 200), ("2.0", 505),
    ("3.0", 505), ("0.9", 505), ("9.9", 505)])
def test_versions(site, version, status):
    assert get(site.address, "/small", version=version).status == status


def test_the_preface_of_http_2(site):
    assert say(site.address,
               b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status == 505


def test_nothing_is_there(site):
    with Client(site.address) as client:
        answer = client.ask("/none<b>?q").answer()
        assert answer.status == 404
        assert b"none" not in answer.body
        assert answer["ETag"] is None
        assert stays_open(client)


def test_long_targets(site):
    longest = "/" + "x" * (TARGET_MAX - 1)
    assert get(site.address, longest[:-1]).status == 404
    assert get(site.address, longest).status in (404, 414)
    assert get(site.address, longest + "x").status == 414
    assert get(site.address, "/small?" + "x" * 8000).status == 200
    assert say(site.address, b"GET /" + b"x" * HEAD_MAX).status == 414


def padded(size):
    """A request of so many bytes."""
    start = request("/small", "A: ")
    return start.replace(b"A: ", b"A: " + b"x" * (size - len(start)))


def test_long_heads(site):
    assert len(padded(HEAD_MAX)) == HEAD_MAX
    with Client(site.address) as client:
        assert client.send(padded(HEAD_MAX)).answer().body == b"hello\n"
        assert stays_open(client)
    assert say(site.address, padded(HEAD_MAX + 1)).status == 431
    assert say(site.address, padded(HEAD_MAX * 100)).status == 431
    assert say(site.address, padded(HEAD_MAX * 2)[:-2]).status == 431


def test_many_fields(site):
    fields = [f"X-{n}: {n}" for n in range(101)]
    assert get(site.address, "/small", *fields[:99]).status == 200
    assert say(site.address,
               request("/small", *fields[:100])).status == 431
    assert say(site.address, request("/small", *fields)).status == 431


@pytest.mark.parametrize("target", [
    "*", "small", "x:80", "", "/%", "/%4", "/%zz", "/%00", "/small%00",
    "ftp://x/small", "/..", "/../small", "/sub/../../small", "/%2e%2e/small",
    "?"])
def test_targets_that_are_no_path(site, target):
    answer = get(site.address, target)
    assert answer.status == 400
    assert answer.closes


@pytest.mark.parametrize("status, target, method", [
    (404, "/none", "GET"), (405, "/small", "POST"), (501, "/small", "BREW"),
    (301, "/sub", "GET"), (400, "/%00", "GET"), (412, "/small", "GET"),
    (416, "/small", "GET"), (505, "/small", "GET"), (414, "/", "GET")])
def test_pages_are_short(site, status, target, method):
    fields = {412: ['If-Match: "x"'], 416: ["Range: bytes=99-"]}
    answer = get(site.address, target + "x" * (9000 * (status == 414)),
                 *fields.get(status, []), method=method,
                 version="4.0" if status == 505 else "1.1")
    assert answer.status == status
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert b"%d" % status in answer.body
    assert 20 < len(answer.body) < 1000
    assert answer["Last-Modified"] is None
