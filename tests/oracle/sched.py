#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""osbox sched against Python's os.sched_*, os.getpriority and /proc.

usage: sched.py OSBOX

Processes of every policy that can be had here, all processes of the system,
threads, groups and users are shown and set, and asked by both; lists of CPUs are
read by a model of them; CPUs and limits are those of os.  What the system may
change meanwhile is asked before and after osbox, and compared when both answers
are the same.  Prints TAP.
"""

import contextlib
import ctypes
import os
import random
import re
import resource
import signal
import subprocess
import sys
import threading
from decimal import Decimal

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from testlib import Tap, run, strict_json  # noqa: E402

tap = Tap()
OSBOX = os.path.realpath(sys.argv[1]) if len(sys.argv) == 2 else sys.exit(__doc__)
LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_NAME = 15
SCHED_DEADLINE, SCHED_EXT = 6, 7
POLICIES = {
    os.SCHED_OTHER: "SCHED_OTHER", os.SCHED_BATCH: "SCHED_BATCH", os.SCHED_IDLE: "SCHED_IDLE",
    os.SCHED_FIFO: "SCHED_FIFO", os.SCHED_RR: "SCHED_RR", SCHED_DEADLINE: "SCHED_DEADLINE",
    SCHED_EXT: "SCHED_EXT",
}
RESET = os.SCHED_RESET_ON_FORK
NOBODY = 65534
NICE = os.getpriority(os.PRIO_PROCESS, 0)  # nice values are relative to the one that we are run with
ALLOWED = os.sched_getaffinity(0)
FIELDS = "pid,policy,reset_on_fork,sched_priority,nice,rr_interval,affinity,cpu"
children = []


# ---- processes ----


class Child:
    """A process that does nothing until it is killed; `prelude` is called in it before that."""

    def __init__(self, prelude=None):
        ready_read, ready = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.close(ready_read)
                if prelude:
                    prelude()
                os.write(ready, b"x")
                os.close(ready)
                while True:
                    signal.pause()
            finally:
                os._exit(99)
        children.append(self.pid)
        os.close(ready)
        self.works = os.read(ready_read, 1) == b"x"
        os.close(ready_read)

    def finish(self):
        """It ends, and is reaped."""
        if self.pid in children:
            children.remove(self.pid)
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


def can(function, *arguments):
    """Whether a child may do that to itself."""
    child = Child(lambda: function(*arguments))
    child.finish()
    return child.works


REAL_TIME = can(os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(1))
NEGATIVE = can(os.setpriority, os.PRIO_PROCESS, 0, -20)
USERS = can(os.setreuid, 54321, 54321)


def cpu_of(tid):
    """Where a thread ran last: field 39 of its stat, counted from the last parenthesis."""
    with open(f"/proc/{tid}/stat", "rb") as file:
        return int(file.read().rpartition(b")")[2].split()[36])


def observe(tid):
    """What os knows of a thread; None: it is gone."""
    try:
        policy = os.sched_getscheduler(tid)
        return {
            "pid": tid,
            "policy": POLICIES[policy & ~RESET],
            "reset_on_fork": bool(policy & RESET),
            "sched_priority": os.sched_getparam(tid).sched_priority,
            "nice": os.getpriority(os.PRIO_PROCESS, tid),
            "rr_interval": round(Decimal(os.sched_rr_get_interval(tid)), 9),
            "affinity": sorted(os.sched_getaffinity(tid)),
            "cpu": cpu_of(tid),
        }
    except (ProcessLookupError, FileNotFoundError):
        return None


def show(*arguments, user=None):
    """The records of `sched show`, by PID."""
    argv = [OSBOX, "sched", "show", "-J", "-F", FIELDS, *map(str, arguments)]
    more = {"user": user, "group": user, "extra_groups": []} if user else {}
    result = run(argv, **more)
    return {r["pid"]: r for r in strict_json(result.out, numbers=Decimal)}, result


def differences(before, record, after):
    """Fields that os had the same both times and osbox otherwise."""
    if before is None or after is None:
        return []
    if record is None:
        return [f"{before['pid']} is not shown"]
    return [f"{before['pid']}: {name} is {value!r}, osbox says {record[name]!r}"
            for name, value in before.items()
            # A running thread may have been on another CPU in between.
            if after[name] == value and record[name] != value
            and not (name == "cpu" and record[name] in ALLOWED)]


def compare(tids, *arguments, user=None):
    """What is wrong with the records of these threads; the arguments name them."""
    earlier = {tid: observe(tid) for tid in tids}
    records, result = show(*arguments, user=user)
    faults = []
    for tid, before in earlier.items():
        faults += differences(before, records.get(tid), observe(tid))
    return faults, records, result


# ---- show ----


def check_policies():
    """Every policy, priority, nice value, reset on fork, and set of CPUs, set by os."""
    normal = [(policy, 0) for policy in (os.SCHED_OTHER, os.SCHED_BATCH, os.SCHED_IDLE)]
    real = [(policy, priority) for policy in (os.SCHED_FIFO, os.SCHED_RR) for priority in (1, 50, 99)]
    if not REAL_TIME:
        tap.skip("processes of real time are shown as os has them", "it is not permitted here")
    made = []
    for policy, priority in normal + (real if REAL_TIME else []):
        for reset in (0, RESET):
            for nice in (-20, -1, 0, 19) if NEGATIVE else (NICE, NICE + 1, 19):
                cpus = random.sample(sorted(ALLOWED), random.randint(1, len(ALLOWED)))

                def prelude(policy=policy, priority=priority, reset=reset, nice=nice, cpus=cpus):
                    os.setpriority(os.PRIO_PROCESS, 0, nice)
                    os.sched_setscheduler(0, policy | reset, os.sched_param(priority))
                    os.sched_setaffinity(0, cpus)

                child = Child(prelude)
                if not child.works:
                    sys.exit(f"Bail out! {policy} {priority} {nice} is refused")
                made.append(child)
    pids = [child.pid for child in made]
    faults, records, result = compare(pids, *pids)
    if list(records) != pids or result.status or result.err:
        faults.append(f"not the records of {pids} in that order: {result}")
    tap.ok(f"show of {len(pids)} processes of every policy is what os says", faults)
    faults = [fault for pid in pids[::7] for fault in compare([pid], pid)[0]]
    tap.ok("show of one process is what os says", faults)
    if USERS:
        faults, records, result = compare(pids, *pids, user=NOBODY)
        if list(records) != pids or result.status or result.err:
            faults.append(str(result))
        tap.ok("an ordinary user is shown the same of processes of others", faults)
    for child in made:
        child.finish()


def processes():
    """The PIDs of the system."""
    return sorted(int(name) for name in os.listdir("/proc") if name.isdigit())


def check_everything():
    """All processes there are, kernel threads too."""
    pids = processes()
    faults, records, result = compare(pids, *pids)
    strange = [line for line in result.err.splitlines() if b'"ESRCH"' not in line]
    if strange or result.status not in (0, 66) or not records:
        faults.append(str(result))
    tap.ok(f"show of all {len(pids)} processes is what os says", faults)


def check_own():
    """Without PID: what a child of ours has, from the child's own mouth."""
    code = "import os; print(os.sched_getscheduler(0), os.getpriority(0, 0), *os.sched_getaffinity(0))"
    faults = []

    def prelude():
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        os.setpriority(os.PRIO_PROCESS, 0, NICE + 5)
        os.sched_setaffinity(0, {min(ALLOWED)})

    for more in ({}, {"preexec_fn": prelude}):
        told = run([sys.executable, "-c", code], **more).out.split()
        record = strict_json(run([OSBOX, "sched", "show", "-J"], **more).out, numbers=Decimal)[0]
        want = [POLICIES[int(told[0])], int(told[1]), [int(cpu) for cpu in told[2:]]]
        if [record["policy"], record["nice"], record["affinity"]] != want:
            faults.append(f"{want}, osbox says {record}")
    tap.ok("show without PID is what another child has", faults)


