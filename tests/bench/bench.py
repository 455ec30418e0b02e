#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""The benchmark: whole commands, side by side with their peers, in one run.

    bench.py [--static=BINARY] [--json=FILE] [--readme=FILE] OSBOX [GROUP...]

Each group of commands is run by hyperfine in rounds, all commands in each round,
so that a machine whose speed drifts drifts under all of them alike. The figure
is the median over the rounds of (median time of the command / median time of the
peer in that round). Absolute times are printed for orientation only. User-space
instructions (valgrind) and page faults are counted once: they repeat.
With --readme, the table between the two markers there is replaced.
"""
import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

MARKERS = ("<!-- bench:begin -->", "<!-- bench:end -->")


class Group:
    """Commands that do the same work. `make` prepares a folder; {dir} in commands is its path."""

    def __init__(self, name, what, peer, commands, bars, rounds=9, runs=60, make=None,
                 count=False, shell=False):
        self.name, self.what, self.peer = name, what, peer
        self.commands, self.bars = commands, bars
        self.rounds, self.runs, self.make = rounds, runs, make
        self.count, self.shell = count, shell


def make_file(folder):
    with open(os.path.join(folder, "file"), "w", encoding="ascii") as file:
        file.write("x" * 624)


# Commands are named; the peer's comes first. {osbox} and {static} are the two flavours. A bar is
# (command, peer, at most).
GROUPS = [
    Group(
        "start-up", "start-up: `stat -g st_size` of one file", "stat",
        {
            "stat": "stat -c %s {dir}/file",
            "busybox stat": "busybox stat -c %s {dir}/file",
            "toybox stat": "toybox stat -c %s {dir}/file",
            "osbox": "{osbox} stat -g st_size {dir}/file",
            "osbox, static": "{static} stat -g st_size {dir}/file",
        },
        [("osbox", "stat", 0.60), ("osbox, static", "stat", 0.25)],
        make=make_file, count=True),
]


def run_round(group, commands, folder):
    """Median seconds of each command in one round."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        argv = ["hyperfine", "--style=none", "--warmup=3", f"--runs={group.runs}",
                f"--export-json={out.name}"]
        if not group.shell:
            argv.append("-N")
        subprocess.run(argv + list(commands.values()), check=True, cwd=folder,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        results = json.load(open(out.name, encoding="utf-8"))["results"]
    return {name: result["median"] for name, result in zip(commands, results)}


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


def measure(group, flavours):
    with tempfile.TemporaryDirectory(prefix="osbox-bench-") as folder:
        if group.make:
            group.make(folder)
        commands = {}
        for name, template in group.commands.items():
            if "{static}" in template and not flavours["static"]:
                continue
            command = template.format(dir=folder, **flavours)
            if shutil.which(command.split()[0]):
                commands[name] = command
            else:
                print(f"bench: {command.split()[0]} is missing", file=sys.stderr)
        rounds = [run_round(group, commands, folder) for _ in range(group.rounds)]
        rows = []
        for name, command in commands.items():
            rows.append({
                "command": name,
                "ratio": statistics.median(r[name] / r[group.peer] for r in rounds),
                "median_ms": 1e3 * statistics.median(r[name] for r in rounds),
                "instructions": count_instructions(command) if group.count else None,
                "faults": count_faults(command) if group.count else None,
            })
    return {"group": group.name, "what": group.what, "peer": group.peer, "rows": rows}


def bar_of(group, name):
    for command, peer, most in group.bars:
        if command == name and peer == group.peer:
            return most
    return None


def table(results):
    lines = ["| work | command | time / peer | at most | ms | instructions | page faults |",
             "|---|---|---|---|---|---|---|"]
    for group, result in results:
        for row in result["rows"]:
            most = bar_of(group, row["command"])
            cells = [
                result["what"] if row is result["rows"][0] else "",
                row["command"],
                f"{row['ratio']:.2f}",
                f"{most:.2f}" if most else "",
                f"{row['median_ms']:.2f}",
                f"{row['instructions']:,}".replace(",", " ") if row["instructions"] else "",
                str(row["faults"] or ""),
            ]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def update_readme(path, text):
    readme = open(path, encoding="utf-8").read()
    before, rest = readme.split(MARKERS[0])
    after = rest.split(MARKERS[1])[1]
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{before}{MARKERS[0]}\n{text}\n{MARKERS[1]}{after}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--static", help="the static flavour's binary")
    parser.add_argument("--json", help="write the results there")
    parser.add_argument("--readme", help="replace the table there")
    parser.add_argument("osbox")
    parser.add_argument("group", nargs="*")
    args = parser.parse_args()
    flavours = {"osbox": os.path.abspath(args.osbox),
                "static": os.path.abspath(args.static) if args.static else None}
    results = [(group, measure(group, flavours)) for group in GROUPS
               if not args.group or group.name in args.group]
    text = table(results)
    print(text)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump([result for _, result in results], file, indent=1)
    if args.readme:
        update_readme(args.readme, text)


main()
