#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""The examples of the manual pages are run, and what they show is what they print.

usage: examples.py OSBOX PAGE...

An example is a literal display (.Bd -literal) in the section EXAMPLES of a page.
A line "$ COMMAND" is a command, "> REST" behind it continues it, and what follows
up to the next "$ " is its output, standard error included.  The commands of a
display run in one sh, in a directory of their own that holds these files:

    notes.txt       "hello" and a newline, mode 0644
    latest          a symbolic link to notes.txt
    docs/plan.txt   empty
    old             empty, changed 1.5 s before 1970
    caf\\xe9         empty; the name is Latin-1, so no UTF-8
    two\\nlines      empty; the name holds a newline

All but `old` were changed at 2026-08-01T10:00:00Z.  `osbox` is found in PATH, TZ
is UTC, and HOME is a temporary directory.

A command has to end with status 0, unless the next one shows `echo $?`.  Where
output is shown it has to be the same, line by line; a line "..." stands for any
lines, and none.  A page without an example fails.  Prints TAP.
"""

import os
import re
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from testlib import Tap, run  # noqa: E402

CHANGED = 1785578400 * 10**9
ANYTHING = b"..."
# What mdoc needs escapes for, in literal text.
ROFF = {
    r"\-": "-",
    r"\&": "",
    r"\e": "\\",
    r"\(aq": "'",
    r"\(dq": '"',
    r"\(ga": "`",
    r"\(ha": "^",
    r"\(ti": "~",
}


class Example:
    """A command, the output that is shown below it, and where that is."""

    def __init__(self, number, command):
        self.number = number
        self.command = command
        self.shown = []


def plain(line):
    """A line of a literal display as the reader sees it."""

    def character(match):
        if match[0] not in ROFF:
            sys.exit(f"Bail out! examples.py does not know the escape {match[0]}: {line}")
        return ROFF[match[0]]

    return re.sub(r"\\(?:\(..|\[[^]]*\]|.)", character, line)


def displays(page):
    """The literal displays of EXAMPLES: lists of (line number, line)."""
    section, lines = "", None
    for number, line in enumerate(page.splitlines(), 1):
        if line.startswith(".Sh "):
            section = line[4:]
        elif section == "EXAMPLES" and line.startswith(".Bd -literal"):
            lines = []
        elif line == ".Ed" and lines is not None:
            yield lines
            lines = None
        elif lines is not None:
            lines.append((number, plain(line)))


def parse(lines):
    """The examples of a display."""
    examples = []
    for number, line in lines:
        if line.startswith("$ "):
            examples.append(Example(number, line[2:]))
        elif not examples:
            sys.exit(f"Bail out! line {number}: output without a command: {line}")
        elif line.startswith("> ") and not examples[-1].shown:
            examples[-1].command += "\n" + line[2:]
        else:
            examples[-1].shown.append(os.fsencode(line))
    return examples


def prepare(place):
    """The files that examples speak of; the path of the directory."""
    files = os.path.join(os.fsencode(place), b"files")
    os.makedirs(os.path.join(files, b"docs"))
    for name in (b"notes.txt", b"docs/plan.txt", b"old", b"caf\xe9", b"two\nlines"):
        with open(os.path.join(files, name), "wb") as file:
            file.write(b"hello\n" if name == b"notes.txt" else b"")
    os.symlink(b"notes.txt", os.path.join(files, b"latest"))
    for name in os.listdir(files):
        changed = -1_500_000_000 if name == b"old" else CHANGED
        os.utime(os.path.join(files, name), ns=(changed, changed), follow_symlinks=False)
    return files


def script(examples, mark):
    """One sh for all of them: each finds the status of the one before in $?."""
    parts = ["status=0"]
    for example in examples:
        parts += [f"(exit $status)\n{example.command}", f"status=$?; echo {mark} $status"]
    return "\n".join(parts) + "\n"


def matches(shown, printed):
    """Whether the lines are the same, where "..." is any lines."""
    if not shown:
        return not printed
    if shown[0] != ANYTHING:
        return bool(printed) and shown[0] == printed[0] and matches(shown[1:], printed[1:])
    return any(matches(shown[1:], printed[at:]) for at in range(len(printed) + 1))


def faults_of(example, following, printed, status):
    """What is wrong with the result of one command."""
    faults = []
    if status is None:
        return [b"it did not end"]
    if status != b"0" and not (following and following.command.startswith("echo $?")):
        faults.append(b"status " + status)
    if example.shown and not matches(example.shown, printed):
        faults += [b"shown:   " + line for line in example.shown]
        faults += [b"printed: " + line for line in printed]
    return faults


def check_display(tap, osbox, page, examples):
    """Runs the commands of a display."""
    place = tempfile.mkdtemp(prefix="osbox-examples.")
    try:
        files = prepare(place)
        programs = os.path.join(place, "bin")
        os.mkdir(programs)
        os.symlink(osbox, os.path.join(programs, "osbox"))
        mark = os.path.basename(place)
        environment = {
            "PATH": programs + os.pathsep + os.environ["PATH"],
            "HOME": place,
            "TZ": "UTC0",
            "LC_ALL": "C",
        }
        text = 'exec 2>&1; umask 022; cd "$1"\n' + script(examples, mark)
        result = run(["sh", "-c", text, "sh", files], env=environment, cwd=place)
    finally:
        shutil.rmtree(place)
    # An output without a newline at its end is before the mark on the same line.
    pieces = re.split(rb"%s (\d+)\n" % mark.encode(), result.out)
    for at, example in enumerate(examples):
        ended = 2 * at + 1 < len(pieces)
        printed = pieces[2 * at].splitlines() if 2 * at < len(pieces) else []
        following = examples[at + 1] if at + 1 < len(examples) else None
        tap.ok(
            f"{page}:{example.number}: $ {example.command}".replace("\n", " "),
            faults_of(example, following, printed, pieces[2 * at + 1] if ended else None),
        )


def is_nice():
    """Whether we have, and keep, a nice value that is not the 0 that pages show."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, 0)
    except PermissionError:
        return True
    return False


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    nice = is_nice()
    osbox = os.path.realpath(sys.argv[1])
    tap = Tap()
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as file:
            found = [parse(lines) for lines in displays(file.read())]
        page = os.path.basename(path)
        tap.ok(f"{page} has examples", any(found))
        for examples in found:
            if nice and any("nice" in example.command for example in examples):
                tap.skip(f"{page}:{examples[0].number}", "the nice value here is above 0, and cannot be lowered")
                continue
            check_display(tap, osbox, page, examples)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
