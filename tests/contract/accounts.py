#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""passwd(5) and group(5) as the static build reads them, against a short parser of the same rules.

usage: accounts.py OSBOX HELPER

HELPER is helpers/accounts.c.  Odd lines, and random ones; then osbox itself where it reads the files
and where they can be replaced.  Prints TAP.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from testlib import Tap, run  # noqa: E402

OSBOX, HELPER = map(os.path.realpath, sys.argv[1:3]) if len(sys.argv) == 3 else sys.exit(__doc__)
PLACE = tempfile.mkdtemp(prefix="osbox-contract.")
FILE = os.path.join(PLACE, "file")

ODD = {
    "passwd": [
        b"good:x:5:6::/:/bin/sh", b"good:x:5:6:::", b"good::5:6:::", b"qux:x::5::/:", b"qux:x:5:::/:",
        b"qux:x:::::", b"wrap:x:4294967296:5::/:", b"wrap:x:5:4294967296:::", b"big:x:99999999999:5:::",
        b"last:x:4294967294:4294967294:::", b"none:x:4294967295:5:::", b"none:x:5:4294967295:::",
        b"six:x:5:6::/", b"eight:x:5:6::/:/bin/sh:", b"three:x:5", b"two:x", b"one", b"", b" ", b":x:5:6:::",
        b"#good:x:5:6:::", b"+good:x:5:6:::", b"-good:x:5:6:::", b"+", b"+:::::", b"plus:x:+5:6:::",
        b"minus:x:-5:6:::", b"space:x: 5:6:::", b"space:x:5 :6:::", b"tab\t:x:5:6:::", b"hex:x:0x5:6:::",
        b"zero:x:0005:06:::", b"point:x:5.0:6:::", b"nul\0:x:5:6:::", b"nul:x:5\0:6:::", b"nul:x:5:6:\0::",
        b"cr:x:5:6::/:/bin/sh\r", b"cr:x:5\r:6:::", b"\xff:x:5:6:::", b"good :x:5:6:::", b"good:x:5:6:a:b:c:d",
        b"long:x:18446744073709551621:6:::",
    ],
    "group": [
        b"good:x:5:a,b", b"good:x:5:", b"good:x:5", b"good:x:5:a:b", b"bad:x::a", b"wrap:x:4294967296:a",
        b"none:x:4294967295:a", b"last:x:4294967294:a", b"m:x:5:bob", b"m:x:5:bobb", b"m:x:5:bobby,bob",
        b"m:x:5:,bob", b"m:x:5:bob,", b"m:x:5:a, bob", b"m:x:5:bo\0b", b"#m:x:5:bob", b"+m:x:5:bob",
        b"-m:x:5:bob", b"", b"m", b"m:x:-5:bob", b"m:x:5 :bob", b":x:5:bob", b"m:x:99999999999:bob",
    ],
}


def parse(file, line):
    """None for a line to skip, else the name, the id, and whether it is an entry."""
    if not line or line[:1] in b"#+-":
        return None
    fields = line.split(b":")
    ids = [int(field) if field.isdigit() and int(field) < 4294967295 else None for field in fields[2:4]]
    if file == "group":
        ids = ids[:1]
    good = len(fields) == {"passwd": 7, "group": 4}[file] and None not in ids
    good = good and fields[0] != b"" and b"\0" not in line
    return fields[0], ids[0] if ids else None, ids, good, fields


def wanted(file, data, kind, what):
    """What the helper has to print."""
    lines = data.split(b"\n")
    damaged, gids = 0, []
    for number, line in enumerate(lines if lines[-1] else lines[:-1], 1):
        parsed = parse(file, line)
        if not parsed:
            continue
        name, ident, ids, good, fields = parsed
        if kind == "member":
            damaged = damaged or (0 if good else number)
            gids += [ident] if good and what in fields[3].split(b",") else []
        elif (name == what) if kind == "name" else (ident is not None and ident == what):
            if not good:
                return b"damaged %d\n" % number
            return name + b" %d %d\n" % (ident, ids[1] if file == "passwd" else 0)
    if kind == "member":
        return b"".join(b"%d " % gid for gid in gids) + b"damaged %d\n" % damaged
    return b"none\n"


