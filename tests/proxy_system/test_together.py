# SPDX-License-Identifier: MIT
"""Servers and proxies of one file: numbers at one address, and readiness."""

import json
import re
import signal
import socket
import urllib.error
import urllib.request

from peers import Listener, Peer, closed_port
from program import wait_for
from runner import free_port, is_refused


def dial(port):
    return socket.create_connection(("127.0.0.1", port), 20)


def ask(port, path):
    """Status and text of an answer."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}",
                                    timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def numbers(port):
    """All samples; each family and each sample is there once."""
    status, text = ask(port, "/metrics")
    assert status == 200
    types = re.findall(r"^# TYPE (\S+)", text, re.M)
    assert len(types) == len(set(types))
    samples = [line.rsplit(" ", 1) for line in text.splitlines()
               if not line.startswith("#")]
    assert len(samples) == len({name for name, _ in samples})
    families = {re.sub(r"_(bucket|sum|count)$", "", name.split("{")[0])
                if name.split("{")[0] not in types else name.split("{")[0]
                for name, _ in samples}
    assert families <= set(types)
    return {name: float(value) for name, value in samples}


def proxy_of(name, port, target, watch, more=""):
    return (f"[proxy {name}]\nlisten = {port}\nto = {target}\nthreads = 1\n"
            f"log = off\nmetrics = {watch}\n{more}\n")


def server_of(name, watch):
    return (f"[serve {name}]\nlisten = 127.0.0.1:0\nroot = .\nthreads = 1\n"
            f"log = off\nmetrics = {watch}\n")


def test_numbers_at_one_address(start):
    a, b, watch = free_port(), free_port(), free_port()
    one, two = Listener(), Listener()
    it = start(proxy_of("a", a, one.name, watch) +
               proxy_of("b", b, two.name, watch) + server_of("www", watch), 3)
    it.lines(f"pour run: a, b, www: numbers at http://127.0.0.1:{watch}/")
    client = Peer(dial(a))
    server = one.take()
    client.send(b"word").fin()
    server.reads(b"word").ended().close()
    client.ended().close()
    wait_for(lambda: numbers(watch)['pour_conversations_total'
                                    '{proxy="a",ended="-"}'] == 1, "its end")
    found = numbers(watch)
    assert found['pour_upstream_sent_bytes_total{proxy="a",name="",'
                 f'upstream="{one.name}"}}'] == 4
    assert found['pour_conversations_total{proxy="b",ended="-"}'] == 0
    assert found['pour_connections_total{proxy="a"}'] == 1
    assert found['pour_connections_total{proxy="b"}'] == 0
    assert found['pour_connections_total{server="www"}'] == 0
    assert found['pour_connect_seconds_count{proxy="a"}'] == 1
    assert found["process_open_fds"] > 0
    it.stop()
    one.close()
    two.close()


def test_ready_when_all_are(start):
    a, b, watch = free_port(), free_port(), free_port()
    good = Listener()
    text = proxy_of("a", a, good.name, watch)
    it = start(text + proxy_of("b", b, closed_port(), watch,
                               "check = 0.02,fall=1"), 2)
    it.lines(" is down: ")
    assert ask(watch, "/readyz") == (503, "b: no target is up\n")
    assert ask(watch, "/healthz")[0] == 200
    it.reload(text)
    assert ask(watch, "/readyz")[0] == 200
    held = Peer(dial(a))
    taken = good.take()
    it.tell(signal.SIGTERM)
    wait_for(lambda: ask(watch, "/readyz") == (503, "a: it stops\n"),
             "503 while it drains")
    held.close()
    taken.close()
    it.wait()
    good.close()


def test_targets_that_failed_their_clients(start):
    port, watch = free_port(), free_port()
    it = start(proxy_of("a", port, closed_port(), watch))
    assert ask(watch, "/readyz")[0] == 200
    for _ in range(3):
        dial(port).close()
    wait_for(lambda: ask(watch, "/readyz") == (503, "a: no target is up\n"),
             "503 after three failures")


def test_the_address_changes(start):
    port, first, second = free_port(), free_port(), free_port()
    one = Listener()
    it = start(proxy_of("a", port, one.name, first))
    assert ask(first, "/readyz")[0] == 200
    it.reload(proxy_of("a", port, one.name, second))
    assert ask(second, "/readyz")[0] == 200
    wait_for(lambda: is_refused(first), "an end of the first")
    said = it.refuses(proxy_of("a", port, one.name, one.name))
    assert any(f"a: metrics: {one.name}: Address already in use" in line
               for line in said)
    assert ask(second, "/readyz")[0] == 200
    one.close()


def test_an_address_that_moves(start):
    """From one section to another by two reloads, as it says."""
    port, other = free_port(), free_port()
    one, two = Listener(), Listener()

    def text(a, b):
        return (f"[proxy a]\nlisten = {a}\nto = {one.name}\nlog = off\n"
                f"[proxy b]\nlisten = {b}\nto = {two.name}\nlog = off\n")

    it = start(text(port, other), 2)
    said = it.refuses(text(other, port))
    assert any(line.endswith(f"127.0.0.1:{other}: Address already in use (to "
                             "move it here from another section, reload once "
                             "without it)") for line in said)
    it.reload(f"[proxy b]\nlisten = {other}\nto = {two.name}\nlog = off\n")
    wait_for(lambda: is_refused(port), "an end of a")
    it.reload(text(free_port(), port))
    client = Peer(dial(port))
    two.take().send(b"b").close()
    client.reads(b"b").ended().close()
    one.close()
    two.close()


def test_the_log_changes(start, tmp_path):
    """Where it goes, and what a line is, of a server and of a proxy."""
    port, web = free_port(), free_port()
    one = Listener()

    def text(log, file):
        common = f"threads = 1\nlog = {log}\nlog-file = {file}\n"
        return (f"[proxy a]\nlisten = {port}\nto = {one.name}\n{common}"
                f"[serve www]\nlisten = {web}\nroot = .\n{common}")

    def use():
        client = Peer(dial(port))
        server = one.take()
        client.close()
        server.ended().close()
        ask(web, "/pour.conf")

    def kinds():
        """Whether lines are of the server or of the proxy."""
        whole = (tmp_path / "second").read_text().rpartition("\n")[0]
        return {"code" in json.loads(line) for line in whole.splitlines()}

    it = start(text("off", "first"), 2)
    use()
    it.reload(text("json", "second"))
    use()
    wait_for(lambda: kinds() == {True, False}, "a line of each")
    assert (tmp_path / "first").read_text() == ""
    said = it.refuses(text("json", "nowhere/log"))
    assert any("nowhere/log: No such file or directory" in line
               for line in said)
    (tmp_path / "second").write_text("")
    use()
    wait_for(lambda: kinds() == {True, False}, "a line of each")
    one.close()
