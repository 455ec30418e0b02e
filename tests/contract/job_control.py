#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""Programs that osbox runs work with a terminal and job control as they do without osbox.

usage: job_control.py OSBOX

Real interactive shells on a terminal of their own run osbox, and keys are typed.
Prints TAP.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import termios

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from prompt import END, INTERRUPT, QUIT, SHELLS, SUSPEND, Hang, Prompt, process, state  # noqa: E402
from testlib import Tap, need  # noqa: E402

OSBOX = os.path.realpath(sys.argv[1]) if len(sys.argv) == 2 else sys.exit(__doc__)

# Programs that get a process group of their own. The record goes to the file `record`.
APART = {
    "spawn --timeout": "osbox spawn --timeout=1m --status=record -J --",
    "spawn --setpgroup": "osbox spawn --setpgroup --status=record -J --",
    "popen --timeout": "osbox popen --timeout=1m --status=record -J --",
    "popen --timeout --mode=w": "osbox popen --timeout=1m --mode=w --status=record -J --",
    "popen --timeout --mode=2": "osbox popen --timeout=1m --mode=2 --status=record -J --",
    "popen --timeout --mode=3": "osbox popen --timeout=1m --mode=3 --status=record -J --",
    "popen --timeout --mode=4": "osbox popen --timeout=1m --mode=4 --status=record -J --",
    "popen --timeout --mode=system": "osbox popen --timeout=1m --mode=system --status=record -J --",
    "popen --timeout --tee": "osbox popen --timeout=1m --tee --status=record -J --",
    "popen --timeout --events": "osbox popen --timeout=1m --events --status=record -J --",
    "popen --on-exit=kill": "osbox popen --on-exit=kill --status=record -J --",
    "timerfd --overlap=kill": "osbox timerfd --initial=1ms --overlap=kill --status=record -J --",
}
# Those that share ours.
SHARED = {
    "spawn": "osbox spawn --status=record -J --",
    "spawn --foreground": "osbox spawn --timeout=1m --foreground --status=record -J --",
    "popen": "osbox popen --status=record -J --",
    "popen --kill=child": "osbox popen --timeout=1m --kill=child --status=record -J --",
    "timerfd": "osbox timerfd --initial=1ms --status=record -J --",
    "timerfd --overlap=queue": "osbox timerfd --initial=1ms --overlap=queue --status=record -J --",
    "sched set --status": "osbox sched set --policy=other --status=record -J --",
    "waitid": "osbox waitid -J --",
}
ALL = {**APART, **SHARED}
# A program that needs the terminal, whatever its standard descriptors are.
READ = "read x </dev/tty; echo got:$x >/dev/tty"

tap = Tap()


def record(place):
    """The last record of --status."""
    with open(os.path.join(place, "record"), encoding="utf-8") as file:
        return json.loads(file.read().splitlines()[-1])


def reader(p, apart, before=None):
    """Waits until the program of READ has the terminal, a new one if there was one before."""
    if before:
        p.wait_for(lambda: state(before) is None, "the program has ended")
    pid = p.wait_process("sh", "-c", READ)
    if apart:
        p.wait_foreground(pid)
    return pid


def resume(p, word, name="osbox"):
    """Types fg or bg; the shell shows the job."""
    p.start(word)
    p.expect(rf"{name} .*\r\n")


def check(claim, scenario, place, **more):
    """One claim: the scenario is a function of a Prompt and returns the faults."""
    env = {"PATH": place + ":" + os.environ.get("PATH", os.defpath)}
    p = Prompt(env=env, cwd=place, **more)
    try:
        faults = scenario(p)
        p.wait_for(lambda: not p.processes(), "all have ended")
    except (Hang, OSError, ValueError) as error:
        faults = [f"{type(error).__name__}: {error}"]
    finally:
        left = p.close()
    tap.ok(claim, faults + [f"left behind: {words}" for words in left])


def expect(got, want):
    """Faults of one comparison."""
    return [] if got == want else [f"{got!r} instead of {want!r}"]


