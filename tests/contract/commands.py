#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""The contract that every command keeps, put to every node of the tree of commands.

usage: commands.py OSBOX [NODE]...

The nodes are those of `osbox --describe`, so a new applet is tested with no
edit here but one: a node that prints records needs a row in EXAMPLES, and fails
without one.  A NODE ("stat", "xattr get", "osbox" for the root) limits the run.
Prints TAP.
"""

import csv
import ctypes
import io
import os
import re
import shutil
import signal
import sys
import tempfile
from decimal import Decimal

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from testlib import (  # noqa: E402
    FORMATS,
    SHELLS,
    NotStrict,
    Tap,
    need,
    run,
    strict_json,
    tree,
)

# Arguments with which a node prints records, in a directory that holds a file `f`, which has an
# attribute user.x, and a `dump` of that.
EXAMPLES = {
    "osbox": ["--list"],
    "stat": ["."],
    "lstat": ["."],
    "walk": ["."],
    "spawn": ["--umask=022"],
    "popen": ["printf 'out\\n'"],
    "timerfd": ["--initial=1ms"],
    "timerfd settime": ["--fd=8", "--initial=0"],
    "timerfd gettime": ["--fd=8"],
    "timerfd read": ["--fd=9"],
    "timerfd clocks": [],
    "sched show": [],
    "sched set": [],  # added by main()
    "sched limits": [],
    "sched cpus": [],
    "waitid": [],  # added by main()
    "waitid decode": ["256"],
    "urandom": ["--int=100:999"],
    "xattr list": ["f"],
    "xattr get": ["user.x", "f"],
    "xattr dump": ["f"],
    "xattr restore": ["dump"],
}
# Of these, the ones that print several records: a usage error with -o sh.
MANY = {"osbox", "walk", "timerfd clocks", "sched limits"}
# The ones whose values are others each time: digits are not compared.
VOLATILE = {"popen", "spawn", "sched show", "sched cpus", "timerfd", "timerfd read",
            "timerfd clocks", "urandom"}
# Usage errors of commands that run a command; 64 elsewhere.
USAGE_STATUS = {"spawn": 125, "popen": 125}

# A command has at most CLI_OPTIONS_MAX rows (lib/cli/command.h), the common options and all headings
# included; this leaves room for those.
OPTIONS_MAX = 64

# The texts of the tables that check_sizes() looks at: struct, members.
TEXTS = {
    "cli_command": "name",
    "cli_option": "name metavar needs preset conflicts help",
    "cli_choice": "name help",
    "cli_field": "name help",
    "cli_exit": "meaning",
}

# A word that is near no option or field, and a letter for each node that is no option of it.
NOWHERE = "zzqqxxjjvv"
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ123456789"
HOSTILE = "\x1b[31m\u009b\u202e\n"
RAW = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")

CELL = {
    "int": r"-?\d+",
    "uint": r"\d+",
    "bool": r"true|false",
    "mode": r"\d+",
    "mask": r"\d+",
    "octal": r"0[0-7]{4,}",
    "timespec": r"-?\d+\.\d{9}",
    "timespec_ns": r"-?\d+",
    "timestamp": r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z",
    "duration": r"-?\d+\.\d{9}",
    "duration_ns": r"-?\d+",
    "enum": r"[A-Za-z0-9_+-]+",
    "ranges": r"(\d+(-\d+)?(,\d+(-\d+)?)*)?",
}

tap = Tap()
OSBOX = os.path.realpath(sys.argv[1]) if len(sys.argv) > 1 else sys.exit(__doc__)
PLACE = tempfile.mkdtemp(prefix="osbox-contract.")
seen = {}
inherited = []


def ended_process():
    """Arguments of waitid for a process that has ended, which it can be told of over and over."""
    pid = os.fork() or os._exit(7)
    pidfd = os.pidfd_open(pid)
    inherited.append(pidfd)
    os.waitpid(pid, 0)
    if run([OSBOX, "waitid", f"--pidfd={pidfd}"], pass_fds=inherited).status == 0:
        return [f"--pidfd={pidfd}"]
    # Before Linux 6.15 only a zombie can be told of.
    return [str(os.spawnlp(os.P_NOWAIT, "true", "true"))]


def inherit_timers():
    """Timers for the examples: descriptor 8 is disarmed, 9 has expired whenever it is read."""
    libc = ctypes.CDLL(None, use_errno=True)
    for fd, interval in ((8, 0), (9, 1)):
        timer = libc.timerfd_create(1, 0)
        libc.timerfd_settime(timer, 0, (ctypes.c_long * 4)(0, interval, 0, interval), None)
        os.dup2(timer, fd)
        os.close(timer)


def call(node, *arguments, **more):
    """Runs a node, and remembers its status."""
    if node.words[:1] == ["timerfd"]:
        more.setdefault("pass_fds", (8, 9))
    more.setdefault("cwd", PLACE)
    more.setdefault("pass_fds", inherited)
    result = run([OSBOX, *node.words, *arguments], **more)
    seen.setdefault(node.key, set()).add(result.status)
    return result


def usage_status(node):
    """What a usage error of the node exits with."""
    return USAGE_STATUS.get(node.key, 64)


def lines(data):
    """Whole lines of text; not UTF-8 or an unfinished line is a fault of its own."""
    text = data.decode("utf-8", "backslashreplace")
    return text.split("\n")[:-1] if text.endswith("\n") else [*text.split("\n"), "(no newline)"]


def distance(a, b):
    """Letters changed, added, left out or swapped with a neighbour."""
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


def misspelled(names):
    """Each name with a letter dropped, and the names that are then the nearest."""
    for name in names:
        if len(name) < 4:
            continue
        for at in {1, len(name) // 2}:
            word = name[:at] + name[at + 1 :]
            if word not in names and not word.startswith("-") and not word.endswith("-"):
                yield word, {other for other in names if distance(word, other) <= 1}


def suggested(result):
    """The name of "did you mean 'NAME'?", without dashes."""
    found = re.search(rb"did you mean '-*([^']*)'\?", result.err)
    return found.group(1).decode() if found else None


def faults_of_usage(node, result, *, about=None, near=None):
    """What is wrong with a usage error: status, one line on stderr, nothing on stdout."""
    faults = []
    if result.status != usage_status(node):
        faults.append(f"status is not {usage_status(node)}: {result}")
    if result.out:
        faults.append(f"stdout is not empty: {result}")
    said = lines(result.err)
    label = " ".join(node.words) or "osbox"
    if len(said) != 1 or not said[0].startswith(label + ": "):
        faults.append(f"no one line '{label}: ...' on stderr: {result}")
    if about is not None and about.encode() not in result.err:
        faults.append(f"{about} is not named: {result}")
    if near is not None and suggested(result) not in near:
        faults.append(f"suggests {suggested(result)}, not one of {sorted(near)}: {result}")
    return faults


# ---- help ----


def faults_of_width(text):
    """Lines of more than 80 columns."""
    return [f"{len(line)} columns: {line}" for line in text if len(line) > 80]


def check_help(node):
    """--help, -h, -V, --version."""
    plain = call(node, "--help")
    text = plain.out.decode()
    faults = [] if plain.status == 0 and text and not plain.err else [str(plain)]
    tap.ok(f"{node.name} --help prints help on stdout and nothing on stderr", faults)
    tap.ok(f"{node.name} --help is at most 80 columns wide", faults_of_width(lines(plain.out)))
    tap.ok(f"{node.name} -h is --help", call(node, "-h").out == plain.out)
    listed = re.findall(r"^ +(?:-(\S), |    )--([a-z0-9][a-z0-9-]*)", text, re.M)
    told = [(row["short"] or "", row["long"]) for row in node.options]
    tap.ok(
        f"{node.name} --help lists exactly the options of --describe, in its order",
        [] if listed == told else [f"differ: {sorted(set(listed) ^ set(told))}", listed, told],
    )
    section = text.partition("\nExit status:\n")[2]
    statuses = {int(n) for n in re.findall(r"^  (\d+) ", section, re.M)}
    tap.ok(f"{node.name} --help lists the exit statuses of --describe", statuses == node.exits)
    named = set(re.findall(r"^  (\S+) ", text.partition("\nCommands:\n")[2], re.M))
    missing = [row["name"] for row in node.commands if row["name"] not in named]
    tap.ok(f"{node.name} --help lists its commands", missing)
    version = call(node, "--version")
    good = version.status == 0 and re.fullmatch(rb"osbox \d+\.\d+\.\d+\S*\n", version.out)
    tap.ok(
        f"{node.name} -V and --version print the version",
        [] if good and not version.err and call(node, "-V").out == version.out else [str(version)],
    )


def check_describe(node):
    """--describe of the node alone is the node's part of the whole."""
    faults = []
    result = call(node, "--describe")
    try:
        if strict_json(result.out) != [node.told] or result.status != 0 or result.err:
            faults.append(str(result))
    except (NotStrict, ValueError) as error:
        faults.append(f"{error}: {result}")
    for what, names in (
        ("option", [row["long"] for row in node.options]),
        ("letter", [row["short"] for row in node.options if row["short"]]),
        ("field", [row["name"] for row in node.fields]),
        ("command", [row["name"] for row in node.commands]),
    ):
        twice = {name for name in names if names.count(name) > 1}
        faults += [f"{what} {name} is there twice" for name in twice]
    for row in node.options:
        faults += [
            f"--{row['long']} conflicts with --{other}, which does not exist"
            for other in row["conflicts"]
            if not node.has_option(other)
        ]
    tap.ok(f"{node.name} --describe is the node's part of osbox --describe, names once", faults)
    count = len(node.options)
    tap.ok(f"{node.name} has at most {OPTIONS_MAX} options", [] if count <= OPTIONS_MAX else [str(count)])


