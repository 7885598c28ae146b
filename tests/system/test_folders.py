# SPDX-License-Identifier: MIT
"""Folders: their index, the way to their slash, their listing."""

import os
import urllib.parse

import pytest

from test_names import Links
from wire import get

# ── The index ──


def test_index(site):
    answer = get(site.address, "/with/")
    assert (answer.status, answer.body) == (200, b"<p>index\n")
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert answer["ETag"]


def test_another_index(serve, root):
    (root / "index.html").write_text("not me")
    (root / "main.txt").write_text("me")
    answer = get(serve(root, "--index", "main.txt").address, "/")
    assert answer.body == b"me"
    assert answer["Content-Type"] == "text/plain; charset=utf-8"


def test_no_index(serve, root):
    (root / "index.html").write_text("not me")
    page = get(serve(root, "--index", "").address, "/")
    assert "index.html" in Links(page.body).links


def test_an_index_that_is_no_file(serve, root):
    (root / "index.html").mkdir()
    (root / "index.html" / "a").write_text("a")
    (root / "sub").mkdir()
    os.mkfifo(root / "sub" / "index.html")
    server = serve(root)
    assert "index.html/" in Links(get(server.address, "/").body).links
    assert get(server.address, "/index.html").status == 301
    assert get(server.address, "/sub/").status == 200


# ── To the slash ──


@pytest.mark.parametrize("target, location", [
    ("/sub", "/sub/"),
    ("/with", "/with/"),
    ("/sub?", "/sub/?"),
    ("/sub?x=1&y=%2F//z", "/sub/?x=1&y=%2F//z"),
    ("/sub?//evil", "/sub/?//evil"),
    ("/%73ub", "/sub/"),
    ("//sub", "/sub/"),
    ("///sub", "/sub/"),
    ("/.//sub", "/sub/"),
    ("/x/..//sub", "/sub/"),
    ("/sub/../sub", "/sub/"),
    ("http://evil.example/sub", "/sub/"),
])
def test_redirect(site, target, location):
    answer = get(site.address, target)
    assert answer.status == 301
    assert answer["Location"] == location
    assert get(site.address, answer["Location"]).status == 200


def test_redirect_of_an_odd_name(serve, root):
    names = ["ü d", "a:b", "100%", "<b>", "q?", "back\\slash", "new\nline",
             "@evil", "a\\\\b"]
    server = serve(root)
    for name in names:
        (root / name).mkdir()
        (root / name / "f").write_text(name)
        quoted = urllib.parse.quote(name, safe="")
        answer = get(server.address, f"/{quoted}")
        assert answer.status == 301
        there = urllib.parse.urljoin("http://x/", answer["Location"])
        assert there.startswith("http://x/")
        path = there.removeprefix("http://x")
        assert get(server.address, path + "f").body == name.encode()


@pytest.mark.parametrize("target", [
    "//evil.example", "//evil.example/", "//evil.example/..",
    "/\\evil.example", "/%5Cevil.example", "/%5C%5Cevil.example/%2e%2e",
    "///evil.example/%2e%2e",
    "//evil.example/%2e%2e/sub", "/%2Fevil.example", "/%09/evil.example",
    "//evil.example//sub/..", "/sub//evil.example/..", "//sub/%2e",
    "http:evil.example", "/sub?\\evil"])
def test_no_way_to_a_stranger(site, target):
    answer = get(site.address, target)
    there = answer["Location"] or "/"
    assert urllib.parse.urljoin("http://x/", there).startswith("http://x/")
    assert there[:2] not in ("//", "/\\")
    assert b"evil.example" not in answer.body or answer.status == 200


def test_no_field_through_a_query(site):
    answer = get(site.address, "/sub?x=%0d%0aSet-Cookie:%20a=b")
    assert answer["Location"] == "/sub/?x=%0d%0aSet-Cookie:%20a=b"
    assert answer["Set-Cookie"] is None


# ── The listing ──


def test_listing(serve, root):
    (root / "b").write_bytes(b"12345")
    (root / "a").mkdir()
    (root / ".hidden").write_text("no")
    os.mkfifo(root / "pipe")
    (root / "in").symlink_to("b")
    (root / "out").symlink_to("/etc")
    (root / "dangling").symlink_to("nowhere")
    answer = get(serve(root).address, "/")
    assert answer.status == 200
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert list(Links(answer.body).links) == ["a/", "b", "in"]
    assert b'<td data-size="5 B">5 </td>' in answer.body


def test_listing_with_hidden(serve, root):
    (root / ".hidden").write_text("yes")
    server = serve(root, "--hidden")
    assert list(Links(get(server.address, "/").body).links) == [".hidden"]
    assert get(server.address, "/.hidden").body == b"yes"


def test_an_empty_folder(serve, root):
    (root / "sub").mkdir()
    assert list(Links(get(serve(root).address, "/sub/").body).links) == ["../"]


def test_a_listing_is_fresh(serve, root):
    server = serve(root)
    for n in range(5):
        assert len(Links(get(server.address, "/").body).links) == n
        (root / f"{n}").write_text("x")


def test_a_wide_folder(serve, root):
    names = {f"file {n:05} & so on" for n in range(3000)}
    for name in names:
        (root / name).touch()
    answer = get(serve(root).address, "/")
    assert answer["Transfer-Encoding"] == "chunked"
    page = Links(answer.body)
    assert {urllib.parse.unquote(href) for href in page.links} == names
    assert list(page.links.values()) == sorted(names)


def test_a_deep_folder(serve, root):
    path = root.joinpath(*["d" * 100] * 20)
    path.mkdir(parents=True)
    (path / "f").write_text("deep")
    server = serve(root)
    target = "/" + "/".join(["d" * 100] * 20) + "/"
    assert "f" in Links(get(server.address, target).body).links
    assert get(server.address, target + "f").body == b"deep"
