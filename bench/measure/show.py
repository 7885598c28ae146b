# SPDX-License-Identifier: MIT
"""Samples as text: a table for each work, and the goals."""
from measure import http, proxy
from measure.sample import tables
from measure.text import grid, spread

TITLES = {"http": http.TITLES, "proxy": proxy.TITLES}
SECTIONS = {"http": "Servers", "proxy": "Proxies"}
# name: title, how it is written, and whether more is better
FIGURES = {"rate": ("a second", "{:,.0f}"),
           "gb": ("GB/s", "{:.2f}"),
           "cpu_us": ("CPU µs each", "{:.2f}"),
           "cpu_gb": ("CPU s/GB", "{:.4f}"),
           "p50_us": ("p50 µs", "{:.1f}"),
           "p99_us": ("p99 µs", "{:.1f}"),
           "idle_kib": ("KiB each", "{:.2f}"),
           "alone_us": ("another, alone, µs", "{:.0f}"),
           "among_us": ("another, among them, µs", "{:.0f}"),
           "fds": ("descriptors each", "{:.2f}")}


def distance(near):
    return {True: "CPUs near", False: "CPUs far",
            None: "distance not looked at"}[near]


def title(key, table):
    suite, work, control, near = key
    rounds = {s["round"] for s in table.samples}
    text = f"{suite}: {TITLES[suite][work]}"
    if work == "idle":
        return text
    return f"{text}; {control}, {distance(near)}, {len(rounds)} rounds"


def short_title(key, samples):
    """In a section of its suite; near is not said where all of them are."""
    suite, work, control, near = key
    text = TITLES[suite][work]
    if work != "idle":
        text += f"; {control}"
        if len({s["near"] for s in samples if s["work"] != "idle"}) > 1:
            text += f", {distance(near)}"
    return f"**{text[0].upper()}{text[1:]}**"


def rows_of(table):
    """pour is: pour's figure by the peer's, round by round."""
    figures = [f for f in FIGURES if table.values("pour", f)]
    head = [""]
    for f in figures:
        head += [FIGURES[f][0], "pour is"]
    rows = [head]
    for peer in table.peers():
        row = [peer]
        for f in figures:
            row.append(spread(table.values(peer, f), FIGURES[f][1]))
            row.append("" if peer == "pour" else spread(
                table.ratios("pour", peer, f), "{:.2f}"))
        rows.append(row)
    return rows


def all_tables(samples, markdown=False):
    for key, table in tables(samples):
        # At this distance it was never measured: the samples are in the JSON.
        if "pour" not in table.peers():
            continue
        print(f"\n{short_title(key, samples)}\n" if markdown else
              "\n" + title(key, table))
        print(grid(rows_of(table), markdown), flush=True)


def all_goals(rows, markdown=False):
    if not rows:
        return
    print("\n**Goals**\n" if markdown else "\ngoals")
    print(grid([("work", "goal", "here", "")] + rows, markdown))
    met = sum(row[3] != "missed" for row in rows)
    print(f"\n{met} of {len(rows)} goals met")
