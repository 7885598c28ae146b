# SPDX-License-Identifier: MIT
"""The clients of a soak: each does one thing after the other, at random, and
believes nothing that it does not read."""

import collections
import http.client
import json
import random
import re
import socket
import struct
import threading
import time

from soak_files import (CODED, DATA, ENTRIES, GROWING, REPLACED, SIZES, Wrong,
                        check)

RESET = struct.pack("ii", 1, 0)
THREADS = 4


def parts_of(body):
    """Where each part of a multipart body lies: (first, last, its bytes)."""
    if not body.startswith(b"\r\n"):
        body = b"\r\n" + body
    line, _, _ = body[2:].partition(b"\r\n")
    for piece in body.split(b"\r\n" + line)[1:]:
        if piece.startswith(b"--"):
            return
        head, _, data = piece.partition(b"\r\n\r\n")
        found = re.search(rb"Content-Range: bytes (\d+)-(\d+)/\d+", head)
        if found is None:
            raise Wrong(f"a part without a place: {head!r}")
        yield int(found[1]), int(found[2]), data


class Client:
    """One connection; what it does to it has names without a bar."""

    def __init__(self, port, rng):
        self.port, self.rng = port, rng
        self.conn = None
        self.answered = 0

    def _open(self):
        if self.conn is None:
            self.conn = http.client.HTTPConnection("127.0.0.1", self.port,
                                                   timeout=60)
            self.conn.connect()
        return self.conn

    def _close(self, reset=False):
        if self.conn is None:
            return
        if reset and self.conn.sock:
            self.conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                      RESET)
        self.conn.close()
        self.conn = None

    def _ask(self, target, method="GET", body=None, **fields):
        conn = self._open()
        conn.request(method, target, body=body,
                     encode_chunked=not isinstance(body, (bytes, type(None))),
                     headers={k.replace("_", "-"): v
                              for k, v in fields.items()})
        return conn.getresponse()

    def _body(self, response, name):
        """All of it; what ends early is right for one file only."""
        try:
            data = response.read()
        except http.client.IncompleteRead as error:
            if name != "shrinking":
                raise Wrong(f"{name} ended early") from error
            data = error.partial
            self._close()
        self.answered += 1
        if response.will_close:
            self._close()
        return data

    def _is(self, response, *statuses):
        if response.status not in statuses:
            raise Wrong(f"{response.status}, not one of {statuses}")

    def _name(self):
        return self.rng.choice([*DATA, "replaced", "replaced", "shrinking",
                                "growing"])

    # ── Files ──

    def get(self):
        name = self._name()
        response = self._ask(f"/{name}")
        self._is(response, 200)
        check(name, 0, self._body(response, name))

    def head(self):
        name = self.rng.choice(list(SIZES))
        response = self._ask(f"/{name}", "HEAD", Range="bytes=0-0")
        self._body(response, name)
        if int(response.headers["Content-Length"]) != SIZES[name]:
            raise Wrong(f"a HEAD of {name}")

    def range(self):
        name = self.rng.choice(["large", "medium", "shrinking", "replaced"])
        size = len(REPLACED[0]) if name == "replaced" else len(DATA[name])
        at = self.rng.randrange(size)
        last = min(size - 1, at + self.rng.choice([0, 99, 70_000, size]))
        response = self._ask(f"/{name}", Range=f"bytes={at}-{last}")
        body = self._body(response, name)
        if response.status == 206:
            check(name, at, body)
        elif response.status != 416 or name != "shrinking":
            raise Wrong(f"{response.status} for a range of {name}")

    def last_bytes(self):
        """Of a file that grows: as many as its length had then."""
        response = self._ask("/growing", Range="bytes=-500")
        body = self._body(response, "growing")
        self._is(response, 206)
        first = int(re.match(r"bytes (\d+)-",
                             response.headers["Content-Range"])[1])
        check("growing", first, body)
        if len(body) != 500 or first + 500 > GROWING:
            raise Wrong(f"{len(body)} last bytes from {first} on")

    def parts(self):
        name, size = self.rng.choice([("large", SIZES["large"]),
                                      ("replaced", len(REPLACED[0]))])
        wanted = [(0, 9), (100_000, 299_999), (size - 100, size - 1)]
        response = self._ask(f"/{name}", Range="bytes=0-9,100000-299999,-100")
        body = self._body(response, name)
        self._is(response, 206)
        found, versions = [], set(REPLACED)
        for first, last, data in parts_of(body):
            found.append((first, last))
            if len(data) != last - first + 1:
                raise Wrong(f"{len(data)} bytes in part {first} to {last}")
            check(name, first, data)
            versions = {each for each in versions if name != "replaced"
                        or each[first:last + 1] == data}
        if found != wanted or not versions:
            raise Wrong(f"{found} of {name}, {len(versions)} versions")

    def siblings(self):
        accept = self.rng.choice(["br", "gzip", "zstd, gzip;q=0.5", "identity",
                                  "br;q=0, gzip", "gzip, *;q=0"])
        ranged = self.rng.random() < 0.3
        response = self._ask("/styles.css", Accept_Encoding=accept,
                             **({"Range": "bytes=100-199"} if ranged else {}))
        body = self._body(response, "styles.css")
        self._is(response, 206 if ranged else 200)
        coding = response.headers["Content-Encoding"]
        if body != (CODED[coding][100:200] if ranged else CODED[coding]):
            raise Wrong(f"other bytes as {coding}")
        if coding and coding not in accept or "br;q=0" in accept and \
                coding == "br":
            raise Wrong(f"{coding} for {accept}")

    # ── Conditions ──

    def unchanged(self):
        response = self._ask("/medium", "HEAD")
        self._body(response, "medium")
        fields = self.rng.choice([
            {"If_None_Match": response.headers["ETag"]},
            {"If_Modified_Since": response.headers["Last-Modified"]}])
        response = self._ask("/medium", **fields)
        self._body(response, "medium")
        self._is(response, 304)

    def mismatched(self):
        response = self._ask("/medium", If_Match='"other"')
        self._body(response, "error")
        self._is(response, 412)

    def rest_if_same(self):
        """The rest of the version that it began, or another one whole."""
        response = self._ask("/replaced", Range="bytes=0-99")
        begun = self._body(response, "replaced")
        response = self._ask("/replaced", Range="bytes=100-",
                             If_Range=response.headers["ETag"])
        body = self._body(response, "replaced")
        self._is(response, 200, 206)
        if (body if response.status == 200 else begun + body) not in REPLACED:
            raise Wrong(f"two versions mixed by a {response.status}")

    # ── Who comes with a body, goes early, or is slow ──

    def bodies(self):
        size = self.rng.choice([1, 5000, 60_000])
        body = self.rng.choice([b"b" * size, iter([b"b" * 100] * (size // 100))
                                ])
        method = self.rng.choice(["GET", "POST", "PUT"])
        response = self._ask("/small", method, body=body)
        data = self._body(response, "small")
        self._is(response, 200 if method == "GET" else 405)
        if method == "GET":
            check("small", 0, data)

    def asks_first(self):
        self._close()
        with socket.create_connection(("127.0.0.1", self.port), 60) as sock:
            sock.sendall(b"GET /tiny HTTP/1.1\r\nHost: x\r\nConnection: close"
                         b"\r\nContent-Length: 3\r\nExpect: 100-continue\r\n"
                         b"\r\n")
            data = sock.recv(4096)
            if not data.startswith(b"HTTP/1.1 100 "):
                raise Wrong(f"{data[:40]!r}, and no 100")
            sock.sendall(b"abc")
            while piece := sock.recv(4096):
                data += piece
            self.answered += 1
        if b"HTTP/1.1 200 OK\r\n" not in data or \
                not data.endswith(b"\r\n\r\n" + DATA["tiny"]):
            raise Wrong("no answer behind a 100")

    def abort(self):
        response = self._ask(f"/{self._name()}")
        response.read(self.rng.choice([0, 1, 50_000]))
        self._close(reset=self.rng.random() < 0.5)

    def abort_parts(self):
        response = self._ask("/large", Range="bytes=0-999999,2000000-")
        response.read(self.rng.choice([0, 100, 1_000_100]))
        self._close(reset=self.rng.random() < 0.5)

    def crawl(self):
        """A slow reader with little room, who gets it all."""
        self._close()
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
            sock.settimeout(60)
            sock.connect(("127.0.0.1", self.port))
            sock.sendall(b"GET /large HTTP/1.0\r\n\r\n")
            data = bytearray()
            while piece := sock.recv(65536):
                data += piece
                time.sleep(self.rng.choice([0, 0, 0.002]))
            self.answered += 1
        _, _, body = bytes(data).partition(b"\r\n\r\n")
        check("large", 0, body)
        if len(body) != SIZES["large"]:
            raise Wrong("a slow reader got too little")

    # ── Folders ──

    def _named(self, names):
        missing = {f"file {n}" for n in range(ENTRIES)} - set(names)
        if missing:
            raise Wrong(f"a listing without {sorted(missing)[:5]}")

    def list_html(self):
        order = self.rng.choice(["name", "size", "time"])
        response = self._ask(f"/folder/?sort={order}")
        body = self._body(response, "folder").decode()
        self._is(response, 200)
        self._named(re.findall(r'<a href="[^"]*">(file \d+)</a>', body))

    def list_json(self):
        response = self._ask("/folder/?format=json")
        page = json.loads(self._body(response, "folder"))
        self._named(each["name"] for each in page["entries"])

    def list_pages(self):
        names, query = [], "?format=ndjson&limit=90"
        while query:
            response = self._ask("/folder/" + query)
            names += [json.loads(line)["name"] for line in
                      self._body(response, "folder").splitlines()]
            link = response.headers["Link"]
            query = link and re.match("<(.*)>", link)[1]
        self._named(names)

    def nothing(self):
        response = self._ask("/nothing/here")
        self._body(response, "nothing")
        self._is(response, 404)

    # ── Many at once, and nonsense ──

    def pipeline(self):
        self._close()
        names = [self.rng.choice(["tiny", "small", "page"])
                 for _ in range(30)]
        with socket.create_connection(("127.0.0.1", self.port), 60) as sock:
            sock.sendall(b"".join(
                f"GET /{name} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
                for name in names))
            sock.shutdown(socket.SHUT_WR)
            data = b""
            while piece := sock.recv(1 << 16):
                data += piece
        for name in names:
            head, _, data = data.partition(b"\r\n\r\n")
            if b" 200 " not in head[:20]:
                raise Wrong(f"a pipelined {head[:40]!r}")
            check(name, 0, data[:SIZES[name]])
            data = data[SIZES[name]:]
            self.answered += 1
        if data:
            raise Wrong(f"{len(data)} bytes too many in a pipeline")

    def mess(self):
        self._close()
        with socket.create_connection(("127.0.0.1", self.port), 60) as sock:
            sock.sendall(self.rng.choice(
                [b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\0", b"GET /tiny HT",
                 b"BAD\r\n\r\n", b""]))
            if self.rng.random() < 0.5:
                sock.shutdown(socket.SHUT_WR)
                while sock.recv(4096):
                    pass


DOES = [name for name in vars(Client) if not name.startswith("_")] + \
    ["get"] * 6 + ["range"] * 3


def run_client(port, seed, until, results):
    rng = random.Random(seed)
    client = Client(port, rng)
    done, wrong = collections.Counter(), []
    while time.monotonic() < until and len(wrong) < 5:
        what = rng.choice(DOES)
        try:
            getattr(client, what)()
            done[what] += 1
        except (Wrong, ValueError, KeyError) as error:
            wrong.append(f"{what}: {error}")
            client._close()
        except (OSError, http.client.HTTPException) as error:
            wrong.append(f"{what}: {error!r}")
            client._close()
    client._close()
    results.append((done, client.answered, wrong))


def run_process(port, seed, until, queue):
    results = []
    threads = [threading.Thread(target=run_client, args=(
        port, f"{seed} {n}", until, results)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    queue.put(results)
