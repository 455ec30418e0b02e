#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""The threads of osbox under ThreadSanitizer.

usage: walk_threads.py OSBOX MUTATOR [--long]

OSBOX is built with -Db_sanitize=thread (./dev build --flavour=tsan). Walks in all
forms, and xattr -R, of trees that helpers/mutator.c changes meanwhile, with many
descriptors and few; urandom with several threads. Fails when ThreadSanitizer
reports anything, or a walk that has nothing to report ends with an error. Short:
half a minute; --long: ten. Prints TAP and the number of runs.
"""

import os
import shlex
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from testlib import Mutators, Tap, run  # noqa: E402

WALKS = [
    "walk -j4",
    "walk -j3 -F path,st_size,user",
    "walk -j4 --bottom-up",
    "walk -j4 --tuples -J",
    "walk -j4 --tuples --bottom-up -J",
    "walk -j4 --sum -J",
    "walk -j4 --follow -J -F path,type",
    "walk -j4 --follow --sum",
    "walk -j4 --sort --progress",
    "walk -j4 -x --name=k* --exclude=m1*",
    "xattr list -R",
    "xattr dump -R",
]
RANDOM = ["urandom -j4 9M", "urandom -j3 --random 3M", "urandom -j4 --hex 2M"]
# Where a chain is renamed below a directory that was closed, threads meet on their way up.
CLOSED = ["walk -j4", "walk -j4 --sum -J", "walk -j4 --tuples -J"]

tap = Tap()
LONG = sys.argv[3:] == ["--long"] or bool(os.environ.get("OSBOX_FULL"))
if len(sys.argv) != 3 and not (LONG and len(sys.argv) == 4):
    sys.exit(__doc__)
OSBOX, MUTATOR = (os.path.realpath(path) for path in sys.argv[1:3])


def is_instrumented():
    """Whether ThreadSanitizer is in the program."""
    with open(OSBOX, "rb") as file:
        return b"__tsan_init" in file.read()


def make_chains(top, depth):
    """Chains of directories k, each with others beside the next one, and files."""
    for name in ("ka", "kb", "kc"):
        here = os.path.join(top, name)
        os.makedirs(here)
        for _ in range(depth):
            for beside in "xyz":
                os.makedirs(os.path.join(here, beside, "in", "in"))
            file = os.path.join(here, "file")
            with open(file, "xb"):
                pass
            os.link(file, os.path.join(here, "x", "linked"))
            os.symlink("y", os.path.join(here, "link"))
            here = os.path.join(here, "k")
            os.mkdir(here)
            os.setxattr(here, "user.x", b"1")


def reads_all(place):
    """Whether a directory of mode 0 can be listed."""
    closed = tempfile.mkdtemp(dir=place)
    os.chmod(closed, 0)
    allowed = os.access(closed, os.R_OK | os.X_OK, effective_ids=True)
    os.rmdir(closed)
    return allowed


def fault_of(result, statuses):
    """What is wrong with a run; None when all is well."""
    if b"ThreadSanitizer" in result.err:
        lines = [line.strip() for line in result.err.decode("utf-8", "replace").splitlines()]
        places = [line for line in lines if line.startswith(("WARNING", "#0", "#1", "#2"))]
        return f"{result.argv}:\n" + "\n".join(places[:12])
    return None if result.status in statuses else str(result)


def check(claim, commands, seconds, *, few=False, statuses=(0,), top=None):
    """Runs the commands in turn for a while, each at least once."""
    faults, runs, end = [], 0, time.monotonic() + seconds
    while runs < len(commands) or time.monotonic() < end:
        argv = [OSBOX, *shlex.split(commands[runs % len(commands)]), *([top] if top else [])]
        if few:
            argv = ["sh", "-c", 'ulimit -n 16; exec "$@"', "sh", *argv]
        result = run(argv, timeout=120)
        runs += 1
        fault = fault_of(result, statuses)
        if fault:
            faults.append(fault)
    tap.ok(claim, faults)
    print(f"# {runs} runs")


def main():
    place = os.path.realpath(tempfile.mkdtemp(prefix="osbox-threads."))
    unit = 60 if LONG else 3
    try:
        still, moving, storm = (os.path.join(place, name) for name in ("still", "moving", "storm"))
        make_chains(still, 18)
        make_chains(moving, 18)
        make_chains(storm, 10)
        check("trees that nobody changes", WALKS, unit, top=still)
        check("the same with few descriptors", WALKS, unit, few=True, top=still)
        with Mutators(MUTATOR, moving, "flip"):
            check("chains of directories that are renamed", WALKS, unit, top=moving)
            check("the same with few descriptors", WALKS, unit, few=True, top=moving)
            check("the same, threads that meet on their way up", CLOSED, 4 * unit, few=True,
                  top=moving)
        # Who may not read what is at mode 0 says so.
        good = (0,) if reads_all(place) else (0, 77)
        with Mutators(MUTATOR, storm, "create", "unlink", "rename", "chmod"):
            check("four mutators", WALKS, unit, statuses=good, top=storm)
            check("four mutators, few descriptors", WALKS, unit, few=True, statuses=good, top=storm)
        check("urandom", RANDOM, unit)
    finally:
        run(["chmod", "-R", "u+rwX", place], timeout=60)
        run(["rm", "-rf", place], timeout=60)
    return tap.done()


if __name__ == "__main__":
    if not is_instrumented():
        tap.skip("threads", "built without ThreadSanitizer")
        sys.exit(tap.done())
    sys.exit(main())
