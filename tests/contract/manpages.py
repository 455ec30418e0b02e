#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""The manual pages say what the tables say: options, fields, exit statuses.

usage: manpages.py OSBOX MANDIR

For osbox itself and each applet of `osbox --list`: MANDIR has the page that
--help names; every long option of --describe (the verbs' too) is the head of an
entry of OPTIONS, every option anywhere in the page exists, every field is the
head of an entry or marked as one, every exit status is in EXIT STATUS.  Pages
are mdoc(7).
Prints TAP.
"""

import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from testlib import Tap, run, tree  # noqa: E402

tap = Tap()


def read_page(directory, name):
    """The source of a page; `.so` leads on. None when there is no such file."""
    path = os.path.join(directory, name + ".1")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        source = file.read()
    link = re.match(r"\.so (?:man1/)?(\S+)\.1\s*$", source)
    if link:
        return read_page(directory, link.group(1))
    return re.sub(r'^\.\\".*\n', "", source, flags=re.M)


def named_pages(directory):
    """Pages by each name of their NAME section: one page may describe two commands."""
    pages = {}
    for file in sorted(os.listdir(directory)):
        if not file.endswith(".1"):
            continue
        source = read_page(directory, file[:-2])
        section = sections(source).get("NAME", "") if source else ""
        for names in re.findall(r"^\.Nm (.*)$", section, re.M):
            for name in re.findall(r"[a-z0-9-]+", names):
                pages.setdefault(name, source)
    return pages


def sections(source):
    """The text of each section by its title; subsections belong to theirs."""
    parts = re.split(r'^\.Sh "?([^"\n]*)"?\n', source, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def heads(text):
    """The heads of entries: `.It ...`, or `.It Xo` to `.Xc`, an entry a string."""
    return re.findall(r"^\.It (Xo\n(?:.*\n)*?\.Xc|.*)$", text, re.M)


def long_options(text):
    """Long options as mdoc writes them: `Fl -output`, and `Fl o , -output` in one macro."""
    found = set()
    for line in text.split("\n"):
        for arguments in re.findall(r"(?:^\.|\s)Fl ((?:-?[\w-]+(?: , | \| | )?)+)", line):
            found.update(re.findall(r"(?<![\w-])-([a-z0-9][a-z0-9-]+)", arguments))
    return found


def entries_of(text):
    """The text of each entry of OPTIONS, by the long options in its head; lists in an entry are
    part of it."""
    entries, depth, names = {}, 0, set()
    lines = iter(text.split("\n"))
    for line in lines:
        depth += line.startswith(".Bl") - line.startswith(".El")
        if depth == 1 and line.startswith(".It"):
            head = line
            while line.startswith(".It Xo") and not head.endswith(".Xc"):
                head += "\n" + next(lines)
            names = long_options("." + re.sub(r"^\.It (Xo\n)?", "", head))
            line = head
        for name in names:
            entries[name] = entries.get(name, "") + line + "\n"
    return entries


def unlisted_relations(nodes, entries):
    """Options that exclude or need each other, where no entry of the two names the other one."""
    for row in (row for node in nodes for row in node.options if not row["common"]):
        own = entries.get(row["long"], "")
        for other in row["conflicts"]:
            if other not in long_options(own) and row["long"] not in long_options(entries.get(other, "")):
                yield f"--{row['long']} conflicts with --{other}"
        if row["needs"] and row["needs"] not in long_options(own):
            yield f"--{row['long']} requires --{row['needs']}"


def all_nodes(node, nodes):
    """An applet and its verbs; osbox alone."""
    if not node.words:
        return [node]
    return [other for other in nodes if other.words[: len(node.words)] == node.words]


def check_page(node, nodes, pages, directory):
    """One page against the nodes that it describes."""
    name = "-".join(["osbox", *node.words])
    source = read_page(directory, name) or pages.get(name)
    tap.ok(f"{name}(1) exists", [] if source else ["there is no such page"])
    if not source:
        return
    described = all_nodes(node, nodes)
    part = sections(source)
    options = {row["long"] for each in described for row in each.options}
    in_heads = long_options("\n".join("." + head for head in heads(part.get("OPTIONS", ""))))
    tap.ok(
        f"{name}(1): OPTIONS has an entry for every option of --describe",
        [f"no entry for --{option}" for option in sorted(options - in_heads)],
    )
    tap.ok(
        f"{name}(1): OPTIONS says which options exclude and require each other",
        sorted(set(unlisted_relations(described, entries_of(part.get("OPTIONS", ""))))),
    )
    in_page = long_options(source)
    tap.ok(
        f"{name}(1): every option in it exists",
        [f"--{option} is no option of {node.name}" for option in sorted(in_page - options)],
    )
    letters = {row["short"] for each in described for row in each.options if row["short"]}
    text = "\n".join(heads(part.get("OPTIONS", "")))
    missing = [letter for letter in letters if not re.search(rf"\bFl {letter}\b", text)]
    tap.ok(f"{name}(1): OPTIONS has every letter", [f"no entry for -{c}" for c in missing])
    entries = [head for title, body in part.items() if title != "OPTIONS" for head in heads(body)]
    marked = re.findall(r"(?:^\.|\s)[FV]a (.*)$", source, re.M)
    words = set(re.findall(r"\w+", " ".join(entries + marked)))
    fields = {row["name"] for each in described for row in each.fields}
    tap.ok(
        f"{name}(1) has an entry for every field, or marks it with Fa or Va",
        [f"no entry for {field}" for field in sorted(fields - words)],
    )
    numbers = re.findall(r"\b\d+\b", " ".join(heads(part.get("EXIT STATUS", ""))))
    exits = {status for each in described for status in each.exits}
    told = {int(number) for number in numbers}
    # osbox(1) describes what a status means in all of osbox.
    known = exits if node.words else {status for each in nodes for status in each.exits}
    tap.ok(
        f"{name}(1): EXIT STATUS has exactly the statuses of --describe",
        [f"no entry for {status}" for status in sorted(exits - told)]
        + [f"{status} is no status of {node.name}" for status in sorted(told - known)],
    )
    verbs = [other for other in described if other is not node]
    tap.ok(
        f"{name}(1) names every verb",
        [
            f"{verb.name} is not named"
            for verb in verbs
            if not re.search(rf"\b{verb.words[-1]}\b", source)
        ],
    )


def check_lint(directory, file):
    """mandoc and groff find nothing to complain of."""
    path = os.path.join(directory, file)
    for tool, argv in (
        ("mandoc", ["mandoc", "-T", "lint", "-W", "style", path]),
        ("groff", ["groff", "-mdoc", "-rCHECKSTYLE=3", "-ww", "-b", "-z", "-Tutf8", path]),
    ):
        claim = f"{tool} finds nothing to complain of in {file}"
        if not shutil.which(tool):
            tap.skip(claim, f"{tool} is not installed")
            continue
        with open(path, "rb") as page:
            is_link = page.read(4) == b".so "
        if is_link:
            tap.skip(claim, "it only leads to another page")
            continue
        said = subprocess.run(argv, capture_output=True, check=False)
        text = (said.stdout + said.stderr).decode("utf-8", "replace")
        # mandoc looks for pages in the system's directories only; check_references in ours.
        faults = [line for line in text.splitlines() if "referenced manual not found" not in line]
        tap.ok(claim, faults)


def check_references(directory, pages, file):
    """Pages of osbox that a page refers to."""
    with open(os.path.join(directory, file), encoding="utf-8") as page:
        named = set(re.findall(r"\bXr (osbox\S*) (\d)", page.read()))
    tap.ok(
        f"every page of osbox that {file} refers to exists",
        [
            f"there is no {name}({section})"
            for name, section in sorted(named)
            if not os.path.exists(os.path.join(directory, f"{name}.{section}"))
            and not (section == "1" and name in pages)
        ],
    )


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    osbox, directory = os.path.realpath(sys.argv[1]), sys.argv[2]
    nodes = tree(osbox)
    pages = named_pages(directory)
    listed = run([osbox, "--list"]).out.decode().split()
    for node in nodes:
        if node.key == "osbox" or node.key in listed:
            check_page(node, nodes, pages, directory)
    for node in nodes:
        manual = re.search(rb"^Manual: man (\S+)$", run([osbox, *node.words, "--help"]).out, re.M)
        name = manual.group(1).decode() if manual else "no page"
        exists = read_page(directory, name) or name in pages
        tap.ok(f"{node.name} --help names a manual page that exists",
               [] if exists else [f"there is no {name}"])
    for file in sorted(os.listdir(directory)):
        if re.search(r"\.\d$", file):
            check_lint(directory, file)
            check_references(directory, pages, file)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
