# SPDX-License-Identifier: MIT
"""Raw requests, by name. Each is sent to every server as it stands here."""

import email.utils

STAMP = 1700000000  # when every file of the tree was changed
DATE = email.utils.formatdate(STAMP, usegmt=True)
EARLIER = email.utils.formatdate(STAMP - 3600, usegmt=True)
LATER = email.utils.formatdate(STAMP + 3600, usegmt=True)
SIZE = 1000  # of thousand.txt

# How many answers a case asks for, where it is not one: two requests, or bytes
# behind a request that are none.
ANSWERS = {"pipelined": "2", "length-0": "2"}


def ask(*fields, target="/thousand.txt", method="GET", version="HTTP/1.1",
        host="Host: x", body=b""):
    lines = [f"{method} {target} {version}"]
    lines += [host] if host else []
    return "\r\n".join([*lines, *fields, "", ""]).encode("latin-1") + body


def ranges():
    values = {
        "first": "0-0", "first-two": "0-1", "middle": "100-199",
        "open": "900-", "open-last": "999-", "past": "1000-",
        "far": "99999999999999999999-", "upto-past": "990-5000",
        "suffix": "-10", "suffix-all": "-1000", "suffix-more": "-2000",
        "suffix-none": "-0", "reversed": "10-5", "whole": "0-999",
        "empty": "", "dash": "-", "letters": "a-b", "mixed": "1-b",
        "negative": "--5", "plus": "+1-5", "spaces": "1 - 5",
        "space-before": " 0-9", "huge-last": "0-99999999999999999999",
        "two": "0-9,20-29", "two-spaces": "0-9 , 20-29",
        "two-far": "0-9,900-909", "touching": "0-9,10-19",
        "overlapping": "0-99,50-149", "same": "0-9,0-9",
        "unsorted": "900-909,0-9", "one-good": "0-9,2000-2010",
        "none-good": "2000-2010,3000-", "good-and-bad": "0-9,x",
        "empty-items": ",,0-9,,", "suffix-and-first": "-10,0-9",
        "three": "0-9,500-509,-10", "all-twice": "0-,0-",
        "ten": ",".join(f"{i * 100}-{i * 100 + 1}" for i in range(10)),
        "hundred": ",".join(f"{i * 10}-{i * 10}" for i in range(100)),
        "thousand": ",".join(f"{i}-{i}" for i in range(1000)),
    }
    for name, value in values.items():
        yield f"range-{name}", ask(f"Range: bytes={value}")
    yield "range-unit", ask("Range: lines=0-9")
    yield "range-unit-case", ask("Range: BYTES=0-9")
    yield "range-no-equals", ask("Range: bytes 0-9")
    yield "range-repeated", ask("Range: bytes=0-9", "Range: bytes=20-29")
    yield "range-head", ask("Range: bytes=0-9", method="HEAD")
    yield "range-of-empty", ask("Range: bytes=0-", target="/empty.txt")
    yield "range-suffix-empty", ask("Range: bytes=-5", target="/empty.txt")
    yield "range-1.0", ask("Range: bytes=0-9", version="HTTP/1.0")
    yield "range-missing-file", ask("Range: bytes=0-9", target="/none")
    for name, value in (("etag-wrong", '"x"'), ("etag-weak", 'W/"x"'),
                        ("date", DATE), ("earlier", EARLIER),
                        ("later", LATER), ("bad", "x"), ("empty", "")):
        yield f"if-range-{name}", ask("Range: bytes=0-9",
                                      f"If-Range: {value}")


