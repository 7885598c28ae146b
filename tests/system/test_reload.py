# SPDX-License-Identifier: MIT
"""HUP: what is served is opened anew, and nobody notices."""

import os
import pty
import signal
import subprocess
import threading

from contents import data_of
from program import POUR, environment, wait_for
from wire import Client, get

LARGE = 32 << 20


def reloaded(server, n=1):
    """It said so n times."""
    wait_for(lambda: sum(" reloaded" in line for line in server.said()) >= n,
             f"reloaded {n} times")


def reload(server, n=1):
    server.tell(signal.SIGHUP)
    reloaded(server, n)


def replace(root, text):
    """Another folder under the same name."""
    old = root.with_name("old")
    if old.exists():
        (old / "file").unlink()
        old.rmdir()
    root.rename(old)
    root.mkdir()
    (root / "file").write_text(text)


def test_another_folder_of_that_name(serve, root):
    (root / "file").write_text("first")
    server = serve(root)
    assert get(server.address, "/file").body == b"first"
    replace(root, "second")
    assert get(server.address, "/file").body == b"first"
    reload(server)
    assert get(server.address, "/file").body == b"second"


def test_a_folder_that_is_gone(serve, root):
    (root / "file").write_text("still there")
    server = serve(root)
    root.rename(root.with_name("away"))
    server.tell(signal.SIGHUP)
    wait_for(lambda: any("not reloaded" in line for line in server.said()),
             "a complaint")
    [line] = [line for line in server.said() if "not reloaded" in line]
    assert line == ("pour serve: not reloaded, all is as before: "
                    f"{root}: No such file or directory")
    assert get(server.address, "/file").body == b"still there"
    root.with_name("away").rename(root)


def test_a_download_goes_on(serve, root):
    (root / "large").write_bytes(data_of(LARGE))
    server = serve(root, "-t2")
    with Client(server.address, receive=8192) as client:
        assert client.ask("/large").head().length == LARGE
        (root / "large").rename(root.with_name("large"))
        replace(root, "new")
        reload(server)
        assert b"".join(client.pieces(LARGE)) == data_of(LARGE)
        assert client.ask("/file").head().length == 3
    root.with_name("large").unlink()


class Load(threading.Thread):
    """New connections and kept ones, until told to stop; every answer is
    looked at."""

    def __init__(self, server, texts):
        super().__init__()
        self.server, self.texts = server, texts
        self.over = threading.Event()
        self.answers, self.failure = 0, None

    def run(self):
        try:
            while not self.over.is_set():
                with Client(self.server.address) as client:
                    for _ in range(5):
                        answer = client.ask("/file").answer()
                        assert answer.status == 200
                        assert answer.body in self.texts, answer.body
                        self.answers += 1
        except Exception as failure:  # pylint: disable=broad-except
            self.failure = failure


def test_twenty_times_under_load(serve, root):
    texts = [f"version {i}".encode() for i in range(21)]
    (root / "file").write_bytes(texts[0])
    server = serve(root, "-t2", "--log=off")
    loads = [Load(server, texts) for _ in range(4)]
    for load in loads:
        load.start()
    try:
        for i in range(1, 21):
            seen = sum(load.answers for load in loads)
            replace(root, texts[i].decode())
            reload(server, i)
            assert get(server.address, "/file").body == texts[i]
            wait_for(lambda: sum(load.answers for load in loads) > seen + 20 or
                     any(load.failure for load in loads), "answers")
    finally:
        for load in loads:
            load.over.set()
        for load in loads:
            load.join()
    assert [load.failure for load in loads] == [None] * 4
    assert sum(load.answers for load in loads) > 400


def test_descriptors_do_not_grow(serve, root):
    (root / "file").write_text("x")
    server = serve(root, "-t3")
    before = server.open_files()
    for i in range(1, 6):
        reload(server, i)
    assert server.open_files() == before


def test_the_terminal_goes_away(root):
    (root / "file").write_text("x")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
            [POUR, "serve", "-l", "127.0.0.1:0", str(root)],
            stdin=subprocess.DEVNULL, stderr=theirs, env=environment()) as run:
        os.close(theirs)
        assert b" at http://" in os.read(ours, 1000)
        run.send_signal(signal.SIGHUP)
        assert b"reloaded" in os.read(ours, 1000)
        os.close(ours)
        run.send_signal(signal.SIGHUP)
        assert run.wait(20) == 0
