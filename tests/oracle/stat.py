#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""osbox stat against Python's os, value by value and byte by byte.

usage: stat.py OSBOX

Compares os.stat, os.lstat, os.statvfs, os.access, os.readlink, os.pathconf,
os.major, os.minor, and what os tells of a descriptor, over /dev, /proc, /etc and
a tree of hostile names, and decodes each format back to the names.  What the
system may change meanwhile is asked before and after osbox, and compared when
both answers are the same.  Prints TAP.
"""

import base64
import csv
import datetime
import errno
import fcntl
import grp
import io
import json
import os
import pwd
import re
import shutil
import socket
import stat
import struct
import sys
import tempfile
import termios
from decimal import Decimal

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from testlib import SHELLS, Tap, need, run, strict_json  # noqa: E402

STAT_INTS = ["st_mode", "st_ino", "st_dev", "st_nlink", "st_uid", "st_gid", "st_size"]
STAT_MORE = ["st_blocks", "st_blksize", "st_rdev"]
TIMES = ["atime", "mtime", "ctime"]
STATVFS = ["f_bsize", "f_frsize", "f_blocks", "f_bfree", "f_bavail", "f_files", "f_ffree",
           "f_favail", "f_flag", "f_namemax", "f_fsid"]
TYPES = {
    stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "symlink",
    stat.S_IFIFO: "fifo", stat.S_IFSOCK: "socket", stat.S_IFBLK: "block",
    stat.S_IFCHR: "character",
}
ST_FLAGS = {
    "ST_RDONLY": 1, "ST_NOSUID": 2, "ST_NODEV": 4, "ST_NOEXEC": 8, "ST_SYNCHRONOUS": 16,
    "ST_MANDLOCK": 64, "ST_NOATIME": 1024, "ST_NODIRATIME": 2048, "ST_RELATIME": 4096,
    "ST_NOSYMFOLLOW": 8192,
}

tap = Tap()
OSBOX = os.path.realpath(sys.argv[1]) if len(sys.argv) == 2 else sys.exit(__doc__)


# ---- names ----


def hostile_names():
    """Every name of one byte, a name of each class of two bytes, UTF-8 valid and not, and more."""
    one = [bytes([b]) for b in range(1, 256) if b not in b"/."]
    kinds = [b"a", b"\n", b"\t", b"\x1b", b"\x7f", b"'", b'"', b"\\", b" ", b",", b"-", b"$", b"\x80",
             b"\xbf", b"\xc0", b"\xc3", b"\xdf", b"\xe2", b"\xed", b"\xf0", b"\xf4", b"\xf5", b"\xff"]
    two = [a + b for a in kinds for b in kinds]
    utf8 = [
        "é", "e\u0301", "\u0080", "\u009b", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff",
        "\ufeff", "\U00010000", "\U0010ffff", "\u202e", "\u2028", "\u2029", "\u2066", "\u061c",
        "\U000e0041", "漢字", "👩\u200d👩\u200d👧", "x\ufe0f", "ÅÅ", "\u00a0",
    ]
    invalid = [
        b"\xc0\x80", b"\xc1\xbf", b"\xe0\x80\x80", b"\xe0\x9f\xbf", b"\xed\xa0\x80", b"\xed\xbf\xbf",
        b"\xed\xb2\x80", b"\xf0\x80\x80\x80", b"\xf0\x8f\xbf\xbf", b"\xf4\x90\x80\x80",
        b"\xf5\x80\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80", b"\xfe", b"\xff",
        b"\xe2\x82", b"\xf0\x9f\x98", b"\xc3", b"a\x80b", b"\xc3\xa9\xff", b"\xff\xc3\xa9",
        b"\xed\xa0\xbd\xed\xb8\x80", b"\xe2\x82\xac\xe2\x82",
    ]
    long = [b"x" * 255, b"\xff" * 255, b"'" * 255, b"\\" * 255, b"\n" * 255, "é".encode() * 127,
            b'"' * 200, b"\xf0\x9f\x98\x80" * 63]
    more = [
        b"-J", b"--", b"-rf *", b"$(touch x)", b"`touch x`", b"a=b", b"st_size=9", b"a\nst_size=9",
        b"a\n\nb", b"\n", b"\n\n", b" ", b"  ", b"a ", b"\\n", b"\\\\", b"\\x41", b"\\u0041", b"\\N",
        b"null", b"true", b"-", b"~", b"*", b"{}", b"'", b"''", b"'\\''", b"\"\"", b",", b",,",
        b"a,b", b"\\,", b"{\"b64\":\"eA==\"}", b"a\rb", b"\r\n", b"%s%n", b"\xef\xbb\xbfx",
        bytes(b for b in range(1, 256) if b not in b"/")[:255],
    ]
    names = one + two + [name.encode() for name in utf8] + invalid + long + more
    return sorted(set(names) - {b".", b".."})


def make_tree(place):
    """A file for each name, each of another size, and some of every type."""
    names = []
    for size, name in enumerate(hostile_names()):
        try:
            with open(os.path.join(place, name), "xb") as file:
                file.truncate(size)
            names.append(name)
        except OSError as error:
            # Some file systems take UTF-8 only, or fold case.
            if error.errno not in (errno.EILSEQ, errno.EINVAL, errno.EEXIST):
                raise
    special = os.path.join(place, b"special.d")
    os.mkdir(special)
    os.mkfifo(os.path.join(special, b"fifo"))
    with socket.socket(socket.AF_UNIX) as s:
        here = os.getcwd()
        os.chdir(special)
        s.bind(b"socket")
        os.chdir(here)
    os.symlink(b"fifo", os.path.join(special, b"link"))
    os.symlink(b"missing", os.path.join(special, b"dangling"))
    os.symlink(b"loop", os.path.join(special, b"loop"))
    os.symlink(bytes(range(1, 256)), os.path.join(special, b"bytes"))
    os.symlink(b"x/" * 1500, os.path.join(special, b"long"))
    os.link(os.path.join(place, names[0]), os.path.join(special, b"hard"))
    for mode in (0, 0o7777, 0o4644, 0o2755, 0o1777):
        path = os.path.join(special, b"mode-%o" % mode)
        with open(path, "wb") as file:
            file.write(b"x" * 5000)
        os.chmod(path, mode)
    for ns in (-1500000000, -1, 0, 1, 2**53 + 1, 10**18 - 1, 2**32 * 10**9 + 7):
        path = os.path.join(special, b"time%d" % ns)
        with open(path, "wb"):
            pass
        os.utime(path, ns=(ns, ns))
    return names


def paths_below(top, limit):
    """Paths below a directory, as they come, no more than `limit`."""
    found = []
    for directory, dirs, files in os.walk(os.fsencode(top)):
        dirs.sort()
        found += [os.path.join(directory, name) for name in sorted(dirs + files)]
        if len(found) >= limit:
            break
    return [path for path in found[:limit] if is_the_same_for_all(path)]


def is_the_same_for_all(path):
    """Not what is another file for osbox (/proc/self) or changes with our descriptors."""
    if os.path.islink(path) and os.readlink(path).startswith((b"/proc/self", b"self")):
        return False
    ours = b"/proc/%d/" % os.getpid()
    if path.startswith(ours):
        return os.path.basename(path) not in (b"fd", b"fdinfo")
    return not (os.path.realpath(path) + b"/").startswith(ours)


# ---- decoding ----


def bytes_of(value):
    """A name in JSON: a string or b64."""
    if isinstance(value, dict):
        return base64.b64decode(value["b64"], validate=True)
    return None if value is None else value.encode()


def unescape(text):
    """Text escapes, from bytes to bytes."""
    short = {b"n": b"\n", b"t": b"\t", b"\\": b"\\"}

    def one(match):
        escape = match.group(1)
        return short[escape] if escape in short else bytes([int(escape[1:], 16)])

    return re.sub(rb"\\(n|t|\\|x[0-9a-f]{2})", one, text)


def ask(paths, *arguments, cwd=None):
    """stdout of osbox for a list of paths on stdin."""
    data = b"".join(path + b"\0" for path in paths)
    return run([OSBOX, *arguments, "--files0-from=-"], data=data, cwd=cwd, timeout=60)


def ask_records(paths, *arguments, cwd=None):
    """JSON records, one for each path, errors in place."""
    result = ask(paths, *arguments, "-J", cwd=cwd)
    records = strict_json(result.out, numbers=Decimal)
    if len(records) != len(paths):
        sys.exit(f"Bail out! {len(records)} records for {len(paths)} paths: {result}")
    return records


# ---- names through every format ----


def check_names(place, names):
    """Each format decoded gives the names and the sizes back."""
    fields = ["-F", "path,st_size"]
    want = [(name, os.lstat(os.path.join(place, name)).st_size) for name in names]

    def compare(claim, got):
        faults = [f"{w!r} became {g!r}" for w, g in zip(want, got) if w != g]
        if len(got) != len(want):
            faults.insert(0, f"{len(got)} records, not {len(want)}")
        tap.ok(claim, faults)

    def ask_names(*arguments):
        result = ask(names, "stat", *fields, *arguments, cwd=place)
        if result.status != 0 or result.err:
            tap.ok(f"stat {' '.join(arguments)} succeeds", [str(result)])
        return result.out

    count = len(names)
    got = [(bytes_of(r["path"]), r["st_size"]) for r in strict_json(ask_names("-J"))]
    compare(f"json: {count} names and sizes come through", got)
    out = ask_names("-J", "--json-bytes=surrogateescape")
    got = [(r["path"].encode("utf-8", "surrogateescape"), r["st_size"])
           for r in strict_json(out, surrogates=True)]
    compare("json with surrogateescape: they come through as os.fsdecode has them", got)
    strings = [r["path"] == name.decode("utf-8", "surrogateescape")
               for r, name in zip(strict_json(out, surrogates=True), names)]
    tap.ok("json with surrogateescape: the string is os.fsdecode's", all(strings))
    text = ask_names("-o", "csv").decode("latin-1")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    tap.ok("csv: the header is there", rows[:1] == [["path", "st_size"]])
    compare("csv: they come through Python's csv",
            [(row[0].encode("latin-1"), int(row[1])) for row in rows[1:]])
    lines = ask_names("-o", "tsv").split(b"\n")
    cells = [line.split(b"\t") for line in lines[1:-1]]
    compare("tsv: they come through", [(unescape(c[0]), int(c[1])) for c in cells])
    values = ask_names("-o", "value", "-0").split(b"\0")[:-1]
    compare("value -0: they come through",
            [(name, int(size)) for name, size in zip(values[::2], values[1::2])])
    got = []
    for block in ask_names("-o", "text").split(b"\n\n"):
        pairs = dict(line.split(b"=", 1) for line in block.rstrip(b"\n").split(b"\n"))
        got.append((unescape(pairs[b"path"]), int(pairs[b"st_size"])))
    compare("text: they come through", got)
    lines = ask_names("-o", "table").split(b"\n")[1:-1]
    got = []
    for line in lines:
        cell, _, size = line.rpartition(b" ")
        got.append((cell, int(size)))
    # Trailing spaces of a name cannot be told from the padding.
    stripped = [(unescape(name.rstrip(b" ")).rstrip(b" "), size) for name, size in got]
    tap.ok("table: they come through, but for trailing spaces",
           [f"{w!r} became {g!r}" for w, g in zip(want, stripped)
            if (w[0].rstrip(b" "), w[1]) != g] + ([] if len(got) == len(want) else ["lines"]))
    for form in ("text", "tsv", "table"):
        out = ask_names("-o", form)
        tap.ok(f"{form}: there is no raw control byte and no invalid UTF-8",
               [] if not re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\u202e\u2028]",
                                   out.decode("utf-8", "strict")) else ["there is"])
    return want


SH_LOOP = """
for f; do
    os_path= os_st_size=
    eval "$("$OSBOX" stat -o sh -F path,st_size -- "$f")" || exit 9
    printf '%s\\0%s\\0' "$os_path" "$os_st_size"
