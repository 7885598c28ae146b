# SPDX-License-Identifier: MIT
"""What a service manager hands over, and what it is told."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys

import pytest

from program import POUR, environment, wait_for
from wire import get

# Puts the descriptors it is told in their places and becomes the program.
BECOME = """
import fcntl, os, sys
fds = [int(fd) for fd in sys.argv[1].split(",") if fd]
high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 100) for fd in fds]
for i, fd in enumerate(high):
    os.dup2(fd, 3 + i)
os.environ["LISTEN_PID"] = str(os.getpid() + int(sys.argv[2]))
os.environ["LISTEN_FDS"] = str(len(fds))
os.closerange(3 + len(fds), 200)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Managed:
    """The program with sockets from outside."""

    def __init__(self, args, socks=(), errors=None, wrong_pid=0, **env):
        fds = [sock.fileno() for sock in socks]
        self.errors = errors
        with open(errors, "wb") as stderr:
            self.run = subprocess.Popen(
                [sys.executable, "-c", BECOME, ",".join(map(str, fds)),
                 str(wrong_pid), POUR, *map(str, args)],
                stdin=subprocess.DEVNULL, stderr=stderr, pass_fds=fds,
                env=environment(**env))

    def text(self):
        return self.errors.read_text()

    def says(self, text):
        wait_for(lambda: text in self.text() or self.run.poll() is not None,
                 text)
        assert text in self.text(), self.text()

    def stop(self):
        self.run.terminate()
        assert self.run.wait(20) == 0, self.text()


@pytest.fixture
def managed(tmp_path):
    runs = []

    def start(*args, **more):
        runs.append(Managed(*args, errors=tmp_path / f"e{len(runs)}", **more))
        return runs[-1]
    yield start
    for one in runs:
        one.run.kill()
        one.run.wait()


@contextlib.contextmanager
def listening(where=("127.0.0.1", 0)):
    family = socket.AF_INET if isinstance(where, tuple) else socket.AF_UNIX
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.bind(where)
        sock.listen(100)
        yield sock


def test_inherited_sockets(managed, root, tmp_path):
    """TCP and unix; clients who came before it are answered too."""
    (root / "file").write_text("hello")
    path = str(tmp_path / "socket")
    with listening() as tcp, listening(path) as unix:
        early = socket.create_connection(tcp.getsockname())
        early.sendall(b"GET /file HTTP/1.1\r\nHost: x\r\n"
                      b"Connection: close\r\n\r\n")
        server = managed(["serve", "-t3", root], socks=[tcp, unix])
        server.says(f"at http://127.0.0.1:{tcp.getsockname()[1]}/ and unix:")
        assert early.recv(9) == b"HTTP/1.1 "
        early.close()
        for _ in range(20):
            assert get(tcp.getsockname(), "/file").body == b"hello"
            assert get(path, "/file").body == b"hello"
        server.run.send_signal(signal.SIGHUP)
        server.says("reloaded")
        assert get(tcp.getsockname(), "/file").body == b"hello"
        server.stop()
        assert os.path.exists(path)  # the file is not its own
        # The socket lives on: whoever comes now waits for the next one.
        socket.create_connection(tcp.getsockname()).close()


def test_its_own_addresses_as_well(managed, root):
    with listening() as sock:
        server = managed(["serve", "-l", "127.0.0.1:0", root], socks=[sock])
        server.says(" and http://127.0.0.1:")
        first, second = re.findall(r"127\.0\.0\.1:(\d+)/", server.text())
        assert int(first) == sock.getsockname()[1] != int(second)


def test_sockets_of_another_process(managed, root):
    with listening() as sock:
        server = managed(["serve", "-l", "127.0.0.1:0", root], socks=[sock],
                         wrong_pid=1)
        server.says(" at ")
        assert f":{sock.getsockname()[1]}/" not in server.text()


def test_what_is_no_listening_socket(managed, root):
    with socket.socket() as idle, listening() as good:
        server = managed(["serve", root], socks=[good, idle])
        server.says("LISTEN_FDS: descriptor 4: a socket that does not listen")
        assert server.run.wait(20) == 1
    with socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        server = managed(["serve", root], socks=[datagrams])
        server.says("LISTEN_FDS: descriptor 3: no stream socket")
    with open("/dev/null", "rb") as file:
        server = managed(["serve", root], socks=[file])
        server.says("LISTEN_FDS: descriptor 3: Socket operation on non-socket")


