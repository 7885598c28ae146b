# SPDX-License-Identifier: MIT
"""Targets by name: where a name leads, now and later, and servers that lie."""

import re
import select
import signal
import socket
import subprocess
import time

import pytest

from dns import (A, CNAME, FAILED, NO_SUCH_NAME, REFUSED, Dns, address,
                 packed, record)
from peers import Peer, closed_port
from program import POUR, environment, wait_for


with open(POUR, "rb") as program:
    if b"SRV records are not asked for" in program.read():
        pytest.skip("built without c-ares", allow_module_level=True)


@pytest.fixture
def dns():
    one = Dns()
    yield one
    one.close()


class Place:
    """Listeners at one port of several addresses of this machine."""

    def __init__(self, *hosts):
        self.at = {}
        while not self.at:
            first = socket.create_server((hosts[0], 0))
            self.port = first.getsockname()[1]
            self.at[hosts[0]] = first
            try:
                for host in hosts[1:]:
                    self.at[host] = socket.create_server(
                        (host, self.port),
                        family=socket.AF_INET6 if ":" in host
                        else socket.AF_INET)
            except OSError:
                self.close()
        for sock in self.at.values():
            sock.settimeout(20)

    def take(self, host):
        return Peer(self.at[host].accept()[0])

    def close(self):
        for sock in self.at.values():
            sock.close()
        self.at = {}


@pytest.fixture
def place():
    one = Place("127.0.0.1", "127.0.0.2", "127.0.0.3")
    yield one
    one.close()


def met(it, place, n):
    """At which addresses n clients arrived, one after the other."""
    hosts = []
    for _ in range(n):
        client = it.dial()
        ready = select.select(list(place.at.values()), [], [], 20)[0]
        assert ready, it.text()
        for host, sock in place.at.items():
            if sock in ready:
                hosts.append(host)
                sock.accept()[0].close()
        client.close()
    return hosts


def is_told(it, name, *addresses):
    """Waits until it says that the name leads there."""
    words = f"pour: target {name} is " + ", ".join(addresses)
    wait_for(lambda: words in it.text().split("\n"),
             f"{words!r} in {it.text()}")


def readyz(it):
    at = re.search(r"numbers at http://127\.0\.0\.1:(\d+)/", it.text())
    with socket.create_connection(("127.0.0.1", int(at[1])), 20) as sock:
        sock.sendall(b"GET /readyz HTTP/1.0\r\n\r\n")
        return int(sock.recv(4096).split()[1])


# ── Where a name leads ──

def test_all_addresses_in_turn(proxy, dns, place):
    dns.says("db.test", "A", ["127.0.0.1", "127.0.0.2", "127.0.0.3"])
    it = proxy(f"db.test:{place.port}",
               args=["-t1", "--resolver", dns.name])
    assert f" to db.test:{place.port} with 1 thread" in it.first
    assert sorted(met(it, place, 6)) == sorted([*place.at, *place.at])


def test_both_families(proxy, dns):
    try:
        place = Place("127.0.0.1", "::1")
    except OSError:
        pytest.skip("no IPv6 here")
    dns.says("db.test", "A", ["127.0.0.1"])
    dns.says("db.test", "AAAA", ["::1"])
    it = proxy(f"db.test:{place.port}",
               args=["-t1", "--resolver", dns.name])
    assert sorted(met(it, place, 4)) == ["127.0.0.1"] * 2 + ["::1"] * 2
    place.close()


def test_the_next_address_when_one_refuses(proxy, dns, place):
    dns.says("db.test", "A", ["127.0.0.9", "127.0.0.2"])
    it = proxy(f"db.test:{place.port}",
               args=["-t1", "--resolver", dns.name])
    assert met(it, place, 4) == ["127.0.0.2"] * 4
    assert max(line.tries for line in it.lines(4)) == 2


def test_who_comes_before_the_first_answer_waits(proxy, dns, place):
    def slow(query):
        time.sleep(0.3)
        return [query.answer([address("db.test", "127.0.0.2")])]
    dns.does("db.test", "A", slow)
    it = proxy(f"db.test:{place.port}", args=["--resolver", dns.name])
    client = it.dial().send(b"early")
    place.take("127.0.0.2").reads(b"early").close()
    client.ended()


