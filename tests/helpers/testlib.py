# SPDX-License-Identifier: 0BSD
"""What the Python tests share: TAP, running osbox, the tree of commands, strict JSON.

A test program puts this directory into sys.path and imports what it needs.
"""

import json
import os
import signal
import subprocess
import sys

FORMATS = ["text", "json", "csv", "tsv", "sh", "value", "table"]
SHELLS = [["dash"], ["bash"], ["zsh", "-f"], ["busybox", "ash"]]

# What a sanitizer prints is a failure, and LeakSanitizer cannot work under a tracer.
CLEAN_ENV = {
    name: value
    for name, value in os.environ.items()
    if name in ("PATH", "HOME", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS")
}

# A shell has what it runs in the background ignore SIGINT and SIGQUIT, nohup SIGHUP, and so would all
# that is tested.
for _signo in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
    if signal.getsignal(_signo) == signal.SIG_IGN:
        signal.signal(_signo, signal.SIG_DFL)


class Tap:
    """Claims, one a line, on stdout."""

    def __init__(self):
        self.count = 0
        self.failures = 0

    def ok(self, claim, faults=()):
        """A claim holds when `faults` is empty (or is True)."""
        if isinstance(faults, bool):
            faults = [] if faults else ["it does not"]
        faults = list(faults)
        self.count += 1
        self.failures += bool(faults)
        print(f"{'not ' if faults else ''}ok {self.count} - {claim.replace('#', '')}")
        for fault in faults[:20]:
            print("#   " + printable(fault).replace("\n", "\n#   "))
        if len(faults) > 20:
            print(f"#   ... and {len(faults) - 20} more")
        sys.stdout.flush()

    def skip(self, claim, reason):
        """A claim that cannot be put to the test here."""
        self.count += 1
        print(f"ok {self.count} - {claim} # SKIP {reason}")

    def done(self):
        """The plan, and the exit status."""
        print(f"1..{self.count}")
        return 1 if self.failures or not self.count else 0


def printable(text):
    """Text of any origin on lines of ASCII."""
    if isinstance(text, bytes):
        text = text.decode("ascii", "backslashreplace")
    return "".join(c if c == "\n" or " " <= c <= "~" else repr(c)[1:-1] for c in str(text))


class Result:
    """How a program ended: status (negative: the signal that killed it), stdout, stderr."""

    def __init__(self, argv, status, out, err):
        self.argv, self.status, self.out, self.err = argv, status, out, err

    def __str__(self):
        words = " ".join(printable(os.fsencode(word)) for word in self.argv[1:])
        return f"<{words}>: status {self.status}, stdout {self.out[:300]!r}, stderr {self.err[:300]!r}"


def run(argv, data=None, env=None, cwd=None, timeout=20, **more):
    """Runs a program with stdin from `data` (bytes) or /dev/null, in a plain environment."""
    if data is None:
        more.setdefault("stdin", subprocess.DEVNULL)
    else:
        more["input"] = data
    more.setdefault("stdout", subprocess.PIPE)
    more.setdefault("stderr", subprocess.PIPE)
    environment = dict(CLEAN_ENV)
    environment.update(env or {})
    try:
        # pylint: disable=subprocess-run-check
        p = subprocess.run(argv, env=environment, cwd=cwd, timeout=timeout, **more)
    except subprocess.TimeoutExpired:
        return Result(argv, "a hang", b"", b"")
    return Result(argv, p.returncode, p.stdout or b"", p.stderr or b"")


def has_32_bits(program):
    """Whether it is built for a machine whose long has 32 bits."""
    with open(program, "rb") as file:
        return file.read(5) == b"\x7fELF\x01"


def need(argv):
    """Whether the program of argv[0] can be run here."""
    return any(os.access(os.path.join(d, argv[0]), os.X_OK) for d in os.get_exec_path())


def forked(action):
    """Whether an action succeeds in a child."""
    pid = os.fork()
    if pid == 0:
        try:
            action()
            os._exit(0)
        except OSError:
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


class Mutators:
    """helpers/mutator.c, in each of the modes, inside the block; `rates` are the changes a second."""

    def __init__(self, program, directory, *modes):
        self.program, self.directory, self.modes = program, directory, modes
        self.processes, self.rates = [], {}

    def __enter__(self):
        self.processes = [
            subprocess.Popen([self.program, mode, self.directory, "until-killed"],
                             stdout=subprocess.PIPE)
            for mode in self.modes
        ]
        return self

    def __exit__(self, *_):
        for mode, process in zip(self.modes, self.processes):
            process.terminate()
            out = process.communicate()[0].split()
            if process.returncode or len(out) != 2:
                sys.exit(f"Bail out! mutator {mode}: status {process.returncode}, {out}")
            self.rates[mode] = round(int(out[0]) / float(out[1]))


class Node:
    """A command: its words below osbox, and what --describe says of it."""

    def __init__(self, words, told):
        self.words = words
        self.told = told
        self.name = " ".join(["osbox", *words])
        self.key = " ".join(words) or "osbox"
        self.options = told["options"]
        self.fields = told["fields"]
        self.commands = told["commands"]
        self.exits = {row["status"] for row in told["exits"]}
        self.field = {row["name"]: row for row in self.fields}

    def has_option(self, name):
        """Whether the long option exists."""
        return any(row["long"] == name for row in self.options)

    @property
    def formats(self):
        """The values of --output that print records."""
        choices = next(row["choices"] for row in self.options if row["long"] == "output")
        return [choice for choice in choices if choice != "raw"]


def tree(osbox):
    """Every node of the tree of commands, the root first."""
    told = run([osbox, "--describe"])
    if told.status != 0:
        sys.exit(f"Bail out! osbox --describe: {told}")
    nodes = []

    def visit(words, description):
        nodes.append(Node(words, description))
        for below in description["commands"]:
            visit([*words, below["name"]], below)

    visit([], strict_json(told.out)[0])
    return nodes


# ---- JSON ----


class NotStrict(ValueError):
    """JSON that some parser would refuse or read otherwise."""


def _no_duplicates(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise NotStrict(f"duplicate key in {keys}")
    return dict(pairs)


def _refuse_constant(name):
    raise NotStrict(f"{name} is no JSON")


def _check_strings(value):
    if isinstance(value, str):
        if any("\ud800" <= c <= "\udfff" for c in value):
            raise NotStrict(f"lone surrogate in {value!r}")
    elif isinstance(value, list):
        for item in value:
            _check_strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_strings(key)
            _check_strings(item)


def strict_json(data, surrogates=False, numbers=None):
    """The documents of JSON Lines: UTF-8, whole lines, no duplicate key, no NaN, no raw control
    character, no lone surrogate unless `surrogates`. `numbers` makes values of decimals."""
    if data and not data.endswith(b"\n"):
        raise NotStrict("the last line has no end")
    documents = []
    for line in data.split(b"\n")[:-1]:
        document = json.loads(
            line.decode("utf-8", "strict"),
            object_pairs_hook=_no_duplicates,
            parse_constant=_refuse_constant,
            parse_float=numbers,
        )
        if not surrogates:
            _check_strings(document)
        documents.append(document)
    return documents