# ---- every way to run a program ----


def keys(command, apart, place):
    """The keys of job control, one after the other."""

    def scenario(p):
        faults = []
        p.run("ulimit -c 0")
        p.start(f"{command} sh -c '{READ}'")
        reader(p, apart)
        p.type(SUSPEND)
        faults += expect(p.prompt()[0], 148)
        resume(p, "bg")
        faults += expect(p.prompt()[0], 0)
        p.wait_state(p.wait_process("sh", "-c", READ), "T")
        p.wait_for(lambda: all(state(pid) == "T" for pid in p.processes()), "all have stopped")
        faults += expect(bool(re.search(r"tty input", p.run("jobs -l")[1])), True)
        resume(p, "fg")
        reader(p, apart)
        p.type("abc\n")
        p.expect("got:abc")
        faults += expect(p.prompt()[0], 0)
        for key, signo in ((INTERRUPT, signal.SIGINT), (QUIT, signal.SIGQUIT)):
            p.start(f"{command} sh -c '{READ}'")
            reader(p, apart)
            p.type(key)
            faults += expect(p.prompt()[0], 128 + signo)
            p.wait_for(lambda: not p.processes(), "all have ended")
            if "record" in command:
                faults += expect(record(place)["exitcode"], -signo)
        return faults

    return scenario


def interrupted_early(command):
    """Control-C before the program needs the terminal."""

    def scenario(p):
        p.start(f"{command} sleep 1000")
        p.wait_process("sleep", "1000")
        p.type(INTERRUPT)
        return expect(p.prompt()[0], 130)

    return scenario


def loop(command, shell, apart, place):
    """A script that runs it in a loop is stopped, continued and interrupted as a whole."""

    def scenario(p):
        with open(os.path.join(place, "script"), "w", encoding="utf-8") as file:
            file.write(f"for i in 1 2 3; do {command} sh -c '{READ}'; done; echo after\n")
        p.start(f"{shell} script")
        pid = reader(p, apart)
        p.type("one\n")
        p.expect("got:one")
        pid = reader(p, apart, pid)
        p.type(SUSPEND)
        faults = expect(p.prompt()[0], 148)
        p.wait_for(lambda: all(state(pid) == "T" for pid in p.processes()), "all have stopped")
        resume(p, "fg", shell)
        reader(p, apart)
        p.type("two\n")
        p.expect("got:two")
        reader(p, apart, pid)
        p.type(INTERRUPT)
        status, text = p.prompt()
        faults += expect((status, "after" in text), (130, False))
        if "record" in command:
            faults += expect(record(place)["exitcode"], -signal.SIGINT)
        return faults

    return scenario


# ---- what programs do with a terminal ----


def reads_standard_input(command):
    """A program that reads its standard input."""

    def scenario(p):
        p.start(f"{command} cat")
        p.type("abc\n")
        p.expect("abc\r\nabc\r\n")
        p.type(END)
        return expect(p.prompt()[0], 0)

    return scenario


def password(command):
    """A program that switches the echo off and on."""

    def scenario(p):
        p.start(f"{command} sh -c 'stty -echo; read x; stty echo; echo $x | tr a-z A-Z >/dev/tty' </dev/tty")
        p.wait_for(lambda: not p.modes()[3] & termios.ECHO, "the echo is off")
        p.type("secret\n")
        faults = expect(p.prompt(), (0, "SECRET\n"))
        return faults + expect(bool(p.modes()[3] & termios.ECHO), True)

    return scenario


def tostop(command):
    """A program that writes, where only the foreground may."""

    def scenario(p):
        p.run("stty tostop")
        return expect(p.run(f"{command} sh -c 'echo hello >/dev/tty'"), (0, "hello\n"))

    return scenario


def terminated(command, place):
    """SIGTERM ends the program; osbox reports that."""

    def scenario(p):
        p.start(f"{command} sh -c '{READ}'")
        reader(p, True)
        os.kill(p.find("osbox"), signal.SIGTERM)
        faults = expect(p.prompt()[0], 143)
        return faults + expect(record(place)["exitcode"], -signal.SIGTERM)

    return scenario


