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


def public_names():
    """The names of os that the page owes its reader."""
    return [
        name
        for name in dir(os)
        if name in DOCUMENTED
        or not name.startswith("_")
        and not isinstance(getattr(os, name), types.ModuleType)
    ]


def mapped_names(page):
    """The words in the heads of entries: `.It ...`, or `.It Xo` to `.Xc`."""
    heads = re.findall(r"^\.It (Xo\n(?:.*\n)*?\.Xc|.*)$", page, re.M)
    return set(re.findall(r"\w+", " ".join(heads)))


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: os_map.py PAGE")
    with open(sys.argv[1], encoding="utf-8") as file:
        page = file.read()

    names = public_names()
    mapped = mapped_names(page)
    faults = ["not in the map: " + name for name in names if name not in mapped]

    found = [title for title in re.findall(r"^\.Ss (.*)$", page, re.M) if title in SECTIONS]
    if found != SECTIONS:
        faults.append("sections not in the documented order: " + "; ".join(found))

    if faults:
        sys.exit("\n".join(faults))
    print(f"ok {len(names)} names")


if __name__ == "__main__":
    main()
