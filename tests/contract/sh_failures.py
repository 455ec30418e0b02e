#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""With -o sh every failure fails the eval, and no variable keeps an older value.

usage: sh_failures.py OSBOX

Runs every command that has a record with wrong arguments of many kinds. What is
written in place of the record, on standard output, a descriptor or a file, is
evaluated in each shell, in which all variables of the command have a value.
Prints TAP.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from testlib import CLEAN_ENV, SHELLS, Tap, need, tree  # noqa: E402

OSBOX = os.path.realpath(sys.argv[1]) if len(sys.argv) > 1 else sys.exit(__doc__)
PLACE = tempfile.mkdtemp(prefix="osbox-contract.")
NOBODY = "999999999"  # more than the kernel's largest PID
CLOSED = "99"
SH = ["-o", "sh"]
# Fields that have a variable in base64, too.
MAY_HOLD_NUL = {"stdout", "stderr", "data", "value"}

# Arguments that are wrong for every command.
COMMON = [
    [*SH, "--zzqqxx"],
    ["--zzqqxx", *SH],
    ["--zzqqxx", "-osh"],
    ["--zzqqxx=5", "--output=sh"],
    ["--zzqqxx", "--output", "sh"],
    ["-Yosh"],
    ["-YosH"],
    ["-Y", "-0osh"],
    ["-o", "hs"],
    ["-o", "shh"],
    ["-oshe"],
    ["--output=s"],
    ["-o", "zsh"],
    [*SH, "-o", "zzqqxx"],
    ["-o", "json", *SH, "--zzqqxx"],
    ["-J", *SH, "--zzqqxx"],
    [*SH, "-F", "zzqqxx"],
    [*SH, "-F", ""],
    [*SH, "-F", ","],
    [*SH, "-F", "+zzqqxx"],
    [*SH, "-F", "help"],
    ["-F", "help", *SH],
    [*SH, "-F", "all,all"],
    [*SH, "-F", "FIELD,FIELD"],
    [*SH, "-F", "FIELD,zzqqxx"],
    [*SH, "-g", "FIELD"],
    ["-g", "FIELD", *SH],
    ["-g", "FIELD", "-osh"],
    [*SH, "--help=x"],
    [*SH, "--null"],
    [*SH, "--color=zzqqxx"],
    [*SH, "--json-bytes=zzqqxx"],
    [*SH, "--sh-prefix=1"],
    [*SH, "--sh-prefix="],
    [*SH, "--outptu"],
    [*SH, "--sh-prefix"],
    [*SH, "-F"],
    [*SH, "--sh-prefix=my_", "--zzqqxx"],
    ["--sh-prefix", "my_", "-oshh"],
]

