#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""Run a test as if from a plain shell, whatever this one was started with.

usage: plain.py CMD [ARG]...

Reset are the dispositions of signals (nohup ignores SIGHUP, a shell's `&` SIGINT), the signal mask, the
file mode creation mask, descriptors that are closed or were left open, variables that change what
programs print, and a TMPDIR that other users, whom tests become, may not enter.  The nice value and resource limits stay: they may not be reset by everybody.
"""

import os
import signal
import sys

CHANGE_OUTPUT = (
    "BASH_ENV", "BATS_TMPDIR", "CDPATH", "COLUMNS", "ENV", "GLOBIGNORE", "GREP_COLORS", "GREP_OPTIONS", "LANG",
    "LANGUAGE", "LINES", "LS_COLORS", "MANPATH", "MANWIDTH", "NO_COLOR", "OLDPWD", "OMP_NUM_THREADS",
    "OMP_THREAD_LIMIT", "POSIXLY_CORRECT", "QUOTING_STYLE", "TAR_OPTIONS", "TIME_STYLE", "TZ",
)  # fmt: skip


def reset_signals():
    """Every signal does what it does by default, and is not blocked."""
    for signo in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        if signal.getsignal(signo) == signal.SIG_IGN:
            signal.signal(signo, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def others_may_enter(folder):
    """Whether every user may search a folder, and all that it is in."""
    folder = os.path.realpath(folder)
    try:
        may = os.stat(folder).st_mode & 0o001
    except OSError:
        return False
    return may and (folder == "/" or others_may_enter(os.path.dirname(folder)))


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    reset_signals()
    os.umask(0o022)
    for fd in range(3):
        try:
            os.fstat(fd)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    os.closerange(3, os.sysconf("SC_OPEN_MAX") if os.sysconf("SC_OPEN_MAX") < 65536 else 65536)
    for name in list(os.environ):
        if name in CHANGE_OUTPUT or name.startswith("LC_"):
            del os.environ[name]
    if not others_may_enter(os.environ.get("TMPDIR", "/tmp")):
        os.environ.pop("TMPDIR", None)
    os.environ["LC_ALL"] = "C.UTF-8"
    os.environ.setdefault("HOME", "/")
    os.environ.setdefault("PATH", os.defpath)
    try:
        os.execvp(sys.argv[1], sys.argv[1:])
    except OSError as error:
        sys.exit(f"plain.py: {sys.argv[1]}: {error.strerror}")


if __name__ == "__main__":
    main()