def conditions():
    values = {
        "if-none-match-other": 'If-None-Match: "x"',
        "if-none-match-star": "If-None-Match: *",
        "if-none-match-list": 'If-None-Match: "a", "b"',
        "if-none-match-bare": "If-None-Match: x",
        "if-none-match-empty": "If-None-Match:",
        "if-match-other": 'If-Match: "x"',
        "if-match-star": "If-Match: *",
        "if-match-empty": "If-Match:",
        "if-modified-same": f"If-Modified-Since: {DATE}",
        "if-modified-earlier": f"If-Modified-Since: {EARLIER}",
        "if-modified-later": f"If-Modified-Since: {LATER}",
        "if-modified-bad": "If-Modified-Since: yesterday",
        "if-modified-850":
            "If-Modified-Since: Tuesday, 14-Nov-23 22:13:20 GMT",
        "if-modified-asctime": "If-Modified-Since: Tue Nov 14 22:13:20 2023",
        "if-unmodified-same": f"If-Unmodified-Since: {DATE}",
        "if-unmodified-earlier": f"If-Unmodified-Since: {EARLIER}",
        "if-unmodified-bad": "If-Unmodified-Since: x",
    }
    for name, field in values.items():
        yield name, ask(field)
        yield f"{name}-head", ask(field, method="HEAD")
    yield "none-match-beats-modified", ask(
        'If-None-Match: "x"', f"If-Modified-Since: {DATE}")
    yield "match-beats-unmodified", ask(
        "If-Match: *", f"If-Unmodified-Since: {EARLIER}")
    yield "modified-and-range", ask(
        f"If-Modified-Since: {DATE}", "Range: bytes=0-9")
    yield "condition-on-missing", ask("If-Match: *", target="/none")


def methods():
    for name in ("HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE",
                 "CONNECT", "PATCH", "PROPFIND", "BREW", "get", "G",
                 "GET1", "GE-T"):
        yield f"method-{name}", ask(method=name)
    yield "method-options-star", ask(target="*", method="OPTIONS")
    yield "method-connect", ask(target="x:80", method="CONNECT")
    yield "method-bad-token", ask(method="G(ET")
    yield "method-empty", ask(method="")
    yield "method-long", ask(method="A" * 40)
    yield "method-post-missing", ask(method="POST", target="/none")
    yield "head-missing", ask(method="HEAD", target="/none")


def targets():
    names = {
        "root": "/", "query": "/thousand.txt?a=b",
        "question": "/thousand.txt?", "fragment": "/thousand.txt#a",
        "folder": "/sub", "folder-slash": "/sub/", "index": "/with/",
        "index-noslash": "/with", "folder-query": "/sub?a=b",
        "file-slash": "/thousand.txt/", "file-slash-name": "/thousand.txt/a",
        "double-slash": "//thousand.txt", "double-inner": "/sub//a.txt",
        "dot": "/./thousand.txt", "dots": "/sub/../thousand.txt",
        "dots-end": "/sub/..", "climb": "/../thousand.txt",
        "climb-deep": "/a/../../../etc/passwd",
        "climb-encoded": "/%2e%2e/thousand.txt",
        "climb-mixed": "/sub/.%2e/thousand.txt",
        "slash-encoded": "/sub%2fa.txt", "nul": "/thousand.txt%00",
        "percent-bad": "/%zz", "percent-short": "/%4",
        "percent-end": "/thousand.txt%", "encoded": "/%74housand.txt",
        "encoded-case": "/sp%61ce%20d.txt", "plus": "/space+d.txt",
        "backslash": "/sub\\a.txt", "backslash-encoded": "/sub%5ca.txt",
        "hidden": "/.hidden", "hidden-folder": "/.git/config",
        "well-known": "/.well-known/a.txt", "missing": "/none",
        "semicolon": "/thousand.txt;a", "colon": "/a:b.txt",
        "quote": "/%22", "latin": "/\xe4", "utf8": "/%c3%a4.txt",
        "control": "/\x01", "delete": "/\x7f", "link": "/link.txt",
        "link-out": "/out.txt", "long": "/" + "a" * 7000,
        "longest": "/" + "a" * 20000, "no-slash": "thousand.txt",
        "absolute": "http://x/thousand.txt",
        "absolute-root": "http://x", "absolute-upper": "HTTP://X/",
        "absolute-https": "https://x/thousand.txt",
        "absolute-ftp": "ftp://x/thousand.txt",
        "authority": "x:80", "star": "*", "empty": "",
    }
    for name, target in names.items():
        yield f"target-{name}", ask(target=target)


