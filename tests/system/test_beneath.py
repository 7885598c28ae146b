# SPDX-License-Identifier: MIT
"""Nothing outside of the root, nothing hidden, nothing that is no file."""

import os
import socket
import urllib.parse

import pytest

from wire import Client, get

SECRET = b"outside of the root"


@pytest.fixture
def outside(root):
    path = root.parent / "secret"
    path.write_bytes(SECRET)
    (root.parent / "rootless").mkdir()  # its name begins like the root's
    (root.parent / "rootless" / "secret").write_bytes(SECRET)
    return path


CLIMBING = [
    "/../secret", "/../../secret", "/sub/../../secret", "/..", "/../",
    "/%2e%2e/secret", "/%2E%2E/secret", "/.%2e/secret", "/%2e./secret",
    "/sub/%2e%2e/%2e%2e/secret", "/..%2fsecret", "/%2e%2e%2fsecret",
    "/..%5csecret", "/..\\secret", "/..;/secret", "/..%00/secret",
    "/%252e%252e/secret", "/%c0%ae%c0%ae/secret", "/%u002e%u002e/secret",
    "/..%c0%afsecret", "/.../secret", "/....//secret", "//../secret",
    "/./../secret", "/sub/./../../secret", "/../rootless/secret",
    "/..%2frootless%2fsecret", "http://x/../secret", "/sub/..%2f..%2fsecret",
    "/" + "../" * 500 + "secret", "/" + "sub/../" * 500 + "../secret"]


@pytest.mark.parametrize("target", CLIMBING, ids=lambda text: text[:40])
def test_no_way_up(serve, root, outside, target):
    (root / "sub").mkdir()
    answer = get(serve(root).address, target)
    assert answer.status in (400, 403, 404)
    assert SECRET not in answer.body
    assert outside.exists()


def test_no_path_from_the_machine(serve, root, outside):
    server = serve(root)
    for path in (str(outside), "/etc/passwd", "//etc/passwd", "/proc/self/fd"):
        assert get(server.address, path).status == 404
        assert get(server.address, "/" + urllib.parse.quote(path, safe=""))\
            .status == 404


LINKS = {
    "up": ("../secret", 403),
    "absolute": ("/etc/passwd", 403),
    "absolute inside": ("ROOT/file", 403),
    "through up": ("sub/../../secret", 403),
    "out and in": ("../root/file", 403),
    "inside": ("file", 200),
    "inside by the way": ("sub/../file", 200),
    "link to a link": ("link inside", 200),
    "link to a link up": ("link up", 403),
    "itself": ("link itself", 403),
    "nowhere": ("nothing", 404),
}


@pytest.mark.parametrize("name", LINKS)
def test_links(serve, root, outside, name):
    (root / "file").write_bytes(b"inside\n")
    (root / "sub").mkdir()
    for each, (to, _) in LINKS.items():
        (root / f"link {each}").symlink_to(to.replace("ROOT", str(root)))
    target = f"/link {name}".replace(" ", "%20")
    answer = get(serve(root).address, target)
    assert answer.status == LINKS[name][1]
    assert (answer.body == b"inside\n") == (answer.status == 200)
    assert outside.read_bytes() == SECRET


def test_a_linked_folder(serve, root, outside):
    (root / "sub").mkdir()
    (root / "sub" / "file").write_bytes(b"inside\n")
    (root / "in").symlink_to("sub")
    (root / "out").symlink_to("..")
    (root / "far").symlink_to(root.parent)
    server = serve(root)
    assert get(server.address, "/in/file").body == b"inside\n"
    assert get(server.address, "/in")["Location"] == "/in/"
    for target in ("/out", "/out/", "/out/secret", "/far/", "/far/secret",
                   "/in/../out/secret"):
        answer = get(server.address, target)
        assert answer.status in (403, 404)
        assert SECRET not in answer.body


def test_the_root_may_be_a_link(serve, root):
    (root / "file").write_bytes(b"inside\n")
    (root.parent / "link").symlink_to(root)
    server = serve(root.parent / "link")
    assert get(server.address, "/file").body == b"inside\n"