def check_names():
    """Names of processes that look like what follows them in stat."""
    names = [b") R 1 2 3", b"a) S 1 (b", b"x\n) R 1", b"((((", b"))))", b") ) ) )", b"\xff) R \x80",
             b" ", b"\n\n", b"", b"1 2 3 4 5 6 7 8"]
    cpu = max(ALLOWED)
    faults = []
    for name in names:

        def prelude(name=name):
            os.sched_setaffinity(0, {cpu})
            LIBC.prctl(PR_SET_NAME, ctypes.c_char_p(name), 0, 0, 0)

        child = Child(prelude)
        with open(f"/proc/{child.pid}/comm", "rb") as file:
            if file.read() != name + b"\n":
                faults.append(f"the name is not {name!r}")
        records, result = show(child.pid)
        if records.get(child.pid, {}).get("cpu") != cpu:
            faults.append(f"{name!r}: {result}")
        group, result = show(f"--pgrp={os.getpgid(child.pid)}")
        if child.pid not in group:
            faults.append(f"{name!r}, --pgrp: {result}")
        user, result = show(f"--user={os.getuid()}")
        if child.pid not in user:
            faults.append(f"{name!r}, --user: {result}")
        child.finish()
    tap.ok(f"{len(names)} names of processes hide neither CPU nor group nor user", faults)