done
"""


def check_shells(place, want):
    """eval in four shells gives the names back."""
    # Every class, not every pair: a shell takes a millisecond for each.
    chosen = [pair for i, pair in enumerate(want) if len(pair[0]) != 2 or i % 3 == 0]
    for shell in SHELLS:
        for locale in ("C", "C.UTF-8"):
            part = chosen if locale == "C" else chosen[::4]
            claim = f"sh: {len(part)} names come through eval in {shell[0]}, LC_ALL={locale}"
            if not need(shell):
                tap.skip(claim, f"{shell[0]} is not installed")
                continue
            result = run([*shell, "-c", SH_LOOP, "sh", *[name for name, _ in part]], cwd=place,
                         env={"OSBOX": OSBOX, "LC_ALL": locale}, timeout=60)
            values = result.out.split(b"\0")[:-1]
            got = list(zip(values[::2], values[1::2]))
            faults = [f"{w!r} became {g!r}" for w, g in zip(part, got)
                      if (w[0], b"%d" % w[1]) != g]
            if len(got) != len(part) or result.err or result.status:
                faults.insert(0, str(result))
            tap.ok(claim, faults)


# ---- values ----


def name_of(entry, lookup):
    """A user's or group's name; None without one."""
    try:
        return os.fsencode(lookup(entry)[0])
    except KeyError:
        return None


def iso(ns):
    """ISO 8601 of a time that datetime can hold; None for others."""
    try:
        date = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=ns // 10**9)
    except OverflowError:
        return None
    return date.strftime("%Y-%m-%dT%H:%M:%S") + f".{ns % 10**9:09}Z"


def expected(path, st, follow):
    """What a record has to say, from os."""
    values = {name: getattr(st, name) for name in STAT_INTS + STAT_MORE}
    for time in TIMES:
        ns = getattr(st, f"st_{time}_ns")
        values[f"st_{time}_ns"] = ns
        values[f"st_{time}"] = Decimal(ns).scaleb(-9)
        values[time] = iso(ns)
    values["type"] = TYPES.get(stat.S_IFMT(st.st_mode))
    values["mode"] = stat.filemode(st.st_mode)
    values["user"] = name_of(st.st_uid, pwd.getpwuid)
    values["group"] = name_of(st.st_gid, grp.getgrgid)
    values["dev_major"], values["dev_minor"] = os.major(st.st_dev), os.minor(st.st_dev)
    values["rdev_major"], values["rdev_minor"] = os.major(st.st_rdev), os.minor(st.st_rdev)
    values["target"] = None
    if not follow and stat.S_ISLNK(st.st_mode):
        values["target"] = os.readlink(path)
    return values


def observe(path, follow):
    """os.stat's answer as a dict, or the errno."""
    try:
        return expected(path, os.stat(path, follow_symlinks=follow), follow)
    except OSError as error:
        return error.errno


