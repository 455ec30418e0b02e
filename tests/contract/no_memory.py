#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""An allocation that fails never gives wrong output with status 0.

usage: no_memory.py OSBOX NO_MEMORY.SO

Each allocation of a command in turn fails: alone, and with all that follow.
Then the output is the same and the status 0, or the status is not 0 and a
diagnostic says that there is no memory; never a crash, a hang, or other output with status 0.
Prints TAP.
"""

import errno
import os
import shutil
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
]
TIMEOUT = 10

tap = Tap()
OSBOX, LIBRARY = map(os.path.realpath, sys.argv[1:]) if len(sys.argv) == 3 else sys.exit(__doc__)


def without(command, first, last, mark):
    """Runs a command whose allocations from first to last fail; whether there was one, too."""
    result = run([OSBOX, *command], timeout=TIMEOUT,
                 env={"LD_PRELOAD": LIBRARY, "NO_MEMORY": f"{first}-{last}:{mark}"})
    failed = os.path.exists(mark)
    if failed:
        os.unlink(mark)
    return result, failed


def fault_of(result, want):
    """What is wrong with an outcome; None when all is well."""
    if not isinstance(result.status, int):
        return "a hang"
    if result.status < 0 or result.status >= 128:
        return f"a crash: {result}"
    if result.status == 0:
        same = result.out == want.out
        return None if same else f"status 0 with {faults.difference(result.out, want.out)}"
    words = (b"ENOMEM", b"out of memory", os.strerror(errno.ENOMEM).encode())  # the last: as GNU
    named = any(word in result.err for word in words)
    return None if named else f"memory is not named: {result}"


def faults_of(command, mark):
    """The allocations that were made to fail, and the faults."""
    want, _ = without(command, 0, 0, mark)
    if want.status != 0 or not want.out:
        return 0, [f"without a failure: {want}"]
    wrong, number, failed = [], 0, True
    while failed:
        number += 1
        for last in (number, 2**62):
            result, failed = without(command, number, last, mark)
            fault = fault_of(result, want) if failed else None
            if fault:
                wrong.append(f"number {number}{' and all that follow' * (last != number)}: {fault}")
    return number - 1, wrong


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
                     env={"LD_PRELOAD": LIBRARY, "NO_MEMORY": f"{number}-{number}:{mark}"})
        failed = os.path.exists(mark)
        found = b"" if not os.listxattr(file) else os.getxattr(file, "user.x")
        if (result.status, os.listxattr(file), found) not in ((1, [], b""), (0, ["user.x"], b"value")):
            wrong.append(f"number {number}: {found} and {result}")
        for path in [mark] * failed:
            os.unlink(path)
        for name in os.listxattr(file):
            os.removexattr(file, name)
    tap.ok(f"setfattr: {check_setfattr.__doc__} ({number - 1} allocations)", wrong)


def main():
    place, marks = (tempfile.mkdtemp(prefix="osbox-memory.") for _ in range(2))
    try:
        faults.make_place(place)
        os.chdir(place)
        with ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2)) as pool:
            outcomes = pool.map(faults_of, COMMANDS, (f"{marks}/{i}" for i in range(len(COMMANDS))))
            for command, (count, wrong) in zip(COMMANDS, outcomes):
                tap.ok(f"{' '.join(command)}: an allocation that fails gives the same output or ENOMEM"
                       f" ({count} allocations)", wrong)
        check_setfattr(marks)
    finally:
        os.chdir("/")
        shutil.rmtree(place)
        shutil.rmtree(marks)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
