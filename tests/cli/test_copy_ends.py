# SPDX-License-Identifier: MIT
"""pour copy: ends that are connections or descriptors, and how they end."""

import os
import signal
import socket
import subprocess
import threading

import pytest

from copying import (BYTES, bad, good, nothing_but, pour, read, start,
                     wait_for, write)


def listening(process):
    """Where a copy says that it listens: its first line."""
    line = process.stderr.readline().decode()
    assert line.startswith("pour copy: listening on "), line
    return line.removeprefix("pour copy: listening on ").rstrip("\n")


def usage(run, said):
    assert run.returncode == 2
    assert run.stderr.decode() == f"pour copy: {said}\n"


@pytest.mark.parametrize("where, to", [
    ("tcp-listen:0", None), ("tcp-listen:[::1]:0", None),
    ("tcp-listen:localhost:0", None), ("tcp-listen:*:0", "127.0.0.1"),
    ("unix-listen:s", None), ("unix-listen:@pour-PID", None),
])
@pytest.mark.parametrize("size", [0, 1, len(BYTES)])
def test_from_one_to_another(where, to, size):
    where = where.replace("PID", str(os.getpid()))
    if "::1" in where and not has_ipv6():
        pytest.skip("no IPv6 here")
    write("a", BYTES[:size])
    with start(where, "b", "--explain") as taker:
        at = listening(taker)
        if to:
            at = f"tcp:{to}:{at.rsplit(':', 1)[1]}"
        good(pour("a", at))
        assert taker.wait(20) == 0
    assert read("b") == BYTES[:size]
    nothing_but("a", "b")


def has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def test_a_listener_that_gives():
    write("a")
    with start("a", "tcp-listen:0", "--explain") as giver:
        good(pour(listening(giver), "b"))
        assert giver.wait(20) == 0
    assert read("b") == BYTES


def test_only_one_is_taken():
    with start("tcp-listen:0", "b", "--explain") as taker:
        _, host, port = listening(taker).split(":")
        with socket.create_connection((host, int(port))) as peer:
            peer.sendall(b"one")
            wait_for(lambda: refused(host, int(port)), "it listens no more")
        assert taker.wait(20) == 0
    assert read("b") == b"one"


def refused(host, port):
    try:
        socket.create_connection((host, port)).close()
    except ConnectionError:
        return True
    return False


def test_all_addresses_of_a_name_are_tried():
    # localhost is ::1 and 127.0.0.1 where both exist; one of them answers.
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        got = []
        reader = threading.Thread(
            target=lambda: got.append(everything(server.accept()[0])))
        reader.start()
        write("a")
        good(pour("a", f"tcp:localhost:{port}"))
        reader.join(20)
    assert got == [BYTES]


def everything(sock):
    with sock:
        data = b""
        while more := sock.recv(1 << 20):
            data += more
        return data


def test_nobody_answers():
    write("a")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        at = f"tcp:127.0.0.1:{closed.getsockname()[1]}"
        bad(pour("a", at), f"{at}: Connection refused")
    bad(pour("unix:none", "b"), "unix:none: No such file or directory")
    bad(pour("a", "unix:@pour-none"), "unix:@pour-none: Connection refused")
    run = pour("a", "tcp:name.invalid:80")
    assert run.returncode == 1
    assert run.stderr.startswith(b"pour copy: tcp:name.invalid:80: ")
    nothing_but("a")


def test_a_peer_that_does_not_answer_in_time():
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        at = full.getsockname()
        waiting = []
        # Once its queue is full the kernel drops who comes.
        for _ in range(4):
            s = socket.socket()
            s.setblocking(False)
            s.connect_ex(at)
            waiting.append(s)
        write("a")
        name = f"tcp:127.0.0.1:{at[1]}"
        bad(pour("a", name, "--connect-timeout=0.3"),
            f"{name}: Connection timed out")
        for s in waiting:
            s.close()


def test_a_peer_that_resets_while_it_is_written_to():
    with socket.create_server(("127.0.0.1", 0)) as server:
        name = "tcp:127.0.0.1:%d" % server.getsockname()[1]
        with start("/dev/zero", name) as giver:
            peer, _ = server.accept()
            peer.recv(1 << 16)
            reset(peer)
            assert giver.wait(20) == 1
            said = giver.stderr.read().decode()
    assert said in (f"pour copy: {name}: Connection reset by peer\n",
                    f"pour copy: {name}: Broken pipe\n")


def reset(peer):
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    b"\1\0\0\0\0\0\0\0")
    peer.close()


def test_a_peer_that_closes_without_having_read():
    """All was sent, and nothing of it was taken: that is a failure."""
    write("a", b"x" * 1000)
    with socket.create_server(("127.0.0.1", 0)) as server:
        name = "tcp:127.0.0.1:%d" % server.getsockname()[1]
        with start("a", name) as giver:
            peer, _ = server.accept()
            wait_for(lambda: has_ended(peer), "all is sent")
            peer.close()
            assert giver.wait(20) == 1
            said = giver.stderr.read().decode()
    assert said == f"pour copy: {name}: Connection reset by peer\n"


