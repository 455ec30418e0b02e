#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""osbox stat's GNU forms against GNU stat, byte for byte.

Usage: gnu_stat.py OSBOX [GNU_STAT]

Prints TAP. Each test runs both programs on generated files and on a few of the
system's, and compares stdout, exit status and stderr. What differs on purpose
is in EXCEPTIONS, and a test says what osbox prints instead.
"""
import ctypes
import itertools
import os
import pty
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from decimal import ROUND_FLOOR, Decimal, localcontext

# Sorted. "When: what osbox does, and why."
EXCEPTIONS = {
    "before 1970": "a time with more digits than asked is rounded towards minus infinity, as GNU's "
    "manual says; GNU 9.1 cuts towards 0, and prints -2.0 for %.1X of -1.0005.",
    "bind mount": "%m of a file below a bind mount is that mount, not the one of the device: "
    "GNU looks for a change of st_dev only.",
    "descriptor": "%m and %C of the operand - are those of the open file; GNU looks for a file "
    "called -.",
    "epoch width": "the width of an epoch with decimals is a minimum; GNU 9.1 adds spaces to a "
    "number that is longer than the width.",
    "errno texts": "the text of an error is the C library's, and musl has its own.",
    "followed link": "%m of a link that is followed (-L) is the mount point of its target; GNU 9.1 "
    "takes that of the link, unless the target is a directory.",
    "huge width": "a width or precision beyond 1048576 is an invalid directive; GNU takes the "
    "memory, and beyond 2147483647 prints nothing and succeeds.",
    "invalid bytes in warnings": "an escape of a control character or of bytes that are not UTF-8 "
    "is escaped in the warning; GNU writes it raw.",
    "locale": "messages have ASCII quotes; GNU's are curved in a UTF-8 locale.",
    "quoting apostrophe": "a name with an apostrophe that ends with an escaped byte is quoted "
    "correctly; GNU 9.1 begins its quoting wrongly.",
    "quoting flags": "%N ignores flags other than - also for the target of a link; GNU 9.1 prints "
    "an s after it for some of them.",
    "quoting unassigned": "%N shows code points without a character as they are, as it has no "
    "table of them; GNU escapes what its C library does not know.",
    "quoting unsafe": "%N escapes bidirectional controls, U+FEFF and tags; for GNU these are "
    "printable.",
    "quoting width": "%N is always quoted; GNU 9.1 quotes only when the format has a plain %N "
    "somewhere.",
    "terminal": "names on a terminal are escaped as text; GNU writes them raw.",
}
assert list(EXCEPTIONS) == sorted(EXCEPTIONS), "keep EXCEPTIONS sorted"

NS = 10**9
LIMIT = 100000  # of one argument, below Linux's MAX_ARG_STRLEN

FILE_LETTERS = (
    "a A b B d D Hd Ld f F g G h i m n N o r R Hr Lr s t T u U w W x X y Y z Z".split()
)
SYSTEM_LETTERS = "a b c d f i l n s S t T".split()
EPOCHS = "WXYZ"
FLAGS = ["", "-", "+", " ", "#", "0", "'", "I", "-0", "+0", " 0", "#0", "-#", "+ ", "-+", "+-0# 'I"]
WIDTHS = ["", "1", "4", "5", "11", "12", "25", "40"]
PRECISIONS = ["", ".", ".0", ".1", ".3", ".9", ".12", ".30"]

TIMES = [
    0, 1, NS - 1, NS, 1234567890123456789, 1785578400123456789, 2**31 * NS, 4107542399 * NS + 5,
    13569465600 * NS + 999999999,  # 2400
    -1, -999999999, -NS, -NS - 1, -1000500000, -1500000000, -1500500000, -1999999999,
    -86400 * NS + 123456789, -2**31 * NS + 1,
]
ZONES = ["UTC", "Asia/Kolkata", "America/New_York", "<-00>0", "XXX+0:00:30", "Nowhere/At_All", ""]

NAMES = [os.fsencode(n) if isinstance(n, str) else n for n in [
    "plain", "it's", "two '' of them", "a\nb", "\n", "\n\n", "x$'y", b"bad\xff\xfe", 'q"q', "b\\s",
    "\x1b[31m", "é", "\u200b", "\ue000", "\xad", "sp ace", " ", "-dash", "--", "#x", "{", "}", "{}",
    "~", "?", "?'", "é'", "é'\\", "\x7f", "\xa0", "\u2028", "\x9b", "tab\t\r\v\a\b\fend",
    "\U0001f600", "!'", "!", b"\xed\xa0\x80x", "'", "''", "a'\nb", "\n'", "\n'b", "a\nb\nc", "{'",
    "a{'", "a#'", "#'", "~'", "a~'", "%'", "%n", b"\xc3", b"\xe2\x82'", b"\xe2\x82z\n", "@'", "[]'",
    "\u0300", "]'", "a b'c,d.e/f".replace("/", ":"), b"\xc0\xafx", b"\xf8\x88\x80\x80\x80",
    b"\xf4\x90\x80\x80", "x" * 255, "'" * 255, b"\xff" * 255, "\n" * 255, "日本語", "\t'", "\\'",
    "a=b", "*", "^'", "`'", "|", "<>", "&'", "()'", ";'", "\x01\x02", "9'", "'9", "\x1b9",
]]

# EXCEPTIONS["errno texts"]
MUSL = [
    (b": Not supported\n", b": Operation not supported\n"),
    (b": Symbolic link loop\n", b": Too many levels of symbolic links\n"),
]

counts = {"tests": 0, "failures": 0}
osbox, gnu, root = "", "", b""


class Failed(Exception):
    pass


def call(program, args, tz="UTC", locale="C.UTF-8", **more):
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": locale, "TZ": tz}
    more = {"stdin": subprocess.DEVNULL, "cwd": root, **more}
    done = subprocess.run([*program, *args], env=env, capture_output=True, check=False, **more)
    return done.returncode, done.stdout, done.stderr


def ours(args, **more):
    code, out, err = call([osbox, "stat"], args, **more)
    for musl, glibc in MUSL:
        err = err.replace(musl, glibc)
    return code, out, err


def theirs(args, **more):
    code, out, err = call([gnu], args, **more)
    for curved in ("‘", "’"):  # EXCEPTIONS["locale"]
        err = err.replace(curved.encode(), b"'")
    prefix = os.fsencode(gnu) + b": "  # by its name, not its path
    return code, out, err.replace(prefix, b"stat: ")


def same(args, **more):
    """Both say the same; twice, as the system lives on while they look."""
    for _ in range(8):
        want, got = theirs(args, **more), ours(args, **more)
        if want == got:
            return got
    for what, w, g in zip(("status", "stdout", "stderr"), want, got):
        if w != g:
            if what == "stdout":
                lines = itertools.zip_longest(w.split(b"\n"), g.split(b"\n"))
                w, g = next((a, b) for a, b in lines if a != b)
            shown = [a if len(a) < 120 else a[:120] + b"..." for a in map(os.fsencode, args)]
            raise Failed(f"{shown} {more}: {what}: want {w!r}, got {g!r}")
    return got


def expect(args, want, code=0, **more):
    """What osbox prints, where it differs from GNU: (stdout, status)."""
    got = ours(args, **more)
    if (got[1], got[0]) != (want, code):
        raise Failed(f"{args}: want {want!r} and {code}, got {got!r}")


def test(function):
    counts["tests"] += 1
    try:
        note = function() or ""
    except Failed as failure:
        counts["failures"] += 1
        print(f"# {failure}")
        print(f"not ok {counts['tests']} - {function.__doc__}")
        return
    print(f"ok {counts['tests']} - {function.__doc__}{note}", flush=True)


# ---- generated files ----

def path(name):
    return os.path.join(root, os.fsencode(name))


def make(name, ns=None, mode=None, size=0):
    with open(path(name), "wb") as file:
        file.truncate(size)
    if mode is not None:
        os.chmod(path(name), mode)
    if ns is not None:
        os.utime(path(name), ns=(ns, ns))


def make_tree():
    os.mkdir(path("names"))
    os.mkdir(path("links"))
    os.mkdir(path("times"))
    os.mkdir(path("modes"))
    for i, name in enumerate(NAMES):
        make(b"names/" + name)
        os.symlink(name, path(b"links/%d" % i))
        os.readlink(path(b"links/%d" % i))  # its atime changes now, and not in the test
    for ns in TIMES:
        make(f"times/{ns}", ns)
    for i, bits in enumerate(itertools.product((0, 4, 2, 1), (0, 0o644, 0o755, 0o111, 0o070))):
        make(f"modes/{i}", mode=bits[0] << 9 | bits[1])
    os.mkdir(path("modes/dir"))
    os.chmod(path("modes/dir"), 0o1777)
    make("file", 1785578400123456789, 0o640, 123456)
    make("old", -1500500000, 0o4755)
    os.mkdir(path("dir"))
    os.mkdir(path("shut"))
    make("shut/file")
    os.chmod(path("shut"), 0)
    os.mkfifo(path("fifo"))
    with socket.socket(socket.AF_UNIX) as s:
        here = os.open(root, os.O_RDONLY)  # sun_path is short
        s.bind(f"/proc/self/fd/{here}/socket")
        os.close(here)
    for link, target in (("link", "file"), ("dirlink", "dir"), ("dangling", "no such"),
                         ("loop", "loop"), ("proclink", "/proc/version"), ("chain", "link")):
        os.symlink(target, path(link))
        os.readlink(path(link))


def remove_tree():
    for name in ("shut", "modes/dir"):
        if os.path.isdir(path(name)):
            os.chmod(path(name), 0o700)
    shutil.rmtree(root)


def system_files():
    files = ["/dev/null", "/dev/full", "/", "/proc/version", "/usr/bin/stat"]
    with os.scandir("/dev") as entries:
        files += [e.path for e in sorted(entries, key=lambda e: e.name)
                  if stat.S_ISBLK(e.stat(follow_symlinks=False).st_mode)][:1]
    return files


# ---- directives ----

def chunks(directives):
    """Formats that print each directive with its name, none longer than an argument may be."""
    lines, size = ["%N"], 0  # EXCEPTIONS["quoting width"]
    for d in directives:
        line = f"%%{d}=[%{d}]"
        lines.append(line)
        size += len(line) + 1
        if size > LIMIT:
            yield "\n".join(lines)
            lines, size = ["%N"], 0
    yield "\n".join(lines)


def combinations(letters, precisions=tuple(PRECISIONS)):
    return [f"{f}{w}{p}{c}" for c in letters for f in FLAGS for w in WIDTHS for p in precisions]


def each_combination(letters, files, *options):
    for form in chunks(combinations(letters)):
        same([*options, "-c", form, "--", *files])


def test_alone():
    """every directive alone, on every kind of file"""
    letters = ["%" + c for c in FILE_LETTERS]
    files = ["file", "dir", "link", "dirlink", "dangling", "loop", "fifo", "socket", "old", ".",
             "..", "dir/", "dirlink/", "./file", *system_files()]
    for options in ([], ["-L"]):
        for form in ["|".join(letters), *letters]:
            names = [f for f in files if not (options and f == "loop")]
            same([*options, "-c", form, *names])


def test_flags():
    """every directive with flags, widths and precisions"""
    letters = [c for c in FILE_LETTERS if c not in EPOCHS]
    each_combination(letters, ["file", "/dev/null"])
    letters.remove("N")  # EXCEPTIONS["quoting flags"]
    each_combination(letters, ["link"])
    form = "|".join(f"%{f}{w}{p}N" for f in ("", "-") for w in WIDTHS for p in PRECISIONS)
    same(["-c", "%N" + form, "link", "dangling"])


def test_flags_file_system():
    """every directive with flags, widths and precisions, of file systems"""
    each_combination(SYSTEM_LETTERS, ["/proc"], "-f")


def test_file_systems():
    """every directive of file systems alone"""
    letters = ["%" + c for c in SYSTEM_LETTERS]
    for form in ["|".join(letters), *letters, "%Hd|%Ld|%N|%A"]:
        for mount in ("/proc", "/sys", "/dev/pts"):
            same(["-f", "-c", form, mount])
    same(["-f", "-c", "%b|%c|%i|%l|%n|%s|%S|%t|%T", "/", "file", "link", "dangling", "dir", "fifo"])


def test_letters():
    """unknown letters"""
    for options in ([], ["-f"]):
        known = SYSTEM_LETTERS if options else FILE_LETTERS
        odd = [chr(c) for c in range(33, 127) if chr(c) not in [*known, *"%-+ #0'I.123456789C"]]
        odd += ["é", "\x01", "Hx", "LL", "HLd", "5Hd", "-8Ld", "+.3Hr", "#Hd", "09Lr", "HD", "LR"]
        same([*options, "-c", "|".join("%" + c for c in odd), "/proc"])
        same([*options, "-c", "|".join("%-05.2" + c for c in odd), "/proc"])


def test_invalid():
    """% alone, at the end, and invalid directives"""
    for form in ("%", "%%", "%%%", "a%", "%%n", "%9%", "a%-%b", "%-", "%5", "%.", "%.3", "%5.3%",
                 "%'5%", "%+", "%I", "%H", "%L", "%5H", "%n%", "%n%%%n", "x%0%y", "%n %# %"):
        for options in (["-c", form], ["--printf", form], ["-f", "-c", form]):
            same([*options, "/proc"], locale="C")
            same([*options, "no such", "/proc", "/sys"], locale="C")


# ---- times ----

def epoch(ns, flags, width, precision):
    """What an epoch directive prints: the model for both, where they differ."""
    digits = {"": 0, ".": 9}.get(precision) if precision in ("", ".") else int(precision[1:])
    with localcontext() as context:
        context.prec = 80
        unit = Decimal(1).scaleb(-min(digits, 9))
        value = (Decimal(ns) / NS).quantize(unit, rounding=ROUND_FLOOR)
    text = f"{abs(value):f}" + "0" * max(0, digits - 9)
    sign = "-" if ns < 0 else "+" if "+" in flags else " " if " " in flags else ""
    fill = max(0, int(width or 0) - len(sign + text))
    if "-" in flags:
        return sign + text + " " * fill
    return sign + "0" * fill + text if "0" in flags else " " * fill + sign + text


def epoch_differs(ns, flags, width, precision):
    """EXCEPTIONS["before 1970"] and EXCEPTIONS["epoch width"]"""
    digits = 9 if precision == "." else int(precision[1:] or 0) if precision else 0
    if digits == 0:
        return False
    if ns < 0 and digits < 9 and ns % 10 ** (9 - digits):
        return True
    return len(epoch(ns, flags, "", precision)) > int(width or 0) > 0


def test_epochs():
    """epochs with flags, widths and precisions"""
    forms = list(itertools.product(FLAGS, WIDTHS, PRECISIONS))
    wanted = [(f"%{f}{w}{p}Y", f, w, p) for f, w, p in forms]
    form = "\n".join(w[0] for w in wanted)
    compared = 0
    for ns in TIMES:
        file = f"times/{ns}"
        ns = os.stat(path(file)).st_mtime_ns  # a file system may have cut it
        got = ours(["-c", form, file])[1].decode().split("\n")
        gnus = theirs(["-c", form, file])[1].decode().split("\n")
        for (d, f, w, p), mine, gnu_says in zip(wanted, got, gnus):
            if mine != epoch(ns, f, w, p):
                raise Failed(f"{d} of {ns}: want {epoch(ns, f, w, p)!r}, got {mine!r}")
            if not epoch_differs(ns, f, w, p):
                compared += 1
                if mine != gnu_says:
                    raise Failed(f"{d} of {ns}: GNU says {gnu_says!r}, osbox {mine!r}")
    if compared < len(TIMES) * len(forms) // 2:
        raise Failed(f"only {compared} cases were compared")
    return f" # {compared} directives"


def test_calendar():
    """calendar times in several zones"""
    files = [f"times/{ns}" for ns in TIMES]
    for tz in ZONES:
        same(["-c", "%x|%y|%.10y|%40y|%-40.16x|%.0y|%X|%Y|%.9Y", *files, "/proc/version"], tz=tz)
        same(["-c", "%w|%z|%W|%Z|%40w|%-40w|%.19w|%20W|%.9W|%.9Z", "file", "/dev/null", "/proc"],
             tz=tz)
    for form in chunks(combinations("wxyz")):
        same(["-c", form, "file", "/proc/version"], tz="Asia/Kolkata")


def test_calendar_limits():
    """times beyond the calendar"""
    shm = "/dev/shm"
    if not os.access(shm, os.W_OK):
        return " # SKIP no tmpfs"
    libc = ctypes.CDLL(None, use_errno=True)
    with tempfile.NamedTemporaryFile(dir=shm) as file:
        for sec in (-62135596801, -62167219200, -62167219201, -62198755201, 300000000000,
                    -99999999999, 67767976233532799, 67767976233575600, 67768036191676799,
                    67768036191676800, -67768040609740800, -67768040609740801, 2**62, -2**62,
                    2**63 - 1, -2**63):
            times = (ctypes.c_int64 * 4)(sec, 5, sec, 5)
            if libc.utimensat(-100, os.fsencode(file.name), times, 0) != 0:
                continue
            for tz in ("UTC", "America/New_York", "Asia/Kolkata"):
                same(["-c", "%x|%y|%X|%.9Y|%.Y", file.name], tz=tz)


# ---- names ----

def name_files():
    return [b"names/" + n for n in NAMES] + [b"links/%d" % i for i in range(len(NAMES))]


def misquoted(name):
    """EXCEPTIONS["quoting apostrophe"]"""
    last = name[-1:]
    return b"'" in name and (last < b" " or last == b"\x7f" or b"\x80" <= last) and \
        name.decode(errors="replace")[-1:] in "\ufffd\x7f\x9b\n\t\r\x01"


def test_names():
    """names and their quoting"""
    forms = ["%N", "%n", "%.9n%.3n|%40n|%-40n", "%N%.12N%.4N|%30N|%-30N|%.0N|%.N|%3.2N"]
    for name in name_files():
        target = name if name.startswith(b"names") else os.fsencode(os.readlink(path(name)))
        if not misquoted(target):
            for form in forms:
                same(["-c", form, "--", name])
    same(["-c", "%n", "--", *name_files()])
    same(["-t", "--", *name_files()])
    same(["--printf", "%n\\0", "--", *name_files()])


def test_quoting_is_exact():
    """a quoted name is a shell word for the name itself"""
    words = ours(["--printf", "%N\\0", "--", *[b"names/" + n for n in NAMES]])[1].split(b"\0")[:-1]
    script = b"printf '%s\\0' " + b" ".join(words)
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=False)
    if done.stdout.split(b"\0")[:-1] != [b"names/" + n for n in NAMES]:
        raise Failed(f"{done}")


def test_names_missing():
    """names in messages"""
    for name in NAMES:
        if not misquoted(name) and name not in (b"x" * 255, b"'" * 255, b"\xff" * 255):
            same(["-c", "%n", "--", b"none/" + name])
            same(["-f", "-c", "%n", "--", b"none/" + name])


def test_terse():
    """the terse forms"""
    files = ["file", "dir", "link", "dirlink", "dangling", "fifo", "socket", "old",
             *[f for f in system_files() if f != "/"]]
    same(["-t", *files])
    same(["--terse", *files])
    same(["-L", "-t", *files])
    same(["-tL", "link", "proclink", "chain"])
    same(["-f", "-t", "/proc", "/sys"])
    same(["-tf", "/proc", "no such", "/sys"])
    same(["-L", "-f", "-t", "/proc"])


def test_modes():
    """permissions"""
    with os.scandir(path("modes")) as entries:
        files = sorted(b"modes/" + e.name for e in entries)
    same(["-c", "%a|%#a|%05a|%A|%f|%#f|%F|%#.0a|%.0a|%#5.3a", *files])


def test_follow():
    """links, followed or not"""
    for options in ([], ["-L"], ["--dereference"]):
        for file in ("link", "dirlink", "dangling", "loop", "chain", "link/", "dirlink/",
                     "dangling/", "file/", "no such", "shut/file", ""):
            same([*options, "-c", "%n|%N|%F|%s|%i|%m", file])


def test_several():
    """several operands, some of them missing"""
    same(["-c", "%n|%a", "file", "no such", "dir", "none", "link"])
    same(["-f", "-c", "%n|%T", "/proc", "no such", "/sys"])
    same(["--printf", "%n|%a", "file", "no such", "dir"])
    same(["--format=%n", "file"])
    same(["--cached=never", "-c", "%n", "file"])
    same(["-c", "", "file", "dir"])
    same(["--printf", "", "file", "dir"])


# ---- escapes, descriptor 0, mounts, contexts ----

def test_escapes():
    """backslash escapes"""
    for c in range(33, 127):
        same(["--printf", "<\\" + chr(c) + ">", "file"])
    for form in ("\\101\\1017\\0\\08\\400\\777\\377|", "\\x41\\x414\\xg\\x\\xFf\\xfG\\xaB\\X41",
                 "\\", "a\\", "\\\\", "\\\\\\", "%n\\n", "\\%n", "\\%", "%\\n", "\\x25n", "\\045n",
                 "a\\qb\\zc\\q", "\\8\\9", "%5\\n", "\\e[0m\\\"%n\\\""):
        same(["--printf", form, "file", "dir"])
        same(["-c", form, "file", "dir"])


def test_descriptor():
    """the operand - is descriptor 0"""
    form = "%n|%N|%F|%s|%i|%a|%d|%Y|%h"
    for name in ("file", "dir", "/dev/null", "/proc/version"):
        fd = os.open(path(name), os.O_RDONLY)
        same(["-c", form, "-"], stdin=fd)
        same(["-L", "-c", form, "file", "-"], stdin=fd)
        same(["-t", "-"], stdin=fd)
        os.close(fd)
    for options in (["-f", "-c", "%n"], ["-f", "-t"]):
        same([*options, "-"])
        same([*options, "-", "/proc"])

    def close():
        os.close(0)

    same(["-c", "%n", "-"], preexec_fn=close)
    same(["-t", "-", "file"], preexec_fn=close)


def test_mount_points():
    """mount points"""
    files = ["file", "dir", "link", "dirlink", "dangling", ".", "..", "dir/..", "dir/", "/",
             "/proc", "/proc/", "/proc/version", "/proc/..", "/proc/sys/kernel/..", "/dev/null", "/dev/pts",
             "/dev/shm", "/sys", "/sys/kernel", "proclink", "no such", "/dev/../proc", "//proc",
             "/proc/self/cwd/file", "/proc/self"]
    for options in ([], ["-L"]):
        for file in files:
            if not options or os.path.exists(path(file)) and file != "proclink":
                same([*options, "-c", "%m|%n|%12m|%-12m|%.2m", file])
    same(["-c", "%m", "file"], cwd="/", preexec_fn=lambda: os.chdir(root))


def test_mount_points_hidden():
    """mount points without /proc, and of bind mounts"""
    unshare = ["unshare", "-m" if call(["unshare", "-m"], ["true"])[0] == 0 else "-rm"]
    files = b"file dir link . .. dir/.. / /dev/null /dev/pts".decode().split()
    script = 'mount -t tmpfs none /proc || exit 99; exec "$@"'
    args = ["-c", "%m|%n", *files]
    hide = [*unshare, "sh", "-c", script, "sh"]
    want = call([*hide, gnu], args)
    if want[0] != 0:
        return " # SKIP no mount namespace"
    got = call([*hide, osbox, "stat"], args)
    if b"LeakSanitizer has encountered a fatal error" in got[2]:  # it needs /proc
        got = 0, got[1], b""
    if got != (0, want[1], b""):  # GNU warns that there is no table of mounts
        raise Failed(f"want {want}, got {got}")
    script = 'mount --bind dir dir && mount --bind file times/0 || exit 99; exec "$@"'
    got = call([*unshare, "sh", "-c", script, "sh", osbox, "stat"],
               ["-c", "%m", "dir", "dir/", "dir/.", "times/0", "times", "dirlink/.", "file"])
    mount = theirs(["-c", "%m", "file"])[1]
    there, file = os.path.realpath(path("dir")) + b"\n", os.path.realpath(path("times/0")) + b"\n"
    if got[1] != there * 3 + file + mount + there + mount:
        raise Failed(f"bind mounts: got {got}")
    return ""


def test_contexts():
    """security contexts"""
    forms = ["%C", "%10C|%-10C|%010C|%+C|%.0C|%.1C", "%n %C %n"]
    files = ["file", "dir", "link", "dangling", "/proc/version", "no such"]
    try:
        os.setxattr(path("dir"), "security.selinux", b"user:role:type\0")
        os.setxattr(path("file"), "security.selinux", b"short")
    except OSError:
        pass
    for options, form in itertools.product(([], ["-L"]), forms):
        same([*options, "-c", form, *files])


# ---- what differs ----

def test_exceptions():
    """what osbox does otherwise"""
    name = "\u202ea\ufeff\U000e0041"
    make("names/" + name)
    expect(["-c", "%N", "names/" + name],
           b"'names/'$'\\342\\200\\256''a'$'\\357\\273\\277\\363\\240\\201\\201'\n")
    make("names/\u0378")
    expect(["-c", "%N", "names/\u0378"], "'names/\u0378'\n".encode())
    make("names/\n'\n")
    expect(["-c", "%N", "names/\n'\n"], b"'names/'$'\\n'\\'''$'\\n'\n")
    make("names/a'\x01")
    expect(["-c", "%N", "names/a'\x01"], b"'names/a'\\'''$'\\001'\n")
    expect(["-L", "-c", "%m", "proclink"], b"/proc\n")
    expect(["-c", "%+ N|%#N", "link"], b"'link' -> 'file'|'link' -> 'file'\n")
    expect(["-c", "%8N|%.3N", "link"], b"  'link' ->   'file'|'li -> 'fi\n")
    expect(["-c", "%1048577n|", "link"], b"", 1)
    expect(["-c", "%.99999999999999999999s|", "link"], b"", 1)
    if len(ours(["-c", "%1048576n", "link"])[1]) != 1048577:
        raise Failed("the largest width")
    code, out, err = ours(["--printf", "\\\x1b\\é|", "file"])
    if (code, out, err.count(b"\n")) != (0, "\x1bé|".encode(), 2) or b"\x1b" in err:
        raise Failed(f"{out} {err}")
    for operand in ("dir", "file"):
        fd = os.open(path(operand), os.O_RDONLY)
        code, want, _ = theirs(["-c", "%m %C", operand])
        expect(["-c", "%m %C", "-"], want, code, stdin=fd)
        os.close(fd)


def test_terminal():
    """nothing raw reaches a terminal"""
    pattern = "%n|%N|%.8n|%.8N|%30n\\n"
    for name in NAMES + [b"\xe2\x80\xaeabc"]:
        make(b"names/" + name)
        leader, follower = pty.openpty()
        done = subprocess.run([osbox, "stat", "--printf", pattern, "--", name], stdout=follower,
                              stderr=subprocess.PIPE, cwd=path("names"), check=False)
        os.close(follower)
        shown = b""
        try:
            while data := os.read(leader, 65536):
                shown += data
        except OSError:  # EIO: the end
            pass
        os.close(leader)
        text = shown.decode()  # must be UTF-8
        if done.returncode or not text.endswith("\r\n"):
            raise Failed(f"{name}: {shown} {done}")
        if any(c < " " or "\x7f" <= c < "\xa0" or c in "\u2028\u202e" for c in text[:-2]):
            raise Failed(f"{name}: {shown}")


def test_lost_output():
    """output that is lost is an error"""
    with open("/dev/full", "wb") as full:
        for options in (["-c", "%n"], ["--printf", "%n"], ["-t"], ["-f", "-t"]):
            done = subprocess.run([osbox, "stat", *options, "/"], stdout=full,
                                  stderr=subprocess.PIPE, check=False)
            if done.returncode != 74 or not done.stderr:
                raise Failed(f"{options}: {done}")


TESTS = [
    test_alone, test_flags, test_flags_file_system, test_file_systems, test_letters, test_invalid,
    test_epochs, test_calendar, test_calendar_limits, test_names, test_quoting_is_exact,
    test_names_missing, test_terse, test_modes, test_follow, test_several, test_escapes,
    test_descriptor, test_mount_points, test_mount_points_hidden, test_contexts, test_exceptions,
    test_terminal, test_lost_output,
]


def main(argv):
    global osbox, gnu, root
    if len(argv) not in (2, 3):
        sys.exit(__doc__)
    osbox = os.path.abspath(argv[1])
    gnu = argv[2] if len(argv) > 2 else "/usr/bin/stat"
    version = subprocess.run([gnu, "--version"], capture_output=True, check=False).stdout
    if b"GNU coreutils" not in version:
        print("1..0 # SKIP no GNU stat")
        return 0
    root = os.fsencode(tempfile.mkdtemp(prefix="gnu_stat."))
    try:
        make_tree()
        for function in TESTS:
            test(function)
    finally:
        remove_tree()
    print(f"1..{counts['tests']}")
    return counts["failures"] != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
