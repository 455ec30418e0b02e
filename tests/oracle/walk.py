#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""osbox walk against Python's os.walk, os.scandir and os.listdir, find and du.

usage: walk.py OSBOX [SEED]

Walks generated trees of hostile names: the records and their order are those of
os.walk, sizes those of find, totals those of du and of a model; any number of
threads prints the same bytes.  Deep and wide trees take few descriptors, little
stack and little memory; /proc and /sys come to an end.  Prints TAP.
"""

import base64
import json
import os
import random
import shutil
import stat
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from testlib import CLEAN_ENV, Tap, need, run, strict_json  # noqa: E402

SANITIZED = os.environ.get("OSBOX_FLAVOUR") == "sanitized"
DEPTH = 10000
WIDTH = 100000
MOST_KIB = 16 * 1024
TYPES = {
    stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "symlink",
    stat.S_IFIFO: "fifo", stat.S_IFSOCK: "socket",
}

tap = Tap()
OSBOX = os.path.realpath(sys.argv[1]) if len(sys.argv) in (2, 3) else sys.exit(__doc__)
SEED = sys.argv[2] if len(sys.argv) == 3 else "osbox"


# ---- trees ----


def random_name(rng):
    """A name of any bytes; many of them are short, so that some sort next to each other."""
    kind = rng.randrange(6)
    if kind == 0:
        name = bytes(rng.choice([b for b in range(1, 256) if b != 0x2F])
                     for _ in range(rng.randint(1, 40)))
    elif kind == 1:
        name = "".join(chr(rng.choice([0xE9, 0x6F22, 0x202E, 0x1F600, 0x0301, 0x7F, 0x9B, 0x41]))
                       for _ in range(rng.randint(1, 20))).encode()
    elif kind == 2:
        name = rng.choice([b"-rf", b"a\nb", b"\n", b" ", b"'", b'"', b"\\", b"\xff", b"\xed\xb2\x80",
                           b".a", b"...", b"a,b", b"*", b"$(x)", b"\x1b[31m", b"\xc3\x28"])
    else:
        name = b"%c%x" % (rng.choice(b"abcXYZ._-"), rng.getrandbits(12))
    return name if name not in (b".", b"..") else b"dots"


def new_path(rng, directory):
    """A path in it that is not there."""
    while True:
        path = os.path.join(directory, random_name(rng))
        if not os.path.lexists(path):
            return path


def make_entry(rng, directory, kinds, dirs, files):
    """One more entry of a random kind; False where the file system refuses the name."""
    path = new_path(rng, directory)
    kind = rng.choice(kinds)
    try:
        if kind == "directory":
            os.mkdir(path)
            dirs.append(path)
        elif kind == "file":
            with open(path, "xb") as file:
                file.truncate(rng.choice([0, 1, 4096, 5000, 1 << 33]))
                if rng.random() < 0.3:
                    file.write(b"x" * rng.randint(1, 9000))
            files.append(path)
        elif kind == "hard" and files:
            os.link(rng.choice(files), path)
        elif kind == "fifo":
            os.mkfifo(path)
        elif kind == "loop":
            os.symlink(os.path.basename(path), path)
        elif kind == "dangling":
            os.symlink(b"no such file", path)
        elif kind == "up":
            os.symlink(rng.choice([b".", b"..", b"../.."]), path)
        elif kind == "link":
            target = rng.choice(dirs + files)
            os.symlink(os.path.relpath(target, directory), path)
    except OSError as error:
        if error.errno not in (22, 84):  # EINVAL, EILSEQ: some file systems take UTF-8 only
            raise


def make_tree(rng, place, kinds, size):
    """A random tree below `place`, which is made; its directories and files."""
    os.mkdir(place)
    dirs, files = [place], []
    for _ in range(size):
        # Half of them in the newest directories: depth as well as width.
        directory = rng.choice(dirs[-20:] if rng.random() < 0.5 else dirs)
        make_entry(rng, directory, kinds, dirs, files)
    return dirs, files


PLAIN = ["directory"] * 4 + ["file"] * 7 + ["hard", "fifo", "loop", "dangling", "up", "link", "link"]


# ---- running osbox ----


def walk(*arguments, **more):
    """osbox walk; a hang or a signal is never right."""
    result = run([OSBOX, "walk", *arguments], timeout=60, **more)
    if not isinstance(result.status, int) or result.status < 0 or result.status > 78:
        tap.ok("walk ends by itself", [str(result)])
    return result


def bytes_of(value):
    """A name in JSON: a string or b64."""
    return base64.b64decode(value["b64"]) if isinstance(value, dict) else value.encode()


def json_of(name):
    """The contrary."""
    try:
        return name.decode()
    except UnicodeDecodeError:
        return {"b64": base64.b64encode(name).decode()}


def tuple_of(record):
    """os.walk's record from osbox's."""
    return (bytes_of(record["dirpath"]), [bytes_of(n) for n in record["dirnames"]],
            [bytes_of(n) for n in record["filenames"]])


def tuples(*arguments, **more):
    """walk --tuples as os.walk's list."""
    result = walk("--tuples", "-J", *arguments, **more)
    return [tuple_of(record) for record in strict_json(result.out)]


