# SPDX-License-Identifier: MIT
"""Where the access log goes, in which form, and how it is moved away."""

import json
import os
import re
import signal
import stat
import threading

import pytest

from contents import data_of
from program import Line, refused, wait_for
from wire import Client, get


def lines_of(path):
    text = path.read_bytes()
    assert text.endswith(b"\n") or not text
    return text.decode("ascii").splitlines()


def wait_lines(path, n=1):
    return wait_for(lambda: len(found := lines_of(path)) >= n and found,
                    f"{n} lines in {path}")


# The file

def test_lines_go_to_the_file_and_words_do_not(serve, root, tmp_path):
    (root / "file").write_bytes(data_of(100_000))
    log = tmp_path / "log"
    log.write_text("what was there\n")
    server = serve(root, "--log-file", log)
    get(server.address, "/file")
    line = Line(wait_lines(log, 2)[1])
    assert (line.status, line.moved) == (200, {"sendfile": 100_000})
    assert server.said() == []


def test_a_file_that_is_made_is_not_for_everybody(serve, root, tmp_path):
    serve(root, "--log-file", tmp_path / "log", preexec_fn=lambda: os.umask(0))
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o640


def test_a_file_that_cannot_be(root, tmp_path):
    said = refused("--log-file", tmp_path / "none" / "log", root)
    assert said == (f"pour serve: {tmp_path}/none/log: "
                    "No such file or directory\n")
    said = refused("--log-file", tmp_path, root)
    assert said == f"pour serve: {tmp_path}: Is a directory\n"


def test_moved_away_and_opened_again(serve, root, tmp_path):
    server = serve(root, "-t1", "--log-file", tmp_path / "log")
    get(server.address, "/1")
    wait_lines(tmp_path / "log")
    (tmp_path / "log").rename(tmp_path / "log.1")
    get(server.address, "/2")
    wait_lines(tmp_path / "log.1", 2)
    server.tell(signal.SIGUSR1)
    wait_for((tmp_path / "log").exists, "a new log")
    get(server.address, "/3")
    wait_lines(tmp_path / "log")
    assert [Line(text).request.split()[1] for name in ("log.1", "log")
            for text in lines_of(tmp_path / name)] == ["/1", "/2", "/3"]
    server.stop()
    assert server.said() == []


def test_what_cannot_be_opened_again_goes_on(serve, root, tmp_path):
    server = serve(root, "--log-file", tmp_path / "log")
    (tmp_path / "log").rename(tmp_path / "log.1")
    (tmp_path / "log").mkdir()
    server.tell(signal.SIGUSR1)
    said, = wait_for(server.said, "a complaint")
    assert said == (f"pour: {tmp_path}/log cannot be opened again, the old "
                    "file goes on: Is a directory")
    get(server.address, "/after")
    assert "/after" in wait_lines(tmp_path / "log.1")[0]


def test_without_a_file_there_is_nothing_to_open(serve, root):
    server = serve(root)
    server.tell(signal.SIGUSR1)
    get(server.address, "/")
    server.log()
    assert len(server.said()) == 1


def ask_many(address, me, n, failed):
    """Requests of a name each, pipelined by ten."""
    try:
        with Client(address) as client:
            for at in range(0, n, 10):
                for i in range(at, at + 10):
                    client.ask(f"/{me}-{i}")
                for _ in range(10):
                    client.answer()
    except BaseException as error:  # pylint: disable=broad-except
        failed.append(error)


@pytest.mark.parametrize("form", ["combined", "json"])
def test_rotation_under_load(serve, root, tmp_path, form):
    """Each request has one whole line, in one file or another."""
    clients, each, files = 8, 1000, 10
    log = tmp_path / "log"
    server = serve(root, "-t2", "--log", form, "--log-file", log)
    failed = []
    threads = [threading.Thread(target=ask_many,
                                args=(server.address, me, each, failed))
               for me in range(clients)]
    for thread in threads:
        thread.start()
    for n in range(files):
        wait_for(lambda: log.exists() and log.stat().st_size, "lines")
        log.rename(tmp_path / f"log.{n}")
        server.tell(signal.SIGUSR1)
    for thread in threads:
        thread.join()
    assert not failed
    server.stop()
    seen = [json.loads(text)["target"] if form == "json"
            else Line(text).request.split()[1]
            for path in sorted(tmp_path.glob("log*"))
            for text in lines_of(path)]
    assert sorted(seen) == sorted(f"/{me}-{i}" for me in range(clients)
                                  for i in range(each))
    assert server.said() == []