def faults_of_record(path, before, record, after):
    """What a record says otherwise than os did both times."""
    if isinstance(before, int) or isinstance(after, int):
        if before != after or record.get("errno") == before:
            return []
        return [f"{path!r}: errno {errno.errorcode.get(before, before)}, osbox says {record}"]
    if "error" in record:
        return [f"{path!r}: osbox fails: {record}"]
    faults = []
    for name, value in before.items():
        got = record[name]
        if name in ("user", "group", "target"):
            got = bytes_of(got)
        if value == after[name] and got != value and not (name in TIMES and value is None):
            faults.append(f"{path!r}: {name} is {value!r}, osbox says {got!r}")
    return faults


def check_stat(claim, paths):
    """stat and lstat of many paths."""
    fields = ",".join(STAT_INTS + STAT_MORE + [f"st_{t}" for t in TIMES]
                      + [f"st_{t}_ns" for t in TIMES] + TIMES
                      + ["type", "mode", "user", "group", "target", "dev_major", "dev_minor",
                         "rdev_major", "rdev_minor", "path"])
    for applet, follow in (("stat", True), ("lstat", False)):
        faults = {path: [] for path in paths}
        # What really differs does so each time; a live system may do it once.
        for _ in range(3):
            faults = compare_stat(applet, follow, fields, list(faults))
        tap.ok(f"{applet} of {len(paths)} paths of {claim} is os.{applet}", sum(faults.values(), []))


