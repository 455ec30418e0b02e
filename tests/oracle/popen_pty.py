#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""osbox popen --pty at the prompt of a shell with job control.

usage: popen_pty.py OSBOX

What a program sees and does in a terminal of its own, in the foreground, in the
background, stopped and continued; and that the shell's terminal is left as it was,
however the command ends. Prints TAP.
"""

import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import sys
import tempfile
import termios

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from prompt import INTERRUPT, SUSPEND, Hang, Prompt, arguments, state  # noqa: E402
from testlib import Tap  # noqa: E402

tap = Tap()
OSBOX = os.path.realpath(sys.argv[1]) if len(sys.argv) == 2 else sys.exit(__doc__)
SHELLS = [name for name in ("bash", "dash") if shutil.which(name)]
PLACE = tempfile.mkdtemp()
os.chmod(PLACE, 0o777)
CHECKS = []

def check(claim, shells=("bash", "dash")):
    """A function of a Prompt that returns what is wrong is a test of this claim, in each shell."""

    def add(function):
        CHECKS.append((claim, shells, function))
        return function

    return add


def is_raw(p):
    """Whether the shell's terminal is in raw mode."""
    return not p.modes()[3] & (termios.ICANON | termios.ISIG)


def wait_raw(p):
    """Waits until the keys go to the program."""
    p.wait_for(lambda: is_raw(p), "raw mode")


def unchanged(p, before):
    """What is wrong with the modes."""
    return [] if p.modes() == before else [f"modes {p.modes()}, not {before}"]


def all_osbox(p):
    """The PIDs of the osbox that run."""
    return sorted(pid for pid in p.processes() if arguments(pid)[:1] == [OSBOX])


def osbox_of(p):
    """The PID of the osbox that was started first."""

    return p.wait_for(lambda: all_osbox(p), "osbox runs")[0]


def same(*pairs):
    """What differs among pairs of a result and what was expected."""
    return [f"{got!r}, not {want!r}" for got, want in pairs if got != want]


HANDLER = """
import os, signal
def stop(*_):
    os.kill(0, signal.SIGSTOP)
    os.write(1, b"ready")
signal.signal(signal.SIGINT, signal.SIG_DFL)
signal.signal(signal.SIGTSTP, stop)
os.write(1, b"ready")
while True:
    signal.pause()
"""


def wait_end(pid):
    """Waits until a process has ended."""
    with contextlib.suppress(ProcessLookupError):
        fd = os.pidfd_open(pid)
        ended = select.select([fd], [], [], 30)[0]
        os.close(fd)
        if not ended:
            raise Hang(f"process {pid} does not end")


@check("in the background it leaves the modes alone, also with another one in the foreground")
def check_background(p):
    before = p.modes()
    p.run("mkfifo go; $O popen --pty 'echo first; read x <go' & :")
    p.expect("first")
    faults = unchanged(p, before)
    p.start("$O popen --pty 'echo second; read x'")
    p.expect("second")
    wait_raw(p)
    p.type("\r")
    faults += same((p.prompt()[0], 0)) + unchanged(p, before)
    p.start("echo >go; wait; echo \"status $?\"")
    return faults + same((p.expect(r"status (\d+)")[1], "0"), (p.prompt()[0], 0)) + unchanged(p, before)


@check("two that overlap never leave the terminal raw, whichever ends first")
def check_overlap(p):
    before, faults = p.modes(), []
    for first, last in ((1, 2), (2, 1)):
        p.run("rm -f go1 go2; mkfifo go1 go2")
        # One job, so that both are in the foreground; a list in the background would have no terminal.
        p.start("(exec 3<&0; $O popen --pty 'echo one; read x <go1' <&3 & "
                "$O popen --pty 'echo two; read x <go2'; wait)")
        p.wait_for(lambda: "one\r\n" in p.unread and "two\r\n" in p.unread, "both run")
        wait_raw(p)
        for number in (first, last):
            with open(os.path.join(p.place, f"go{number}"), "w", encoding="ascii") as file:
                file.write("\n")
            left = 1 if number == first else 0
            p.wait_for(lambda n=left: len(all_osbox(p)) <= n, "one has ended")
        p.prompt()
        faults += unchanged(p, before)
    return faults


