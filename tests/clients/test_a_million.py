# SPDX-License-Identifier: MIT
"""A folder of a million entries: all of them, in constant memory, and others
have their turn meanwhile."""

import os
import pathlib
import re
import shutil
import tempfile
import threading

import pytest

from wire import Client, get

N = 1_000_000

pytestmark = pytest.mark.patient


@pytest.fixture(scope="module", name="root")
def make_root():
    """In memory; links to one file are quicker made than files."""
    if shutil.disk_usage("/dev/shm").free < 2 << 30:
        pytest.skip("less than 2 GiB in /dev/shm")
    folder = pathlib.Path(tempfile.mkdtemp(dir="/dev/shm"))
    try:
        (folder / "small").write_bytes(b"small\n")
        (folder / "many").mkdir()
        fd = os.open(folder / "many", os.O_RDONLY)
        for n in range(N):
            os.link(folder / "small", f"{n}", dst_dir_fd=fd)
        os.close(fd)
        yield folder
    finally:
        shutil.rmtree(folder)


def peak(server):
    with open(f"/proc/{server.pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmHWM:\s+(\d+) kB", file.read())[1])


class Others:
    """Somebody who asks for a small file over and over meanwhile."""

    def __init__(self, address):
        self.address, self.served, self.over = address, 0, False
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        with Client(self.address) as client:
            while not self.over:
                assert client.ask("/small").answer().body == b"small\n"
                self.served += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over = True
        self.thread.join()


@pytest.mark.parametrize("query, name", [
    ("", rb'<tr><td><a href="(\d+)">'),
    ("?format=json", rb'"href":"(\d+)"'),
    ("?format=ndjson", rb'"href":"(\d+)"')])
def test_all_of_it(serve, root, query, name):
    server = serve(root, "-t1", "--log", "off")
    get(server.address, "/small")
    get(server.address, "/")
    before = peak(server)
    seen = bytearray(N)
    with Client(server.address) as client, Others(server.address) as others:
        client.ask("/many/" + query)
        assert client.head().status == 200
        first, rest = others.served, b""
        for chunk in client.chunks():
            rest += chunk
            end = rest.rfind(b"\n") + 1
            for found in re.finditer(name, rest[:end]):
                seen[int(found[1])] += 1
            rest = rest[end:]
        served = others.served - first
        grown = peak(server) - before
    print(f"{served} served meanwhile, {grown} KiB more")
    assert seen == b"\1" * N
    # Of about 4,000 turns of 256 entries: a request each, or nearly.
    assert served > N // 256 // 20
    assert grown < 1024


def test_by_pages(serve, root):
    server = serve(root, "-t1", "--log", "off")
    seen, target = bytearray(N), "/many/?format=ndjson&limit=10000"
    with Client(server.address) as client:
        while target:
            answer = client.ask(target).answer()
            for found in re.finditer(rb'"href":"(\d+)"', answer.body):
                seen[int(found[1])] += 1
            target = answer["Link"] and \
                "/many/" + re.match("<(.*)>", answer["Link"])[1]
    assert seen == b"\1" * N


def test_many_at_once(serve, root):
    """Those that do not read hold no more than their buffers."""
    server = serve(root, "-t1", "--log", "off")
    get(server.address, "/small")
    before, clients = peak(server), []
    for _ in range(20):
        clients.append(Client(server.address, receive=4096).ask("/many/"))
    for client in clients:
        assert client.head().status == 200
    assert get(server.address, "/small").body == b"small\n"
    grown = peak(server) - before
    print(f"{grown // 20} KiB each")
    for client in clients:
        client.reset()
    assert grown < 20 * 1024