def test_the_hosts_file(proxy, place):
    """Nobody needs to be asked for what stands there."""
    it = proxy(f"LocalHost:{place.port}", args=["--resolver", closed_port()])
    assert set(met(it, place, 2)) <= {"127.0.0.1", "::1"}


def test_names_for_clients_that_name_a_host(proxy, dns, place):
    """Whose names fail have nobody, and not those of others."""
    dns.says("web.test", "A", ["127.0.0.2"])
    dns.fails("gone.test", NO_SUCH_NAME)
    it = proxy(f"127.0.0.1:{place.port}", args=[
        "-t1", "--resolver", dns.name,
        "--sni", f"a.org=web.test:{place.port}",
        "--sni", f"b.org=gone.test:{place.port}"])
    is_told(it, f"web.test:{place.port}", f"127.0.0.2:{place.port}")
    it.says("target gone.test")
    it.dial().send(hello(b"a.org"))
    place.take("127.0.0.2")
    it.dial().send(hello(b"b.org")).ended()
    it.dial().send(b"no hello")
    place.take("127.0.0.1")


def hello(name):
    """A ClientHello that names a host, and little else."""
    def sized(n, data):
        return len(data).to_bytes(n, "big") + data
    names = sized(2, b"\0" + sized(2, name))
    extensions = sized(2, b"\0\0" + sized(2, names))
    body = b"\3\3" + bytes(32) + b"\0" + sized(2, b"\x13\x01") + b"\1\0"
    return b"\x16\3\1" + sized(2, b"\1" + sized(3, body + extensions))


# ── Where it leads later ──

def test_other_addresses_after_the_ttl(proxy, dns, place):
    """Conversations stay where they are."""
    dns.says("db.test", "A", ["127.0.0.1"], ttl=1)
    name = f"db.test:{place.port}"
    it = proxy(name, args=["--resolver", dns.name])
    client = it.dial()
    server = place.take("127.0.0.1")
    dns.says("db.test", "A", ["127.0.0.2"], ttl=1)
    is_told(it, name, f"127.0.0.2:{place.port}")
    wait_for(lambda: met(it, place, 4) == ["127.0.0.2"] * 4, "a new address")
    client.send(b"still")
    server.reads(b"still").send(b"here")
    client.reads(b"here")


@pytest.mark.parametrize("how", [NO_SUCH_NAME, FAILED, REFUSED, "empty",
                                 "garbage"])
def test_a_name_that_fails_leads_where_it_did(proxy, dns, place, how):
    dns.says("db.test", "A", ["127.0.0.2"], ttl=1)
    name = f"db.test:{place.port}"
    it = proxy(name, args=["--resolver", dns.name])
    is_told(it, name, f"127.0.0.2:{place.port}")
    if how == "empty":
        dns.fails("db.test", 0)
    elif how == "garbage":
        for kind in ("A", "AAAA"):
            dns.does("db.test", kind,
                     lambda query: [query.answer([b"\xff" * 40])])
    else:
        dns.fails("db.test", how)
    it.says("it stays what it was; asking again")
    assert met(it, place, 3) == ["127.0.0.2"] * 3
    assert len(it.says(f"target {name}: ")) == 1


def test_and_is_found_again(proxy, dns, place):
    dns.fails("db.test", FAILED)
    name = f"db.test:{place.port}"
    it = proxy(name, args=["--resolver", dns.name, "--metrics", "0"])
    it.says(f"target {name}: no DNS server has an answer; asking again")
    dns.says("db.test", "A", ["127.0.0.3"])
    is_told(it, name, f"127.0.0.3:{place.port}")
    assert met(it, place, 2) == ["127.0.0.3"] * 2


def test_one_family_that_fails_keeps_its_addresses(proxy, dns, place):
    dns.says("db.test", "A", ["127.0.0.1"], ttl=1)
    dns.says("db.test", "AAAA", ["::1"], ttl=1)
    name = f"db.test:{place.port}"
    it = proxy(name, args=["--resolver", dns.name])
    is_told(it, name, f"127.0.0.1:{place.port}", f"[::1]:{place.port}")
    dns.does("db.test", "AAAA", lambda query: [query.answer(code=FAILED)])
    dns.says("db.test", "A", ["127.0.0.2"], ttl=1)
    wait_for(lambda: "127.0.0.2" in met_v4(it, place), "the new address")
    it.signal(signal.SIGUSR2)
    it.says(f"target [::1]:{place.port}: ")


