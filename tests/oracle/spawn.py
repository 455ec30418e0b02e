#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""osbox spawn against Python's os and the kernel's own word.

usage: spawn.py OSBOX

What a child has: the record of `spawn` without a program is what os says in a
process of the same options; descriptors and files after file actions are those
of os.posix_spawn; signals are those of fork and exec; credentials are in
/proc/self/status as they were asked for, and with any system call of the drop
failing, or lying, the program is not executed.  What goes between osbox and its
child: signals, a terminal's too.  Prints TAP.
"""

import ctypes
import errno
import fcntl
import grp
import json
import os
import pwd
import random
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from testlib import CLEAN_ENV, Tap, forked, has_32_bits, need, run, strict_json  # noqa: E402

RTMIN = 34  # in osbox, also if it is built with musl, whose SIGRTMIN is 35
tap = Tap()
OSBOX = os.path.realpath(sys.argv[1]) if len(sys.argv) == 2 else sys.exit(__doc__)
SPAWN = [OSBOX, "spawn"]
TIMEOUT = 30
SANITIZED = os.environ.get("OSBOX_FLAVOUR") == "sanitized"


# ---- what is possible here ----


def become_nobody():
    """A whole change of user."""
    os.setgroups([1, 2])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)


PRIVILEGED = forked(become_nobody)
TRACED = bool(shutil.which("strace")) and run(["strace", "-o", "/dev/null", "true"]).status == 0


def status_of(text):
    """/proc/PID/status as a dict."""
    return dict(re.findall(r"^(\w+):[ \t]*(.*)$", text, re.M))


with open("/proc/self/status", encoding="ascii") as file:
    OURS = status_of(file.read())
PERMITTED = int(OURS["CapPrm"], 16)
BOUNDING = int(OURS["CapBnd"], 16)


def has(*capabilities):
    """Whether we have these capabilities."""
    return all(PERMITTED >> c & 1 for c in capabilities)


CHOWN, SETUID, SETPCAP, NET_BIND, NET_RAW = 0, 7, 8, 10, 13


# ---- parameters ----

# Prints what os says of its own process.
TELL = r"""
import json, os, resource, sys, base64
def text(b):
    try:
        return b.decode("utf-8", "strict")
    except UnicodeDecodeError:
        return {"b64": base64.b64encode(b).decode()}
def login():
    try:
        return os.getlogin()
    except OSError:
        return None
def limit(n):
    return "unlimited" if n == resource.RLIM_INFINITY else str(n)
names = sorted(n for n in dir(resource) if n.startswith("RLIMIT_") and n != "RLIMIT_OFILE")
ruid, euid, suid = os.getresuid()
rgid, egid, sgid = os.getresgid()
old = os.umask(0)
os.umask(old)
json.dump({
    "pid": os.getpid(), "ppid": os.getppid(), "pgid": os.getpgid(0), "sid": os.getsid(0),
    "ruid": ruid, "euid": euid, "suid": suid, "rgid": rgid, "egid": egid, "sgid": sgid,
    "groups": sorted(os.getgroups()), "login": login(), "umask": old, "cwd": text(os.getcwdb()),
    "exec_path": [text(os.fsencode(p)) for p in os.get_exec_path()], "ctermid": os.ctermid(),
    "priority": os.getpriority(os.PRIO_PROCESS, 0),
    "limits": {n[7:].lower(): "%s:%s" % tuple(map(limit, resource.getrlimit(getattr(resource, n))))
               for n in names},
    "environ": sorted((text(k + b"=" + v) for k, v in os.environb.items()), key=str),
    "affinity": sorted(os.sched_getaffinity(0)),
}, sys.stdout)
"""


def parameters(options, **more):
    """(osbox's record, os's word) for a process of these options."""
    record = run([*SPAWN, *options, "-J", "-F", "all"], **more)
    python = [sys.executable, "-I", "-S", "-c", TELL]
    told = run([*SPAWN, *options, "--path=parent", "--", *python], **more)
    if record.status or told.status or record.err or told.err:
        return None, None, [str(record), str(told)]
    return strict_json(record.out)[0], json.loads(told.out), []


def faults_of_parameters(options, different, **more):
    """Where the record and os differ, but for the members that are each process's own."""
    record, told, faults = parameters(options, **more)
    if faults:
        return faults
    limits = dict(item.split("=", 1) for item in record["limits"])
    faults += [f"limit {name}: {limits.get(name)}, not {value}"
               for name, value in told.pop("limits").items() if limits.get(name) != value]
    record["environ"].sort(key=str)
    record["groups"].sort()
    told.pop("affinity")
    # Python adds this variable to a C locale.
    told["environ"] = [v for v in told["environ"] if v != "LC_CTYPE=C.UTF-8"]
    for name, value in told.items():
        if name in different:
            if record[name] == value:
                faults.append(f"{name}: both are {value!r}")
        elif record[name] != value:
            faults.append(f"{name}: osbox says {record[name]!r}, os {value!r}")
    return [f"{' '.join(map(repr, options))}: {fault}" for fault in faults]


def check_parameters(place):
    """`spawn` without a program."""
    own = {"pid", "ppid"}
    hostile = os.path.join(os.fsencode(place), b"d\xff\n'x")
    os.mkdir(hostile)
    nofile = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    tap.ok("spawn without a program says what os says of a process",
           faults_of_parameters([], own))
    requests = [
        ["--umask=0"], ["--umask=0777"], ["--nice=3"], ["--nice=40"],
        [f"--rlimit=nofile={nofile // 2}:{nofile}"], ["--rlimit=core=0:0", "--rlimit=stack=1M:"],
        ["--rlimit=cpu=1000:2000", "--rlimit=fsize=1G:"],
        ["--chdir=/"], ["--chdir", hostile], ["-i"], ["-i", "-E", "A=1"],
        ["-E", b"X=\xff\n\x1b'", "-u", "HOME"], ["-E", "PATH=:/a b::/c,d:"], ["-E", "PATH="],
        ["-u", "PATH"], ["--no-new-privs"],
    ]
    faults = []
    for options in requests:
        faults += faults_of_parameters(options, own)
    tap.ok(f"the same with {len(requests)} sets of options", faults)
    different = own | {"pgid"}
    tap.ok("the same with --setpgroup", faults_of_parameters(["--setpgroup"], different))
    tap.ok("the same with --setsid", faults_of_parameters(["--setsid"], different | {"sid"}))
    with subprocess.Popen([*SPAWN, "-J"], stdout=subprocess.PIPE, env=CLEAN_ENV) as p:
        record = strict_json(p.stdout.read())[0]
    want = [p.pid, os.getpid(), os.getpgid(0), os.getsid(0)]
    got = [record[name] for name in ("pid", "ppid", "pgid", "sid")]
    tap.ok("pid, ppid, pgid and sid are osbox's own", [] if got == want else [f"{got}, not {want}"])
    sets = {name: sum(1 << capability(c) for c in record[f"cap_{name}"])
            for name in ("permitted", "effective", "inheritable", "bounding", "ambient")}
    keys = ["CapPrm", "CapEff", "CapInh", "CapBnd", "CapAmb"]
    tap.ok("the capabilities are those of /proc/self/status",
           [f"{key}: {value:x}, not {OURS[key]}" for key, value in zip(keys, sets.values())
            if value != int(OURS[key], 16)])


CAPABILITIES = ("chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap "
                "linux_immutable net_bind_service net_broadcast net_admin net_raw ipc_lock "
                "ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot "
                "sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write "
                "audit_control setfcap mac_override mac_admin syslog wake_alarm block_suspend "
                "audit_read perfmon bpf checkpoint_restore").split()


def capability(name):
    """The number of a capability's name."""
    return CAPABILITIES.index(name[4:]) if name.startswith("cap_") else int(name)


# ---- file actions ----

# Writes what is open in it: number, file, flags but for those that say nothing of the request.
LIST = r"""
import os, sys
found = []
for name in sorted(map(int, os.listdir("/proc/self/fd"))):
    try:
        link = os.readlink("/proc/self/fd/%d" % name)
        with open("/proc/self/fdinfo/%d" % name) as info:
            flags = [line.split()[1] for line in info if line.startswith("flags:")][0]
    except OSError:
        continue
    if not link.startswith("/proc/"):
        found.append("%d %s %s\n" % (name, link, flags))
with open(sys.argv[1], "w") as out:
    out.write(os.getcwd() + "\n" + "".join(found))
"""

# Descriptors that every child inherits, and which of them the actions use.
INHERITED = list(range(10, 60))
CHOSEN = [0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 59, 60, 99, 100]


