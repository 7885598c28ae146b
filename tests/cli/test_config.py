# SPDX-License-Identifier: MIT
"""pour check: what is wrong with a configuration, where, what is allowed."""

import subprocess

import pytest

from copying import POUR

NEEDS = "built without inih"


def check(text, command="check"):
    """The exit status, what was printed, and the lines of complaints."""
    with open("pour.conf", "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())
    run = subprocess.run([POUR, command, "pour.conf"], check=False,
                         capture_output=True, text=True, timeout=20)
    if NEEDS in run.stderr:
        pytest.skip("this pour is built without inih")
    lines = run.stderr.splitlines()
    assert all(line.startswith(f"pour {command}: pour.conf") for line in lines)
    return (run.returncode, run.stdout,
            [line.removeprefix(f"pour {command}: pour.conf") for line in lines])


def good(text, said):
    assert check(text) == (0, f"pour.conf: good, {said}\n", [])


def bad(text, *complaints):
    code, printed, lines = check(text)
    assert (code, printed) == (78, "")
    assert lines == list(complaints)


def test_one_server():
    good("[serve www]\nroot = .\n", "1 server, 1 site")


def test_all_there_is():
    good("""
# a comment
; and another one
[serve www]
  listen = 127.0.0.1:8080 ; a third one
  listen = [::1]:8080
  listen: unix:/tmp/pour.sock
  root = /
  host = example.org
  threads = 2
  hidden = yes
  index =
  grace = 0.5
[site docs]
host = docs.example.org
host = *.docs.example.org
root = .
hidden = no
[serve other]
listen = *:8081
only-hosts = on
[site one]
host = one.org
root = .
[site two]
host = two.org
root = .
""", "2 servers, 4 sites")


@pytest.mark.parametrize("text, complaint", [
    ("root = .\n", ":1: root: before the first [section]"),
    ("[serve a]\nroot = .\nno such line\n",
     ":3: neither a [section] nor KEY = VALUE"),
    ("[serve a\nroot = .\n", ":1: ']' is missing"),
    ("[serve a]\nroot = .\nthreads = many\n",
     ":3: threads: 'many' is no whole number"),
    ("[serve a]\nroot = .\nhidden = perhaps\n",
     ":3: hidden: 'perhaps' is neither yes nor no"),
    ("[serve a]\nroot = .\nthreads = 1\nthreads = 2\n",
     ":4: threads: is there twice"),
    ("[serve a]\nroot = .\n[serve a]\nroot = .\n",
     ":3: [serve a] is there twice"),
    ("[serve a]\nroot = .\n[site b]\nroot = .\nthreads = 1\n",
     ":5: threads: belongs into the [serve a] above it"),
    ("[site b]\nroot = .\n", ":1: [site b] has no [serve NAME] above it"),
    ("[server a]\nroot = .\n",
     ":1: [server a] is none of [serve NAME], [site NAME], [proxy NAME]"),
    ("[serve]\nroot = .\n",
     ":1: [serve NAME]: a name has 1 to 39 letters, digits, dots, dashes or "
     "underscores"),
    ("[serve a]\n", ":1: [serve a]: root is missing, and so is a [site]"),
    ("[serve a]\nroot = .\n[site b]\nhost = b.org\n",
     ":3: [site b]: root is missing"),
    ("[serve a]\nhost = a.org\n[site b]\nroot = .\n",
     ":2: [serve a]: host is there, but root is not"),
    ("[serve a]\nroot = nowhere\n",
     ":1: [serve a]: nowhere: No such file or directory"),
    ("[serve a]\nroot = .\nlisten = *:99999\n",
     ":3: [serve a]: listen: '*:99999': a port is a number from 0 to 65535"),
    ("[serve a]\nroot = .\nhost = a.org\n[site b]\nhost = A.org\nroot = .\n",
     ":3: [serve a]: host 'a.org' is there twice"),
    ("[serve a]\nroot = .\nhost = a b\n",
     ":3: [serve a]: host 'a b': no name such as example.org or "
     "*.example.org"),
    ("[serve a]\nroot = .\n[serve b]\nroot = .\n",
     ":3: [serve b]: listen is missing, as in [serve a]: both would be at "
     "127.0.0.1:8080"),
    ("[serve a]\nroot = .\nlisten = 81\n[serve b]\nlisten = 127.0.0.1:81\n"
     "root = .\n", ":5: [serve b]: listen: 127.0.0.1:81 is that of [serve a]"),
    ("[proxy a]\nlisten = 81\n",
     ":1: [proxy a]: to is missing: where connections go"),
    ("[proxy a]\nlisten = 81\nto = 82\n[serve b]\nlisten = 127.0.0.1:81\n"
     "root = .\n", ":5: [serve b]: listen: 127.0.0.1:81 is that of [proxy a]"),
    ("[proxy a]\nlisten = 81\nlisten = 127.0.0.1:81\nto = 82\n",
     ":3: [proxy a]: listen: 127.0.0.1:81 is there twice"),
    ("[serve a]\nroot = .\n[proxy a]\nlisten = 81\nto = 82\n",
     ":3: [proxy a]: the name is that of [serve a]"),
    ("[proxy a]\nto = 82\nbalance = best\n",
     ":3: balance: 'best' is none of roundrobin, leastconn, random, hash"),
    ("[proxy a]\nto = 82\nallow = 10.0.0.0/8\nallow = 10.0.0.1/8\n"
     "allow = 10.2.0.0/16\n",
     ":4: [proxy a]: allow: '10.0.0.1/8': bits are set behind the prefix"),
    ("[proxy a]\nto = 82\n[site b]\nroot = .\n",
     ":3: [site b] has no [serve NAME] above it"),
    ("[proxy a]\nto = 82\nlog-file = /nowhere/log\n",
     ":3: [proxy a]: log-file: /nowhere/log: No such file or directory"),
    ("", ": there is no section in it"),
    ("# nothing\n", ": there is no section in it"),
    (b"[serve a]\nroot = .\nindex = a\0b\n", ":3: a NUL byte"),
    ("[serve a]\nroot = .\nindex = " + 5000 * "x" + "\n", None),
])
def test_what_is_wrong(text, complaint):
    code, printed, lines = check(text)
    assert (code, printed) == (78, "")
    if complaint is None:
        assert len(lines) == 1
    else:
        assert lines == [complaint]


def test_servers_and_proxies():
    good("""
[serve www]
root = .
[proxy lb]
listen = 127.0.0.1:81
to = 127.0.0.1:82,weight=3
to = unix:/run/x,backup
sni = *.example.org=127.0.0.1:83
balance = leastconn
check = 2,fall=2
proxy-in = 10.0.0.0/8
proxy-out = v2
allow = 10.0.0.0/8
deny = 10.1.0.0/16
max-connections = 100
client-connections = 10
connect-timeout = 1.5
idle-timeout = 60
half-timeout = 5
hello-timeout = 2
grace = 3
threads = 1
log = json
log-file = log
metrics = 127.0.0.1:84
[proxy from-outside]
to = 127.0.0.1:85
""", "1 server, 1 site, 2 proxies")
    good("[proxy a]\nto = 82\n", "1 proxy")


def test_keys_that_there_are_not():
    _, _, [line] = check("[serve a]\nroot = .\ntreads = 1\n")
    assert line.startswith(":3: treads: no key of [serve]; there are: ")
    assert "threads" in line and "root" in line
    _, _, [line] = check("[serve a]\nroot = .\n[site b]\nroot = .\nx = 1\n")
    assert line.startswith(":5: x: no key of [site]; there are: ")
    assert "hidden" in line and "threads" not in line


def test_all_complaints_at_once():
    bad("[serve a]\nroot = .\ngrace = x\nlog = loud\n[a]\nb = c\n",
        ":3: grace: 'x' is no number of seconds (such as 10 or 0.5)",
        ":4: log: 'loud' is none of combined, off, json",
        ":5: [a] is none of [serve NAME], [site NAME], [proxy NAME]")


@pytest.mark.parametrize("text", [
    b"\xef\xbb\xbf[serve a]\nroot = .\n",  # the mark of some editors
    b"[serve a]\r\nroot = .\r\n",
    b"  [serve a]\n\troot = .\n    index = x\n",
    b"[serve a]\nroot = .",
    b"[serve a]   ; words\nroot=.;no comment\n" b"\n",
])
def test_how_it_may_be_written(text, here):
    (here / ".;no comment").mkdir()
    good(text, "1 server, 1 site")


def test_paths_start_from_the_file(here):
    (here / "conf" / "root").mkdir(parents=True)
    (here / "conf" / "pour.conf").write_text("[serve a]\nroot = root\n")
    run = subprocess.run([POUR, "check", "conf/pour.conf"], check=False,
                         capture_output=True, text=True, timeout=20)
    if NEEDS in run.stderr:
        pytest.skip("this pour is built without inih")
    assert run.stdout == "conf/pour.conf: good, 1 server, 1 site\n"


def test_run_says_the_same():
    code, _, lines = check("[serve a]\nroot = .\nx = 1\n", "run")
    assert code == 78
    assert lines[0].startswith(":3: x: no key of [serve]; there are: ")


def test_a_file_that_is_not_there(here):
    run = subprocess.run([POUR, "check", "nowhere"], check=False,
                         capture_output=True, text=True, timeout=20)
    if NEEDS in run.stderr:
        pytest.skip("this pour is built without inih")
    assert (run.returncode, run.stdout) == (78, "")
    assert run.stderr == "pour check: nowhere: No such file or directory\n"
