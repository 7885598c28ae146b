# SPDX-License-Identifier: MIT
"""Samples: A B C, then C B A, and what they say together.

A sample is a dict: suite, work, control, peer, round, near (None: not looked
at), and figures by name. A sample during which the host moved a CPU is taken
again; near and far ones are never compared with each other.
"""
import statistics

from measure import room

TRIES = 4


class Plan:
    """How often and how long; and where the samples go."""

    def __init__(self, rounds, seconds, looks=True):
        self.rounds, self.seconds, self.looks = rounds, seconds, looks
        self.samples = []
        self.dropped = 0
        self.control = None

    def once(self, measure):
        """(near, figures) of one run, or None: the CPUs were moved."""
        if not self.looks:
            return None, measure()
        for _ in range(TRIES):
            before = room.look()
            figures = measure()
            after = room.look()
            if not room.moved(before, after):
                return room.is_near(before), figures
            self.dropped += 1
        return None

    def note(self, suite, work, peer, number, near, figures):
        self.samples.append({"suite": suite, "work": work,
                             "control": self.control, "peer": peer.name,
                             "round": number, "near": near, **figures})

    def rounds_of(self, suite, work, peers, measure):
        """measure(peer) for each, in turn; the order turns each round."""
        for number in range(self.rounds):
            for peer in peers if number % 2 == 0 else reversed(peers):
                found = self.once(lambda: measure(peer))
                if found:
                    self.note(suite, work, peer, number, *found)


class Table:
    """The samples of one work under one control, at one distance."""

    def __init__(self, samples):
        self.samples = samples
        self.by = {}
        for s in samples:
            self.by.setdefault(s["peer"], {})[s["round"]] = s

    def peers(self):
        return list(self.by)

    def values(self, peer, figure):
        return [s[figure] for s in self.by.get(peer, {}).values()
                if figure in s]

    def median(self, peer, figure):
        found = self.values(peer, figure)
        return statistics.median(found) if found else None

    def ratios(self, one, other, figure):
        """one by other, round by round."""
        a, b = self.by.get(one, {}), self.by.get(other, {})
        return [a[r][figure] / b[r][figure] for r in a
                if r in b and figure in a[r] and b[r].get(figure)]

    def ratio(self, one, other, figure):
        found = self.ratios(one, other, figure)
        return statistics.median(found) if found else None


def tables(samples):
    """((suite, work, control, near), Table), in the order of their coming."""
    groups = {}
    for s in samples:
        key = (s["suite"], s["work"], s["control"], s["near"])
        groups.setdefault(key, []).append(s)
    return [(key, Table(group)) for key, group in groups.items()]


def find(samples, suite, work, control=None):
    """The table to judge by: near if there are any, else what there is."""
    found = [(key, table) for key, table in tables(samples)
             if key[:2] == (suite, work) and control in (None, key[2])]
    found.sort(key=lambda one: (one[0][3] is not True,
                                -len(one[1].samples)))
    return found[0][1] if found else None