def array_sizes():
    """Bytes of each array of characters in the rows of tables: {"cli_option": {"help": 124}}."""
    sizes = {}
    for header in ("command.h", "option.h", "record.h", "status.h"):
        with open(os.path.join(HERE, "..", "..", "lib", "cli", header), encoding="utf-8") as file:
            text = file.read()
        for name, members in re.findall(r"^struct (\w+) \{\n(.*?)^\};", text, re.M | re.S):
            arrays = re.findall(r"^ +char (\w+)\[(\d+)\];", members, re.M)
            sizes[name] = {member: int(size) for member, size in arrays}
    return sizes


def faults_of_size(what, sizes, texts):
    """Texts that fill their array, so that no NUL ends them: what follows is read with them."""
    faults = []
    for member, size in sizes.items():
        text = texts.get(member) or ""
        if not isinstance(text, str):  # an object in place of bytes that are not UTF-8
            faults.append(f"{what}: .{member} is not text: {text}")
        elif len(text.encode()) >= size:
            faults.append(f"{what}: .{member} is {text!r}, of which at most {size - 1} bytes fit")
    return faults


def check_sizes(node, sizes):
    """Every text of a table's row leaves room for its NUL, on which C does not insist."""
    faults = faults_of_size("the command", sizes["cli_command"], {"name": node.told["name"]})
    for row in node.options:
        what = f"--{row['long']}"
        texts = {
            "name": row["long"],
            "metavar": row["metavar"],
            "needs": row["needs"],
            "preset": row["default"],
            "conflicts": " ".join(row["conflicts"]),
            "help": row["help"],
        }
        faults += faults_of_size(what, sizes["cli_option"], texts)
        if row["choices"]:
            # Only completion shows what is said of each choice.
            told = call(type(node)([], node.told), "--complete", "osbox", *node.words, what + "=")
            for line in lines(told.out)[1:]:
                name, _, text = line.partition("=")[2].partition("\t")
                texts = {"name": name, "help": text}
                faults += faults_of_size(f"{what}={name}", sizes["cli_choice"], texts)
    for heading in re.findall(r"^(\S.*):$", call(node, "--help").out.decode(), re.M):
        faults += faults_of_size(heading, sizes["cli_option"], {"help": heading})
    for row in node.fields:
        faults += faults_of_size(row["name"], sizes["cli_field"], row)
    for row in node.told["exits"]:
        faults += faults_of_size(f"status {row['status']}", sizes["cli_exit"], row)
    tap.ok(f"{node.name}: every text of the tables leaves room for its NUL", faults)


