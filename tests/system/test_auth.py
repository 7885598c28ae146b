# SPDX-License-Identifier: MIT
"""--auth-file: who may come in, and what it costs the others."""

import base64
import shutil
import signal
import subprocess

import pytest

from program import POUR, refused, wait_for
from wire import Client, get, request

CHALLENGE = 'Basic realm="pour", charset="UTF-8"'


@pytest.fixture(autouse=True, scope="module")
def libcrypt():
    run = subprocess.run([POUR, "serve", "--auth-file", "/dev/null"],
                         check=False, capture_output=True, text=True,
                         timeout=20)
    if "without libcrypt" in run.stderr:
        pytest.skip("this pour is built without libcrypt")


def made(password, method="yescrypt", *more):
    if not shutil.which("mkpasswd"):
        pytest.skip("no mkpasswd here")
    return subprocess.run(["mkpasswd", "-m", method, *more, password],
                          check=True, capture_output=True,
                          text=True).stdout.strip()


def credentials(user, password, scheme="Basic"):
    text = base64.b64encode(f"{user}:{password}".encode()).decode()
    return f"Authorization: {scheme} {text}"


@pytest.fixture(scope="module")
def users(tmp_path_factory):
    path = tmp_path_factory.mktemp("users") / "users"
    path.write_text(f"# who may\n\nann:{made('secret')}\n"
                    f"bob:{made('pass:word', 'sha512crypt')}\n"
                    f"eve:{made('gehéim', 'bcrypt', '-R', '5')}\n")
    return path


@pytest.fixture
def guarded(serve, root, users):
    (root / "file").write_text("hello\n")
    (root / "sub").mkdir()
    (root / "file.gz").write_bytes(b"\x1f\x8b")
    return serve(root, "-t2", "--auth-file", users)


def test_all_of_the_site(guarded):
    for target in ("/", "/file", "/none", "/sub", "/.hidden", "/?format=json"):
        for method in ("GET", "HEAD"):
            answer = get(guarded.address, target, method=method)
            assert answer.status == 401
            assert answer["WWW-Authenticate"] == CHALLENGE
            assert b"hello" not in answer.body
    answer = get(guarded.address, "/file", method="DELETE")
    assert answer.status == 401


@pytest.mark.parametrize("user, password", [
    ("ann", "secret"), ("bob", "pass:word"), ("eve", "gehéim")])
def test_who_may(guarded, user, password):
    for _ in range(3):
        answer = get(guarded.address, "/file", credentials(user, password))
        assert (answer.status, answer.body) == (200, b"hello\n")
    answer = get(guarded.address, "/file",
                 credentials(user, password, "bASIC"))
    assert answer.status == 200
    assert get(guarded.address, "/none",
               credentials(user, password)).status == 404


@pytest.mark.parametrize("field", [
    credentials("ann", "Secret"), credentials("ann", ""),
    credentials("ann", "secret "), credentials("bob", "secret"),
    credentials("nobody", "secret"), credentials("", ""),
    credentials("ann", "secret", "Bearer"), credentials("ann", "s\0ecret"),
    credentials("ann\0", "secret"), credentials("ann", 600 * "x"),
    "Authorization: Basic", "Authorization: Basic ann:secret",
    "Authorization: Basic !!!!", "Authorization: Basic YW5u",
    "Authorization: ", "X-Authorization: x"])
def test_who_may_not(guarded, field):
    assert get(guarded.address, "/file", credentials("ann", "secret")).status \
        == 200
    for _ in range(2):
        answer = get(guarded.address, "/file", field)
        assert answer.status == 401
        assert answer["WWW-Authenticate"] == CHALLENGE


def test_the_log_says_who(guarded):
    """Of those alone whose password was right."""
    for field in (credentials("ann", "secret"), credentials("bob", "pass:word"),
                  credentials("ann", "wrong"), "A: b"):
        get(guarded.address, "/file", field)
        get(guarded.address, "/file", field)
    get(guarded.address, "/file", credentials("eve", "no"), method="OPTIONS")
    assert sorted(line.user for line in guarded.log(9)) == \
        5 * ["-"] + 2 * ["ann"] + 2 * ["bob"]


def test_two_fields_are_none(guarded):
    good = credentials("ann", "secret")
    assert get(guarded.address, "/file", good, good).status == 401


def test_each_request_by_itself(guarded):
    """On one connection, and all in one go."""
    good, bad = credentials("ann", "secret"), credentials("ann", "no")
    with Client(guarded.address) as client:
        client.send(request("/file", good) + request("/file") +
                    request("/file", bad) + request("/file", good) +
                    request("/file", bad))
        assert [client.answer().status for _ in range(5)] == \
            [200, 401, 401, 200, 401]


def test_a_preflight_has_no_credentials(serve, root, users):
    server = serve(root, "--auth-file", users, "--cors", "*")
    answer = get(server.address, "/", "Origin: https://x",
                 "Access-Control-Request-Method: GET", method="OPTIONS")
    assert answer.status == 204
    assert "Authorization" in answer["Access-Control-Allow-Headers"]