def random_actions(chance):
    """A list of file actions, as os.posix_spawn's and as options."""
    actions, options = [], []
    for number in range(chance.randint(1, 8)):
        fd = chance.choice(CHOSEN)
        kind = chance.choice(["open", "open", "close", "dup2", "dup2", "dup2", "self"])
        if kind == "open":
            names, flags = chance.choice([
                ("rdonly", os.O_RDONLY),
                ("wronly,append,creat", os.O_WRONLY | os.O_APPEND | os.O_CREAT),
                ("rdwr,creat,0640", os.O_RDWR | os.O_CREAT),
                ("wronly,excl,creat", os.O_WRONLY | os.O_EXCL | os.O_CREAT),
            ])
            path = chance.choice(["present", "present", f"new{number}", "new", "nope/x"])
            mode = 0o640 if "0640" in names else 0o666
            actions.append((os.POSIX_SPAWN_OPEN, fd, path, flags, mode))
            options.append(f"--open={fd},{names}:{path}")
        elif kind == "close":
            actions.append((os.POSIX_SPAWN_CLOSE, fd))
            options.append(f"--close={fd}")
        else:
            other = fd if kind == "self" else chance.choice(CHOSEN)
            actions.append((os.POSIX_SPAWN_DUP2, fd, other))
            options.append(f"--dup2={fd}:{other}")
    return actions, options


def make_inherited(place):
    """Makes exactly 0, 1, 2 and INHERITED open and inherited; each its own file."""
    for fd in INHERITED:
        source = os.open(os.path.join(place, f"inherited{fd}"), os.O_RDWR | os.O_CREAT)
        os.dup2(source, fd, inheritable=True)
        os.close(source)


def in_child(place, action):
    """An action's exit status in a child that has INHERITED and stands in `place`."""
    pid = os.fork()
    if pid == 0:
        status = 99
        try:
            os.chdir(place)
            null = os.open("/dev/null", os.O_RDWR)
            for fd in (0, 1, 2):
                os.dup2(null, fd, inheritable=True)
            os.closerange(3, 10000)
            make_inherited(place)
            status = action()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def snapshot(place, target):
    """What a child left: its list, and the modes of all files."""
    try:
        with open(target, encoding="utf-8") as file:
            listed = file.read()
    except FileNotFoundError:
        listed = None
    modes = {name: os.stat(os.path.join(place, name)).st_mode for name in os.listdir(place)}
    return listed, modes


def refusal(code):
    """The exit status that stands for a file action's errno."""
    return {errno.EBADF: 201, errno.ENOENT: 202, errno.EEXIST: 203}.get(code, 200)


def one_sequence(top, number):
    """A fault where osbox and os.posix_spawn differ on a list of file actions."""
    actions, options = random_actions(random.Random(number))
    place = os.path.join(top, f"seq{number}")
    target = os.path.join(top, f"list{number}")
    argv = [sys.executable, "-I", "-S", "-c", LIST, target]
    results = []

    def with_python():
        try:
            pid = os.posix_spawn(argv[0], argv, CLEAN_ENV, file_actions=actions)
        except OSError as error:
            return refusal(error.errno)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def with_osbox():
        record = os.path.join(top, f"record{number}")
        pid = os.posix_spawn(OSBOX, [*SPAWN, *options, f"--status={record}", "-J", "--", *argv],
                             CLEAN_ENV)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if status == 125:
            with open(record, "rb") as file:
                told = strict_json(file.read())[0]
            action = options[told["index"]]
            if not action.startswith(f"--{told['step']}="):
                return 98
            return refusal(told["errno"])
        return status

    for action in (with_python, with_osbox):
        os.mkdir(place)
        with open(os.path.join(place, "present"), "wb"):
            pass
        status = in_child(place, action)
        results.append((status, *snapshot(place, target)))
        shutil.rmtree(place)
        if os.path.exists(target):
            os.unlink(target)
    if results[0] != results[1]:
        return (f"sequence {number}: {' '.join(options)}: "
                f"os.posix_spawn {results[0]}, osbox {results[1]}")
    return None


def check_file_actions(place):
    """Lists of file actions."""
    count = 150
    faults = [one_sequence(place, number) for number in range(count)]
    tap.ok(f"{count} lists of file actions do what os.posix_spawn's do, failures too",
           [fault for fault in faults if fault])


# ---- descriptors ----


def reader():
    """A Python that every user can run; None without one."""

    def usable(path):
        def check():
            become_nobody()
            if not os.access(path, os.X_OK):
                raise PermissionError

        return os.access(path, os.X_OK) and (not PRIVILEGED or forked(check))

    return next(filter(usable, [sys.executable, "/usr/bin/python3"]), None)


READER = reader()


def listed(place, options, before=None):
    """The numbers that are open in a program that osbox runs with INHERITED; its status."""
    target = os.path.join(place, "descriptors")
    if os.path.exists(target):
        os.unlink(target)
    argv = [*(before or []), *SPAWN, *options, "--", READER or sys.executable, "-I", "-S", "-c", LIST,
            target]

    def action():
        pid = os.fork()
        if pid == 0:
            os.execvpe(argv[0], argv, {**CLEAN_ENV, "ASAN_OPTIONS": "detect_leaks=0"})
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    status = in_child(place, action)
    try:
        with open(target, encoding="utf-8") as file:
            return status, [int(line.split()[0]) for line in file.read().split("\n")[1:-1]]
    except FileNotFoundError:
        return status, None


def check_descriptors(place):
    """A child has what osbox has, and what was asked for."""
    every = [0, 1, 2, *INHERITED]
    record = os.path.join(place, "record")
    cases = [
        ("nothing asked for", [], every),
        ("--status=FILE", [f"--status={record}"], every),
        ("--status=fd:N", ["--status=fd:20"], [fd for fd in every if fd != 20]),
        ("--timeout", ["--timeout=1h", "--kill-after=1s"], every),
        ("--timeout and --status", ["--timeout=1h", f"--status={record}"], every),
        ("--overlay", ["--overlay"], every),
        ("--overlay --status=FILE", ["--overlay", f"--status={record}"], every),
        ("--setns of our own namespace", [f"--setns={os.getpid()}"], every),
        ("--exec-fd", ["--close=10", "--close=59"], every[:3] + INHERITED[1:-1]),
        ("--closefrom=3", ["--closefrom=3"], [0, 1, 2]),
        ("--closefrom=3 with --status", ["--closefrom=3", f"--status={record}"], [0, 1, 2]),
        ("--closefrom=3 --overlay --status", ["--closefrom=3", "--overlay", f"--status={record}"],
         [0, 1, 2]),
        ("--closefrom=30", ["--closefrom=30"], [0, 1, 2, *range(10, 30)]),
        ("--closefrom=0", ["--closefrom=0"], []),
        ("--closerange=11:30", ["--closerange=11:30"],
         [fd for fd in every if not 11 <= fd < 30]),
        ("--closerange=11:30 with --status", ["--closerange=11:30", f"--status={record}"],
         [fd for fd in every if not 11 <= fd < 30]),
        ("--closerange=3:2147483647", ["--closerange=3:2147483647"], [0, 1, 2]),
        ("--closerange=30:11 closes nothing", ["--closerange=30:11"], every),
        ("--closerange=0:0 closes nothing", ["--closerange=0:0"], every),
        ("--pipe", ["--closefrom=3", "--pipe=4:3", "--pipe=0:7"], [0, 1, 2, 3, 4, 7]),
        ("--closefrom, then --dup2", ["--dup2=10:3", "--closefrom=4", "--dup2=3:5"],
         [0, 1, 2, 3, 5]),
    ]
    for name, options, want in cases:
        if name.startswith("--setns") and not has(21):
            continue
        status, got = listed(place, options)
        tap.ok(f"descriptors, {name}: those and no others",
               [] if (status, got) == (0, want) else [f"status {status}: {got}, not {want}"])
    own = [fd for fd in range(3, 10)] + [60, 61, 62, 63]
    faults = []
    for fd in own:
        for options in ([f"--open={fd}:/dev/null"], [f"--dup2=0:{fd}"], [f"--close={fd}"]):
            for more in ([f"--status={record}"], ["--status=fd:20"],
                         ["--overlay", f"--status={record}"],
                         ["--timeout=1h", f"--status={record}"]):
                status, got = listed(place, [*options, *more])
                want = sorted(set(every) | ({fd} if "close" not in options[0] else set()))
                want = [fd for fd in want if fd != 20 or "--status=fd:20" not in more]
                if (status, got) != (0, want):
                    faults.append(f"{options} {more}: status {status}, {got}, not {want}")
    tap.ok("file actions on numbers that osbox would take for itself do what they say", faults)
    faults = []
    for fd in [fd for fd in range(3, 10)] + [60, 61]:
        result = closed_record(place, fd, record)
        faults += [result] if result else []
    tap.ok("a record arrives although the program's file actions close every number", faults)
    if not TRACED:
        tap.skip("--closefrom without close_range(2)", "strace is not usable")
        return
    for error in ("ENOSYS", "EPERM"):
        for options, want in ((["--closefrom=3"], [0, 1, 2]), (["--closefrom=0"], []),
                              (["--closefrom=30", f"--status={record}"], [0, 1, 2, *range(10, 30)]),
                              (["--closerange=11:30", f"--status={record}"],
                               [fd for fd in every if not 11 <= fd < 30]),
                              (["--closerange=12:12"], every)):
            inject = ["strace", "-f", "-qq", "-o", os.path.join(place, "trace"), "-e",
                      "trace=close_range", "-e", f"inject=close_range:error={error}"]
            status, got = listed(place, options, inject)
            tap.ok(f"{' '.join(options[:1])} with close_range failing with {error} closes them too",
                   [] if (status, got) == (0, want) else [f"status {status}: {got}, not {want}"])


