# SPDX-License-Identifier: MIT
"""Numbers as Prometheus reads them, and a reader that forgives nothing."""

import re

from wire import get

NAME = r"[a-z][a-z0-9_]*"
SAMPLE = re.compile(rf'({NAME})(?:\{{((?:{NAME}="[^"\\]*",?)*)\}})? '
                    r"(\d+(?:\.\d+)?)")
LABEL = re.compile(rf'({NAME})="([^"\\]*)"')
TYPES = ("counter", "gauge", "histogram")


class Numbers:
    """A page: each family is introduced once, and its samples follow."""

    def __init__(self, text):
        assert text.endswith("\n")
        self.types = {}
        self.values = {}
        family = helped = None
        for line in text.splitlines():
            if line.startswith("# HELP "):
                helped, words = line[7:].split(" ", 1)
                assert words.endswith(".")
            elif line.startswith("# TYPE "):
                family, kind = line[7:].split(" ")
                assert family == helped and family not in self.types
                assert kind in TYPES
                self.types[family] = kind
            else:
                self._sample(line, family)

    def _sample(self, line, family):
        match = SAMPLE.fullmatch(line)
        assert match, line
        name, labels = match[1], tuple(LABEL.findall(match[2] or ""))
        kind = self.types[family]
        if kind == "histogram":
            assert name in (f"{family}_bucket", f"{family}_sum",
                            f"{family}_count"), line
        else:
            assert name == family, line
        assert name.endswith("_total") == (kind == "counter"), line
        assert (name, labels) not in self.values, line
        self.values[name, labels] = float(match[3])

    def __call__(self, name, **labels):
        return self.values.get((name, tuple(labels.items())))

    def of(self, name, label):
        """A family by one of its labels, without those that are zero."""
        found = {}
        for (this, labels), value in self.values.items():
            if this == name and value:
                key = dict(labels)[label]
                found[key] = found.get(key, 0) + value
        return found


def where(server):
    """The address of a server's numbers."""
    for line in server.said():
        match = re.fullmatch(r"pour serve: numbers at http://([\d.]+):(\d+)/",
                             line)
        if match:
            return match[1], int(match[2])
    raise AssertionError(f"no numbers: {server.said()}")


def numbers(server):
    answer = get(where(server), "/metrics")
    assert answer.status == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    return Numbers(answer.body.decode("ascii"))
