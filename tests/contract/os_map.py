#!/usr/bin/env python3
"""Check that the manual page osbox-os(7) maps the whole os module.

usage: os_map.py PAGE

Every public name of this Python's os must stand, spelled out, in the head of
an entry of PAGE, and PAGE must have the sections of the Python documentation
in their order.  Prints "ok N names"; otherwise lists what is wrong, status 1.
"""

import os
import re
import sys
import types

SECTIONS = [
    "Process Parameters",
    "File Object Creation",
    "File Descriptor Operations",
    "Querying the size of a terminal",
    "Inheritance of File Descriptors",
    "Files and Directories",
    "Timer File Descriptors",
    "Linux extended attributes",
    "Process Management",
    "Interface to the scheduler",
    "Miscellaneous System Information",
    "Random numbers",
]

# A module, and a name with an underscore, that are documented all the same.
DOCUMENTED = {"path", "_exit"}

# Documented for Unix, and not in os on Linux.
ELSEWHERE = {"plock", "EX_NOTFOUND"}

# These are about the children of the process that calls them, which only a shell has that becomes
# osbox.
OF_CHILDREN = {"wait", "wait3", "P_ALL", "P_PGID", "WCONTINUED", "WSTOPPED", "WUNTRACED", "WNOWAIT"}


def public_names():
    """The names of os that the page owes its reader."""
    return sorted(ELSEWHERE) + [
        name
        for name in dir(os)
        if name in DOCUMENTED
        or not name.startswith("_")
        and not isinstance(getattr(os, name), types.ModuleType)
    ]


def entries(page):
    """The words in the heads of entries, `.It ...` or `.It Xo` to `.Xc`, with the entry's body."""
    found = {}
    for head, body in re.findall(
        r"^\.It (Xo\n(?:.*\n)*?\.Xc|.*)\n((?:(?!\.It|\.El).*\n)*)", page, re.M
    ):
        for name in re.findall(r"\w+", head):
            found.setdefault(name, body)
    return found


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: os_map.py PAGE")
    with open(sys.argv[1], encoding="utf-8") as file:
        page = file.read()

    names = public_names()
    mapped = entries(page)
    faults = ["not in the map: " + name for name in names if name not in mapped]

    for name in sorted(OF_CHILDREN & set(mapped)):
        if not mapped[name].startswith(".Ic exec\n.Nm osbox Cm waitid "):
            faults.append("without exec, osbox has no children: " + name)

    found = [title for title in re.findall(r"^\.Ss (.*)$", page, re.M) if title in SECTIONS]
    if found != SECTIONS:
        faults.append("sections not in the documented order: " + "; ".join(found))

    if faults:
        sys.exit("\n".join(faults))
    print(f"ok {len(names)} names")


if __name__ == "__main__":
    main()
