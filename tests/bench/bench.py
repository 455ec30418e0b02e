#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""The benchmark: whole commands, side by side with their peers, in one run.

    bench.py [--static=BINARY] [--scale=FACTOR] [--json=FILE] [--readme=FILE] OSBOX [GROUP...]

Each set of commands is run by hyperfine in rounds, all commands in each round and
backwards in every other one, so that a machine whose speed drifts drifts under
all of them alike. The figure is the median over the rounds of (median time of
the command / median time of the peer in that round); of timers it is not the
time that they take, but how late they are. Absolute times are printed for
orientation only. User-space instructions (valgrind), page faults and resident
sizes are counted once: they repeat. What is worked on is made in TMPDIR, and
removed; --scale makes trees of another size, to try the benchmark itself.
With --readme, the table between the two markers there is replaced.
"""
import argparse
import ctypes
import itertools
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

MARKERS = ("<!-- bench:begin -->", "<!-- bench:end -->")
PR_SET_CHILD_SUBREAPER = 36


class Work:
    """Commands that do the same work. `make` prepares a folder; {dir} in commands is its path.

    Commands are named; the first is the peer that all are compared with. {osbox} and {static}
    are the two flavours. A bar is (command, peer, at most); peer None: resident MiB. A peer
    "A or B" is the faster of two in each round.
    """

    def __init__(self, group, what, make, commands, bars, rounds=9, runs=60, warmup=3,
                 count=False, memory=False):
        self.group, self.what, self.make = group, what, make
        self.commands, self.bars = commands, bars
        self.rounds, self.runs, self.warmup = rounds, runs, warmup
        self.count, self.memory = count, memory

    def run_round(self, commands):
        """Seconds of each command in one round: the median time that it takes."""
        with tempfile.NamedTemporaryFile(suffix=".json") as out:
            argv = ["hyperfine", "-N", "--style=none", f"--warmup={self.warmup}",
                    f"--runs={self.runs}", f"--export-json={out.name}"]
            done = subprocess.run(argv + list(commands.values()), capture_output=True, check=False)
            if done.returncode:
                sys.exit("bench: " + done.stderr.decode())
            results = json.load(open(out.name, encoding="utf-8"))["results"]
        return {name: result["median"] for name, result in zip(commands, results)}


class Ticks(Work):
    """Timers: how late `percent` of their ticks are at most. The commands print a line at each
    tick: expirations, when the last of them was due, how much later it is, in nanoseconds."""

    INTERVAL, COUNT = 1_000_000, 400

    def __init__(self, what, percent, bars):
        osbox = (f"timerfd --interval={self.INTERVAL}ns --count={self.COUNT} "
                 "-g expirations,scheduled_ns,late_ns")
        super().__init__(
            "timerfd", what, make_nothing,
            {
                "bare loop": f"{{bare_timerfd}} {self.INTERVAL} {self.COUNT}",
                "osbox": "{osbox} " + osbox,
                "osbox, static": "{static} " + osbox,
            },
            bars, rounds=21)
        self.percent = percent

    def run_round(self, commands):
        return {name: self.seconds_late(command) for name, command in commands.items()}

    def seconds_late(self, command):
        with tempfile.TemporaryFile("w+") as out:
            subprocess.run(command.split(), stdout=out, check=True)
            out.seek(0)
            ticks = [[int(word) for word in line.split()] for line in out]
        late = sorted(tick[2] for tick in ticks)
        passed = sum(tick[0] for tick in ticks[1:]) * self.INTERVAL
        if ticks[-1][1] - ticks[0][1] != passed or late[0] < 0:
            sys.exit(f"bench: these ticks drift: {command}")
        return late[len(late) * self.percent // 100] / 1e9


def make_nothing(_folder, _scale):
    pass


def make_file(folder, _scale):
    with open(os.path.join(folder, "file"), "w", encoding="ascii") as file:
        file.write("x" * 624)


def make_attribute(folder, scale):
    make_file(folder, scale)
    os.setxattr(os.path.join(folder, "file"), "user.mime_type", b"text/plain")


def make_attributes(folder, scale):
    """1000 directories with 100 files each; every tenth file has an attribute."""
    make_tree(folder, int(1000 * scale), 100)
    for top, _, files in os.walk(folder):
        for file in files[::10]:
            os.setxattr(os.path.join(top, file), "user.mime_type", b"text/plain")


def make_tree(folder, directories, files):
    """Directories on two levels, 300 in each of the first, all with the same number of files."""
    for number in range(directories):
        if number % 300 == 0:
            first = path = f"{folder}/dir{number}"
        else:
            path = f"{first}/dir{number}"
        os.mkdir(path)
        directory = os.open(path, os.O_RDONLY)
        for file in range(files):
            os.mknod(f"file{file}", dir_fd=directory)
        os.close(directory)


def make_600_000(folder, scale):
    make_tree(folder, int(30_000 * scale), 20)


def make_million(folder, scale):
    make_tree(folder, int(10_000 * scale), 100)


def make_million_in_one(folder, scale):
    make_tree(folder, 1, int(1_000_000 * scale))


def make_deep(folder, scale):
    directory = os.open(folder, os.O_RDONLY)
    for _ in range(int(10_000 * scale)):
        os.mkdir("d", dir_fd=directory)
        below = os.open("d", os.O_RDONLY, dir_fd=directory)
        os.close(directory)
        directory = below
    os.close(directory)


ONE_RUN = {"rounds": 11, "runs": 1, "warmup": 0}  # of what takes long: one run in each round
OS_WALK = "import os; [print(d, *f, sep=chr(10)) for d, _, f in os.walk('{dir}')]"
MEMORY = {
    "find": "find {dir}",
    "bfs": "bfs {dir}",
    "fd": "{fd} -uuu . {dir}",
    "osbox": "{osbox} walk {dir}",
    "osbox, static": "{static} walk {dir}",
}


def popen_into(what, output):
    """Much output of a command, passed on."""
    command = "head -c 4G /dev/zero"
    commands = {
        "head | cat": f"sh -c '{command} | cat {output}'",
        "osbox": f"sh -c '{{osbox}} popen \"{command}\" {output}'",
        "osbox --": f"sh -c '{{osbox}} popen -- {command} {output}'",
        "osbox, static": f"sh -c '{{static}} popen \"{command}\" {output}'",
    }
    return Work("popen", f"4 GiB through popen into {what}", make_nothing, commands,
                [(name, "head | cat", 1.05) for name in commands if name != "head | cat"], **ONE_RUN)


BARE_RANDOM = "bare vDSO or bare getrandom"
ALL_WORK = [
    Work(
        "start-up", "start-up: `stat -g st_size` of one file", make_file,
        {
            "stat": "stat -c %s {dir}/file",
            "busybox stat": "busybox stat -c %s {dir}/file",
            "toybox stat": "toybox stat -c %s {dir}/file",
            "bare": "{bare_start}",
            "bare, static": "{bare_start_static}",
            "osbox": "{osbox} stat -g st_size {dir}/file",
            "osbox, static": "{static} stat -g st_size {dir}/file",
        },
        [("osbox", "bare", 1.15), ("osbox, static", "bare, static", 1.35)],
        count=True),
    Work(
        "walk", "`walk`: 600 000 files in 30 000 directories", make_600_000,
        {
            "find": "find {dir}",
            "bfs": "bfs {dir}",
            "fd": "{fd} -uuu . {dir}",
            "os.walk": '{python} -c "' + OS_WALK + '"',
            "osbox": "{osbox} walk {dir}",
            "osbox -j1": "{osbox} walk -j1 {dir}",
            "osbox, static": "{static} walk {dir}",
            "osbox -j1, static": "{static} walk -j1 {dir}",
        },
        [("osbox", "find", 0.40), ("osbox, static", "find", 0.40),
         ("osbox", "bfs", 0.50), ("osbox, static", "bfs", 0.50),
         ("osbox", "fd", 0.55), ("osbox, static", "fd", 0.55),
         ("osbox -j1", "find", 0.70), ("osbox -j1, static", "find", 0.70)],
        **ONE_RUN),
    Work(
        "walk", "the same with sizes", make_600_000,
        {
            "find -printf": r"find {dir} -printf '%s %p\n'",
            "osbox -F": "{osbox} walk -F path,st_size {dir}",
            "osbox -J -F": "{osbox} walk -J -F path,st_size {dir}",
        },
        [("osbox -F", "find -printf", 0.45), ("osbox -J -F", "find -printf", 0.60)],
        **ONE_RUN),
    Work(
        "walk", "10 000 levels deep, 16 descriptors", make_deep,
        {
            "find": "prlimit --nofile=16 find {dir}",
            "osbox": "prlimit --nofile=16 {osbox} walk {dir}",
        },
        [("osbox", "find", 1.5)], **ONE_RUN),
    Work("walk", "1 000 000 files in one directory", make_million_in_one, MEMORY,
         [("osbox", None, 16), ("osbox, static", None, 16)], memory=True),
    Work("walk", "1 000 000 files in 10 000 directories", make_million, MEMORY,
         [("osbox", None, 16), ("osbox, static", None, 16)], memory=True),
    Work(
        "spawn", "`spawn true`", make_nothing,
        {
            "timeout": "timeout 9 true",
            "env": "env true",
            "osbox": "{osbox} spawn true",
            "osbox, static": "{static} spawn true",
        },
        [("osbox", "timeout", 0.85), ("osbox, static", "timeout", 0.60), ("osbox", "env", 1.10)],
        count=True),
    Work(
        "popen", "`popen true`", make_nothing,
        {
            "timeout sh -c": "timeout 9 sh -c true",
            "osbox": "{osbox} popen true",
            "osbox, static": "{static} popen true",
        },
        [("osbox", "timeout sh -c", 0.90), ("osbox, static", "timeout sh -c", 0.62)]),
    popen_into("/dev/null", "> /dev/null"),
    popen_into("a pipe", "| cat > /dev/null"),
    popen_into("a file", "> {dir}/file"),
    Work(
        "sched", "`sched show` against chrt -p and taskset -p", make_nothing,
        {
            "chrt, taskset": "sh -c 'chrt -p 1; exec taskset -p 1'",
            "osbox": "sh -c 'exec {osbox} sched show 1'",
            "osbox, static": "sh -c 'exec {static} sched show 1'",
        },
        [("osbox", "chrt, taskset", 0.60)]),
    Work(
        "urandom", "`urandom 1G` to /dev/null", make_nothing,
        {
            "head": "head -c 1G /dev/urandom",
            "bare vDSO": "{bare_random} vdso 1073741824 {cpus}",
            "bare getrandom": "{bare_random} getrandom 1073741824 {cpus}",
            "osbox": "{osbox} urandom 1G",
            "osbox -j1": "{osbox} urandom -j1 1G",
            "osbox, no vDSO": "{no_vdso} {osbox} urandom 1G",
            "osbox, static": "{static} urandom 1G",
        },
        [("osbox", BARE_RANDOM, 1.15), ("osbox, static", BARE_RANDOM, 1.15),
         ("osbox", "head", 0.40), ("osbox, static", "head", 0.40),
         ("osbox, no vDSO", "bare getrandom", 1.15)],
        **ONE_RUN),
    Work(
        "urandom", "`urandom 1G` to a pipe", make_nothing,
        {
            "head": "sh -c 'head -c 1G /dev/urandom | cat > /dev/null'",
            "osbox": "sh -c '{osbox} urandom 1G | cat > /dev/null'",
            "osbox, static": "sh -c '{static} urandom 1G | cat > /dev/null'",
        },
        [("osbox", "head", 0.55), ("osbox, static", "head", 0.55)],
        **ONE_RUN),
    Work(
        "xattr", "`xattr list` of one file", make_attribute,
        {
            "getfattr": "getfattr --absolute-names {dir}/file",
            "osbox": "{osbox} xattr list {dir}/file",
            "osbox, static": "{static} xattr list {dir}/file",
        },
        [("osbox", "getfattr", 0.95), ("osbox, static", "getfattr", 0.30)],
        count=True),
    Work(
        "xattr", "`xattr list -R`: 100 000 files in 1000 directories", make_attributes,
        {
            "getfattr": "getfattr -R --absolute-names {dir}",
            "osbox": "{osbox} xattr list -R {dir}",
            "osbox, static": "{static} xattr list -R {dir}",
            "osbox dump": "{osbox} xattr dump -R {dir}",
        },
        [("osbox", "getfattr", 0.50), ("osbox, static", "getfattr", 0.50)], **ONE_RUN),
    Ticks("lateness of ticks, `timerfd --interval=1ms`: the median", 50,
          [("osbox", "bare loop", 1.2), ("osbox, static", "bare loop", 1.2)]),
    Ticks("99 of 100 ticks", 99, []),
]


def commands_of(work, folder, names):
    """The commands that can be run here, with everything in braces put in."""
    commands = {}
    for name, template in work.commands.items():
        if "static}" in template and not names["static"]:
            continue
        command = template.format(dir=folder, **names)
        if name == "bare vDSO" and subprocess.run([names["bare_random"], "vdso", "0", "1"],
                                                  check=False).returncode:
            print("bench: this kernel's vDSO has no generator", file=sys.stderr)
        elif shutil.which(command.split()[0]):
            commands[name] = command
        else:
            print(f"bench: {command.split()[0]} is missing", file=sys.stderr)
    return commands


def count_instructions(command):
    """User-space instructions, or None without valgrind (or under a static-pie it cannot run)."""
    if not shutil.which("valgrind"):
        return None
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"] + command.split(),
        capture_output=True, text=True, check=False)
    found = re.search(r"Collected : (\d+)", done.stderr)
    return int(found.group(1)) if found and done.returncode == 0 else None


def count_faults(command):
    argv = command.split()
    path = shutil.which(argv[0])
    null = os.open(os.devnull, os.O_WRONLY)
    pid = os.posix_spawn(path, argv, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)])
    os.close(null)
    return os.wait4(pid, 0)[2].ru_minflt


def resident_mib(command):
    """The largest resident size. It begins with that of the process the command was forked from:
    so a shell, which is small, starts it and leaves it to us to wait for."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    shell = os.posix_spawn("/bin/sh", ["sh", "-c", f"{command} > /dev/null &"], os.environ)
    ended = [os.wait4(-1, 0), os.wait4(-1, 0)]
    _, status, usage = ended[0] if ended[1][0] == shell else ended[1]
    if status:
        sys.exit(f"bench: this failed: {command}")
    return usage.ru_maxrss / 1024


