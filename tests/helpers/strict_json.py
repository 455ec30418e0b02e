#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""Check JSON Lines on stdin strictly, and print what is asked of each document.

usage: strict_json.py [--surrogates] [KEY]...

A KEY prints the value of that member as compact JSON, one a line. Status 1 and
a reason on stderr when a document is no strict JSON or has no such KEY.
"""

import json
import sys

sys.dont_write_bytecode = True  # before testlib is imported

from testlib import NotStrict, strict_json


def main():
    keys = sys.argv[1:]
    surrogates = keys[:1] == ["--surrogates"]
    if surrogates:
        keys = keys[1:]
    try:
        documents = strict_json(sys.stdin.buffer.read(), surrogates, numbers=str)
    except (NotStrict, ValueError) as error:
        sys.exit(f"no strict JSON: {error}")
    for document in documents:
        for key in keys:
            if key not in document:
                sys.exit(f"no member {key}")
            print(json.dumps(document[key], separators=(",", ":")))


if __name__ == "__main__":
    main()