def compare_stat(applet, follow, fields, paths):
    """The paths of which osbox says otherwise than os, and what."""
    if not paths:
        return {}
    before = [observe(path, follow) for path in paths]
    records = ask_records(paths, applet, "-F", fields)
    after = [observe(path, follow) for path in paths]
    found = {}
    for path, b, record, a in zip(paths, before, records, after):
        faults = faults_of_record(path, b, record, a)
        if bytes_of(record["path"]) != path:
            faults.append(f"path is {path!r}, osbox says {record['path']!r}")
        if faults:
            found[path] = faults
    return found


def check_statvfs(paths):
    """os.statvfs, and the names of f_flag's bits."""
    faults = {path: [] for path in paths}
    # Free blocks come and go between two looks, and can be as many as before in a third one.
    for _ in range(5):
        faults = compare_statvfs(list(faults))
    tap.ok(f"-f of {len(paths)} paths is os.statvfs", sum(faults.values(), []))


def compare_statvfs(paths):
    """The paths of whose file systems osbox says otherwise than os, and what."""
    if not paths:
        return {}
    before = [os.statvfs(path) for path in paths]
    records = ask_records(paths, "stat", "-f")
    after = [os.statvfs(path) for path in paths]
    found = {}
    for path, b, record, a in zip(paths, before, records, after):
        faults = [f"{path!r}: {name} is {getattr(b, name)}, osbox says {record[name]}"
                  for name in STATVFS
                  if getattr(b, name) == getattr(a, name) and record[name] != getattr(b, name)]
        bits = sum(ST_FLAGS.get(name, int(name, 16) if name.startswith("0x") else 1 << 40)
                   for name in record["f_flags"])
        if bits != record["f_flag"]:
            faults.append(f"{path!r}: f_flag {record['f_flag']} is not {record['f_flags']}")
        if faults:
            found[path] = faults
    return found


