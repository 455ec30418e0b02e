#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""Nothing that a file's name or an argument holds reaches a terminal raw.

usage: terminal.py OSBOX

Every node of the tree of commands gets hostile arguments with stderr on a
terminal; the commands of NAMES print hostile names, and the targets of links,
with stdout on a terminal, in every format.  Prints TAP.
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
from on_pty import run_on_terminal  # noqa: E402
from testlib import CLEAN_ENV, Tap, printable, run, tree  # noqa: E402

# How a command prints the names that are its operands: arguments before them, and the fields.
NAMES = {
    "stat": ["-F", "path,type"],
    "lstat": ["-F", "path,target,type"],
}

# One class of terminal attack a name.
HOSTILE = {
    "CSI": b"x\x1b[31m",
    "OSC": b"x\x1b]0;title\x07",
    "C1 as UTF-8": "x\u009b31m".encode(),
    "a raw C1 byte": b"x\x9b31m",
    "DCS": b"x\x90q\x9c",
    "bidi override": "x\u202etxt".encode(),
    "bidi isolate": "x\u2066y\u2069".encode(),
    "marks": "x\u200e\u200f\u061c".encode(),
    "DEL": b"x\x7f",
    "newline": b"x\nforged=1",
    "CR": b"x\rforged",
    "tab": b"x\ty",
    "backspace": b"x\x08\x08y",
    "line separator": "x\u2028y\u2029".encode(),
    "byte order mark": "\ufeffx".encode(),
    "tag characters": "x\U000e0041\U000e007f".encode(),
    "a surrogate in UTF-8": b"x\xed\xa0\x80",
    "an overlong ESC": b"x\xc0\x9b[31m",
    "every C0": bytes(range(1, 32)),
    "every byte from 128": bytes(range(128, 256)),
}

RAW = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
    "\U000e0000-\U000e007f]"
)

tap = Tap()


def raw_fault(data, tabs):
    """What of the bytes a terminal would obey; bold headers are osbox's own."""
    try:
        text = data.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        return f"raw byte: {error}"
    text = text.replace("\x1b[1m", "").replace("\x1b[0m", "")
    found = RAW.search(text)
    if found:
        return f"raw {found.group()!r}"
    return "a tab" if "\t" in text and not tabs else None


def on_terminal(which, osbox, arguments, cwd, tabs=False):
    """Runs osbox with a stream on a terminal; (status, faults)."""
    status, data = run_on_terminal(which, [osbox, *arguments], cwd=cwd, env=CLEAN_ENV)
    fault = raw_fault(data, tabs)
    shown = " ".join(printable(word) for word in arguments)
    if status < 0 or not data:
        return [f"{shown}: status {status}, {len(data)} bytes"]
    return [f"{shown}: {fault} in {data[:200]!r}"] if fault else []


def check_messages(osbox, node, place):
    """Hostile arguments in every position that a message can quote."""
    for kind, name in HOSTILE.items():
        faults = []
        for form in ("text", "json"):
            calls = [[b"--" + name], [b"-" + b"\x1b"]]
            for row in node.options:
                if row["metavar"] and (row["choices"] or row["complete"] == "fields"):
                    calls.append([f"--{row['long']}=".encode() + name])
                elif row["metavar"] is None:
                    calls.append([f"--{row['long']}=".encode() + name])
            if node.commands:
                calls.append([name])
            for call in calls:
                # Fields are looked at only when there is something to print.
                more = ["."] if node.key in NAMES else []
                arguments = [*node.words, "-o", form, *call, *more]
                if call == [name]:
                    arguments = [*node.words, name]
                status, data = run_on_terminal(
                    "err", [osbox, *arguments], cwd=place, env=CLEAN_ENV
                )
                fault = raw_fault(data, False)
                if fault or status < 0:
                    faults.append(f"{arguments}: status {status}, {fault} in {data[:200]!r}")
                elif status != 0 and not data and node.words:
                    faults.append(f"{arguments}: status {status} without a message")
        tap.ok(f"{node.name}: {kind} in an argument is escaped in messages, on a terminal", faults)


def check_names(osbox, node, place):
    """Hostile names and targets of links as operands."""
    words = [*node.words, *NAMES[node.key]]
    names = list(HOSTILE.values())
    for form in node.formats:
        faults = []
        for group in [[name] for name in names] if form == "sh" else [names]:
            arguments = [*words, "-o", form, "--", *group]
            faults += on_terminal("out", osbox, arguments, place, tabs=form in ("tsv", "value"))
        tap.ok(f"{node.name} -o {form}: hostile names are escaped on a terminal", faults)
        links = [b"link-%d" % i for i in range(len(names))]
        faults = []
        for group in [[link] for link in links] if form == "sh" else [links]:
            arguments = [*words, "-o", form, "-F", "target,path", "-P", "--", *group]
            faults += on_terminal("out", osbox, arguments, place, tabs=form in ("tsv", "value"))
        tap.ok(f"{node.name} -o {form}: hostile targets are escaped on a terminal", faults)
    faults = []
    for name in names:
        for form in node.formats:
            arguments = [*words, "-o", form, "--", b"missing-" + name]
            faults += on_terminal("err", osbox, arguments, place)
            said = run([osbox, *arguments], cwd=place).err
            if raw_fault(said, False) or said.count(b"\n") != 1:
                faults.append(f"through a pipe: {said!r}")
    tap.ok(f"{node.name}: diagnostics escape names on a terminal and through a pipe", faults)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    osbox = os.path.realpath(sys.argv[1])
    place = tempfile.mkdtemp(prefix="osbox-terminal.")
    try:
        for i, name in enumerate(HOSTILE.values()):
            path = os.path.join(os.fsencode(place), name)
            with open(path, "wb"):
                pass
            os.symlink(name, os.path.join(os.fsencode(place), b"link-%d" % i))
        for node in tree(osbox):
            check_messages(osbox, node, place)
            if node.key in NAMES:
                check_names(osbox, node, place)
    finally:
        shutil.rmtree(place)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
