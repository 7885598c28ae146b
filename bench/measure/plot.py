# SPDX-License-Identifier: MIT
"""A picture of what the same work costs others, drawn by gnuplot."""
import shutil
import statistics
import subprocess

from measure import http, proxy
from measure.sample import find

WORKS = {"http": ("1k", "16k", "100k", "1m", "100m", "visit"),
         "proxy": ("bulk1", "bulk8", "echo64", "echo1k", "echo16k",
                   "echo64k", "visit")}
TITLES = {"http": http.TITLES, "proxy": proxy.TITLES}
HEADS = {"http": "pour serve = 1", "proxy": "pour proxy = 1"}
WIDTH, HEIGHT = 900, 460


def points(samples, suite):
    """{peer: [(row, middle, least, most)]}, and the rows' names."""
    by_peer, names = {}, []
    for work in WORKS[suite]:
        table = find(samples, suite, work)
        if table is None:
            continue
        figure = "cpu_gb" if table.values("pour", "cpu_gb") else "cpu_us"
        for peer in table.peers():
            r = table.ratios(peer, "pour", figure)
            if r and peer != "pour":
                by_peer.setdefault(peer, []).append(
                    (len(names), statistics.median(r), min(r), max(r)))
        names.append(TITLES[suite][work])
    return by_peer, names


def panel(samples, suite, number, panels):
    by_peer, names = points(samples, suite)
    if not by_peer:
        return ""
    lines, series = [], []
    for i, (peer, found) in enumerate(by_peer.items()):
        shift = (i - (len(by_peer) - 1) / 2) * 0.09
        lines.append(f"$d{suite}{i} << E")
        lines += [f"{mid} {low} {high} {-row - shift}"
                  for row, mid, low, high in found]
        lines.append("E")
        series.append(f"$d{suite}{i} using 1:4:2:3 with xerrorbars "
                      f"pt {5 + 2 * (i % 4)} ps 0.8 lw 1.3 title '{peer}'")
    ticks = ", ".join(f"'{name}' {-i}" for i, name in enumerate(names))
    size = 0.92 / panels
    return "\n".join(lines + [
        f"set size 1,{size}", f"set origin 0,{0.92 - size * (number + 1)}",
        f"set ytics ({ticks})", f"set yrange [{-len(names) + 0.4}:0.6]",
        f"set xlabel 'CPU time for the same work; {HEADS[suite]}'",
        "plot " + ", ".join(series), ""])


def draw(samples, path, text):
    """False: there is no gnuplot, or nothing to draw."""
    suites = [s for s in WORKS if points(samples, s)[0]]
    if not suites or shutil.which("gnuplot") is None:
        return False
    script = [
        f"set terminal svg size {WIDTH},{HEIGHT * len(suites)} "
        "font 'sans,12' background 'white'",
        f"set output '{path}'",
        "set multiplot title \"What the same work costs other programs: "
        "right of the line, more CPU than pour\\n"
        f"{text}; median, least and most\"",
        "set logscale x 2", "set xrange [0.35:16]",
        "set xtics (0.5, 0.7, 1, 1.4, 2, 3, 4, 6, 8, 12)",
        "set grid x lc rgb '#dddddd'", "set key outside right",
        "set lmargin 36",
        "set arrow 1 from 1, graph 0 to 1, graph 1 nohead lw 2 "
        "lc rgb '#888888'"]
    script += [panel(samples, s, i, len(suites))
               for i, s in enumerate(suites)]
    script.append("unset multiplot")
    subprocess.run(["gnuplot"], input="\n".join(script), text=True,
                   check=True)
    return True
