#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""osbox waitid against Python's os.waitid, os.waitpid and os.waitstatus_to_exitcode.

usage: waitid.py OSBOX

Processes that are not osbox's children, case by case: who may know how they
ended, when, and what osbox says where nobody can.  Children that it got by being
executed in the place of their parent.  Groups without its children.  Every
status word.  PIDs that are used again, on demand (clone3 with set_tid).  Each
case asks the kernel first whether it can be had here.  Prints TAP.
"""

import ast
import ctypes
import errno
import os
import platform
import resource
import select
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from testlib import CLEAN_ENV, Tap, run, strict_json  # noqa: E402

tap = Tap()
OSBOX = os.path.realpath(sys.argv[1]) if len(sys.argv) == 2 else sys.exit(__doc__)
LIBC = ctypes.CDLL(None, use_errno=True)
SANITIZED = os.environ.get("OSBOX_FLAVOUR") == "sanitized"
NR_EXIT = {"x86_64": 60, "aarch64": 93, "riscv64": 93}.get(platform.machine())
NR_CLONE3 = 435
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NAME, PR_SET_CHILD_SUBREAPER = 1, 4, 15, 36
PTRACE_TRACEME = 0
NOBODY = 65534
MANY = 300 if SANITIZED else 2000
REUSES = 50 if SANITIZED else 1000


# ---- processes ----


class Target:
    """A child of ours that ends when it is let go."""

    def __init__(self, end, prelude=None):
        """`end` is called in the child then; `prelude` before that."""
        self.gate_read, self.gate = os.pipe()
        ready_read, ready = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.gate)
            os.close(ready_read)
            if prelude:
                prelude()
            os.write(ready, b"x")
            os.close(ready)
            os.read(self.gate_read, 1)
            end()
            os._exit(99)
        os.close(ready)
        os.read(ready_read, 1)
        os.close(ready_read)
        os.close(self.gate_read)
        self.pidfd = os.pidfd_open(self.pid)

    def let_go(self):
        """It ends. (Later children have the pipe too: to close it would not do.)"""
        os.write(self.gate, b"x")
        os.close(self.gate)

    def reap(self):
        """Its status word, as its parent gets it."""
        return os.waitpid(self.pid, 0)[1]

    def finish(self):
        """It ends, and is reaped; the status word."""
        self.let_go()
        return self.reap()

    def close(self):
        """Nothing of it is left."""
        os.close(self.pidfd)


def exits(status):
    """An end."""
    return lambda: os._exit(status)


def dies(signo):
    """An end."""

    def end():
        if signo not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(signo, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signo])
        os.kill(os.getpid(), signo)

    return end


def ended(pidfd):
    """Waits until the process has ended, reaped or not."""
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    poll.poll()


class Osbox:
    """osbox waitid in the background."""

    def __init__(self, *arguments, before=(), **more):
        self.argv = [*before, OSBOX, "waitid", "-J", *map(str, arguments)]
        more.setdefault("env", CLEAN_ENV)
        self.process = subprocess.Popen(
            self.argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more
        )

    def holds(self, count):
        """Waits until it has that many pidfds."""
        directory = f"/proc/{self.process.pid}/fd"
        while self.process.poll() is None:
            found = 0
            for name in os.listdir(directory):
                try:
                    found += "pidfd" in os.readlink(f"{directory}/{name}")
                except OSError:
                    pass
            if found >= count:
                return self
        return self

    def result(self):
        """(exit status, records, what it said)"""
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, strict_json(out), err.decode()


def waitid(*arguments, **more):
    """osbox waitid, whole."""
    return Osbox(*arguments, **more).result()


def faults_of(result, status, *wanted):
    """What is wrong with a result: the exit status, members of each record."""
    code, records, said = result
    faults = [] if code == status else [f"status {code}, not {status}: {said} {records}"]
    if len(records) != len(wanted):
        return faults + [f"{len(records)} records, not {len(wanted)}: {records} {said}"]
    for record, members in zip(records, wanted):
        faults += [
            f"{name} is {record[name]!r}, not {value!r}: {record}"
            for name, value in members.items()
            if record[name] != value
        ]
    return faults


def members_of(word, **more):
    """What a record says of a status word that os.waitpid gave."""
    signo = os.WTERMSIG(word) if os.WIFSIGNALED(word) else None
    code = "CLD_EXITED" if signo is None else "CLD_DUMPED" if os.WCOREDUMP(word) else "CLD_KILLED"
    return {
        "si_signo": "SIGCHLD",
        "si_code": code,
        "si_status": os.WEXITSTATUS(word) if signo is None else signo,
        "exitcode": os.waitstatus_to_exitcode(word),
        "wait_status": word,
        "shell_status": os.WEXITSTATUS(word) if signo is None else 128 + signo,
        "core": os.WCOREDUMP(word),
        "timed_out": False,
        "reason": None,
        **more,
    }


UNKNOWN = {"si_pid": None, "si_code": None, "si_status": None, "exitcode": None, "wait_status": None,
           "shell_status": None, "core": None, "via": None, "timed_out": False}


def pidfd_info(pidfd):
    """(errno, mask, exit_code) of PIDFD_GET_INFO with PIDFD_INFO_EXIT, asked by ourselves."""
    info = ctypes.create_string_buffer(struct.pack("Q", 8) + bytes(56), 64)
    request = 0xC0000000 | 64 << 16 | 0xFF << 8 | 11
    if LIBC.ioctl(pidfd, ctypes.c_ulong(request), info) < 0:
        return ctypes.get_errno(), 0, 0
    return 0, struct.unpack_from("Q", info.raw)[0], struct.unpack_from("i", info.raw, 60)[0]


def keeps_status():
    """Whether the kernel keeps how a process ended that was reaped (Linux 6.15)."""
    target = Target(exits(42))
    target.finish()
    _, mask, code = pidfd_info(target.pidfd)
    target.close()
    return bool(mask & 8) and code == 42 << 8


KEEPS = keeps_status()
WHY = "this kernel keeps no status of processes that were reaped"


def can(argv):
    """Whether a program does its work here."""
    return shutil.which(argv[0]) and run(argv).status == 0


STRANGER = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=-all",
            "--bounding-set=-all", "--no-new-privs", "--"]
HAS_STRANGER = os.getuid() != NOBODY and can([*STRANGER, OSBOX, "--version"])


def claim(name, condition, reason, check):
    """A claim that is put to the test where that can be."""
    if condition:
        tap.ok(name, check())
    else:
        tap.skip(name, reason)


# ---- processes that are not osbox's ----


def check_foreign_statuses():
    """Exits and signals of many processes at once, each with its own end."""
    ends = [exits(status) for status in (0, 1, 2, 41, 126, 127, 128, 137, 254, 255)]
    ends += [dies(signo) for signo in range(1, 65)
             if signo not in (17, 18, 19, 20, 21, 22, 23, 28, 32, 33)]
    targets = [Target(end) for end in ends]
    osbox = Osbox(*(t.pid for t in targets)).holds(len(targets))
    words = {t.pid: t.finish() for t in targets}
    status, records, said = osbox.result()
    told = {record["pid"]: record for record in records}
    faults = [] if status == 0 and not said else [f"status {status}: {said}"]
    for pid, word in words.items():
        wanted = members_of(word, pid=pid, si_pid=pid, si_uid=os.getuid(), via="pidfd_info")
        faults += faults_of((0, [told.get(pid, {})], ""), 0, wanted) if pid in told else [f"no {pid}"]
    for target in targets:
        target.close()
    return faults


def check_stranger():
    """No privilege at all, and the target is another user's."""
    target = Target(exits(42))
    osbox = Osbox(target.pid, before=STRANGER).holds(1)
    word = target.finish()
    return faults_of(osbox.result(), 0, members_of(word, si_uid=os.getuid(), via="pidfd_info"))