def screen(command):
    """A program such as an editor: it sets modes, stops itself by a key, and goes on."""

    def scenario(p):
        p.start(f"{command} python3 editor.py")
        p.expect("screen")
        p.type("a")
        p.expect("<a>")
        before = p.modes()[3] & termios.ICANON
        p.type(SUSPEND)
        faults = expect(p.prompt()[0], 148)
        faults += expect(bool(p.modes()[3] & termios.ICANON), True)
        p.start("fg")
        p.expect("screen")
        p.type("b")
        p.expect("<b>")
        p.type("q")
        return faults + expect((p.prompt()[0], before), (0, 0))

    return scenario


SCREEN = """
import os, signal, sys, termios, tty
fd = os.open("/dev/tty", os.O_RDWR)
while True:
    before = termios.tcgetattr(fd)
    tty.setraw(fd)
    os.write(fd, b"screen")
    key = b""
    while key not in (b"q", b"\x1a"):
        key = os.read(fd, 1)
        os.write(fd, b"<" + key + b">")
    termios.tcsetattr(fd, termios.TCSADRAIN, before)
    if key == b"q":
        sys.exit()
    os.kill(0, signal.SIGTSTP)
"""


def nested_shell(shell):
    """An interactive shell, with job control of its own."""

    def scenario(p):
        p.start(f"PS1='[$?]' osbox spawn --timeout=1m {' '.join(SHELLS[shell])}")
        p.expect(r"\[0\]")
        p.start("sleep 1000")
        pid = p.wait_process("sleep", "1000")
        p.wait_foreground(pid)
        p.type(SUSPEND)
        p.expect(r"\[148\]")
        p.start("fg")
        p.wait_foreground(pid)
        p.type(INTERRUPT)
        p.expect(r"\[130\]")
        p.type("exit 7\n")
        return expect(p.prompt()[0], 7)

    return scenario


def pager(p):
    """The reader of a pipe keeps the terminal."""
    p.start("osbox spawn --timeout=1m sh -c 'seq 3; kill -STOP $$' | { read a; read b </dev/tty; echo $a$b; }")
    p.wait_process("sh", "-c", "seq 3; kill -STOP $$")
    p.type("abc\n")
    p.expect("1abc")
    p.type(INTERRUPT)
    return expect(p.prompt()[0] in (0, 130), True)


def both(place):
    """Two in one pipeline need the terminal in turn."""

    def scenario(p):
        os.mkfifo(os.path.join(place, "turn"))
        one = "read a </dev/tty; echo one:$a >/dev/tty; echo; read _ <turn; read c </dev/tty; echo again:$c >/dev/tty"
        two = "read _; read b </dev/tty; echo two:$b >/dev/tty; echo >turn; cat"
        p.start(f"osbox spawn --timeout=1m sh -c '{one}' | osbox spawn --timeout=1m sh -c '{two}'")
        for typed, shown in (("abc", "one:abc"), ("def", "two:def"), ("ghi", "again:ghi")):
            p.type(typed + "\n")
            p.expect(shown)
        os.unlink(os.path.join(place, "turn"))
        return expect(p.prompt()[0], 0)

    return scenario


# ---- stops that are not the terminal's ----


def stopped_program(command, shell, place):
    """SIGSTOP and SIGCONT for the program of a script: nothing else stops."""

    def scenario(p):
        with open(os.path.join(place, "script"), "w", encoding="utf-8") as file:
            file.write(f"{command} sh -c 'kill -STOP $$; exit 5'; echo status:$?\n")
        p.start(f"{shell} script")
        pid = p.wait_process("sh", "-c", "kill -STOP $$; exit 5")
        p.wait_state(pid, "T")
        os.kill(pid, signal.SIGCONT)
        p.expect("status:5")
        return expect(p.prompt()[0], 0)

    return scenario


