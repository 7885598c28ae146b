# SPDX-License-Identifier: MIT
"""Rates that many share: kept over time, smoothly, and still by sendfile()."""

import concurrent.futures
import os
import shutil
import subprocess
import time

import pytest

from contents import data_of
from program import wait_for
from wire import Client, get

MEGABYTE = 1 << 20
SECONDS = 2.0


@pytest.fixture
def files(root):
    (root / "small").write_bytes(b"hello\n")
    (root / "large").write_bytes(data_of(8 * MEGABYTE))
    with open(root / "huge", "wb") as file:
        file.truncate(1 << 30)
    return root


def take(server, source=None, seconds=SECONDS, before=None):
    """How many bytes of a body come within that time, and when."""
    came = []
    host = (source and "127.0.0.1", server.port) if source else server.address
    with Client(host, source=source, receive=65536) as client:
        client.ask("/huge")
        began = time.monotonic()
        client.sock.settimeout(0.05)
        while (now := time.monotonic() - began) < seconds:
            try:
                came.append((now, len(client.sock.recv(MEGABYTE))))
            except TimeoutError:
                pass
        client.reset()
    return came


def sum_of(came):
    return sum(n for _, n in came)


def together(server, sources):
    with concurrent.futures.ThreadPoolExecutor(len(sources)) as pool:
        return list(pool.map(lambda source: take(server, source), sources))


def is_near(bytes_, rate, seconds=SECONDS):
    """Loosely: this machine has other things to do."""
    return 0.5 * rate * seconds <= bytes_ <= 1.5 * rate * seconds


def by_sendfile(server, n):
    """All bodies of the log left without a copy."""
    for line in server.log(n):
        if line.status == 200 and line.bytes > MEGABYTE:
            assert line.moved.keys() == {"sendfile"}, line.text


@pytest.mark.parametrize("rate", ["300k", "2M", "40M"])
def test_one_client(serve, files, rate):
    server = serve(files, "--rate", rate)
    bytes_ = int(rate[:-1]) << (10 if rate.endswith("k") else 20)
    came = take(server)
    assert is_near(sum_of(came), bytes_)
    halves = [sum(n for at, n in came if (at < SECONDS / 2) == first)
              for first in (True, False)]
    assert min(halves) > 0.25 * sum(halves), "it comes in bursts"
    by_sendfile(server, 1)


@pytest.mark.parametrize("option", ["--rate", "--client-rate"])
@pytest.mark.parametrize("n", [4, 16])
def test_connections_share_it(serve, files, option, n):
    """What aria2 -x16 does: more connections are no way around it."""
    server = serve(files, option, "2M", "-t2")
    came = together(server, [None] * n)
    assert is_near(sum(map(sum_of, came)), 2 * MEGABYTE)
    assert all(sum_of(each) > 0 for each in came), "somebody starves"
    by_sendfile(server, n)


def test_each_client_has_its_own(serve, files):
    server = serve(files, "--client-rate", "1M", "-t2", listen=("0.0.0.0:0",))
    came = together(server, ["127.0.0.1", "127.0.0.2", "127.0.0.3"])
    for each in came:
        assert is_near(sum_of(each), MEGABYTE)


def test_both_rates(serve, files):
    server = serve(files, "--client-rate", "1M", "--rate", "1536k", "-t2",
                   listen=("0.0.0.0:0",))
    came = together(server, ["127.0.0.1", "127.0.0.1", "127.0.0.2"])
    assert is_near(sum(map(sum_of, came)), 1536 << 10)


def test_connections_one_after_the_other_share_it(serve, files):
    """Each small answer by a connection of its own: no new burst for each."""
    (files / "piece").write_bytes(bytes(64 << 10))
    server = serve(files, "--client-rate", "1M", "-t2")
    began, n = time.monotonic(), 0
    while time.monotonic() - began < SECONDS:
        n += len(get(server.address, "/piece").body)
    assert is_near(n, MEGABYTE, time.monotonic() - began)


def test_everything_arrives(serve, files):
    server = serve(files, "--rate", "8M")
    assert get(server.address, "/large").body == data_of(8 * MEGABYTE)
    with Client(server.address) as client:
        client.ask("/large", "Range: bytes=1000-2000999")
        assert client.answer().body == data_of(8 * MEGABYTE)[1000:2001000]
        client.ask("/large", "Range: bytes=0-99,1000000-1999999")
        assert client.answer().status == 206
        assert client.ask("/small").answer().body == b"hello\n"
        assert client.ask("/").answer().status == 200
    by_sendfile(server, 5)


def test_who_waits_spins_not(serve, files):
    server = serve(files, "--rate", "100k", "-t1")
    clients = [Client(server.address) for _ in range(30)]
    for client in clients:
        client.ask("/huge")
    time.sleep(0.3)
    before = server.cpu_seconds()
    time.sleep(1)
    assert server.cpu_seconds() - before < 0.3
    for client in clients:
        client.reset()


def test_what_is_not_used_is_given_back(serve, files):
    """Clients that leave do not hold up those who come after them."""
    server = serve(files, "--rate", "1M", "-t1")
    for _ in range(50):
        with Client(server.address) as client:
            client.ask("/huge").reset()
    began = time.monotonic()
    assert get(server.address, "/small").body == b"hello\n"
    assert time.monotonic() - began < 5
    server.stop()


def test_stopping_while_they_wait(serve, files):
    server = serve(files, "--rate", "10k", "--grace", "0.2")
    clients = [Client(server.address) for _ in range(5)]
    for client in clients:
        client.ask("/huge")
    time.sleep(0.3)
    server.stop()
    for client in clients:
        client.sock.close()


def test_aria2(serve, files, tmp_path):
    """Sixteen connections of a real client, which obey as one."""
    aria2 = shutil.which("aria2c")
    if not aria2:
        pytest.skip("no aria2c here")
    server = serve(files, "--client-rate", "4M", "-t2")
    began = time.monotonic()
    subprocess.run([aria2, "-q", "-x16", "-s16", "-k1M", "--no-conf",
                    "-d", str(tmp_path), "-o", "got",
                    f"http://127.0.0.1:{server.port}/large"], check=True,
                   timeout=60)
    took = time.monotonic() - began
    assert (tmp_path / "got").read_bytes() == data_of(8 * MEGABYTE)
    assert took > 8 / 4 / 1.5
    wait_for(lambda: len(server.log(1)) >= 1, "a line")
    assert os.path.exists(tmp_path / "got")