@check("in the background it reads no key, types no end, and begins when it is in the foreground")
def check_foreground(p):
    before = p.modes()
    p.run("$O popen --pty 'echo ready; read x && echo \"got $x\"; read y && echo \"and $y\"' & :")
    p.expect("ready")
    faults = same((p.run("echo own"), (0, "own\n"))) + unchanged(p, before)
    p.start("fg")
    wait_raw(p)
    p.type("abc\r")
    p.expect("got abc\r\n")
    p.type("def\r")
    p.expect("and def\r\n")
    return faults + same((p.prompt()[0], 0)) + unchanged(p, before)


@check("a program that stops itself stops it; bg leaves it silent, fg returns the keys to it")
def check_stop(p):
    before = p.modes()
    p.start("$O popen --pty 'echo one; kill -STOP $$; echo two; read x; echo \"got $x\"; exit 7'")
    p.expect("one\r\n")
    status = p.prompt()[0]
    faults = same((status, 128 + signal.SIGTSTP)) + unchanged(p, before)
    p.run("bg")
    p.expect("two\r+\n")
    faults += same((p.run("echo own"), (0, "own\n"))) + unchanged(p, before)
    p.start("fg")
    wait_raw(p)
    p.type("abc\r")
    p.expect("got abc\r\n")
    return faults + same((p.prompt()[0], 7)) + unchanged(p, before)


@check("stopped by a key that the program handles, again and again")
def check_suspend(p):
    before, faults = p.modes(), []
    p.start("$O popen --pty -- \"$PYTHON\" -c \"$HANDLER\"")
    for _ in range(3):
        p.expect("ready")
        wait_raw(p)
        p.type(SUSPEND)
        faults += same((p.prompt()[0], 128 + signal.SIGTSTP)) + unchanged(p, before)
        p.start("fg")
    p.expect("ready")
    wait_raw(p)
    p.type(INTERRUPT)
    return faults + same((p.prompt()[0], 128 + signal.SIGINT)) + unchanged(p, before)


@check("SIGSTOP for the program does not stop it while it is in the background")
def check_sigstop(p):
    p.run("$O popen --pty 'echo $$; read x; echo \"got $x\"' & :")
    program = int(p.expect(r"(\d+)\r+\n")[1])
    os.kill(program, signal.SIGSTOP)
    p.wait_state(program, "T")
    osbox = osbox_of(p)
    faults = same((p.run("echo own"), (0, "own\n")), (state(osbox), "S"))
    os.kill(program, signal.SIGCONT)
    p.start("fg")
    wait_raw(p)
    p.type("x\r")
    p.expect("got x")
    return faults + same((p.prompt()[0], 0))


@check("stopped by SIGSTOP while it is raw, it leaves no raw terminal to others")
def check_stopped_raw(p):
    before = p.modes()
    p.start("$O popen --pty 'echo ready; read x; echo \"got $x\"'")
    p.expect("ready")
    wait_raw(p)
    os.kill(osbox_of(p), signal.SIGSTOP)
    faults = same((p.prompt()[0], 128 + signal.SIGSTOP))
    p.type("fg\n")  # the shell may not have restored the modes
    p.wait_state(osbox_of(p), "S")
    wait_raw(p)
    os.kill(osbox_of(p), signal.SIGSTOP)
    faults += same((p.prompt()[0], 128 + signal.SIGSTOP))
    p.type("bg\n")
    p.prompt()
    p.wait_for(lambda: p.modes() == before, "the modes are restored")
    p.start("fg")
    wait_raw(p)
    p.type("x\r")
    p.expect("got x")
    return faults + same((p.prompt()[0], 0)) + unchanged(p, before)


@check("standard output is not a terminal: it is not read, unless --input=- is given")
def check_pipeline(p):
    before = p.modes()
    p.start("$O popen --pty 'echo ready; exec sleep 1000' | cat")
    p.expect("ready")
    faults = unchanged(p, before)
    p.type(INTERRUPT)
    faults += same((p.prompt()[0], 130)) + unchanged(p, before)
    p.start("x=$($O popen --pty -g stdout 'echo ready >&2; read x </dev/null; echo value'); echo \"<$x>\"")
    p.expect("value")
    faults += same((p.prompt()[0], 0)) + unchanged(p, before)
    p.start("$O popen --pty --input=- 'echo ready; read x; echo \"got $x\"' | tee log")
    p.expect("ready")
    wait_raw(p)
    p.type("abc\r")
    p.expect("got abc")
    faults += same((p.prompt()[0], 0)) + unchanged(p, before)
    with open(os.path.join(p.place, "log"), "rb") as file:
        return faults + same((file.read(), b"ready\r\nabc\r\ngot abc\r\n"))


