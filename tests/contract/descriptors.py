#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""Descriptors that the user names: one that is not open is EBADF, whatever osbox itself opens, and one
that was opened with O_PATH is open.

usage: descriptors.py OSBOX

Prints TAP.
"""

import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from testlib import CLEAN_ENV, Tap  # noqa: E402

OSBOX = os.path.realpath(sys.argv[1]) if len(sys.argv) > 1 else sys.exit(__doc__)
PLACE = tempfile.mkdtemp(prefix="osbox-contract.")

# Calls with a descriptor N. A file that osbox opens first would get its number.
CALLS = [
    "stat --fd=N",
    "stat --dir-fd=N x",
    "stat --dir-fd=N --files0-from=list",
    "lstat --fd=N",
    "walk --fd=N",
    "walk --dir-fd=N x",
    "xattr list --fd=N",
    "xattr list --dir-fd=N x",
    "xattr list --dir-fd=N --files0-from=list",
    "xattr get --fd=N user.x",
    "xattr set --fd=N --from=list user.x",
    "xattr set --fd=N user.x y",
    "xattr remove --fd=N user.x",
    "xattr dump --fd=N",
    "timerfd gettime --fd=N",
    "timerfd settime --fd=N --interval=1",
    "timerfd read --fd=N",
    "waitid --pidfd=N",
    "waitid --pidfd=N --timeout=9",
    "spawn --fchdir=N true",
    "spawn --status=s --fchdir=N true",
    "spawn --status=s --timeout=9 --fchdir=N true",
    "spawn --overlay --status=s --fchdir=N true",
    "spawn --fchdir=N",
    "spawn --dup2=N:30 true",
    "spawn --status=s --timeout=9 --dup2=N:30 true",
    "spawn --nowait --dup2=N:30 true",
    "spawn --setns=/proc/self/ns/uts --dup2=N:30 true",
    "spawn --pipe=31:32 --dup2=N:30 true",
    "spawn --exec-fd=N true",
    "spawn --status=s --exec-fd=N true",
    "spawn --status=s --timeout=9 --exec-fd=N true",
    "spawn --nowait --status=s --exec-fd=N true",
    "spawn --overlay --status=s --exec-fd=N true",
    "spawn --status=fd:N true",
    "popen --status=fd:N true",
    "sched set --nice=0 --status=fd:N -- true",
    "timerfd --interval=1ms --count=1 --status=fd:N -- true",
]


def run(arguments, closed=(), opened=None, pass_fds=()):
    """The exit status and both outputs of osbox; `opened` maps descriptors to those that become them."""

    def prepare():
        for fd, source in (opened or {}).items():
            os.dup2(source, fd)
        for fd in closed:
            os.close(fd)

    with tempfile.TemporaryFile() as out:
        process = subprocess.run(
            [OSBOX, *arguments], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE,
            env=CLEAN_ENV, cwd=PLACE, preexec_fn=prepare, pass_fds=pass_fds, check=False, timeout=60,
        )
        out.seek(0)
        return process.returncode, out.read(), process.stderr


def check_closed(call):
    """Every number from 0 to 20, with and without a standard input."""
    faults = []
    for number in range(21):
        for closed in {(number,) if number < 3 else (), (0,) if number > 2 else (number,)}:
            words = call.replace("=N", f"={number}").replace("fd:N", f"fd:{number}").split()
            status, _, err = run(words, closed)
            if status == 0 or (number != 2 and b"[EBADF]" not in err):
                faults.append(f"{' '.join(words)}, closed {closed}: status {status}, {err!r}")
    tap.ok(f"{call}: from 0 to 20, a descriptor that is not open is EBADF", faults)


def check_o_path():
    """A directory that was opened with O_PATH, as a standard descriptor."""
    directory = os.open(PLACE, os.O_PATH)
    wanted = f"{os.stat(PLACE).st_ino}\n".encode()
    faults = []
    for number in (0, 1, 2):
        status, out, err = run(["stat", f"--fd={number}", "-g", "st_ino"], opened={number: directory})
        if number == 1:
            # What was printed is lost, and that is reported.
            faults += [f"status {status}"] if status != 74 else []
        elif (status, out) != (0, wanted):
            faults.append(f"{number}: status {status}, {out!r}, {err!r}")
    tap.ok("stat --fd of 0 or 2 that was opened with O_PATH is that file", faults)
    faults = []
    for words in (["spawn"], ["popen", "--mode=r", "--"], ["sched", "set", "--nice=0", "--"]):
        status, out, err = run([*words, "stat", "-L", "-c", "%i", "/proc/self/fd/0"], opened={0: directory})
        if (status, out) != (0, wanted):
            faults.append(f"{words}: status {status}, {out!r}, {err!r}")
    tap.ok("a program inherits a standard input that was opened with O_PATH", faults)
    status, _, err = run(["stat", "--fd=3"], opened={0: directory})
    tap.ok(
        "osbox opens nothing in its place, so 3 is closed",
        [] if status == 71 and b"[EBADF]" in err else [f"status {status}, {err!r}"],
    )


def main():
    """All of it."""
    with open(os.path.join(PLACE, "list"), "wb") as stream:
        stream.write(b"x\0")
    joins = run(["spawn", "--setns=/proc/self/ns/uts", "true"])[0] == 0
    for call in CALLS:
        if "--setns" in call and not joins:
            tap.skip(call, "namespaces cannot be joined here")
        else:
            check_closed(call)
    check_o_path()
    return tap.done()


tap = Tap()
try:
    sys.exit(main())
finally:
    shutil.rmtree(PLACE)