def closed_record(place, fd, record):
    """A fault when the record is not whole for a program whose first descriptors are all closed."""
    options = [f"--close={n}" for n in range(3, fd + 1)]
    status, _ = listed(place, [*options, "--closefrom=3", f"--status={record}", "-J"])
    with open(record, "rb") as file:
        told = strict_json(file.read())
    if status != 0 or len(told) != 1 or told[0]["exitcode"] != 0:
        return f"{options}: status {status}, {told}"
    return None


def check_close_on_exec(place):
    """--dup2=N:N clears close-on-exec of what was opened with it."""
    options = ["--closefrom=3"]
    options += [f"--open={fd},rdonly,cloexec:/dev/null" for fd in (5, 6)]
    status, got = listed(place, options)
    tap.ok("--open=...,cloexec is not the program's",
           [] if (status, got) == (0, [0, 1, 2]) else [f"status {status}: {got}"])
    status, got = listed(place, [*options, "--dup2=5:5", "--dup2=6:7"])
    tap.ok("--dup2=N:N clears close-on-exec, --dup2=N:M does not copy it",
           [] if (status, got) == (0, [0, 1, 2, 5, 7]) else [f"status {status}: {got}"])


# ---- signals ----

libc = ctypes.CDLL(None, use_errno=True)
SYS_RT_SIGACTION = {"x86_64": 13, "aarch64": 134}.get(os.uname().machine)


def ignore(signo):
    """SIG_IGN, for signals 32 and 33 too, which libc refuses."""
    if signo in (32, 33):
        action = (ctypes.c_ulong * 8)(1)
        libc.syscall(SYS_RT_SIGACTION, signo, ctypes.byref(action), None, 8)
    else:
        signal.signal(signo, signal.SIG_IGN)


def block(signals):
    """A mask, of 32 and 33 too."""
    mask = (ctypes.c_ulong * 1)(sum(1 << signo - 1 for signo in signals))
    numbers = {"x86_64": 14, "aarch64": 135}
    libc.syscall(numbers[os.uname().machine], 2, ctypes.byref(mask), None, 8)


def signals_of(argv, ignored=(), blocked=()):
    """(SigBlk, SigIgn) of a program that prints /proc/self/status, run from such a process."""

    def prepare():
        for signo in ignored:
            ignore(signo)
        block(blocked)

    # pylint: disable=subprocess-popen-preexec-fn
    result = run([*argv, "cat", "/proc/self/status"], preexec_fn=prepare, restore_signals=True)
    told = status_of(result.out.decode())
    if result.status != 0 or "SigIgn" not in told:
        return str(result)
    return int(told["SigBlk"], 16), int(told["SigIgn"], 16)


def mask_of(signals):
    """A set as /proc prints it."""
    return sum(1 << signo - 1 for signo in signals)


def check_signals():
    """Dispositions and masks."""
    if SYS_RT_SIGACTION is None:
        tap.skip("signals are inherited as by fork and exec", "this machine's numbers are not known")
        return
    faults = []
    sets = [(), (13,), (17,), (1,), (1, 2, 3, 13, 15, 17), (32, 33), (34, 64), (18, 20, 21, 22)]
    for ignored in sets:
        for blocked in sets:
            want = signals_of(["env"], ignored, blocked)
            for options in ([], ["--timeout=1h"], ["--overlay"], ["--status=/dev/null"]):
                got = signals_of([*SPAWN, *options, "--"], ignored, blocked)
                if got != want:
                    faults.append(f"ignored {ignored}, blocked {blocked}, {options}: "
                                  f"SigBlk and SigIgn are {got}, with env {want}")
            if want != (mask_of(blocked), mask_of(ignored)):
                faults.append(f"the test itself: {want}")
    tap.ok("ignored and blocked signals are inherited as env's program inherits them", faults)
    every = (1 << 64) - 1 & ~mask_of([9, 19])
    old = [1, 13, 17, 32, 33, RTMIN, 40]
    requests = [
        (["--setsigmask=none"], (0, None)), (["--setsigmask=all"], (every, None)),
        (["--setsigmask=TERM,SIGINT,32,33,RTMIN,64"], (mask_of([15, 2, 32, 33, RTMIN, 64]), None)),
        (["--setsigmask=KILL,STOP,HUP"], (mask_of([1]), None)),
        (["--setsigdef=all"], (None, 0)),
        (["--setsigdef=PIPE,32,RTMIN"], (None, mask_of([1, 17, 33, 40]))),
        (["--setsigdef=none"], (None, mask_of(old))),
        (["--setsigdef=KILL,STOP"], (None, mask_of(old))),
        (["--setsigign=32,33,RTMIN+2,RTMAX"], (None, mask_of([*old, RTMIN + 2, 64]))),
        (["--setsigign=all"], (None, every)),
        (["--setsigdef=all", "--setsigign=CHLD"], (None, mask_of([17]))),
        (["--setsigmask=CHLD", "--setsigign=CHLD"], (mask_of([17]), mask_of(old))),
    ]
    inherited = (mask_of([10, 12, 33]), mask_of(old))
    for mode in ([], ["--overlay"], ["--timeout=1h"]):
        faults = []
        for options, want in requests:
            want = tuple(i if w is None else w for w, i in zip(want, inherited))
            got = signals_of([*SPAWN, *mode, *options, "--"], old, [10, 12, 33])
            faults += [f"{options}: {got}, not {want}"] if got != want else []
        tap.ok(f"--setsigmask, --setsigdef and --setsigign {' '.join(mode)} do what they say", faults)
    faults = []
    for bad in (["--setsigign=KILL"], ["--setsigign=STOP,HUP"]):
        result = run([*SPAWN, *bad, "--", "echo", "ran"])
        if result.status != 125 or result.out or b"[EINVAL]" not in result.err:
            faults.append(str(result))
    for bad in ("--setsigmask=", "--setsigdef=NOPE", "--setsigign=65", "--setsigmask=0",
                "--setsigmask=TERM,", "--setsigdef=all,TERM", "--setsigign=RTMAX+1"):
        result = run([*SPAWN, bad, "--", "echo", "ran"])
        if result.status != 125 or result.out or result.err.count(b"\n") != 1:
            faults.append(str(result))
    tap.ok("signals that cannot be ignored, or are none, are refused", faults)
    result = run([*SPAWN, "--status=fd:1", "-g", "exitcode", "--", "sh", "-c", "exit 5"],
                 preexec_fn=lambda: ignore(signal.SIGCHLD))
    good = result.status == 5 and result.out == b"5\n"
    tap.ok("an ignored SIGCHLD does not lose the status", [] if good else [str(result)])


# ---- credentials ----


def user_groups(name):
    """What initgroups(3) gives, as /proc prints it."""
    entry = pwd.getpwnam(name)
    return sorted(set(os.getgrouplist(name, entry.pw_gid)))


def bits(*capabilities):
    """A capability set as /proc prints it."""
    return f"{sum(1 << c for c in capabilities):016x}"


def after_exec(uid, inheritable=0, ambient=0, bounding=BOUNDING):
    """Capabilities of a program without file capabilities (capabilities(7))."""
    inheritable |= ambient
    program = ambient
    if uid == 0:
        program = inheritable | bounding
    return {"CapInh": f"{inheritable:016x}", "CapPrm": f"{program:016x}",
            "CapEff": f"{program:016x}", "CapBnd": f"{bounding:016x}",
            "CapAmb": f"{ambient:016x}"}


