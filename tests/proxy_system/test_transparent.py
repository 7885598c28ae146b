# SPDX-License-Identifier: MIT
"""Targets that see the client's own address, in two networks of the test's.

    client ─► proxy 10.7.0.1 ══ veth ══ 10.7.0.2 target
              ▲ a rule leads all that comes in there to this machine
"""

import contextlib
import ctypes
import os
import shutil
import socket
import subprocess

import pytest

from peers import SECONDS, Listener, Peer
from program import POUR, environment, wait_for

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)
OURS = "/proc/self/ns/net"


class Network:
    """A namespace that lives as long as this."""

    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "-n", "sleep", "60"],
                                       stderr=subprocess.DEVNULL)
        self.path = f"/proc/{self.holder.pid}/ns/net"
        try:
            wait_for(self._is_there, "a network of its own", 5)
        except AssertionError:
            self.close()
            pytest.skip("no network namespaces here")

    def _is_there(self):
        try:
            return os.readlink(self.path) != os.readlink(OURS)
        except OSError:
            return False

    @contextlib.contextmanager
    def inside(self):
        """What this thread opens and starts is in there."""
        ours = os.open(OURS, os.O_RDONLY)
        theirs = os.open(self.path, os.O_RDONLY)
        assert LIBC.setns(theirs, CLONE_NEWNET) == 0
        try:
            yield
        finally:
            assert LIBC.setns(ours, CLONE_NEWNET) == 0
            os.close(ours)
            os.close(theirs)

    def ip(self, words):
        with self.inside():
            subprocess.run(["ip", *words.split()], check=True,
                           capture_output=True, timeout=20)

    def close(self):
        self.holder.kill()
        self.holder.wait()


@pytest.fixture
def networks():
    if os.geteuid() != 0:
        pytest.skip("networks of one's own are for root")
    if not shutil.which("ip") or not shutil.which("unshare"):
        pytest.skip("no ip(8) or unshare(1) here")
    here, there = Network(), Network()
    try:
        here.ip(f"link add va type veth peer name vb netns {there.holder.pid}")
        for one, name, last in ((here, "va", 1), (there, "vb", 2)):
            one.ip("link set lo up")
            one.ip(f"link set {name} up")
            one.ip(f"addr add 10.7.0.{last}/24 dev {name}")
            one.ip(f"-6 addr add fd07::{last}/64 dev {name} nodad")
        there.ip("route add default via 10.7.0.1")
        there.ip("-6 route add default via fd07::1")
        for family in ("-4", "-6"):
            here.ip(f"{family} rule add iif va lookup 100")
            here.ip(f"{family} route add local default dev lo table 100")
    except subprocess.CalledProcessError as error:
        here.close()
        there.close()
        pytest.skip(f"no such networks here: {error.stderr.decode()}")
    yield here, there
    here.close()
    there.close()


def target_at(host):
    listener = Listener.__new__(Listener)
    listener.sock = socket.create_server(
        (host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.sock.settimeout(SECONDS)
    port = listener.sock.getsockname()[1]
    listener.name = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return listener


@pytest.mark.parametrize("target, header, source", [
    ("10.7.0.2", b"PROXY TCP4 203.0.113.7 198.51.100.1 1234 80\r\n",
     "203.0.113.7"),
    ("fd07::2", b"PROXY TCP6 2001:db8::7 2001:db8::1 1234 80\r\n",
     "2001:db8::7"),
    # Nobody can call the other family from an address of his own.
    ("10.7.0.2", b"PROXY TCP6 2001:db8::7 2001:db8::1 1234 80\r\n",
     "10.7.0.1"),
])
def test_the_source_is_the_client(proxy, networks, target, header, source):
    here, there = networks
    with there.inside():
        listener = target_at(target)
    with here.inside():
        it = proxy(listener, args=["-t1", "--transparent", "--proxy-in"])
        client = it.dial()
    client.send(header + b"hello")
    sock, peer = listener.sock.accept()
    server = Peer(sock).reads(b"hello").send(b"hi").fin()
    assert peer[0] == source
    client.reads(b"hi").ended().close()
    server.ended().close()
    listener.close()


def test_who_may_not(tmp_path):
    """It says so at the start, and what is lacking."""
    words = [POUR, "proxy", "-l", "0", "--to", "80", "--transparent"]
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("no setpriv(1) here")
        words = ["setpriv", "--bounding-set", "-net_admin,-net_raw",
                 "--inh-caps", "-net_admin,-net_raw", *words]
    run = subprocess.run(words, check=False, capture_output=True,
                         env=environment(), timeout=20, cwd=tmp_path)
    assert run.returncode == 1
    assert b"Operation not permitted (this needs CAP_NET_ADMIN)" in run.stderr
    assert run.stderr.count(b"\n") == 1