def test_by_name(managed, tmp_path):
    config = tmp_path / "pour.conf"
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    config.write_text("[serve one]\nroot = one\n[serve two]\nroot = two\n")
    with listening() as a, listening() as b, listening() as c:
        server = managed(["run", config], socks=[a, b, c],
                         LISTEN_FDNAMES="two:one:three")
        wait_for(lambda: server.text().count(" at ") == 2 or
                 server.run.poll() is not None, "two servers")
        if "without inih" in server.text():
            pytest.skip("this pour is built without inih")
        assert get(a.getsockname(), "/file").body == b"two"
        assert get(b.getsockname(), "/file").body == b"one"
        assert ("the socket 'three' was inherited, but there is no "
                "[serve three] and no [proxy three]") in server.text()
        server.stop()


def two_proxies(one, two):
    text = "[serve www]\nroot = .\nlog = off\n"
    for name, target in (("one", one), ("two", two)):
        text += (f"[proxy {name}]\nthreads = 1\nlog = off\n"
                 "to = %s:%d\n" % target.getsockname())
    return text


def test_by_name_for_proxies(managed, tmp_path):
    """Beside a server; each has its own, also after the file has changed, and
    the manager is told of that."""
    config = tmp_path / "pour.conf"
    (tmp_path / "file").write_text("hello")
    with contextlib.ExitStack() as stack:
        a, b, c, one, two = (stack.enter_context(listening())
                             for _ in range(5))
        config.write_text(two_proxies(one, two))
        sock, name = stack.enter_context(notified(str(tmp_path / "notify")))
        it = managed(["run", config], socks=[a, b, c], NOTIFY_SOCKET=name,
                     LISTEN_FDNAMES="two:www:one")
        wait_for(lambda: it.text().count(" with ") == 3 or
                 it.run.poll() is not None, "three of them")
        if "without inih" in it.text():
            pytest.skip("this pour is built without inih")
        assert sock.recv(1000) == b"READY=1\nSTATUS=serving"
        for changed in (False, True):
            if changed:  # the two change places
                one, two = two, one
                config.write_text(two_proxies(one, two))
                it.run.send_signal(signal.SIGHUP)
                assert re.fullmatch(rb"RELOADING=1\nMONOTONIC_USEC=\d{6,}",
                                    sock.recv(1000))
                assert sock.recv(1000) == b"READY=1\nSTATUS=serving, reloaded"
            for door, target in ((c, one), (a, two)):
                with socket.create_connection(door.getsockname(), 20):
                    target.settimeout(20)
                    target.accept()[0].close()
            assert get(b.getsockname(), "/file").body == b"hello"
        it.stop()


@contextlib.contextmanager
def notified(where):
    """A manager's end, and its name for NOTIFY_SOCKET."""
    name = where % os.getpid() if "%d" in where else where
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind("\0" + name[1:] if name[0] == "@" else name)
        sock.settimeout(20)
        yield sock, name


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_what_it_is_told(managed, root, tmp_path, kind):
    where = "@pour-%d" if kind == "abstract" else str(tmp_path / "notify")
    with notified(where) as (sock, name):
        server = managed(["serve", "-l", "127.0.0.1:0", root],
                         NOTIFY_SOCKET=name)
        assert sock.recv(1000) == b"READY=1\nSTATUS=serving"
        server.run.send_signal(signal.SIGHUP)
        assert re.fullmatch(rb"RELOADING=1\nMONOTONIC_USEC=\d{6,}",
                            sock.recv(1000))
        assert sock.recv(1000) == b"READY=1\nSTATUS=serving, reloaded"
        root.rename(root.with_name("away"))
        server.run.send_signal(signal.SIGHUP)
        sock.recv(1000)
        assert sock.recv(1000).startswith(
            b"READY=1\nSTATUS=serving, not reloaded")
        root.with_name("away").rename(root)
        server.run.terminate()
        assert sock.recv(1000) == b"STOPPING=1\nSTATUS=stopping"
        assert server.run.wait(20) == 0


@pytest.mark.parametrize("name", ["relative", "@", "/nowhere/socket",
                                  "/" + 200 * "x"])
def test_a_manager_that_cannot_be_told(managed, root, name):
    server = managed(["serve", "-l", "127.0.0.1:0", root], NOTIFY_SOCKET=name)
    server.says(" at ")
    server.stop()


def answers(path):
    """It may be there before it listens."""
    with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
        return get(path, "/file").status == 200
    return False


def test_activated_by_systemd(root, tmp_path):
    activate = shutil.which("systemd-socket-activate")
    if not activate:
        pytest.skip("no systemd-socket-activate here")
    (root / "file").write_text("hello")
    path = str(tmp_path / "socket")
    with subprocess.Popen([activate, "-l", path, POUR, "serve", "-t2",
                           str(root)], env=environment(),
                          stderr=subprocess.DEVNULL) as run:
        try:
            wait_for(lambda: answers(path), "a socket that listens")
            assert get(path, "/file").body == b"hello"
            assert get(path, "/file").body == b"hello"
        finally:
            run.terminate()
        assert run.wait(20) == 0