def versions():
    for name, version in (
            ("1.0", "HTTP/1.0"), ("0.9", "HTTP/0.9"), ("1.2", "HTTP/1.2"),
            ("2.0", "HTTP/2.0"), ("1.10", "HTTP/1.10"), ("01.1", "HTTP/01.1"),
            ("lower", "http/1.1"), ("none", "HTTP/"), ("word", "X"),
            ("dot", "HTTP/1."), ("missing", "")):
        yield f"version-{name}", ask(version=version)
    yield "version-simple", b"GET /thousand.txt\r\n\r\n"
    yield "line-two-spaces", b"GET  /thousand.txt HTTP/1.1\r\nHost: x\r\n\r\n"
    yield "line-tab", b"GET\t/thousand.txt\tHTTP/1.1\r\nHost: x\r\n\r\n"
    yield "line-space-end", b"GET /thousand.txt HTTP/1.1 \r\nHost: x\r\n\r\n"
    yield "line-space-first", b" GET /thousand.txt HTTP/1.1\r\nHost: x\r\n\r\n"
    yield "line-empty-first", b"\r\n" + ask()
    yield "line-empty-many", b"\r\n" * 5 + ask()
    yield "line-bare-lf", b"GET /thousand.txt HTTP/1.1\nHost: x\n\n"
    yield "line-cr-only", b"GET /thousand.txt HTTP/1.1\rHost: x\r\r"


def hosts():
    yield "host-none", ask(host=None)
    yield "host-none-1.0", ask(host=None, version="HTTP/1.0")
    yield "host-twice", ask("Host: y")
    yield "host-twice-same", ask("Host: x")
    for name, value in (("empty", ""), ("port", "x:80"), ("bad-port", "x:y"),
                        ("user", "a@b"), ("path", "x/y"), ("space", "x y"),
                        ("v6", "[::1]"), ("v6-open", "[::1"), ("star", "*"),
                        ("dots", "a..b"), ("nul", "x\0y"),
                        ("list", "x, y"), ("upper", "X")):
        yield f"host-{name}", ask(host=f"Host: {value}")


def fields():
    raw = {
        "space-before-colon": "A : b", "no-colon": "abc", "colon-only": ":",
        "name-empty": ": b", "name-space": "a b: c", "name-tab": "a\tb: c",
        "name-bracket": "a(b: c", "name-high": "\xe4: c", "value-empty": "A:",
        "value-high": "A: \xe4", "value-tab": "A:\tb", "value-nul": "A: \0",
        "value-control": "A: \x01", "value-del": "A: \x7f",
        "fold": "A: b\r\n c", "fold-tab": "A: b\r\n\tc",
        "bare-lf": "A: b\nC: d", "bare-cr": "A: b\rC: d",
        "underscore": "a_b: c", "long-value": "A: " + "b" * 3000,
        "too-long": "A: " + "b" * 40000,
    }
    for name, line in raw.items():
        yield f"field-{name}", ask(line)
    yield "field-fold-first", ask(" folded", host=None)
    yield "fields-50", ask(*[f"A{i}: b" for i in range(50)])
    yield "fields-200", ask(*[f"A{i}: b" for i in range(200)])
    yield "fields-last-lf", b"GET /thousand.txt HTTP/1.1\r\nHost: x\r\n\n"