def test_magic_links(serve):
    """A folder where links lead to wherever a descriptor points."""
    server = serve("/proc/self")
    for target in ("/root/etc/passwd", "/cwd/", "/exe", "/fd/0", "/fd/1",
                   "/fd/2", "/root/", "/fd/3", "/fd/4", "/task/self/root/"):
        assert get(server.address, target).status in (403, 404)
    assert get(server.address, "/fd/").status == 200
    assert get(server.address, "/").status == 200


HIDDEN = ["/.secret", "/.git/config", "/sub/.env", "/.git/", "/.git",
          "/%2egit",
          "/sub/.deep/file", "/.well-known-not", "/sub/.well-known/file",
          "/.well-known/.secret", "/..secret", "/...", "/./.secret",
          "/sub/../.secret"]


@pytest.fixture
def dotted(root):
    for name in (".secret", ".git/config", "sub/.env", "sub/.deep/file",
                 ".well-known/file", ".well-known/.secret", "..secret", "...",
                 ".well-known-not", "sub/.well-known/file"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(SECRET)
    return root


@pytest.mark.parametrize("target", HIDDEN)
def test_dot_names(serve, dotted, target):
    answer = get(serve(dotted).address, target)
    assert answer.status == 404
    assert SECRET not in answer.body


def test_they_are_not_listed(serve, dotted):
    server = serve(dotted)
    for target in ("/", "/sub/", "/.well-known/"):
        page = get(server.address, target).body
        assert b"secret" not in page and b"git" not in page
        assert b"env" not in page and b"deep" not in page


def test_well_known(serve, dotted):
    server = serve(dotted)
    for target in ("/.well-known/file", "/%2ewell-known/file"):
        assert get(server.address, target).body == SECRET
    assert get(server.address, "/.well-known/").status == 200


@pytest.mark.parametrize("target", HIDDEN)
def test_dot_names_with_hidden(serve, dotted, target):
    answer = get(serve(dotted, "--hidden").address, target)
    assert answer.status == (301 if target in ("/.git", "/%2egit") else 200)
    assert get(serve(dotted, "--hidden").address, "/../x").status == 400


def test_what_is_no_file(serve, root, monkeypatch):
    """None of them is waited for, and the next answer comes as ever."""
    monkeypatch.chdir(root)  # the path of a socket may not be long
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        with Client(serve(root, "-t1").address) as client:
            for name in ("pipe", "socket", "pipe", "pipe/", "socket/x"):
                assert client.ask(f"/{name}").answer().status == 404
                client.ask(f"/{name}", method="HEAD")
                assert client.answer("HEAD").status == 404
            assert b"pipe" not in client.ask("/").answer().body


def test_devices(serve, root):
    try:
        os.mknod(root / "zero", 0o666 | 0o020000, os.makedev(1, 5))
        os.mknod(root / "terminal", 0o666 | 0o020000, os.makedev(5, 0))
        os.mknod(root / "none", 0o666 | 0o060000, os.makedev(240, 77))
    except PermissionError:
        pytest.skip("only root makes devices")
    server = serve(root)
    for name in ("zero", "terminal", "none"):
        assert get(server.address, f"/{name}").status in (403, 404)


def test_unreadable(serve, root, ordinary):
    (root / "file").write_bytes(SECRET)
    (root / "file").chmod(0)
    (root / "listed").mkdir(mode=0o311)
    (root / "listed" / "a").write_bytes(b"a")
    (root / "closed").mkdir()
    (root / "closed" / "a").write_bytes(SECRET)
    (root / "closed").chmod(0o644)
    server = serve(root, **ordinary)
    assert get(server.address, "/file").status == 403
    assert get(server.address, "/listed/").status == 403
    assert get(server.address, "/listed/a").body == b"a"
    assert get(server.address, "/closed/a").status == 403
    assert get(server.address, "/").status == 200
    (root / "closed").chmod(0o755)