def check_masked_zombie():
    """/proc says 0 of another user's zombie: that is no answer."""
    target = Target(exits(42))
    target.let_go()
    ended(target.pidfd)
    result = waitid(target.pid, before=STRANGER)
    faults = faults_of(result, 69, {**UNKNOWN, "pid": target.pid, "reason": "unreaped"})
    if "nobody can know" not in result[2]:
        faults.append(result[2])
    target.reap()
    return faults


def check_seen_zombie():
    """A zombie of our own."""
    faults = []
    for end in (exits(11), dies(signal.SIGKILL), exits(0)):
        target = Target(end)
        target.let_go()
        ended(target.pidfd)
        result = waitid(target.pid)
        word = target.reap()
        faults += faults_of(result, 0, members_of(word, si_uid=None, via="procstat"))
        target.close()
    return faults


def check_hostile_name():
    """A name that looks like the rest of /proc/PID/stat."""
    def rename():
        LIBC.prctl(PR_SET_NAME, b"x) Z 1 2 3 (\n) Z", 0, 0, 0)

    target = Target(exits(11), rename)
    target.let_go()
    ended(target.pidfd)
    result = waitid(target.pid)
    return faults_of(result, 0, members_of(target.reap(), via="procstat"))


def check_undumpable_zombie():
    """Not even of our own user, when it is not dumpable and we have no capability."""
    def hide():
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        LIBC.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)

    target = Target(exits(11), hide)
    target.let_go()
    ended(target.pidfd)
    result = waitid(target.pid, before=STRANGER)
    target.reap()
    return faults_of(result, 69, {**UNKNOWN, "reason": "unreaped"})