def identity(uid, gid, groups):
    """Uid, Gid and Groups as /proc prints them."""
    return {"Uid": "\t".join([str(uid)] * 4), "Gid": "\t".join([str(gid)] * 4),
            "Groups": " ".join(map(str, sorted(set(groups))))}


def lowered(uid, gid, groups, **capabilities):
    """All of that for a user."""
    return {**identity(uid, gid, groups), **after_exec(uid, **capabilities)}


def credential_requests():
    """(options, what /proc/self/status is to say, whether a privilege is needed)."""
    names = [entry.pw_name for entry in pwd.getpwall()]
    rows = []

    def add(options, want, privileged=True):
        rows.append((options, want, privileged))

    if "nobody" in names:
        nobody = pwd.getpwnam("nobody")
        n_uid, n_gid, n_groups = nobody.pw_uid, nobody.pw_gid, user_groups("nobody")
        group = grp.getgrgid(n_gid).gr_name
        add(["--user=nobody"], lowered(n_uid, n_gid, n_groups))
        add([f"--user={n_uid}"], lowered(n_uid, n_gid, n_groups))
        add([f"--user=nobody:{group}"], lowered(n_uid, n_gid, n_groups))
        add(["--user=nobody:7"], lowered(n_uid, 7, os.getgrouplist("nobody", 7)))
        add(["--user=nobody", "--groups=init"], lowered(n_uid, n_gid, n_groups))
        add(["--user=nobody", "--groups=none"], lowered(n_uid, n_gid, []))
        add(["--user=nobody", "--groups=3,1,2,1"], lowered(n_uid, n_gid, [1, 2, 3]))
        add(["--user=nobody", "--cap-ambient=net_bind_service"],
            lowered(n_uid, n_gid, n_groups, ambient=1 << NET_BIND))
        add(["--user=nobody", "--cap-ambient=CAP_SETUID,chown"],
            lowered(n_uid, n_gid, n_groups, ambient=1 << SETUID | 1 << CHOWN))
        add(["--user=nobody", "--cap-ambient=all"],
            lowered(n_uid, n_gid, n_groups, ambient=PERMITTED))
        add(["--user=nobody", "--cap-ambient=none"], lowered(n_uid, n_gid, n_groups))
        add(["--user=nobody", "--cap-inheritable=13"],
            lowered(n_uid, n_gid, n_groups, inheritable=1 << NET_RAW))
        add(["--user=nobody", "--cap-inheritable=net_raw", "--cap-ambient=chown"],
            lowered(n_uid, n_gid, n_groups, inheritable=1 << NET_RAW, ambient=1 << CHOWN))
        add(["--user=nobody", "--cap-bounding=none"], lowered(n_uid, n_gid, n_groups, bounding=0))
        add(["--user=nobody", "--cap-bounding=chown", "--cap-ambient=chown"],
            lowered(n_uid, n_gid, n_groups, bounding=1 << CHOWN, ambient=1 << CHOWN))
        add(["--user=nobody", "--cap-iab=!cap_chown,^cap_net_raw,cap_setuid"],
            lowered(n_uid, n_gid, n_groups, bounding=BOUNDING & ~(1 << CHOWN),
                    ambient=1 << NET_RAW, inheritable=1 << SETUID))
        add(["--user=nobody", "--no-new-privs"],
            {**lowered(n_uid, n_gid, n_groups), "NoNewPrivs": "1"})
        add(["--user=nobody", "--setsigmask=all"],
            {**lowered(n_uid, n_gid, n_groups), "SigBlk": "fffffffffffbfeff"})
        add(["--user=nobody", "--umask=077", "--nice=2", "--rlimit=nofile=99", "--setsid"],
            {**lowered(n_uid, n_gid, n_groups), "Umask": "0077"})
    several = [name for name in names if len(user_groups(name)) > 1][:2]
    for name in [*several, "root"]:
        if name in names:
            entry = pwd.getpwnam(name)
            add([f"--user={name}"], lowered(entry.pw_uid, entry.pw_gid, user_groups(name)))
    add(["--user=12345:54321", "--groups=none"], lowered(12345, 54321, []))
    add(["--user=12345:54321", "--groups=7,4294967294,54321"],
        lowered(12345, 54321, [7, 4294967294, 54321]))
    add(["--user=12345:54321", "--groups=" + ",".join(str(n) for n in range(700, 500, -1))],
        lowered(12345, 54321, range(501, 701)))
    add(["--user=0:0", "--groups=none"], lowered(0, 0, []))
    add(["--groups=none"], {"Groups": ""})
    add(["--groups=5,4,3"], {"Groups": "3 4 5"})
    add(["--cap-bounding=chown,kill"], after_exec(os.getuid(), bounding=1 << CHOWN | 1 << 5))
    add(["--cap-bounding=none"], after_exec(os.getuid(), bounding=0))
    add(["--cap-bounding=all"], {"CapBnd": OURS["CapBnd"]}, False)
    add(["--cap-inheritable=net_raw"], after_exec(os.getuid(), inheritable=1 << NET_RAW))
    add(["--cap-ambient=none", "--cap-inheritable=none"], {"CapAmb": bits(), "CapInh": bits()}, False)
    add(["--cap-iab="], {"CapBnd": OURS["CapBnd"], "CapAmb": bits(), "CapInh": bits()}, False)
    add(["--cap-iab=!^cap_chown"], after_exec(os.getuid(), ambient=1 << CHOWN,
                                               bounding=BOUNDING & ~(1 << CHOWN)))
    add(["--cap-bounding=none", "--cap-ambient=cap_chown"],
        after_exec(os.getuid(), ambient=1 << CHOWN, bounding=0))
    add(["--cap-iab=!cap_chown"], after_exec(os.getuid(), bounding=BOUNDING & ~(1 << CHOWN)))
    add(["--no-new-privs"], {"NoNewPrivs": "1"}, False)
    add(["--resetids"], {}, False)
    add(["--setresuid=1:1:1", "--setresgid=2:3:4", "--groups=5"],
        {**after_exec(1), "Uid": "1\t1\t1\t1", "Gid": "2\t3\t3\t3", "Groups": "5"})
    add(["--setsigmask=TERM,32,33,RTMIN"], {"SigBlk": f"{mask_of([15, 32, 33, RTMIN]):016x}"}, False)
    add(["--setsigign=HUP,32,33,RTMAX"], {"SigIgn": f"{mask_of([1, 32, 33, 64]):016x}"}, False)
    add(["--setsigign=all"], {"SigIgn": "fffffffffffbfeff"}, False)
    add(["--umask=027"], {"Umask": "0027"}, False)
    return rows


COMPARED = ["Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs",
            "Seccomp", "SigBlk", "SigIgn", "Umask"]


def told_by_child(argv):
    """/proc/self/status of a program; what it is when it could not be run."""
    result = run([*argv, "cat", "/proc/self/status"])
    return result, {key: value.strip() for key, value in status_of(result.out.decode()).items()
                    if key in COMPARED}


def check_credentials(place):
    """What a child is, for each request."""
    _, plain = told_by_child(["env"])
    rows = credential_requests()
    done = 0
    for options, want, privileged in rows:
        claim = f"{' '.join(options)[:70]}: the child is exactly that"
        if privileged and not (PRIVILEGED and has(SETPCAP, NET_RAW, CHOWN, NET_BIND)):
            tap.skip(claim, "it needs privileges that we have not")
            continue
        result, told = told_by_child([*SPAWN, *options, "--"])
        want = {**plain, **want}
        faults = [f"{key}: {told.get(key)!r}, not {want[key]!r}" for key in want
                  if told.get(key) != want[key]]
        faults = [str(result)] if result.status != 0 else faults
        if READER and result.status == 0:
            _, got = listed(place, options)
            faults += [f"descriptors {got}"] if got != [0, 1, 2, *INHERITED] else []
        tap.ok(claim, faults)
        done += 1
    print(f"# {done} of {len(rows)} requests")


# ---- the drop with a call that fails, or lies ----

# Where there are calls for numbers of users of 16 bits, too.
WIDE = "32" if has_32_bits(OSBOX) else ""
SETTERS = ["setgroups" + WIDE, "setresgid" + WIDE, "setresuid" + WIDE, "capset", "prctl"]
GETTERS = ["getresuid" + WIDE, "getresgid" + WIDE, "getgroups" + WIDE, "capget"]
TARGET = "/bin/cat"


