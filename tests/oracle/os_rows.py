#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""The rows of osbox-os(7) about processes, run and compared with Python's os.

usage: os_rows.py OSBOX PAGE

Every name in the sections below whose entry names a command has a comparison
here: the command's value, or what a process observes that the command has
started, is what os says or does.  A name without one is a failure.  Prints TAP.
"""

import ast
import grp
import os
import pwd
import re
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from testlib import Tap, forked, run, strict_json  # noqa: E402

SECTIONS = ["Process Parameters", "Process Management", "Interface to the scheduler"]
tap = Tap()
OSBOX = os.path.realpath(sys.argv[1]) if len(sys.argv) == 3 else sys.exit(__doc__)
PYTHON = sys.executable
ROWS = {}


class Unavailable(Exception):
    """Why something cannot be compared here."""


def row(*names):
    """Registers the comparisons of these names: a generator of (what, got, want)."""
    def register(function):
        for name in names:
            ROWS[name] = function
        return function
    return register


# ---- running ----


def osbox(*words, **more):
    """The result of a command."""
    return run([OSBOX, *words], **more)


def value(*words, **more):
    """What a command prints, without the newline."""
    r = osbox(*words, **more)
    return r.out.decode().rstrip("\n") if r.status == 0 else str(r)


def values(*words, **more):
    """The columns that it prints."""
    return value(*words, **more).split("\t")


def record(*words, **more):
    """The record that it prints as JSON, with the options before any `--`."""
    end = words.index("--") if "--" in words else len(words)
    r = osbox(*words[:end], "-J", *words[end:], **more)
    return strict_json(r.out)[0] if r.out else {"failed": str(r)}


def code(text):
    """The words of a Python program."""
    return [PYTHON, "-c", "import os, signal, sys\n" + text]


def below(*options, text, **more):
    """What a Python program prints that spawn has started."""
    return value("spawn", *options, "--", *code(text), **more)


def here(text, **more):
    """What such a program prints by itself."""
    return run(code(text), **more).out.decode().rstrip("\n")


def credentials(*options):
    """What the kernel says of a program that spawn has started; Python may not be every user's."""
    text = value("spawn", *options, "--", "grep", "-E", "^(Uid|Gid|Groups):", "/proc/self/status")
    return {line.split(":")[0]: [int(n) for n in line.split(":")[1].split()]
            for line in text.split("\n")}


def told(action):
    """What an action returns in a child."""
    end, far = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(far, repr(action()).encode())
        finally:
            os._exit(0)
    os.close(far)
    with open(end, encoding="utf-8") as file:
        text = file.read()
    os.waitpid(pid, 0)
    return ast.literal_eval(text)


def privileged():
    """Stops the comparisons of a row that need the privilege to change ids."""
    if not forked(lambda: (os.setgroups([1]), os.setgid(65534), os.setuid(65534))):
        raise Unavailable("ids cannot be changed here")


class Child:
    """A process that waits for its end, in a group of its own."""

    def __init__(self, status=0):
        self.process = subprocess.Popen(code(f"os.read(0, 1); os._exit({status})"),
                                        stdin=subprocess.PIPE, preexec_fn=os.setpgrp)
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.stdin.close()
        self.process.wait()


def own(*options, end, before="", after=""):
    """What `exec osbox waitid` prints as JSON in a shell with one child, which ends once the shell
    has become osbox. `before` is what the child does until then, `after` what the shell does."""
    child = f'{before}until read -r name </proc/$PPID/comm && [ "$name" = osbox ]; do :; done; {end}'
    r = run(["bash", "-c", f'sh -c "$1" & {after}shift; exec "$0" waitid "$@" -J', OSBOX, child,
             *options])
    return strict_json(r.out)


# ---- Process Parameters ----


@row("ctermid")
def ctermid():
    yield "ctermid", value("spawn", "-g", "ctermid"), os.ctermid()


