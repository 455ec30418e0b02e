#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""osbox as process 1 of a container: it waits for orphans, passes signals on, and ends by them.

usage: init.py OSBOX

Each command is run in a new PID namespace, as root and as an ordinary user in a
user namespace, where that is allowed.  Prints TAP.
"""

import os
import signal
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from testlib import Tap, run  # noqa: E402

# Run in the namespace.  probe.py orphans N STATUS: makes N orphans that end, prints "reaped" when none
# of them is a zombie any more, and ends with STATUS.  probe.py together N STATUS: ends when N orphans
# do.  probe.py stop: as orphans, and then sends SIGTERM to process 1.
PROBE = r'''
import os, signal, sys, time

def orphans(count, ends):
    """Starts processes whose parent is process 1, and which end when `ends` is closed elsewhere."""
    for _ in range(count):
        child = os.fork()
        if child == 0:
            orphan = os.fork()
            if orphan == 0:
                while os.getppid() != 1:
                    time.sleep(0.001)
                os.close(ends[1])
                os.close(born[1])
                os.read(ends[0], 1)
                os._exit(0)
            os.write(numbers[1], b"%d\n" % orphan)
            os._exit(0)
        os.waitpid(child, 0)
        pids.append(int(os.read(numbers[0], 20)))

def living():
    """Whether any of them exists, at least as a zombie."""
    return any(os.path.exists(f"/proc/{pid}") for pid in pids)

what, count, status = (sys.argv[1:] + ["3", "7"])[:3]
ends, born, numbers, pids = os.pipe(), os.pipe(), os.pipe(), []
orphans(int(count), ends)
os.close(born[1])
os.read(born[0], 1) # all of them are orphans
if what == "together":
    os._exit(int(status))
os.close(ends[1])
deadline = time.monotonic() + 10
while living() and time.monotonic() < deadline:
    time.sleep(0.01)
print("left" if living() else "reaped", flush=True)
if what == "stop":
    os.kill(1, signal.SIGTERM)
os._exit(int(status))
'''
PLAIN = {"ASAN_OPTIONS": "detect_leaks=0"}  # LeakSanitizer traces
NO_RECORD = ["--status=/dev/null"]
# Commands that wait for a program, which follows.
RUNNERS = [
    ["spawn"],
    ["spawn", "--timeout=1h"],
    ["popen", "--"],
    ["popen", "--mode=system", "--"],
    ["popen", "--mode=3", "--tee", *NO_RECORD, "--"],
    ["popen", "--pty", "--"],
    ["waitid", "-g", "pid", "--"],
    ["sched", "set", "--nice=19", *NO_RECORD, "--"],
]
TERMINATIONS = ["TERM", "INT", "HUP", "QUIT"]

tap = Tap()
OSBOX = os.path.realpath(sys.argv[1]) if len(sys.argv) == 2 else sys.exit(__doc__)


def name(command):
    return " ".join(word for word in command if word != "--")


class Namespace:
    """A way to start process 1."""

    def __init__(self, who, prefix):
        self.who, self.prefix = who, prefix

    def works(self):
        return run([*self.prefix, "true"]).status == 0

    def run(self, *argv, **more):
        return run([*self.prefix, *argv], env=PLAIN, timeout=60, **more)

    def claim(self, text, result, status, out=None):
        """Its exit status, and what its output contains."""
        good = result.status == status and (out is None or out in result.out.split())
        tap.ok(f"{self.who}: {text}", [] if good else [f"not {status} {out}: {result}"])


def check_orphans(n):
    probe = ["python3", "-c", PROBE]
    for command in RUNNERS:
        r = n.run(OSBOX, *command, *probe, "orphans")
        n.claim(f"{name(command)}: orphans are waited for", r, 7, b"reaped")
    r = n.run(OSBOX, "spawn", *probe, "orphans", "1000", "7")
    n.claim("1000 orphans at once", r, 7, b"reaped")
    r = n.run(OSBOX, "popen", "--", "sh", "-c", '"$@" & exit 3', "sh", *probe, "orphans")
    n.claim("popen: also while others hold its output", r, 3, b"reaped")
    r = n.run(OSBOX, "timerfd", "--initial=1ms", "--", *probe, "orphans")
    n.claim("timerfd: while its program runs", r, 7, b"reaped")
    r = n.run(OSBOX, "timerfd", "--initial=1ms", "--interval=1h", "--", "sh", "-c", '"$@" &', "sh", *probe,
              "stop")
    n.claim("timerfd: between two runs, and a signal ends it", r, 143, b"reaped")
    r = n.run("sh", "-c", '"$@" & exec "$0" timerfd --initial=1h', OSBOX, *probe, "stop")
    n.claim("timerfd: without a program", r, 143, b"reaped")
    r = n.run("sh", "-c", '"$@" & exec "$0" waitid --exit-with=target -g pid $!', OSBOX, *probe, "orphans")
    n.claim("waitid PID: orphans that are no operands", r, 7, b"reaped")


def check_status(n):
    """Whatever else ends at the same moment."""
    probe = ["python3", "-c", PROBE, "together", "20", "9"]
    for command in RUNNERS:
        faults = []
        for _ in range(4):
            r = n.run(OSBOX, *command, *probe)
            faults += [] if r.status == 9 else [str(r)]
        tap.ok(f"{n.who}: {name(command)}: the status is the program's when orphans end with it", faults)
    r = n.run(OSBOX, "spawn", "-g", "si_pid", "--status=fd:1", *probe)
    n.claim("the record is the program's", r, 9, b"2")


def check_signals(n):
    for command in RUNNERS:
        faults = []
        for signo in TERMINATIONS:
            script = f"trap 'exit 3' {signo}; kill -{signo} 1; while :; do sleep 0.01; done"
            r = n.run(OSBOX, *command, "sh", "-c", script)
            faults += [] if r.status == 3 else [f"{signo}: {r}"]
        tap.ok(f"{n.who}: {name(command)}: signals are passed on", faults)
        r = n.run(OSBOX, *command, "sh", "-c", "kill -TERM 1; exec sleep 60")
        n.claim(f"{name(command)}: a program that they end", r, 143)
    r = n.run(OSBOX, "waitid", "--", "sh", "-c", "trap 'exit 3' USR1; kill -USR1 1; while :; do sleep 0.01; done")
    n.claim("waitid: SIGUSR1 is passed on", r, 3)
    # The process that it waits for tells it to end.
    r = n.run("sh", "-c", '(until grep -q waitid /proc/1/cmdline && kill -TERM 1 && ! sleep 0.01; do :; done) & '
              'exec "$0" waitid $!', OSBOX)
    n.claim("waitid PID: a signal ends it", r, 143)


def check_blocked(n):
    """What blocks before there is a program."""
    with tempfile.TemporaryDirectory() as place:
        fifo = os.path.join(place, "fifo")
        os.mkfifo(fifo)
        os.chmod(place, 0o755)
        for command in [["spawn", f"--open=0:{fifo}", "true"], ["popen", f"--input={fifo}", "--", "true"],
                        ["spawn", f"--status={fifo}", "true"], ["popen", f"--status={fifo}", "--", "true"],
                        ["sched", "set", "--nice=0", f"--status={fifo}", "--", "true"],
                        ["timerfd", "--initial=1ms", f"--status={fifo}", "--", "true"]]:
            # Until process 1 ends, and this process with it.
            r = n.run("sh", "-c", '(while kill -TERM 1; do sleep 0.01; done) & exec "$0" "$@"', OSBOX, *command)
            text = " ".join(command).replace(fifo, "FIFO")
            n.claim(f"{text}: a signal ends it before there is a program", r, 143)


def check_ends(n):
    r = n.run(OSBOX, "spawn", "--timeout=100ms", "sleep", "60")
    n.claim("--timeout", r, 124)
    r = n.run(OSBOX, "spawn", "--timeout=100ms", "--kill-after=100ms", "sh", "-c",
              "trap '' TERM; while :; do sleep 0.01; done")
    n.claim("--kill-after", r, 137)
    # It would keep the pipe open.
    r = n.run(OSBOX, "spawn", "sh", "-c", "sleep 60 & exit 5")
    n.claim("processes that are left are killed by the kernel", r, 5)
    r = n.run(OSBOX, "timerfd", "--initial=1ms", "--interval=1h", "--summary", "--", "sh", "-c",
              "trap '' TERM; kill -TERM 1")
    n.claim("timerfd: a signal that its program ignores ends it", r, 143)


def check_pipe(n):
    """SIGPIPE does not end process 1."""
    for command in [["walk", "/usr"], ["popen", "--", "timeout", "20", "yes"], ["popen", "--events", "--", "timeout", "20", "yes"],
                    ["timerfd", "--interval=1ms"], ["urandom", "1G"], ["spawn", "--dry-run", "true"]]:
        r = [closed_pipe(n, command, action) for action in (signal.SIG_DFL, signal.SIG_IGN)]
        good = r[0] == (141, b"") and r[1][0] == 74 and b"EPIPE" in r[1][1]
        tap.ok(f"{n.who}: {name(command)}: the status when nobody reads its output", [] if good else [str(r)])


def closed_pipe(n, command, action):
    reader, writer = os.pipe()
    os.close(reader)
    r = n.run(OSBOX, *command, stdout=writer, preexec_fn=lambda: signal.signal(signal.SIGPIPE, action),
              restore_signals=False)
    os.close(writer)
    return r.status, r.err


def main():
    ways = [Namespace("root", ["unshare", "-pf", "--kill-child", "--mount-proc"]),
            Namespace("user", ["unshare", "-Urpf", "--kill-child", "--mount-proc"])]
    for n in ways:
        if not n.works():
            tap.skip(f"{n.who}: process 1", "no PID namespace can be made here")
            continue
        check_orphans(n)
        check_status(n)
        check_signals(n)
        check_blocked(n)
        check_ends(n)
        check_pipe(n)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
