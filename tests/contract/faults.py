#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""One failing system call at a time never gives wrong output with status 0.

usage: faults.py OSBOX [--all]

strace makes one call of osbox fail: each of the first occurrences of each system
call that osbox makes once its main() runs (poll on the standard descriptors is
its first), with each of seven errnos.  Then the output is the same and the
status 0, or the status is not 0 and there is a diagnostic; never a crash, a hang,
or other output with status 0.  Without --all a sample of the points is taken, the
same each time.  Prints TAP.
"""

import os
import re
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from testlib import NotStrict, Tap, run, strict_json  # noqa: E402

ERRORS = ["EIO", "ENOMEM", "EINTR", "EACCES", "EMFILE", "ENOSPC", "EAGAIN"]
OCCURRENCES = 8
SAMPLE = 400
TIMEOUT = 10

# Calls that cannot fail, and those that end the process.
NEVER_FAIL = {"exit_group", "exit", "getpid", "gettid", "getuid", "geteuid", "getgid", "getegid",
              "rt_sigreturn", "restart_syscall", "brk", "arch_prctl", "set_tid_address", "umask"}

# Of a command that waits for the end of a pipe: a close(2) that strace keeps from being called
# leaves the pipe open.
NEVER_FAIL_OF = {"popen": {"close"}}

# How often they are called depends on time.
TIMING = {"poll"}

# Of the commands: the SIGCHLD of two children come together or apart.
TIMING_OF = {"spawn": {"read", "waitid"}}

# Commands, in a directory with a file `f`, a link `l` to it, a directory `d`, a tree `w` and a list
# of names.
COMMANDS = [
    ["stat", "f"],
    ["stat", "-J", "f"],
    ["stat", "-o", "sh", "f"],
    ["stat", "-o", "table", "f", "d"],
    ["lstat", "-J", "-F", "+mode,mtime,target,stx_mask,stx_attributes,stx_mnt_id_unique", "l"],
    ["stat", "-J", "-F", "path,caps,caps_rootid", "f"],
    ["stat", "-J", "-F", "path,flags,projid", "f"],
    ["stat", "-J", "-F", "path,user,group", "f"],
    ["stat", "-f", "-J", "-F", "path,f_type,f_typename,f_blocks,f_fsid,f_flags", "f"],
    ["stat", "-C", "d", "-J", "../f"],
    ["stat", "-J", "--files0-from=list"],
    ["stat", "-a", "r", "-J", "f"],
    ["stat", "--pathconf", "-J", "-F", "path,PC_NAME_MAX,PC_PATH_MAX,PC_PIPE_BUF", "f"],
    ["stat", "--fd=0", "-J"],
    ["walk", "-j1", "w"],
    ["walk", "-j1", "-J", "-F", "path,type,st_size", "--sort", "w"],
    ["walk", "-j1", "-J", "--tuples", "--bottom-up", "w"],
    ["walk", "-j1", "--sum", "-J", "-F", "dirpath,files,dirs,bytes,incomplete", "w"],
    ["popen", "echo a; echo b >&2"],
    ["popen", "-J", "-F", "exitcode,stdout,stderr", "echo a; echo b >&2; exit 3"],
    ["popen", "--events", "-J", "-F", "event,stream,data,exitcode", "echo a"],
    ["urandom", "--alphabet=a", "--length=9"],
    ["spawn", "-J", "-F", "umask,cwd,exec_path,groups,limits,cap_bounding,sigmask,sigign"],
    ["waitid", "decode", "-J", "9"],
    ["waitid", "-J", "-F", "si_code,exitcode,signal,timed_out,via,reason", "--", "true"],
    ["spawn", "--dry-run", "-J", "--open=5:f", "--chdir=d", "--umask=022", "--", "true"],
    ["spawn", "--status=fd:1", "-J", "-F", "exitcode,step", "--umask=022", "--nice=1", "--open=0:f",
     "--dup2=0:5", "--chdir=d", "--closefrom=6", "--", "true"],
    ["timerfd", "--clock=realtime", "--at=@1", "-J", "-F", "event,seq,missed,scheduled_ns"],
    ["timerfd", "clocks", "-J", "-F", "clock,clockid,resolution_ns,usable"],
    ["sched", "show", "-J", "-F", "policy,reset_on_fork,sched_priority,nice,affinity"],
    ["sched", "show", "--threads", "-J", "-F", "policy,nice,affinity"],
    ["sched", "cpus", "-J", "-F", "cpu_count,process_cpu_count,affinity"],
    ["sched", "limits", "-o", "csv", "-F", "policy,priority_min,priority_max"],
    ["sched", "set", "--status=fd:1", "-J", "-F", "exitcode,step", "--nice=19", "--policy=batch",
     "--affinity=0-1048575", "--no-strict", "--", "true"],
    ["xattr", "list", "-J", "-F", "all", "f"],
    ["xattr", "get", "user.x", "f"],
    ["xattr", "get", "-C", "d", "user.x", "../f"],
    ["xattr", "dump", "-R", "f"],
    ["xattr", "restore", "--dry-run", "-J", "dump"],
    ["--list", "-J"],
    ["stat", "--help"],
    ["--describe"],
]

# What is an answer, not a failure: (command, system call, errno).
ANSWERS = {
    ("stat -a r -J f", "faccessat2", "EACCES"),
    ("stat -a r -J f", "faccessat", "EACCES"),
}

tap = Tap()


class Point:
    """One call to make fail: command, system call, the occurrence, errno."""

    def __init__(self, command, call, when, error):
        self.command, self.call, self.when, self.error = command, call, when, error

    def __str__(self):
        return f"{' '.join(self.command)}: {self.call} number {self.when} fails with {self.error}"


def trace(osbox, command, log, *more):
    """Runs a command below strace."""
    argv = ["strace", "-f", "-qq", "-o", log, *more, "--", osbox, *command]
    with open("/dev/null", "rb") as stdin:
        return run(argv, stdin=stdin, timeout=TIMEOUT, env={"ASAN_OPTIONS": "detect_leaks=0"})


def calls_of(log):
    """The names of the calls in a trace, in order, of each process: osbox, and then its children."""
    processes = {}
    with open(log, encoding="utf-8", errors="replace") as file:
        for line in file:
            match = re.match(r"(\d+) +(\w+)\(", line)
            if match:
                processes.setdefault(match.group(1), []).append(match.group(2))
    return list(processes.values())


def occurrences(calls, first, last):
    """(call, when) of the calls from first to last, as strace counts: in each process from 1."""
    found = {}
    for at, call in enumerate(calls):
        found.setdefault(call, []).append(at)
    return {(call, when + 1) for call, places in found.items()
            for when, at in enumerate(places) if first <= at < last}


def points_of(osbox, command, log):
    """The points of a command, after the start of the C library; none in a program that it runs."""
    # The first run may change times of last access.
    trace(osbox, command, log)
    baseline = trace(osbox, command, log)
    processes = calls_of(log)
    calls = processes[0]
    first = next((i for i, call in enumerate(calls) if call in ("poll", "ppoll")), None)
    if first is None:
        sys.exit(f"Bail out! {command}: no poll marks the start of main(): {calls}")
    ours, others = {}, set()
    for number, calls in enumerate(processes):
        start = 0 if number else first
        end = next((i + 1 for i in range(start, len(calls)) if calls[i] == "execve"), len(calls))
        ours.update(dict.fromkeys(sorted(occurrences(calls, start, end))))
        others |= occurrences(calls, end, len(calls))
    points, taken = [], {}
    for call, when in ours:
        # A call that this strace does not know, file_getattr(2) as yet, cannot be named to it.
        never = NEVER_FAIL | NEVER_FAIL_OF.get(command[0], set())
        if call in never or call.startswith("syscall_") or (call, when) in others:
            continue
        taken[call] = taken.get(call, 0) + 1
        if taken[call] <= OCCURRENCES:
            points += [Point(command, call, when, error) for error in ERRORS]
    return baseline, points


def difference(got, want):
    """What of the output is different: fields where there is one JSON record."""
    try:
        other, record = strict_json(got)[0], strict_json(want)[0]
        return ", ".join(
            f"{name} {other.get(name)!r} instead of {value!r}"
            for name, value in record.items()
            if other.get(name, "nothing") != value
        )
    except (NotStrict, ValueError, IndexError):
        return f"{got[:300]!r} instead of {want[:300]!r}"


def fault_of(osbox, point, baseline, log):
    """What is wrong with the outcome of one failing call; None when all is well."""
    result = trace(osbox, point.command, log, "-e",
                   f"inject={point.call}:error={point.error}:when={point.when}")
    if not os.path.exists(log):
        return f"{point}: strace failed: {result}"
    with open(log, "rb") as file:
        if b"(INJECTED)" not in file.read():
            timing = TIMING | TIMING_OF.get(point.command[0], set())
            return None if point.call in timing else f"{point}: it was not injected"
    if not isinstance(result.status, int):
        return f"{point}: a hang"
    if result.status < 0 or result.status >= 128:
        return f"{point}: a crash, status {result.status}, stderr {result.err[:200]!r}"
    if result.status == 0:
        if (result.out, baseline.status) == (baseline.out, 0):
            return None
        return f"{point}: status 0 with {difference(result.out, baseline.out)}"
    if result.status == baseline.status and result.out == baseline.out:
        return None
    if not result.err and (" ".join(point.command), point.call, point.error) not in ANSWERS:
        return f"{point}: status {result.status} without a diagnostic"
    return None


def sample(points, size):
    """Points at equal distances; all of them when there are no more."""
    if len(points) <= size:
        return points
    return [points[i * len(points) // size] for i in range(size)]


def make_place(place):
    """The files that the commands look at."""
    with open(os.path.join(place, "f"), "wb") as file:
        file.write(b"12345")
    os.symlink("f", os.path.join(place, "l"))
    os.mkdir(os.path.join(place, "d"))
    os.makedirs(os.path.join(place, "w", "d"))
    os.symlink("/nope", os.path.join(place, "w", "d", "l"))
    with open(os.path.join(place, "list"), "wb") as file:
        file.write(b"f\0l\0d\0")
    os.setxattr(os.path.join(place, "f"), "user.x", b"1")
    with open(os.path.join(place, "dump"), "wb") as file:
        file.write(b'{"path":"f","name":"user.x","value":"1"}\n')


def check(osbox, place, everything):
    """All commands, at all points or a sample."""
    log = os.path.join(place, "trace")
    if trace(osbox, ["--version"], log).status != 0:
        tap.skip("one failing call never gives wrong output", "strace cannot trace here")
        return
    baselines, points = {}, []
    for command in COMMANDS:
        baseline, found = points_of(osbox, command, log)
        baselines[tuple(command)] = baseline
        points += found
        tap.ok(f"{' '.join(command)} works while it is traced",
               [] if baseline.status == 0 and baseline.out else [str(baseline)])
    # A stride that has a factor in common with the seven errnos would leave some out.
    chosen = points if everything else sample(points, SAMPLE if SAMPLE % 7 else SAMPLE - 1)
    print(f"# {len(chosen)} of {len(points)} points")

    def one(numbered):
        number, point = numbered
        baseline = baselines[tuple(point.command)]
        return fault_of(osbox, point, baseline, f"{log}.{number}")

    with ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2)) as pool:
        faults = list(pool.map(one, enumerate(chosen)))
    for command in COMMANDS:
        mine = [(p, f) for p, f in zip(chosen, faults) if p.command is command]
        claim = f"{' '.join(command)}: one failing call gives the same output or a diagnostic"
        tap.ok(f"{claim} ({len(mine)} points)", [fault for _, fault in mine if fault])


def main():
    if len(sys.argv) < 2 or sys.argv[2:] not in ([], ["--all"]):
        sys.exit(__doc__)
    osbox = os.path.realpath(sys.argv[1])
    if not shutil.which("strace"):
        tap.skip("one failing call never gives wrong output", "strace is not installed")
        return tap.done()
    place = tempfile.mkdtemp(prefix="osbox-faults.")
    try:
        make_place(place)
        os.chdir(place)
        check(osbox, place, sys.argv[2:] == ["--all"])
    finally:
        os.chdir("/")
        shutil.rmtree(place)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