def check_opened_on_zombie():
    """The pidfd was opened on a zombie, which was reaped later."""
    target = Target(exits(7))
    target.let_go()
    ended(target.pidfd)
    pidfd = os.pidfd_open(target.pid)
    word = target.reap()
    return faults_of(waitid(f"--pidfd={pidfd}", pass_fds=[pidfd]), 0,
                     members_of(word, pid=None, via="pidfd_info"))


def check_after_reaping():
    """Too late: there is no such process."""
    target = Target(exits(7))
    target.finish()
    status, records, said = waitid(target.pid)
    return [] if status == 66 and not records and '"ESRCH"' in said else [f"{status} {records} {said}"]


def check_without_status():
    """A kernel that keeps nothing."""
    target = Target(exits(7))
    target.finish()
    return faults_of(waitid(f"--pidfd={target.pidfd}", pass_fds=[target.pidfd]), 69,
                     {**UNKNOWN, "reason": "kernel"})


def check_autoreap():
    """The parent ignores SIGCHLD: the process is gone at once."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        target = Target(dies(signal.SIGTERM))
        osbox = Osbox(target.pid).holds(1)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        target.let_go()
        ended(target.pidfd)
    finally:
        # subprocess has to wait for osbox.
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    return faults_of(osbox.result(), 0, members_of(15, via="pidfd_info"))


def check_observers():
    """Several at the same time."""
    target = Target(exits(9))
    observers = [Osbox(target.pid).holds(1) for _ in range(5)]
    word = target.finish()
    return [fault for o in observers
            for fault in faults_of(o.result(), 0, members_of(word, via="pidfd_info"))]


def check_leader_exited():
    """The main thread has ended and /proc says Z, but the process runs: it is waited for."""
    gate_read, gate = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(gate)

        def rest():
            os.read(gate_read, 1)
            os._exit(5)

        threading.Thread(target=rest).start()
        LIBC.syscall(NR_EXIT, 0)
    os.close(gate_read)
    while True:
        with open(f"/proc/{pid}/stat", encoding="latin-1") as file:
            if file.read().rpartition(") ")[2][0] == "Z":
                break
    faults = faults_of(waitid("--timeout=0", pid), 124, {"timed_out": True, "reason": "timeout"})
    osbox = Osbox(pid).holds(1)
    os.close(gate)
    word = os.waitpid(pid, 0)[1]
    return faults + faults_of(osbox.result(), 0, members_of(word, via="pidfd_info"))


def check_exec():
    """The target becomes another program."""
    target = Target(lambda: os.execv("/bin/sh", ["sh", "-c", "exit 12"]))
    osbox = Osbox(target.pid).holds(1)
    word = target.finish()
    return faults_of(osbox.result(), 0, members_of(word, exitcode=12, via="pidfd_info"))


def check_thread():
    """The id of a thread is that of no process."""
    go = threading.Event()
    thread = threading.Thread(target=go.wait)
    thread.start()
    status, records, said = waitid(thread.native_id)
    go.set()
    thread.join()
    return [] if status == 66 and not records and '"ESRCH"' in said else [f"{status} {records} {said}"]


def is_kernel_thread(pid):
    """Whether it has PF_KTHREAD."""
    try:
        with open(f"/proc/{pid}/stat", encoding="latin-1") as file:
            return bool(int(file.read().rpartition(") ")[2].split()[6]) & 0x200000)
    except OSError:
        return False


def check_kernel_thread():
    """It never ends."""
    return faults_of(waitid("--timeout=0", 2), 124, {"pid": 2, "timed_out": True})


def check_inner_namespace():
    """The target is in a PID namespace below ours."""
    gate_read, gate = os.pipe()
    unshare = subprocess.Popen(["unshare", "-pf", "sh", "-c", "read -r x; exit 9"], stdin=gate_read)
    children = f"/proc/{unshare.pid}/task/{unshare.pid}/children"
    pid = ""
    while not pid:
        with open(children, encoding="ascii") as file:
            pid = file.read().strip()
    os.close(gate_read)
    osbox = Osbox(pid).holds(1)
    os.close(gate)
    unshare.wait()
    return faults_of(osbox.result(), 0, {"exitcode": 9, "pid": int(pid), "via": "pidfd_info"})


def check_outer_namespace():
    """The pidfd comes from another PID namespace: nothing can be asked of it."""
    target = Target(exits(9))
    target.finish()
    result = waitid(f"--pidfd={target.pidfd}", before=["unshare", "-pf"], pass_fds=[target.pidfd])
    return faults_of(result, 69, {**UNKNOWN, "pid": None, "reason": "namespace"})


def check_core():
    """A process that dumped core."""
    target = Target(dies(signal.SIGQUIT), allow_core)
    osbox = Osbox(target.pid).holds(1)
    word = target.finish()
    return faults_of(osbox.result(), 0,
                     members_of(word, si_code="CLD_DUMPED", core=True, via="pidfd_info"))


def allow_core():
    """For a child: in a directory of its own, which is removed."""
    os.chdir(os.environ["CORE_DIR"])
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


def dumps_core():
    """Whether a process dumps core here."""
    target = Target(dies(signal.SIGQUIT), allow_core)
    return os.WCOREDUMP(target.finish())


def check_parent_dies():
    """The parent ends first; whoever is then the parent reaps it."""
    gate_read, gate = os.pipe()
    told_read, told = os.pipe()
    parent = os.fork()
    if parent == 0:
        pid = os.fork()
        if pid == 0:
            os.close(gate)
            os.read(gate_read, 1)
            os._exit(8)
        os.write(told, b"%d" % pid)
        os._exit(0)
    pid = int(os.read(told_read, 20))
    osbox = Osbox(pid).holds(1)
    os.waitpid(parent, 0)
    os.close(gate)
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
    os.waitpid(pid, 0)
    return faults_of(osbox.result(), 0, {"exitcode": 8, "via": "pidfd_info"})


def check_many():
    """As many as a shell may start, with a soft limit of 256 descriptors."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = min(MANY, hard - 64)
    gate_read, gate = os.pipe()
    pids = []
    for i in range(count):
        pid = os.fork()
        if pid == 0:
            os.close(gate)
            os.read(gate_read, 1)
            os._exit(i % 256)
        pids.append(pid)

    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))

    osbox = Osbox("-F", "pid,exitcode", *pids, preexec_fn=limit).holds(count)
    os.write(gate, b"x" * count)
    os.close(gate)
    os.close(gate_read)
    wanted = {pid: os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids}
    status, records, said = osbox.result()
    told = {record["pid"]: record["exitcode"] for record in records}
    faults = [] if status == 0 and len(records) == count else [f"{status}: {len(records)} {said[:300]}"]
    return faults + [f"{pid}: {told.get(pid)}, not {code}"
                     for pid, code in wanted.items() if told.get(pid) != code]


