#!/usr/bin/env python3
"""Prints lib/cli/width_table.h: terminal widths that are not 1, from Python's unicodedata."""
import sys
import unicodedata


def width(cp):
    char = chr(cp)
    if unicodedata.category(char) in ("Mn", "Me", "Cf") and cp != 0xAD:
        return 0
    if 0x1160 <= cp <= 0x11FF:  # Hangul vowels and finals combine with the syllable before
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def ranges():
    start, current = 0, 1
    for cp in range(0x110000):
        new = width(cp)
        if new != current:
            if current != 1:
                yield start, cp - 1, current
            start, current = cp, new
    if current != 1:
        yield start, 0x10FFFF, current


print("/* SPDX-License-Identifier: 0BSD")
print(" *")
print(f" * Made by width.py from Unicode {unicodedata.unidata_version}: ranges whose width is not 1.")
print(" */")
print("/* clang-format off */")
for first, last, cells in ranges():
    print(f"{{ 0x{first:05x}, 0x{last:05x}, {cells} }},")
print("/* clang-format on */", file=sys.stdout)