def count(work, command):
    """What is counted once of a command."""
    if work.memory:
        return {"resident_mib": resident_mib(command)}
    if work.count:
        return {"instructions": count_instructions(command), "faults": count_faults(command)}
    return {}


def run_rounds(work, commands):
    """Seconds of each command in each round; every other round is run backwards."""
    backwards = dict(reversed(commands.items()))
    return [work.run_round(backwards if number % 2 else commands) for number in range(work.rounds)]


def measure(work, folder, names):
    """A row for each command compared with the first one, and for each bar with another peer."""
    print("bench:", work.what, file=sys.stderr)
    commands = commands_of(work, folder, names)
    rounds = [] if work.memory else run_rounds(work, commands)
    rows = []
    for name, command in commands.items():
        first = None if work.memory else next(iter(commands))
        bars = {peer: most for who, peer, most in work.bars if who == name}
        for peer in {first: None, **bars}:
            row = {"command": name, "peer": peer, "at_most": bars.get(peer)}
            if peer is not None:
                peers = [one for one in peer.split(" or ") if one in commands]
                if not peers:
                    continue
                row["ratio"] = statistics.median(r[name] / min(r[one] for one in peers)
                                                 for r in rounds)
                row["median_ms"] = 1e3 * statistics.median(r[name] for r in rounds)
            rows.append(row | (count(work, command) if peer == first else {}))
    return {"group": work.group, "what": work.what, "rows": rows}


