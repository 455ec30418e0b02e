#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""A user at a prompt who does anything at any time: the terminal is never lost.

usage: job_stress.py OSBOX [--rounds=N] [--seed=N]

Types commands, control-C, control-Z, fg and bg at random, resizes the terminal and
sends signals, without waiting for anything in between.  At the end the shell
must answer, the modes of its terminal must be those of the start, and
no process may be left.  With OSBOX_FULL there are 100 rounds.  Prints TAP.
"""

import argparse
import os
import random
import shutil
import signal
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from prompt import INTERRUPT, QUIT, SUSPEND, Hang, Prompt, arguments, process  # noqa: E402
from testlib import Tap  # noqa: E402

options = argparse.ArgumentParser()
options.add_argument("osbox")
options.add_argument("--rounds", type=int, default=100 if os.environ.get("OSBOX_FULL") else 1)
options.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3), "big"))
options = options.parse_args()
OSBOX = os.path.realpath(options.osbox)
STEPS = 60
tap = Tap()

COMMANDS = [
    "$O popen --pty cat",
    "$O popen --pty 'echo out; sleep 0.05'",
    "$O popen --pty 'stty raw -echo; sleep 0.1; stty sane; cat'",
    "$O popen --pty 'kill -STOP $$; echo back'",
    "$O popen --pty --timeout=100ms --kill-after=1s cat",
    "$O popen --pty --events cat",
    "$O popen --pty --input=- cat | cat",
    "$O popen --pty 'sleep 0.1' | cat",
    "$O popen cat",
    "$O popen --timeout=200ms cat",
    "$O spawn --timeout=1h cat",
    "$O spawn --timeout=100ms cat",
    "$O spawn --setpgroup=0 cat",
    "$O spawn --timeout=1h stty -a",
    "$O waitid -- cat",
    "sh -c '$O spawn --timeout=1h cat; $O popen --pty cat'",
]
KEYS = [INTERRUPT, SUSPEND, QUIT, "fg\n", "bg\n", "fg %1\n", "fg %2\n", "text\n", "x", "\n"]
SIGNALS = [signal.SIGTSTP, signal.SIGCONT, signal.SIGTERM, signal.SIGSTOP, signal.SIGHUP, signal.SIGTTIN]


def all_osbox(p):
    """The PIDs of the osbox that run."""
    return [pid for pid in p.processes() if arguments(pid)[:1] == [OSBOX]]


def send(pid, signo):
    """Sends a signal to a process that may have ended."""
    try:
        os.kill(pid, signo)
    except ProcessLookupError:
        pass


def is_running(p):
    """Whether a job has been started in the foreground. A signal while bash forks makes bash itself
    lose the terminal: the child takes it after bash has given up the job."""
    group = p.foreground()
    return group != p.pid and arguments(group)[:1] not in ([], ["bash"], ["dash"])


def step(p, dice):
    """Does something; returns what."""
    kind = dice.random()
    if kind < 0.35:
        line = dice.choice(COMMANDS) + dice.choice(["", "", " &"])
        p.type(line + "\n")
        return line
    if kind < 0.8:
        key = dice.choice(KEYS)
        if key in (INTERRUPT, SUSPEND, QUIT) and not is_running(p):
            return "nothing"
        p.type(key)
        return key
    if kind < 0.9:
        p.resize(dice.randrange(120), dice.randrange(50))
        return "resize"
    found = all_osbox(p)
    signo = dice.choice(SIGNALS)
    if found:
        send(dice.choice(found), signo)
    return str(signo)


def end_jobs(p):
    """Ends all jobs. The shell must see their ends; returns whether there are none."""
    for pid in p.processes():
        send(pid, signal.SIGTERM if arguments(pid)[:1] == [OSBOX] else signal.SIGKILL)
    for pid in all_osbox(p):
        send(pid, signal.SIGCONT)
    return not p.processes()


def settle(p):
    """Comes to rest: lines that were typed ahead may still start something."""
    for number in range(1000, 1015):
        p.wait_for(lambda: end_jobs(p), "all jobs end")
        p.type(f"\necho end$(({number} + 1))\n")
        try:
            p.expect(f"end{number + 1}", 2)
        except Hang:
            continue
        if not p.processes():
            return
    raise Hang(f"the shell does not answer: {p.shown!r}")


def check(shell, seed):
    """Returns what is wrong after some steps."""
    dice, done = random.Random(seed), []
    p = Prompt(shell, {"O": OSBOX})
    before = p.modes()
    try:
        for _ in range(STEPS):
            done.append(step(p, dice))
            p.read(dice.choice([0, 0, 0.001, 0.01, 0.05]))
        settle(p)
        p.wait_for(lambda: p.modes() == before, f"modes {before}")
        return []
    except Hang as hang:
        left = [f"{pid}: {arguments(pid)}" for pid in p.processes()]
        return [f"seed {seed}: {done}", str(hang)[-3000:], f"modes {p.modes()}, not {before}",
                f"shell {p.pid}: {process(p.pid)}, in the foreground {p.foreground()}", f"left: {left}"]
    finally:
        p.close()


def main():
    """Runs all."""
    for number in range(options.rounds):
        for shell in ("bash", "dash"):
            if shutil.which(shell):
                tap.ok(f"{shell}: the shell answers, with the modes of the start; no process is left",
                       check(shell, options.seed + number))
            else:
                tap.skip(f"{shell} answers", f"there is no {shell}")
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
