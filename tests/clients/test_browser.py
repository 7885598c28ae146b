# SPDX-License-Identifier: MIT
"""A browser: it reads, sorts and searches a listing, under the policy."""

import html.parser
import subprocess
import urllib.parse

import pytest


@pytest.fixture(name="look")
def make_look(need, tmp_path):
    """The page as it is after its script ran; look(url, option, ...)."""
    chromium = need("chromium")

    def look(url, *more, what="--dump-dom"):
        done = subprocess.run(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu",
             f"--user-data-dir={tmp_path / 'profile'}", *more, what, url],
            check=False, timeout=100, capture_output=True, text=True,
            stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout
    return look


class Page(html.parser.HTMLParser):
    """The names in the rows, and what the head of the table links to."""

    def __init__(self, text):
        super().__init__()
        self.names, self.orders, self.inputs = [], {}, 0
        self.places = {}  # where all links lead, by their text
        self._in, self._href = None, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag in ("thead", "tbody"):
            self._in = tag
        self.inputs += tag == "input"
        if tag == "a":
            self._href = dict(attrs)["href"]

    def handle_endtag(self, tag):
        if tag == "a":
            self._href = None

    def handle_data(self, data):
        if self._href is not None:
            self.places[data] = self._href
        if self._href is not None and self._in == "tbody":
            self.names.append(data)
        elif self._href is not None and self._in == "thead":
            self.orders[data] = self._href


@pytest.fixture(name="where")
def make_where(serve, tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    for name, size in ("large", 3000), ("<script>x", 20), ("middle", 500):
        (root / name).write_bytes(b"x" * size)
    (root / "folder").mkdir()
    return "http://%s:%d/" % serve(root).address


def test_reads_and_sorts(where, look):
    page = Page(look(where))
    assert page.names == ["folder/", "<script>x", "large", "middle"]
    assert page.inputs == 1  # so the script ran
    by_size = Page(look(where + page.orders["Size"]))
    assert by_size.names == ["folder/", "large", "middle", "<script>x"]
    again = Page(look(where + by_size.orders["Size"]))
    assert again.names == ["folder/", "<script>x", "middle", "large"]


def test_follows(where, look, tmp_path):
    """Into a folder, on to one below it, and up again to the top."""
    (tmp_path / "root" / "folder" / "ü & more").mkdir()
    (tmp_path / "root" / "folder" / "ü & more" / "last").write_bytes(b"last")
    at, page = where, Page(look(where))
    for name in "folder/", "ü & more/":
        at = urllib.parse.urljoin(at, page.places[name])
        page = Page(look(at))
    assert page.names == ["../", "last"]
    last = urllib.parse.urljoin(at, page.places["last"])
    assert "last" in look(last)
    up = [urllib.parse.urljoin(at, href) for href in page.places.values()]
    assert where + "folder/" in up


def test_nothing_is_refused_by_the_policy(where, look, tmp_path):
    log = tmp_path / "log"
    look(where, "--enable-logging", f"--log-file={log}", "--v=0")
    assert "Content Security Policy" not in log.read_text(errors="replace")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_picture(where, look, tmp_path, width):
    """It can be drawn, and is not blank (how it looks is for people)."""
    picture = tmp_path / "picture.png"
    look(where, f"--window-size={width},600", "--hide-scrollbars",
         what=f"--screenshot={picture}")
    assert len(picture.read_bytes()) > 5000