def same(claim, want, got):
    """Two lists are equal, in order."""
    faults = [f"{i}: {w!r} became {g!r}" for i, (w, g) in enumerate(zip(want, got)) if w != g][:3]
    if len(want) != len(got):
        faults.append(f"{len(got)}, not {len(want)}")
    tap.ok(claim, faults)


def split(data):
    """NUL-terminated names."""
    return data.split(b"\0")[:-1]


# ---- os.walk ----


def check_tuples(name, top):
    """Record by record, in both orders."""
    for more, topdown in (([], True), (["--bottom-up"], False)):
        want = list(os.walk(top, topdown=topdown))
        label = " ".join(["--tuples", *more])
        same(f"{name}: {label} is os.walk, {len(want)} records in its order", want,
             tuples("--on-error=ignore", *more, top))


def check_tops(place):
    """What os.walk(onerror) says of a TOP that it cannot walk, --tuples says."""
    here = os.path.join(place, b"tops")
    os.mkdir(here)
    with open(os.path.join(here, b"file"), "xb"):
        pass
    for name, target in ((b"loop", b"loop"), (b"one", b"two"), (b"two", b"one"), (b"dangling", b"gone"),
                         (b"below", b"file/x"), (b"link", b"file")):
        os.symlink(target, os.path.join(here, name))
    faults = []
    for name in (b"file", b"loop", b"one", b"dangling", b"below", b"link", b"gone", b"file/x", b"loop/x"):
        top = os.path.join(here, name)
        for more, follow in (([], False), (["-L"], True)):
            errors = []
            records = list(os.walk(top, followlinks=follow, onerror=errors.append))
            want = (records, [(e.errno, os.fsencode(e.filename)) for e in errors])
            result = walk("--tuples", "-J", *more, top)
            got = ([tuple_of(record) for record in strict_json(result.out)],
                   [(record["errno"], bytes_of(record["path"])) for record in strict_json(result.err)])
            if got != want:
                faults.append(f"{name!r} {more}: {want} became {got}")
    tap.ok("a TOP that is no directory: the errors are those of os.walk's onerror", faults)


def sorted_walk(top):
    """os.walk in the order of --sort."""
    for directory, dirs, files in os.walk(top):
        dirs.sort()
        yield directory, list(dirs), sorted(files)


