# SPDX-License-Identifier: MIT
"""What a site says beyond its files: fields, CORS, redirects, error pages."""

import signal

import pytest

from program import refused, wait_for
from wire import Client, get

FIELD = "Strict-Transport-Security: max-age=63072000; includeSubDomains"


@pytest.fixture
def tree(root):
    (root / "index.html").write_text("<p>the application\n")
    (root / "file.txt").write_text("hello\n")
    (root / "sorry.html").write_text("<p>not here\n")
    (root / "sub").mkdir()
    (root / "sub" / "page").write_text("a page\n")
    return root


def test_fields_in_every_answer(serve, tree):
    server = serve(tree, "--header", FIELD, "--header", "X-One:1",
                   "--header", "X-Empty:")
    etag = get(server.address, "/file.txt")["ETag"]
    answers = [get(server.address, "/file.txt"),
               get(server.address, "/file.txt", method="HEAD"),
               get(server.address, "/sub/"), get(server.address, "/none"),
               get(server.address, "/sub"),
               get(server.address, "/file.txt", "Range: bytes=0-0"),
               get(server.address, "/file.txt", "Range: bytes=99-"),
               get(server.address, "/file.txt", f"If-None-Match: {etag}"),
               get(server.address, "/file.txt", method="OPTIONS")]
    assert [answer.status for answer in answers] == \
        [200, 200, 200, 404, 301, 206, 416, 304, 204]
    for answer in answers:
        assert answer["Strict-Transport-Security"] == \
            "max-age=63072000; includeSubDomains"
        assert answer["X-One"] == "1"
        assert answer["X-Empty"] == ""


@pytest.mark.parametrize("field, said", [
    ("nothing", "not of the form Name: value"),
    (": value", "not of the form Name: value"),
    ("Two words: value", "not of the form Name: value"),
    ("Name : value", "not of the form Name: value"),
    ("X-A: a\r\nX-B: b", "a control character"),
    ("X-A: \x7f", "a control character"),
    ("content-length: 3", "content-length is for the server to say"),
    ("Transfer-Encoding: chunked", "is for the server to say"),
    ("Date: now", "Date is for the server to say"),
    ("Connection: close", "Connection is for the server to say"),
    ("Content-Type: text/html", "Content-Type is for the server to say"),
    ("X-Long: " + 9000 * "x", "more than 8192 bytes of them"),
])
def test_fields_that_are_refused(root, field, said):
    assert said in refused("--header", field, root)