def met_v4(it, place):
    """Where one client arrived; "": nowhere within IPv4."""
    client = it.dial()
    ready = select.select(list(place.at.values()), [], [], 0.2)[0]
    client.close()
    hosts = [host for host, sock in place.at.items() if sock in ready]
    for host in hosts:
        place.at[host].accept()[0].close()
    return hosts


# ── The start ──

def test_no_such_name_at_the_start(proxy, dns, place):
    """It runs, is not ready, turns clients away, and goes on asking."""
    name = f"db.test:{place.port}"
    it = proxy(name, args=["--resolver", dns.name, "--metrics", "0"])
    it.says(f"target {name}: there is no such name; asking again")
    assert readyz(it) == 503
    client = it.dial()
    try:
        client.ended()
    except ConnectionResetError:
        pass
    assert (it.lines()[0].ended, it.lines()[0].target) == ("SC", "-")
    dns.says("db.test", "A", ["127.0.0.1"])
    is_told(it, name, f"127.0.0.1:{place.port}")
    assert readyz(it) == 200
    assert met(it, place, 1) == ["127.0.0.1"]


def test_nobody_answers_questions(proxy, place):
    it = proxy(f"db.test:{place.port}", args=[
        "--resolver", closed_port(), "--connect-timeout", "0.3"])
    it.says("no DNS server ")


def test_a_silent_server_is_followed_by_the_next(proxy, dns, place):
    silent = Dns()
    for kind in ("A", "AAAA"):
        silent.does("db.test", kind, lambda query: [])
    dns.says("db.test", "A", ["127.0.0.2"])
    it = proxy(f"db.test:{place.port}", args=[
        "--resolver", silent.name, "--resolver", dns.name,
        "--connect-timeout", "0.7"])
    is_told(it, f"db.test:{place.port}", f"127.0.0.2:{place.port}")
    silent.close()


# ── SRV ──

def test_services(proxy, dns, place):
    """Hosts with ports and weights; other priorities are for need."""
    dns.says("_db._tcp.test", "SRV", [(10, 30, place.port, "a.test"),
                                      (10, 10, place.port, "b.test"),
                                      (20, 99, place.port, "c.test")])
    for host, at in (("a", "127.0.0.1"), ("b", "127.0.0.2"),
                     ("c", "127.0.0.3")):
        dns.says(f"{host}.test", "A", [at])
    it = proxy("srv:_db._tcp.test", args=["-t1", "--resolver", dns.name])
    assert " to srv:_db._tcp.test with" in it.first
    hosts = met(it, place, 8)
    assert hosts.count("127.0.0.1") == 6
    assert hosts.count("127.0.0.2") == 2
    place.at.pop("127.0.0.1").close()
    place.at.pop("127.0.0.2").close()
    assert met(it, place, 2) == ["127.0.0.3"] * 2


def test_a_service_that_is_not_there(proxy, dns, place):
    dns.says("_db._tcp.test", "SRV", [(0, 0, place.port, ".")])
    it = proxy("srv:_db._tcp.test", args=["--resolver", dns.name])
    it.says("target srv:_db._tcp.test: it has no address; asking again")


def test_more_hosts_than_anybody_has(proxy, dns):
    """600 of them, by TCP: 64 are asked for."""
    hosts = [(0, 1, 80, f"h{i}.test") for i in range(600)]
    dns.says("_db._tcp.test", "SRV", hosts)
    for i in range(600):
        dns.says(f"h{i}.test", "A", [f"127.1.{i // 256}.{i % 256}"])
    answer = dns.scripts["_db._tcp.test", 33]
    dns.does("_db._tcp.test", "SRV", lambda query: answer(query)
             if query.is_tcp else [query.answer(flags=0x8380)])
    it = proxy("srv:_db._tcp.test", args=["--resolver", dns.name])
    it.says(" and 60 more")


# ── Lies ──

def test_an_answer_that_was_cut_is_asked_for_by_tcp(proxy, dns, place):
    records = [address("db.test", f"127.0.0.{i}", 1) for i in range(1, 4)]
    dns.does("db.test", "A", lambda query: [
        query.answer(records) if query.is_tcp
        else query.answer(records[:1], flags=0x8380)])
    it = proxy(f"db.test:{place.port}", args=["--resolver", dns.name])
    is_told(it, f"db.test:{place.port}",
            *[f"127.0.0.{i}:{place.port}" for i in range(1, 4)])