def check_paths(name, top):
    """Plain paths in os.walk's order, and as find's set."""
    want = [top]
    for directory, _, _ in os.walk(top):
        want += [os.path.join(directory, entry) for entry in os.listdir(directory)]
    got = split(walk("-0", "--on-error=ignore", top).out)
    same(f"{name}: {len(want)} paths, each directory's in os.listdir's order", want, got)
    up = []
    for directory, dirs, _ in os.walk(top, topdown=False):
        real = {entry for entry in dirs if not os.path.islink(os.path.join(directory, entry))}
        up += [os.path.join(directory, entry) for entry in os.listdir(directory)
               if entry not in real] + [directory]
    # What os.walk could not enter has no record; here it is a path.
    got_up = split(walk("-0", "--bottom-up", "--on-error=ignore", top).out)
    if set(up) == set(want):
        same(f"{name}: --bottom-up is that of os.walk with topdown=False", up, got_up)
    tap.ok(f"{name}: --bottom-up has the same paths", sorted(got_up) == sorted(want))
    if need(["find"]):
        found = split(run(["find", top, "-print0"]).out)
        tap.ok(f"{name}: the paths are find's", sorted(got) == sorted(found))
    want = [top]
    for directory, dirs, files in sorted_walk(top):
        want += [os.path.join(directory, entry) for entry in sorted(dirs + files)]
    same(f"{name}: --sort", want, split(walk("-0", "--sort", "--on-error=ignore", top).out))


def check_follow(name, top):
    """os.walk(followlinks=True), where no link leads to an ancestor."""
    for more, topdown in ((["-L"], True), (["-L", "--bottom-up"], False)):
        want = list(os.walk(top, topdown=topdown, followlinks=True))
        same(f"{name}: --tuples {' '.join(more)} is os.walk(followlinks=True), {len(want)} records",
             want, tuples("--on-error=ignore", *more, top))


def check_cycles(name, top):
    """-L where links lead to ancestors: find -L enters the same directories."""
    if not need(["find"]):
        tap.skip(f"{name}: -L is find -L", "find is not installed")
        return
    result = walk("-L", "--sort", "-J", "-F", "path", top)
    paths = [bytes_of(record["path"]) for record in strict_json(result.out)]
    errors = [bytes_of(record["path"]) for record in strict_json(result.err)]
    codes = {record["error"] for record in strict_json(result.err)}
    found = split(run(["find", "-L", top, "-print0"]).out)
    tap.ok(f"{name}: -L lists each path once, {len(paths)} of them", len(set(paths)) == len(paths))
    tap.ok(f"{name}: -L reports ELOOP and nothing else", codes <= {"ELOOP"} and len(errors) > 0)
    missing = set(found) - set(paths)
    more = set(paths) - set(found) - set(errors)
    tap.ok(f"{name}: -L lists find -L's paths, and the links that it reports",
           [f"missing {path!r}" for path in missing] + [f"more {path!r}" for path in more])


# ---- os.scandir, os.listdir ----


def check_scandir(name, dirs):
    """Name, type and inode of each entry, without a stat."""
    faults = []
    for directory in dirs:
        out = walk("--min-depth=1", "--max-depth=1", "-J", "-F", "name,type,ino,path", directory).out
        got = [(bytes_of(r["name"]), r["type"], r["ino"], bytes_of(r["path"]))
               for r in strict_json(out)]
        with os.scandir(directory) as entries:
            want = [(e.name, TYPES[stat.S_IFMT(e.stat(follow_symlinks=False).st_mode)], e.inode(),
                     e.path) for e in entries]
        if got != want:
            faults.append(f"{directory!r}: {want!r} became {got!r}")
        names = split(walk("--min-depth=1", "--max-depth=1", "-0", "-F", "name", directory).out)
        if names != os.listdir(directory):
            faults.append(f"{directory!r}: os.listdir is {os.listdir(directory)!r}, not {names!r}")
    tap.ok(f"{name}: {len(dirs)} directories are what os.scandir and os.listdir say", faults)
    fd = os.open(dirs[0], os.O_RDONLY)
    names = split(walk("--min-depth=1", "--max-depth=1", "-0", "-F", "name", f"--fd={fd}",
                       pass_fds=[fd]).out)
    tap.ok(f"{name}: --fd is os.listdir of a descriptor", names == [os.fsencode(entry) for entry in os.listdir(fd)])
    os.close(fd)


