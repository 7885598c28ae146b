# SPDX-License-Identifier: MIT
"""What a soak serves: files whose bytes follow from their names and versions,
those that change meanwhile, and what a body of them must be.

    replaced    one of four versions, exchanged by rename
    shrinking   truncated in place, and filled up again
    growing     appended to; a new one begins when it is full
    styles.css  has siblings, of which one comes and goes
"""

import gzip
import os
import random

PAGE = 4096
SIZES = {"empty": 0, "tiny": 1, "small": 900, "page": PAGE,
         "threshold": 16 * 1024, "medium": 100_003, "large": 3_000_001}
SHRINKING = 2_000_000 // PAGE * PAGE
LEAST = 64 * PAGE
GROWING = 600_000
VERSIONS = 4
ENTRIES = 300
CODINGS = {"br": "br", "zstd": "zst", "gzip": "gz"}


def data_of(name, version=0):
    """What that file holds, or will at last."""
    sizes = {**SIZES, "shrinking": SHRINKING, "growing": GROWING,
             "styles.css": 50_000}
    return random.Random(f"{name} {version}").randbytes(
        sizes.get(name, 400_000))


DATA = {name: data_of(name)
        for name in [*SIZES, "shrinking", "growing", "styles.css"]}
REPLACED = [data_of("replaced", version) for version in range(VERSIONS)]
CODED = {"br": data_of("as br"), "zstd": data_of("as zstd"),
         "gzip": gzip.compress(DATA["styles.css"], mtime=0),
         None: DATA["styles.css"]}


class Wrong(Exception):
    """A byte, a length or a status that cannot be."""


def write(path, data):
    with open(path + ".new", "wb") as file:
        file.write(data)
    os.rename(path + ".new", path)


def make_files(root):
    for name, data in DATA.items():
        write(os.path.join(root, name), data)
    write(os.path.join(root, "growing"), DATA["growing"][:1000])
    write(os.path.join(root, "replaced"), REPLACED[0])
    for coding, suffix in CODINGS.items():
        write(os.path.join(root, f"styles.css.{suffix}"), CODED[coding])
    os.mkdir(os.path.join(root, "folder"))
    for n in range(ENTRIES):
        write(os.path.join(root, "folder", f"file {n}"), b"x" * n)


class Changer:
    """Who changes them, a bit at each turn."""

    def __init__(self, root):
        self.root, self.rng = root, random.Random(1)

    def path(self, name):
        return os.path.join(self.root, name)

    def turn(self):
        write(self.path("replaced"), self.rng.choice(REPLACED))
        self.shrink()
        self.grow()
        if self.rng.random() < 0.5:
            self.come_and_go()

    def shrink(self):
        size = self.rng.randrange(LEAST, SHRINKING + 1, PAGE)
        os.truncate(self.path("shrinking"), size)
        with open(self.path("shrinking"), "r+b") as file:
            file.seek(size)
            file.write(DATA["shrinking"][size:])

    def grow(self):
        size = os.path.getsize(self.path("growing"))
        if size == GROWING:
            write(self.path("growing"), DATA["growing"][:1000])
            return
        with open(self.path("growing"), "ab") as file:
            file.write(DATA["growing"][size:size + self.rng.randrange(9000)])

    def come_and_go(self):
        for name, data in (("styles.css.gz", CODED["gzip"]),
                           ("folder/visitor", b"v")):
            if os.path.exists(self.path(name)):
                os.unlink(self.path(name))
            else:
                write(self.path(name), data)


def check(name, at, body):
    """Whether a body is what the file holds, or held, from there on."""
    if name == "replaced":
        if all(body != version[at:at + len(body)] for version in REPLACED):
            raise Wrong(f"a body of no version of {name}")
        return
    want = DATA[name][at:at + len(body)]
    if body == want:
        return
    if name != "shrinking" or len(body) != len(want):
        raise Wrong(f"other bytes of {name} from {at} on")
    for n, (got, wanted) in enumerate(zip(body, want)):
        if got != wanted and (got != 0 or at + n < LEAST):
            raise Wrong(f"byte {at + n} of {name} is {got}, not {wanted}")