def test_cors(serve, tree):
    server = serve(tree, "--cors", "https://app.example.org")
    answer = get(server.address, "/file.txt", "Origin: https://app.example.org")
    assert answer["Access-Control-Allow-Origin"] == "https://app.example.org"
    assert "ETag" in answer["Access-Control-Expose-Headers"]
    answer = get(server.address, "/none")
    assert answer["Access-Control-Allow-Origin"] == "https://app.example.org"
    answer = get(server.address, "/file.txt",
                 "Origin: https://app.example.org",
                 "Access-Control-Request-Method: GET",
                 "Access-Control-Request-Headers: range", method="OPTIONS")
    assert answer.status == 204
    assert answer["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "Range" in answer["Access-Control-Allow-Headers"]
    assert int(answer["Access-Control-Max-Age"]) > 0


def test_cors_for_all_and_for_none(serve, tree):
    answer = get(serve(tree, "--cors", "*").address, "/file.txt")
    assert answer["Access-Control-Allow-Origin"] == "*"
    answer = get(serve(tree).address, "/file.txt", "Origin: https://x",
                 method="OPTIONS")
    assert answer["Access-Control-Allow-Origin"] is None
    assert answer["Access-Control-Allow-Methods"] is None


@pytest.mark.parametrize("origin", ["example.org", "https://", "://x",
                                    "https://a b", "https://x/", "null",
                                    "https://a\r\nX: y"])
def test_cors_that_is_refused(root, origin):
    assert "neither * nor an origin such as" in refused("--cors", origin, root)


def test_redirects(serve, tree):
    server = serve(tree, "--redirect", "/old=/file.txt",
                   "--redirect", "302:/was/*=/sub/*",
                   "--redirect", "307:/q=/file.txt?x=1",
                   "--redirect", "308:/away/*=https://example.org/a/*",
                   "--redirect", "/with space=/file.txt")

    def moved(target, **more):
        answer = get(server.address, target, **more)
        return answer.status, answer["Location"]
    assert moved("/old") == (301, "/file.txt")
    assert moved("/old?a=b") == (301, "/file.txt?a=b")
    assert moved("/./x/../old") == (301, "/file.txt")
    assert moved("/old", method="HEAD") == (301, "/file.txt")
    assert moved("/older") == (404, None)
    assert moved("/was/page?v=1") == (302, "/sub/page?v=1")
    assert moved("/was/") == (302, "/sub/")
    assert moved("/was") == (404, None)
    assert moved("/q?y=2") == (307, "/file.txt?x=1")
    assert moved("/away/b%0d%0ac/%20d") == \
        (308, "https://example.org/a/b%0D%0Ac/%20d")
    assert moved("/with%20space") == (301, "/file.txt")


@pytest.mark.parametrize("redirect, said", [
    ("/old", "not of the form"), ("old=/new", "not of the form"),
    ("303:/old=/new", "not of the form"),
    ("/old=new", "leads neither to a path"),
    ("/old=//evil.org/", "leads neither to a path"),
    ("/old=javascript:x", "leads neither to a path"),
    ("/old=/a b", "leads neither to a path"),
    ("/old=/a\r\nX: y", "leads neither to a path"),
    ("/old/*=/new", "a star is at both ends or at none"),
    ("/old=/new/*", "a star is at both ends or at none"),
    ("/old=/old", "leads to itself"), ("/a/*=/a/b/*", "leads to itself"),
])
def test_redirects_that_are_refused(root, redirect, said):
    assert said in refused("--redirect", redirect, root)


def test_error_pages(serve, tree):
    (tree / "secret").symlink_to("/etc/passwd")
    server = serve(tree, "--error-page", "404=/sorry.html",
                   "--error-page", "405=/file.txt",
                   "--error-page", "403=/none.html")
    for target in ("/none", "/none/at/all", "/.hidden"):
        answer = get(server.address, target)
        assert (answer.status, answer.body) == (404, b"<p>not here\n")
        assert answer["Content-Type"].startswith("text/html")
        assert answer["ETag"] is None and answer["Last-Modified"] is None
    answer = get(server.address, "/none", "Range: bytes=0-1")
    assert (answer.status, answer.length) == (404, 12)
    answer = get(server.address, "/none", method="HEAD")
    assert (answer.status, answer.length) == (404, 12)
    answer = get(server.address, "/file.txt", method="DELETE")
    assert (answer.status, answer.body) == (405, b"hello\n")
    assert answer["Allow"] == "GET, HEAD, OPTIONS"
    # A page that is not there itself: the one that is built in.
    answer = get(server.address, "/secret")
    assert answer.status == 403 and b"<h1>403 Forbidden</h1>" in answer.body
    # The connection goes on.
    with Client(server.address) as client:
        for _ in range(3):
            assert client.ask("/none").answer().body == b"<p>not here\n"


@pytest.mark.parametrize("page", ["404", "404=sorry.html", "200=/x", "4=/x",
                                  "600=/x", "404=", "abc=/x"])
def test_error_pages_that_are_refused(root, page):
    assert "not of the form 404=/page.html" in refused("--error-page", page,
                                                       root)


def test_an_application_of_one_page(serve, tree):
    server = serve(tree, "--spa")

    def shows(target, *fields):
        answer = get(server.address, target, *fields)
        return answer.status, answer.body
    page = (200, b"<p>the application\n")
    assert shows("/users/5") == page
    assert shows("/users/5/") == page
    assert shows("/users/john.doe", "Accept: text/html,*/*;q=0.8") == page
    assert shows("/assets/gone.js", "Accept: */*")[0] == 404
    assert shows("/file.txt") == (200, b"hello\n")
    assert shows("/sub/page") == (200, b"a page\n")
    assert shows("/.hidden")[0] == 404
    etag = get(server.address, "/")["ETag"]
    assert get(server.address, "/x", f"If-None-Match: {etag}").status == 304
    (tree / "index.html").unlink()
    assert shows("/users/5")[0] == 404


def test_an_application_without_its_page(root):
    assert "spa: there is no index to show" in refused("--spa", "--index", "",
                                                       root)


def test_reload_says_what_is_wrong_with_manners_too(serve, tree):
    server = serve(tree, "--header", FIELD)
    server.tell(signal.SIGHUP)
    wait_for(lambda: any("reloaded" in line for line in server.said()),
             "reloaded")
    assert get(server.address, "/none")["Strict-Transport-Security"]
