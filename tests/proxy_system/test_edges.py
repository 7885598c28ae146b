# SPDX-License-Identifier: MIT
"""Who a client is and whom it wants: PROXY headers, names in TLS, lists."""

import socket
import ssl
import struct

import pytest

from test_operation import gone

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
V1 = b"PROXY TCP4 192.0.2.7 198.51.100.1 1234 80\r\n"


def v2(body=None, command=0x21, family=0x11, length=None):
    if body is None:
        body = struct.pack("!4s4sHH", socket.inet_aton("192.0.2.7"),
                           socket.inet_aton("198.51.100.1"), 1234, 80)
    return SIGNATURE + struct.pack(
        "!BBH", command, family, len(body) if length is None else length) \
        + body


def hello(name, alpn=(), padding=0):
    """What a real client says first."""
    context = ssl.create_default_context()
    if alpn:
        context.set_alpn_protocols(list(alpn))
    out = ssl.MemoryBIO()
    talk = context.wrap_bio(ssl.MemoryBIO(), out, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        talk.do_handshake()
    data = out.read()
    return stretch(data, padding) if padding else data


def stretch(data, more):
    """The same hello with an extension of padding, cut into records."""
    message = bytearray(data[5:])
    at = 4 + 2 + 32
    at += 1 + message[at]
    at += 2 + int.from_bytes(message[at:at + 2], "big")
    at += 1 + message[at]
    size = int.from_bytes(message[at:at + 2], "big")
    message[at:at + 2] = (size + 4 + more).to_bytes(2, "big")
    message += struct.pack("!HH", 21, more) + bytes(more)
    message[1:4] = (len(message) - 4).to_bytes(3, "big")
    return records(bytes(message), 1 << 14)


def records(message, size):
    pieces = [message[i:i + size] for i in range(0, len(message), size)]
    return b"".join(b"\x16\x03\x01" + len(piece).to_bytes(2, "big") + piece
                    for piece in pieces)


# ── PROXY headers that come in ──


@pytest.mark.parametrize("header, who", [
    (V1, "192.0.2.7:1234"),
    (b"PROXY TCP6 2001:db8::7 2001:db8::1 1234 80\r\n", "[2001:db8::7]:1234"),
    (v2(), "192.0.2.7:1234"),
    (v2(struct.pack("!16s16sHH", socket.inet_pton(socket.AF_INET6,
                                                  "2001:db8::7"),
                    bytes(16), 1234, 80), family=0x21), "[2001:db8::7]:1234"),
    (v2(v2()[16:] + b"\x02\x00\x0512345"), "192.0.2.7:1234"),
])
@pytest.mark.parametrize("bytewise", [False, True])
def test_a_header_says_who_it_is(proxy, listener, header, who, bytewise):
    it = proxy(listener, args=["--proxy-in"])
    client = it.dial()
    client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    whole = header + b"hello"
    for piece in ([whole] if not bytewise else
                  [whole[i:i + 1] for i in range(len(whole))]):
        client.send(piece)
    server = listener.take()
    server.reads(b"hello").send(b"hi").close()
    client.reads(b"hi").ended().close()
    line = it.lines()[0]
    assert (line.client, line.up, line.ended) == (who, 5, "--")


@pytest.mark.parametrize("header", [b"PROXY UNKNOWN\r\n",
                                    b"PROXY UNKNOWN ff::1 ff::2 1 2\r\n",
                                    v2(b"", command=0x20, family=0)])
def test_a_header_that_names_nobody(proxy, listener, header):
    it = proxy(listener, args=["--proxy-in"])
    client = it.dial().send(header).send(b"hello")
    server = listener.take()
    server.reads(b"hello").close()
    client.ended().close()
    assert it.lines()[0].client.startswith("127.0.0.1:")


@pytest.mark.parametrize("header", [
    b"GET / HTTP/1.1\r\n\r\n", b"PROXY \n", b"PROXY TCP4 1.2.3.4\r\n",
    b"PROXY TCP4 1.2.3.4 1.2.3.4 01 80\r\n",
    b"PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n",
    b"PROXY TCP4 ::1 ::1 1 2\r\n", b"PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n",
    b"PROXY TCP4" + b" " * 120, v2(command=0x31), v2(length=11),
    v2(length=65535), v2(family=0x1f),
])
def test_what_is_no_header(proxy, listener, header):
    it = proxy(listener, args=["--proxy-in"])
    client = it.dial().send(header)
    assert gone(client)
    assert it.lines()[0].ended == "PR"
    assert not listener.waits()


def test_a_header_that_does_not_end(proxy, listener):
    it = proxy(listener, args=["--proxy-in", "--hello-timeout", "0.3"])
    client = it.dial().send(V1[:-1])
    assert gone(client)
    assert it.lines()[0].ended == "cR"
    client = it.dial().send(V1[:-1]).fin()
    assert gone(client)
    assert it.lines(2)[1].ended == "CR"


def test_only_proxies_are_believed(proxy, listener):
    """From others it is what they say, and not who they are."""
    it = proxy(listener, args=["--proxy-in=10.0.0.0/8"])
    client = it.dial().send(V1)
    server = listener.take()
    server.reads(V1).close()
    client.ended().close()
    assert it.lines()[0].client.startswith("127.0.0.1:")


def test_limits_are_for_whom_a_proxy_speaks(proxy, listener):
    it = proxy(listener, args=["--proxy-in=127.0.0.0/8",
                               "--client-connections", "1"])
    first = it.dial().send(V1 + b"a")
    listener.take().reads(b"a")
    assert gone(it.dial().send(V1 + b"b"))
    other = it.dial().send(V1.replace(b"192.0.2.7", b"192.0.2.8") + b"c")
    listener.take().reads(b"c")
    first.close()
    other.close()


# ── PROXY headers that go out ──


def test_out_by_text(proxy, listener):
    it = proxy(listener, args=["--proxy-out", "v1"])
    client, server = it.pair(listener)
    port = client.sock.getsockname()[1]
    server.reads(b"PROXY TCP4 127.0.0.1 127.0.0.1 %d %d\r\n"
                 % (port, it.ports[0]))
    server.send(b"first")
    client.reads(b"first").send(b"hello").fin()
    server.reads(b"hello").ended().close()
    client.ended().close()
    assert it.lines()[0].up == 5


def test_out_in_binary(proxy, listener):
    it = proxy(listener, args=["--proxy-out", "v2"])
    client = it.dial().send(b"hello")
    port = client.sock.getsockname()[1]
    loopback = socket.inet_aton("127.0.0.1")
    listener.take().reads(v2(struct.pack("!4s4sHH", loopback, loopback, port,
                                         it.ports[0])) + b"hello")


def test_in_and_out(proxy, listener):
    """Whom the first one met is what the second one is told."""
    second = proxy(listener, args=["--proxy-in", "--proxy-out", "v1"])
    first = proxy("127.0.0.1:%d" % second.ports[0],
                  args=["--proxy-in", "--proxy-out", "v2"])
    client = first.dial().send(V1 + b"hello")
    server = listener.take()
    server.reads(V1 + b"hello").send(b"hi").close()
    client.reads(b"hi").ended().close()
    assert first.lines()[0].client == second.lines()[0].client \
        == "192.0.2.7:1234"


# ── Names in TLS ──


def test_by_name(proxy, two):
    it = proxy(args=["--sni", f"a.example.org={two[0].name}",
                     "--sni", f"*.example.org={two[1].name}"])
    for name, listener in (("a.example.org", two[0]),
                           ("A.Example.ORG", two[0]),
                           ("b.example.org", two[1]),
                           ("c.b.example.org", two[1])):
        data = hello(name, alpn=["h2", "http/1.1"])
        client = it.dial().send(data)
        server = listener.take()
        server.reads(data).send(b"answer").close()
        client.reads(b"answer").ended().close()
    for line in it.lines(4):
        assert line.ended == "--"
        assert line.by_up == {"copy": line.up}


def test_who_wants_somebody_else(proxy, two):
    it = proxy(args=["--sni", f"example.org={two[0].name}"])
    assert gone(it.dial().send(hello("example.com")))
    assert it.lines()[0].ended == "PR"
    it = proxy(two[1], args=["--sni", f"example.org={two[0].name}"])
    data = hello("example.com")
    it.dial().send(data)
    two[1].take().reads(data)


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\n\r\n", b"SSH-2.0-x\r\n",
                                  b"\x16", b""])
