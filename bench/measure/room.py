# SPDX-License-Identifier: MIT
"""Where it is measured: a network namespace, two CPUs, a folder.

    enter()  a namespace of its own, loopback only
    choose() a congestion control for connections made from then on
    look()   how far apart the two CPUs are, and how fast one is
"""
import os
import platform
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.path.join(TOP, "build-release")
POUR = os.path.join(BUILD, "pour")
INSIDE = "POUR_BENCH_INSIDE"
SERVER_CPU, LOAD_CPU = "0", "1"
# A cache line that takes longer to come over comes from a distant core.
FAR_NS = 300
IPV4 = "/proc/sys/net/ipv4/"


def tool(name):
    return os.path.join(BUILD, "bench", name)


def run(command, **more):
    return subprocess.run(command, capture_output=True, text=True, **more)


def build():
    """A build that is optimised, also across files; the programs of bench/."""
    quiet = {"stdout": subprocess.DEVNULL, "check": True}
    ninja = os.path.join(BUILD, "build.ninja")
    if not os.path.exists(ninja):
        subprocess.run(["meson", "setup", BUILD, TOP, "-Dtests=false",
                        "-Dbench=true", "--buildtype=release",
                        "-Db_lto=true"], **quiet)
    with open(ninja, encoding="utf-8") as file:
        if "-flto" not in file.read():
            subprocess.run(["meson", "configure", BUILD, "-Db_lto=true"],
                           **quiet)
    subprocess.run(["ninja", "-C", BUILD], **quiet)


def set_kernel(name, value):
    with open(IPV4 + name, "w", encoding="ascii") as file:
        file.write(value)


def enter():
    """Runs this program again inside a network namespace of its own."""
    if not os.environ.get(INSIDE):
        if os.geteuid() != 0:
            sys.exit("bench: a network namespace needs root")
        os.environ[INSIDE] = "1"
        os.execvp("unshare", ["unshare", "-n", sys.executable] + sys.argv)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    set_kernel("ip_local_port_range", "20000 65000")
    set_kernel("tcp_tw_reuse", "1")
    # Its memory is small and the same, however many connections there were.
    set_kernel("tcp_max_tw_buckets", "4096")


def controls(wanted):
    """Those of them that this kernel has."""
    with open(IPV4 + "tcp_available_congestion_control",
              encoding="ascii") as file:
        there = file.read().split()
    for name in wanted:
        if name not in there:
            print(f"{name}: this kernel has no such congestion control")
    return [name for name in wanted if name in there]


def choose(control):
    set_kernel("tcp_congestion_control", control)


def look():
    """Nanoseconds for a cache line to come over; milliseconds of work."""
    bounce, work = run([tool("bounce")], check=True).stdout.split()
    return float(bounce), float(work)


def is_near(seen):
    return seen[0] < FAR_NS


def moved(before, after):
    """The host moved a CPU, or gave it to somebody else, in between."""
    return is_near(before) != is_near(after) or \
        not 0.8 < before[1] / after[1] < 1.25


def machine():
    """What one needs to know of this machine, as text by name."""
    cpu = "unknown"
    with open("/proc/cpuinfo", encoding="ascii") as file:
        for line in file:
            if line.startswith("model name"):
                cpu = line.split(":")[1].strip()
                break
    return {"kernel": platform.release(), "cpu": cpu,
            "cpus": os.cpu_count(), "load": f"{os.getloadavg()[0]:.2f}",
            "date": run(["date", "-u", "+%Y-%m-%d %H:%M"]).stdout.strip()}