def check_completion(node):
    """The option names that the completion offers; "=" behind those that take a value."""
    result = call(type(node)([], node.told), "--complete", "osbox", *node.words, "--")
    offered = [line.partition("\t")[0] for line in lines(result.out)[1:]]
    faults = [] if result.status == 0 and not result.err else [str(result)]
    told = {}
    for row in node.options:
        name = "--" + row["long"]
        forms = [name, name + "="] if row["optional"] else [name + "=" * bool(row["metavar"])]
        told.update(dict.fromkeys(forms, name))
    faults += [f"{word} is offered" for word in offered if word not in told]
    missing = set(told.values()) - {told.get(word) for word in offered}
    faults += [f"{name} is not offered" for name in sorted(missing)]
    tap.ok(f"{node.name}: completion offers exactly the options of --describe", faults)


# ---- usage errors ----


def check_unknown_option(node):
    """Options that do not exist."""
    result = call(node, "--" + NOWHERE)
    faults = faults_of_usage(node, result, about=f"'--{NOWHERE}'")
    if suggested(result):
        faults.append(f"a suggestion: {result}")
    letter = next(c for c in LETTERS if c not in {row["short"] for row in node.options})
    faults += faults_of_usage(node, call(node, "-" + letter), about=f"'-{letter}'")
    faults += faults_of_usage(node, call(node, "-h" + letter), about=f"'-{letter}'")
    faults += faults_of_usage(node, call(node, "--=x"))
    tap.ok(f"{node.name}: an unknown option is a usage error", faults)
    names = [row["long"] for row in node.options]
    faults = []
    for word, near in misspelled(names):
        faults += faults_of_usage(node, call(node, "--" + word), near=near)
    tap.ok(f"{node.name}: a misspelled option is a usage error with a suggestion", faults)
    faults = []
    for name in names:
        short = name[:-1]
        if len(short) > 1 and short not in names:
            faults += faults_of_usage(node, call(node, "--" + short), about=f"'--{short}'")
    tap.ok(f"{node.name}: an abbreviated option is an unknown one", faults)
    result = call(node, "--" + HOSTILE)
    faults = faults_of_usage(node, result)
    if RAW.search(result.err.decode()):
        faults.append(f"raw control characters: {result}")
    tap.ok(f"{node.name}: an argument with terminal escapes is shown escaped", faults)


