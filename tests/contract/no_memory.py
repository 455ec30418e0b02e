#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""An allocation that fails never gives wrong output with status 0.

usage: no_memory.py OSBOX NO_MEMORY.SO

Each allocation of a command in turn fails: alone, and with all that follow.
Then the output is the same and the status 0, or the status is not 0 and a
diagnostic says that there is no memory; never a crash, a hang, or other output with status 0.
Walks of paths beyond 1 KiB and 64 KiB, too; what they print is always a part of the right output.
Prints TAP.
"""

import errno
import os
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
import faults  # noqa: E402
from testlib import Tap, run  # noqa: E402

# Of those of faults.py: glibc's look-up of users crashes.
LEFT_OUT = "stat -J -F path,user"
COMMANDS = [command for command in faults.COMMANDS if not " ".join(command).startswith(LEFT_OUT)] + [
    ["stat", "-c", "%n|%N|%s|%y|%m", "f"],
    ["walk", "-j1", "."],
    ["walk", "-j4", "--sort", "."],
    ["walk", "-j1", "-L", "-F", "path,st_size", "-o", "csv", "."],
    ["walk", "-j1", "--sum", "-J", "-F", "dirpath,files,dirs,bytes", "."],
    ["spawn", "--env=A=b", "--unset=C", "--", "sh", "-c", "echo [$A]"],
    ["--complete", "osbox", "stat", "--"],
    ["stat", "-t", "f"],
    ["stat", "--printf=%n %s %y\\n", "f"],
    ["walk", "--bottom-up", "--tuples", "-J", "."],
    ["spawn", "--", "echo", "a"],
    ["spawn", "--cap-iab=!cap_chown", "--affinity=0", "--dry-run", "-J", "--", "true"],
    ["spawn", "--dry-run", "--chdir=/", "--groups=none", "-J", "-F", "cwd,groups,umask,cap_bounding"],
    ["spawn", "--open=7:f", "--closefrom=9", "--status=fd:1", "-J", "-F", "exitcode", "--", "true"],
    ["popen", "printf 'a\\nb'"],
    ["popen", "-J", "-F", "exitcode,stdout,stderr", "--mode=3", "echo a; echo b >&2"],
    ["popen", "--pty", "--events", "-J", "-F", "event,stream,data,exitcode", "printf 'a\\nb'"],
    ["popen", "--events", "-J", "-F", "stream,data,exitcode", "printf 'a\\nb\\n'"],
    ["popen", "--pty", "--input=f", "-J", "-F", "stdout", "--", "cat"],
    ["timerfd", "--interval=1ms", "--count=2", "-J", "-F", "event,seq"],
    ["timerfd", "--initial=1ms", "--count=1", "--", "echo", "a"],
    ["urandom", "--int=5:5", "--count=3"],
    ["urandom", "--alphabet=a", "--length=9"],
    ["waitid", "--exit-with=none", "-J", "-F", "si_code", "--", "true"],
    ["waitid", "--exit-with=none", "--stopped", "-J", "-F", "si_code", "--", "true"],
    ["waitid", "decode", "-o", "table", "9", "256"],
    ["xattr", "list", "-R", "."],
    ["xattr", "get", "-J", "-F", "size,decoded", "system.posix_acl_default", "acl"],
    ["xattr", "restore", "--dry-run", "-J", "-F", "name,result", "b64"],
]


class Case:
    """A command and its standard input, the size of the smallest allocation that fails, ulimit -n,
    and whether the output is a part of the right one when the status is not 0."""

    def __init__(self, command, data=None, least=0, files=None, partial=False):
        self.command, self.data, self.least = command, data, least
        self.files, self.partial = files, partial


SUM = ["walk", "-j1", "--sum", "-J", "-F", "dirpath,files,dirs,bytes,errors,incomplete"]
FEW_FORMS = [["walk", "-j1", "--on-error=ignore"], SUM, ["walk", "-j1", "--tuples", "-J"],
             ["xattr", "dump", "-R"]]
FORMS = FEW_FORMS + [
    ["walk", "-j1"],
    ["walk", "-j4"],
    ["walk", "-j1", "--sort"],
    ["walk", "-j1", "--bottom-up"],
    ["walk", "-j1", "-J", "-F", "path,name,st_size"],
    ["walk", "-j1", "--tuples", "--bottom-up", "-J"],
    ["xattr", "list", "-R"],
]
LONG_NAME = "/" + "a" * 229
# Paths that grow beyond 1 KiB, the first size of a buffer, and beyond 64 KiB; directories that are
# closed and opened again as there are few descriptors. Where a tree has many directories, only the
# allocations that grow something fail.
WALKS = [
    *(Case([*form, "../long" + 4 * LONG_NAME], partial=True) for form in FORMS),
    *(Case([*form, "../long"], partial=True) for form in FORMS),
    *(Case([*form, "../deep"], least=2000, partial=True) for form in FEW_FORMS),
    *(Case([*form, "../chain"], files=16, partial=True) for form in FEW_FORMS),
    Case([*SUM, "../linked"], partial=True),
    Case(["walk", "--name=long", "../long/"], partial=True),
    Case(["walk", "--steer", "../long"], data=f'["{LONG_NAME[1:]}"]\n'.encode() * 3, partial=True),
]
TIMEOUT = 10

tap = Tap()
OSBOX, LIBRARY = map(os.path.realpath, sys.argv[1:]) if len(sys.argv) == 3 else sys.exit(__doc__)


def without(case, first, last, mark):
    """Runs a command whose allocations from first to last fail; whether there was one, too."""
    argv = [OSBOX, *case.command]
    env = {"LD_PRELOAD": LIBRARY, "NO_MEMORY": f"{first}-{last}:{case.least}:{mark}"}
    if case.files:
        env, words = {}, [f"{name}={value}" for name, value in env.items()]
        argv = ["sh", "-c", f'ulimit -n {case.files}; exec env "$@"', "sh", *words, *argv]
    result = run(argv, data=case.data, timeout=TIMEOUT, env=env)
    failed = os.path.exists(mark)
    if failed:
        os.unlink(mark)
    return result, failed


def is_part(out, want):
    """Whether all lines are among those wanted; the last one may be cut."""
    *lines, last = out.split(b"\n")
    wanted = want.split(b"\n")
    return set(lines) <= set(wanted) and any(line.startswith(last) for line in wanted)


def fault_of(case, result, want):
    """What is wrong with an outcome; None when all is well."""
    if not isinstance(result.status, int):
        return "a hang"
    if result.status < 0 or result.status >= 128:
        return f"a crash: {result}"
    if result.status == 0:
        same = result.out == want.out
        return None if same else f"status 0 with {faults.difference(result.out, want.out)}"
    if case.partial and not is_part(result.out, want.out):
        return f"a line that is wrong: {result}"
    words = (b"ENOMEM", b"out of memory", os.strerror(errno.ENOMEM).encode())  # the last: as GNU
    named = any(word in result.err for word in words)
    return None if named else f"memory is not named: {result}"


def faults_of(case, mark):
    """The allocations that were made to fail, and the faults."""
    want, _ = without(case, 0, 0, mark)
    if want.status != 0 or not want.out:
        return 0, [f"without a failure: {want}"]
    wrong, number, failed = [], 0, True
    while failed:
        number += 1
        for last in (number, 2**62):
            result, failed = without(case, number, last, mark)
            fault = fault_of(case, result, want) if failed else None
            if fault:
                wrong.append(f"number {number}{' and all that follow' * (last != number)}: {fault}")
    return number - 1, wrong


def make_acl(folder):
    """A directory with an ACL, without names, and another attribute, of which there is a dump."""
    entries = ((1, 7), (4, 5), (32, 5))
    value = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry, -1) for entry in entries)
    os.mkdir(folder)
    os.setxattr(folder, "system.posix_acl_default", value)
    os.setxattr(folder, "user.b64", b"\xff" * 1200)
    with open(os.path.join(os.path.dirname(folder), "b64"), "x") as file:
        file.write('{"path":"acl","name":"user.b64","value":{"b64":"' + 1600 * "/" + '"}}\n')


def check_setfattr(folder):
    """An attribute has the value that was given, or none."""
    file, link = os.path.join(folder, "file"), os.path.join(folder, "setfattr")
    os.symlink(OSBOX, link)
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600))
    wrong, number, failed = [], 0, True
    while failed:
        number += 1
        mark = os.path.join(folder, "mark")
        result = run([link, "-n", "user.x", "-v", "value", file], timeout=TIMEOUT,
                     env={"LD_PRELOAD": LIBRARY, "NO_MEMORY": f"{number}-{number}:0:{mark}"})
        failed = os.path.exists(mark)
        found = b"" if not os.listxattr(file) else os.getxattr(file, "user.x")
        if (result.status, os.listxattr(file), found) not in ((1, [], b""), (0, ["user.x"], b"value")):
            wrong.append(f"number {number}: {found} and {result}")
        for path in [mark] * failed:
            os.unlink(path)
        for name in os.listxattr(file):
            os.removexattr(file, name)
    tap.ok(f"setfattr: {check_setfattr.__doc__} ({number - 1} allocations)", wrong)


def shown(case):
    """The command, without the long names."""
    few = f" (ulimit -n {case.files})" if case.files else ""
    return " ".join(case.command).replace(LONG_NAME, "/a...") + few


def make_chain(top, depth, name, names, each):
    """A chain of directories, with files `names` in the last one, or in each.  Step by step, as the
    last path may be too long for a call."""
    os.mkdir(top)
    here = os.open(top, os.O_RDONLY | os.O_DIRECTORY)
    for level in range(depth + 1):
        for file in names if each or level == depth else []:
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=here))
            os.setxattr(f"/proc/self/fd/{here}/{file}", "user.x", b"1")
        if level < depth:
            os.mkdir(name, dir_fd=here)
            below = os.open(name, os.O_RDONLY | os.O_DIRECTORY, dir_fd=here)
            os.close(here)
            here = below
    os.close(here)


def make_trees(place):
    """The trees of WALKS, beside the place of the other commands."""
    linked = os.path.join(place, "linked")
    os.mkdir(linked)
    with open(os.path.join(linked, "a"), "xb") as file:
        file.write(b"12345")
    os.link(os.path.join(linked, "a"), os.path.join(linked, "b"))
    long_names = [letter * 200 for letter in "xyz"]
    make_chain(os.path.join(place, "long"), 4, LONG_NAME[1:], long_names, each=False)
    make_chain(os.path.join(place, "deep"), 300, LONG_NAME[1:], long_names, each=False)
    top = os.path.join(place, "chain")
    os.mkdir(top)
    for beside in "abc":
        make_chain(os.path.join(top, beside), 12, beside, ["f"], each=True)
        make_chain(os.path.join(top, beside, beside, "more"), 12, beside, ["f"], each=True)


def main():
    place, marks = (tempfile.mkdtemp(prefix="osbox-memory.") for _ in range(2))
    try:
        make_trees(place)
        small = os.path.join(place, "small")
        os.mkdir(small)
        faults.make_place(small)
        make_acl(os.path.join(small, "acl"))
        os.chdir(small)
        cases = [Case(command) for command in COMMANDS] + WALKS
        with ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2)) as pool:
            outcomes = pool.map(faults_of, cases, (f"{marks}/{i}" for i in range(len(cases))))
            for case, (count, wrong) in zip(cases, outcomes):
                tap.ok(f"{shown(case)}: an allocation that fails gives the same output or"
                       f" ENOMEM ({count} allocations)", wrong)
        check_setfattr(marks)
    finally:
        os.chdir("/")
        subprocess.run(["rm", "-rf", "--", place, marks], check=True)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
