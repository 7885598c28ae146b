# SPDX-License-Identifier: MIT
"""pour proxy beside HAProxy, nginx and systemd-socket-proxyd, and a loop."""
import socket

from measure import peer as peers
from measure import room

BACK = 9000
FIRST_PORT = 9100
IDLE = 9000
# Six descriptors a pair, so they have room for fewer.
FEWER = {"socket-proxyd": 3000, "splice loop": 3000}
# name: what across does, and its number
WORKS = {"bulk1": ("bulk", 1), "bulk8": ("bulk", 8),
         "echo64": ("echo", 64), "echo1k": ("echo", 1 << 10),
         "echo16k": ("echo", 16 << 10), "echo64k": ("echo", 64 << 10),
         "visit": ("visit", 16), "idle": ("idle", IDLE)}
TITLES = {"bulk1": "bulk, one connection", "bulk8": "bulk, 8 connections",
          "echo64": "ping-pong, 64 B", "echo1k": "ping-pong, 1 KiB",
          "echo16k": "ping-pong, 16 KiB", "echo64k": "ping-pong, 64 KiB",
          "visit": "connect, request, close; 16 at a time",
          "idle": f"{IDLE:,} idle pairs (3,000 where each has pipes)"}
HAPROXY_WAYS = {
    "haproxy": "", "haproxy auto": "option splice-auto",
    "haproxy splice": "option splice-request\n\toption splice-response"}
SOCKET_PROXYD = "systemd-socket-proxyd"
PATIENCE = 10


def proxies():
    """pour first, then its rivals, then the ceiling."""
    haproxy, nginx = peers.where("haproxy"), peers.where("nginx")
    found = [peers.Peer("pour", [room.POUR, "proxy", "-l",
                                 "127.0.0.1:@PORT@", "--to",
                                 "127.0.0.1:@BACK@", "--threads", "1",
                                 "--log", "off"])]
    found += [peers.Peer(name, [haproxy, "-db", "-f", "@CONFIG@"],
                         "haproxy.cfg", {"SPLICE": option})
              for name, option in HAPROXY_WAYS.items()]
    found += [
        peers.Peer("nginx", [nginx, "-c", "@CONFIG@"], "nginx-stream.conf"),
        peers.Peer("socket-proxyd",
                   [peers.where(SOCKET_PROXYD, "/lib/systemd"),
                    "--connections-max=9900", "127.0.0.1:@BACK@"],
                   inherits=True),
        peers.Peer("splice loop", [room.tool("splice"), "@PORT@", "@BACK@"],
                   ceiling=True)]
    return peers.wanted(found)


class Proxy:
    """The suite: run() adds samples to the plan."""

    def __init__(self, plan, works):
        self.plan, self.works = plan, works

    def across(self, peer, what, n, seconds, *more):
        command = ["taskset", "-c", room.LOAD_CPU, room.tool("across"), what,
                   *more, str(peer.port), str(BACK), str(n), str(seconds)]
        began = peer.cpu()
        out = room.run(command, timeout=seconds + 60)
        used = peer.cpu() - began
        if out.returncode != 0:
            raise SystemExit(f"bench: {peer.name}: {what} {n}: "
                             f"{out.stderr.strip()}")
        return [float(word) for word in out.stdout.split()], used

    def figures(self, peer, work):
        what, n = WORKS[work]
        got, used = self.across(peer, what, n, self.plan.seconds)
        if what == "bulk":
            in_time, took, arrived = got
            return {"gb": in_time / took / 1e9, "cpu_gb": used / arrived * 1e9}
        if what == "echo":
            trips, _, p50, p99 = got
            return {"p50_us": p50, "p99_us": p99,
                    "cpu_us": used / trips * 1e6}
        visits, took = got
        return {"rate": visits / took, "cpu_us": used / visits * 1e6}

    def compare_bytes(self, party):
        """The round in which each byte that arrives is compared."""
        for peer in party:
            self.across(peer, "bulk", 4, 0.1, "-c")

    def idle(self, peer):
        n = FEWER.get(peer.name, IDLE)
        for sock in crowd(peer.port, 200):
            sock.close()
        before, fds = peer.memory(), peer.descriptors()
        ends = crowd(peer.port, n)
        found = {"idle_kib": (peer.memory() - before) / n / 1024,
                 "fds": (peer.descriptors() - fds) / n}
        for sock in ends:
            sock.close()
        return found

    def works_of(self, party, works):
        for work in works:
            if work in self.works:
                self.plan.rounds_of("proxy", work, party,
                                    lambda p, w=work: self.figures(p, w))

    def run(self, folder, controls):
        self.plan.control = controls[0]
        room.choose(controls[0])
        with peers.Party(proxies(), folder, FIRST_PORT, BACK=BACK) as party:
            self.compare_bytes(party.peers)
            self.works_of(party.peers, [w for w in WORKS if w != "idle"])
            if "idle" in self.works:
                for peer in party.peers:
                    self.plan.note("proxy", "idle", peer, 0, None,
                                   self.idle(peer))
            for control in controls[1:]:
                self.plan.control = control
                room.choose(control)
                self.works_of(party.peers, ("bulk1", "bulk8"))


def crowd(port, n):
    """Both ends of so many pairs, after a word each way."""
    back = socket.socket()
    back.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    back.bind(("127.0.0.1", BACK))
    back.listen(4096)
    back.settimeout(PATIENCE)
    found = []
    for i in range(n):
        client = socket.socket()
        client.settimeout(PATIENCE)
        client.bind((f"127.0.0.{1 + i % 8}", 0))
        client.connect(("127.0.0.1", port))
        client.sendall(b"hello")
        target, _ = back.accept()
        target.settimeout(PATIENCE)
        for src, dst in ((None, target), (target, client)):
            if src:
                src.sendall(b"hello")
            if len(dst.recv(5, socket.MSG_WAITALL)) != 5:
                raise SystemExit(f"bench: port {port} closed early")
        found += [client, target]
    back.close()
    return found