def test_its_own_page(serve, root, users):
    (root / "who.html").write_text("<p>who are you\n")
    server = serve(root, "--auth-file", users, "--error-page",
                   "401=/who.html", "--redirect", "/old=/new")
    answer = get(server.address, "/old")
    assert (answer.status, answer.body) == (401, b"<p>who are you\n")
    assert answer["WWW-Authenticate"] == CHALLENGE


def test_guesses_do_not_hold_up_others(serve, root, tmp_path):
    """One thread; a password takes a second, and there are sixty."""
    (root / "file").write_text("hello\n")
    path = tmp_path / "slow"
    path.write_text(f"ann:{made('secret', 'bcrypt', '-R', '12')}\n")
    server = serve(root, "-t1", "--grace=0.5", "--auth-file", path)
    good = credentials("ann", "secret")
    assert get(server.address, "/file", good).status == 200
    guesses = [Client(server.address) for _ in range(60)]
    for i, client in enumerate(guesses):
        client.ask("/file", credentials("ann", f"guess {i}"))
    for _ in range(20):
        assert get(server.address, "/file", good).status == 200
        assert get(server.address, "/file").status == 401
    # Those before had their answers long before the guesses have.
    waiting = 0
    for client in guesses:
        client.sock.settimeout(0.001)
        try:
            client.answer()
        except TimeoutError:
            waiting += 1
    assert waiting > 30
    # They leave; the server forgets them, and ends when it is told to.
    for client in guesses[::2]:
        client.sock.close()
    server.stop()
    for client in guesses:
        client.sock.close()


def test_more_guesses_than_there_is_room_for(serve, root, tmp_path):
    path = tmp_path / "slow"
    path.write_text(f"ann:{made('secret', 'bcrypt', '-R', '12')}\n")
    server = serve(root, "-t1", "--grace=0.5", "--auth-file", path)
    clients = [Client(server.address) for _ in range(160)]
    for i, client in enumerate(clients):
        client.ask("/", credentials("ann", f"guess {i}"))
    refused_ones = 0
    for client in clients:
        client.sock.settimeout(0.05)
        try:
            answer = client.answer()
        except TimeoutError:
            continue
        assert answer.status in (401, 503)
        if answer.status == 503:
            assert answer["Retry-After"] == "1"
            refused_ones += 1
    assert refused_ones > 0
    server.stop()
    for client in clients:
        client.sock.close()


def test_checks_that_wait_when_it_stops(serve, root, tmp_path):
    """They came before: each is answered as ever, within the grace."""
    (root / "file").write_text("hello\n")
    path = tmp_path / "slow"
    path.write_text(f"ann:{made('secret', 'bcrypt', '-R', '6')}\n")
    server = serve(root, "-t1", "--auth-file", path)
    clients = [Client(server.address) for _ in range(8)]
    for i, client in enumerate(clients):
        client.ask("/file", credentials("ann", f"guess {i}" if i else "secret"))
    server.tell()
    assert [client.answer().status for client in clients] == [200] + 7 * [401]
    server.wait()
    for client in clients:
        client.sock.close()


def test_a_file_that_changes(serve, root, tmp_path):
    (root / "file").write_text("hello\n")
    path = tmp_path / "users"
    path.write_text(f"ann:{made('one')}\n")
    server = serve(root, "--auth-file", path)
    assert get(server.address, "/file", credentials("ann", "one")).status == 200
    path.write_text(f"ann:{made('two')}\n")
    server.tell(signal.SIGHUP)
    wait_for(lambda: any("reloaded" in line for line in server.said()),
             "reloaded")
    assert get(server.address, "/file", credentials("ann", "one")).status == 401
    assert get(server.address, "/file", credentials("ann", "two")).status == 200
    path.write_text("ann:two\n")
    server.tell(signal.SIGHUP)
    wait_for(lambda: any("not reloaded" in line for line in server.said()),
             "a complaint")
    assert get(server.address, "/file", credentials("ann", "two")).status == 200


@pytest.mark.parametrize("text, said", [
    ("ann:secret\n", ":1: no strong hash"),
    ("ann:\n", ":1: no strong hash"),
    ("ann:$1$abcdefgh$p9L6rr3GVPqLeiyMGpP0x/\n", ":1: no strong hash"),
    ("ann:$apr1$abcdefgh$p9L6rr3GVPqLeiyMGpP0x/\n", ":1: no strong hash"),
    ("ann:ab01FAX.bQRSU\n", ":1: no strong hash"),
    ("ann:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n", "mkpasswd -m yescrypt"),
    ("# one\nann\n", ":2: not of the form NAME:HASH"),
    (":$6$x\n", ":1: not of the form NAME:HASH"),
    ("\n# nobody\n", ": no user in it"), ("", ": no user in it")])
def test_files_that_are_refused(root, tmp_path, text, said):
    path = tmp_path / "users"
    path.write_text(text)
    assert said in refused("--auth-file", path, root)


def test_a_file_that_is_not_there(root):
    said = refused("--auth-file", "/none", root)
    assert "/none: No such file or directory" in said


def test_a_user_twice(root, tmp_path):
    path = tmp_path / "users"
    path.write_text(2 * f"ann:{made('x')}\n")
    assert ":2: that user is there already" in refused("--auth-file", path,
                                                       root)