def test_what_is_no_hello(proxy, two, data):
    """It is not for the proxy to judge it: nobody's name, as it came."""
    it = proxy(two[1], args=["--sni", f"example.org={two[0].name}"])
    client = it.dial().send(data).fin()
    server = two[1].take()
    server.reads(data).ended().send(b"what?").close()
    client.reads(b"what?").ended().close()


def test_a_hello_byte_by_byte(proxy, two):
    it = proxy(two[1], args=["--sni", f"example.org={two[0].name}"])
    data = hello("example.org")
    client = it.dial()
    client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    before = it.cpu()
    for i in range(len(data)):
        client.send(data[i:i + 1])
    two[0].take().reads(data)
    assert it.cpu() - before < 1


@pytest.mark.parametrize("size", [1, 100, 1 << 14])
def test_a_hello_in_records(proxy, two, size):
    it = proxy(two[1], args=["--sni", f"example.org={two[0].name}"])
    data = records(hello("example.org")[5:], size)
    it.dial().send(data + b"more")
    two[0].take().reads(data + b"more")


def test_a_long_hello(proxy, two):
    """Longer than a record may be, and a stream behind it, untouched."""
    it = proxy(two[1], args=["--sni", f"example.org={two[0].name}"])
    data = hello("example.org", padding=40000)
    assert len(data) > 40000
    tail = bytes(range(256)) * 4096
    client = it.dial().send(data)
    server = two[0].take()
    server.reads(data)
    client.send(tail).fin()
    server.reads(tail).ended().close()
    client.ended().close()
    assert it.lines()[0].up == len(data) + len(tail)


