#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""What tests/layers.sh needs to know of the structure of the sources.

usage: structure.py circles BUILD    the circles among the files that BUILD compiled, one per line
       structure.py foreign BUILD    the uses of another applet's folder, one per line
       structure.py sizes            what is too long, one per line, and a line "figures: ..."

Files are named without .c, relative to the source root, which is the working directory. A file uses
another one when its object has an undefined symbol that the other's object defines.
"""

import glob
import json
import os
import re
import statistics
import subprocess
import sys

MAX_FILE, MAX_FUNCTION, MAX_MEDIAN = 450, 60, 10
GENERATED = {"lib/cli/width_table.h"}


def objects(build):
    """The objects of applets/ and lib/, after their sources. Objects of removed sources may lie about."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        for row in json.load(file):
            source = os.path.relpath(os.path.join(row["directory"], row["file"]))
            if source.startswith(("applets/", "lib/")) and not row["output"].startswith("tests/"):
                yield source.removesuffix(".c"), os.path.join(row["directory"], row["output"])


def uses(build):
    """For each file, the files that it uses, and by which symbols."""
    defined, undefined = {}, {}
    sources = {path: name for name, path in objects(build)}
    said = subprocess.run(["nm", "-gA", *sources], stdout=subprocess.PIPE, check=True, text=True)
    for line in said.stdout.splitlines():
        path, rest = line.split(":", 1)
        kind, symbol = rest.split()[-2:]
        if kind in "Uw":
            undefined.setdefault(sources[path], set()).add(symbol)
        else:
            defined[symbol] = sources[path]
    graph = {name: {} for name in undefined}
    for name, symbols in undefined.items():
        for symbol in symbols:
            if defined.get(symbol, name) != name:
                graph[name].setdefault(defined[symbol], []).append(symbol)
    return graph


def reachable(graph, start):
    """All that a file uses, directly or not."""
    seen, left = set(), list(graph.get(start, ()))
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            left += graph.get(name, ())
    return seen


def circles(graph):
    """The sets of files that all use each other: a file is in its circle if it reaches itself."""
    reach = {name: reachable(graph, name) for name in graph}
    found = {
        frozenset(other for other in reach[name] if name in reach.get(other, ()))
        for name in graph
        if name in reach[name]
    }
    return sorted(sorted(circle) for circle in found)


def foreign(graph):
    """Uses of another applet's folder; applets/osbox has the table of all applets."""
    for name in sorted(graph):
        folder = os.path.dirname(name)
        for other, symbols in sorted(graph[name].items()):
            allowed = {folder, "applets/common"} if folder != "applets/osbox" else {os.path.dirname(other)}
            if other.startswith("applets/") and os.path.dirname(other) not in allowed:
                yield f"{name} uses {other}: {' '.join(sorted(symbols))}"


def functions(lines):
    """The functions of a source as the formatter leaves it: (first line, number of lines, name)."""
    start, words, inside, continued = None, "", False, False
    for number, line in enumerate(lines, 1):
        was_continued, continued = continued, line.endswith("\\")
        if inside:
            if line.startswith("}"):
                name = re.search(r"(\w+)\(", words)
                if inside == "function" and name:
                    yield start, number - start + 1, name[1]
                start, words, inside = None, "", False
        elif not was_continued and re.match(r"\w", line) or start:
            start, words = start or number, words + " " + line
            if line.endswith("{"):
                inside = "function" if re.search(r"\) *\{$", line) else "other"
            elif line.endswith(";") or not line:
                start, words = None, ""


def sizes():
    """Files and functions that are too long, and the figures."""
    files = [path for path in sorted(glob.glob("applets/**/*.[ch]", recursive=True)
                                     + glob.glob("lib/**/*.[ch]", recursive=True))
             if path not in GENERATED]
    lengths, longest_file = [], (0, "")
    for path in files:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
        longest_file = max(longest_file, (len(lines), path))
        if len(lines) > MAX_FILE:
            yield f"{path}: {len(lines)} lines"
        for start, length, name in functions(lines):
            lengths.append((length, f"{path}:{start}: {name}"))
            if length > MAX_FUNCTION:
                yield f"{path}:{start}: {name}: {length} lines"
    median = statistics.median(length for length, _ in lengths)
    if median > MAX_MEDIAN:
        yield f"the median of all functions is {median} lines"
    longest = max(lengths)
    yield (f"figures: {len(files)} files, the longest {longest_file[0]} lines ({longest_file[1]}); "
           f"{len(lengths)} functions, median {median:g} lines, the longest {longest[0]} ({longest[1]})")


def main():
    what, *arguments = sys.argv[1:] or [""]
    if what == "circles" and len(arguments) == 1:
        found = map(" ".join, circles(uses(arguments[0])))
    elif what == "foreign" and len(arguments) == 1:
        found = foreign(uses(arguments[0]))
    elif what == "sizes" and not arguments:
        found = sizes()
    else:
        sys.exit(__doc__)
    print(*found, sep="\n")


if __name__ == "__main__":
    main()
