#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""osbox xattr against os.getxattr and attr's tools, over random attributes.

usage: xattr.py OSBOX

10 000 attributes, of names and values of all bytes and sizes up to the limit, on
the file system of TMPDIR and on the one of /dev/shm: what dump and list tell is
what os.getxattr tells; after all are removed, restore brings back the same bytes;
getfattr reads what osbox wrote and osbox what getfattr printed, also by the names
of these tools.  Prints TAP.
"""

import base64
import os
import random
import re
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from testlib import Tap, need, run, strict_json  # noqa: E402

ATTRIBUTES = 10_000
SIZE_MAX = 65536
# ext4: a file's attributes share about a block, and each takes some bytes besides.
BLOCK = 3000

tap = Tap()
chance = random.Random(20261121)


def bytes_of(value):
    """The bytes that a value in JSON stands for."""
    return base64.b64decode(value["b64"]) if isinstance(value, dict) else value.encode()


def random_bytes(size):
    """Of one kind or another: any bytes, text, text with NULs at its end, quotes and escapes."""
    kind = chance.randrange(5)
    if kind == 0:
        return chance.randbytes(size)
    if kind == 1:
        return bytes(chance.choice(b"abc xyz=\"\\\n\r\t01") for _ in range(size))
    if kind == 2:
        return (b"text" * (size // 4 + 1))[: max(size - 2, 0)] + b"\0" * min(size, 2)
    if kind == 3:
        return ("\u00e9\u6f22\U0001f600" * size).encode()[:size]
    return bytes(chance.choice(b"0xs\"\\01234567") for _ in range(size))


def random_name():
    """A name of user.*, of all bytes but NUL and 6 to 255 of them."""
    size = chance.choice([1, 2, 3, 10, 30, 250]) if chance.random() < 0.3 else chance.randint(1, 12)
    return b"user." + random_bytes(size).replace(b"\0", b"\x01")


def supports(place, size):
    """Whether files there can have a value of this size."""
    path = os.path.join(place, b"probe")
    with open(path, "wb"):
        pass
    try:
        os.setxattr(path, b"user.probe", bytes(size))
        return True
    except OSError:
        return False
    finally:
        os.unlink(path)


def make(place, large):
    """The files with their attributes: {path: {name: value}}."""
    wanted = {}
    count = 0
    while count < ATTRIBUTES:
        path = b"t/%d/%s" % (chance.randrange(20), random_bytes(8).translate(None, b"/\0") or b"x")
        path += b"-%d" % len(wanted)
        os.makedirs(os.path.join(place, os.path.dirname(path)), exist_ok=True)
        with open(os.path.join(place, path), "wb"):
            pass
        attributes = {}
        room = 40 * SIZE_MAX if large else BLOCK
        for _ in range(chance.randint(1, 20)):
            name = random_name()
            size = chance.choice([0, 1, 2, 7, 64, 255, 256])
            if chance.random() < 0.02:
                size = chance.choice([SIZE_MAX, SIZE_MAX - 1, 5000]) if large else BLOCK // 2
            room -= len(name) + size + 40
            if room < 0 or name in attributes:
                continue
            attributes[name] = random_bytes(size)
            os.setxattr(os.path.join(place, path), name, attributes[name])
        wanted[path] = attributes
        count += len(attributes)
    return wanted


def told(place):
    """What os.getxattr tells of the tree, user.* alone."""
    found = {}
    for top, _, files in os.walk(os.path.join(place, b"t")):
        for file in files:
            path = os.path.join(top, file)
            names = [os.fsencode(name) for name in os.listxattr(path) if name.startswith("user.")]
            found[os.path.relpath(path, place)] = {
                name: os.getxattr(path, name) for name in names
            }
    return found


def differences(got, want):
    """A line for each path whose attributes are not the same."""
    return [
        f"{path!r}: {got.get(path)!r:.200} instead of {want.get(path)!r:.200}"
        for path in sorted(got.keys() | want.keys())
        if got.get(path, {}) != want.get(path, {})
    ]


def records(osbox, place, *arguments):
    """What osbox prints in JSON: {path: {name: value}}, and faults."""
    result = run([osbox, "xattr", *arguments], cwd=place, timeout=100)
    found = {}
    faults = [str(result)] if result.status != 0 or result.err else []
    for record in strict_json(result.out):
        value = bytes_of(record["value"])
        found.setdefault(bytes_of(record["path"]), {})[bytes_of(record["name"])] = value
        if record.get("size", len(value)) != len(value):
            faults.append(f"size: {record!r:.200}")
    return found, faults, result.out


def remove_all(place, wanted):
    """All attributes away."""
    for path, attributes in wanted.items():
        for name in attributes:
            os.removexattr(os.path.join(place, path), name)


def check_python(osbox, place, wanted, where):
    """dump, list and get against os.getxattr."""
    tap.ok(f"{where}: {ATTRIBUTES} attributes are there", differences(told(place), wanted))
    found, faults, dump = records(osbox, place, "dump", "-R", "--namespace=user", "t")
    tap.ok(f"{where}: dump is what os.getxattr tells", faults + differences(found, wanted))
    found, faults, _ = records(
        osbox, place, "list", "-R", "-J", "-F", "path,name,value,size", "--namespace=user", "t"
    )
    tap.ok(f"{where}: list is what os.listxattr tells", faults + differences(found, wanted))
    faults = []
    for path in chance.sample(sorted(wanted), 30):
        for name, value in wanted[path].items():
            result = run([osbox, "xattr", "get", name, path], cwd=place)
            if result.status != 0 or result.err or result.out != value:
                faults.append(f"{name!r}: {result}")
    tap.ok(f"{where}: get writes the bytes that os.getxattr tells", faults)
    return dump


def check_restore(osbox, place, wanted, dump, where):
    """Away, and back."""
    remove_all(place, wanted)
    tap.ok(f"{where}: all are removed", differences(told(place), {}))
    result = run(
        [osbox, "xattr", "restore", "-g", "result"], data=dump, cwd=place, timeout=100
    )
    faults = [str(result)] if result.status != 0 or result.err else []
    count = sum(len(attributes) for attributes in wanted.values())
    if result.out != b"set\n" * count:
        faults.append(f"not set: {set(result.out.split())}")
    tap.ok(f"{where}: restore sets all of them", faults)
    tap.ok(f"{where}: os.getxattr tells the same as before", differences(told(place), wanted))
    _, faults, again = records(osbox, place, "dump", "-R", "--namespace=user", "t")
    tap.ok(f"{where}: another dump has the same bytes", faults + [] if again == dump else ["other"])


def plain(text):
    """Without escapes."""
    return re.sub(rb"\\([0-3][0-7]{2})", lambda m: bytes([int(m[1], 8)]), text)


def is_nul_kept(line):
    """Whether it is a value that has a NUL, in base64."""
    value = line.partition(b"=0s")[2]
    try:
        return b"\0" in base64.b64decode(value, validate=True)
    except ValueError:
        return False


def check_attr(osbox, place, wanted, where):
    """getfattr and setfattr, and osbox by their names."""
    if not (need(["getfattr"]) and need(["setfattr"])):
        tap.skip(f"{where}: getfattr and setfattr", "they are not installed")
        return
    names = os.path.join(place, b"bin")
    os.makedirs(names, exist_ok=True)
    for tool in (b"getfattr", b"setfattr"):
        if not os.path.lexists(os.path.join(names, tool)):
            os.symlink(osbox, os.path.join(names, tool))
    # Between two files, as the order of directories is another one; and one that is not there.
    paths = [*chance.sample(sorted(wanted), 150), b"missing"]
    ours = os.path.join(names, b"getfattr")
    for options in (
        [],
        ["-d"],
        ["-d", "-e", "hex"],
        ["-d", "-e", "base64"],
        ["-m", "a", "-d"],
        ["-m", "-", "--absolute-names"],
        ["-d", "--only-values"],
        ["-n", "user.x"],
        ["-h", "-d"],
    ):
        theirs = run(["getfattr", *options, *paths], cwd=place)
        mine = run([ours, *options, *paths], cwd=place)
        faults = []
        want, got = theirs.out.split(b"\n"), mine.out.split(b"\n")
        if len(want) != len(got):
            faults.append(f"{len(got)} lines instead of {len(want)}")
        for line, other in zip(want, got):
            # A NUL that getfattr loses is base64.
            if line != other and not is_nul_kept(other):
                faults.append(f"{other!r:.150} instead of {line!r:.150}")
        # In messages, more is escaped.
        if mine.status != theirs.status or plain(mine.err) != plain(theirs.err):
            faults.append(f"status {mine.status}, {mine.err!r:.300} instead of {theirs.err!r:.300}")
        tap.ok(f"{where}: getfattr {' '.join(options)} is the same by osbox", faults)

    # attr's own dump, in an encoding in which it loses nothing, read by both ways of osbox.
    dump = run(["getfattr", "-R", "-d", "-e", "hex", "t"], cwd=place, timeout=100).out
    mine = run([ours, "-R", "-d", "t"], cwd=place, timeout=100).out
    setter = os.path.join(names, b"setfattr")
    for claim, argv, data in (
        ("xattr restore reads a dump of getfattr", [osbox, "xattr", "restore", "-g", "error"], dump),
        ("xattr restore reads a dump of getfattr by osbox", [osbox, "xattr", "restore"], mine),
        ("setfattr by osbox restores a dump of getfattr", [setter, "--restore=-"], dump),
        ("setfattr restores a dump of getfattr by osbox", ["setfattr", "--restore=-"], mine),
    ):
        remove_all(place, wanted)
        result = run(argv, data=data, cwd=place, timeout=100)
        faults = [str(result)] if result.status != 0 or result.err else []
        tap.ok(f"{where}: {claim}", faults + differences(told(place), wanted))
        for path, attributes in wanted.items():  # whatever happened, the next one begins so
            for name, value in attributes.items():
                os.setxattr(os.path.join(place, path), name, value)


def check(osbox, directory):
    """All of it on one file system."""
    where = directory or "TMPDIR"
    place = os.fsencode(tempfile.mkdtemp(prefix="osbox-xattr.", dir=directory))
    try:
        if not supports(place, BLOCK):
            tap.skip(f"{where}: 10 000 random attributes", "it has no user attributes")
            return
        wanted = make(place, supports(place, SIZE_MAX))
        dump = check_python(osbox, place, wanted, where)
        check_restore(osbox, place, wanted, dump, where)
        check_attr(osbox, place, wanted, where)
    finally:
        shutil.rmtree(place)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    osbox = os.path.realpath(sys.argv[1])
    check(osbox, None)
    if os.path.isdir("/dev/shm") and os.access("/dev/shm", os.W_OK):
        check(osbox, "/dev/shm")
    else:
        tap.skip("/dev/shm: 10 000 random attributes", "there is none")
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