def has_ended(peer):
    return len(peer.recv(2000, socket.MSG_PEEK)) == 1000 and tcp_state(
        peer) == 8


def tcp_state(sock):
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]


def test_a_source_that_resets():
    with socket.create_server(("127.0.0.1", 0)) as server:
        name = "tcp:127.0.0.1:%d" % server.getsockname()[1]
        with start(name, "b") as taker:
            peer, _ = server.accept()
            peer.sendall(b"some")
            reset(peer)
            assert taker.wait(20) == 1
            assert taker.stderr.read().decode() == (
                f"pour copy: {name}: Connection reset by peer\n")
    nothing_but()


def test_what_a_peer_answers_is_not_waited_for():
    """A server that answers and goes on reading is told the end."""
    write("a", b"question")
    with socket.create_server(("127.0.0.1", 0)) as server:
        name = "tcp:127.0.0.1:%d" % server.getsockname()[1]
        with start("a", name) as giver:
            peer, _ = server.accept()
            peer.sendall(b"answer" * 1000)
            assert peer.recv(100) == b"question"
            assert peer.recv(100) == b""
            peer.close()
            assert giver.wait(20) == 0


def test_descriptors():
    write("a")
    with open("a", "rb") as src, open("b", "wb") as dst:
        fds = (src.fileno(), dst.fileno())
        good(pour(f"fd:{fds[0]}", f"fd:{fds[1]}", pass_fds=fds))
    assert read("b") == BYTES


def test_descriptors_that_were_not_given():
    """Not even when the program itself comes to open one of that number."""
    write("a")
    for n in range(3, 8):
        bad(pour("a", f"fd:{n}"), f"fd:{n}: Bad file descriptor")
        bad(pour(f"fd:{n}", "b"), f"fd:{n}: Bad file descriptor")
    nothing_but("a")


def test_spellings():
    write("a")
    for name, said in [
            ("fd:x", "a descriptor is a number, such as fd:3"),
            ("fd:", "a descriptor is a number, such as fd:3"),
            ("tcp:80", "a host and a port are needed: tcp:HOST:PORT"),
            ("tcp:host:", "a host and a port are needed: tcp:HOST:PORT"),
            ("tcp-listen:99999", "a port is a number from 0 to 65535"),
            ("tcp-listen:unix:s", "that is unix-listen:PATH"),
            ("unix:", "a path is missing"),
            ("unix-listen:" + "x" * 108,
             "the path of a unix socket has at most 107 bytes")]:
        usage(pour("a", name), f"{name}: {said}")
        usage(pour(name, "b"), f"{name}: {said}")
    for name in ["tcp:x", "unix:s", "fd:3"]:
        good(pour("a", f"./{name}"))
        assert read(f"./{name}") == BYTES


def test_a_port_in_use():
    with socket.create_server(("127.0.0.1", 0)) as server:
        name = "tcp-listen:%d" % server.getsockname()[1]
        bad(pour(name, "b"), f"{name}: Address already in use")


def test_a_name_that_is_no_socket_is_not_replaced():
    write("s")
    bad(pour("unix-listen:s", "b"), "unix-listen:s: File exists")
    assert read("s") == BYTES


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_it_listens(number):
    with start("unix-listen:s", "b", "--explain") as taker:
        listening(taker)
        nothing_but("s")
        taker.send_signal(number)
        assert taker.wait(20) == 128 + number
    nothing_but()


def test_a_fifo_that_nobody_reads():
    os.mkfifo("f")
    write("a")
    bad(pour("a", "f", "--connect-timeout=0.2"),
        "f: nobody came to read it within 0.2 seconds (--connect-timeout)")


def test_a_fifo_whose_reader_comes_later():
    os.mkfifo("f")
    write("a")
    with start("a", "f") as giver:
        reader = subprocess.run(["sh", "-c", "sleep 0.1; cat f"], check=True,
                                capture_output=True)
        assert giver.wait(20) == 0
    assert reader.stdout == BYTES


def test_sockets_are_spliced():
    """From a socket to a socket, as --explain has it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        name = "tcp:127.0.0.1:%d" % server.getsockname()[1]
        with start("tcp-listen:0", name, "--explain") as middle:
            _, host, port = listening(middle).split(":")
            with socket.create_connection((host, int(port))) as src:
                dst, _ = server.accept()
                taker = threading.Thread(target=everything, args=(dst,))
                taker.start()
                src.sendall(BYTES)
            taker.join(20)
            assert middle.wait(20) == 0
            said = middle.stderr.read().decode()
    assert " pipe " in said