# Calls of single commands that fail. Those of a command that takes none are wrong with an operand.
CALLS = {
    "osbox": [["--list"], ["--install", "gone/x"], ["--list", "--install"], []],
    "stat": [
        ["gone"], ["gone", "."], [".", "."], [], [""], ["-L", "loop"], ["file/"], ["--fd=" + CLOSED], ["--fd=x"],
        ["--dir-fd=" + CLOSED, "x"], ["--dir-fd=0", "x"], ["-C", "gone", "x"], ["--files0-from=gone"],
        ["--files0-from=two"], ["--access=q", "."], ["--pathconf=zzqqxx", "."], ["--sync=zzqqxx", "."],
        ["-f", "gone"], ["-f", "--access=r", "."], ["--fd=0", "."],
    ],
    "walk": [["gone"], ["."], ["--fd=" + CLOSED], ["-C", "gone"], ["--files0-from=gone"], ["--type=z", "."],
             ["--max-depth=-1", "."], ["--tuples", "file"], ["--jobs=0", "."]],
    "spawn": [
        ["./gone"], ["gone-zzqqxx"], ["./file"], ["."], ["--open=0:gone/x", "true"], ["--open=x", "true"],
        ["--chdir=gone", "true"], ["--dup2=98:1", "true"], ["--fchdir=" + CLOSED, "true"],
        ["--exec-fd=" + CLOSED, "true"], ["--umask=9", "true"], ["--timeout=x", "true"],
        ["--user=zzqqxx", "true"], ["--groups=zzqqxx", "true"], ["--setns=" + NOBODY, "true"],
        ["--rlimit=zzqqxx=1", "true"], ["-E", "novalue", "true"], ["--affinity=99999", "true"],
        ["--nowait", "--overlay", "true"], ["--kill-after=1", "true"], ["--overlay", "./gone"],
        ["--nowait", "./gone"], ["--scheduler=zzqqxx", "true"], ["--setsigmask=zzqqxx", "true"],
        ["--dry-run", "--chdir", ".", "true", "--nothing"],
    ],
    "popen": [
        ["--", "./gone"], ["--", "gone-zzqqxx"], ["--", "./file"], ["--"], [], ["true", "false"],
        ["-c", "true", "--", "true"], ["--input=gone", "true"], ["--input=gone", "--", "true"],
        ["--timeout=x", "true"], ["--pty=x", "true"], ["--mode=z", "true"], ["--limit=-1", "true"],
        ["--on-exit=zzqqxx", "true"], ["--kill=child", "true"], ["--events", "true"],
        ["--events", "--tee", "true"], ["--buffering=-2", "true"],
    ],
    "timerfd": [
        [], ["--interval=x"], ["--interval=1ms"], ["--initial=0"], ["--at=zzqqxx"], ["--clock=zzqqxx"],
        ["--interval=1s", "x"], ["--initial=1ms", "--cancel-on-set"], ["--interval=1s", "--"],
        ["--at=2020-01-01T00:00:00", "--clock=monotonic"], ["creat", "--fd=9"], ["--rearm"],
    ],
    "timerfd settime": [["--interval=1s"], ["--fd=" + CLOSED, "--interval=1s"], ["--fd=0", "--interval=1s"],
                        ["--fd=0"], ["--fd=x"]],
    "timerfd gettime": [[], ["--fd=" + CLOSED], ["--fd=0"], ["--fd=x"]],
    "timerfd read": [[], ["--fd=" + CLOSED], ["--fd=0"], ["--fd=x"]],
    "timerfd clocks": [[], ["x"]],
    "sched show": [[NOBODY], ["x"], ["1:5"], ["1", str(os.getpid())], ["--user=zzqqxx"], ["--pgrp=" + NOBODY],
                   ["--threads", NOBODY]],
    "sched set": [["--nice=0", NOBODY], ["--nice=0"], ["--nice=x", "1"], ["--policy=zzqqxx", "1"],
                  ["--affinity=x", "1"], ["1"], ["--policy=fifo", "1"], ["--nice=0", "--user=zzqqxx"]],
    "sched limits": [[], ["x"]],
    "sched cpus": [["x"]],
    "waitid": [
        [NOBODY], ["x"], [], ["0"], ["1:5"], ["--pidfd=" + CLOSED], ["--pidfd=0"], ["--all", "--pgid=1"],
        ["--all"], ["--timeout=x", "1"], ["--signal=zzqqxx", "1"], ["--count=2", "1"], ["--", "./gone"],
        ["--"], ["--subreaper"], ["1", "2"], ["--kill-after=1", "1"],
    ],
    "waitid decode": [[], ["x"], ["1", "2"], ["99999999"], ["-1"]],
    "urandom": [["--int=5:1"], ["--int=x"], ["x"], ["-1"], ["--alphabet=", "--length=4"], ["--uuid=5"],
                ["--count=2", "--uuid=4"], ["1", "2"], ["--hex", "--base64=x", "4"]],
    "xattr list": [["gone"], [], ["--fd=" + CLOSED], ["--dir-fd=" + CLOSED, "x"], ["--files0-from=gone"]],
    "xattr get": [["user.zzqqxx", "file"], ["user.x", "gone"], ["user.x"], [], ["--fd=" + CLOSED, "user.x"]],
    "xattr dump": [["gone"], [], ["--fd=" + CLOSED]],
    "xattr restore": [["gone"], ["file"], ["--root=gone", "file"]],
}
CALLS["lstat"] = CALLS["stat"]

