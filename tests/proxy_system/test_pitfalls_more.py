# SPDX-License-Identifier: MIT
"""Pitfalls of splicing proxies, by number: pipes that are dirty or lacking, and
what else is no plain stream. The others are in test_pitfalls.py."""

import array
import errno
import os
import random
import resource
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile

import pytest

import kernel
from peers import Listener, Proxy, run
from program import POUR, ROOT, wait_for
from test_operation import numbers
from test_passing import MIB, bulk, pass_all
from test_pitfalls import closed, fill, of_the_proxy, same, same_stream


# ── Pipes that are dirty, or not to be had ──


def pour_in(peer, mark):
    """As much as goes at once."""
    peer.sock.setblocking(False)
    try:
        while True:
            peer.sock.send(mark * 65536)
    except BlockingIOError:
        peer.sock.settimeout(20)


def take_marks(peer, mark, most):
    """What has come already is of nobody else."""
    got = 0
    peer.sock.setblocking(False)
    try:
        while got < most:
            piece = peer.sock.recv(most - got)
            assert piece.strip(mark) == b"", "somebody else's bytes"
            if not piece:
                break
            got += len(piece)
    except (BlockingIOError, ConnectionResetError):
        pass
    peer.sock.settimeout(20)


def test_p13_no_client_hears_another(proxy):
    """Conversations break off while bytes are in pipes; each has its mark."""
    rng = random.Random(13)
    listener = Listener(receive=8192)
    it = proxy(listener, args=["-t1", "--metrics", "127.0.0.1:0"])
    for at in range(8):
        marks = [bytes([1 + at * 4 + i]) for i in range(4)]
        pairs = [it.pair(listener) for _ in marks]
        for (client, _server), mark in zip(pairs, marks):
            pour_in(client, mark)
        for (client, server), mark in zip(pairs, marks):
            take_marks(server, mark, rng.randrange(300000))
            first, second = rng.sample([client, server], 2)
            first.rst()
            second.rst()
        client, server = it.pair(listener)
        mark = bytes([200 + at])
        pass_all(client, server, mark * (MIB // 4))
        pass_all(server, client, mark * MIB)
    wait_for(lambda: numbers(it)[1]["pour_pipes_lent"] == 0, "pipes back")
    assert numbers(it)[1]["pour_pipes_dropped_total"] > 0
    listener.close()


FILL = """
import fcntl, os, sys
pipes = []
try:
    while True:
        pipes.append(os.pipe())
        fcntl.fcntl(pipes[-1][1], 1031, 1 << 18)
except OSError as error:
    print(error.errno, len(pipes), flush=True)
sys.stdin.read()
"""


def become(uid):
    def run_():
        resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
        if ROOT:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
    return run_


def test_p15_past_the_pages_that_a_user_may_have(tmp_path, listener):
    """Pipes have two pages then: all is copied, and the log says why."""
    uid = 61000 + os.getpid() % 4000 if ROOT else os.getuid()
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        shutil.copy(POUR, place)
        filler = subprocess.Popen([sys.executable, "-c", FILL],
                                  stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE,
                                  preexec_fn=become(uid))
        try:
            number, pipes = filler.stdout.readline().split()
            if int(number) != errno.EPERM:
                pytest.skip(f"errno {number.decode()} after "
                            f"{pipes.decode()} pipes: no soft limit here")
            it = Proxy(tmp_path / "errors", listener, args=["-t1"],
                       program=f"{place}/pour", preexec_fn=become(uid))
            client, server = it.pair(listener)
            pass_all(client, server, bulk(2 * MIB))
            line = closed(it, client, server)
            assert line.by_up == {"copy": 2 * MIB}
            assert "pipe!ENOBUFS" in it.text()
            it.stop()
        finally:
            filler.communicate()


def test_p16_no_descriptor_for_a_pipe(proxy, listener):
    """What has begun goes on by copying."""
    it = proxy(listener, args=["-t1"])
    client, server = it.pair(listener)
    client.send(b"x")
    server.reads(b"x")
    most = max(map(int, os.listdir(f"/proc/{it.pid}/fd"))) + 1
    resource.prlimit(it.pid, resource.RLIMIT_NOFILE, (most, most))
    pass_all(client, server, bulk(2 * MIB))
    line = closed(it, client, server)
    assert line.by_up == {"copy": 2 * MIB + 1}
    assert "pipe!EMFILE" in it.text()


def test_p16_no_descriptor_for_a_client(proxy, listener):
    """It is said once a second at most, and those who talk go on."""
    it = proxy(listener, args=["-t1"])
    client, server = it.pair(listener)
    client.send(b"x")
    server.reads(b"x")
    most = max(map(int, os.listdir(f"/proc/{it.pid}/fd"))) + 1
    resource.prlimit(it.pid, resource.RLIMIT_NOFILE, (most, 1 << 14))
    others = []
    for _ in range(20):
        others.append(it.dial())
        client.send(b"ping")
        server.reads(b"ping")
    it.says("no descriptors left")
    before = it.cpu()
    server.looks_away(0.5)
    assert it.cpu() - before < 0.2
    assert len(it.says("no descriptors left")) <= 4
    for other in others:
        other.close()
    resource.prlimit(it.pid, resource.RLIMIT_NOFILE, (1 << 12, 1 << 14))
    for _ in range(20):
        again = it.dial().send(b"again")
        server = listener.take()
        try:
            server.reads(b"again")
            return
        except (AssertionError, ConnectionResetError):
            again.close()  # one of those who waited and have left
    raise AssertionError("nobody is let in again")


# ── Events ──


@pytest.mark.parametrize("how", ["fin", "close", "rst"])
def test_p17_a_hang_up_with_bytes_on_their_way(proxy, how):
    """It is reported for ever, and must not be asked for."""
    listener = Listener(receive=8192)
    it = proxy(listener, args=["-t1"])
    client, server = it.pair(listener)
    fill(client, 2 * MIB)
    getattr(client, how)()
    before = it.cpu()
    server.looks_away(0.5)
    assert it.cpu() - before < 0.2
    server.rst()
    client.close()
    it.lines()
    listener.close()


def test_p18_room_is_asked_for_when_only_bytes_wait(proxy):
    """Nothing more comes to be read, and yet they leave."""
    listener = Listener(receive=8192)
    it = proxy(listener, args=["-t1"])
    client, server = it.pair(listener)
    data = fill(client, 2 * MIB)
    for _ in range(3):
        server.looks_away(0.1)
        same(server, data[:100000])
        data = data[100000:]
    same(server, data)
    listener.close()


# ── What is no plain stream ──


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    place = tmp_path_factory.mktemp("certificate")
    if not shutil.which("openssl"):
        pytest.skip("no openssl here")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes",
                    "-keyout", place / "key", "-out", place / "cert",
                    "-subj", "/CN=localhost", "-days", "2"],
                   check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place / "cert", place / "key")
    return context