def check_option_values(node):
    """Flags with a value, options without one."""
    faults = []
    for row in node.options:
        if row["metavar"] is None:
            name = "--" + row["long"]
            faults += faults_of_usage(node, call(node, name + "=x"), about=name)
            faults += faults_of_usage(node, call(node, name + "="), about=name)
    tap.ok(f"{node.name}: a flag with =VALUE is a usage error", faults)
    faults = []
    for row in node.options:
        if row["metavar"] is None or row["optional"]:
            continue
        faults += faults_of_usage(node, call(node, "--" + row["long"]), about="--" + row["long"])
        if row["short"]:
            faults += faults_of_usage(node, call(node, "-" + row["short"]), about="-" + row["short"])
    tap.ok(f"{node.name}: an option without its value is a usage error", faults)
    faults = []
    for row in node.options:
        if not row["choices"]:
            continue
        name = "--" + row["long"]
        result = call(node, f"{name}={NOWHERE}")
        faults += faults_of_usage(node, result, about=name)
        faults += [
            f"{choice} is not named: {result}"
            for choice in row["choices"]
            if choice.encode() not in result.err
        ]
        for word, near in misspelled(row["choices"]):
            if row["long"] != "output" or word not in node.field:
                faults += faults_of_usage(node, call(node, f"{name}={word}"), near=near)
    tap.ok(f"{node.name}: a value that is no choice is a usage error that names them", faults)


def check_json_usage(node):
    """With -J, before or after, a usage error is one JSON object on stderr."""
    faults = []
    for arguments in (["-J", "--" + NOWHERE], ["--" + NOWHERE, "-J"], ["--json", "--output"]):
        result = call(node, *arguments)
        try:
            told = strict_json(result.err)
        except (NotStrict, ValueError) as error:
            faults.append(f"{error}: {result}")
            continue
        keys = [list(document) for document in told]
        if keys != [["error", "errno", "applet", "operation", "path", "message"]]:
            faults.append(f"members {keys}: {result}")
        elif told[0]["error"] != "EX_USAGE" or told[0]["errno"] is not None:
            faults.append(f"not EX_USAGE: {result}")
        if result.status != usage_status(node) or result.out:
            faults.append(str(result))
    tap.ok(f"{node.name} -J: a usage error is one JSON object on stderr", faults)


def check_without_arguments(node):
    """Nothing at all is no crash and no hang."""
    result = call(node, timeout=10)
    good = isinstance(result.status, int) and result.status in node.exits
    if not node.told["stop_at_operand"] and result.status not in (0, 1) and not result.err:
        good = False
    tap.ok(f"{node.name} without arguments ends with a documented status", [] if good else [str(result)])


def check_unknown_command(node):
    """A word that is no command below the node, or no operand of it."""
    if not node.told["usage"]:
        faults = faults_of_usage(node, call(node, NOWHERE), about=NOWHERE)
        tap.ok(f"{node.name} takes no operand: one is a usage error", faults)
    if not node.commands or node.told["operands"] != "none":
        return
    status = 127 if not node.words else usage_status(node)
    names = [row["name"] for row in node.commands]
    wrong = [(NOWHERE, {None})] + list(misspelled(names))
    faults = []
    for word, near in wrong:
        result = call(node, word)
        if result.status != status or result.out or len(lines(result.err)) != 1:
            faults.append(f"status is not {status}, or no one line on stderr: {result}")
        if suggested(result) not in near:
            faults.append(f"suggests {suggested(result)}, not one of {near}: {result}")
    tap.ok(f"{node.name}: an unknown command is status {status} with the nearest name", faults)


# ---- output that is lost ----


def printing_calls(node):
    """Invocations that print something: (arguments, whether errors are JSON)."""
    calls = [["--help"], ["--version"], ["--describe"]]
    if node.fields and node.key in EXAMPLES:
        example = EXAMPLES[node.key]
        calls += [example, [*example, "-F", "help"]]
        calls += [
            ["-o", form, *example]
            for form in node.formats
            if form != "sh" or node.key not in MANY
        ]
    return [(arguments, arguments[:2] == ["-o", "json"]) for arguments in calls]


def faults_of_loss(result, is_json, error):
    """What is wrong when output was lost: status 74 and a message with the errno."""
    if result.status != 74:
        return [f"status is not 74: {result}"]
    last = result.err.splitlines()[-1:] or [b""]
    if not is_json:
        return [] if f"[{error}]".encode() in last[0] else [f"{error} is not named: {result}"]
    try:
        told = strict_json(last[0] + b"\n")[0]
        return [] if told["error"] == error else [f"not {error}: {result}"]
    except (NotStrict, ValueError, KeyError) as fault:
        return [f"{fault}: {result}"]