# Options before the record's place is known, and then a failure.
PLACED = {
    "spawn": [["--timeout=x", "true"], ["--zzqqxx", "true"], ["--chdir=gone", "true"], ["./gone"],
              ["-F", "zzqqxx", "true"], ["-F", "exitcode,exitcode", "true"], [], ["-g", "pid", "true"],
              ["-F", "help", "true"], ["--user=zzqqxx", "true"], ["--nowait", "--user=zzqqxx", "true"],
              ["--dry-run", "true"], ["--overlay", "./gone"]],
    "popen": [["--timeout=x", "true"], ["--zzqqxx", "true"], ["--", "./gone"], ["true", "true"], [],
              ["-F", "zzqqxx", "true"], ["-g", "pid", "true"], ["--input=gone", "true"]],
    "timerfd": [["--interval=x", "--", "true"], ["--", "true"], ["--interval=1ms"], ["--zzqqxx", "--", "true"],
                ["--interval=1ms", "--count=1", "--", "./gone"], ["-F", "zzqqxx", "--interval=1ms", "--", "true"],
                ["--interval=1ms", "--clock=zzqqxx", "--", "true"], ["--interval=1ms", "--"]],
    "sched set": [["--nice=x", "--", "true"], ["--", "true"], ["--nice=0"], ["--nice=0", "--", "./gone"],
                  ["--zzqqxx", "--", "true"], ["-F", "zzqqxx", "--nice=0", "--", "true"],
                  ["--policy=fifo", "--", "true"], ["--nice=0", "1"]],
}


class Case:
    """A failure: what was evaluated, and which variables must not survive."""

    def __init__(self, words, names, prefix, text, status):
        self.words, self.names, self.prefix, self.text, self.status = words, names, prefix, text, status


cases = []


def names_of(node, prefix):
    """The variables of a command."""
    names = [row["name"] for row in node.fields]
    encoded = [name + "_b64" for name in names if name in MAY_HOLD_NUL]
    return [prefix + name for name in ["error", *names, *encoded]]


def run(argv, **more):
    """The exit status and standard output."""
    with open(os.devnull, "rb") as stdin:
        result = subprocess.run(argv, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                env=CLEAN_ENV, cwd=PLACE, timeout=300, check=False, **more)
    return result.returncode, result.stdout


def add(node, argv, **more):
    """A call whose record is printed on standard output."""
    status, text = run(argv, **more)
    prefix = "my_" if any("my_" in word for word in argv) else "os_"
    cases.append(Case(argv[1:], names_of(node, prefix), prefix, text, status))


def misspelled(word):
    """A name that does not exist and is near this one."""
    return word[:-2] + word[-1] + word[-2] if len(word) > 4 else word + word[-1]


def field_of(node):
    """The name of a field."""
    return node.fields[0]["name"]


def add_usage(node):
    """What is wrong for every command."""
    for words in COMMON:
        words = [word.replace("FIELD", field_of(node)) for word in words]
        add(node, [OSBOX, *node.words, *words])
    if not node.words:
        return
    for words in (SH, ["-osh", "--zzqqxx"], ["--sh-prefix=my_", *SH], ["-o", "hs"]):
        add(node, [OSBOX, *node.words[:-1], misspelled(node.words[-1]), *words])
        add(node, [OSBOX, *words, *node.words])
    if len(node.words) == 1:
        for name in (node.words[0], "osbox-" + node.words[0]):
            link = os.path.join(PLACE, "links", misspelled(name))
            os.symlink(OSBOX, link)
            add(node, [link, *SH])
            link = os.path.join(PLACE, "links", name)
            os.symlink(OSBOX, link)
            add(node, [link, *SH, "--zzqqxx"])


def add_calls(node):
    """What fails in this command."""
    for words in CALLS.get(node.key, []):
        add(node, [OSBOX, *node.words, *SH, *words])
    if node.key not in CALLS:
        tap.ok(f"{node.name} has calls that fail in this test", False)


def add_placed(node):
    """The same where --status says where the record goes."""
    for words in PLACED.get(node.key, []):
        reader, writer = os.pipe()
        argv = [OSBOX, *node.words, f"--status=fd:{writer}", *SH, *words]
        status, out = run(argv, pass_fds=[writer])
        os.close(writer)
        with open(reader, "rb") as stream:
            cases.append(Case(argv[1:], names_of(node, "os_"), "os_", stream.read(), status))
        tap.ok(f"{' '.join(argv[1:])} prints nothing on standard output", [] if not out else [out])
        for before in ("os_pid=old\n", None):
            path = os.path.join(PLACE, "status")
            if before:
                with open(path, "w", encoding="ascii") as stream:
                    stream.write(before)
            elif os.path.exists(path):
                os.unlink(path)
            argv = [OSBOX, *node.words, *SH, f"--status={path}", *words]
            status, _ = run(argv)
            with open(path, "rb") as stream:
                cases.append(Case(argv[1:], names_of(node, "os_"), "os_", stream.read(), status))
    for words in ([f"--status=fd:{CLOSED}"], ["--status=fd:x"], ["--status=gone/x"], ["--status=fd:0"],
                  ["--status=."]):
        command = ["true"] if node.key in ("spawn", "popen") else ["--", "true"]
        more = {"timerfd": ["--interval=1ms", "--count=1"], "sched set": ["--nice=0"]}.get(node.key, [])
        add(node, [OSBOX, *node.words, *words, *SH, *more, *command])


