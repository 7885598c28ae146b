# SPDX-License-Identifier: MIT
"""What the tests of pour copy -r share: trees, and all that is in them."""

import errno
import hashlib
import os
import random
import stat


def data_of(path, size):
    """Where the bytes are, and where holes."""
    spans, at = [], 0
    fd = os.open(path, os.O_RDONLY)
    try:
        while at < size:
            begin = os.lseek(fd, at, os.SEEK_DATA)
            at = os.lseek(fd, begin, os.SEEK_HOLE)
            spans.append((begin, at))
    except OSError as error:
        assert error.errno == errno.ENXIO
    finally:
        os.close(fd)
    return spans


def attributes(path):
    return {name: os.getxattr(path, name, follow_symlinks=False)
            for name in os.listxattr(path, follow_symlinks=False)}


def facts(path, holes=True):
    st = os.lstat(path)
    what = [stat.S_IFMT(st.st_mode), stat.S_IMODE(st.st_mode), st.st_uid,
            st.st_gid, st.st_mtime_ns, attributes(path)]
    if stat.S_ISREG(st.st_mode):
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256") if hasattr(
                hashlib, "file_digest") else hashlib.sha256(file.read())
        what += [st.st_size, digest.hexdigest(), st.st_nlink]
        if holes:
            what.append(data_of(path, st.st_size))
    elif stat.S_ISLNK(st.st_mode):
        what.append(os.readlink(path))
    elif not stat.S_ISDIR(st.st_mode):
        what.append(st.st_rdev)
    return what


def walk(top, holes=True):
    """Everything, by name; and which names are one file."""
    top = os.fsencode(top)
    found, files = {b"": facts(top, holes)}, {}
    for folder, folders, names in os.walk(top):
        for name in folders + names:
            path = os.path.join(folder, name)
            inside = os.path.relpath(path, top)
            found[inside] = facts(path, holes)
            st = os.lstat(path)
            if st.st_nlink > 1 and not stat.S_ISDIR(st.st_mode):
                files.setdefault((st.st_dev, st.st_ino), []).append(inside)
    return found, sorted(sorted(names) for names in files.values())


def same(one, other, holes=True):
    a, b = walk(one, holes), walk(other, holes)
    assert a[0].keys() == b[0].keys()
    for name, what in a[0].items():
        assert what == b[0][name], name
    assert a[1] == b[1]


def plant(top, n, seed=1):
    """n small files, a hundred in a folder."""
    chance = random.Random(seed)
    for i in range(0, n, 100):
        folder = os.path.join(top, f"{i // 2000:03}", f"{i:06}")
        os.makedirs(folder)
        for k in range(min(100, n - i)):
            with open(os.path.join(folder, f"{k:02}"), "wb") as file:
                file.write(chance.randbytes(chance.randrange(1500)))


def partial(src, dst):
    """Names in the copy that are not all of what they stand for."""
    src, dst = os.fsencode(src), os.fsencode(dst)
    wrong = []
    for folder, _, names in os.walk(dst):
        for name in names:
            path = os.path.join(folder, name)
            source = os.path.join(src, os.path.relpath(path, dst))
            if not stat.S_ISREG(os.lstat(path).st_mode):
                continue
            if not os.path.exists(source):
                wrong.append(path)
                continue
            with open(path, "rb") as a, open(source, "rb") as b:
                if a.read() != b.read():
                    wrong.append(path)
    return wrong
