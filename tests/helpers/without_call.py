#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""Run a command as if the kernel lacked system calls, by a seccomp filter.

usage: without_call.py ERRNO NUMBER[,NUMBER]... CMD [ARG]...

The calls of these numbers fail with ERRNO (a name: ENOSYS). The numbers are for
calls from 424 on, which are the same on every architecture. Status 125: filters
cannot be used here.
"""

import ctypes
import errno
import os
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD_WORD, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ERROR = 0x7FFF0000, 0x00050000


def filter_of(numbers, number_of_error):
    """A program: load the call's number; equal to one of these is an error; or else go on."""
    rows = [(LOAD_WORD, 0, 0, 0)]
    for i, number in enumerate(numbers):
        rows.append((JUMP_EQUAL, len(numbers) - i, 0, number))
    rows += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, ERROR | number_of_error)]
    return b"".join(struct.pack("<HBBI", *row) for row in rows), len(rows)


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    numbers = [int(number) for number in sys.argv[2].split(",")]
    program, count = filter_of(numbers, getattr(errno, sys.argv[1]))
    libc = ctypes.CDLL(None, use_errno=True)
    rows = ctypes.create_string_buffer(program)
    head = ctypes.create_string_buffer(struct.pack("HL", count, ctypes.addressof(rows)))
    if (
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
        or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, head, 0, 0) != 0
    ):
        print(f"without_call: {os.strerror(ctypes.get_errno())}", file=sys.stderr)
        sys.exit(125)
    os.execvp(sys.argv[3], sys.argv[3:])


main()