def test_too_many_addresses(proxy, dns):
    records = [address("db.test", f"10.0.{i // 256}.{i % 256}")
               for i in range(2000)]
    dns.does("db.test", "A", lambda query: [
        query.answer(records) if query.is_tcp
        else query.answer(flags=0x8380)])
    it = proxy("db.test:80", args=["--resolver", dns.name])
    it.says(" and 60 more")


def test_answers_to_other_questions(proxy, dns, place):
    """With a wrong number, or to another name: the right one is waited for."""
    wrong = [address("db.test", "127.0.0.1")]
    right = [address("db.test", "127.0.0.2")]

    def lie(query):
        number = bytes([query.data[0] ^ 1, query.data[1]])
        other = packed("other.test") + query.question[-4:]
        return [query.answer(wrong, number=number),
                query.answer(wrong, question=other),
                b"", b"\0", query.data[:11],
                query.answer(right)]
    dns.does("db.test", "A", lie)
    it = proxy(f"db.test:{place.port}", args=["--resolver", dns.name])
    is_told(it, f"db.test:{place.port}", f"127.0.0.2:{place.port}")


@pytest.mark.parametrize("records", [
    # One that leads to itself, and two that lead to each other.
    [record("db.test", CNAME, packed("db.test"))],
    [record("db.test", CNAME, packed("b.test")),
     record("b.test", CNAME, packed("db.test"))] * 200,
    # Names that point to themselves, and past the end.
    [b"\xc0\x1c" + record("", A, b"\1\2\3\4")[1:]],
    [b"\xff\xff" + record("", A, b"\1\2\3\4")[1:]],
    # An address that is too long, or shorter than it says.
    [record("db.test", A, b"\1\2\3\4\5")],
    [record("db.test", A, b"\1\2\3\4")[:-2]],
])
def test_answers_that_lead_nowhere(proxy, dns, records):
    dns.does("db.test", "A", lambda query: [query.answer(records)])
    it = proxy("db.test:80", args=["--resolver", dns.name, "--connect-timeout",
                                   "0.4"])
    it.says("target db.test:80: ")
    it.stop()
    assert it.run.returncode == 0


def test_a_name_by_another_name(proxy, dns, place):
    dns.does("db.test", "A", lambda query: [query.answer([
        record("db.test", CNAME, packed("real.test"), 1),
        address("real.test", "127.0.0.3", 60)])])
    it = proxy(f"db.test:{place.port}", args=["--resolver", dns.name])
    assert met(it, place, 1) == ["127.0.0.3"]


@pytest.mark.parametrize("ttl", [0, 0x80000000, 0xffffffff])
def test_ttls_that_are_none_are_a_second(proxy, dns, place, ttl):
    dns.says("db.test", "A", ["127.0.0.1"], ttl=ttl)
    name = f"db.test:{place.port}"
    it = proxy(name, args=["--resolver", dns.name])
    is_told(it, name, f"127.0.0.1:{place.port}")
    began = time.monotonic()
    wait_for(lambda: dns.count("db.test", "A") >= 2, "a second question")
    assert dns.count("db.test", "A") <= 2 + time.monotonic() - began


# ── Words ──

@pytest.mark.parametrize("words, says", [
    (["--to", "db"], "after a name comes its port"),
    (["--to", "db.example.org:0"], "the host must be a number"),
    (["--to", "db.example.org:99999"], "a port is a number"),
    (["--to", "d b:80"], "the host must be a number"),
    (["--to", "300.1.1.1:80"], "the host must be a number"),
    (["--to", "srv:db"], "after srv: comes a name such as"),
    (["--to", "srv:"], "after srv: comes a name such as"),
    (["--to", "a" * 256 + ":80"], "the host must be a number"),
    (["--to", "80", "--resolver", "x"], "not the address of a DNS server"),
    (["--to", "80", "--resolver", "unix:/x"], "not the address of a DNS"),
    (["--to", "80"] + ["--resolver", "::"] * 9, "--resolver"),
])
def test_bad_words(words, says):
    run = subprocess.run([POUR, "proxy", "-l", "0", *words], check=False,
                         capture_output=True, env=environment(), timeout=20)
    assert run.returncode == 2
    assert says in run.stderr.decode()
