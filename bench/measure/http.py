# SPDX-License-Identifier: MIT
"""pour serve beside nginx, lighttpd, h2o and Caddy, and three bare loops."""
import os
import shutil
import socket
import statistics
import time

from measure import peer as peers
from measure import room

KIB, MIB = 1 << 10, 1 << 20
# name: bytes, connections
FILES = {"1k": (KIB, 64), "16k": (16 * KIB, 64), "100k": (100 * KIB, 64),
         "1m": (MIB, 64), "100m": (100 * MIB, 1)}
SMALL = ("1k", "16k", "100k")
IDLE = 9500
PATIENCE = 10
FIRST_PORT = 8100
TITLES = {
    "1k": "1 KiB, 64 connections", "16k": "16 KiB, 64 connections",
    "100k": "100 KiB, 64 connections", "1m": "1 MiB, 64 connections",
    "100m": "100 MiB, one connection",
    "visit": "1 KiB, a connection a request, 64 at a time",
    "two": "1 KiB, two server threads, nothing pinned, 64 connections",
    "wrk": "1 KiB, 64 connections, by wrk",
    "idle": f"{IDLE:,} idle connections"}
WORKS = tuple(TITLES)


def servers(threads=1):
    """pour first, then its rivals, then the ceilings."""
    answer = room.tool("answer")
    n = {"THREADS": threads, "WORKERS": threads if threads > 1 else 0}
    found = [
        peers.Peer("pour", [room.POUR, "serve", "@ROOT@", "-l",
                            "127.0.0.1:@PORT@", "-t", "@THREADS@",
                            "--log", "off"], values=n),
        peers.Peer("nginx", [peers.where("nginx"), "-c", "@CONFIG@"],
                   "nginx.conf", n),
        peers.Peer("lighttpd", [peers.where("lighttpd"), "-D", "-f",
                                "@CONFIG@"], "lighttpd.conf", n),
        peers.Peer("h2o", [peers.where("h2o"), "-c", "@CONFIG@"],
                   "h2o.conf", n),
        peers.Peer("caddy", [peers.where("caddy"), "run", "--adapter",
                             "caddyfile", "--config", "@CONFIG@"],
                   "Caddyfile", n, env={"GOMAXPROCS": str(threads)})]
    if threads == 1:
        found += [peers.Peer(way, [answer, way, "@PORT@", "@ROOT@"],
                             ceiling=True)
                  for way in ("canned", "pread", "sendfile")]
    return peers.wanted(found)


def write_files(root):
    """Their names say what they are: nobody has to look into them."""
    for name, (size, _) in FILES.items():
        with open(os.path.join(root, name + ".bin"), "wb") as file:
            for left in range(size, 0, -MIB):
                file.write(os.urandom(min(left, MIB)))