def snapshot():
    """Every file of the place and its bytes."""
    found = {}
    for name in sorted(os.listdir(PLACE)):
        with open(os.path.join(PLACE, name), "rb") as file:
            found[name] = file.read()
    return found


def close_fds(*fds):
    """For the child, before it becomes osbox."""

    def close():
        for fd in fds:
            os.close(fd)

    return close


def ignore_sigpipe():
    """For the child, before it becomes osbox."""
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)


def broken_pipe(node, arguments, **more):
    """Runs a node with stdout a pipe that nobody reads."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    result = call(node, *arguments, stdout=write_end, **more)
    os.close(write_end)
    return result


def check_lost_output(node):
    """/dev/full, closed descriptors, broken pipes."""
    full, closed, all_closed, pipe, ignored = [], [], [], [], []
    before = snapshot()
    for arguments, is_json in printing_calls(node):
        with open("/dev/full", "wb") as device:
            result = call(node, *arguments, stdout=device)
        full += faults_of_loss(result, is_json, "ENOSPC")
        result = call(node, *arguments, stdout=None, preexec_fn=close_fds(1))
        closed += faults_of_loss(result, is_json, "EBADF")
        result = call(node, *arguments, stdin=None, stdout=None, stderr=None,
                      preexec_fn=close_fds(0, 1, 2))
        if result.status != 74:
            all_closed.append(str(result))
        result = broken_pipe(node, arguments)
        if result.status != -signal.SIGPIPE or result.err:
            pipe.append(str(result))
        result = broken_pipe(node, arguments, restore_signals=False, preexec_fn=ignore_sigpipe)
        ignored += faults_of_loss(result, is_json, "EPIPE")
    seen[node.key].discard(-signal.SIGPIPE)
    if snapshot() != before:
        all_closed.append("a file was changed")
    tap.ok(f"{node.name} >/dev/full is status 74 with ENOSPC, in every format", full)
    tap.ok(f"{node.name} >&- is status 74 with EBADF, in every format", closed)
    tap.ok(f"{node.name} <&- >&- 2>&- is status 74 and touches no file", all_closed)
    tap.ok(f"{node.name}: SIGPIPE ends it quietly", pipe)
    tap.ok(f"{node.name}: a broken pipe with SIGPIPE ignored is status 74 with EPIPE", ignored)


# ---- fields ----


def check_field_choice(node, example):
    """-F."""
    names = [row["name"] for row in node.fields]
    result = call(node, *example, "-F", "help")
    text = result.out.decode()
    listed = re.findall(r"^  [ *](\S+)", text, re.M)
    good = result.status == 0 and not result.err and listed == [n for n in names if n in listed]
    tap.ok(f"{node.name} -F help lists fields of --describe", [] if good else [str(result)])
    every = call(node, *example, "-F", ",".join(listed))
    faults = [str(every)] if every.status == 64 or not listed else []
    for name in names:
        if name not in listed:
            faults += faults_of_usage(node, call(node, *example, "-F", name), about=name)
    tap.ok(f"{node.name} -F accepts what -F help lists, and no field of other records", faults)
    tap.ok(f"{node.name} -F help is at most 80 columns wide", faults_of_width(lines(result.out)))
    faults = []
    for bad in (NOWHERE, "", f"{names[0]},", f",{names[0]}", f"+{NOWHERE}", f"{names[0]} "):
        faults += faults_of_usage(node, call(node, *example, "-F", bad))
        faults += faults_of_usage(node, call(node, *example, "-g", bad))
    tap.ok(f"{node.name} -F: an unknown field is a usage error", faults)
    faults = []
    for word, near in misspelled(names):
        faults += faults_of_usage(node, call(node, *example, "-F", word), near=near)
    tap.ok(f"{node.name} -F: a misspelled field is a usage error with a suggestion", faults)
    twice = call(node, *example, "-F", f"{names[0]},{names[0]}")
    tap.ok(f"{node.name} -F a,a is a usage error", faults_of_usage(node, twice, about=names[0]))


def records(node, *arguments):
    """The records that -J prints; None and a failed claim where there are none."""
    result = call(node, *arguments, "-J")
    try:
        told = strict_json(result.out, numbers=Decimal)
    except (NotStrict, ValueError) as error:
        return None, f"{error}: {result}"
    if result.status != 0 or not told or result.err:
        return None, str(result)
    return told, None


def check_field_order(node, example, plain):
    """-F chooses and orders; +LIST adds; all is the whole view."""
    default = list(plain[0])
    faults = []
    views = {view for row in node.fields for view in row["default"]}
    of_view = {
        view: [row["name"] for row in node.fields if view in row["default"]] for view in views
    }
    if default not in of_view.values():
        faults.append(f"the default fields {default} are those of no view")
    told, fault = records(node, *example, "-F", "all")
    whole = {
        view: [row["name"] for row in node.fields if view in row["views"]]
        for view in views
        if of_view[view] == default
    }
    if fault or list(told[0]) not in whole.values():
        faults.append(fault or f"-F all gives {list(told[0])}, not one of {whole}")
    more = [name for name in (told[0] if told else []) if name not in default][:2]
    names = list(reversed(default))
    told, fault = records(node, *example, "-F", ",".join(names))
    if fault or list(told[0]) != names:
        faults.append(fault or f"order of {list(told[0])}, not {names}")
    told, fault = records(node, *example, "-F", "+" + ",".join([default[0], *more]))
    if fault or list(told[0]) != default + more:
        faults.append(fault or f"-F + gives {list(told[0])}, not {default + more}")
    tap.ok(f"{node.name} -F chooses and orders, -F +LIST adds, -F all is the view", faults)


# ---- formats ----


def json_fault(kind, item, value):
    """What is wrong with the type of a JSON value."""
    if value is None:
        return None
    if kind == "list":
        if not isinstance(value, list):
            return "no array"
        return next((f for f in (json_fault(item, None, v) for v in value) if f), None)
    if kind == "ranges":
        good = isinstance(value, list) and value == sorted(set(value))
        return None if good and all(isinstance(v, int) and v >= 0 for v in value) else "no numbers"
    if kind == "bool":
        return None if isinstance(value, bool) else "no boolean"
    if kind in ("int", "uint", "mode", "mask", "timespec_ns", "duration_ns"):
        good = isinstance(value, int) and not isinstance(value, bool)
        return None if good and (value >= 0 or kind != "uint") else "no such integer"
    if kind in ("timespec", "duration"):
        good = isinstance(value, Decimal) and value.as_tuple().exponent == -9
        return None if good else "no decimal with nine digits"
    if kind == "bytes" and isinstance(value, dict):
        return None if list(value) == ["b64"] else "no b64"
    if not isinstance(value, str):
        return "no string"
    if kind in CELL and not re.fullmatch(CELL[kind], value):
        return f"not like {CELL[kind]}"
    return None


def cell_fault(row, text, octal=False):
    """What is wrong with a value as text."""
    kind = "octal" if octal and row["type"] == "mode" else row["type"]
    if kind in CELL and not re.fullmatch(CELL[kind], text):
        return [f"{row['name']}: {text!r} is not like {CELL[kind]}"]
    return []


def check_json(node, example):
    """Values have the types of --describe, under every --json option."""
    faults = []
    for more in ([], ["-F", "all"], ["--json-bytes=surrogateescape"]):
        told, fault = records(node, *example, *more)
        faults += [fault] if fault else []
        for record in told or []:
            for name, value in record.items():
                row = node.field[name]
                fault = json_fault(row["type"], row["item"], value)
                faults += [f"{name}: {value!r}: {fault}"] if fault else []
    told, fault = records(node, *example, "-F", "all", "--json-int64=string")
    faults += [fault] if fault else []
    for record in told or []:
        faults += [
            f"--json-int64=string: {name}: {value!r}"
            for name, value in record.items()
            if node.field[name]["type"] in ("int", "uint", "timespec_ns", "duration_ns")
            and value is not None
            and not (isinstance(value, str) and re.fullmatch(r"-?\d+", value))
        ]
    tap.ok(f"{node.name} -o json is strict JSON with the types of --describe", faults)


def check_csv(node, example, names, count):
    """Python's csv reads it back in the right shape."""
    result = call(node, *example, "-o", "csv")
    rows = list(csv.reader(io.StringIO(result.out.decode(), newline=""), strict=True))
    faults = [] if result.status == 0 and not result.err else [str(result)]
    if rows[:1] != [names]:
        faults.append(f"header {rows[:1]}, not {names}")
    if len(rows) != count + 1:
        faults.append(f"{len(rows) - 1} rows, not {count}")
    if b"\r" in result.out:
        faults.append("a CR")
    for cells in rows[1:]:
        if len(cells) != len(names):
            faults.append(f"{len(cells)} cells, not {len(names)}")
        for name, cell in zip(names, cells):
            faults += cell_fault(node.field[name], cell) if cell else []
    tap.ok(f"{node.name} -o csv is what Python's csv reads, a cell for each field", faults)