def stopped_and_suspended(command):
    """Control-Z for a program that SIGSTOP has stopped brings the prompt back."""

    def scenario(p):
        p.start(f"{command} sh -c '{READ}'")
        pid = reader(p, True)
        os.kill(pid, signal.SIGSTOP)
        p.wait_foreground(process(p.find("osbox"))[2])
        p.type(SUSPEND)
        faults = expect(p.prompt()[0], 148)
        resume(p, "fg")
        p.wait_foreground(pid)
        p.type("abc\n")
        p.expect("got:abc")
        return faults + expect(p.prompt()[0], 0)

    return scenario


# ---- orphaned process groups ----


def orphan_in_background(place):
    """Nobody can give it the terminal: it is hung up, as the kernel does with stopped ones."""

    def scenario(p):
        p.run(f"sh -c \"osbox spawn --timeout=1m --status=record -J sh -c '{READ}' </dev/tty &\"")
        p.wait_for(lambda: os.path.exists(os.path.join(place, "record")), "there is a record")
        p.wait_for(lambda: not p.processes(), "all have ended")
        return expect(record(place)["exitcode"], -signal.SIGHUP)

    return scenario


def orphan_in_foreground(p):
    """Control-Z stops nothing, and the program goes on."""
    pid = p.wait_process("sh", "-c", READ)
    p.wait_foreground(pid)
    p.type(SUSPEND)
    p.expect(r"\^Z")
    p.wait_foreground(pid)
    p.type("abc\n")
    p.expect("got:abc")
    return expect(p.wait(), 0)


# ---- tests ----


def test_applets(shell, place):
    """Every applet and mode."""
    for name, command in ALL.items():
        apart = name in APART
        check(f"{shell}: {name}: keys, bg and fg", keys(command, apart, place), place, shell=shell)
        check(f"{shell}: {name}: control-C while it needs no terminal", interrupted_early(command), place,
              shell=shell)
        check(f"{shell}: {name}: the loop of a script", loop(command, shell, apart, place), place, shell=shell)
    for name, command in APART.items():
        check(f"{shell}: {name}: a password", password(command), place, shell=shell)
        check(f"{shell}: {name}: stty tostop", tostop(command), place, shell=shell)
        check(f"{shell}: {name}: a program that sets modes", screen(command), place, shell=shell)
        check(f"{shell}: {name}: control-Z after SIGSTOP", stopped_and_suspended(command), place, shell=shell)
        if "timerfd" not in name:
            check(f"{shell}: {name}: SIGTERM", terminated(command, place), place, shell=shell)
    for name, command in ALL.items():
        check(f"{shell}: {name}: SIGSTOP and SIGCONT for the program of a script",
              stopped_program(command, shell, place), place, shell=shell)
    check(f"{shell}: spawn --timeout cat", reads_standard_input("osbox spawn --timeout=600"), place, shell=shell)
    for nested in SHELLS:
        check(f"{shell}: spawn --timeout {nested} -i", nested_shell(nested), place, shell=shell)
    check(f"{shell}: a pipe's reader keeps the terminal", pager, place, shell=shell)
    check(f"{shell}: two need the terminal in one pipeline", both(place), place, shell=shell)
    check(f"{shell}: an orphan in the background", orphan_in_background(place), place, shell=shell)


def main():
    place = tempfile.mkdtemp(prefix="osbox-job-control.")
    try:
        os.chmod(place, 0o755)
        os.symlink(OSBOX, os.path.join(place, "osbox"))
        with open(os.path.join(place, "editor.py"), "w", encoding="utf-8") as file:
            file.write(SCREEN)
        for shell in SHELLS:
            if need([shell]):
                test_applets(shell, place)
            else:
                tap.skip(f"{shell}: job control", "it is not here")
        check("an orphan in the foreground", orphan_in_foreground, place,
              argv=[OSBOX, "spawn", "--timeout=1m", "sh", "-c", READ])
    finally:
        shutil.rmtree(place)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