def drop_requests():
    """Requests in which each call of the drop is made."""
    nobody = ["--user=65534:65534", "--groups=1,2,3"]
    return [
        nobody,
        ["--user=65534:65534", "--groups=none"],
        [*nobody, "--cap-ambient=net_bind_service"],
        [*nobody, "--cap-inheritable=net_raw", "--cap-ambient=chown"],
        [*nobody, "--cap-bounding=chown"],
        [*nobody, "--cap-bounding=none"],
        [*nobody, "--cap-inheritable=net_raw", "--no-new-privs"],
        ["--groups=1,2,3"],
        ["--cap-bounding=none"],
        ["--cap-bounding=chown,kill"],
        ["--cap-inheritable=net_raw", "--cap-ambient=net_raw"],
        ["--resetids", "--groups=none", "--no-new-privs"],
        ["--setresuid=65534:65533:65532", "--setresgid=65534:65533:65532", "--groups=1,2"],
    ]


def trace_drop(options, log, inject=None):
    """Runs a request below strace: the result, whether the target was executed, the trace."""
    calls = ",".join(["execve", *SETTERS, *GETTERS])
    argv = ["strace", "-f", "-qq", "-o", log, "-e", f"trace={calls}"]
    if inject:
        argv += ["-e", f"inject={inject}"]
    record = log + ".record"
    result = run([*argv, "--", *SPAWN, *options, f"--status={record}", "-J", "--", TARGET,
                  "/proc/self/status"], env={"ASAN_OPTIONS": "detect_leaks=0"}, timeout=TIMEOUT)
    with open(log, encoding="utf-8", errors="replace") as file:
        text = file.read()
    executed = f'execve("{TARGET}"' in text
    told = None
    if os.path.exists(record):
        with open(record, "rb") as file:
            data = file.read()
        told = (strict_json(data) or [None])[0]
    return result, executed, text, told


def injected_points(options, log):
    """(call, inject expression, errno or None for a lie) of each point; the credentials without."""
    result, executed, text, _ = trace_drop(options, log)
    if result.status != 0 or not executed:
        return [], None, [f"{options}: does not work while it is traced: {result}"]
    plain = {key: value.strip() for key, value in status_of(result.out.decode()).items()
             if key in COMPARED}
    # strace counts the calls of each process by themselves.
    child = re.search(r"^(\d+) +execve\(\"" + TARGET, text, re.M).group(1)
    before = text.partition(f"{child} execve(")[0]
    calls = re.findall(rf"^{child} +(\w+)\((.*)$", before, re.M)
    points = []
    for call in SETTERS + GETTERS:
        count = sum(1 for name, _ in calls if name == call)
        if not count:
            continue
        for error in ("EPERM", "EAGAIN", "EINVAL"):
            points.append((call, f"{call}:error={error}:when=1+", error))
            points += [(call, f"{call}:error={error}:when={n}", error)
                       for n in range(1, count + 1) if n <= 3 or n == count]
        if call in SETTERS[:4]:
            points.append((call, f"{call}:retval=0:when=1+", None))
            points += [(call, f"{call}:retval=0:when={n}", None) for n in range(1, count + 1)]
    seen = 0
    for name, arguments in calls:
        if name != "prctl":
            continue
        seen += 1
        if re.match(r"PR_(CAPBSET_DROP|CAP_AMBIENT, PR_CAP_AMBIENT_(RAISE|CLEAR)|SET_)", arguments):
            points.append(("prctl", f"prctl:retval=0:when={seen}", None))
    return points, plain, []


def fault_of_drop(options, point, plain, log):
    """What is wrong with the outcome of one point."""
    call, inject, error = point
    result, executed, text, record = trace_drop(options, log, inject)
    os.unlink(log)
    name = f"{' '.join(options)}: {inject}"
    if "(INJECTED)" not in text:
        return f"{name}: it was not injected"
    if executed:
        told = {key: value.strip() for key, value in status_of(result.out.decode()).items()
                if key in COMPARED}
        # What is as it was asked for may run: a call that had nothing to do, or a kernel that says
        # by EINVAL that it has no such thing.
        if told == plain and (error is None or (call, error) == ("prctl", "EINVAL")
                              or "when=1+" not in inject):
            return None
        different = {key: (told.get(key), value) for key, value in plain.items()
                     if told.get(key) != value}
        return f"{name}: the target was executed: {different or 'although a step failed'}"
    if result.status != 125:
        return f"{name}: status {result.status}, not 125: {result}"
    if record is None or record["pid"] is not None or not record["step"]:
        return f"{name}: the record does not say so: {record}"
    if error is None and record["error"] not in ("EPROTO", "EPERM", "EINVAL"):
        return f"{name}: error {record['error']}, not EPROTO"
    return None


def check_drop(place):
    """Each call of the drop failing or lying."""
    claim = "with a call of the drop failing or lying, the target is not executed"
    if not TRACED:
        tap.skip(claim, "strace is not usable")
        return
    if not (PRIVILEGED and has(SETPCAP, NET_RAW, CHOWN, NET_BIND)):
        tap.skip(claim, "it needs privileges that we have not")
        return
    total = 0
    with ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2)) as pool:
        for number, options in enumerate(drop_requests()):
            points, plain, faults = injected_points(options, os.path.join(place, "trace"))

            def one(numbered, options=options, plain=plain, number=number):
                at, point = numbered
                return fault_of_drop(options, point, plain, os.path.join(place, f"t{number}.{at}"))

            faults += [fault for fault in pool.map(one, enumerate(points)) if fault]
            tap.ok(f"{' '.join(options)}: a call that fails or lies: 125, not executed "
                   f"({len(points)} points)", faults)
            total += len(points)
    print(f"# {total} points")
    lies = []
    for call in ("setresuid", "setresgid", "setgroups"):
        result, executed, _, record = trace_drop(drop_requests()[0], os.path.join(place, "trace"),
                                                 f"{call}{WIDE}:retval=0:when=1+")
        if executed or result.status != 125 or record["error"] != "EPROTO":
            lies.append(f"{call}: {result}, {record}")
    tap.ok("a setresuid, setresgid or setgroups that lies is EPROTO", lies)


def check_ordinary(place):
    """What holds for everybody: without privilege nothing is executed."""
    drop = []
    if PRIVILEGED:
        drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
    faults = []
    del place
    for options, step in (
        (["--user=0:0", "--groups=none"], "setgroups"), (["--groups=1"], "setgroups"),
        (["--groups=none"], "setgroups"), (["--cap-bounding=none"], "bounding"),
        (["--cap-ambient=chown"], "ambient"), (["--cap-inheritable=chown"], "inheritable"),
        (["--cap-iab=^cap_chown"], "inheritable"), (["--chroot=/"], "chroot"),
    ):
        result = run([*drop, *SPAWN, *options, "--status=fd:1", "-J", "--", "echo", "ran"])
        record = strict_json(result.out)
        if result.status != 125 or len(record) != 1 or record[0]["step"] != step \
                or record[0]["error"] != "EPERM":
            faults.append(f"{options}: {result}")
    tap.ok("without privilege each request is 125 with EPERM, and nothing is executed", faults)


def check_lies(place):
    """Steps that everybody may ask for, with a kernel that says yes and does nothing."""
    claim = "a step that the kernel only says it did is EPROTO, and nothing is executed"
    if not TRACED:
        tap.skip(claim, "strace is not usable")
        return
    cpus = sorted(os.sched_getaffinity(0))
    rows = [
        ("setpriority", ["--nice=3"], "nice"), ("setpgid", ["--setpgroup"], "setpgid"),
        ("setsid", ["--setsid"], "setsid"), ("sched_setscheduler", ["--scheduler=batch"], "scheduler"),
        ("umask", ["--umask=012"], "umask"),
    ]
    if len(cpus) > 1:
        rows.append(("sched_setaffinity", [f"--affinity={cpus[0]}"], "affinity"))
    faults = []
    log = os.path.join(place, "trace")
    for call, options, step in rows:
        result = run(["strace", "-f", "-qq", "-o", log, "-e", f"trace={call},execve", "-e",
                      f"inject={call}:retval=0", "--", *SPAWN, *options, "--status=fd:1", "-J", "--",
                      TARGET, "/dev/null"], env={"ASAN_OPTIONS": "detect_leaks=0"})
        record = (strict_json(result.out) or [{}])[0]
        with open(log, encoding="utf-8", errors="replace") as trace:
            executed = f'execve("{TARGET}"' in trace.read()
        if (result.status, record.get("step"), record.get("error"), executed) != \
                (125, step, "EPROTO", False):
            faults.append(f"{call}: {result}")
    tap.ok(claim, faults)


