# SPDX-License-Identifier: 0BSD
#
# Reads Meson's testlog.json; prints a line a claim: passed, failed or skipped, a tab, which claim of
# which test of $stage. A test without TAP is one claim; so is one that failed although its claims hold.

def verdict_of_line:
    if test("# *(skip|todo)"; "i") then "skipped" elif startswith("not") then "failed" else "passed" end;

def verdict_of_test:
    if .result | IN("OK", "EXPECTEDFAIL") then "passed" elif .result == "SKIP" then "skipped" else "failed" end;

def claims:
    (.stdout // "") | split("\n")[] | select(test("^(not )?ok\\b"))
    | { verdict: verdict_of_line, text: sub("^(not )?ok *[0-9]* *(- )?"; "") };

def the_test: { verdict: verdict_of_test, text: "\(.result), status \(.returncode)" };

(.name | sub("^.* / "; "")) as $name
| [claims] as $claims
| $claims[],
  if $claims == [] or verdict_of_test == "failed" and all($claims[]; .verdict != "failed")
  then the_test else empty end
| "\(.verdict)\t\($stage): \($name): \(.text)"
