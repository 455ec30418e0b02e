#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""Programs that stop or ask to be traced end as they do without osbox, in every applet that runs one.

usage: supervised.py OSBOX

Prints TAP.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from prompt import state  # noqa: E402
from testlib import CLEAN_ENV, Tap, run  # noqa: E402

OSBOX = os.path.realpath(sys.argv[1]) if len(sys.argv) == 2 else sys.exit(__doc__)
TRACED = os.path.join(HERE, "..", "helpers", "traced.py")
DEADLINE = 20

# The record is on descriptor 3, except for waitid, where it is on standard output.
SUPERVISE = {
    "spawn": ["spawn", "--status=fd:3", "-J", "--"],
    "spawn --timeout": ["spawn", "--timeout=1m", "--status=fd:3", "-J", "--"],
    "spawn --foreground": ["spawn", "--timeout=1m", "--foreground", "--status=fd:3", "-J", "--"],
    "spawn --setpgroup": ["spawn", "--setpgroup", "--status=fd:3", "-J", "--"],
    "popen": ["popen", "--status=fd:3", "-J", "--"],
    "popen --timeout": ["popen", "--timeout=1m", "--status=fd:3", "-J", "--"],
    "popen --kill=child": ["popen", "--timeout=1m", "--kill=child", "--status=fd:3", "-J", "--"],
    "timerfd": ["timerfd", "--initial=1ms", "--status=fd:3", "-J", "--"],
    "timerfd --overlap=kill": ["timerfd", "--initial=1ms", "--overlap=kill", "--status=fd:3", "-J", "--"],
    "sched set": ["sched", "set", "--policy=other", "--status=fd:3", "-J", "--"],
}
WAIT = {
    "waitid": ["waitid", "-J", "--"],
    "waitid --timeout": ["waitid", "--timeout=1m", "-J", "--"],
    "waitid --stopped": ["waitid", "--stopped", "-J", "--"],
    "waitid --subreaper": ["waitid", "--subreaper", "-J", "--"],
}
TRACES = {"main": 7, "thread": 7, "ended": 7, "main-exec": 7, "thread-exec": 7, "killed": -signal.SIGKILL}

tap = Tap()


def start(arguments, file):
    """Starts osbox, whose record goes to a file; it prints through a pipe."""
    place = ["sh", "-c", 'exec "$@" 3<&0 3>&0 </dev/null', "sh", OSBOX, *arguments]
    return subprocess.Popen(place, stdin=file, stdout=subprocess.PIPE, env=CLEAN_ENV)


def last_record(file, out=b""):
    """The last record of --status, or of standard output."""
    file.seek(0)
    lines = (file.read() or out).splitlines()
    return json.loads(lines[-1]) if lines else {}


def finish(p, file):
    """The status of osbox, and how the program ended; None after a hang."""
    try:
        out = p.communicate(timeout=DEADLINE)[0]
    except subprocess.TimeoutExpired:
        p.kill()
        p.communicate()
        return "a hang", None
    return p.returncode, last_record(file, out).get("exitcode")


def wait_for(condition):
    """Whether it becomes true in time."""
    deadline = time.monotonic() + DEADLINE
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.001)
    return condition()


# ---- programs that ask to be traced ----


def check_traced(name, arguments):
    """Whoever of the program asks, and whatever it does then."""
    for how, exitcode in TRACES.items():
        with tempfile.TemporaryFile() as file:
            p = start([*arguments, sys.executable, TRACED, how], file)
            got = finish(p, file)
        want = (exitcode if exitcode >= 0 else 128 - exitcode, exitcode)
        claim = f"{name}: a program that asks to be traced: {how}"
        if got == (77, 77):
            tap.skip(claim, "ptrace(2) is forbidden here")
        else:
            tap.ok(claim, [] if got == want else [f"{got}"])


def check_idle(name, arguments):
    """After that osbox sleeps until something happens."""
    with tempfile.TemporaryFile() as file:
        p = start([*arguments, sys.executable, TRACED, "sleep"], file)
        ready = p.stdout.readline()
        idle = wait_for(lambda: state(p.pid) == "S")
        for pid in children(p.pid):
            os.kill(pid, signal.SIGKILL)
        got = finish(p, file)
    want = (b"ready\n", True, (137, -9))
    tap.ok(f"{name}: waits for a traced program without a busy loop",
           [] if (ready, idle, got) == want else [f"{ready} {idle} {got}"])


def children(pid):
    """The children of a process."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


# ---- signals for a program that is stopped ----


def check_continued(name, arguments):
    """A signal that is passed on to a stopped program reaches it."""
    for signo in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        for trap in ("", "trap 'exit 5' HUP INT QUIT TERM; "):
            with tempfile.TemporaryFile() as file:
                p = start([*arguments, "sh", "-c", "ulimit -c 0; " + trap + "kill -STOP $$; exit 6"], file)
                stopped = wait_for(lambda: [state(pid) for pid in children(p.pid)] == ["T"])
                p.send_signal(signo)
                got = finish(p, file)
            want = 5 if trap else -signo
            faults = [] if stopped and got[1] == want else [f"{stopped}, {got} instead of {want}"]
            tap.ok(f"{name}: SIGCONT follows {signo.name} {'with a handler' if trap else ''}", faults)


def check_time_limit():
    """--timeout ends a program that is stopped, by SIGSTOP or by job control, whatever the signal."""
    for applet in ("spawn", "popen"):
        for stop in ("STOP", "TSTP", "TTIN"):
            for signo in ("TERM", "INT", "HUP", "USR1", "KILL", "ALRM"):
                command = [applet, "--timeout=200ms", f"--signal={signo}", "--status=fd:3", "-J", "--"]
                with tempfile.TemporaryFile() as file:
                    p = start([*command, "sh", "-c", f"kill -{stop} $$; sleep 1000"], file)
                    got = finish(p, file)
                want = (137 if signo == "KILL" else 124, -getattr(signal, f"SIG{signo}"))
                tap.ok(f"{applet} --timeout --signal={signo}: a program that {stop} has stopped",
                       [] if got == want else [f"{got}"])


def main():
    for name, arguments in {**SUPERVISE, **WAIT}.items():
        check_traced(name, arguments)
        check_idle(name, arguments)
    for name, arguments in SUPERVISE.items():
        check_continued(name, arguments)
    check_time_limit()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