@row("environ", "environb")
def environ():
    env = {"A": "1", "B": "x=y", "EMPTY": ""}
    got = record("spawn", "-i", *[f"-E{k}={v}" for k, v in env.items()], "-F", "environ")
    yield "environ", got["environ"], [f"{k}={v}" for k, v in env.items()]
    yield "environ of this process", sorted(record("spawn", "-F", "environ")["environ"]), sorted(
        here("print('\\n'.join(f'{k}={v}' for k, v in os.environ.items() if k != 'LC_CTYPE'))")
        .split("\n"))
    yield "default fields and environ", set(record("spawn", "-F", "+environ")) - set(
        record("spawn")), {"environ"}


@row("get_exec_path")
def get_exec_path():
    for path in ("/bin:/usr/bin", "/a", "a:b/c"):
        yield path, record("spawn", f"-EPATH={path}", "-F", "exec_path")["exec_path"], \
            os.get_exec_path({"PATH": path})
    yield "no PATH", record("spawn", "-uPATH", "-F", "exec_path")["exec_path"], os.get_exec_path({})


@row("getegid", "geteuid", "getgid", "getuid", "getresuid", "getresgid")
def ids():
    for field, want in (("egid", os.getegid()), ("euid", os.geteuid()), ("rgid", os.getgid()),
                        ("ruid", os.getuid())):
        yield field, value("spawn", "-g", field), str(want)
    yield "ruid,euid,suid", values("spawn", "-g", "ruid,euid,suid"), [str(i) for i in os.getresuid()]
    yield "rgid,egid,sgid", values("spawn", "-g", "rgid,egid,sgid"), [str(i) for i in os.getresgid()]
    privileged()
    if os.environ.get("OSBOX_FLAVOUR") == "sanitized":
        raise Unavailable("a sanitizer cannot work with such ids")
    for uids in ((0, 65534, 65534), (65534, 0, 0), (0, 0, 65534)):
        got = values("spawn", "-g", "ruid,euid", preexec_fn=lambda: os.setresuid(*uids))
        yield f"getresuid {uids}", got, [str(i) for i in uids[:2]]


@row("getgrouplist")
def group_list():
    users = [p for p in pwd.getpwall() if p.pw_uid < 65535][:20]
    for user in users:
        for gid, text in ((user.pw_gid, user.pw_name), (7, f"{user.pw_name}:7")):
            got = record("spawn", "--dry-run", f"--user={text}", "-F", "groups")["groups"]
            yield f"getgrouplist {text}", got, sorted(set(os.getgrouplist(user.pw_name, gid)))


@row("getgroups", "initgroups", "setgroups")
def groups():
    yield "getgroups", record("spawn", "-F", "groups")["groups"], sorted(os.getgroups())
    privileged()
    for user in [p for p in pwd.getpwall() if 0 < p.pw_uid < 65535][:20]:
        want = sorted(set(os.getgrouplist(user.pw_name, user.pw_gid)))
        yield f"initgroups {user.pw_name}", credentials(
            f"--user={user.pw_name}", "--groups=init")["Groups"], want
    for gids in ([], [5], [1, 7, 65534]):
        text = ",".join(map(str, gids)) or "none"
        yield f"setgroups {text}", credentials(f"--groups={text}")["Groups"], gids


@row("getlogin")
def getlogin():
    with open("/proc/self/loginuid", encoding="ascii") as file:
        login = int(file.read())
    want = pwd.getpwuid(login).pw_name if login < 2**32 - 1 else ""
    yield "getlogin", value("spawn", "-g", "login"), want


@row("getpgid", "getpgrp", "getsid", "getppid")
def relations():
    yield "pgid", value("spawn", "-g", "pgid"), str(os.getpgrp())
    yield "sid", value("spawn", "-g", "sid"), str(os.getsid(0))
    yield "ppid", value("spawn", "-g", "ppid"), str(os.getpid())
    for action in (os.setpgrp, os.setsid):
        got = record("spawn", "-F", "pid,pgid,sid", preexec_fn=action)
        yield f"pgid after {action.__name__}", got["pgid"], got["pid"]
        yield f"sid after {action.__name__}", got["sid"], \
            got["pid"] if action == os.setsid else os.getsid(0)