def check_tsv(node, example, names, count):
    """As many columns as the header has."""
    result = call(node, *example, "-o", "tsv")
    rows = [line.split("\t") for line in lines(result.out)]
    faults = [] if result.status == 0 and not result.err else [str(result)]
    if rows[:1] != [names]:
        faults.append(f"header {rows[:1]}, not {names}")
    if len(rows) != count + 1:
        faults.append(f"{len(rows) - 1} rows, not {count}")
    for cells in rows[1:]:
        if len(cells) != len(names):
            faults.append(f"{len(cells)} cells, not {len(names)}")
        for name, cell in zip(names, cells):
            faults += cell_fault(node.field[name], cell) if cell != r"\N" else []
    tap.ok(f"{node.name} -o tsv has the header's columns in every row", faults)


def check_text(node, example, names, count):
    """key=value, a blank line between."""
    result = call(node, *example, "-o", "text")
    faults = [] if result.status == 0 and not result.err else [str(result)]
    blocks = result.out.decode().split("\n\n")
    if len(blocks) != count:
        faults.append(f"{len(blocks)} records, not {count}")
    for block in blocks:
        pairs = [line.partition("=") for line in block.rstrip("\n").split("\n")]
        if [key for key, _, _ in pairs] != names:
            faults.append(f"keys {[key for key, _, _ in pairs]}, not {names}")
        for key, equals, value in pairs:
            if equals and key in node.field:
                faults += cell_fault(node.field[key], value, octal=True)
    tap.ok(f"{node.name} -o text is a line for each field", faults)


