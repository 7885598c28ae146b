# SPDX-License-Identifier: MIT
"""pour run: several servers of one file, and a file that changes."""

import signal
import threading

import pytest

from program import wait_for
from runner import Runner, free_port, is_refused
from wire import Client, get


@pytest.fixture
def run(tmp_path):
    """Starts it with a text for its file."""
    runners = []

    def start(text, servers=1):
        runners.append(Runner(tmp_path, text, servers))
        return runners[-1]

    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    yield start
    for runner in runners:
        if not runner.stopped:
            runner.stop()


def body(port, host="x"):
    return get(("127.0.0.1", port), "/file", host=host).body.decode()


SECTION = """
[serve {0}]
listen = 127.0.0.1:{1}
root = {2}
threads = 1
log = off
"""


def test_two_servers(run):
    a, b = free_port(), free_port()
    runner = run(SECTION.format("a", a, "one") + SECTION.format("b", b, "two"),
                 2)
    first, second = runner.lines(" with ")
    assert first.startswith("pour run: a: ")
    assert first.endswith(f"/one at http://127.0.0.1:{a}/ with 1 thread")
    assert second.startswith("pour run: b: ")
    assert (body(a), body(b)) == ("one", "two")
    runner.stop()


def test_sites_by_name(run):
    port = free_port()
    run(SECTION.format("a", port, "one") + """
host = one.org
only-hosts = yes
[site two]
host = *.two.org
root = two
""")
    assert body(port, "one.org") == "one"
    assert body(port, "www.two.org:80") == "two"
    where = "127.0.0.1", port
    assert get(where, "/file", host="two.org").status == 421
    # The name in an absolute target counts, whatever Host says.
    for target, host, text in (("http://www.two.org/file", "one.org", b"two"),
                               ("http://one.org/file", "www.two.org", b"one"),
                               ("http://one.org:80/file", "else", b"one")):
        assert get(where, target, host=host).body == text
    assert get(where, "http://else/file", host="one.org").status == 421


def test_what_a_site_has_from_its_server(run, tmp_path):
    (tmp_path / "one" / ".hidden").write_text("hidden of one")
    (tmp_path / "two" / ".hidden").write_text("hidden of two")
    (tmp_path / "three" / ".hidden").write_text("hidden of three")
    port = free_port()
    run(SECTION.format("a", port, "one") + """
hidden = yes
[site two]
host = two.org
root = two
[site three]
host = three.org
root = three
hidden = no
""")

    def status(host):
        return get(("127.0.0.1", port), "/.hidden", host=host).status
    assert [status(host) for host in ("x", "two.org", "three.org")] == \
        [200, 200, 404]


def test_a_file_that_changes(run):
    a, b, c = free_port(), free_port(), free_port()
    runner = run(SECTION.format("a", a, "one") + SECTION.format("b", b, "two"),
                 2)
    # a changes its folder, b goes, c comes.
    runner.write(SECTION.format("a", a, "two") + SECTION.format("c", c, "three"))
    runner.reload()
    assert (body(a), body(c)) == ("two", "three")
    wait_for(lambda: is_refused(b), "an end of b")
    # And b is back, at the address that c had.
    runner.write(SECTION.format("a", a, "three"))
    runner.reload()
    wait_for(lambda: is_refused(c), "an end of c")
    runner.write(SECTION.format("b", c, "two") + SECTION.format("a", a, "one"))
    runner.reload()
    assert (body(a), body(c)) == ("one", "two")
    runner.stop()


def test_a_file_that_becomes_bad(run):
    a, b = free_port(), free_port()
    runner = run(SECTION.format("a", a, "one"))
    runner.refuses(SECTION.format("a", a, "two") +
                   SECTION.format("b", b, "nowhere"))
    [line] = runner.lines("[serve b]")
    assert line.endswith("/nowhere: No such file or directory")
    assert body(a) == "one"
    assert is_refused(b)
    runner.refuses(SECTION.format("a", a, "two") + "thread = 2\n")
    assert len(runner.lines(":7: thread: no key of [serve]")) == 1
    assert body(a) == "one"
    runner.write(SECTION.format("a", a, "two"))
    runner.reload()
    assert body(a) == "two"


class Load(threading.Thread):
    """Requests that all must be answered, by new and by old connections."""

    def __init__(self, port):
        super().__init__()
        self.port = port
        self.over = threading.Event()
        self.answers, self.failure = 0, None

    def run(self):
        try:
            while not self.over.is_set():
                with Client(("127.0.0.1", self.port)) as client:
                    for _ in range(4):
                        answer = client.ask("/file").answer()
                        assert answer.status == 200
                        assert answer.body in (b"one", b"two")
                        self.answers += 1
        except Exception as failure:  # pylint: disable=broad-except
            self.failure = failure


def test_twenty_times_under_load(run):
    """The address stays, others come and go, the folder changes."""
    port, others = free_port(), [free_port(), free_port()]
    runner = run(SECTION.format("a", port, "one"))
    loads = [Load(port) for _ in range(4)]
    for load in loads:
        load.start()
    try:
        for i in range(20):
            folder = ("two", "one")[i % 2]
            seen = sum(load.answers for load in loads)
            runner.write(SECTION.format("a", port, folder) +
                         f"listen = 127.0.0.1:{others[i % 2]}\n")
            runner.reload()
            assert body(port) == folder
            assert body(others[i % 2]) == folder
            wait_for(lambda: sum(load.answers for load in loads) > seen + 20 or
                     any(load.failure for load in loads), "answers")
    finally:
        for load in loads:
            load.over.set()
        for load in loads:
            load.join()
    assert [load.failure for load in loads] == [None] * 4
    assert sum(load.answers for load in loads) > 400
    runner.stop()


def test_from_every_address_to_one_and_back(run):
    """They overlap; the one goes before every one, so nobody is refused."""
    port = free_port()

    def at(address):
        return SECTION.format("a", port, "one").replace("127.0.0.1:",
                                                        f"{address}:")
    runner = run(at("*"))
    load = Load(port)
    load.start()
    try:
        wait_for(lambda: load.answers > 20 or load.failure, "answers")
        runner.reload(at("127.0.0.1"))
        seen = load.answers
        wait_for(lambda: load.answers > seen + 20 or load.failure, "answers")
    finally:
        load.over.set()
        load.join()
    assert load.failure is None
    for address in ("0.0.0.0", "127.0.0.1", "*"):
        runner.reload(at(address))
        assert body(port) == "one"
    runner.stop()


def test_it_ends_as_a_server_does(run):
    runner = run(SECTION.format("a", free_port(), "one") +
                 SECTION.format("b", free_port(), "two"), 2)
    runner.stop(signal.SIGINT)
