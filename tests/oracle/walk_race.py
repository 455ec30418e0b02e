#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""osbox walk of trees that change meanwhile.

usage: walk_race.py OSBOX MUTATOR [--long]

A directory and a link to the outside are exchanged, and a directory is moved out
of the tree and back, as fast as helpers/mutator.c can: no path from outside is
ever listed.  Four mutators create, remove, rename and chmod: each entry that
they leave alone is listed exactly once, and what vanished is silent.  Short: a
few hundred walks; --long: 10,000, and a minute of four mutators.  Prints TAP and
the changes a second that were reached.
"""

import collections
import os
import re
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from testlib import Mutators, Tap, run  # noqa: E402

tap = Tap()
LONG = sys.argv[3:] == ["--long"] or bool(os.environ.get("OSBOX_FULL"))
if len(sys.argv) != 3 and not (LONG and len(sys.argv) == 4):
    sys.exit(__doc__)
OSBOX, MUTATOR = (os.path.realpath(path) for path in sys.argv[1:3])
SECRET = b"SECRET"
MODES = [["-j1"], ["-j4"], ["-j4", "--bottom-up"], ["-j1", "--bottom-up"], ["-j4", "--tuples", "-J"],
         ["-j2", "-F", "path,st_size,type"], ["-j4", "--sum"]]


def fill(directory, depth, width, name):
    """Directories in directories, with files beside them."""
    os.makedirs(directory)
    for i in range(width):
        with open(os.path.join(directory, name + b"-file%d" % i), "xb"):
            pass
        if depth:
            fill(os.path.join(directory, name + b"-dir%d" % i), depth - 1, width, name)


def chain(directory, depth, beside):
    """A directory in a directory in a directory, each with others beside it."""
    os.makedirs(directory)
    for _ in range(depth):
        for i in range(3):
            os.mkdir(os.path.join(directory, beside + b"-beside%d" % i))
        directory = os.path.join(directory, b"inside")
        os.mkdir(directory)


def walk(mode, top, few):
    """One walk; with few descriptors every directory is closed and opened again."""
    argv = [OSBOX, "walk", *mode, top]
    if few:
        argv = ["sh", "-c", 'ulimit -n 16; exec "$@"', "sh", *argv]
    return run(argv, timeout=60)


def check_escapes(claim, top, mutators, few, count, seconds):
    """Walks while the mutators run: nothing from outside, no error."""
    faults, walks, held = [], 0, 0
    end = time.monotonic() + seconds
    with mutators:
        while walks < count and time.monotonic() < end:
            result = walk(MODES[walks % len(MODES)], top, few)
            walks += 1
            held += b"inside" in result.out
            if SECRET in result.out or SECRET in result.err:
                faults.append(f"outside is listed: {result}")
            elif result.status != 0 or result.err:
                faults.append(f"not silent: {result}")
    tap.ok(claim, faults)
    print(f"# {walks} walks, {held} of which saw the directory; a second: {mutators.rates}")
    tap.ok(f"{claim}: both happened, some walks saw the directory", held > 0)


def check_swap(place, few, count, seconds):
    """A directory and a link, exchanged."""
    claim = "a directory is exchanged with a link to the outside" + few * ", with few descriptors"
    top = os.path.join(place, b"swap%d" % few)
    fill(os.path.join(top, b"in", b"x"), 1, 4, b"inside")
    chain(os.path.join(top, b"in", b"x", b"chain"), 30, b"inside")
    fill(os.path.join(top, b"out"), 1, 4, SECRET)
    # The same names, so that what is opened again by name would be found.
    chain(os.path.join(top, b"out", b"chain"), 30, SECRET)
    for name in (b"inside-dir0", b"inside-dir1"):
        fill(os.path.join(top, b"out", name), 1, 2, SECRET)
    os.symlink(os.path.join(top, b"out"), os.path.join(top, b"in", b"y"))
    check_escapes(claim, os.path.join(top, b"in"),
                  Mutators(MUTATOR, os.path.join(top, b"in"), "swap"), few, count, seconds)


def check_move(place, few, count, seconds):
    """A directory that is read is moved elsewhere: its .. is outside then."""
    claim = "a directory is moved out of the tree and back" + few * ", with few descriptors"
    top = os.path.join(place, b"move%d" % few)
    fill(os.path.join(top, b"in", b"m"), 1, 3, b"inside")
    chain(os.path.join(top, b"in", b"m", b"chain"), 30, b"inside")
    fill(os.path.join(top, b"in", b"z"), 1, 3, b"inside")
    fill(os.path.join(top, b"out"), 1, 4, SECRET)
    check_escapes(claim, os.path.join(top, b"in"), Mutators(MUTATOR, top, "move"), few, count,
                  seconds)


def kept_tree(top):
    """Directories and files whose names begin with k: the mutators leave them alone."""
    paths = [top]
    os.mkdir(top)
    for i in range(6):
        one = os.path.join(top, b"k%d" % i)
        for path in (one, *(os.path.join(one, b"k%d" % j) for j in range(5))):
            os.mkdir(path)
            paths.append(path)
            for j in range(30):
                file = os.path.join(path, b"kept%d" % j)
                with open(file, "xb"):
                    pass
                paths.append(file)
    return paths


def reads_all(place):
    """Whether we may list a directory of mode 0."""
    closed = tempfile.mkdtemp(dir=place)
    os.chmod(closed, 0)
    allowed = os.access(closed, os.R_OK | os.X_OK, effective_ids=True)
    os.rmdir(closed)
    return allowed


KEPT = re.compile(rb"(/k[^/]*)*\Z")


def check_storm(place, few, seconds):
    """Four mutators."""
    top = os.path.join(place, b"storm%d" % few)
    kept = collections.Counter(kept_tree(top))
    mutators = Mutators(MUTATOR, top, "create", "unlink", "rename", "chmod")
    # Who may not read what is at mode 0 says so.
    good = (0,) if reads_all(place) else (0, 77)
    faults, walks, entries = [], 0, 0
    end = time.monotonic() + seconds
    with mutators:
        while time.monotonic() < end:
            mode = (["-j1"], ["-j4"], ["-j8"], ["-j4", "--bottom-up"], ["-j1", "--bottom-up"],
                    ["-j4", "--sort"], ["-j4", "-F", "path,st_size"])[walks % 7]
            result = walk(mode, top, few)
            walks += 1
            paths = [line.split(b"\t")[0] for line in result.out.splitlines()]
            entries += len(paths)
            got = collections.Counter(p for p in paths if KEPT.match(p[len(top):]))
            if got != kept:
                faults.append(f"{mode}: missing {list((kept - got).items())[:3]}, "
                              f"more {list((got - kept).items())[:3]}")
            if result.status not in good or (result.err and good == (0,)):
                faults.append(f"{mode}: status {result.status}, stderr {result.err[:300]!r}")
    tap.ok("four mutators: what they leave alone is listed exactly once, what vanished is silent"
           + few * ", with few descriptors", faults)
    print(f"# {walks} walks of {entries // max(walks, 1)} entries; a second: {mutators.rates}")


def main():
    place = os.fsencode(os.path.realpath(tempfile.mkdtemp(prefix="osbox-race.")))
    try:
        for few in (False, True):
            check_swap(place, few, *((10000, 3600) if LONG else (300, 5)))
            check_move(place, few, *((2000, 600) if LONG else (100, 3)))
            check_storm(place, few, 60 if LONG else 5 - 2 * few)
    finally:
        run(["chmod", "-R", "u+rwX", place], timeout=60)
        run(["rm", "-rf", place], timeout=60)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