def check_value(node, example, names, count):
    """The bare values, with NULs too."""
    result = call(node, *example, "-o", "value", "-0", "-F", ",".join(names))
    values = result.out.split(b"\0")
    faults = [] if result.status == 0 and not result.err else [str(result)]
    if values.pop() != b"" or len(values) != count * len(names):
        faults.append(f"{len(values)} values, not {count} times {len(names)}: {result}")
    for i, value in enumerate(values):
        if value:
            faults += cell_fault(node.field[names[i % len(names)]], value.decode())
    plain = call(node, *example, "-g", ",".join(names))
    if node.key not in VOLATILE and plain.out.replace(b"\n", b"\t") != result.out.replace(b"\0", b"\t"):
        faults.append(f"-g differs: {plain}")
    tap.ok(f"{node.name} -o value -0 is a value for each field, and -g the same", faults)


def check_table(node, example, names, count):
    """A header, a line for each record."""
    result = call(node, *example, "-o", "table")
    rows = lines(result.out)
    faults = [] if result.status == 0 and not result.err else [str(result)]
    if not rows or rows[0].split() != names or len(rows) != count + 1:
        faults.append(str(result))
    tap.ok(f"{node.name} -o table is a header and a line for each record", faults)


SH_SCRIPT = """
eval "$1" || exit 9
for name in $names; do
    eval "test \\"\\${$name+set}\\" = set" && eval "printf '%s=%s\\n' $name \\"\\$$name\\""
done
exit 0
"""


def faults_of_sh(node, shell, text, names, nulls):
    """Which variables are set after eval, and whether their values are like their types."""
    # zsh splits no variables into words: the names are in the script.
    script = SH_SCRIPT.replace("$names", " ".join("os_" + name for name in names), 1)
    stale = {"os_" + name: "stale" for name in names}
    result = run([*shell, "-c", script, "sh", text], env=stale)
    if result.status != 0 or result.err:
        return [f"{shell[0]}: {result}"]
    found = dict(re.findall(r"^os_(\w+?)=(.*)$", result.out.decode(), re.M))
    faults = []
    if set(found) != set(names) - nulls:
        faults.append(f"{shell[0]}: set {sorted(found)}, null {sorted(nulls)}")
    for name in set(found) & set(names):
        faults += cell_fault(node.field[name], found[name])
    return faults


def check_sh(node, example, plain):
    """eval in four shells; several records are a usage error."""
    names = list(plain[0])
    result = call(node, *example, "-o", "sh")
    faults = []
    if node.key in MANY:
        good = result.status == usage_status(node) and len(lines(result.err)) == 1
        good = good and b"os_error='EX_USAGE'" in result.out and b"=" in result.out
        tap.ok(f"{node.name} -o sh: several records are a usage error", [] if good else [str(result)])
        return
    if result.status != 0 or result.err or result.out.count(b"\n") < 1:
        faults.append(str(result))
    nulls = {name for name, value in plain[0].items() if value is None}
    for shell in SHELLS:
        if need(shell):
            faults += faults_of_sh(node, shell, result.out, names, nulls)
        else:
            tap.skip(f"{node.name} -o sh in {shell[0]}", f"{shell[0]} is not installed")
    tap.ok(f"{node.name} -o sh sets and unsets its variables in dash, bash, zsh and ash", faults)
    failing = call(node, "-o", "sh", "--" + NOWHERE)
    faults = [] if failing.status == usage_status(node) else [str(failing)]
    for shell in filter(need, SHELLS):
        script = 'eval "$1"; rc=$?; echo "$rc ${os_error-} ${os_%s-unset}"' % names[0]
        result = run([*shell, "-c", script, "sh", failing.out], env={"os_" + names[0]: "stale"})
        if result.out != b"%d EX_USAGE unset\n" % failing.status:
            faults.append(f"{shell[0]}: {result}")
    tap.ok(f"{node.name} -o sh: eval of a usage error fails and leaves no variable", faults)