def measure_all(chosen, names, scale):
    """Works on the same tree follow each other, so that it is made once."""
    results = []
    for make, works in itertools.groupby(chosen, key=lambda work: work.make):
        folder = tempfile.mkdtemp(prefix="osbox-bench-")
        try:
            make(folder, scale)
            results += [measure(work, folder, names) for work in works]
        finally:
            subprocess.run(["rm", "-rf", folder], check=True)
    return results


COLUMNS = {"peer": "", "ratio": ".2f", "at_most": ".2f", "median_ms": ".2f",
           "instructions": ",d", "faults": "d", "resident_mib": ".1f"}


def table(results):
    lines = ["| work | command | peer | time / peer | at most | ms | instructions | page faults "
             "| resident MiB |", "|---" * (2 + len(COLUMNS)) + "|"]
    for result in results:
        for row in result["rows"]:
            cells = [result["what"] if row is result["rows"][0] else "", row["command"]]
            for key, form in COLUMNS.items():
                value = row.get(key)
                text = "" if value is None else format(value, form)
                cells.append(text.replace(",", " ") if isinstance(value, int) else text)
            lines.append("| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |")
    return "\n".join(lines)


def update_readme(path, text):
    readme = open(path, encoding="utf-8").read()
    before, rest = readme.split(MARKERS[0])
    after = rest.split(MARKERS[1])[1]
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{before}{MARKERS[0]}\n{text}\n{MARKERS[1]}{after}")


