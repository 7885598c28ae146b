# SPDX-License-Identifier: MIT
"""A picture of what the same work costs others, drawn by gnuplot: a panel a
suite, a row a work, and in it a mark for each of the others.
"""
import shutil
import statistics
import subprocess

from measure import http, proxy
from measure.sample import find

WORKS = {"http": ("1k", "16k", "100k", "1m", "100m", "visit"),
         "proxy": ("bulk1", "bulk8", "echo64", "echo1k", "echo16k",
                   "echo64k", "visit")}
TITLES = {"http": http.TITLES, "proxy": proxy.TITLES}
SCALES = {"http": "CPU time for the same work; pour serve = 1 "
                  "(canned, pread, sendfile: loops without a server)",
          "proxy": "CPU time for the same work; pour proxy = 1 "
                   "(splice loop: one without a proxy)",
          "copy": "time for the same work; pour copy, pour tee = 1"}
WIDTH, ROW, AROUND, HEAD = 940, 52, 90, 70  # pixels


def middle(values):
    return statistics.median(values), min(values), max(values)


def rows_of(samples, suite):
    """(name, table) of each work, and of each congestion control."""
    rows = []
    for work in WORKS[suite]:
        controls = list(dict.fromkeys(
            s["control"] for s in samples
            if (s["suite"], s["work"]) == (suite, work)))
        for control in controls:
            name = TITLES[suite][work]
            rows.append((f"{name}; {control}" if len(controls) > 1 else name,
                         find(samples, suite, work, control)))
    return rows


def panel_of(samples, suite):
    """(suite, names of rows, {peer: [(row, (middle, least, most))]})."""
    by_peer, rows = {}, rows_of(samples, suite)
    for row, (_, table) in enumerate(rows):
        figure = "cpu_gb" if table.values("pour", "cpu_gb") else "cpu_us"
        for peer in table.peers():
            found = table.ratios(peer, "pour", figure)
            if found and peer != "pour":
                by_peer.setdefault(peer, []).append((row, middle(found)))
    return suite, [name for name, _ in rows], by_peer


def panel_of_copies(pairs):
    return "copy", [pair["name"] for pair in pairs], {
        "the other": [(row, middle(pair["took"]))
                      for row, pair in enumerate(pairs)]}


def draw_panel(panel, top, whole):
    """Its part of the script; top and whole are pixels."""
    suite, names, by_peer = panel
    lines, series = [], []
    for i, (peer, found) in enumerate(by_peer.items()):
        shift = (i - (len(by_peer) - 1) / 2) * 0.09
        lines += [f"$d{suite}{i} << E"] + [
            f"{mid} {low} {high} {-row - shift}"
            for row, (mid, low, high) in found] + ["E"]
        series.append(f"$d{suite}{i} using 1:4:2:3 with xerrorbars "
                      f"pt {5 + 2 * (i % 4)} ps 0.8 lw 1.3 title '{peer}'")
    ticks = ", ".join(f"'{name}' {-i}" for i, name in enumerate(names))
    height = height_of(panel) / whole
    return "\n".join(lines + [
        f"set size 1,{height}", f"set origin 0,{1 - top / whole - height}",
        f"set ytics ({ticks})", f"set yrange [{-len(names) + 0.4}:0.6]",
        f"set xlabel '{SCALES[suite]}'",
        "plot " + ", ".join(series), ""])


def height_of(panel):
    return len(panel[1]) * (ROW if len(panel[2]) > 1 else ROW // 2) + AROUND


def draw(result, path, text):
    """False: there is no gnuplot, or nothing to draw."""
    panels = [panel_of(result["samples"], suite) for suite in WORKS]
    panels.append(panel_of_copies(result["copy"]))
    panels = [panel for panel in panels if panel[1] and panel[2]]
    if not panels or shutil.which("gnuplot") is None:
        return False
    whole = sum(map(height_of, panels)) + HEAD
    script = [
        f"set terminal svg size {WIDTH},{whole} "
        "font 'sans,12' background 'white'",
        f"set output '{path}'",
        "set multiplot title \"What the same work costs other programs: "
        "right of the line more than pour, left of it less\\n"
        f"{text}\\nmedian, least and most of ratios taken round by round\"",
        "set logscale x 2", "set xrange [0.35:16]",
        "set xtics (0.5, 0.7, 1, 1.4, 2, 3, 4, 6, 8, 12)",
        "set grid x lc rgb '#dddddd'", "set key outside right",
        "set lmargin 44", "set rmargin 22", "set tmargin 1",
        "set arrow 1 from 1, graph 0 to 1, graph 1 nohead lw 2 "
        "lc rgb '#888888'"]
    top = HEAD
    for panel in panels:
        script.append(draw_panel(panel, top, whole))
        top += height_of(panel)
    script.append("unset multiplot")
    subprocess.run(["gnuplot"], input="\n".join(script), text=True,
                   check=True)
    return True