# ---- children of osbox, which was executed in the place of their parent ----


def as_parent(prepare, arguments, status=0):
    """In a new process: prepare() gives values for the arguments, then it becomes osbox."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(write, 1)
        values = prepare()
        words = [word.format(**values) for word in arguments]
        os.execve(OSBOX, ["osbox", "waitid", "-J", *words], CLEAN_ENV)
    os.close(write)
    with os.fdopen(read, "rb") as file:
        out = file.read()
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    lines = out.splitlines(keepends=True)
    told = [line for line in lines if not line.startswith(b"#")]
    faults = [] if code == status else [f"status {code}, not {status}: {out}"]
    return strict_json(b"".join(told)), [ast.literal_eval(line[1:].decode()) for line in lines if line.startswith(b"#")], faults


def same_as_os(prepare_child, options, arguments):
    """os.waitid with WNOWAIT and osbox, one after the other, of the same change."""

    def prepare():
        pid = os.fork()
        if pid == 0:
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            prepare_child()
            os._exit(99)
        told = os.waitid(os.P_PID, pid, options | os.WNOWAIT)
        names = {os.CLD_EXITED: "CLD_EXITED", os.CLD_KILLED: "CLD_KILLED", os.CLD_DUMPED: "CLD_DUMPED",
                 os.CLD_TRAPPED: "CLD_TRAPPED", os.CLD_STOPPED: "CLD_STOPPED",
                 os.CLD_CONTINUED: "CLD_CONTINUED"}
        os.write(1, b"#%a\n" % {
            "pid": pid, "si_pid": told.si_pid, "si_uid": told.si_uid,
            "si_signo": signal.Signals(told.si_signo).name, "si_code": names[told.si_code],
            "si_status": told.si_status, "via": "waitid",
        })
        return {"pid": pid, "pidfd": keep(os.pidfd_open(pid)), "pgid": os.getpgrp()}

    records, wanted, faults = as_parent(prepare, arguments)
    return faults + faults_of((0, records, ""), 0, *wanted)


def keep(fd):
    """For a program that is executed."""
    os.set_inheritable(fd, True)
    return fd


def check_like_os():
    """The five members of what os.waitid returns, in each form of asking."""
    faults = []
    forms = [["{pid}"], ["--pidfd={pidfd}"], ["--all"], ["--pgid={pgid}"], ["--pgid=0"],
             ["--peek", "{pid}"], ["--peek", "--any", "--all"], ["--nohang", "{pid}"],
             ["--timeout=0", "--all", "--any"], ["--stopped", "--continued", "{pid}"]]
    for form in forms:
        for end in (exits(0), exits(200), dies(signal.SIGKILL), dies(signal.SIGRTMIN)):
            faults += same_as_os(end, os.WEXITED, form)
    return faults


def stop_itself():
    """A child that stops."""
    os.kill(os.getpid(), signal.SIGSTOP)


def trace_itself():
    """A child that is traced by its parent, and stops of a signal."""
    LIBC.ptrace(PTRACE_TRACEME, 0, 0, 0)
    os.kill(os.getpid(), signal.SIGUSR1)


def check_stops():
    """A child that is stopped, and one that a tracer stopped."""
    faults = []
    for form in (["--stopped", "--any", "{pid}"], ["--stopped", "--peek", "{pid}"],
                 ["--stopped", "--any", "--all"], ["--stopped", "--any", "--pidfd={pidfd}"]):
        faults += same_as_os(stop_itself, os.WEXITED | os.WSTOPPED, form)
        faults += same_as_os(trace_itself, os.WEXITED | os.WSTOPPED, form)
    return faults


def check_changes():
    """Each stop and each continuation, as they come, then the end."""
    script = ("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\nos.read(0, 1)\n"
              "os.kill(os.getpid(), signal.SIGSTOP)\nos.read(0, 1)\nos._exit(5)")
    gate_read, gate = os.pipe()
    read, write = os.pipe()
    told_read, told = os.pipe()
    parent = os.fork()
    if parent == 0:
        os.close(gate)
        child = subprocess.Popen([sys.executable, "-c", script], stdin=gate_read)
        os.waitid(os.P_PID, child.pid, os.WSTOPPED | os.WNOWAIT)
        os.write(told, b"%d" % child.pid)
        os.dup2(write, 1)
        os.execve(OSBOX, ["osbox", "waitid", "--stopped", "--continued", "-g",
                          "si_code,si_status,wait_status,exitcode,signal", str(child.pid)], CLEAN_ENV)
    os.close(write)
    pid = int(os.read(told_read, 20))
    with os.fdopen(read, "r", encoding="ascii") as file:
        lines = [file.readline()]
        os.kill(pid, signal.SIGCONT)
        lines.append(file.readline())
        os.write(gate, b"x")
        lines.append(file.readline())
        os.kill(pid, signal.SIGCONT)
        lines.append(file.readline())
        os.write(gate, b"x")
        lines += file.readlines()
    os.waitpid(parent, 0)
    wanted = ["CLD_STOPPED\t19\t4991\t\tSIGSTOP\n", "CLD_CONTINUED\t18\t65535\t\tSIGCONT\n",
              "CLD_STOPPED\t19\t4991\t\tSIGSTOP\n", "CLD_CONTINUED\t18\t65535\t\tSIGCONT\n",
              "CLD_EXITED\t5\t1280\t5\t\n"]
    return [] if lines == wanted else [f"{lines} instead of {wanted}"]


def check_peek():
    """What --peek told of is left: a subreaper gets it."""
    faults = []
    for form in (["--peek", "{pid}"], ["--peek", "--all", "--any"], ["{pid}"]):
        LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

        def prepare():
            pid = os.fork() or os._exit(3)
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
            os.write(1, b"#%d\n" % pid)
            return {"pid": pid}

        records, told, wrong = as_parent(prepare, form)
        faults += wrong + faults_of((0, records, ""), 0, {"exitcode": 3, "via": "waitid"})
        try:
            left = os.waitstatus_to_exitcode(os.waitpid(told[0], 0)[1])
        except ChildProcessError:
            left = None
        if left != (3 if "--peek" in form else None):
            faults.append(f"{form}: {left} is left")
        LIBC.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
    return faults


def check_rusage():
    """The resources of a child, as os.wait4 has them."""

    def prepare():
        pid = os.fork()
        if pid == 0:
            while sum(os.times()[:2]) < 0.05:
                bytearray(1 << 20)
            os._exit(0)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        with open(f"/proc/{pid}/stat", encoding="latin-1") as file:
            fields = file.read().rpartition(") ")[2].split()
        os.write(1, b"#%a\n" % {"minflt": int(fields[7]), "ticks": int(fields[11]) + int(fields[12])})
        return {"pid": pid}

    records, told, faults = as_parent(prepare, ["-F", "all", "{pid}"])
    used = records[0]["ru_utime_ns"] + records[0]["ru_stime_ns"]
    ticks = used * os.sysconf("SC_CLK_TCK") / 1e9
    if abs(ticks - told[0]["ticks"]) > 2:
        faults.append(f"{ticks} ticks, not {told[0]['ticks']}")
    if records[0]["ru_minflt"] != told[0]["minflt"] or records[0]["ru_maxrss"] <= 0:
        faults.append(f"{records[0]} {told}")
    return faults


# ---- groups that are not osbox's ----


def check_killpg():
    """osbox does what os.killpg does to a group, and fails where that fails."""
    def killpg(pgid, signo):
        try:
            os.killpg(pgid, signo)
        except OSError as error:
            return errno.errorcode[error.errno]
        return None

    def osbox(pgid, signo):
        status, records, said = waitid(f"--signal={signo}", f"--pgid={pgid}")
        return None if (status, records, said) == (0, [], "") else strict_json(said.encode())[0]["error"]

    told = []
    for send in (killpg, osbox):
        leader = Target(exits(0), os.setpgrp)
        member = Target(exits(0), lambda pgid=leader.pid: os.setpgid(0, pgid))
        here = [send(leader.pid, 0), send(leader.pid, int(signal.SIGUSR1))]
        words = [leader.reap(), member.reap()]
        told.append([*here, *words, send(leader.pid, 0), send(leader.pid, int(signal.SIGUSR1))])
    wanted = [None, None, signal.SIGUSR1, signal.SIGUSR1, "ESRCH", "ESRCH"]
    return [] if told == [wanted, wanted] else [f"{told[1]}, not {told[0]}"]


# ---- status words ----


def is_status(word):
    """Whether wait(2) could store it."""
    low, high = word & 0xFF, word >> 8
    return (word == 0xFFFF or low == 0 or (low == 0x7F and 1 <= high <= 64)
            or (high == 0 and 1 <= low & 0x7F <= 64))


def check_decode():
    """Every word of 16 bits: one record, or refused."""
    faults, words = [], range(0x10000)
    for at in range(0, len(words), 8192):
        part = words[at:at + 8192]
        result = run([OSBOX, "waitid", "decode", "-J", *map(str, part)], timeout=60)
        records = strict_json(result.out)
        refused = [entry["path"] for entry in strict_json(result.err)]
        faults += [] if result.status == 65 else [f"status {result.status}"]
        part = [word for word in part if is_status(word)]
        if refused != [str(w) for w in range(at, at + 8192) if not is_status(w)] or len(records) != len(part):
            return [f"{len(records)} records and {len(refused)} refused from {at} on"]
        for word, record in zip(part, records):
            faults += faults_of_word(word, record)
    return faults


STOPS = {signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
MEANINGS = {124: "timed out", 125: "the tool that runs the command failed",
            126: "the command was found but cannot be executed", 127: "the command was not found"}


def faults_of_shell_status(status, record):
    """One record of decode --shell, by the word that wait(2) stores for such an end."""
    signo = status - 128 if 129 <= status <= 192 else 0
    word = status << 8 if not signo else signo << 8 | 0x7F if signo in STOPS else signo
    killed, stopped = os.WIFSIGNALED(word), os.WIFSTOPPED(word)
    wanted = {
        "shell_status": status,
        "WIFEXITED": os.WIFEXITED(word),
        "WEXITSTATUS": os.WEXITSTATUS(word) if os.WIFEXITED(word) else None,
        "WIFSIGNALED": killed,
        "WTERMSIG": os.WTERMSIG(word) if killed else None,
        "WCOREDUMP": None,
        "WIFSTOPPED": stopped,
        "WSTOPSIG": os.WSTOPSIG(word) if stopped else None,
        "WIFCONTINUED": False,
        "exitcode": None if stopped else os.waitstatus_to_exitcode(word),
        "meaning": MEANINGS.get(status),
    }
    got = {name: record[name] for name in wanted}
    faults = [] if got == wanted else [f"{status}: {got}, not {wanted}"]
    # SIGCLD and SIGPOLL are second names.
    aliases = {"SIGCHLD", "SIGIO"}
    names = {int(s): s.name for s in signal.Signals}
    if (signo in names or not signo) and record["signal"] not in aliases | {names.get(signo)}:
        faults.append(f"{status}: {record['signal']}, not {names.get(signo)}")
    return faults


def check_decode_shell():
    """Every $?, and above."""
    result = run([OSBOX, "waitid", "decode", "--shell", "-J", *map(str, range(256))])
    records = strict_json(result.out)
    if result.status != 0 or len(records) != 256:
        return [str(result)]
    faults = [fault for status, record in enumerate(records) for fault in faults_of_shell_status(status, record)]
    for status in (256, 257, 384, 0xFFFF, 2**31 - 1):
        result = run([OSBOX, "waitid", "decode", "--shell", "-J", str(status)])
        faults += [] if (result.status, result.out) == (65, b"") else [str(result)]
    return faults


def faults_of_word(word, record):
    """One record of decode."""
    try:
        exitcode = os.waitstatus_to_exitcode(word)
    except ValueError:
        exitcode = None
    killed, stopped = os.WIFSIGNALED(word), os.WIFSTOPPED(word)
    wanted = {
        "wait_status": word,
        "WIFEXITED": os.WIFEXITED(word),
        "WEXITSTATUS": os.WEXITSTATUS(word) if os.WIFEXITED(word) else None,
        "WIFSIGNALED": killed,
        "WTERMSIG": os.WTERMSIG(word) if killed else None,
        "WCOREDUMP": os.WCOREDUMP(word) if killed else None,
        "WIFSTOPPED": stopped,
        "WSTOPSIG": os.WSTOPSIG(word) if stopped else None,
        "WIFCONTINUED": os.WIFCONTINUED(word),
        "exitcode": exitcode,
    }
    got = {name: record[name] for name in wanted}
    return [] if got == wanted else [f"{word:#x}: {got}, not {wanted}"]


# ---- PIDs that are used again ----


def clone_as(pid):
    """A new child with that PID, which waits to be killed; -errno."""
    tids = (ctypes.c_int * 1)(pid)
    arguments = (ctypes.c_uint64 * 11)(0, 0, 0, 0, signal.SIGCHLD, 0, 0, 0, ctypes.addressof(tids), 1, 0)
    child = LIBC.syscall(NR_CLONE3, arguments, ctypes.c_size_t(88))
    if child == 0:
        while True:
            LIBC.pause()
    return child if child > 0 else -ctypes.get_errno()


def can_reuse():
    """Whether a PID can be chosen here."""
    target = Target(exits(0))
    target.finish()
    stranger = clone_as(target.pid)
    if stranger > 0:
        os.kill(stranger, signal.SIGKILL)
        os.waitpid(stranger, 0)
    return stranger > 0


def inode_of(pid):
    """What tells processes apart; None before Linux 6.9."""
    return waitid("--timeout=0", "-F", "pidfd_ino", pid)[1][0]["pidfd_ino"]


def check_reuse():
    """PID:INODE of a process that is gone never means the next one with its PID."""
    faults = []
    for _ in range(REUSES):
        target = Target(exits(0))
        inode = os.fstat(target.pidfd).st_ino
        target.finish()
        target.close()
        stranger = clone_as(target.pid)
        if stranger != target.pid:
            faults.append(f"{stranger} instead of {target.pid}")
            continue
        result = run([OSBOX, "waitid", "--signal=KILL", "-J", f"{stranger}:{inode}"])
        if result.status != 66 or result.out or b'"ESRCH"' not in result.err:
            faults.append(str(result))
        if os.waitpid(stranger, os.WNOHANG) != (0, 0):
            faults.append(f"{stranger} was touched")
            continue
        os.kill(stranger, signal.SIGTERM)
        os.waitpid(stranger, 0)
    return faults


def check_inode():
    """pidfd_ino is the inode of the pidfd, as fstat(2) has it."""
    target = Target(exits(0))
    wanted = os.fstat(target.pidfd).st_ino
    got = inode_of(target.pid)
    target.finish()
    return [] if got == wanted else [f"{got}, not {wanted}"]


# ---- deadlines ----


def check_stopped_deadline():
    """A deadline is a point in time: while osbox is stopped it comes nearer, too."""
    target = Target(exits(0))
    begun = time.monotonic()
    osbox = Osbox("--timeout=3", target.pid).holds(1)
    os.kill(osbox.process.pid, signal.SIGSTOP)
    os.waitid(os.P_PID, osbox.process.pid, os.WSTOPPED)
    time.sleep(max(0, begun + 3.1 - time.monotonic()))
    continued = time.monotonic()
    os.kill(osbox.process.pid, signal.SIGCONT)
    result = osbox.result()
    late = time.monotonic() - continued
    target.finish()
    # One that went on with what was left when it was stopped would take about three seconds.
    faults = [] if late < 2 else [f"{late} s after SIGCONT"]
    return faults + faults_of(result, 124, {"timed_out": True})


def check_timeout():
    """Never before its time."""
    target = Target(exits(0))
    faults = []
    for text, seconds in (("0.05", 0.05), ("70ms", 0.07), ("100us", 0.0001), ("1ns", 0)):
        begun = time.monotonic()
        faults += faults_of(waitid(f"--timeout={text}", target.pid), 124, {"timed_out": True})
        took = time.monotonic() - begun
        faults += [f"{text}: {took}"] if took < seconds else []
    target.finish()
    return faults


def main():
    place = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"osbox-waitid.{os.getpid()}")
    os.mkdir(place)
    os.chmod(place, 0o777)
    os.environ["CORE_DIR"] = place
    try:
        claim("foreign: every exit status and signal, many at once", KEEPS, WHY, check_foreign_statuses)
        claim("foreign: no privilege is needed", KEEPS and HAS_STRANGER,
              "needs Linux 6.15, and another user that can be taken on", check_stranger)
        claim("foreign: a zombie of another user is unknown, not 0", HAS_STRANGER,
              "no other user can be taken on here", check_masked_zombie)
        tap.ok("foreign: a zombie of our own user", check_seen_zombie())
        tap.ok("foreign: a zombie whose name looks like fields", check_hostile_name())
        claim("foreign: a zombie that is not dumpable is unknown", HAS_STRANGER,
              "no other user can be taken on here", check_undumpable_zombie)
        claim("foreign: a pidfd opened on a zombie", KEEPS, WHY, check_opened_on_zombie)
        claim("foreign: a kernel that keeps nothing", not KEEPS, "this kernel keeps it",
              check_without_status)
        tap.ok("foreign: after it was reaped there is no such process", check_after_reaping())
        claim("foreign: a parent that ignores SIGCHLD", KEEPS, WHY, check_autoreap)
        claim("foreign: several observers", KEEPS, WHY, check_observers)
        claim("foreign: a process whose main thread has ended runs", KEEPS and NR_EXIT, WHY,
              check_leader_exited)
        claim("foreign: a process that executes another program", KEEPS, WHY, check_exec)
        tap.ok("foreign: the id of a thread is no process", check_thread())
        claim("foreign: a kernel thread", is_kernel_thread(2), "process 2 is none", check_kernel_thread)
        namespaces = can(["unshare", "-pf", "true"])
        claim("foreign: a process in a PID namespace below", KEEPS and namespaces,
              "needs Linux 6.15, and a PID namespace", check_inner_namespace)
        claim("foreign: a pidfd of another PID namespace", KEEPS and namespaces,
              "needs Linux 6.15, and a PID namespace", check_outer_namespace)
        claim("foreign: a core dump", KEEPS and dumps_core(), "nothing dumps core here", check_core)
        LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        claim("foreign: the parent ends first", KEEPS, WHY, check_parent_dies)
        claim(f"foreign: {MANY} at once, with a soft limit of 256 descriptors", KEEPS, WHY, check_many)
        tap.ok("children: what os.waitid tells, in each form", check_like_os())
        tap.ok("children: stopped, and stopped by a tracer, as os.waitid", check_stops())
        tap.ok("children: each stop and continuation, then the end", check_changes())
        tap.ok("children: --peek leaves them to be waited for", check_peek())
        tap.ok("children: their resources", check_rusage())
        tap.ok("groups: signals and errors as with os.killpg", check_killpg())
        tap.ok("decode: every status word, as os.W* and os.waitstatus_to_exitcode", check_decode())
        tap.ok("decode --shell: each $? from 0 to 255, and none above", check_decode_shell())
        inodes = inode_of(os.getpid()) is not None
        claim("PID:INODE: the inode is that of the pidfd", inodes, "needs Linux 6.9", check_inode)
        claim(f"PID:INODE: {REUSES} PIDs that are used again, and nobody is touched",
              inodes and can_reuse(), "PIDs cannot be chosen here", check_reuse)
        tap.ok("a timeout never comes early", check_timeout())
        tap.ok("a deadline holds across SIGSTOP and SIGCONT", check_stopped_deadline())
    finally:
        shutil.rmtree(place)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