ENVIRONMENTS = [
    {"QUOTING_STYLE": "c"},
    {"QUOTING_STYLE": "shell-escape-always"},
    {"COLUMNS": "20", "LINES": "3"},
    {"LC_ALL": "C"},
    {"LC_ALL": "tr_TR.UTF-8", "LANG": "de_DE.ISO-8859-1", "LANGUAGE": "de"},
    {"LC_NUMERIC": "de_DE.UTF-8", "LC_TIME": "de_DE.UTF-8"},
    {"TZ": "Asia/Kathmandu"},
    {"TZ": "right/UTC"},
    {"POSIXLY_CORRECT": "1"},
    {"NO_COLOR": "1"},
    {"CLICOLOR_FORCE": "1", "FORCE_COLOR": "1", "TERM": "xterm-256color"},
    {"BLOCKSIZE": "512", "BLOCK_SIZE": "human-readable"},
    {"TIME_STYLE": "full-iso", "LS_COLORS": "di=01;34"},
]


def check_environment(node, example):
    """The same bytes whatever the environment."""
    faults = []
    for form in node.formats:
        base = call(node, *example, "-o", form, env={})
        for environment in ENVIRONMENTS:
            other = call(node, *example, "-o", form, env=environment)
            texts = [base.out, other.out]
            if node.key in VOLATILE:
                texts = [re.sub(rb" +", b" ", re.sub(rb"\d+", b"0", text)) for text in texts]
            if texts[0] != texts[1] or other.status != base.status:
                faults.append(f"{environment} changes -o {form}: {other}")
    tap.ok(f"{node.name}: no environment variable changes the output of a format", faults)


def check_records(node):
    """All that concerns a node with records."""
    missing = [] if node.key in EXAMPLES else ["commands.py has no row for it in EXAMPLES"]
    tap.ok(f"{node.name}: there is an example that prints records", missing)
    if missing:
        return
    example = EXAMPLES[node.key]
    plain, fault = records(node, *example)
    tap.ok(f"{node.name} {' '.join(example)} -J prints records", [fault] if fault else [])
    if fault:
        return
    names = list(plain[0])
    tap.ok(f"{node.name} has the seven formats", node.formats[: len(FORMATS)] == FORMATS)
    check_field_choice(node, example)
    check_field_order(node, example, plain)
    check_json(node, example)
    for check in (check_csv, check_tsv, check_text, check_value, check_table):
        check(node, example, names, len(plain))
    check_sh(node, example, plain)
    check_environment(node, example)
    result = call(node, *example, "-o", "csv", "-0")
    tap.ok(f"{node.name} -0 goes with -o value only", faults_of_usage(node, result))


def check_statuses(node):
    """What was seen is what is documented."""
    if not node.told["stop_at_operand"]:
        strange = [status for status in seen.get(node.key, ()) if status not in node.exits]
        tap.ok(f"{node.name}: every exit status that was seen is in --describe", strange)


def main():
    inherit_timers()
    with open(os.path.join(PLACE, "f"), "wb") as file:
        file.write(b"not to be touched\n")
    with open(os.path.join(PLACE, "dump"), "wb") as file:
        file.write(b'{"path":"f","name":"user.x","value":"1"}\n')
    try:
        os.setxattr(os.path.join(PLACE, "f"), "user.x", b"1")
    except OSError as error:
        sys.exit(f"Bail out! TMPDIR has to be on a file system with attributes: {error}")
    nodes = tree(OSBOX)
    sizes = array_sizes()
    tap.ok(
        "the headers say how long the texts of tables may be",
        [
            f"{name}.{member} is not there"
            for name, members in TEXTS.items()
            for member in members.split()
            if member not in sizes.get(name, {})
        ],
    )
    EXAMPLES["waitid"] = ended_process()
    EXAMPLES["sched set"] = ["--affinity=0-1048575", "--no-strict", str(os.getpid())]
    chosen = [node for node in nodes if node.key in sys.argv[2:] or not sys.argv[2:]]
    for node in chosen:
        check_help(node)
        check_describe(node)
        check_sizes(node, sizes)
        check_completion(node)
        check_unknown_option(node)
        check_option_values(node)
        check_json_usage(node)
        check_without_arguments(node)
        check_unknown_command(node)
        check_lost_output(node)
        if node.fields:
            check_records(node)
        check_statuses(node)
    stale = [key for key in EXAMPLES if key not in {node.key for node in nodes}]
    tap.ok("every row of EXAMPLES is a node", stale)


if __name__ == "__main__":
    try:
        main()
    finally:
        shutil.rmtree(PLACE)
    sys.exit(tap.done())