# JSON

def objects(server, n=1):
    found = wait_for(lambda: len(server.said()) >= n and server.said(),
                     f"{n} lines")
    return [json.loads(text) for text in found]


def test_an_object_for_each_answer(serve, root):
    (root / "file").write_bytes(data_of(100_000))
    server = serve(root, "-t1", "--log", "json")
    get(server.address, "/file?q=1", "User-Agent: x/1", "Referer: http://y/")
    line, = objects(server)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", line.pop("time"))
    assert 0 <= line.pop("seconds") < 20
    assert line.pop("by")["sendfile"].pop("calls") >= 1
    assert line == {"peer": "127.0.0.1", "method": "GET", "code": 200,
                    "target": "/file?q=1", "protocol": "HTTP/1.1",
                    "bytes": 100_000, "agent": "x/1",
                    "referer": "http://y/"}
    get(server.address, "/file", method="HEAD", version="1.0")
    line = objects(server, 2)[1]
    assert (line["method"], line["protocol"]) == ("HEAD", "HTTP/1.0")
    assert (line["bytes"], line["by"]) == (0, {})
    assert "agent" not in line and "referer" not in line


@pytest.mark.parametrize("agent", [
    b'a"b', b"a\\b", b"tab\there", b"\xff\xfe", b'"' * 400, "ü€".encode(),
    b'","code":200,"x":"', b"\xc3", b"\xed\xa0\x80"])
def test_no_way_to_forge_an_object(serve, root, agent):
    server = serve(root, "--log", "json")
    with Client(server.address) as client:
        client.send(b"GET /a HTTP/1.1\r\nHost: x\r\nUser-Agent: %b\r\n"
                    b"Referer: %b\r\n\r\n" % (agent, agent)).answer()
    line, = objects(server)
    assert line["code"] == 404
    assert line["referer"] == agent.decode(errors="replace")
    assert (line["agent"] == line["referer"]
            or line["agent"].endswith("..."))


@pytest.mark.parametrize("text", [b"GET /\xff\x00 HTTP/1.1", b'GET "',
                                  b"\x1b[31m", b"GET / HTTP/9.9"])
def test_an_object_of_what_is_no_request(serve, root, text):
    server = serve(root, "--log", "json")
    with Client(server.address) as client:
        client.send(text + b"\r\n\r\n")
        assert client.answer().status >= 400
    line, = objects(server)
    assert line["request"] == text.decode(errors="replace")
    assert "target" not in line and "method" not in line


def test_how_an_object_ended(serve, root):
    (root / "file").write_bytes(data_of(1 << 20) * 64)
    server = serve(root, "-t1", "--log", "json")
    with Client(server.address) as client:
        client.ask("/file").head()
        client.take(1000)
    line, = objects(server)
    assert line["ended"] == "aborted"
    assert 0 < line["bytes"] < 64 << 20


# Readers that do not read

def test_a_pipe_that_nobody_reads(serve, root, tmp_path):
    """The server answers on; what was lost is counted and told."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    server = serve(root, "-t1", "--log-file", fifo)
    with Client(server.address) as client:
        for _ in range(100):
            for _ in range(20):
                client.ask("/" + "x" * 500)
            for _ in range(20):
                assert client.answer().status == 404
    said, = wait_for(server.said, "that lines are lost")
    assert re.fullmatch(rf"pour: \d+ lines? of the log {fifo} lost so far: "
                        "Resource temporarily unavailable", said)
    # What was kept is whole, and once it is read, all goes on.
    text = b""
    while not text.endswith(b"\n") or b"/again" not in text:
        try:
            text += os.read(reader, 1 << 20)
        except BlockingIOError:
            get(server.address, "/again")
    os.close(reader)
    lines = [Line(line) for line in text.decode().splitlines()]
    lost = 2000 - sum("/xxx" in line.request for line in lines)
    assert 0 < lost < 2000
    server.stop()
    assert f"pour: {lost} lines of the log" in server.said()[-1]


def test_a_disk_that_is_full(serve, root):
    server = serve(root, "--log-file", "/dev/full")
    get(server.address, "/")
    said, = wait_for(server.said, "that a line is lost")
    assert said == ("pour: 1 line of the log /dev/full lost so far: "
                    "No space left on device")
    for _ in range(10):
        get(server.address, "/")
    server.stop()
