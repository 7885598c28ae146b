# SPDX-License-Identifier: MIT
"""Programs that are measured: how each is started, and what it has used."""
import os
import resource
import signal
import subprocess
import sys
import time

from measure import room

CONFIGS = os.path.join(room.TOP, "bench", "peers")
LISTENING = "0A"  # the state in /proc/net/tcp
only = None  # the names of those that are wanted, or all


def lift_limits():
    """As many descriptors as may be had, for what is started too."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def where(name, *places):
    """A program's path, or None."""
    for folder in ("/usr/sbin", "/usr/bin", "/bin", *places):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            return path
    return None


def is_listening(port):
    with open("/proc/net/tcp", encoding="ascii") as file:
        for line in file.readlines()[1:]:
            field = line.split()
            if field[3] == LISTENING and \
                    int(field[1].split(":")[1], 16) == port:
                return True
    return False


def family(pid):
    """It, its children and theirs."""
    found = [pid]
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children",
                      encoding="ascii") as file:
                for child in file.read().split():
                    found += family(int(child))
    except OSError:
        pass  # it ended
    return found


def cpu_of(pid):
    """Seconds of all its threads, also of those that ended."""
    try:
        return time.clock_gettime_ns(~pid << 3 | 2) / 1e9
    except OSError:
        return 0.0


def pss_of(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return next(int(line.split()[1]) << 10 for line in file
                    if line.startswith("Pss:"))


class Peer:
    """One program under one configuration.

    command: what runs it, with @PORT@ and so on in it; config: the name of a
    file in bench/peers/, which is copied with the same filled in.
    """

    def __init__(self, name, command, config=None, values=None, env=None,
                 ceiling=False, inherits=False):
        self.name, self.command, self.config = name, command, config
        self.values = values or {}
        self.env = env or {}
        self.ceiling = ceiling    # not a rival: what there is to win
        self.inherits = inherits  # it is given its listening socket as 3
        self.port = 0
        self.process = None

    def fill(self, text, values):
        for key, value in values.items():
            text = text.replace(f"@{key}@", str(value))
        return text

    def start(self, folder, port, pinned=True, **values):
        self.port = port
        values = {"PORT": port, "FOLDER": folder, **values, **self.values}
        if self.config:
            values["CONFIG"] = os.path.join(folder, f"{port}.{self.config}")
            with open(os.path.join(CONFIGS, self.config),
                      encoding="utf-8") as file:
                text = self.fill(file.read(), values)
            with open(values["CONFIG"], "w", encoding="utf-8") as file:
                file.write(text)
        command = [self.fill(word, values) for word in self.command]
        if pinned:
            command = ["taskset", "-c", room.SERVER_CPU] + command
        self.spawn(command, folder)
        self.wait()

    def spawn(self, command, folder):
        log = os.path.join(folder, f"{self.port}.log")
        env = {**os.environ, "HOME": folder, **self.env}
        if self.inherits:
            command = ["/bin/sh", "-c",
                       'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"', "sh",
                       *command]
        with open(log, "w", encoding="utf-8") as file:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                env=env, preexec_fn=self.listen if self.inherits else None,
                close_fds=not self.inherits, start_new_session=True)
        self.log = log

    def listen(self):
        """In the child: what systemd would do for it."""
        import socket
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", self.port))
        s.listen(4096)
        os.dup2(s.fileno(), 3)

    def wait(self):
        for _ in range(200):
            if self.process.poll() is not None:
                break
            if is_listening(self.port):
                time.sleep(0.1)  # for the children of those that have some
                return
            time.sleep(0.05)
        with open(self.log, encoding="utf-8", errors="replace") as file:
            sys.exit(f"bench: {self.name} did not start:\n{file.read()}")

    def pids(self):
        return family(self.process.pid)

    def cpu(self):
        return sum(cpu_of(pid) for pid in self.pids())

    def memory(self):
        return sum(pss_of(pid) for pid in self.pids())

    def descriptors(self):
        return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in self.pids())

    def stop(self):
        """The session that it was started in, to its last process."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(3)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process = None


def wanted(peers):
    """Those that are here, and asked for."""
    return [p for p in peers if p.command[0] is not None and
            (only is None or p.name in only)]


class Party:
    """Several peers that run at a time, each at a port of its own."""

    def __init__(self, peers, folder, first_port, **how):
        self.peers = peers
        try:
            for i, peer in enumerate(peers):
                peer.start(folder, first_port + i, **how)
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.stop()

    def stop(self):
        for peer in self.peers:
            peer.stop()