def test_a_hello_that_does_not_end(proxy, two):
    it = proxy(two[1], args=["--sni", f"example.org={two[0].name}",
                             "--hello-timeout", "0.3"])
    client = it.dial().send(hello("example.org")[:-1])
    assert gone(client)
    assert it.lines()[0].ended == "cR"


def test_a_silent_client_does_not_spin(proxy, two):
    it = proxy(two[1], args=["-t1", "--sni", f"example.org={two[0].name}"])
    client = it.dial().send(hello("example.org")[:50])
    before = it.cpu()
    client.hears_nothing(0.5)
    assert it.cpu() - before < 0.1
    client.rst()
    assert it.lines()[0].ended == "CR"


def test_a_header_and_a_hello(proxy, two):
    it = proxy(args=["--proxy-in", "--proxy-out", "v1",
                     "--sni", f"example.org={two[0].name}"])
    data = hello("example.org")
    it.dial().send(V1 + data)
    two[0].take().reads(V1 + data)


def test_the_next_one_of_a_name(proxy, two):
    """What was read is not lost when the first target refuses."""
    two[0].close()
    it = proxy(args=["-t1", "--sni", f"example.org={two[0].name}",
                     "--sni", f"example.org={two[1].name}"])
    data = hello("example.org")
    for _ in range(2):
        it.dial().send(data)
        two[1].take().reads(data)


# ── Lists of networks ──


@pytest.mark.parametrize("args, good", [
    (["--allow", "127.0.0.0/8"], True),
    (["--allow", "10.0.0.0/8"], False),
    (["--allow", "10.0.0.0/8", "--allow", "127.0.0.1"], True),
    (["--deny", "127.0.0.1"], False),
    (["--deny", "10.0.0.0/8"], True),
    (["--allow", "127.0.0.0/8", "--deny", "127.0.0.1"], False),
    (["--deny", "all"], False),
])
def test_who_may_come_in(proxy, listener, args, good):
    it = proxy(listener, args=args)
    client = it.dial()
    if good:
        client.send(b"x")
        listener.take().reads(b"x")
        return
    assert gone(client)
    assert not listener.waits()
    it.says("--allow and --deny do not let in")


def test_who_may_come_in_by_a_proxy(proxy, listener):
    it = proxy(listener, args=["--proxy-in", "--deny", "192.0.2.0/24"])
    assert gone(it.dial().send(V1))
    assert it.lines()[0].ended == "PR"
    it.dial().send(V1.replace(b"192.0.2", b"192.0.3") + b"x")
    listener.take().reads(b"x")