@row("getpid")
def getpid():
    with subprocess.Popen([OSBOX, "spawn", "-g", "pid"], stdout=subprocess.PIPE) as p:
        yield "pid", p.communicate()[0], b"%d\n" % p.pid


@row("getpriority", "setpriority", "nice", "PRIO_PROCESS", "PRIO_PGRP", "PRIO_USER")
def priority():
    for nice in (0, 3, 19):
        yield f"getpriority {nice}", value("spawn", "-g", "priority",
                                           preexec_fn=lambda: os.nice(nice)), \
            here("print(os.getpriority(os.PRIO_PROCESS, 0))", preexec_fn=lambda: os.nice(nice))
        yield f"nice {nice}", below(f"--nice={nice}",
                                    text="print(os.getpriority(os.PRIO_PROCESS, 0))"), \
            here(f"print(os.nice({nice}))")
    with Child() as child:
        osbox("sched", "set", "--nice=15", str(child.pid))
        yield "setpriority", os.getpriority(os.PRIO_PROCESS, child.pid), 15
        os.setpriority(os.PRIO_PROCESS, child.pid, 16)
        yield "nice of another", value("sched", "show", "-g", "nice", str(child.pid)), "16"
        osbox("sched", "set", "--nice=17", f"--pgrp={child.pid}")
        yield "setpriority PRIO_PGRP", os.getpriority(os.PRIO_PGRP, child.pid), 17
        yield "getpriority PRIO_PGRP", value("sched", "show", "-g", "nice", f"--pgrp={child.pid}"), \
            "17"
    nices = [int(n) for n in value("sched", "show", "-g", "nice", f"--user={os.getuid()}").split()]
    yield "getpriority PRIO_USER is the least", min(nices), os.getpriority(os.PRIO_USER, os.getuid())


@row("putenv", "unsetenv")
def variables():
    for text in ("x", "", "a=b", "a b\nc", "ä"):
        yield f"putenv {text!r}", below(f"--env=NAME={text}", text="print(ascii(os.environ['NAME']))"), \
            ascii(text)
    yield "unsetenv", below("--unset=NAME", text="print('NAME' in os.environ)",
                            env={"NAME": "1"}), "False"


@row("setuid", "seteuid", "setreuid", "setresuid", "setgid", "setegid", "setregid", "setresgid")
def change_ids():
    privileged()
    for user, group in ((65534, 65534), (1, 2), (0, 5)):
        yield f"setresuid {user}, setresgid {group}", credentials(
            f"--user={user}:{group}", "--groups=none"), \
            {"Uid": 4 * [user], "Gid": 4 * [group], "Groups": []}
    if os.environ.get("OSBOX_FLAVOUR") == "sanitized":
        raise Unavailable("a sanitizer cannot work with ids that differ")
    # Each call, and what the row says is the same; the user last, as it needs the privilege.
    for kind, option, value_of in (("uid", "--setresuid", os.getresuid), ("gid", "--setresgid", os.getresgid)):
        setre, setres = getattr(os, f"setre{kind}"), getattr(os, f"setres{kind}")
        sete = getattr(os, f"sete{kind}")
        for what, text, call in ((f"setres{kind}", "1:2:3", lambda f=setres: f(1, 2, 3)),
                                 (f"setres{kind}, kept", "::65534", lambda f=setres: f(-1, -1, 65534)),
                                 (f"setre{kind}", "1:2:2", lambda f=setre: f(1, 2)),
                                 (f"sete{kind}", ":2:", lambda f=sete: f(2))):
            want = told(lambda c=call, v=value_of: (c(), v())[1])
            fields = f"r{kind},e{kind},s{kind}"
            yield what, values("spawn", f"{option}={text}", "-g", fields), [str(i) for i in want]
            yield f"{what} of a program", credentials(f"{option}={text}")[kind.capitalize()], \
                [want[0], want[1], want[1], want[1]]