def check_close_on_exec_of_ours(place):
    """What osbox opens for itself is never without close-on-exec."""
    claim = "every descriptor that osbox makes for itself has close-on-exec from the start"
    if not TRACED or SANITIZED:
        tap.skip(claim, "strace is not usable" if not TRACED else "a sanitizer opens files too")
        return
    faults = []
    log, record = os.path.join(place, "trace"), os.path.join(place, "record")
    for options in ([], [f"--status={record}"], ["--status=fd:1"], ["--timeout=1h"], ["--nowait"],
                    ["--overlay", f"--status={record}"], ["-J"], [f"--setns={os.getpid()}"],
                    ["--user=0", "--dry-run"], ["--closefrom=3"]):
        if options[0:1] == [f"--setns={os.getpid()}"] and not has(21):
            continue
        program = [] if options == ["-J"] else ["--", "true"]
        run(["strace", "-f", "-qq", "-o", log, "-e", "trace=desc,network,memfd_create", "--", *SPAWN,
             *options, *program], env={"ASAN_OPTIONS": "detect_leaks=0"})
        with open(log, encoding="utf-8", errors="replace") as trace:
            text = trace.read()
        ours = text.split(" ", 1)[0]
        for line in text.split("\n"):
            call = re.match(rf"{ours} +(\w+)\((.*)\) += (\d+)", line)
            if not call or not re.match(r"open|creat|socket|pipe|dup|accept|eventfd|signalfd|epoll_create|"
                                        r"timerfd_create|pidfd_open|memfd|fcntl(64)?", call.group(1)):
                continue
            if call.group(1) == "pidfd_open" or (call.group(1).startswith("fcntl") and "F_DUPFD" not in line):
                continue
            # Back to where it was: the standard error of --overlay.
            if call.group(1) == "dup2" and int(call.group(3)) < 3:
                continue
            if "CLOEXEC" not in line:
                faults.append(f"{options}: {line}")
    tap.ok(claim, faults)


# ---- signals between osbox, its child, and others ----

# Waits for blocked signals, says which came, and ends at SIGUSR2.
REPORTER = r"""
import os, signal, sys
print("ready", os.getpid(), flush=True)
while True:
    signo = signal.sigwait(signal.valid_signals())
    if signo in (17, 18, 28):
        continue
    print(signo, flush=True)
    if signo == signal.SIGUSR2:
        sys.exit(33)
"""
REPORT = [sys.executable, "-I", "-S", "-c", REPORTER]


def check_forwarding():
    """Signals to osbox reach the child."""
    for options in ([], ["--timeout=1h"], ["--timeout=1h", "--foreground"], ["--setsid"]):
        argv = [*SPAWN, *options, "--setsigmask=all", "--", *REPORT]
        faults = []
        with subprocess.Popen(argv, stdout=subprocess.PIPE, env=CLEAN_ENV) as p:
            ready = p.stdout.readline().split()
            for signo in (1, 2, 3, 10, 14, 15, 34, 50, 64):
                os.kill(p.pid, signo)
                got = p.stdout.readline()
                if got != b"%d\n" % signo:
                    faults.append(f"sent {signo}, the child got {got!r}")
                    break
            os.kill(p.pid, signal.SIGUSR2)
            rest = p.stdout.read()
        if ready[:1] != [b"ready"] or rest != b"12\n" or p.returncode != 33:
            faults.append(f"{ready}, {rest!r}, status {p.returncode}")
        tap.ok(f"signals sent to osbox reach the child, once each {' '.join(options)}".strip(), faults)
    with subprocess.Popen([*SPAWN, "--", "sh", "-c", "echo ready; exec sleep 1000"],
                          stdout=subprocess.PIPE, env=CLEAN_ENV) as p:
        p.stdout.readline()
        os.kill(p.pid, signal.SIGTERM)
        p.stdout.read()
    tap.ok("a child that dies of a forwarded SIGTERM: 143", p.returncode == 143)