def check_access(paths):
    """os.access, for the real and the effective ids, of links too."""
    modes = {"f": os.F_OK, "r": os.R_OK, "w": os.W_OK, "x": os.X_OK, "rw": 6, "rx": 5, "rwx": 7}
    for effective in (False, True):
        for follow in (True, False):
            faults = []
            for letters, mode in modes.items():
                more = ["--effective"] * effective + ["-P"] * (not follow)
                records = ask_records(paths, "stat", "-a", letters, *more)
                for path, record in zip(paths, records):
                    if "error" in record and not os.path.exists(path) | os.path.islink(path):
                        continue
                    if "error" in record and record["error"] in ("ENOENT", "ELOOP", "ENOTDIR"):
                        want, got = os.access(path, mode, follow_symlinks=follow), False
                    else:
                        want = os.access(path, mode, effective_ids=effective,
                                         follow_symlinks=follow)
                        got = record.get("access", record)
                    if got is not want:
                        faults.append(f"{path!r} {letters}: {want}, osbox says {got}")
            ids = "effective" if effective else "real"
            links = "followed" if follow else "not followed"
            tap.ok(f"-a of {len(paths)} paths, {ids} ids, links {links}, is os.access", faults)


# musl does not know these of a file; its own pathconf() has fixed numbers instead.
UNTOLD = {"PC_ASYNC_IO", "PC_FILESIZEBITS", "PC_LINK_MAX"} \
    if os.environ.get("OSBOX_FLAVOUR") == "musl" else set()