def check_sizes(name, top):
    """What find -printf says."""
    if not need(["find"]):
        tap.skip(f"{name}: sizes are find's", "find is not installed")
        return
    got = split(walk("-0", "-F", "st_size,st_ino,st_nlink,st_uid,st_blocks,depth,path",
                     "--on-error=ignore", top).out)
    want = split(run(["find", top, "-printf", r"%s\0%i\0%n\0%U\0%b\0%d\0%p\0"]).out)
    tap.ok(f"{name}: size, inode, links, owner, blocks and depth are those of find -printf",
           sorted(zip(*[iter(got)] * 7)) == sorted(zip(*[iter(want)] * 7)) and len(got) > 7)


# ---- totals ----


def model_of_totals(top):
    """walk --sum: post-order, hard links where they come first."""
    totals, seen, records = {}, set(), []
    for directory, dirs, _ in os.walk(top, topdown=False):
        real = {e for e in dirs if not os.path.islink(os.path.join(directory, e))}
        own = os.lstat(directory)
        t = [0, 1, own.st_size, own.st_blocks * 512]
        for entry in os.listdir(directory):
            path = os.path.join(directory, entry)
            if entry in real:
                t = [a + b for a, b in zip(t, totals[path])]
                continue
            st = os.lstat(path)
            t[0] += 1
            if (st.st_dev, st.st_ino) not in seen:
                t[2] += st.st_size
                t[3] += st.st_blocks * 512
            if st.st_nlink > 1:
                seen.add((st.st_dev, st.st_ino))
        totals[directory] = t
        records.append((directory, *t))
    return records


def check_sum(name, top):
    """Each directory as the model has it, the whole as du has it."""
    records = strict_json(walk("--sum", "-J", top).out)
    got = [(bytes_of(r["dirpath"]), r["files"], r["dirs"], r["bytes"], r["allocated"])
           for r in records]
    same(f"{name}: --sum of {len(got)} directories", model_of_totals(top), got)
    tap.ok(f"{name}: --sum has no errors",
           all(r["errors"] == 0 and r["incomplete"] is False for r in records))
    if not need(["du"]):
        tap.skip(f"{name}: --sum is du's", "du is not installed")
        return

    def du(*arguments):
        return int(run(["du", "-s", *arguments, top]).out.split()[0])

    tap.ok(f"{name}: --sum allocates what du says", got[-1][4] == du("-B1"))
    with tempfile.TemporaryDirectory() as empty:
        # Since coreutils 9.3 du --apparent-size leaves out directories.
        counts = int(run(["du", "-sb", empty]).out.split()[0]) > 0
    if counts:
        tap.ok(f"{name}: --sum has the bytes that du -b says", got[-1][3] == du("-b"))
    else:
        tap.skip(f"{name}: --sum has the bytes that du -b says", "du leaves out directories")


# ---- threads ----


MODES = [
    [], ["--bottom-up"], ["--sort"], ["--tuples", "-J"], ["--tuples", "-J", "--bottom-up", "--sort"],
    ["--sum", "-J"], ["-J", "-F", "path,st_size,type"], ["-o", "csv", "-F", "depth,name,ino"],
    ["-o", "text", "-F", "path,mode", "--bottom-up"], ["-o", "table", "-F", "type,depth,path"],
    ["-0", "--exclude=[a-c]*", "--prune=X*"], ["-x", "-g", "st_ino,path"],
]
# Only for trees with few links: each way through them is walked.
LINK_MODES = [
    ["-L"], ["-L", "--sort", "--bottom-up"], ["-L", "--tuples", "-J"], ["-L", "--sum", "-J"],
    ["-L", "-J", "--type=d", "--min-depth=2", "--max-depth=5"], ["-L", "-x"],
]


