# SPDX-License-Identifier: MIT
"""Numbers, health, and what a server says of itself when asked."""

import ctypes
import errno
import os
import re
import shutil
import signal
import struct
import subprocess
import threading

import pytest

from contents import data_of
from numbers_of import numbers, where
from program import LIBC, refused, wait_for
from wire import Client, get

METRICS = ("--metrics", "127.0.0.1:0")
MEGABYTE = 1 << 20


def test_exactly_what_clients_got(serve, root):
    """A known set of requests: codes, methods, bytes and calls are right."""
    (root / "small").write_bytes(data_of(1000))
    (root / "large").write_bytes(data_of(3 * MEGABYTE))
    server = serve(root, "-t2", *METRICS)
    got = {"copy": 0, "sendfile": 0}
    for _ in range(7):
        got["copy"] += len(get(server.address, "/small").body)
    for _ in range(5):
        got["sendfile"] += len(get(server.address, "/large").body)
    got["sendfile"] += len(get(server.address, "/large",
                               "Range: bytes=100000-199999").body)
    for name in "abc":
        got["copy"] += len(get(server.address, f"/none-{name}").body)
    get(server.address, "/large", method="HEAD")
    got["copy"] += len(get(server.address, "/", method="BREW").body)
    lines = server.log(18)
    seen = numbers(server)
    assert seen("pour_http_requests_total", code="200", method="GET") == 12
    assert seen("pour_http_requests_total", code="206", method="GET") == 1
    assert seen("pour_http_requests_total", code="404", method="GET") == 3
    assert seen("pour_http_requests_total", code="200", method="HEAD") == 1
    assert seen("pour_http_requests_total", code="501", method="other") == 1
    assert sum(seen.of("pour_http_requests_total", "code").values()) == 18
    assert seen.of("pour_http_response_bytes_total", "by") == got
    calls = {}
    for line in lines:
        for name, n in line.calls.items():
            calls[name] = calls.get(name, 0) + n
    assert seen.of("pour_transfer_calls_total", "by") == calls
    assert seen("pour_http_request_seconds_count") == 18
    assert seen("pour_http_request_seconds_bucket", le="+Inf") == 18
    assert seen("pour_connections_total") == 18
    assert seen("pour_connections_idle") <= seen("pour_connections_active")
    for name in ("pour_aborted_total", "pour_truncations_total",
                 "pour_pipes_lent", "pour_log_lines_lost_total"):
        assert seen(name) == 0


def test_bytes_of_heads(serve, root):
    (root / "file").write_bytes(data_of(10))
    server = serve(root, *METRICS)
    size = 0
    with Client(server.address) as client:
        for _ in range(10):
            client.ask("/file", method="HEAD")
            answer = client.answer(method="HEAD")
            size += len("HTTP/1.1 200 OK\r\n\r\n")
            size += sum(len(f"{key}: {value}\r\n")
                        for key, value in answer.fields)
    server.log(10)
    assert numbers(server)("pour_http_response_head_bytes_total") == size


def test_those_that_did_not_end_well(serve, root):
    (root / "file").write_bytes(data_of(MEGABYTE) * 64)
    server = serve(root, "-t1", *METRICS)
    with Client(server.address, receive=4096) as client:
        assert client.ask("/file").head().length == 64 * MEGABYTE
        with open(root / "file", "r+b") as file:
            file.truncate(MEGABYTE)
        while client.sock.recv(MEGABYTE):
            pass
    (root / "file").write_bytes(data_of(MEGABYTE) * 64)
    with Client(server.address) as client:
        client.ask("/file").head()
        client.take(1000)
    short, aborted = server.log(2)
    assert (short.ended, aborted.ended) == ("short", "aborted")
    seen = numbers(server)
    assert seen("pour_truncations_total") == 1
    assert seen("pour_aborted_total") == 1
    assert seen.of("pour_http_response_bytes_total", "by") == {
        "sendfile": short.bytes + aborted.bytes}
    assert seen("pour_waits_total", want="dst") > 0


class Filter(ctypes.Structure):
    """struct sock_fprog of instructions."""
    _fields_ = [("n", ctypes.c_ushort), ("at", ctypes.c_void_p)]


SENDFILE = {"x86_64": 40, "aarch64": 71}
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, MODE_FILTER = 22, 38, 2
ALLOW, ERRNO = 0x7fff0000, 0x00050000


def without_sendfile():
    """For a server in which sendfile() answers EINVAL (seccomp(2))."""
    code = b"".join(struct.pack("HBBI", *one) for one in [
        (0x20, 0, 0, 0),  # the number of the call
        (0x15, 0, 1, SENDFILE[os.uname().machine]),
        (0x06, 0, 0, ERRNO | errno.EINVAL),
        (0x06, 0, 0, ALLOW)])
    memory = ctypes.create_string_buffer(code, len(code))
    program = Filter(len(code) // 8, ctypes.addressof(memory))
    LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if LIBC.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(program), 0, 0):
        os._exit(99)


def test_a_method_that_was_left(serve, root):
    if os.uname().machine not in SENDFILE:
        pytest.skip("the number of sendfile() here is not known")
    (root / "file").write_bytes(data_of(MEGABYTE))
    server = serve(root, "-t1", *METRICS, preexec_fn=without_sendfile)
    for _ in range(3):
        assert get(server.address, "/file").body == data_of(MEGABYTE)
    lines = server.log(3)
    assert all(" sendfile!EINVAL " in line.text for line in lines)
    seen = numbers(server)
    assert seen("pour_transfer_left_total", by="sendfile",
                errno="EINVAL") == 3
    assert seen.of("pour_transfer_left_total", "by") == {"sendfile": 3}
    (other, moved), = seen.of("pour_http_response_bytes_total", "by").items()
    assert other != "sendfile" and moved == 3 * MEGABYTE
    assert seen("pour_pipes_opened_total") == (other == "pipe")


