# SPDX-License-Identifier: MIT
"""Programs that walk through listings bring home the whole tree."""

import html
import os
import re
import subprocess
import urllib.parse
import urllib.request

import pytest

# What file systems and all of these programs can hold.
NAMES = ["plain", "with spaces", "a+b", "100%", "a&b=c", "hash#tag",
         "semi;colon", "apo'strophe", "<b>", "日本語", "Üml äut",
         "tilde~", "x" * 200]


@pytest.fixture(name="tree")
def make_tree(tmp_path):
    root = tmp_path / "tree"
    for folder in root, root / "sub", root / "sub" / "deep er", root / "wide":
        folder.mkdir()
        for n, name in enumerate(NAMES):
            (folder / name).write_bytes(b"%d of " % n + os.fsencode(folder))
    for n in range(400):
        (root / "wide" / f"{n}").write_bytes(b"w" * n)
    (root / "sub" / "empty").mkdir()
    return root


def files(root):
    """Each file below with its bytes."""
    return {str(path.relative_to(root)): path.read_bytes()
            for path in root.rglob("*") if path.is_file()}


def run(*words, **more):
    done = subprocess.run(list(map(str, words)), check=False, timeout=120,
                          capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, **more)
    assert done.returncode == 0, f"{words}: {done.stderr[-3000:]}"
    return done.stdout


def url(server):
    return "http://%s:%d/" % server.address


def test_wget(serve, tree, tmp_path, need):
    server = serve(tree)
    home = tmp_path / "home"
    run(need("wget"), "-r", "-np", "-nH", "-nv", "-e", "robots=off",
        "--restrict-file-names=nocontrol", "-P", home, url(server))
    found = files(home)
    pages = {name for name in found if name.endswith("index.html")}
    assert {name: data for name, data in found.items()
            if name not in pages} == files(tree)
    # Each folder was asked for once, and not once more for each order.
    assert len(pages) == 5
    assert not [line for line in server.log() if "?" in line.request]


def test_lftp(serve, tree, tmp_path, need):
    home = tmp_path / "home"
    run(need("lftp"), "-c", f"set net:max-retries 1; open {url(serve(tree))}; "
        f"mirror --parallel=4 / {home}",
        env={**os.environ, "HOME": str(tmp_path)})
    assert files(home) == files(tree)


def test_lftp_reads_sizes_and_times(serve, tree, tmp_path, need):
    (tree / "large").write_bytes(b"l" * 123456)
    os.utime(tree / "large", (1000000000, 1000000000))
    text = run(need("lftp"), "-c", f"open {url(serve(tree))}; cls -l",
               env={**os.environ, "HOME": str(tmp_path), "TZ": "UTC"})
    assert re.search(r"123456 Sep +9 +2001 large$", text, re.M), text


def test_rclone(serve, tree, tmp_path, need):
    home = tmp_path / "home"
    run(need("rclone"), "--config", tmp_path / "none", "--http-url",
        url(serve(tree)), "copy", ":http:", home)
    assert files(home) == files(tree)


def test_curl_by_ndjson(serve, tree, need):
    text = run(need("curl"), "-sSf", "-H", "Accept: application/x-ndjson",
               url(serve(tree)) + "wide/")
    assert text.count("\n") == 400 + len(NAMES)


# What a media player looks for in each line (Kodi 17 to 21): a link that reads
# like its text, a size before the end of its cell, a time.
ROW = re.compile(r'<a href="([^"]*)"[^>]*>\s*(.*?)\s*</a>(.+?)(?=<a|</tr|$)',
                 re.I | re.M)
SIZE = re.compile(r"> *([0-9.]+) *(B|K|M|G| )(iB)?</td>", re.I)
TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d)")


def test_as_media_players_read_it(serve, tree):
    (tree / "a:b").write_bytes(b"12345")
    page = urllib.request.urlopen(url(serve(tree))).read().decode()
    seen = {}
    for href, text, rest in ROW.findall(page):
        name = html.unescape(text).rstrip("/")
        link = urllib.parse.unquote(html.unescape(href)).rstrip("/")
        if name != link and not (":" in name and "./" + name == link):
            continue
        assert TIME.search(rest)
        seen[name] = None if href.endswith("/") else int(SIZE.search(rest)[1])
    assert seen == {path.name: path.stat().st_size if path.is_file() else None
                    for path in tree.iterdir()}