class Http:
    """The suite: run() adds samples to the plan."""

    def __init__(self, plan, works):
        self.plan, self.works = plan, works
        self.root = None

    def load(self, peer, name, seconds, one_each=False, compare=False):
        connections = FILES[name][1]
        command = ["taskset", "-c", room.LOAD_CPU, room.tool("load")]
        if one_each:
            command.append("-1")
        if compare:
            command += ["-f", os.path.join(self.root, name + ".bin")]
        command += [str(peer.port), f"/{name}.bin", str(connections),
                    str(seconds)]
        began = peer.cpu()
        out = room.run(command, timeout=seconds + 120)
        used = peer.cpu() - began
        if out.returncode != 0:
            raise SystemExit(f"bench: {peer.name}: {out.stderr.strip()}")
        requests, took, size = out.stdout.split()
        return int(requests), float(took), int(size), used

    def figures(self, peer, name, one_each=False):
        requests, took, size, used = self.load(
            peer, name, self.plan.seconds, one_each)
        if name not in SMALL:
            return {"gb": size / took / 1e9, "cpu_gb": used / size * 1e9}
        return {"rate": requests / took, "cpu_us": used / requests * 1e6}

    def compare_bytes(self, party):
        """The round in which each byte of each body is compared."""
        for peer in party:
            for name in FILES:
                self.load(peer, name, 0.1, compare=True)
            self.load(peer, "1k", 0.1, one_each=True, compare=True)

    def add(self, work, party, measure):
        self.plan.rounds_of("http", work, party, measure)

    def fits(self, party, work):
        """Without the ceilings that are none there."""
        no = {"1m": "pread", "100m": "pread", "1k": "sendfile",
              "16k": "sendfile", "visit": "sendfile"}.get(work)
        return [p for p in party if p.name != no and
                not (work in ("1m", "100m") and p.name == "canned")]

    def pinned(self, folder, controls):
        with peers.Party(servers(), folder, FIRST_PORT,
                         ROOT=self.root) as party:
            self.compare_bytes(party.peers)
            for work in FILES:
                if work in self.works:
                    self.add(work, self.fits(party.peers, work),
                             lambda p, w=work: self.figures(p, w))
            if "visit" in self.works:
                self.add("visit", self.fits(party.peers, "visit"),
                         lambda p: self.figures(p, "1k", one_each=True))
            if "wrk" in self.works and shutil.which("wrk"):
                self.add("wrk", self.fits(party.peers, "1k"), self.by_wrk)
            for control in controls[1:]:
                self.plan.control = control
                room.choose(control)
                for work in ("1m", "100m"):
                    if work in self.works:
                        self.add(work, self.fits(party.peers, work),
                                 lambda p, w=work: self.figures(p, w))

    def by_wrk(self, peer):
        seconds = max(1, round(self.plan.seconds))
        began = peer.cpu()
        out = room.run(["taskset", "-c", room.LOAD_CPU, "wrk", "-t1", "-c64",
                        f"-d{seconds}s",
                        f"http://127.0.0.1:{peer.port}/1k.bin"], check=True)
        used = peer.cpu() - began
        words = out.stdout.split()
        requests = int(words[words.index("requests") - 1])
        return {"rate": float(words[words.index("Requests/sec:") + 1]),
                "cpu_us": used / requests * 1e6}

    def both_threads(self, peer):
        """Two loads of half the connections each, wherever they run."""
        import subprocess
        command = [room.tool("load"), str(peer.port), "/1k.bin", "32",
                   str(self.plan.seconds)]
        began = peer.cpu()
        loads = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
                 for _ in range(2)]
        out = [load.communicate()[0].split() for load in loads]
        used = peer.cpu() - began
        requests = sum(int(o[0]) for o in out)
        return {"rate": sum(int(o[0]) / float(o[1]) for o in out),
                "cpu_us": used / requests * 1e6}

    def two(self, folder):
        with peers.Party(servers(2), folder, FIRST_PORT + 20, pinned=False,
                         ROOT=self.root) as party:
            self.add("two", party.peers, self.both_threads)

    def idle(self, folder):
        """Memory of the server before and after so many have asked once; and
        how long somebody else takes before, and among them."""
        with peers.Party([p for p in servers() if not p.ceiling], folder, FIRST_PORT + 40,
                         ROOT=self.root) as party:
            for peer in party.peers:
                for sock in crowd(peer.port, 200):
                    sock.close()
                alone = visits(peer.port)
                before = peer.memory()
                clients = crowd(peer.port, IDLE)
                each = (peer.memory() - before) / IDLE
                self.plan.note("http", "idle", peer, 0, None,
                               {"idle_kib": each / 1024, "alone_us": alone,
                                "among_us": visits(peer.port)})
                for sock in clients:
                    sock.close()

    def run(self, folder, controls):
        self.root = os.path.join(folder, "www")
        os.mkdir(self.root)
        write_files(self.root)
        self.plan.control = controls[0]
        room.choose(controls[0])
        if "two" in self.works:
            self.two(folder)
        if "idle" in self.works:
            self.idle(folder)
        self.pinned(folder, controls)


def visits(port, n=500):
    """How long one takes that connects and asks, in µs: the middle of n."""
    took = []
    for _ in range(n):
        began = time.perf_counter()
        crowd(port, 1)[0].close()
        took.append(time.perf_counter() - began)
    return statistics.median(took) * 1e6


def crowd(port, n):
    """Connections that have had an answer; each port is used once for each
    of several addresses."""
    found = []
    for i in range(n):
        sock = socket.socket()
        sock.settimeout(PATIENCE)
        sock.bind((f"127.0.0.{1 + i % 8}", 0))
        sock.connect(("127.0.0.1", port))
        sock.sendall(b"GET /1k.bin HTTP/1.1\r\nHost: x\r\n\r\n")
        found.append(sock)
        got = b""
        while len(got.partition(b"\r\n\r\n")[2]) < KIB:
            try:
                piece = sock.recv(4096)
            except TimeoutError:
                piece = None
            if not piece:
                raise SystemExit(f"bench: port {port} did not answer connection {i}: {got}")
            got += piece
    return found