@row("setns", "unshare", "CLONE_NEWCGROUP", "CLONE_NEWIPC", "CLONE_NEWNET", "CLONE_NEWNS",
     "CLONE_NEWPID", "CLONE_NEWTIME", "CLONE_NEWUSER", "CLONE_NEWUTS")
def namespaces():
    kinds = ("cgroup", "ipc", "net", "mnt", "pid", "time", "user", "uts")
    look = "print(os.readlink('/proc/self/ns/' + sys.argv[1]))"
    for kind in kinds:
        if run(["unshare", "--fork", f"--{'mount' if kind == 'mnt' else kind}", "true"]).status:
            raise Unavailable(f"a namespace cannot be created here: {kind}")
        ours = os.readlink(f"/proc/self/ns/{kind}")
        new = value("spawn", f"--unshare={kind}", "--", *code(look), kind)
        yield f"unshare {kind}", (new.partition(":")[0], new != ours), (kind, True)
        if kind in ("pid", "time", "user"): # they are a child's, or cannot be entered twice
            continue
        with subprocess.Popen([OSBOX, "spawn", f"--unshare={kind}", "--", *code("print(); os.read(0, 1)")],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as p:
            p.stdout.read(1)
            with open(f"/proc/{p.pid}/task/{p.pid}/children", encoding="ascii") as file:
                child = file.read().split()[0]
            theirs = os.readlink(f"/proc/{child}/ns/{kind}")
            for target in (f"{kind}@{child}", f"/proc/{child}/ns/{kind}"):
                yield f"setns {target.replace(child, 'PID')}", \
                    value("spawn", f"--setns={target}", "--", *code(look), kind), theirs
            p.communicate(b"x")


@row("setpgrp", "setpgid", "setsid")
def sessions():
    yield "setpgrp", below("--setpgroup", text="print(os.getpgrp() == os.getpid())"), "True"
    yield "setsid", below("--setsid", text="print(os.getsid(0) == os.getpid())"), "True"
    with Child() as child:
        yield "setpgid", below(f"--setpgroup={child.pid}", text="print(os.getpgrp())"), str(child.pid)


@row("umask")
def umask():
    for mask in (0, 0o22, 0o77, 0o777, 0o1, 0o700):
        got = record("spawn", "-F", "umask", preexec_fn=lambda: os.umask(mask))["umask"]
        yield f"umask {mask:o}, read", got, mask
        yield f"umask {mask:o}, set", below(f"--umask={mask:o}", text="print(os.umask(0))"), str(mask)


@row("uname", "uname_result")
def uname():
    fields = "sysname,nodename,release,version,machine"
    yield "uname", values("spawn", "-g", fields), list(os.uname())


# ---- Process Management ----


@row("execl", "execv", "execlp", "execvp", "execle", "execve", "execlpe", "execvpe")
def execute():
    show = [PYTHON, "-c", "import os; print(os.getpid())"]
    for options in (["--path=none"], [], ["--path=none", "-i", "--env=A=1"],
                    ["-i", f"--env=PATH={os.path.dirname(PYTHON)}"]):
        with subprocess.Popen([OSBOX, "spawn", "--overlay", *options, "--", *show],
                              stdout=subprocess.PIPE) as p:
            yield f"the same process: {options[:2]}", p.communicate()[0], b"%d\n" % p.pid
    yield "execvp searches PATH", value("spawn", "--overlay", "--", "echo", "x"), "x"
    yield "execv does not", osbox("spawn", "--overlay", "--path=none", "--", "echo").status, 127
    yield "execve replaces the environment", value(
        "spawn", "--overlay", "--path=none", "-i", "--env=A=1", "--", "/usr/bin/env"), "A=1"
    fd = os.open(PYTHON, os.O_RDONLY)
    yield "execve of a descriptor", value("spawn", "--overlay", f"--exec-fd={fd}", "--", "name", "-c",
                                          "print(1)", pass_fds=[fd]), "1"
    os.close(fd)


@row("EX_OK", "EX_USAGE", "EX_DATAERR", "EX_NOINPUT", "EX_NOUSER", "EX_UNAVAILABLE", "EX_OSERR",
     "EX_CANTCREAT", "EX_IOERR", "EX_TEMPFAIL", "EX_NOPERM", "EX_PROTOCOL")
def statuses():
    cases = (("EX_OK", ["stat", "/"]), ("EX_USAGE", ["stat", "--nosuch"]),
             ("EX_DATAERR", ["waitid", "decode", "99999999"]), ("EX_NOINPUT", ["stat", "/nope"]),
             ("EX_NOUSER", ["sched", "show", "--user=nosuchuser"]),
             ("EX_NOPERM", ["sched", "set", "--nice=-20", "1"]),
             ("EX_IOERR", ["stat", "/"]))
    for name, words in cases:
        if name == "EX_NOPERM" and os.geteuid() == 0:
            continue
        more = {}
        if name == "EX_IOERR":
            more["stdout"] = open("/dev/full", "wb")
        yield name, osbox(*words, **more).status, getattr(os, name)
    with Child() as child:
        status = osbox("sched", "set", "--runtime=1h", str(child.pid)).status
    if status == os.EX_UNAVAILABLE:
        raise Unavailable("the kernel has no slices for a normal policy")
    yield "EX_PROTOCOL", status, os.EX_PROTOCOL


@row("fork", "P_NOWAIT", "P_NOWAITO")
def fork():
    got = record("spawn", "--nowait", "--", "true")
    yield "its PID, group and session", (got["pid"] > 1, got["pgid"], got["sid"]), \
        (True, os.getpgrp(), os.getsid(0))


@row("forkpty")
def forkpty():
    yield "a terminal of its own", value(
        "popen", "--pty", "--", *code("print([os.isatty(i) for i in range(3)], "
                                      "os.tcgetpgrp(0) == os.getpgrp(), os.getsid(0) == os.getpid())")
    ).strip(), "[True, True, True] True True"


@row("kill")
def kill():
    for signo in (signal.SIGTERM, signal.SIGUSR1, signal.SIGKILL, signal.SIGRTMIN + 4):
        with Child() as child:
            osbox("waitid", f"--signal={int(signo)}", "--nohang", str(child.pid))
            yield f"kill {int(signo)}", child.process.wait(), -signo


@row("killpg")
def killpg():
    with Child() as child:
        osbox("waitid", "--signal=TERM", "--nohang", f"--pgid={child.pid}")
        yield "killpg", child.process.wait(), -signal.SIGTERM


@row("pidfd_open", "P_PIDFD", "PIDFD_NONBLOCK")
def pidfd():
    with Child(3) as child:
        fd = os.pidfd_open(child.pid)
        yield "not ended, --nohang", value("waitid", f"--pidfd={fd}", "--nohang", "-g", "pid",
                                           pass_fds=[fd]), ""
        with subprocess.Popen([OSBOX, "waitid", f"--pidfd={fd}", "-g", "pid"], pass_fds=[fd],
                              stdout=subprocess.PIPE) as p:
            child.process.stdin.write(b"x")
            child.process.stdin.flush() # it is waited for afterwards: its PID is its own until then
            yield "the process of a pidfd", p.communicate()[0], b"%d\n" % child.pid
        os.close(fd)


@row("popen", "popen2", "popen3", "popen4")
def popen():
    for command in ("echo x", "printf 'a\\nb'", "true", "cat /dev/null; echo y"):
        with os.popen(command) as stream:
            yield f"popen {command}", osbox("popen", command).out.decode(), stream.read()
    for status in (0, 1, 3, 255):
        want = os.popen(f"exit {status}").close()
        yield f"close {status}", record("popen", f"exit {status}", "-F", "close")["close"], want
    for mode, want in (("2", ["o", None]), ("3", ["o", "e"]), ("4", ["oe", None])):
        got = record("popen", f"--mode={mode}", "printf o; printf e >&2", "-F", "stdout,stderr")
        yield f"popen{mode}", [got["stdout"], got["stderr"]], want


@row("posix_spawn", "posix_spawnp", "POSIX_SPAWN_OPEN", "POSIX_SPAWN_CLOSE", "POSIX_SPAWN_DUP2",
     "POSIX_SPAWN_CLOSEFROM")
def posix_spawn():
    actions = [(["--open=1,wronly,creat,trunc,0600:f"],
                [(os.POSIX_SPAWN_OPEN, 1, "f", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)]),
               (["--dup2=1:7", "--close=1"],
                [(os.POSIX_SPAWN_DUP2, 1, 7), (os.POSIX_SPAWN_CLOSE, 1)]),
               (["--close=0"], [(os.POSIX_SPAWN_CLOSE, 0)])]
    text = "sys.stderr.write(str(sorted(map(int, os.listdir('/proc/self/fd')))))"
    with tempfile.TemporaryDirectory() as place:
        for options, theirs in actions:
            script = f"sys.stderr.flush()\npid = os.posix_spawn(sys.executable, {code(text)!r}, " \
                     f"os.environ, file_actions={theirs!r})\nos.waitpid(pid, 0)"
            yield f"{options}", osbox("spawn", *options, "--", *code(text), cwd=place).err, \
                run(code(script), cwd=place).err
    yield "CLOSEFROM", osbox("spawn", "--closefrom=1", "--", *code("os.write(1, b'')")).status, 1
    yield "posix_spawnp searches PATH", value("spawn", "--", "echo", "x"), "x"
    yield "posix_spawn does not", osbox("spawn", "--path=none", "--", "echo").status, 127


@row("spawnl", "spawnv", "spawnle", "spawnve", "spawnlp", "spawnvp", "spawnlpe", "spawnvpe", "P_WAIT")
def spawn():
    for status in (0, 1, 7, 126, 255):
        words = ["sh", "-c", f"exit {status}"]
        yield f"spawnvp {status}", osbox("spawn", "--", *words).status, \
            os.spawnvp(os.P_WAIT, "sh", words)
        yield f"spawnv {status}", osbox("spawn", "--path=none", "--", "/bin/sh", *words[1:]).status, \
            os.spawnv(os.P_WAIT, "/bin/sh", words)
        env = {"PATH": "/bin:/usr/bin"}
        yield f"spawnvpe {status}", osbox("spawn", "-i", "--env=PATH=/bin:/usr/bin", "--", *words) \
            .status, os.spawnvpe(os.P_WAIT, "sh", words, env)
    got = record("spawn", "--status=fd:1", "-F", "exitcode", "--", "sh", "-c", "kill -9 $$")
    yield "the negative signal", got["exitcode"], os.spawnvp(os.P_WAIT, "sh", ["sh", "-c", "kill -9 $$"])


@row("system")
def system():
    for command in ("exit 0", "exit 3", "kill -9 $$", "kill -15 $$"):
        want = os.system(command)
        yield f"spawn sh -c {command}", record("spawn", "--status=fd:1", "-F", "wait_status", "--",
                                               "sh", "-c", command)["wait_status"], want
        yield f"popen --mode=system {command}", record(
            "popen", "--mode=system", command, "-F", "wait_status")["wait_status"], want


@row("times", "times_result", "wait3", "wait4")
def times():
    burn = "import time\nwhile time.process_time() < .2: pass"
    got = record("spawn", "--status=fd:1", "-F", "ru_utime,ru_stime,elapsed", "--", *code(burn))
    yield "CPU time of a command is at least what it used", \
        float(got["ru_utime"]) + float(got["ru_stime"]) >= .2, True
    yield "and it took at least that", float(got["elapsed"]) >= .2, True
    told = own("--all", "--any", "-F", "ru_utime,ru_stime,ru_maxrss", end="exit 3")
    yield "wait3 has usage", [sorted(r) for r in told], [["ru_maxrss", "ru_stime", "ru_utime"]]


@row("wait", "waitid", "waitpid", "waitid_result", "P_ALL", "P_PID", "P_PGID", "WEXITED", "WNOHANG",
     "WNOWAIT", "CLD_EXITED", "CLD_KILLED", "CLD_DUMPED", "waitstatus_to_exitcode")
def wait():
    for status in (0, 1, 42, 255):
        told = own("--all", "-F", "si_code,si_status,exitcode,wait_status",
                   end=f"exit {status}")
        yield f"exit {status}", told, [{
            "si_code": "CLD_EXITED", "si_status": status, "exitcode": status,
            "wait_status": status << 8}]
    for signo in (9, 15):
        told = own("--all", "-F", "si_code,si_status,exitcode,wait_status",
                   end=f"kill -{signo} $$")
        yield f"signal {signo}", told, [{
            "si_code": "CLD_KILLED", "si_status": signo, "exitcode": -signo, "wait_status": signo}]
    shell = ["bash", "-c", '"$0" waitid "$@" & wait $!', OSBOX]
    for options in (["--all", "--any"], ["--pgid=0"]):
        yield f"{options}, in the group of the shell", own(
            *options, "-F", "exitcode", end="exit 6"), [{"exitcode": 6}]
        r = run([*shell, *options])
        yield f"{options} without exec", (r.status, b"[ECHILD]" in r.err), (66, True)
    with Child(3) as child:
        yield "--nohang", value("waitid", "--nohang", str(child.pid)), ""
    yield "--peek", own(
        "--all", "--peek", "--any", "-F", "exitcode", end="exit 5"), [{"exitcode": 5}]


@row("WCONTINUED", "WSTOPPED", "WUNTRACED", "CLD_STOPPED", "CLD_CONTINUED", "CLD_TRAPPED")
def changes():
    stopped = own("--all", "--stopped", "--any", "-F", "pid,si_code,si_status",
                  end="exec 1>&- 2>&-; kill -STOP $$")
    for told in stopped:
        os.kill(told.pop("pid"), signal.SIGKILL)
    yield "stopped", stopped, [{"si_code": "CLD_STOPPED", "si_status": int(signal.SIGSTOP)}]
    continued = own("--all", "--continued", "-F", "si_code,si_status", before="kill -STOP $$; ",
                    after="until grep -q '^State:.T' /proc/$!/status; do :; done; kill -CONT $!; ",
                    end="exit 4")
    yield "continued, and ended", [r for r in continued if r["si_code"] != "CLD_CONTINUED"], \
        [{"si_code": "CLD_EXITED", "si_status": 4}]


WORDS = ("WCOREDUMP", "WIFCONTINUED", "WIFSTOPPED", "WIFSIGNALED", "WIFEXITED", "WEXITSTATUS",
         "WSTOPSIG", "WTERMSIG")


@row(*WORDS)
def status_words():
    status_list = [s << 8 for s in range(0, 256, 15)] + [9, 15, 64, 0x8b, 0x137f, 0xffff]
    for status in status_list:
        got = record("waitid", "decode", str(status), "-F", ",".join(WORDS) + ",exitcode")
        want = {word: getattr(os, word)(status) for word in WORDS}
        for word, guard in (("WEXITSTATUS", "WIFEXITED"), ("WSTOPSIG", "WIFSTOPPED"),
                            ("WTERMSIG", "WIFSIGNALED"), ("WCOREDUMP", "WIFSIGNALED")):
            want[word] = want[word] if want[guard] else None
        try:
            want["exitcode"] = os.waitstatus_to_exitcode(status)
        except ValueError: # stopped or continued
            want["exitcode"] = None
        yield f"{status:#x}", got, want


# ---- Interface to the scheduler ----

POLICIES = {"other": 0, "fifo": 1, "rr": 2, "batch": 3, "idle": 5, "deadline": 6}


@row("SCHED_OTHER", "SCHED_NORMAL", "SCHED_BATCH", "SCHED_DEADLINE", "SCHED_IDLE", "SCHED_FIFO",
     "SCHED_RR", "SCHED_RESET_ON_FORK", "sched_param", "sched_getscheduler", "sched_setscheduler",
     "sched_getparam", "sched_setparam")
def policies():
    for name in ("batch", "idle", "other", "fifo", "rr"):
        level = 5 if name in ("fifo", "rr") else 0
        with Child() as child:
            r = osbox("sched", "set", f"--policy={name}", f"--priority={level}", str(child.pid))
            if r.status == os.EX_NOPERM:
                continue # not everybody may
            yield f"sched_setscheduler {name}", os.sched_getscheduler(child.pid), POLICIES[name]
            yield f"sched_getscheduler {name}", values(
                "sched", "show", "-g", "policy,sched_priority,reset_on_fork", str(child.pid)), \
                ["SCHED_" + name.upper(), str(level), "false"]
            if level:
                osbox("sched", "set", "--priority=7", str(child.pid))
                yield f"sched_setparam {name}", os.sched_getparam(child.pid).sched_priority, 7
            osbox("sched", "set", "--reset-on-fork=yes", str(child.pid))
            yield f"SCHED_RESET_ON_FORK {name}", os.sched_getscheduler(child.pid), \
                POLICIES[name] | os.SCHED_RESET_ON_FORK


@row("sched_get_priority_min", "sched_get_priority_max")
def limits():
    told = dict(line.split("\t", 1) for line in
                value("sched", "limits", "-g", "policy,priority_min,priority_max").split("\n"))
    for name, policy in POLICIES.items():
        yield name, told["SCHED_" + name.upper()], f"{os.sched_get_priority_min(policy)}\t" \
            f"{os.sched_get_priority_max(policy)}"


@row("sched_rr_get_interval")
def interval():
    with Child() as child:
        got = value("sched", "show", "-g", "rr_interval", str(child.pid))
        yield "interval", float(got or 0), os.sched_rr_get_interval(child.pid)


@row("sched_yield")
def sched_yield():
    yield "sched_yield", osbox("sched", "yield").status, 0


@row("sched_setaffinity", "sched_getaffinity")
def affinity():
    for cpu in sorted(os.sched_getaffinity(0)):
        with Child() as child:
            osbox("sched", "set", f"--affinity={cpu}", str(child.pid))
            yield f"set {cpu}", os.sched_getaffinity(child.pid), {cpu}
            yield f"get {cpu}", value("sched", "show", "-g", "affinity", str(child.pid)), str(cpu)


# ---- the page ----


def entries(page):
    """Yields (names, body) of every entry of the sections."""
    for title in SECTIONS:
        section = re.search(rf"^\.Ss {title}\n(.*?)(?=^\.S[sh] )", page, re.M | re.S).group(1)
        for head, body in re.findall(r"^\.It (Xo\n(?:.*\n)*?\.Xc|.*)\n((?:(?!\.It |\.El).*\n)*)",
                                     section, re.M):
            yield re.findall(r"\w{3,}", re.sub(r"\b(Xo|Xc)\b", "", head)), body


def main():
    with open(sys.argv[2], encoding="utf-8") as file:
        page = file.read()
    named = {name for names, body in entries(page) if ".Nm osbox" in body for name in names}
    tap.ok("every row that names a command is compared with os",
           sorted(named - set(ROWS)))
    tap.ok("there is no comparison without a row", sorted(set(ROWS) - named))
    for function in dict.fromkeys(ROWS.values()):
        names = ", ".join(name for name, f in ROWS.items() if f == function)[:90]
        count, faults, reason = 0, [], None
        try:
            for what, got, want in function():
                count += 1
                faults += [] if got == want else [f"{what}: {got!r}, and os has {want!r}"]
        except Unavailable as e:
            reason = str(e)
        if count:
            tap.ok(f"{names}: {count} comparisons", faults)
        if reason:
            tap.skip(f"the rest of {names}", reason)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