HELPERS = ("no_vdso", "bare_start", "bare_timerfd", "bare_random")


def install(osbox, programs, name):
    """Copies osbox and the programs of the tests of its build, as an installation does.

    The kernel maps a file that was written in one go in larger pieces than one that a
    linker wrote here and there, and the length of a path counts too.
    """
    folder = os.path.join(programs, name)
    os.mkdir(folder)
    tests = os.path.join(os.path.dirname(os.path.abspath(osbox)), "..", "..", "tests")
    for path in [osbox] + [os.path.join(tests, helper) for helper in HELPERS]:
        if os.path.exists(path):
            shutil.copy2(path, folder)
    return os.path.join(folder, "osbox")


def helper(osbox, name):
    """The path of a program that was installed beside osbox."""
    return os.path.join(os.path.dirname(osbox), name)


def measure_and_print(args, osbox, static):
    names = {"osbox": osbox,
             "static": static,
             "no_vdso": helper(osbox, "no_vdso"),
             "bare_start": helper(osbox, "bare_start"),
             "bare_start_static": static and helper(static, "bare_start"),
             "bare_timerfd": helper(osbox, "bare_timerfd"),
             "bare_random": helper(osbox, "bare_random"),
             "cpus": len(os.sched_getaffinity(0)),
             "fd": "fdfind" if shutil.which("fdfind") else "fd",
             "python": sys.executable}
    chosen = [work for work in ALL_WORK if not args.group or work.group in args.group]
    results = measure_all(chosen, names, args.scale)
    text = table(results)
    print(text)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)
    if args.readme:
        update_readme(args.readme, text)


def main():
    groups = list(dict.fromkeys(work.group for work in ALL_WORK))
    parser = argparse.ArgumentParser()
    parser.add_argument("--static", help="the static flavour's binary")
    parser.add_argument("--scale", type=float, default=1, help="of the trees; 1 for true figures")
    parser.add_argument("--json", help="write the results there")
    parser.add_argument("--readme", help="replace the table there")
    parser.add_argument("osbox")
    parser.add_argument("group", nargs="*", help=", ".join(groups))
    args = parser.parse_args()
    for group in set(args.group) - set(groups):
        parser.error(f"there is no group {group}")
    with tempfile.TemporaryDirectory(prefix="osbox-bench.") as programs:
        osbox = install(args.osbox, programs, "dynamic")
        static = args.static and install(args.static, programs, "static")
        measure_and_print(args, osbox, static)


main()
