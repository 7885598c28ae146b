# SPDX-License-Identifier: MIT
"""What pour wants to reach, beside what it reached.

A goal compares pour's figure with that of the best of some peers; its value
is the median of the ratios taken round by round, pour's by the peer's. A goal
against nobody bounds the figure itself.
"""
from measure import http, proxy
from measure.sample import find

RIVALS = ("nginx", "lighttpd", "h2o", "caddy")
HAPROXY = tuple(proxy.HAPROXY_WAYS)
PROXIES = (*HAPROXY, "nginx", "socket-proxyd")
NAMES = {"rate": "a second", "cpu_us": "CPU each", "cpu_gb": "CPU a GB",
         "gb": "GB/s", "p50_us": "p50", "p99_us": "p99",
         "idle_kib": "KiB each", "fds": "descriptors each"}
AT_LEAST = ("rate", "gb")


class Goal:
    """bound: by how much; stretch: what would be better still, or None."""

    def __init__(self, suite, work, figure, bound, against=(), stretch=None,
                 control=None):
        self.suite, self.work, self.figure = suite, work, figure
        self.bound, self.stretch = bound, stretch
        self.against, self.control = against, control
        self.sign = 1 if figure in AT_LEAST else -1

    def title(self):
        titles = {"http": http.TITLES, "proxy": proxy.TITLES}
        where = f"; {self.control}" if self.control else ""
        return titles[self.suite][self.work] + where

    def wanted(self):
        mark = "≥" if self.sign > 0 else "≤"
        than = f" × {self.whom()}" if self.against else ""
        return f"{NAMES[self.figure]} {mark} {self.bound:g}{than}"

    def whom(self):
        if self.against == RIVALS or self.against == PROXIES:
            return "the best"
        if self.against == HAPROXY:
            return "HAProxy's best"
        return " or ".join(self.against)

    def value(self, samples):
        """(value, the peer that it was taken from), or None."""
        table = find(samples, self.suite, self.work, self.control)
        if table is None:
            return None
        if not self.against:
            found = table.median("pour", self.figure)
            return None if found is None else (found, "")
        ratios = [(table.ratio("pour", other, self.figure), other)
                  for other in self.against]
        ratios = [r for r in ratios if r[0] is not None]
        if not ratios:
            return None
        return min(ratios) if self.sign > 0 else max(ratios)

    def is_met(self, value, bound):
        # What is printed as equal is equal.
        return self.sign * (round(value, 3) - bound) >= 0


def of_http(controls):
    found = [
        Goal("http", "1k", "rate", 2.1, ("nginx",), 2.3),
        Goal("http", "1k", "rate", 1.5, ("lighttpd", "h2o")),
        Goal("http", "1k", "rate", 0.9, ("pread",)),
        Goal("http", "16k", "rate", 1.7, ("nginx",), 1.9),
        Goal("http", "16k", "rate", 1.4, ("lighttpd", "h2o")),
        Goal("http", "100k", "rate", 1.45, ("nginx",), 1.55),
        Goal("http", "100k", "rate", 1.25, ("lighttpd",))]
    for control in controls:
        for work in ("1m", "100m"):
            found.append(Goal("http", work, "cpu_gb", 1.0, RIVALS, 0.95,
                              control))
    return found + [
        Goal("http", "visit", "cpu_us", 0.88, RIVALS, 0.8),
        Goal("http", "idle", "idle_kib", 0.25, stretch=0.15),
        Goal("http", "two", "rate", 1.25, RIVALS, 1.5)]


def of_bulk(control):
    found = []
    for work in ("bulk1", "bulk8"):
        found += [
            Goal("proxy", work, "cpu_gb", 0.85, HAPROXY, control=control),
            Goal("proxy", work, "cpu_gb", 0.25, ("haproxy",),
                 control=control),
            Goal("proxy", work, "cpu_gb", 1.0 if control == "bbr" else 0.9,
                 ("socket-proxyd",), control=control),
            Goal("proxy", work, "cpu_gb", 1.05, ("splice loop",),
                 control=control),
            Goal("proxy", work, "gb", 0.97, ("splice loop",),
                 control=control)]
    return found


def of_proxy(controls):
    found = []
    for control in controls:
        found += of_bulk(control)
    for work in ("echo64", "echo1k", "echo16k", "echo64k"):
        found += [Goal("proxy", work, "p50_us", 1.03, PROXIES),
                  Goal("proxy", work, "p99_us", 1.03, PROXIES),
                  Goal("proxy", work, "cpu_us", 1.0, PROXIES)]
    return found + [Goal("proxy", "visit", "cpu_us", 0.9, PROXIES),
                    Goal("proxy", "idle", "idle_kib", 0.5),
                    Goal("proxy", "idle", "fds", 2)]


def judged(samples, controls):
    """A row a goal that was measured: title, goal, here, verdict."""
    rows = []
    for goal in of_http(controls) + of_proxy(controls):
        found = goal.value(samples)
        if found is None:
            continue
        value, other = found
        met = goal.is_met(value, goal.bound)
        better = met and goal.stretch is not None and \
            goal.is_met(value, goal.stretch)
        beside = f" ({other})" if len(goal.against) > 1 else ""
        rows.append((goal.title(), goal.wanted(), f"{value:.3g}{beside}",
                     "met, and the stretch" if better else
                     "met" if met else "missed"))
    return rows
