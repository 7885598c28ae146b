# SPDX-License-Identifier: MIT
"""Samples as text: a table for each work, and the goals."""
import statistics

from measure import http, proxy
from measure.sample import tables

TITLES = {"http": http.TITLES, "proxy": proxy.TITLES}
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


def spread(values, form):
    if not values:
        return "–"
    middle = form.format(statistics.median(values))
    if len(values) == 1:
        return middle
    return f"{middle} ({form.format(min(values))}.." \
           f"{form.format(max(values))})"


def grid(rows, markdown):
    """Columns as wide as they need to be; or a table in Markdown."""
    if markdown:
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        lines.insert(1, "|" + " --- |" * len(rows[0]))
        return "\n".join(lines)
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  " + "  ".join(
        cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
        for row in rows)


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
        print("\n" + title(key, table) + ("\n" if markdown else ""))
        print(grid(rows_of(table), markdown), flush=True)


def all_goals(rows, markdown=False):
    if not rows:
        return
    print("\ngoals\n" if markdown else "\ngoals")
    print(grid([("work", "goal", "here", "")] + rows, markdown))
    met = sum(row[3] != "missed" for row in rows)
    print(f"\n{met} of {len(rows)} goals met")
