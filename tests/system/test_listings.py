# SPDX-License-Identifier: MIT
"""Listings on the wire: formats, fields, pages, refusals."""

import json
import os
import re
import urllib.parse

import pytest

from test_names import NAMES, Links
from wire import Client, get

BROWSER = "Accept: text/html,application/xhtml+xml,*/*;q=0.8"


@pytest.fixture(scope="module")
def many(site):
    """300 files: a page of them has no length of its own."""
    folder = site.root / "many"
    folder.mkdir()
    for n in range(300):
        (folder / f"file {n:03}").write_bytes(b"x" * (n % 7))
    return site


def entries(answer):
    return [json.loads(line) for line in answer.body.splitlines()]


def test_fields(many):
    for target in "/many/", "/sub/":
        page = get(many.address, target)
        assert page["Cache-Control"] == "no-cache"
        assert page["Vary"] == "Accept"
        assert page["ETag"] is None and page["Last-Modified"] is None
        head = get(many.address, target, method="HEAD")
        assert [name for name, _ in head.fields] == \
            [name for name, _ in page.fields]
        assert head["Content-Length"] == page["Content-Length"]
        for status, field in [
                (200, "If-Modified-Since: Wed, 01 Jan 2098 00:00:00 GMT"),
                (200, 'If-None-Match: "x"'), (304, "If-None-Match: *")]:
            assert get(many.address, target, field).status == status


def test_an_old_client_gets_the_end_of_the_connection(many):
    with Client(many.address) as client:
        client.ask("/many/", "Connection: keep-alive", version="1.0")
        head = client.head()
        assert head["Transfer-Encoding"] is None
        assert head["Content-Length"] is None
        assert head.closes
        body = client.until_end()
    assert body == get(many.address, "/many/").body


def test_the_connection_goes_on(many):
    with Client(many.address) as client:
        for target in "/many/", "/many/?format=json", "/small", "/sub/":
            assert client.ask(target).answer().status == 200


@pytest.mark.parametrize("accept, query, kind", [
    ("application/json", "", "application/json"),
    ("application/x-ndjson", "", "application/x-ndjson"),
    ("*/*", "", "text/html; charset=utf-8"),
    ("text/html", "?format=json", "application/json"),
    ("application/json", "?format=html", "text/html; charset=utf-8"),
])
def test_formats(many, accept, query, kind):
    answer = get(many.address, "/many/" + query, f"Accept: {accept}")
    assert answer["Content-Type"] == kind
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert (answer["Content-Security-Policy"] is None) == ("html" not in kind)
    if kind == "application/json":
        data = json.loads(answer.body)
        assert data["path"] == "/many/" and data["next"] is None
        assert [entry["size"] for entry in data["entries"]] == \
            [n % 7 for n in range(300)]


def test_pages_by_their_links(many):
    names, target = [], "/many/?format=ndjson&sort=size&order=desc&limit=99"
    while target:
        answer = get(many.address, target)
        names += [entry["name"] for entry in entries(answer)]
        link = answer["Link"]
        target = None
        if link:
            query = re.fullmatch(r'<(\?[!-~]+)>; rel="next"', link)[1]
            target = "/many/" + query
    assert sorted(names) == [f"file {n:03}" for n in range(300)]
    assert names[0] == "file 300" or int(names[0][5:]) % 7 == 6


def test_odd_names_by_their_hrefs(serve, root):
    for n, name in enumerate(NAMES):
        (root / name).write_text(f"file {n}")
    server = serve(root)
    found = entries(get(server.address, "/?format=ndjson"))
    assert len(found) == len(NAMES)
    for entry in found:
        name = os.fsdecode(
            urllib.parse.unquote_to_bytes(
                entry["href"].removeprefix("./")))
        assert entry["name"] == re.sub("[\udc80-\udcff]", "\ufffd", name)
        body = get(server.address, "/" + entry["href"]).body
        assert body == f"file {NAMES.index(name)}".encode()


@pytest.mark.parametrize("query, word", [
    ("format=xml", b"format"), ("sort=colour", b"sort"),
    ("order=up", b"order"), ("limit=0", b"limit"), ("limit=1e9", b"limit"),
    ("sort=size&after=x", b"after"), ("after=%00", b"after"),
    ("sort=none&after=99999999999999999999", b"after")])
def test_refused_by_name(site, query, word):
    answer = get(site.address, "/?" + query)
    assert answer.status == 400
    assert b"<p>" + word + b": " in answer.body


def test_an_index_does_not_mind(site):
    assert get(site.address, "/with/?limit=0").body == b"<p>index\n"


def test_only_browsers_see_links_that_sort(site):
    def queries(*fields):
        page = Links(get(site.address, "/sub/", *fields).body)
        return [href for href in page.links if href.startswith("?")]

    assert queries() == queries("Accept: */*") == []
    assert queries(BROWSER) == ["?sort=name&order=desc",
                                "?sort=size&order=desc",
                                "?sort=time&order=desc"]
    for href in queries(BROWSER):
        assert get(site.address, "/sub/" + href).status == 200
