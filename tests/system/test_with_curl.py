# SPDX-License-Identifier: MIT
"""A client that everybody has, with the options that everybody uses."""

import random
import shutil
import subprocess
import time

import pytest

from wire import Client

SIZE = 3 * (1 << 20) + 17
BYTES = random.Random(7).randbytes(SIZE)

pytestmark = pytest.mark.skipif(not shutil.which("curl"),
                                reason="there is no curl here")


def curl(*args, status=0, **more):
    run = subprocess.run(["curl", "-sS", "--noproxy", "*", "--max-time", "30",
                          *map(str, args)], timeout=40, check=False,
                         stdin=subprocess.DEVNULL, capture_output=True,
                         **more)
    assert run.returncode == status, run.stderr
    return run.stdout


@pytest.fixture
def shop(serve, root):
    (root / "file").write_bytes(BYTES)
    (root / "a b ü%.txt").write_bytes(b"odd\n")
    time.sleep(0.05)  # the tag of a file is weak while it is this young
    server = serve(root, "-t1")  # whose lines are in order
    server.url = "http://%s:%d" % server.address
    server.root = root
    return server


def test_every_byte(shop, tmp_path):
    curl("-o", tmp_path / "got", shop.url + "/file")
    assert (tmp_path / "got").read_bytes() == BYTES
    line, = shop.log()
    assert line.agent.startswith("curl/")
    assert line.moved == {"sendfile": SIZE}


def test_an_odd_name(shop):
    assert curl(shop.url + "/a%20b%20%C3%BC%25.txt") == b"odd\n"


def test_head(shop):
    said = curl("-I", shop.url + "/file").decode()
    assert said.startswith("HTTP/1.1 200 OK\r\n")
    assert f"\r\nContent-Length: {SIZE}\r\n" in said
    assert "\r\nAccept-Ranges: bytes\r\n" in said
    assert said.endswith("\r\n\r\n")


@pytest.mark.parametrize("option, first, upto", [
    ("0-0", 0, 1), ("100-20099", 100, 20100), ("3000000-", 3000000, SIZE),
    ("-5", SIZE - 5, SIZE)])
def test_a_range(shop, option, first, upto):
    assert curl("-r", option, shop.url + "/file") == BYTES[first:upto]


@pytest.mark.parametrize("have", [1, 100_000, SIZE - 1])
def test_resume(shop, tmp_path, have):
    """What is there already is not sent again."""
    (tmp_path / "got").write_bytes(BYTES[:have])
    curl("-C", "-", "-o", tmp_path / "got", shop.url + "/file")
    assert (tmp_path / "got").read_bytes() == BYTES
    line, = shop.log()
    assert (line.status, line.bytes) == (206, SIZE - have)


def test_resume_after_a_broken_download(shop, tmp_path):
    with Client(shop.address) as client:
        answer = client.ask("/file").head()
        got = client.take() or client.take()
        client.reset()
    (tmp_path / "got").write_bytes(got)
    curl("-C", "-", "-H", f"If-Range: {answer['ETag']}", "-o",
         tmp_path / "got", shop.url + "/file")
    assert (tmp_path / "got").read_bytes() == BYTES


def test_nothing_left_to_resume(shop, tmp_path):
    """All is there: 416, which curl takes for done."""
    (tmp_path / "got").write_bytes(BYTES)
    curl("-C", "-", "-o", tmp_path / "got", shop.url + "/file")
    assert (tmp_path / "got").read_bytes() == BYTES
    assert shop.log()[0].status == 416


def test_many_at_once(shop, tmp_path):
    files = {f"n{n}": BYTES[n * 1000:n * 1000 + n * 9000] for n in range(40)}
    for name, data in files.items():
        (shop.root / name).write_bytes(data)
    curl("-Z", "--parallel-max", 20, "--remote-name-all",
         *(f"{shop.url}/{name}" for name in files), cwd=tmp_path)
    for name, data in files.items():
        assert (tmp_path / name).read_bytes() == data


def test_one_connection_for_all(shop):
    said = curl("-w", "%{num_connects}", "-o", "/dev/null", "-o", "/dev/null",
                "-o", "/dev/null", *3 * [shop.url + "/file"])
    assert said == b"100"


def test_if_modified(shop, tmp_path):
    curl("-R", "--etag-save", tmp_path / "tag", "-o", tmp_path / "got",
         shop.url + "/file")
    curl("--etag-compare", tmp_path / "tag", "-o", tmp_path / "none",
         shop.url + "/file")
    curl("-z", tmp_path / "got", "-o", tmp_path / "none", shop.url + "/file")
    assert [line.status for line in shop.log(3)] == [200, 304, 304]


def test_a_folder_without_its_slash(shop):
    (shop.root / "sub").mkdir()
    (shop.root / "sub" / "index.html").write_bytes(b"index\n")
    assert curl("-L", shop.url + "/sub?a=b") == b"index\n"
    assert [line.status for line in shop.log(2)] == [301, 200]
    assert shop.log(2)[1].request == "GET /sub/?a=b HTTP/1.1"


def test_fail(shop):
    curl("-f", shop.url + "/none", status=22)


def test_upload_is_refused(shop):
    """405, read whole, though more is sent than anybody reads."""
    said = curl("-w", "%{http_code}", "-o", "/dev/null", "-T",
                shop.root / "file", shop.url + "/new")
    assert said == b"405"
    assert not (shop.root / "new").exists()


def test_unix(serve, root, tmp_path):
    (root / "file").write_bytes(BYTES)
    server = serve(root, listen=(f"unix:{tmp_path}/s",))
    assert curl("--unix-socket", tmp_path / "s", "http://x/file") == BYTES
    assert server.log()[0].moved == {"sendfile": SIZE}
