# SPDX-License-Identifier: MIT
"""What a test does to a program by way of the kernel, without other tools:
calls that fail, descriptors of its that are looked at, limits, users."""

import ctypes
import errno
import os
import platform
import struct

import pytest

LIBC = ctypes.CDLL(None, use_errno=True)
NUMBERS = {
    "x86_64": {"splice": 275, "pipe2": 293, "socket": 41},
    "aarch64": {"splice": 76, "pipe2": 59, "socket": 198},
}
PIDFD_GETFD = 438
SPLICE_F_MOVE, SPLICE_F_NONBLOCK, SPLICE_F_MORE = 1, 2, 4

# Of linux/bpf_common.h and linux/seccomp.h.
LOAD, EQUAL, GREATER, HAS, RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
ALLOW, ERRNO = 0x7fff0000, 0x00050000


def number(call):
    numbers = NUMBERS.get(platform.machine())
    if not numbers:
        pytest.skip("no numbers of system calls for this machine")
    return numbers[call]


def step(code, value, then=0, otherwise=0):
    return struct.pack("=HBBI", code, then, otherwise, value)


def fails(call, error):
    """A program that makes each such call fail."""
    return [step(LOAD, 0), step(EQUAL, number(call), 0, 1),
            step(RETURN, ERRNO | error), step(RETURN, ALLOW)]


def only_good_splices(error=errno.EPERM, most=1 << 30):
    """One that makes each splice() fail that has SPLICE_F_MOVE or _MORE, lacks
    SPLICE_F_NONBLOCK, or asks for more than so many bytes."""
    length, flags = 16 + 8 * 4, 16 + 8 * 5
    return [step(LOAD, 0), step(EQUAL, number("splice"), 0, 8),
            step(LOAD, flags),
            step(HAS, SPLICE_F_MOVE | SPLICE_F_MORE, 5, 0),
            step(HAS, SPLICE_F_NONBLOCK, 0, 4),
            step(LOAD, length + 4), step(EQUAL, 0, 0, 2),
            step(LOAD, length), step(GREATER, most, 0, 1),
            step(RETURN, ERRNO | error), step(RETURN, ALLOW)]


def under(program):
    """For preexec_fn: from now on the kernel runs this before each call."""
    code = b"".join(program)
    memory = ctypes.create_string_buffer(code, len(code))
    pointer = ctypes.addressof(memory)
    filter_ = struct.pack("=H6xQ", len(program), pointer)

    def run():
        assert memory
        if LIBC.prctl(38, 1, 0, 0, 0) or LIBC.prctl(22, 2, filter_, 0, 0):
            os._exit(99)
    return run


def descriptors_of(pid, kind):
    """Copies of those descriptors of a process whose link begins like that."""
    folder = f"/proc/{pid}/fd"
    pidfd = os.pidfd_open(pid)
    copies = []
    try:
        for name in os.listdir(folder):
            if not os.readlink(f"{folder}/{name}").startswith(kind):
                continue
            fd = LIBC.syscall(PIDFD_GETFD, pidfd, int(name), 0)
            if fd < 0:
                pytest.skip("pidfd_getfd: "
                            + os.strerror(ctypes.get_errno()))
            copies.append(fd)
    finally:
        os.close(pidfd)
    return copies
