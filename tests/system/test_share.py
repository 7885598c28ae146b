# SPDX-License-Identifier: MIT
"""--share: every URL, and a QR code that a telephone can read."""

import contextlib
import fcntl
import os
import pty
import re
import shutil
import signal
import socket
import struct
import subprocess
import termios

import pytest

from program import POUR, environment, wait_for
from wire import get

SQUARES = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}


@contextlib.contextmanager
def sharing(root, columns=None, listen="*:0"):
    """What it prints on a terminal of so many columns, or into a pipe."""
    if columns:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 60, columns, 0, 0))
    else:
        ours, theirs = os.pipe()
    os.set_blocking(ours, False)
    with subprocess.Popen([POUR, "serve", "--share", "-l", listen, str(root)],
                          stdin=subprocess.DEVNULL, stdout=theirs,
                          stderr=subprocess.PIPE, text=True,
                          env=environment()) as run:
        os.close(theirs)
        text = bytearray()

        def printed():
            with contextlib.suppress(BlockingIOError, OSError):
                text.extend(os.read(ours, 65536))
            return text.decode(errors="replace")
        try:
            first = run.stderr.readline()
            assert " at http://" in first, first
            yield run, printed
        finally:
            run.send_signal(signal.SIGTERM)
            run.wait(20)
            os.close(ours)


def urls_of(text):
    return re.findall(r"http://(\S+):(\d+)/", text)


def test_every_url(root):
    (root / "file").write_text("hello\n")
    with sharing(root) as (_, printed):
        wait_for(lambda: "http://[::1]:" in printed() or
                 not socket.has_ipv6, "the last URL")
        found = urls_of(printed())
        hosts = [host for host, _ in found]
        assert "127.0.0.1" in hosts and "[::1]" in hosts
        assert not any(host.startswith("[fe80") for host in hosts)
        kinds = ["[" in host for host in hosts[:-2]]
        assert kinds == sorted(kinds)  # IPv4 first, and loopback at the end
        assert hosts[-2:] == ["127.0.0.1", "[::1]"]
        for host, port in found:
            assert get((host.strip("[]"), int(port)), "/file").status == 200
        assert "\033" not in printed()  # a pipe has no use for a QR code


def test_an_address_that_was_named(root):
    with sharing(root, listen="127.0.0.1:0") as (_, printed):
        wait_for(lambda: "http://" in printed(), "a URL")
        assert [host for host, _ in urls_of(printed())] == ["127.0.0.1"]


def code_of(printed):
    """The lines of the code, once the last one is there."""
    def lines():
        found = re.findall(r"\033\[38;5;16;48;5;231m([ ▀▄█]+)\033\[0m",
                           printed())
        return found if found and len(found) * 2 >= len(found[0]) else None
    return wait_for(lines, "a QR code")


def has_library():
    return any(os.path.exists(f"{folder}/libqrencode.so.4") for folder in
               ("/usr/lib", "/usr/lib/x86_64-linux-gnu",
                "/usr/lib/aarch64-linux-gnu"))


def built_with():
    with open(POUR, "rb") as file:
        return b"QRcode_encodeString" in file.read()


def test_a_code_that_can_be_read(root, tmp_path):
    if not shutil.which("zbarimg"):
        pytest.skip("no zbarimg here")
    if not built_with() or not has_library():
        pytest.skip("no libqrencode here")
    with sharing(root, 80) as (_, printed):
        lines = code_of(printed)
        [url] = {re.findall(r"http://\S+/", printed())[0]}
    rows = []
    for line in lines:
        rows.append([SQUARES[c][0] for c in line])
        rows.append([SQUARES[c][1] for c in line])
    scale = 8
    width, height = len(rows[0]) * scale, len(rows) * scale
    pixels = b"".join(bytes(0 if square else 255 for square in row
                            for _ in range(scale)) * scale for row in rows)
    image = tmp_path / "code.pgm"
    image.write_bytes(b"P5 %d %d 255\n" % (width, height) + pixels)
    run = subprocess.run(["zbarimg", "--quiet", "--raw", str(image)],
                         check=False, capture_output=True, text=True)
    assert run.stdout.strip() == url, run.stderr


def test_a_terminal_that_is_too_narrow(root):
    with sharing(root, 20) as (run, printed):
        said = run.stderr.readline()
        assert re.match(r"pour serve: no QR code: (it needs \d+ columns|"
                        r"there is no libqrencode here)", said)
        assert "\033" not in printed()
