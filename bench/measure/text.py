# SPDX-License-Identifier: MIT
"""Figures and tables as text, also as Markdown."""
import statistics


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
        lines = [("| " + " | ".join(row) + " |").replace("  ", " ")
                 for row in rows]
        lines.insert(1, "|" + " --- |" * len(rows[0]))
        return "\n".join(lines)
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  " + "  ".join(
        cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
        for row in rows)
