#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""Calls that are interrupted change nothing: the same bytes, the same status.

usage: interrupted.py OSBOX

First strace has every other call that may wait fail with EINTR, once osbox's
main() runs (poll on the standard descriptors is its first call), but not in
programs that osbox runs.  Then osbox is stopped and continued as fast as can be,
which interrupts what waits in the kernel.  Prints TAP.
"""

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from testlib import CLEAN_ENV, Result, Tap, run  # noqa: E402

WAITING = ["getdents64", "getrandom", "poll", "ppoll", "pread64", "read", "readv", "rt_sigtimedwait",
           "splice", "wait4", "waitid", "write", "writev"]
# In a directory with a tree `d`.
COMMANDS = [
    ["walk", "-j1", "--sort", "-J", "-F", "path,type,st_size", "d"],
    ["walk", "-j4", "--bottom-up", "--tuples", "-J", "d"],
    ["waitid", "-J", "-F", "exitcode,signal,timed_out", "--", "sh", "-c", "seq 40000 | tail -n 1; exit 7"],
    ["popen", "seq 200000"],
    ["popen", "--events", "-J", "-F", "event,stream,data,exitcode", "seq 2000; exit 7"],
    ["popen", "--pty", "seq 2000"],
    ["timerfd", "--initial=100ms", "-J", "-F", "event,seq,missed"],
    ["timerfd", "--interval=1ms", "--count=20", "--overlap=queue", "--", "echo", "a"],
    ["urandom", "--alphabet=a", "--length=3000000"],
    ["spawn", "--timeout=1h", "--", "sh", "-c", "seq 40000 | tail -n 1; exit 7"],
]
# LeakSanitizer traces, too.
PLAIN = {"ASAN_OPTIONS": "detect_leaks=0"}
TIMEOUT = 20

tap = Tap()
OSBOX = os.path.realpath(sys.argv[1]) if len(sys.argv) == 2 else sys.exit(__doc__)


def trace(log, command, *more):
    """Runs a command below strace, which follows threads but no programs."""
    follow = ["-f"] if command[0] == "walk" else []
    return run(["strace", "-qq", "-o", log, *follow, *more, "--", OSBOX, *command], timeout=TIMEOUT,
               env=PLAIN)


def injections(log):
    """Options for strace: of each kind of call every other one from main() on."""
    with open(log, encoding="utf-8", errors="replace") as file:
        calls = re.findall(r"^(?:\d+ +)?(\w+)\(", file.read(), re.M)
    before = calls[:next(i for i, call in enumerate(calls) if call in ("poll", "ppoll"))]
    return [f"--inject={call}:error=EINTR:when={before.count(call) + 1}+2" for call in WAITING]


def storm(command):
    """Runs a command that is stopped and continued until its output ends; how often, too."""
    with subprocess.Popen([OSBOX, *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env={**CLEAN_ENV, **PLAIN}) as p:
        out, block, stops = [], None, 0
        while block != b"":
            os.kill(p.pid, signal.SIGSTOP)
            changed = os.waitid(os.P_PID, p.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
            if changed.si_code == os.CLD_STOPPED:
                os.waitid(os.P_PID, p.pid, os.WSTOPPED)
                os.kill(p.pid, signal.SIGCONT)
                stops += 1
            # So that it gets on between two stops.
            if select.select([p.stdout], [], [], 0.0002)[0]:
                block = os.read(p.stdout.fileno(), 65536)
                out.append(block)
        err = p.stderr.read()
    return Result(p.args, p.returncode, b"".join(out), err), stops


def check(command, log, traced):
    """One command, in both ways."""
    words = " ".join(command)
    want = run([OSBOX, *command], timeout=TIMEOUT)
    tap.ok(f"{words} works", [] if want.out and not want.err else [str(want)])
    claim = f"{words}: every other call that may wait fails with EINTR"
    if traced:
        trace(log, command)
        got = trace(log, command, *injections(log))
        with open(log, "rb") as file:
            count = file.read().count(b"(INJECTED)")
        tap.ok(claim, ([] if same(got, want) else [str(got)]) + ["none was"] * (not count))
    else:
        tap.skip(claim, "strace cannot trace here")
    got, stops = storm(command)
    tap.ok(f"{words}: stopped and continued all the time", [] if same(got, want) else [str(got)])
    print(f"# {stops} stops")


def same(got, want):
    """Whether two runs had the same outcome."""
    return (got.status, got.out, got.err) == (want.status, want.out, want.err)


def main():
    place = tempfile.mkdtemp(prefix="osbox-interrupted.")
    log = os.path.join(place, "trace")
    try:
        for path in (os.path.join(place, "d", str(i), str(j)) for i in range(30) for j in range(30)):
            os.makedirs(path)
        os.chdir(place)
        traced = shutil.which("strace") and trace(log, ["--version"]).status == 0
        for command in COMMANDS:
            check(command, log, traced)
    finally:
        os.chdir("/")
        shutil.rmtree(place)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