def add_no_memory(node):
    """A record that does not fit into memory."""
    if os.environ.get("OSBOX_FLAVOUR") == "sanitized":
        return  # they need more than any limit
    limit = (1 << 26, 1 << 26)
    add(node, [OSBOX, "popen", *SH, "--", "head", "-c", "200000000", "/dev/zero"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, limit))


def evaluate(shell):
    """What is wrong when this shell evaluates all of it."""
    script = """
        for n in $(cat numbers); do
            for v in $(cat "$n.names"); do eval "$v=old"; done
            eval "$(cat "$n.text")"
            s=$?
            [ "$s" = "$(cat "$n.status")" ] || echo "$n status $s"
            for v in $(cat "$n.names"); do
                eval "x=\\${$v-}"
                [ "$x" = old ] && echo "$n $v=old"
            done
            eval "x=\\${$(cat "$n.prefix")error-}"
            [ "$x" ] || echo "$n no error"
        done
        :"""
    status, out = run([*shell, "-c", script])
    faults = [] if status == 0 else [f"{shell} failed: {status}"]
    for line in out.decode().splitlines():
        number, _, what = line.partition(" ")
        faults.append(f"{' '.join(cases[int(number)].words)}: {what}")
    return faults


def write_cases():
    """Files for the shells."""
    for number, case in enumerate(cases):
        for name, data in (("names", " ".join(case.names).encode()), ("text", case.text),
                           ("status", str(case.status).encode()), ("prefix", case.prefix.encode())):
            with open(os.path.join(PLACE, f"{number}.{name}"), "wb") as stream:
                stream.write(data)
    with open(os.path.join(PLACE, "numbers"), "w", encoding="ascii") as stream:
        stream.write(" ".join(map(str, range(len(cases)))))


def check_truncated(nodes):
    """In every other format, too, no record of an earlier call is left in the file."""
    faults = []
    path = os.path.join(PLACE, "status")
    for node in nodes:
        for words in PLACED.get(node.key, []):
            if "./gone" in words or "--input=gone" in words or "--chdir=gone" in words:
                continue  # there is a record
            if "--user=zzqqxx" in words or words[:2] == ["-F", "help"]:
                continue
            for form in ("text", "json", "csv", "value"):
                with open(path, "w", encoding="ascii") as stream:
                    stream.write("old\n")
                argv = [OSBOX, *node.words, f"--status={path}", "-o", form, *words]
                run(argv)
                with open(path, "rb") as stream:
                    text = stream.read()
                if b"old" in text:
                    faults.append(" ".join(argv[1:]))
    tap.ok("a --status FILE keeps nothing of an earlier call, in every format", faults)


def prepare():
    """The files that the calls are about."""
    os.mkdir(os.path.join(PLACE, "links"))
    os.symlink("loop", os.path.join(PLACE, "loop"))
    with open(os.path.join(PLACE, "file"), "w", encoding="ascii") as stream:
        stream.write("not a dump\n")
    with open(os.path.join(PLACE, "two"), "w", encoding="ascii") as stream:
        stream.write("file\0file\0")


def main():
    """All of it."""
    prepare()
    nodes = [node for node in tree(OSBOX) if node.fields]
    for node in nodes:
        add_usage(node)
        add_calls(node)
        if node.has_option("status"):
            add_placed(node)
        if node.key == "popen":
            add_no_memory(node)
    tap.ok("every call fails", [f"{' '.join(c.words)}" for c in cases if c.status == 0])
    write_cases()
    for shell in SHELLS:
        claim = f"{shell[0]}: eval fails {len(cases)} times, and no variable is old"
        if need(shell):
            tap.ok(claim, evaluate(shell))
        else:
            tap.skip(claim, "there is no such shell")
    check_truncated(nodes)
    return tap.done()


tap = Tap()
try:
    sys.exit(main())
finally:
    shutil.rmtree(PLACE)