def limit(value, name):
    """What --pathconf has to say where os says `value`."""
    return None if value in (None, -1) or name in UNTOLD else value


def check_pathconf(paths):
    """os.pathconf of every name."""
    faults, names = [], list(os.pathconf_names)
    records = ask_records(paths, "stat", "--pathconf")
    missing = [name for name in names if name not in records[0]]
    tap.ok("--pathconf has every name of os.pathconf_names", missing)
    for path, record in zip(paths, records):
        for name in set(names) - set(missing):
            try:
                value = os.pathconf(path, name)
            except OSError:
                value = -1
            want = limit(value, name)
            if "error" in record or record[name] != want:
                faults.append(f"{path!r} {name}: {want}, osbox says {record.get(name, record)}")
    tap.ok(f"--pathconf of {len(paths)} paths is os.pathconf", faults)


# ---- descriptors ----


def descriptors(place):
    """Descriptors of every kind, with what each is."""
    read_end, write_end = os.pipe()
    leader, follower = os.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 77, 0, 0))
    file = os.open(os.path.join(place, b"descriptor"), os.O_RDWR | os.O_CREAT)
    os.write(file, b"0123456789")
    os.lseek(file, 4, os.SEEK_SET)
    deleted = os.open(os.path.join(place, b"deleted"), os.O_RDWR | os.O_CREAT)
    os.unlink(os.path.join(place, b"deleted"))
    left, right = (s.detach() for s in socket.socketpair())
    nonblocking = os.open("/dev/null", os.O_RDONLY | os.O_NONBLOCK)
    memory = os.memfd_create("oracle", 0)
    os.write(memory, b"123")
    return {
        "pipe": read_end, "pipe's other end": write_end, "terminal": follower,
        "terminal's master": leader, "file": file, "deleted file": deleted, "socket": left,
        "other socket": right, "non-blocking device": nonblocking, "memfd": memory,
        "directory": os.open(place, os.O_RDONLY), "eventfd": os.eventfd(3),
        "device": os.open("/dev/zero", os.O_RDONLY),
    }


def tells(function, *arguments):
    """A function's answer, None where it fails."""
    try:
        return function(*arguments)
    except OSError:
        return None


def check_descriptor(kind, fd):
    """One descriptor, of which the child has an inheritable copy."""
    fields = "type,mode,tty,ttyname,blocking,inheritable,offset,columns,lines,fd_pgrp,st_size,st_ino"
    os.set_inheritable(fd, True)
    before = os.fstat(fd)
    result = run([OSBOX, "stat", f"--fd={fd}", "-J", "-F", fields], pass_fds=[fd])
    record = strict_json(result.out)[0] if result.status == 0 else {}
    size = tells(os.get_terminal_size, fd)
    want = {
        "type": TYPES.get(stat.S_IFMT(before.st_mode)),
        "mode": stat.filemode(before.st_mode),
        "tty": os.isatty(fd),
        "ttyname": tells(os.ttyname, fd),
        "blocking": os.get_blocking(fd),
        "inheritable": os.get_inheritable(fd),
        "offset": tells(os.lseek, fd, 0, os.SEEK_CUR),
        "columns": size and size.columns,
        "lines": size and size.lines,
        "fd_pgrp": tells(os.tcgetpgrp, fd),
        "st_size": before.st_size,
        "st_ino": before.st_ino,
    }
    faults = [f"{name}: {value!r}, osbox says {record.get(name, str(result))!r}"
              for name, value in want.items() if name not in record or record[name] != value]
    tap.ok(f"--fd of a {kind} is what os tells of it", faults)
    names = [name for name in os.pathconf_names if name != "PC_VDISABLE"]
    result = run([OSBOX, "stat", f"--fd={fd}", "--pathconf", "-J", "-F", ",".join(names)],
                 pass_fds=[fd])
    record = strict_json(result.out)[0] if result.out else {}
    faults = []
    for name in names:
        value = tells(os.fpathconf, fd, name)
        want = limit(value, name)
        if name not in record or record[name] != want:
            faults.append(f"{name}: {want}, osbox says {record.get(name, str(result))}")
    tap.ok(f"--fd --pathconf of a {kind} is os.fpathconf", faults)


