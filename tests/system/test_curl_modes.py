# SPDX-License-Identifier: MIT
"""curl in the modes that change what it asks or how it reads."""

import hashlib
import shutil
import subprocess

import pytest

from contents import data_of

SIZE = (3 << 20) + 17


@pytest.fixture(autouse=True)
def there_is_curl():
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")


@pytest.fixture
def server(serve, root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (root / "file").write_bytes(data_of(SIZE))
    return serve(root)


def curl(server, *words, status=0):
    """Its output; URLs are targets here."""
    words = [f"http://127.0.0.1:{server.port}{word}" if word[0] == "/"
             else word for word in words]
    run = subprocess.run(["curl", "-q", "-sS", "-m", "60", "--noproxy", "*",
                          *words], check=False, capture_output=True,
                         stdin=subprocess.DEVNULL, timeout=80)
    assert run.returncode == status, run.stderr
    return run.stdout


def digest(data):
    return hashlib.sha256(data).hexdigest()


def test_compressed_is_harmless(server):
    assert digest(curl(server, "--compressed", "/file")) == \
        digest(data_of(SIZE))


def test_old_http(server):
    assert digest(curl(server, "--http1.0", "/file")) == digest(data_of(SIZE))
    assert digest(curl(server, "--http2", "/file")) == digest(data_of(SIZE))


def test_path_as_is(server):
    assert curl(server, "--path-as-is", "-o", "got",
                "-w", "%{http_code}", "/../../etc/passwd") == b"400"


def test_uploads_are_refused(server, tmp_path):
    (tmp_path / "up").write_bytes(data_of(SIZE))
    for words in (["-T", "up"], ["--data-binary", "@up"], ["-F", "a=@up"]):
        out = curl(server, *words, "-o", "got", "-w", "%{http_code}", "/file")
        assert out == b"405"
    assert digest(curl(server, "/file")) == digest(data_of(SIZE))


def test_slow(server):
    """A client with a limit of its own takes what it wants, and all of it."""
    assert digest(curl(server, "--limit-rate", "8M", "/file")) == \
        digest(data_of(SIZE))