def fault(file, data, kind, what):
    """A difference, in a list."""
    with open(FILE, "wb") as stream:
        stream.write(data)
    word = b"%d" % what if kind == "id" else what
    found = subprocess.run([HELPER, file, FILE, kind, word], stdout=subprocess.PIPE, check=False)
    want = wanted(file, data, kind, what)
    if (found.returncode, found.stdout) == (0, want):
        return []
    return [f"{file} {data!r} {kind} {what!r}: {found.stdout!r}, status {found.returncode}, not {want!r}"]


def questions(file, line):
    """Look-ups that are about a line."""
    name = line.split(b":")[0].replace(b"\0", b"")
    yield "name", name.rstrip()
    yield "id", 5
    yield "id", 0
    yield "id", 4294967294
    if file == "group":
        yield "member", b"bob"
        yield "member", b"bobb"


def check_odd():
    """Each line alone, before and after a good one, with and without a newline at the end."""
    for file, odd in ODD.items():
        faults = []
        good = {"passwd": b"good:x:5:6:::", "group": b"good:x:5:bob"}[file]
        for line in odd:
            for data in (line, line + b"\n", line + b"\n" + good + b"\n", good + b"\n" + line):
                for kind, what in questions(file, line):
                    faults += fault(file, data, kind, what)
        tap.ok(f"{len(odd)} odd lines of {file} are read by the rules", faults)


def check_random():
    """Random lines of the characters that matter."""
    generator = random.Random(35)
    pieces = [b":", b":", b":", b"x", b"5", b"0", b"4294967295", b"bob", b",", b"\n", b"\0", b"#", b"+", b" ", b"-"]
    faults = []
    for _ in range(400):
        data = b"".join(generator.choice(pieces) for _ in range(generator.randrange(40)))
        if generator.random() < 0.7:
            data = b"bob:x:5:" + data.replace(b"\n", b"\n" + generator.choice([b"", b"bob:", b"x:x:5:bob"]))
        for file in ODD:
            for kind, what in (("name", b"bob"), ("id", 5), ("id", 0), ("member", b"bob")):
                if kind != "member" or file == "group":
                    faults += fault(file, data, kind, what)
    tap.ok("random lines are read by the rules", faults)


def spawn(passwd, group, *words):
    """osbox where these are the files."""
    for name, data in (("passwd", passwd), ("group", group)):
        with open(os.path.join(PLACE, name), "wb") as stream:
            stream.write(data)
    script = 'mount --bind "$0/passwd" /etc/passwd && mount --bind "$0/group" /etc/group && exec "$@"'
    return run(["unshare", "-m", "sh", "-c", script, PLACE, OSBOX, "spawn", *words])


def check_osbox():
    """An account that is no entry is refused, and a damaged group is noted."""
    root = b"root:x:0:0:::\n"
    claim = "osbox refuses a damaged account with the file and the line, and notes a damaged group"
    if os.environ.get("OSBOX_FLAVOUR") != "musl":
        tap.skip(claim, "this build uses NSS")
        return
    if spawn(root, b"root:x:0:\n", "true").status != 0:
        tap.skip(claim, "files of /etc cannot be replaced here")
        return
    faults = []
    for line in (b"qux:x::5::/:", b"qux:x:4294967296:5::/:", b"qux:x:5:5::/", b"qux:x:5:5:\0::"):
        for more in (b"\n", b"", b"\nqux:x:7:7:::\n"):
            result = spawn(root + line + more, b"root:x:0:\n", "--user=qux", "--groups=none", "--", "id")
            if (result.status, result.err) != (125, b"spawn: '/etc/passwd': line 2: not a valid entry\n"):
                faults.append(str(result))
    result = spawn(root + b"bobb:x:7:7:::", b"g:x:8:bobby", "--user=bobb", "--", "id", "-G")
    faults += [str(result)] if (result.status, result.out, result.err) != (0, b"7\n", b"") else []
    result = spawn(root + b"bob:x:7:7:::\n", b"ok:x:9:bob\nbad:x::bob\n", "--user=bob", "--", "id", "-G")
    note = b"spawn: note: /etc/group: line 2: not a valid entry; it gives no membership\n"
    faults += [str(result)] if (result.status, result.out, result.err) != (0, b"7 9\n", note) else []
    result = spawn(root, b"bad:x:4294967296:\n", "--groups=bad", "--", "id")
    err = b"spawn: '/etc/group': line 1: not a valid entry\n"
    faults += [str(result)] if (result.status, result.err) != (125, err) else []
    tap.ok(claim, faults)


tap = Tap()
try:
    check_odd()
    check_random()
    check_osbox()
    sys.exit(tap.done())
finally:
    shutil.rmtree(PLACE)
