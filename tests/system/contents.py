# SPDX-License-Identifier: MIT
"""What the files that are served hold."""

import random

BIG = 5 << 30
ZEROS = bytes(1 << 20)


def data_of(size, seed=0):
    """The same bytes each time, others for another seed."""
    return random.Random(size * 1000 + seed).randbytes(size)


def marks(size):
    """What a big file has that is not zero: (offset, bytes)."""
    places = [0, 1 << 20, (1 << 31) - 3, (1 << 32) - 3, (1 << 32) + (1 << 20),
              size - 6]
    return [(at, b"mark%02d" % n) for n, at in enumerate(places)]


def expected(size, at, length):
    """The bytes of a big file from there on."""
    if all(at + length <= start or start + len(mark) <= at
           for start, mark in marks(size)):
        return ZEROS[:length]
    data = bytearray(length)
    for start, mark in marks(size):
        for n, byte in enumerate(mark):
            if at <= start + n < at + length:
                data[start + n - at] = byte
    return bytes(data)
