#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""Run a command in place of this one, with descriptor 9 open on an unusual object.

usage: with_fd.py memfd|socket|epoll|timerfd|eventfd|path|tmpfile|nonblock|terminal FILE CMD [ARG]...

FILE is what `path` opens with O_PATH, and the directory of `tmpfile`; the others
ignore it.
"""

import ctypes
import os
import select
import socket
import sys


def open_object(kind, path):
    """A descriptor of that kind."""
    if kind == "memfd":
        fd = os.memfd_create("osbox-test", 0)
        os.write(fd, b"12345")
        return fd
    if kind == "socket":
        return socket.socketpair()[0].detach()
    if kind == "epoll":
        epoll = select.epoll()
        return os.dup(epoll.fileno())
    if kind == "timerfd":
        return ctypes.CDLL(None, use_errno=True).timerfd_create(1, 0)
    if kind == "eventfd":
        return os.eventfd(0, 0)
    if kind == "path":
        return os.open(path, os.O_PATH)
    if kind == "tmpfile":
        fd = os.open(path, os.O_TMPFILE | os.O_RDWR)
        os.write(fd, b"1234567")
        return fd
    if kind == "nonblock":
        return os.open("/dev/null", os.O_RDONLY | os.O_NONBLOCK)
    if kind == "terminal":
        return os.openpty()[1]
    sys.exit(f"unknown kind {kind}")


def main():
    fd = open_object(sys.argv[1], sys.argv[2])
    if fd < 0:
        sys.exit(f"cannot make a {sys.argv[1]}")
    os.dup2(fd, 9, inheritable=True)
    if sys.argv[1] == "terminal":
        # The other end has to live as long as the command.
        os.dup2(fd - 1, 8, inheritable=True)
    os.execvp(sys.argv[3], sys.argv[3:])


if __name__ == "__main__":
    main()
