# SPDX-License-Identifier: MIT
"""Where TLS clients go by the protocols that they offer; hostile hellos."""

import subprocess

import pytest

from program import POUR, environment
from test_edges import gone, hello, records


def test_a_protocol_goes_before_a_name(proxy, three):
    it = proxy(three[2], args=["--sni", f"a.org={three[0].name}",
                               "--alpn", f"acme-tls/1={three[1].name}"])
    for alpn, where in ((["acme-tls/1"], 1), (["h2", "http/1.1"], 0),
                        ([], 0), (["h2", "acme-tls/1"], 1)):
        data = hello("a.org", alpn=alpn)
        client = it.dial().send(data)
        three[where].take().reads(data).send(b"hi").close()
        client.reads(b"hi").ended().close()
    data = hello("b.org", alpn=["h2"])
    it.dial().send(data)
    three[2].take().reads(data)


def test_the_first_that_is_offered(proxy, three):
    it = proxy(args=["--alpn", f"h2={three[0].name}",
                     "--alpn", f"h3@a.org={three[1].name},weight=2",
                     "--alpn", f"http/1.1={three[2].name}"])
    for alpn, name, where in ((["h2", "h3"], "a.org", 0),
                              (["h3", "h2"], "a.org", 1),
                              (["h3", "h2"], "b.org", 0),
                              (["http/1.1", "h2"], "b.org", 2)):
        it.dial().send(hello(name, alpn=alpn))
        three[where].take().close()
    assert gone(it.dial().send(hello("a.org", alpn=["h4"])))


@pytest.mark.parametrize("cut", ["bytes", "records", "long"])
def test_however_it_comes(proxy, three, cut):
    it = proxy(three[2], args=["--alpn", f"h2={three[1].name}"])
    data = hello("a.org", alpn=["h2"])
    if cut == "records":
        data = records(data[5:], 7)
    if cut == "long":
        data = hello("a.org", alpn=["h2"], padding=40000)
    client = it.dial()
    if cut == "bytes":
        for at in range(len(data)):
            client.send(data[at:at + 1])
    else:
        client.send(data)
    three[1].take().reads(data).close()


@pytest.mark.parametrize("data", [
    b"\x16\x03\x01\x00\x00",                         # an empty record
    b"\x16\x03\x01\xff\xff" + bytes(70000),          # one that is too long
    b"\x16\x03\x01\x00\x04\x02\x00\x00\x00",         # no ClientHello
    b"\x16\x03\x01\x00\x04\x01\xff\xff\xff",         # 16 MiB of it
    b"\x16\x03\x01\x00\x01\x01\x17\x03\x03\x00\x01x",  # data in between
    records(b"\1\0\0\x60\3\3" + bytes(32) + b"\xff" * 62, 512),  # lies
    records(b"\1\0\xff\xfa" + bytes(70000), 16384),     # it does not end
], ids=["empty", "record", "type", "length", "between", "lies", "endless"])
def test_hostile_hellos_are_closed_and_counted(proxy, three, data):
    """No target is to find out what it is."""
    it = proxy(three[0], args=["--sni", f"a.org={three[1].name}"])
    client = it.dial()
    try:
        client.send(data)
    except (BrokenPipeError, ConnectionResetError):
        pass
    assert gone(client)
    line = it.lines()[0]
    assert (line.ended, line.target) == ("PR", "-")


@pytest.mark.parametrize("words", ["h2", "h2=", "=80", "@a=80", "h2@=80",
                                   "h2@a b=80", "h 2=80", "h2@*.=80,x",
                                   "x" * 300 + "=80"])
def test_bad_protocols(words):
    run = subprocess.run([POUR, "proxy", "-l", "0", "--alpn", words],
                         check=False, capture_output=True, timeout=20,
                         env=environment())
    assert run.returncode == 2
    assert run.stderr.startswith(b"pour proxy: --alpn: ")
