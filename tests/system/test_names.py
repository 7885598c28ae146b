# SPDX-License-Identifier: MIT
"""Odd names: they are served, listed, and never mistaken for others."""

import html.parser
import os
import re
import urllib.parse

import pytest

from wire import get

NAMES = ["with spaces and  more", "Üml äut ß", "100%", "%2F", "a+b", "a b",
         'quo"te', "apo'strophe", "semi;colon", "hash#tag", "que?ry", "a&b=c",
         "<script>alert(1)<", "a:b", "http:", "back\\slash", "tab\there",
         "new\nline", "cr\rlf\r\n", "e\u0301", "日本語", "x" * 255, "-dash",
         "~tilde", "&amp;", "dot.", "a..b", "{}[]|^`", "\x7f", "\x01",
         "\udcff\udcfe not UTF-8", "😀"]


def encoded(name):
    return urllib.parse.quote(os.fsencode(name), safe="")


class Links(html.parser.HTMLParser):
    """What a page links to, and the words of each link."""

    def __init__(self, page):
        super().__init__()
        self.links = {}
        self.scripts = 0
        self._open = None
        self.feed(os.fsdecode(page))

    def handle_starttag(self, tag, attrs):
        self.scripts += tag == "script"
        if tag == "a":
            self._open = dict(attrs)["href"]
            self.links[self._open] = ""

    def handle_endtag(self, tag):
        if tag == "a":
            self._open = None

    def handle_data(self, data):
        if self._open is not None:
            self.links[self._open] += data


@pytest.fixture(scope="module")
def odd(site):
    folder = site.root / "odd"
    folder.mkdir()
    for n, name in enumerate(NAMES):
        (folder / name).write_text(f"file {n}")
    return site


@pytest.mark.parametrize("n", range(len(NAMES)), ids=map(ascii, NAMES))
def test_by_its_name(odd, n):
    answer = get(odd.address, f"/odd/{encoded(NAMES[n])}")
    assert (answer.status, answer.body) == (200, f"file {n}".encode())


def test_a_plus_is_a_plus(odd):
    assert get(odd.address, "/odd/a+b").body == f"file {NAMES.index('a+b')}"\
        .encode()
    assert get(odd.address, "/odd/a%20b").body == f"file {NAMES.index('a b')}"\
        .encode()


def test_decoded_once(odd):
    assert get(odd.address, "/odd/%252F").status == 200
    assert get(odd.address, "/odd/100%25").status == 200
    assert get(odd.address, "/odd/a%252Bb").status == 404
    assert get(odd.address, "/odd/%252e%252e/small").status == 404


def test_every_listed_link_leads_there(odd):
    page = Links(get(odd.address, "/odd/").body)
    assert page.scripts == 1  # the page's own
    targets = {}
    for href, words in page.links.items():
        target = urllib.parse.urljoin("http://x/odd/", href)
        assert target.startswith("http://x/"), href
        targets[target.removeprefix("http://x")] = words
    assert targets.pop("/") == "../"
    assert len(targets) == len(NAMES)
    for target, words in targets.items():
        name = os.fsdecode(urllib.parse.unquote_to_bytes(
            target.removeprefix("/odd/")))
        assert get(odd.address, target).body == \
            f"file {NAMES.index(name)}".encode()
        # Pictures stand for control bytes, a question for what is no text.
        assert words == re.sub(
            "[\x01-\x1f\x7f]", lambda c: chr(0x2400 + (
                0x21 if c[0] == "\x7f" else ord(c[0]))),
            re.sub("[\udc80-\udcff]", "\ufffd", name))


def test_the_page_holds_no_raw_byte_of_a_name(odd):
    page = get(odd.address, "/odd/").body
    assert b"<script>alert" not in page
    assert b'quo"te' not in page
    assert b"&amp;amp;" in page


def test_the_log_holds_no_raw_byte_of_a_target(serve, root):
    server = serve(root)
    get(server.address, "/" + encoded("new\nline\"\x1b[31m"))
    assert server.log()[0].request == \
        "GET /new%0Aline%22%1B%5B31m HTTP/1.1"


@pytest.mark.parametrize("target", ["/" + "x" * 256, "/sub/" + "y" * 4000,
                                    "/" + "a/" * 2000, "/small/x", "/small/",
                                    "/small/.", "/%ff%fe", "/sub/A"])
def test_names_that_nothing_has(site, target):
    assert get(site.address, target).status == 404