@check("the terminal by another name, while standard input is a file")
def check_dev_tty(p):
    before = p.modes()
    p.start("$O popen --pty --input=/dev/tty 'echo ready; read x; echo \"got $x\"' </dev/null")
    p.expect("ready")
    wait_raw(p)
    p.type("abc\r")
    p.expect("got abc")
    return same((p.prompt()[0], 0)) + unchanged(p, before)


@check("the modes are restored whatever signal ends it")
def check_signals(p):
    before, faults = p.modes(), []
    for signo in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1):
        p.start("$O popen --pty 'ulimit -c 0; echo ready; exec sleep 1000'")
        p.expect("ready")
        wait_raw(p)
        os.kill(osbox_of(p), signo)
        faults += same((p.prompt()[0], 128 + signo)) + unchanged(p, before)
    return faults


@check("the modes are restored after errors and limits")
def check_errors(p):
    before, faults = p.modes(), []
    for arguments_, status in ((["--", "./none"], 127), (["--", "/"], 126), (["'exit 9'"], 9),
                               (["--timeout=20ms", "'sleep 1000'"], 124),
                               (["--timeout=20ms", "--kill-after=20ms",
                                 "'trap \"\" TERM HUP; while :; do sleep 1; done'"], 137),
                               (["--limit=1", "-J", "'seq 1000'"], 0),
                               (["--input=/", "'cat; exit 1'"], 74),
                               (["--input=none", "true"], 125),
                               (["--tee", "--status=/dev/full", "'echo x'"], 74)):
        got = p.run("$O popen --pty " + " ".join(arguments_))
        faults += [f"{arguments_}: {fault}" for fault in same((got[0], status)) + unchanged(p, before)]
    p.run("$O popen --pty --input=- 'yes; exit 1' | head -n 1")
    return faults + unchanged(p, before)


@check("control-C ends the loop of a script around it, and its record is written", ("bash",))
def check_loop(p):
    before = p.modes()
    p.start("for i in 1 2 3; do $O popen --pty --status=status -J -F signal "
            "'echo ready; exec sleep 1000'; done")
    p.expect("ready")
    wait_raw(p)
    p.type(INTERRUPT)
    faults = same((p.prompt()[0], 130)) + unchanged(p, before)
    with open(os.path.join(p.place, "status"), encoding="ascii") as file:
        return faults + same((json.load(file), {"signal": "SIGINT"}))


@check("the size is followed, but not to one of 0x0; also one that has changed while it was stopped")
def check_size(p):
    faults = []
    p.start("$O popen --pty 'trap \"stty size\" WINCH; echo ready; read x; while ! read x; do :; done; "
            "kill -STOP $$; stty size'")
    p.expect("ready")
    wait_raw(p)
    for columns, lines in ((100, 30), (90, 20)):
        p.resize(columns, lines)
        p.expect(f"{lines} {columns}\r\n")
    p.resize(0, 0)
    p.resize(91, 21)
    p.expect("21 91\r\n")
    faults += ["0x0 was passed on"] if "\n0 0\r" in p.shown else []
    p.type("x\rx\r")
    p.prompt()
    p.resize(70, 17)
    p.start("fg")
    p.expect("17 70\r\n")
    return faults + same((p.prompt()[0], 0))


