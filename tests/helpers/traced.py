#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""Ask to be traced by the parent, as a program does that does not want to be debugged, and end with 7.

usage: traced.py main|thread|ended|main-exec|thread-exec|killed|sleep

What asks is the main thread, another one, or one that ends without a stop; then it
is stopped by a signal that it handles, executes a program, or is killed.  With
`sleep` it prints "ready" and waits.
"""

import ctypes
import os
import signal
import sys
import threading

PTRACE_TRACEME = 0
SHELL = ["/bin/sh", "-c", "exit 7"]


def ask():
    """Makes the parent the tracer of this thread."""
    if ctypes.CDLL(None, use_errno=True).ptrace(PTRACE_TRACEME, 0, 0, 0) < 0:
        print(f"PTRACE_TRACEME: {os.strerror(ctypes.get_errno())}", file=sys.stderr)
        os._exit(77)


def interrupt():
    """A signal for this thread, which stops it while it is traced."""
    signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)


def in_thread(function):
    """Calls it in another thread, and waits."""
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()


def main():
    how = sys.argv[1]
    # The handler runs in the main thread, after that has been resumed.
    signal.signal(signal.SIGUSR1, lambda *_: None)
    if how == "main":
        ask()
        interrupt()
    elif how == "thread":
        in_thread(lambda: (ask(), interrupt()))
    elif how == "ended":
        in_thread(ask)
    elif how == "main-exec":
        ask()
        os.execv(SHELL[0], SHELL)
    elif how == "thread-exec":
        in_thread(lambda: (ask(), os.execv(SHELL[0], SHELL)))
    elif how == "sleep":
        in_thread(lambda: (ask(), interrupt()))
        print("ready", flush=True)
        signal.pause()
    elif how == "killed":
        ready, go = os.pipe()
        threading.Thread(target=lambda: (ask(), os.write(go, b"x"), signal.pause()), daemon=True).start()
        os.read(ready, 1)
        ask()
        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(7)


if __name__ == "__main__":
    main()