def test_p19_records_of_tls_that_are_no_data(proxy, listener, certificate):
    """They are bytes like any others here: TLS is not ended, so no socket of
    the proxy has keys, and splice() meets no record that it cannot take."""
    it = proxy(listener, args=["-t1"])
    client, server = it.pair(listener)
    data = bulk(4 * MIB)

    def serve():
        with certificate.wrap_socket(server.sock, server_side=True) as tls:
            tls.sendall(data)
            tls.unwrap().close()
    done = run(serve)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with context.wrap_socket(client.sock, server_hostname="x") as tls:
        got = bytearray()
        while piece := tls.recv(MIB):  # up to its closing record
            got += piece
        assert got == data
    done()
    assert it.lines()[0].by_down["pipe"] > 3 * MIB


@pytest.mark.parametrize("error", [errno.EINVAL, errno.ENOSYS])
def test_p20_a_kernel_that_does_not_splice(proxy, listener, error):
    """It is tried once in a conversation, then all of it is copied."""
    it = proxy(listener, args=["-t1"],
               preexec_fn=kernel.under(kernel.fails("splice", error)))
    client, server = it.pair(listener)
    pass_all(client, server, bulk(4 * MIB))
    line = closed(it, client, server)
    assert line.by_up == {"copy": 4 * MIB}
    assert f"pipe!{errno.errorcode[error]}" in it.text()


def test_p26_unix_sockets(proxy, tmp_path):
    """Bytes are spliced; a descriptor that comes along with one stays behind,
    and is closed."""
    listener = Listener(path=str(tmp_path / "to"))
    front = str(tmp_path / "front")
    it = proxy(listener, args=["-t1"], listen=[f"unix:{front}", "127.0.0.1:0"])
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(20)
        sock.connect(front)
        server = listener.take()
        before = it.descriptors()[0]
        with tempfile.TemporaryFile() as file:
            sock.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                                   array.array("i", [file.fileno()]))])
        data, more, _flags, _from = server.sock.recvmsg(
            10, socket.CMSG_SPACE(64))
        assert (data, more) == (b"x", [])
        assert it.descriptors()[0] == before
        client = type(server)(sock)
        same_stream(client, server, 4 * MIB)
        client.fin()
        server.ended().close()
        client.ended()
    assert it.lines()[0].by_up["pipe"] > 3 * MIB
    listener.close()


def test_p27_nobody_waits_for_more_than_a_byte(proxy, listener):
    """SO_RCVLOWAT stays 1: a sender that waits for an answer is not kept."""
    it = proxy(listener, args=["-t1"])
    client, server = it.pair(listener)
    same_stream(client, server)
    for _ in range(5):
        client.send(b"?")
        server.reads(b"?").send(b"!")
        client.reads(b"!")
    options = of_the_proxy(it, socket.SOL_SOCKET, socket.SO_RCVLOWAT)
    assert [option for option, _ in options] == [1, 1]