def test_connections(serve, root):
    (root / "file").write_bytes(data_of(MEGABYTE) * 64)
    server = serve(root, "-t2", "--max-connections", 10, *METRICS)
    clients = [Client(server.address) for _ in range(10)]
    for client in clients[:8]:
        client.ask("/").answer()
    for client in clients[8:]:
        client.ask("/file").head()

    def shown():
        seen = numbers(server)
        return (seen("pour_connections_active"), seen("pour_connections_idle"),
                seen("pour_connections_total"))
    wait_for(lambda: shown() == (10, 8, 10), "ten, of them two busy")
    for client in clients:
        client.sock.close()
    wait_for(lambda: shown() == (0, 0, 10), "nobody")


def test_health(serve, root):
    (root / "file").write_bytes(data_of(MEGABYTE) * 64)
    (root / "metrics").write_text("a file")
    server = serve(root, "-t1", *METRICS)
    watch = where(server)
    assert get(watch, "/healthz").status == 200
    assert get(watch, "/readyz").status == 200
    assert get(server.address, "/healthz").status == 404
    assert get(server.address, "/metrics").body == b"a file"
    assert get(watch, "/file").status == 404
    assert get(watch, "/metrics", method="POST").status == 405
    with Client(server.address) as client:
        client.ask("/file").head()
        server.tell()
        wait_for(lambda: get(watch, "/readyz").status == 503, "it drains")
        assert get(watch, "/healthz").status == 200
        assert numbers(server)("pour_connections_active") == 1
    server.wait()


def test_the_address_of_numbers(serve, root, tmp_path):
    server = serve(root, "--metrics", f"unix:{tmp_path}/m")
    assert server.said() == [f"pour serve: numbers at unix:{tmp_path}/m"]
    assert get(f"{tmp_path}/m", "/healthz").status == 200
    server.stop()
    assert not (tmp_path / "m").exists()
    assert refused("--metrics", "nonsense", root, status=2).startswith(
        "pour serve: --metrics: 'nonsense': ")


def test_an_address_that_is_taken(serve, root):
    server = serve(root, *METRICS)
    said = refused("--metrics", "%s:%d" % where(server), "-l", "127.0.0.1:0",
                   root)
    assert said == ("pour serve: metrics: %s:%d: Address already in use\n"
                    % where(server))


def test_asked_while_it_is_busy(serve, root):
    """Numbers only grow, and answer while all threads are at work."""
    (root / "file").write_bytes(data_of(1000))
    server = serve(root, "-t2", "--log", "off", *METRICS)
    failed = []

    def ask_many():
        try:
            with Client(server.address) as client:
                for _ in range(3000):
                    client.ask("/file").answer()
        except BaseException as error:  # pylint: disable=broad-except
            failed.append(error)
    threads = [threading.Thread(target=ask_many) for _ in range(4)]
    for thread in threads:
        thread.start()
    before = 0
    while any(thread.is_alive() for thread in threads):
        seen = numbers(server)
        now = seen("pour_http_requests_total", code="200", method="GET")
        assert before <= now <= 12000
        before = now
    assert not failed
    seen = numbers(server)
    assert seen("pour_http_requests_total", code="200", method="GET") == 12000
    assert seen.of("pour_http_response_bytes_total", "by") == {
        "copy": 12000 * 1000}


def test_lines_that_were_lost(serve, root):
    server = serve(root, "--log-file", "/dev/full", *METRICS)
    for _ in range(5):
        get(server.address, "/")
    wait_for(lambda: numbers(server)("pour_log_lines_lost_total") == 5,
             "five lost lines")


def test_by_the_rules_of_prometheus(serve, root):
    promtool = shutil.which("promtool")
    if not promtool:
        pytest.skip("promtool is not installed (Debian: prometheus)")
    server = serve(root, *METRICS)
    get(server.address, "/")
    page = get(where(server), "/metrics").body
    run = subprocess.run([promtool, "check", "metrics"], input=page,
                         capture_output=True, check=False, timeout=30)
    assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")


# What it says when it is asked by USR2

def test_what_each_thread_does(serve, root):
    (root / "file").write_bytes(data_of(MEGABYTE) * 64)
    server = serve(root, "-t2", "--log", "off")
    idle = Client(server.address)
    idle.ask("/").answer()
    begun = Client(server.address)
    begun.ask("/").answer()  # so it was accepted
    begun.send(b"GET /")
    with Client(server.address) as client:
        client.ask("/file?%1b'").head()
        server.tell(signal.SIGUSR2)
        said = wait_for(lambda: len(server.said()) >= 6 and server.said(),
                        "six lines")
        assert len(said) == 6
        assert said[0] == (f"pour: server at 127.0.0.1:{server.port}: "
                           "threads 2, connections 3")
        text = "\n".join(said)
        assert re.search(r"thread \d: oldest answer: \d+\.\d{3} s, "
                         r"\"GET /file\?%1b' HTTP/1.1\" 200: sendfile \d+ "
                         r"bytes in \d+ calls?", text)
        assert sum(map(int, re.findall(r": connections (\d+): ", text))) == 3
        for state in ("idle", "reading", "sending"):
            assert sum(map(int, re.findall(rf" {state} (\d+)[,;]", text))) == 1
        assert text.count("pipes lent 0, idle 0;") == 2
    idle.sock.close()
    begun.sock.close()