def many_threads():
    """Starts threads, each with a nice value and CPUs of its own."""
    started = threading.Barrier(9)

    def work(number):
        os.setpriority(os.PRIO_PROCESS, 0, NICE + number)
        os.sched_setaffinity(0, {sorted(ALLOWED)[number % len(ALLOWED)]})
        if number % 2:
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        started.wait()
        threading.Event().wait()

    for number in range(1, 9):
        threading.Thread(target=work, args=(number,), daemon=True).start()
    started.wait()


def tasks(pid):
    """The threads of a process, as /proc has them."""
    return sorted(int(name) for name in os.listdir(f"/proc/{pid}/task"))


def check_threads():
    """--threads."""
    child, other = Child(many_threads), Child(many_threads)
    tids = tasks(child.pid)
    faults, records, result = compare(tids, "--threads", child.pid)
    if sorted(records) != tids or len(tids) != 9 or result.status or result.err:
        faults.append(f"not the threads {tids}: {result}")
    tap.ok("show --threads is /proc/PID/task, each as os has it", faults)
    both = sorted(tids + tasks(other.pid))
    faults, records, result = compare(both, "--threads", child.pid, other.pid)
    tap.ok("show --threads of two processes", faults + [str(result)] * (sorted(records) != both))
    faults, records, result = compare([child.pid], child.pid)
    tap.ok("show without --threads is the main thread", faults + [str(result)] * (len(records) != 1))
    faults, records, result = compare([tids[3]], tids[3])
    tap.ok("show of the number of a thread is that thread",
           faults + [str(result)] * (list(records) != [tids[3]]))
    result = run([OSBOX, "sched", "set", "--threads", f"--nice={NICE + 9}", "-J", str(child.pid)])
    told = {r["pid"]: (r["old_nice"], r["nice"]) for r in strict_json(result.out, numbers=Decimal)}
    if NEGATIVE or os.getuid():
        want = {tid: (NICE + number, NICE + 9) for number, tid in enumerate(tids)}
        # Threads get their numbers in the order in which they were started, but not for sure.
        good = sorted(told) == tids and sorted(told.values()) == sorted(want.values())
        good = good and all(os.getpriority(0, tid) == NICE + 9 for tid in tids)
        tap.ok("set --threads sets each, and tells what each was", [] if good else [str(result)])
        untouched = {os.getpriority(0, tid) for tid in tasks(other.pid)}
        tap.ok("and those of no other process", untouched == set(range(NICE, NICE + 9)))
    child.finish()
    other.finish()