def check_descriptors(place):
    """All kinds, and dir_fd."""
    for kind, fd in descriptors(place).items():
        check_descriptor(kind, fd)
    fd = os.open(place, os.O_RDONLY)
    os.set_inheritable(fd, True)
    names = sorted(os.listdir(place))[:200]
    for more, where in (([f"--dir-fd={fd}"], {"dir_fd": fd}), (["-C", place], {"dir_fd": fd})):
        data = b"".join(name + b"\0" for name in names)
        result = run([OSBOX, "lstat", *more, "--files0-from=-", "-0", "-g", "st_ino,st_size"],
                     data=data, pass_fds=[fd])
        want = b"".join(b"%d\0%d\0" % (st.st_ino, st.st_size)
                        for st in (os.lstat(name, **where) for name in names))
        tap.ok(f"lstat {more[0].split('=')[0]} of {len(names)} names is os.lstat with dir_fd",
               [] if result.out == want else [str(result)])
    os.close(fd)


def check_json_text(paths):
    """jq's and Python's ints agree on a whole record: nothing is a float that is an int."""
    records = ask_records(paths, "stat", "-F", "all")
    floats = [(path, name) for path, record in zip(paths, records)
              for name, value in record.items()
              if isinstance(value, Decimal) and not re.fullmatch(r"st_(a|m|c|birth)time", name)]
    tap.ok("-F all: only times are decimals", [str(pair) for pair in floats])
    result = ask(paths, "stat", "-F", "all", "-J", "--json-int64=string")
    ints = [json.loads(line, parse_int=lambda text: f"raw {text}")
            for line in result.out.splitlines()]
    raw = [(path, name) for path, record in zip(paths, ints) for name, value in record.items()
           if isinstance(value, str) and value.startswith("raw ") and name not in ("st_mode", "errno")]
    tap.ok("-F all --json-int64=string: no integer but st_mode is a number", [str(r) for r in raw])


def main():
    place = os.fsencode(tempfile.mkdtemp(prefix="osbox-oracle."))
    try:
        names = make_tree(place)
        check_shells(place, check_names(place, names))
        special = paths_below(os.path.join(place, b"special.d"), 100)
        errors = [b"/no/such/file", b"/etc/passwd/x", b"/" + b"x" * 256, b"/x" * 2500]
        below_proc = paths_below(f"/proc/{os.getpid()}", 700)
        check_stat("a tree of hostile names", [os.path.join(place, name) for name in names])
        check_stat("files of every type", special + errors)
        check_stat("/dev", [b"/dev", *paths_below("/dev", 600)])
        check_stat("/proc", below_proc)
        check_stat("/etc", [b"/etc", *paths_below("/etc", 1500)])
        check_stat("/sys", [b"/sys", *paths_below("/sys/kernel", 200)])
        some = [b"/", b"/proc", b"/sys", b"/dev", b"/dev/pts", b"/dev/shm", b"/dev/null", b"/tmp", place]
        some = [path for path in some if os.path.exists(path)]
        check_statvfs(some + [os.path.join(place, names[0])])
        check_access(some + special + [b"/etc/shadow", b"/etc/passwd", b"/bin/sh", b"/proc/1/mem"])
        check_pathconf(some + [p for p in special if os.path.exists(p)] + [b"/etc/passwd"])
        check_descriptors(place)
        check_json_text(some + special)
    finally:
        shutil.rmtree(place)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
