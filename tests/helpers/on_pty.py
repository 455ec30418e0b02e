#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""Run a command with stdout, stderr or both on a terminal, and print the bytes that reached it.

usage: on_pty.py out|err|both [--columns=N] CMD [ARG]...

The stream that is not on the terminal goes to /dev/null. The terminal does not
change bytes (no ONLCR). The exit status is the command's, or 128+N.
"""

import fcntl
import os
import struct
import subprocess
import sys
import termios


def open_terminal(columns):
    """A terminal that passes bytes on as they are: (leader, follower)."""
    leader, follower = os.openpty()
    attributes = termios.tcgetattr(follower)
    attributes[1] &= ~termios.OPOST
    termios.tcsetattr(follower, termios.TCSANOW, attributes)
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    return leader, follower


def read_all(leader):
    """What was written until the last follower closed."""
    data = b""
    while True:
        try:
            block = os.read(leader, 65536)
        except OSError:  # EIO is a terminal's end of file
            return data
        if not block:
            return data
        data += block


def run_on_terminal(which, argv, columns=80, **more):
    """The command's status and the bytes that reached the terminal."""
    leader, follower = open_terminal(columns)
    out = follower if which in ("out", "both") else subprocess.DEVNULL
    err = follower if which in ("err", "both") else subprocess.DEVNULL
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err, **more) as p:
        os.close(follower)
        data = read_all(leader)
    os.close(leader)
    return p.returncode, data


def main():
    which, argv, columns = sys.argv[1], sys.argv[2:], 80
    if argv[0].startswith("--columns="):
        columns = int(argv.pop(0)[len("--columns="):])
    status, data = run_on_terminal(which, argv, columns)
    sys.stdout.buffer.write(data)
    sys.stdout.flush()
    sys.exit(status if status >= 0 else 128 - status)


if __name__ == "__main__":
    main()