@check("while another process has it in raw mode, modes and keys are left alone", ("bash",))
def check_lock(p):
    before = p.modes()
    fd = os.open(os.readlink(f"/proc/{p.pid}/fd/0"), os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    p.start("$O popen --pty 'echo ready; read x; echo \"got $x\"'")
    p.expect("ready")
    osbox = osbox_of(p)
    p.wait_state(osbox, "S")
    faults = unchanged(p, before)
    p.type("abc\n")
    p.expect("abc\r\n")  # the echo of the terminal itself
    faults += unchanged(p, before)
    os.close(fd)
    p.expect("got abc")
    return faults + same((p.prompt()[0], 0)) + unchanged(p, before)


@check("a FIFO as input blocks neither the time limit nor a signal nor the command")
def check_fifo(p):
    before = p.modes()
    p.run("mkfifo ff")
    faults = same((p.run("$O popen --pty --timeout=20ms --input=ff cat")[0], 124))
    p.start("$O popen --pty --input=ff 'echo ready; exec cat'")
    p.expect("ready")
    p.type(INTERRUPT)
    faults += same((p.prompt()[0], 130))
    p.start("$O popen --pty --input=ff 'stty -echo; echo ready; cat; echo end'")
    p.expect("ready")
    with open(os.path.join(p.place, "ff"), "w", encoding="ascii") as file:
        file.write("typed\n")
    p.expect("typed\r+\nend\r+\n")
    return faults + same((p.prompt()[0], 0)) + unchanged(p, before)


@check("records of events are lines while the terminal is raw")
def check_events(p):
    before = p.modes()
    p.start("$O popen --pty --events -F data,exitcode 'echo ready; read x; echo \"got $x\"'")
    p.expect(r'\{"data":"ready\\r\\n","exitcode":null\}\r\n')
    wait_raw(p)
    p.type("abc\r")
    p.expect(r'"got abc\\r\\n","exitcode":null\}\r\n\{"data":null,"exitcode":0\}\r\n')
    return same((p.prompt()[0], 0)) + unchanged(p, before)


BELOW = [
    "$O spawn --timeout=1000 $O popen --pty {}",
    "$O spawn --setpgroup $O spawn --timeout=1000 $O popen --pty {}",
    "$O spawn --timeout=1000 sh -c '$O popen --pty \"$1\"; exit $?' sh {}",
    "$O timerfd --initial=1ms --overlap=kill -- $O popen --pty {}",
]


@check("below an osbox that gives its program a process group, the keys reach it")
def check_below(p):
    before, faults = p.modes(), []
    for command in BELOW:
        p.start(command.format("'echo ready; read x; echo \"got $x\"; exit 7'"))
        wait_raw(p)
        p.type("abc\r")
        p.expect(r"got abc\r+\n")
        faults += same((p.prompt()[0], 7)) + unchanged(p, before)
        p.start(command.format("'exec sleep 1000'"))
        wait_raw(p)
        p.wait_process("sleep")
        p.type(INTERRUPT)
        faults += same((p.prompt()[0], 128 + signal.SIGINT)) + unchanged(p, before)
    return faults


@check("below such an osbox in the background it is silent, and begins when that is in the foreground")
def check_below_background(p):
    before, faults = p.modes(), []
    for command in BELOW:
        p.run(command.format("'echo ready; read x; echo \"got $x\"'") + " & :")
        p.expect("ready")
        faults += same((p.run("echo own"), (0, "own\n"))) + unchanged(p, before)
        p.start("fg")
        wait_raw(p)
        p.type("abc\r")
        p.expect(r"got abc\r+\n")
        faults += same((p.prompt()[0], 0)) + unchanged(p, before)
    return faults


@check("a terminal that hangs up ends it")
def check_hang_up(p):
    p.start("$O popen --pty 'echo $$; exec sleep 1000'")
    program = int(p.expect(r"(\d+)\r+\n")[1])
    wait_raw(p)
    osbox = osbox_of(p)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, p.leader)  # closes it
    os.close(null)
    for pid in (osbox, program):
        wait_end(pid)
    return []


def try_in(shell, function):
    """Returns what is wrong in this shell, and with what it leaves behind."""
    place = tempfile.mkdtemp(dir=PLACE)
    p = Prompt(shell, {"O": OSBOX, "PYTHON": sys.executable, "HANDLER": HANDLER}, place)
    p.place = place
    try:
        faults = list(function(p))
        p.wait_for(lambda: not p.processes(), "no process is left")
    except Hang as hang:
        faults = [str(hang)]
    finally:
        p.close()
    return faults


def main():
    """Runs all."""
    for claim, shells, function in CHECKS:
        for shell in shells:
            if shell not in SHELLS:
                tap.skip(f"{shell}: {claim}", f"there is no {shell}")
                continue
            tap.ok(f"{shell}: {claim}", try_in(shell, function))
    shutil.rmtree(PLACE)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