def connections():
    for name, value in (("close", "close"), ("keep", "keep-alive"),
                        ("upper", "CLOSE"), ("list", "x, close"),
                        ("other", "foo"), ("empty", ""),
                        ("both", "keep-alive, close"),
                        ("upgrade", "Upgrade")):
        yield f"connection-{name}", ask(f"Connection: {value}")
        yield f"connection-{name}-1.0", ask(f"Connection: {value}",
                                            version="HTTP/1.0")
    yield "connection-twice", ask("Connection: x", "Connection: close")
    yield "upgrade-h2c", ask("Connection: Upgrade, HTTP2-Settings",
                             "Upgrade: h2c", "HTTP2-Settings: AAMAAABk")
    yield "upgrade-websocket", ask("Connection: Upgrade",
                                   "Upgrade: websocket")
    yield "pipelined", ask() + ask()
    yield "preface-h2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def bodies():
    for name, value in (("0", "0"), ("3", "3"), ("plus", "+3"),
                        ("minus", "-3"), ("list", "3, 3"), ("empty", ""),
                        ("hex", "0x3"), ("space", "3 3"), ("tail", "3x"),
                        ("huge", "99999999999999999999"),
                        ("dot", "3.0"), ("zeros", "0003")):
        yield f"length-{name}", ask(f"Content-Length: {value}", body=b"abc")
    yield "length-twice", ask("Content-Length: 3", "Content-Length: 3",
                              body=b"abc")
    yield "length-differs", ask("Content-Length: 3", "Content-Length: 4",
                                body=b"abc")
    yield "length-post", ask("Content-Length: 3", method="POST", body=b"abc")
    yield "length-post-none", ask(method="POST")
    good = b"3\r\nabc\r\n0\r\n\r\n"
    chunked = {
        "good": good, "upper": b"3\r\nabc\r\n0\r\n\r\n",
        "trailer": b"3\r\nabc\r\n0\r\nA: b\r\n\r\n",
        "extension": b"3;a=b\r\nabc\r\n0\r\n\r\n",
        "zero-only": b"0\r\n\r\n", "zeros": b"000\r\n\r\n",
        "hex-prefix": b"0x3\r\nabc\r\n0\r\n\r\n",
        "plus": b"+3\r\nabc\r\n0\r\n\r\n",
        "minus": b"-3\r\nabc\r\n0\r\n\r\n",
        "space": b"3 \r\nabc\r\n0\r\n\r\n",
        "lf": b"3\nabc\n0\n\n", "letters": b"x\r\nabc\r\n0\r\n\r\n",
        "empty-size": b"\r\nabc\r\n0\r\n\r\n",
        "huge": b"fffffffffffffffff\r\nabc\r\n0\r\n\r\n",
        "no-crlf": b"3\r\nabcd\r\n0\r\n\r\n",
        "extension-cr": b"3;a\rb\r\nabc\r\n0\r\n\r\n",
    }
    te = "Transfer-Encoding: chunked"
    for name, body in chunked.items():
        yield f"chunked-{name}", ask(te, body=body)
    yield "chunked-1.0", ask(te, version="HTTP/1.0", body=good)
    yield "chunked-and-length", ask(te, "Content-Length: 13", body=good)
    yield "length-and-chunked", ask("Content-Length: 13", te, body=good)
    yield "chunked-twice", ask(te, te, body=good)
    for name, value in (("identity", "identity"), ("gzip", "gzip"),
                        ("gzip-chunked", "gzip, chunked"),
                        ("chunked-gzip", "chunked, gzip"),
                        ("list-empty", ", chunked"), ("x", "xchunked"),
                        ("vt", "chunked\x0b"), ("quoted", '"chunked"'),
                        ("case", "CHUNKED"), ("space", "chunked "),
                        ("empty", "")):
        yield f"te-{name}", ask(f"Transfer-Encoding: {value}", body=good)
    yield "expect-100", ask("Expect: 100-continue", "Content-Length: 3",
                            body=b"abc")
    yield "expect-100-get", ask("Expect: 100-continue")
    yield "expect-other", ask("Expect: 200-ok")
    yield "expect-100-1.0", ask("Expect: 100-continue", version="HTTP/1.0")


def all_cases():
    cases = {}
    for group in (ranges, conditions, methods, targets, versions, hosts,
                  fields, connections, bodies):
        for name, data in group():
            assert name not in cases, name
            cases[name] = data
    return cases