def check_group():
    """A signal goes to the group, or to the child alone."""
    script = ("(trap 'echo grandchild; exit' TERM; echo ready; while :; do sleep 0.01; done) & "
              "trap 'wait; echo child; exit 5' TERM; echo ready; wait")
    for options, want in ((["--timeout=1h"], b"grandchild\nchild\n"),):
        with subprocess.Popen([*SPAWN, *options, "--", "sh", "-c", script], env=CLEAN_ENV,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as p:
            p.stdout.readline()
            p.stdout.readline()
            os.kill(p.pid, signal.SIGTERM)
            got = p.stdout.read()
        tap.ok(f"{options[0]}: a forwarded signal goes to the child's whole group",
               [] if (got, p.returncode) == (want, 5) else [f"{got!r}, status {p.returncode}"])


# ---- a terminal ----


def on_terminal(argv):
    """Starts a program as the leader of a session on a terminal of its own: (pid, leader)."""
    pid, leader = os.forkpty()
    if pid == 0:
        attributes = termios.tcgetattr(0)
        attributes[1] &= ~termios.OPOST
        attributes[3] &= ~termios.ECHO
        termios.tcsetattr(0, termios.TCSANOW, attributes)
        os.execve(argv[0], argv, CLEAN_ENV)
    return pid, leader


class Screen:
    """What reaches a terminal."""

    def __init__(self, leader):
        self.leader, self.data = leader, b""

    def until(self, text):
        """Reads until the text was there; False at the end, or after a long time."""
        while text not in self.data:
            if not select.select([self.leader], [], [], TIMEOUT)[0]:
                return False
            try:
                block_ = os.read(self.leader, 4096)
            except OSError:
                return False
            if not block_:
                return False
            self.data += block_
        self.data = self.data.partition(text)[2]
        return True

    def rest(self):
        """All that comes until the terminal is closed."""
        self.until(b"\0 never")
        os.close(self.leader)
        return self.data


def check_interrupt():
    """^C."""
    for options in ([], ["--timeout=1h"], ["--setpgroup"]):
        pid, leader = on_terminal([*SPAWN, *options, "--", "sh", "-c",
                                   "echo ready; exec sleep 1000"])
        screen = Screen(leader)
        ready = screen.until(b"ready\n")
        os.write(leader, b"\x03")
        status = os.waitpid(pid, 0)[1]
        os.close(leader)
        tap.ok(f"^C ends the child, and osbox dies of SIGINT itself {' '.join(options)}".strip(),
               [] if ready and os.waitstatus_to_exitcode(status) == -2 else [f"status {status:#x}"])
    # Python's handlers can miss a signal that comes right before a read.
    script = ("import signal, sys\nsignal.pthread_sigmask(signal.SIG_BLOCK, [2])\nprint('ready')\n"
              "for count in 1, 2, 3:\n    signal.sigwait([2])\n    print('took', count)\n"
              "sys.stdin.readline()\nprint('more', signal.sigpending())\nsys.exit(9)\n")
    for options in ([], ["--timeout=1h", "--foreground"]):
        pid, leader = on_terminal([*SPAWN, *options, "--", sys.executable, "-I", "-S", "-u", "-c",
                                   script])
        screen = Screen(leader)
        good = screen.until(b"ready\n")
        for number in (1, 2, 3):
            os.write(leader, b"\x03")
            good = good and screen.until(b"took %d\n" % number)
        os.write(leader, b"go on\n")
        good = good and screen.until(b"more set()\n")
        if not good:
            os.kill(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
        os.close(leader)
        tap.ok(f"a child that takes ^C gets each once, and its status is osbox's "
               f"{' '.join(options)}".strip(),
               [] if good and os.waitstatus_to_exitcode(status) == 9 else
               [f"status {status:#x}, seen {screen.data!r}"])


def job(argv):
    """Runs a program as an interactive shell does, in a session of its own: a group in the
    foreground.  Called in a child that leads the session; gives the pid."""
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        os.tcsetpgrp(0, os.getpgrp())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        os.execve(argv[0], argv, CLEAN_ENV)
    try:
        os.setpgid(pid, pid)
    except OSError:
        pass
    return pid


def stop_and_go(options):
    """The shell's part: waits for the stop, says so, continues, waits for the end."""
    pid = job([*SPAWN, *options, "--", "sh", "-c", "echo ready; read x; echo got $x; exit 6"])
    _, status = os.waitpid(pid, os.WUNTRACED)
    if not os.WIFSTOPPED(status):
        print("no stop", hex(status), flush=True)
        return 1
    print("stopped", os.WSTOPSIG(status), flush=True)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.tcsetpgrp(0, pid)
    os.kill(-pid, signal.SIGCONT)
    _, status = os.waitpid(pid, os.WUNTRACED)
    os.tcsetpgrp(0, os.getpgrp())
    print("ended", os.waitstatus_to_exitcode(status) if not os.WIFSTOPPED(status) else "stop",
          flush=True)
    return 0


def check_stop():
    """^Z and fg."""
    for options in ([], ["--timeout=1h", "--foreground"], ["--status=/dev/null"]):
        pid, leader = os.forkpty()
        if pid == 0:
            status = 1
            try:
                attributes = termios.tcgetattr(0)
                attributes[1] &= ~termios.OPOST
                attributes[3] &= ~termios.ECHO
                termios.tcsetattr(0, termios.TCSANOW, attributes)
                status = stop_and_go(options)
            finally:
                os._exit(status)
        screen = Screen(leader)
        good = screen.until(b"ready\n")
        os.write(leader, b"\x1a")
        good = good and screen.until(b"stopped ")
        os.write(leader, b"word\n")
        good = good and screen.until(b"got word\n") and screen.until(b"ended 6\n")
        if not good:
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(leader)
        tap.ok(f"^Z stops osbox and its child, SIGCONT continues both {' '.join(options)}".strip(),
               [] if good else [f"seen {screen.data!r}"])


# ---- the namespaces of a process that ends ----

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWUSER = 0x00020000, 0x04000000, 0x10000000
WITHOUT_REQUESTS = ["strace", "-o", "/dev/null", "-e", "trace=ioctl", "-e",
                    "inject=ioctl:error=ENOTTY"]


def with_hostname(lifetime):
    """A process in another UTS namespace, where the host is called `inside`: its pid; None where
    that is not possible."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        libc = ctypes.CDLL(None)
        good = any(libc.unshare(more | CLONE_NEWUTS) == 0 for more in (0, CLONE_NEWUSER)) and \
            libc.sethostname(b"inside", 6) == 0
        os.write(theirs, b"y" if good else b"n")
        os.close(theirs)
        time.sleep(lifetime if good else 0)
        os._exit(0)
    os.close(theirs)
    good = os.read(ours, 1) == b"y"
    os.close(ours)
    if not good:
        os.waitpid(pid, 0)
    return pid if good else None


def joins(pid, before, target="{}"):
    """What `uname -n` says in the namespaces of the process: (status, output)."""
    p = run([*before, *SPAWN, f"--setns={target.format(pid)}", "uname", "-n"],
            env={"ASAN_OPTIONS": "detect_leaks=0"})
    return p.status, p.out.strip()


def same_user_namespace(pid):
    """Whether the process is in our user namespace."""
    return os.readlink(f"/proc/{pid}/ns/user") == os.readlink("/proc/self/ns/user")


def reap(pid, signo=signal.SIGKILL):
    """Ends a child."""
    os.kill(pid, signo)
    os.waitpid(pid, 0)


def fault_of_race(before, count):
    """Processes that end at any time: the program runs in their namespaces, or not at all."""
    for number in range(count):
        pid = with_hostname(random.random() / 250)
        got = joins(pid, before)
        reap(pid)
        if got not in ((0, b"inside"), (125, b"")):
            return [f"process {number}: {got}"]
    return []


def check_setns():
    """--setns=PID never runs the program in our own namespaces."""
    pid = with_hostname(1000)
    ways = {"": []}
    if need(["strace"]) and run([*WITHOUT_REQUESTS, "true"]).status == 0:
        ways[", on a kernel without the requests for namespaces"] = WITHOUT_REQUESTS
    without_proc = ["unshare", "-Urm", "sh", "-c", "mount -t tmpfs none /proc && exec \"$@\"", "sh"]
    reason = "no namespaces here"
    kinds = "uts" if pid and same_user_namespace(pid) else "user,uts"
    for name, before in ways.items():
        if pid is None:
            tap.skip(f"--setns joins{name}", reason)
            continue
        got = [joins(pid, before, target) for target in ("{}", f"{kinds}@{{}}")]
        tap.ok(f"--setns joins{name}", [] if got == [(0, b"inside")] * 2 else [f"{got}"])
        got = joins(os.getpid(), before)
        tap.ok(f"--setns: in the same namespaces there is nothing to join{name}",
               [] if got == (0, os.uname().nodename.encode()) else [f"{got}"])
        zombie = os.fork()
        if zombie == 0:
            os._exit(0)
        os.waitid(os.P_PID, zombie, os.WEXITED | os.WNOWAIT)
        got = [joins(zombie, before, target) for target in ("{}", "uts@{}")]
        os.waitpid(zombie, 0)
        tap.ok(f"--setns of a zombie fails{name}", [] if got == [(125, b"")] * 2 else [f"{got}"])
        tap.ok(f"--setns of processes that end meanwhile{name}",
               fault_of_race(before, 1000 if os.environ.get("OSBOX_FULL") else 200 // (1 + 3 * bool(before))))
        if SANITIZED:
            tap.skip(f"--setns without /proc joins or fails{name}", "a sanitizer needs /proc")
        elif run([*without_proc, "true"]).status == 0:
            got = joins(pid, [*without_proc, *before])
            tap.ok(f"--setns without /proc joins or fails{name}",
                   [] if got in ((0, b"inside"), (125, b"")) else [f"{got}"])
        else:
            tap.skip(f"--setns without /proc joins or fails{name}", "no mount namespaces here")
    if pid is not None:
        reap(pid)


# ---- --dry-run ----

IDS = {"ruid", "euid", "suid", "rgid", "egid", "sgid", "groups"}
NUMBERS = {"pid", "ppid"}  # a process that does not exist has none
# Options, and what only doing them shows.
PLANNED = [
    ([], set()), (["--umask=077", "--nice=3", "--nice=40", "--no-new-privs"], set()),
    (["--nice=-50"], set()), (["--rlimit=nofile=100", "--rlimit=core=:7"], set()),
    (["--chdir=/usr", "--chdir=bin"], set()), (["--chdir=/proc/self"], {"cwd"}),
    (["--fchdir=5"], set()), (["--dup2=6:5", "--fchdir=5"], {"cwd"}),
    (["--open=5:/usr", "--fchdir=5"], {"cwd"}), (["--pipe=6:8", "--fchdir=5"], set()),
    (["--chroot=/usr"], {"login"}), (["--chroot=/usr", "--chdir=bin"], {"cwd", "login"}),
    (["--setsid"], {"pgid", "sid"}), (["--setpgroup"], {"pgid"}),
    (["--setsigmask=USR1,KILL,64", "--setsigign=INT,33", "--setsigdef=PIPE"], set()),
    (["--setsigmask=all", "--setsigign=all"], set()), (["--setsigdef=all"], set()),
    (["-i", "-E", "PATH=/x:", "-E", "A=1"], set()),
    (["--user=nobody"], set()), (["--user=nobody:0", "--groups=5,1,5"], set()),
    (["--user=root"], set()), (["--groups=none"], set()), (["--resetids"], set()),
    (["--setresuid=1:2:3", "--setresgid=4:5:6"], set()), (["--setresuid=:2:"], set()),
    (["--setresuid=:0:", "--setresgid=::9"], set()), (["--setresuid=1:2:", "--cap-ambient=chown"], set()),
    (["--setresuid=0::1", "--cap-inheritable=kill"], set()),
    (["--setresuid=1:1:1", "--cap-ambient=chown", "--groups=3"], set()),
    (["--map-root-user", "--setresuid=0::0", "--setresgid=::0"], {"groups", "login"}),
    (["--cap-bounding=chown,kill"], set()), (["--cap-inheritable=chown"], set()),
    (["--cap-ambient=chown"], set()), (["--cap-iab=!cap_kill,^cap_chown,cap_net_raw"], set()),
    (["--cap-ambient=chown", "--cap-inheritable=kill", "--user=1:2", "--groups=none"], set()),
    (["--cap-inheritable=kill", "--user=1:2", "--groups=none"], set()),
    (["--unshare=user"], IDS | {"login"}), (["--map-root-user"], {"groups", "login"}),
    (["--map-root-user", "--cap-bounding=chown"], {"groups", "login"}),
    (["--unshare=user", "--cap-ambient=chown"], IDS | {"login"}),
    (["--unshare=pid"], {"pgid", "sid"}), (["--unshare=uts"], set()),
    (["--unshare=mnt", "--chdir=/usr"], set()),
    (["--setns=fd:7"], IDS | {"login", "nodename", "domainname"}),
    (["--setns=mnt@fd:7"], {"login"}),
]


def state(options, descriptors, set_up):
    """The record of a process, and what was said."""
    p = run([*SPAWN, "-J", "-F", "all", *options], pass_fds=descriptors, preexec_fn=set_up,
            env={"ASAN_OPTIONS": "detect_leaks=0"})
    return strict_json(p.out)[0] if p.status == 0 else None, p.err


def with_namespaces():
    """A process in other user, mount and UTS namespaces: its pid; None where that is not possible."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        good = ctypes.CDLL(None).unshare(CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWNS) == 0
        os.write(theirs, b"y" if good else b"n")
        signal.pause()
    os.close(theirs)
    good = os.read(ours, 1) == b"y"
    os.close(ours)
    if not good:
        reap(pid)
    return pid if good else None


def fault_of_plan(options, unknown, descriptors, set_up):
    """What --dry-run prints is what a process without it has, or null."""
    done, said = state(options, descriptors, set_up)
    if done is None and not re.search(rb"EPERM|EACCES|EPROTO", said):
        return [f"{options}: {said}"]
    planned, said = state(["--dry-run", "-F", ",".join(done or ["groups"]), *options],
                          descriptors, set_up)
    if planned is None:
        return [] if done is None else [f"{options}: {said}"]
    if done is None:
        return []
    null = {name for name, value in planned.items() if value is None and done[name] is not None}
    other = {name: (value, done[name]) for name, value in planned.items()
             if value is not None and value != done[name]}
    faults = [f"{options}: {other}"] if other else []
    if null - NUMBERS != {name for name in unknown if done[name] is not None}:
        faults.append(f"{options}: null: {null}")
    return faults


def check_dry_run():
    """--dry-run with fields of the process."""
    target = with_namespaces()
    pidfd = os.pidfd_open(target) if target else -1
    for want, fd in ((5, os.open("/usr/lib", os.O_RDONLY)), (6, os.open("/usr", os.O_RDONLY)),
                     (7, pidfd)):
        if fd >= 0:
            os.dup2(fd, want)
    descriptors = [5, 6, *([7] if target else [])]
    ids = {
        "": lambda: None,
        " with groups": lambda: os.setgroups([4, 9, 100]),
        " whose effective user is root": lambda: os.setresuid(1, 0, 5),
        " whose real user is root": lambda: os.setresuid(0, 7, 0),
        " of an ordinary user": lambda: (os.setgroups([]), os.setresgid(*[65534] * 3),
                                         os.setresuid(*[65534] * 3)),
    }
    for name, set_up in ids.items():
        claim = f"--dry-run prints what a process{name} would have"
        if SANITIZED and "whose" in name:
            tap.skip(claim, "a sanitizer cannot work with such ids")
            continue
        if not forked(set_up):
            tap.skip(claim, "these ids cannot be set here")
            continue
        tap.ok(claim, [fault for options, unknown in PLANNED
                       if target or not options[0:1] or "fd:7" not in options[0]
                       for fault in fault_of_plan(options, unknown, descriptors, set_up)])
    for fd in descriptors:
        os.close(fd)
    if target:
        os.close(pidfd)
        reap(target)


# ---- a step that blocks, on a terminal ----


def children(pid):
    """The states of a process's children: 'S', 'D', 'T'."""
    states = []
    for entry in os.listdir("/proc"):
        try:
            with open(f"/proc/{entry}/stat", encoding="ascii", errors="replace") as f:
                words = f.read().rpartition(")")[2].split()
        except (OSError, ValueError):
            continue
        if entry.isdigit() and int(words[1]) == pid:
            states.append(words[0])
    return states


def is_blocked(pid):
    """Waits until one child does a step that blocks, and another waits for it."""
    for _ in range(TIMEOUT * 1000):
        states = children(pid)
        if len(states) == 2 and set(states) <= {"S", "D"}:
            return True
        time.sleep(0.001)
    return False


def interrupt_start(fifo, options):
    """^C while a step blocks: the exit code, and how many processes are left in the session."""
    pid, leader = on_terminal([*SPAWN, *options, f"--open=3:{fifo}", "--", "sh", "-c", "exit 3"])
    blocked = is_blocked(pid)
    os.write(leader, b"\x03")
    status = os.waitpid(pid, 0)[1]
    os.close(leader)
    return blocked, os.waitstatus_to_exitcode(status)


def stop_start(fifo):
    """The shell's part: ^Z stops osbox while a step blocks, and fg continues it."""
    pid = job([*SPAWN, f"--open=3:{fifo}", "--", "sh", "-c", "echo got it; exit 6"])
    print("blocked", is_blocked(pid), flush=True)
    _, status = os.waitpid(pid, os.WUNTRACED)
    print("stopped", os.WIFSTOPPED(status) and os.WSTOPSIG(status), flush=True)
    with open(fifo, "wb"):
        pass
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.tcsetpgrp(0, pid)
    os.kill(-pid, signal.SIGCONT)
    _, status = os.waitpid(pid, os.WUNTRACED)
    os.tcsetpgrp(0, os.getpgrp())
    print("ended", os.waitstatus_to_exitcode(status), flush=True)
    return 0


def check_blocked_start(place):
    """The keys of a terminal while a step blocks."""
    fifo = os.path.join(place, "blocked")
    os.mkfifo(fifo)
    for options in ([], ["--timeout=1h"], ["--setpgroup"], ["--setsid"], ["--setsigign=all"]):
        got = interrupt_start(fifo, options)
        tap.ok(f"^C ends a start that blocks {' '.join(options)}".strip(),
               [] if got == (True, -2) else [f"{got}"])
    pid, leader = os.forkpty()
    if pid == 0:
        status = 1
        try:
            status = stop_start(fifo)
        finally:
            os._exit(status)
    screen = Screen(leader)
    good = screen.until(b"blocked True")
    os.write(leader, b"\x1a")
    good = good and screen.until(b"stopped 20") and screen.until(b"got it") and \
        screen.until(b"ended 6")
    if not good:
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(leader)
    tap.ok("^Z stops a start that blocks, and it continues", [] if good else [f"{screen.data!r}"])


def changed(entries, changes):
    """An environment after -E and -u: each removes the variable, -E then appends it."""
    for change in changes:
        name = change.partition("=")[0]
        entries = [entry for entry in entries if entry.partition("=")[0] != name]
        entries += [change] if "=" in change else []
    return entries


def environment_of(before, changes, options=()):
    """The entries that the program gets, in their order."""
    words = [word for change in changes for word in ("-E" if "=" in change else "-u", change)]
    printer = [sys.executable, "-c", "import sys; sys.stdout.buffer.write(open('/proc/self/environ', 'rb').read())"]
    argv = [OSBOX, "spawn", *options, *words, "--path=none", "--", *printer]
    result = subprocess.run(argv, env=before, stdout=subprocess.PIPE, check=True)
    return result.stdout.decode().split("\0")[:-1]


def check_environment():
    """Random -E and -u, and many of them."""
    generator = random.Random(31)
    names = ["A", "AB", "ABC", "B", "BA", "_x", "\u00e9"]
    faults = []
    for _ in range(100):
        before = {generator.choice(names): str(generator.random()) for _ in range(generator.randrange(6))}
        changes = [
            generator.choice(names) + generator.choice(["", "=", "=1", "=2=3"]) for _ in range(generator.randrange(9))
        ]
        options = ["-i"] if generator.random() < 0.3 else []
        found = environment_of(before, changes, options)
        entries = [] if options else [f"{name}={value}" for name, value in before.items()]
        if found != changed(entries, changes):
            faults.append(f"{before} {options} {changes}: {found}")
    tap.ok("-E and -u in any order make the environment that they make one by one", faults)
    changes = [f"V{i * 7919 % 20000}={i}" for i in range(20000)]
    tap.ok("20 000 variables are set, in the order of the options", environment_of({}, changes) == changes)


def main():
    place = tempfile.mkdtemp(prefix="osbox-spawn.")
    os.chmod(place, 0o777)
    # Other programs' leftovers must not be the children's.
    for fd in map(int, os.listdir("/proc/self/fd")):
        if fd > 2:
            try:
                fcntl.fcntl(fd, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
            except OSError:
                pass
    try:
        for check in (check_parameters, check_file_actions, check_descriptors, check_close_on_exec):
            check(place)
        check_environment()
        check_signals()
        check_credentials(place)
        check_ordinary(place)
        check_lies(place)
        check_close_on_exec_of_ours(place)
        check_drop(place)
        check_forwarding()
        check_group()
        check_interrupt()
        check_stop()
        check_blocked_start(place)
        check_setns()
        check_dry_run()
    finally:
        shutil.rmtree(place)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