def group_of(pid):
    """The process group, from stat; None: it is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[2])
    except (FileNotFoundError, ProcessLookupError):
        return None


def check_groups():
    """--pgrp."""
    leader = Child(lambda: os.setpgid(0, 0))
    members = [leader] + [Child(lambda: os.setpgid(0, leader.pid)) for _ in range(4)]
    for number, child in enumerate(members):
        os.setpriority(os.PRIO_PROCESS, child.pid, NICE + number + 1)
    pids = sorted(child.pid for child in members)
    faults, records, result = compare(pids, f"--pgrp={leader.pid}")
    found = sorted(pid for pid in processes() if group_of(pid) == leader.pid)
    if sorted(records) != pids or found != pids or result.status or result.err:
        faults.append(f"not {pids}: {result}")
    tap.ok("show --pgrp is the processes of /proc of that group", faults)
    least = min(record["nice"] for record in records.values())
    tap.ok("os.getpriority of the group is the least nice value of them",
           least == os.getpriority(os.PRIO_PGRP, leader.pid))
    result = run([OSBOX, "sched", "set", f"--nice={NICE + 9}", f"--pgrp={leader.pid}", "-g", "pid,nice"])
    nices = [os.getpriority(os.PRIO_PROCESS, pid) for pid in pids]
    tap.ok("set --pgrp is os.setpriority of the group",
           nices == [NICE + 9] * 5 and result.status == 0 and len(result.out.split()) == 10
           and os.getpriority(os.PRIO_PROCESS, 0) == NICE)
    leader.finish()
    faults, records, result = compare(pids[1:], f"--pgrp={leader.pid}")
    tap.ok("show --pgrp of a group whose leader has ended",
           faults + [str(result)] * (sorted(records) != sorted(set(pids) - {leader.pid})))
    for child in members[1:]:
        child.finish()


def user_of(pid):
    """The real user, from status; None: it is gone."""
    try:
        with open(f"/proc/{pid}/status", "rb") as file:
            return int(re.search(rb"^Uid:\t(\d+)", file.read(), re.M)[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


def check_users():
    """--user."""
    mine = os.getuid()
    before = {pid for pid in processes() if user_of(pid) == mine}
    records, result = show(f"--user={mine}")
    after = {pid for pid in processes() if user_of(pid) == mine}
    # osbox itself is there, too.
    faults = [f"{pid} is missing" for pid in before & after if pid not in records]
    faults += [f"{pid} is of user {user_of(pid)}" for pid in records if user_of(pid) not in (mine, None)]
    tap.ok(f"show --user={mine} is the processes of /proc of that real user",
           faults + ([str(result)] if result.status or result.err else []))
    if not USERS:
        tap.skip("show --user of another user", "we cannot become one")
        return
    real = [Child(lambda: os.setresuid(54321, 54321, 54321)) for _ in range(3)]
    effective = Child(lambda: os.setresuid(-1, 54321, -1))
    pids = sorted(child.pid for child in real)
    faults, records, result = compare(pids, "--user=54321")
    if sorted(records) != pids or result.status or result.err:
        faults.append(f"not {pids}: {result}")
    tap.ok("show --user is by the real user, not the effective one", faults)
    run([OSBOX, "sched", "set", f"--nice={NICE + 8}", "--user=54321"])
    tap.ok("set --user is os.setpriority of the user",
           [os.getpriority(0, pid) for pid in pids] == [NICE + 8] * 3
           and os.getpriority(os.PRIO_USER, 54321) == NICE + 8
           and os.getpriority(0, effective.pid) == NICE)
    for child in [*real, effective]:
        child.finish()


# ---- set ----


def random_change():
    """Arguments of set, and what they make of (policy, reset, priority, nice, CPUs)."""
    arguments, wanted = [], {}
    names = {"other": os.SCHED_OTHER, "batch": os.SCHED_BATCH, "idle": os.SCHED_IDLE}
    if REAL_TIME:
        names.update(fifo=os.SCHED_FIFO, rr=os.SCHED_RR)
    if random.random() < 0.6:
        name = random.choice(sorted(names))
        arguments.append(f"--policy={name}")
        wanted["policy"] = POLICIES[names[name]]
        wanted["sched_priority"] = 0
        if name in ("fifo", "rr"):
            wanted["sched_priority"] = random.randint(1, 99)
            arguments.append(f"--priority={wanted['sched_priority']}")
    if random.random() < 0.5:
        wanted["nice"] = random.randint(-20, 19)
        arguments.append(f"--nice={wanted['nice']}")
    if random.random() < 0.4:
        wanted["reset_on_fork"] = random.random() < 0.5
        arguments.append(f"--reset-on-fork={'yes' if wanted['reset_on_fork'] else 'no'}")
    if random.random() < 0.4 or not arguments:
        wanted["affinity"] = sorted(random.sample(sorted(ALLOWED), random.randint(1, len(ALLOWED))))
        arguments.append("--affinity=" + ",".join(map(str, wanted["affinity"])))
    random.shuffle(arguments)
    return arguments, wanted


def faults_of_change(pid):
    """One random change: what os says before and after, and what osbox tells of both."""
    arguments, wanted = random_change()
    before = observe(pid)
    result = run([OSBOX, "sched", "set", "-J", *arguments, str(pid)])
    after = observe(pid)
    want = {**before, **wanted}
    names = ["policy", "reset_on_fork", "sched_priority", "nice", "affinity"]
    faults = [f"{arguments}: {name} is {after[name]!r} instead of {want[name]!r}"
              for name in names if after[name] != want[name]]
    if result.status or result.err:
        return faults + [str(result)]
    record = strict_json(result.out, numbers=Decimal)[0]
    faults += [f"{arguments}: it tells {name}={record[name]!r}, but {after[name]!r} is"
               for name in names if record[name] != after[name]]
    faults += [f"{arguments}: it tells old_{name}={record['old_' + name]!r}, {before[name]!r} was"
               for name in names if record["old_" + name] != before[name]]
    return faults


def check_changes():
    """Random changes, one after the other."""
    if not NEGATIVE:
        tap.skip("random changes are what os sees", "the nice value cannot be lowered here")
        return
    child = Child()
    faults = [fault for _ in range(150) for fault in faults_of_change(child.pid)]
    tap.ok("150 random changes are what os sees, and what was is told", faults)
    child.finish()


def limited_child():
    """A process of an ordinary user that may do somewhat more than others, or not."""
    nice, priority = random.choice([0, 20, 25, 40]), random.choice([0, 50, 99])
    policy = random.choice([os.SCHED_OTHER] * 4 + [os.SCHED_BATCH, os.SCHED_IDLE, os.SCHED_FIFO, os.SCHED_RR])
    level = random.randint(1, 99) if policy in (os.SCHED_FIFO, os.SCHED_RR) else 0

    def prelude():
        os.setpriority(os.PRIO_PROCESS, 0, random.randint(-5, 10))
        os.sched_setscheduler(0, policy, os.sched_param(level))
        for limit, value in ((resource.RLIMIT_NICE, nice), (resource.RLIMIT_RTPRIO, priority)):
            with contextlib.suppress(OSError, ValueError):  # without CAP_SYS_RESOURCE
                resource.setrlimit(limit, (value, value))
        os.setresuid(NOBODY, NOBODY, NOBODY)

    return Child(prelude)


def faults_of_attempt(pid):
    """One random change by an ordinary user, which is made or is not; and whether it was."""
    arguments, wanted = random_change()
    names = ["policy", "reset_on_fork", "sched_priority", "nice", "affinity"]
    before = observe(pid)
    result = run([OSBOX, "sched", "set", "-J", *arguments, str(pid)],
                 user=NOBODY, group=NOBODY, extra_groups=[])
    after = observe(pid)
    want = {**before, **wanted} if result.status == 0 else before
    faults = [f"{arguments}, status {result.status}: {name} is {after[name]!r} instead of {want[name]!r}"
              for name in names if after[name] != want[name]]
    if result.status not in (0, 77) or result.err.count(b"\n") != (result.status != 0):
        faults.append(str(result))
    return faults, result.status == 0


def check_attempts():
    """Random changes of which some are not permitted: all of it or nothing."""
    name = "300 random changes by an ordinary user are made, or nothing of them"
    if not (USERS and REAL_TIME and NEGATIVE):
        tap.skip(name, "real time is not permitted here, or we cannot become another user")
        return
    faults, made = [], 0
    for _ in range(100):
        child = limited_child()
        faults += [] if child.works else ["a process could not be made"]
        for _ in range(3):
            more, good = faults_of_attempt(child.pid)
            faults += more
            made += good
        child.finish()
    if not 50 < made < 250:
        faults.append(f"{made} of them were made")
    tap.ok(name, faults)


def random_list():
    """A list of CPUs, and the set that it is."""
    parts, cpus = [], set()
    for _ in range(random.randint(1, 5)):
        first = random.choice([0, 1, 7, 63, 64, 65, random.randint(0, 9000)])
        last = first + random.choice([0, 1, 63, 64, random.randint(0, 3000)])
        stride = random.choice([1, 1, 2, 3, 64, 100, 5000])
        form = random.choice(["one", "range", "stride"])
        if form == "one":
            parts.append(str(first))
            cpus.add(first)
        else:
            step = stride if form == "stride" else 1
            parts.append(f"{first}-{last}" + (f":{step}" if form == "stride" else ""))
            cpus.update(range(first, last + 1, step))
    return ",".join(parts), cpus


def random_mask():
    """A mask, and the set that it is."""
    bits = random.getrandbits(random.choice([4, 31, 32, 33, 64, 1000, 8192])) | 1 << random.randint(0, 9)
    text = f"{bits:x}"
    if random.random() < 0.5:
        groups = []
        while text:
            groups.insert(0, text[-8:])
            text = text[:-8]
        text = ",".join(groups)
    elif random.random() < 0.5:
        text = "000" + text
    return "0x" + text.replace("f", random.choice("fF")), {i for i in range(8300) if bits >> i & 1}


def ranges(cpus):
    """Ranges as osbox prints them."""
    parts = []
    for cpu in sorted(cpus):
        if parts and parts[-1][1] == cpu - 1:
            parts[-1][1] = cpu
        else:
            parts.append([cpu, cpu])
    return [f"{a}-{b}" if a != b else f"{a}" for a, b in parts]


def check_lists():
    """Lists and masks mean what a model of them says: CPUs that are not there are named."""
    child = Child()
    strict, loose = [], []
    for number in range(120):
        text, cpus = random_mask() if number % 3 == 0 else random_list()
        first = min(ALLOWED)
        text = f"{text},{first}" if not text.startswith("0x") else text
        cpus |= {first} if not text.startswith("0x") else set()
        there = cpus & ALLOWED
        os.sched_setaffinity(child.pid, ALLOWED)
        result = run([OSBOX, "sched", "set", f"--affinity={text}", str(child.pid)])
        now = os.sched_getaffinity(child.pid)
        if cpus <= ALLOWED:
            if result.status or now != cpus:
                strict.append(f"{now}: {result}")
        else:
            lacking = ",".join(ranges(cpus - ALLOWED))
            said = result.err.decode().replace(", ", ",")
            if result.status != 69 or now != ALLOWED or f"CPU {lacking} cannot be had" not in said:
                strict.append(f"not {lacking}: {result}")
        result = run([OSBOX, "sched", "set", "--no-strict", f"--affinity={text}", str(child.pid)])
        now = os.sched_getaffinity(child.pid)
        if now != (there or ALLOWED) or result.status != (0 if there else 69):
            loose.append(f"{now} instead of {there}: {result}")
    child.finish()
    tap.ok("120 lists and masks: what is not there is named exactly, and nothing is set", strict)
    tap.ok("120 lists and masks with --no-strict: what is there is set", loose)


def check_program():
    """A program has what it was given, as it sees it itself."""
    code = ("import os; p = os.sched_getscheduler(0); print(p, os.sched_getparam(0).sched_priority,"
            " os.getpriority(0, 0), *sorted(os.sched_getaffinity(0)))")
    cpu = max(ALLOWED)
    rows = [(["--policy=batch", f"--nice={NICE + 3}"], (os.SCHED_BATCH, 0, NICE + 3)),
            (["--policy=idle", "--nice=19"], (os.SCHED_IDLE, 0, 19)),
            (["--reset-on-fork=yes", f"--nice={NICE + 1}"], (os.SCHED_OTHER | RESET, 0, NICE + 1))]
    if REAL_TIME:
        rows += [(["--policy=fifo", "--priority=7"], (os.SCHED_FIFO, 7, NICE)),
                 (["--policy=rr", "--priority=99", "--reset-on-fork=yes", f"--nice={NICE + 4}"],
                  (os.SCHED_RR | RESET, 99, NICE + 4))]
    faults = []
    for arguments, want in rows:
        for more in ([], ["--status=/dev/null"]):
            result = run([OSBOX, "sched", "set", *arguments, *more, f"--affinity={cpu}", "--",
                          sys.executable, "-c", code])
            # With --status it is a child: not of what is reset on fork, as it sets that itself.
            if result.out.split() != [b"%d" % n for n in (*want, cpu)] or result.status or result.err:
                faults.append(f"not {want}: {result}")
    tap.ok("set -- CMD: the program sees what it was given", faults)


# ---- CPUs, limits ----


def check_cpus():
    """os.cpu_count, os.process_cpu_count, os.getloadavg."""
    record, before = None, True
    for _ in range(5):
        before = os.getloadavg()
        record = strict_json(run([OSBOX, "sched", "cpus", "-J"]).out, numbers=Decimal)[0]
        if os.getloadavg() == before:
            break
    tap.ok("cpus: cpu_count is os.cpu_count", record["cpu_count"] == os.cpu_count())
    tap.ok("cpus: process_cpu_count is len(os.sched_getaffinity(0))",
           record["process_cpu_count"] == len(ALLOWED) and record["affinity"] == sorted(ALLOWED))
    if hasattr(os, "process_cpu_count"):
        tap.ok("cpus: process_cpu_count is os.process_cpu_count",
               record["process_cpu_count"] == os.process_cpu_count())
    with open("/sys/devices/system/cpu/online", encoding="ascii") as file:
        spans = [span.split("-") for span in file.read().strip().split(",")]
    online = [cpu for span in spans for cpu in range(int(span[0]), int(span[-1]) + 1)]
    tap.ok("cpus: online is what /sys says", record["online"] == online)
    faults = [f"{name} is {value}, osbox says {record[name]}"
              for name, value in zip(("load_1", "load_5", "load_15"), before)
              if record[name] != round(Decimal(value), 9)]
    tap.ok("cpus: the loads are those of os.getloadavg, to the ninth digit", faults)
    cpu = max(ALLOWED)
    result = run([OSBOX, "sched", "cpus", "-g", "process_cpu_count,affinity"],
                 preexec_fn=lambda: os.sched_setaffinity(0, {cpu}))
    tap.ok("cpus: the affinity is that of osbox", result.out == b"1\t%d\n" % cpu)


def check_limits():
    """os.sched_get_priority_min, os.sched_get_priority_max, the turn of rr."""
    records = {r["policy"]: r
               for r in strict_json(run([OSBOX, "sched", "limits", "-J"]).out, numbers=Decimal)}
    faults = []
    for policy, name in POLICIES.items():
        try:
            want = os.sched_get_priority_min(policy), os.sched_get_priority_max(policy)
        except OSError:
            want = None
        record = records.get(name)
        got = record and (record["priority_min"], record["priority_max"])
        if got != want:
            faults.append(f"{name}: {want}, osbox says {got}")
    tap.ok("limits: every policy that os knows, with its priorities",
           faults + sorted(set(records) - set(POLICIES.values())))
    if REAL_TIME:
        child = Child(lambda: os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1)))
        turn = round(Decimal(os.sched_rr_get_interval(child.pid)), 9)
        child.finish()
        # The setting is in milliseconds, the turn in ticks.
        told = records["SCHED_RR"]["rr_interval"]
        tap.ok("limits: rr_interval is that of a process of SCHED_RR",
               told is None or abs(told - turn) <= Decimal("0.010"))


def check_short_lived():
    """Processes that come and go while all are shown: no error is told."""
    with subprocess.Popen(["sh", "-c", "while :; do (:); (:); done"], start_new_session=True) as shell:
        try:
            faults = []
            for _ in range(30):
                records, result = show(f"--user={os.getuid()}")
                if result.status or result.err or os.getpid() not in records:
                    faults.append(str(result))
        finally:
            os.killpg(shell.pid, signal.SIGKILL)
    tap.ok("show --user while processes come and go tells no error", faults)


def main():
    random.seed(20261121)
    try:
        check_policies()
        check_everything()
        check_own()
        check_names()
        check_threads()
        check_groups()
        check_users()
        check_changes()
        check_attempts()
        check_lists()
        check_program()
        check_cpus()
        check_limits()
        check_short_lived()
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
