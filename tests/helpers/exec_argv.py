#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""Run a program with exactly the given argument vector, argv[0] included.

usage: exec_argv.py PROGRAM [ARG]...

Without ARG the vector is empty: argc is 0 (Linux 5.18 and later make it one
empty string).
"""

import ctypes
import os
import sys


def main():
    libc = ctypes.CDLL(None, use_errno=True)
    arguments = [os.fsencode(word) for word in sys.argv[2:]]
    vector = (ctypes.c_char_p * (len(arguments) + 1))(*arguments, None)
    environment = (ctypes.c_char_p * 1)(None)
    libc.execve(os.fsencode(sys.argv[1]), vector, environment)
    sys.exit(f"execve: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    main()