def check_threads(name, top, modes):
    """The same bytes on both streams, whatever -j."""
    faults = []
    for mode in modes:
        want = walk("-j1", *mode, top)
        if not want.out:
            faults.append(f"{mode}: prints nothing")
        for jobs in ("-j1", "-j2", "-j3", "-j8"):
            got = walk(jobs, *mode, top)
            if (got.status, got.out, got.err) != (want.status, want.out, want.err):
                faults.append(f"{jobs} {' '.join(mode)}: {got}, not {want}")
    tap.ok(f"{name}: -j1, -j2, -j3 and -j8 print the same bytes in {len(modes)} modes", faults)


# ---- steering ----


def edited(rng, directory, dirs):
    """What a consumer may make of dirnames: some, in another order, with others among them."""
    names = [name for name in dirs if rng.random() < 0.9]
    rng.shuffle(names)
    if rng.random() < 0.2:
        names.insert(rng.randint(0, len(names)), b"not there")
    if rng.random() < 0.2:
        names.append(rng.choice(os.listdir(directory) or [b"x"]))
    return names


def check_steer(name, top):
    """Lock-step with os.walk, both edited alike."""
    want, got, faults = [], [], []
    rng = random.Random(SEED + name)
    for directory, dirs, files in os.walk(top):
        want.append((directory, list(dirs), files))
        dirs[:] = edited(rng, directory, dirs)
    rng = random.Random(SEED + name)
    with subprocess.Popen([OSBOX, "walk", "--steer", "--on-error=ignore", top], env=CLEAN_ENV,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as p:
        for line in p.stdout:
            record = tuple_of(strict_json(line)[0])
            got.append(record)
            reply = [json_of(entry) for entry in edited(rng, record[0], record[1])]
            p.stdin.write(json.dumps(reply).encode() + b"\n")
            p.stdin.flush()
    if p.returncode:
        faults.append(f"status {p.returncode}")
    same(f"{name}: --steer is os.walk with dirnames edited alike, {len(want)} records", want, got)
    tap.ok(f"{name}: --steer ends with 0", faults)


# ---- deep and wide ----


def limited(*arguments, **more):
    """Few descriptors and a small stack."""
    limits = "ulimit -n 16; ulimit -s 256; " if not SANITIZED else "ulimit -n 16; "
    return run(["sh", "-c", limits + 'exec "$@"', "sh", OSBOX, "walk", *arguments], timeout=60,
               **more)


def make_deep(top, depth, siblings):
    """Nested directories named d, each with as many siblings s0, s1, ..., and a file if any."""
    os.mkdir(top)
    here = os.open(".", os.O_RDONLY)
    os.chdir(top)
    for _ in range(depth):
        for i in range(siblings):
            os.mkdir(b"s%d" % i)
        if siblings:
            os.mknod(b"f")
        os.mkdir(b"d")
        os.chdir(b"d")
    os.fchdir(here)
    os.close(here)


def check_deep(place):
    """More levels than descriptors, and paths beyond PATH_MAX."""
    make_deep(os.path.join(place, b"deep"), DEPTH, 0)
    for mode in (["-j1"], ["-j8"], ["--bottom-up"], ["--bottom-up", "-j1"], ["--tuples"], ["--sum"],
                 ["-L"], ["-x"], ["--sort"], ["-L", "--bottom-up", "-J"]):
        if SANITIZED and "-L" in mode:
            continue
        result = limited(*mode, b"deep", cwd=place)
        lines = result.out.count(b"\n")
        faults = []
        if (lines, result.status, result.err) != (DEPTH + 1, 0, b""):
            faults = [f"{lines} lines, status {result.status}, stderr {result.err[:300]!r}"]
        tap.ok(f"{DEPTH} levels with 16 descriptors and 256 KiB of stack, {' '.join(mode)}", faults)
    out = limited("--min-depth", str(DEPTH), b"deep", cwd=place).out
    tap.ok("the deepest path is whole", out == b"deep" + b"/d" * DEPTH + b"\n")
    depth, siblings = 1500, 3
    make_deep(os.path.join(place, b"comb"), depth, siblings)
    count = depth * (siblings + 2) + 1
    want = sorted([b"comb"] + [b"comb" + b"/d" * level + end for level in range(depth)
                               for end in (b"/d", b"/f", *(b"/s%d" % i for i in range(siblings)))])
    for mode in (["-j1"], ["-j2"], ["-j8"], ["--bottom-up", "-j1"], ["--bottom-up", "-j8"],
                 ["-j8", "--sort"]):
        result = limited(*mode, b"comb", cwd=place)
        tap.ok(f"{count} entries on {depth} levels with siblings, 16 descriptors, {' '.join(mode)}",
               [] if sorted(result.out.splitlines()) == want and result.status == 0 and not result.err
               else [f"{result.out.count(bytes([10]))} lines, status {result.status}, "
                     f"stderr {result.err[:300]!r}"])


# The child's maximum counts its parent's memory before exec: so this one is small.
MEASURE = """
import os, sys
pid = os.fork()
if not pid:
    os.dup2(os.open("/dev/null", os.O_WRONLY), 1)
    os.execv(sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(pid, 0)
print(status, usage.ru_maxrss)
"""


def check_memory(claim, top, modes):
    """Resident memory of a walk, in every mode."""
    for mode in modes:
        label = f"{claim}, {' '.join(mode) or 'paths'}: at most {MOST_KIB // 1024} MiB resident"
        if SANITIZED:
            tap.skip(label, "sanitizers take their own")
            continue
        out = run([sys.executable, "-S", "-E", "-c", MEASURE, OSBOX, "walk", *mode, top],
                  timeout=60).out.split()
        tap.ok(label, [] if len(out) == 2 and out[0] == b"0" and int(out[1]) <= MOST_KIB
               else [f"status and KiB: {out}"])


def make_wide(directory, count):
    """That many empty files."""
    os.mkdir(directory)
    fd = os.open(directory, os.O_RDONLY)
    for i in range(count):
        os.mknod(b"a-name-of-usual-size-%d" % i, 0o600 | stat.S_IFREG, dir_fd=fd)
    os.close(fd)


def check_wide(place):
    """Many files in one directory, and in many directories."""
    top = os.path.join(place, b"wide")
    make_wide(top, WIDTH)
    check_memory(f"{WIDTH} files in one directory", top,
                 [[], ["-j1"], ["-j8"], ["-0"], ["-J", "-F", "path,st_size"], ["--sum"],
                  ["-o", "csv", "-F", "path,mtime"]])
    result = walk("--sort", "-g", "name", "--min-depth=1", top)
    same(f"{WIDTH} files in one directory: --sort", sorted(os.listdir(top)), result.out.splitlines())
    got = tuples(top)
    tap.ok(f"{WIDTH} files in one directory: --tuples", got == [(top, [], os.listdir(top))])
    shutil.rmtree(top)
    top = os.path.join(place, b"many")
    os.mkdir(top)
    for i in range(WIDTH // 10):
        make_wide(os.path.join(top, b"directory-%d" % i), 10)
    check_memory(f"{WIDTH} files in {WIDTH // 10} directories", top,
                 [[], ["-j1"], ["-j8"], ["--bottom-up"], ["--sort"], ["--tuples", "-J"], ["--sum"],
                  ["-L"], ["-x"], ["-J", "-F", "path,st_size"], ["--bottom-up", "-j8", "-J"]])
    want = walk("-j1", top).out
    tap.ok(f"{WIDTH} files in {WIDTH // 10} directories: -j8 prints the same",
           walk("-j8", top).out == want and want.count(b"\n") == WIDTH * 11 // 10 + 1)
    shutil.rmtree(top)


# ---- trees of the kernel's ----


def check_kernel_trees():
    """They change while they are walked; what matters is that the walk ends."""
    for top in ("/proc", "/sys"):
        for mode in ([], ["-j8", "-J", "-F", "path,type,st_size"], ["--bottom-up", "--tuples", "-J"],
                     ["--sum", "--max-depth=0"]):
            claim = f"a walk of {top} ends, {' '.join(mode) or 'paths'}"
            if not os.path.isdir(top):
                tap.skip(claim, f"no {top}")
                continue
            result = run([OSBOX, "walk", *mode, top], timeout=120)
            tap.ok(claim, [] if result.status in (0, 66, 71, 77) and result.out else [str(result)])
    if os.path.isdir("/sys/class/net"):
        result = run([OSBOX, "walk", "-L", "/sys/class/net"], timeout=120)
        tap.ok("a walk of /sys/class/net with -L ends",
               [] if result.status in (0, 71, 77) and result.out else [str(result)])


def check_tree(rng, place, number):
    """One generated tree."""
    name = f"tree {number}"
    top = os.path.join(place, b"tree%d" % number)
    dirs, _ = make_tree(rng, top, PLAIN, rng.choice([30, 300, 1500]))
    # Of its own: the names and kinds are the same whatever is locked.
    own = random.Random(number)
    locked = own.sample(dirs[1:], len(dirs) // 20)
    for directory in sorted(locked, key=len, reverse=True):
        os.chmod(directory, own.choice([0, 0o111]))
    check_tuples(name, top)
    readable = all(os.access(directory, os.R_OK | os.X_OK, effective_ids=True) for directory in dirs)
    if readable:
        check_paths(name, top)
        check_sizes(name, top)
        check_sum(name, top)
        check_scandir(name, dirs[:20])
    check_threads(name, top, MODES)
    check_steer(name, top)
    for form in (top + b"/", top + b"//", os.path.join(top, b"..", os.path.basename(top))):
        want = list(os.walk(form))
        same(f"{name}: TOP as {form[len(place):].decode()}", want,
             tuples("--on-error=ignore", form))


def check_links(rng, place):
    """-L with and without cycles."""
    top = os.path.join(place, b"follow")
    dirs, _ = make_tree(rng, top, ["directory"] * 2 + ["file", "file", "loop", "dangling"], 120)
    plain = os.path.join(place, b"plain")
    targets, files = make_tree(rng, plain, ["directory", "file", "fifo"], 60)
    for directory in dirs:
        os.symlink(rng.choice(targets + files), new_path(rng, directory))
    check_follow("links out of the tree", top)
    check_threads("links out of the tree", top, LINK_MODES)
    top = os.path.join(place, b"cycles")
    dirs, _ = make_tree(rng, top, ["directory", "file"], 12)
    for directory in rng.sample(dirs, 3):
        os.symlink(rng.choice(dirs), new_path(rng, directory))
    os.symlink(b"..", new_path(rng, dirs[-1]))
    check_cycles("links into the tree", top)
    check_threads("links into the tree", top, LINK_MODES)


def make_place(large):
    """A directory to work in: large trees in memory, where there is room."""
    parent = None
    if large and os.access("/dev/shm", os.W_OK | os.X_OK):
        room = os.statvfs("/dev/shm")
        if room.f_bavail * room.f_frsize > 1 << 30 and room.f_favail > 4 * WIDTH:
            parent = "/dev/shm"
    return os.fsencode(os.path.realpath(tempfile.mkdtemp(prefix="osbox-walk.", dir=parent)))


def main():
    rng = random.Random(SEED)
    place, large = make_place(False), make_place(True)
    try:
        for number in range(6):
            check_tree(rng, place, number)
        check_links(rng, place)
        check_tops(place)
        check_deep(large)
        check_wide(large)
        check_kernel_trees()
    finally:
        # Deeper than Python can remove, and not readable by everyone.
        run(["chmod", "-R", "u+rwX", place], timeout=60)
        run(["rm", "-rf", place, large], timeout=120)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
