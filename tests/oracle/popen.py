#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""osbox popen against Python's os and subprocess: values, bytes, sizes, memory, terminals.

usage: popen.py OSBOX

Compares os.popen, os.system, os.waitstatus_to_exitcode and subprocess for many
exit statuses and signals, runs the examples of the Python documentation for
os.popen, os.popen2 to os.popen4 and os.system, sends much through both streams
in every order, and types into terminals.  OSBOX_TEST_BYTES is how much is sent at
most (300000000; 3 GiB is 3221225472).  Prints TAP.
"""

import base64
import fcntl
import hashlib
import json
import os
import resource
import select
import shlex
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from testlib import CLEAN_ENV, Tap, run, strict_json  # noqa: E402

BYTES = int(os.environ.get("OSBOX_TEST_BYTES", "300000000"))
MEMORY = 32 * 1024  # KiB
TIMEOUT = 60 + BYTES // 5_000_000

tap = Tap()
OSBOX = os.path.realpath(sys.argv[1]) if len(sys.argv) == 2 else sys.exit(__doc__)
with open(OSBOX, "rb") as program:
    SANITIZED = b"__asan_init" in program.read()


def popen(*arguments, **more):
    """Runs osbox popen."""
    more.setdefault("timeout", TIMEOUT)
    return run([OSBOX, "popen", *arguments], **more)


def value(data):
    """The bytes of a JSON string or of its base64."""
    if data is None:
        return None
    return base64.b64decode(data["b64"]) if isinstance(data, dict) else data.encode()


def record(*arguments, **more):
    """The record of osbox popen -J, stdout and stderr as bytes; None where there is none."""
    result = popen("-J", *arguments, **more)
    try:
        told = strict_json(result.out)
    except ValueError:
        told = []
    if len(told) != 1:
        tap.ok(f"popen -J {arguments} prints a record", [str(result)])
        return None
    for name in ("stdout", "stderr"):
        if name in told[0]:
            told[0][name] = value(told[0][name])
    return told[0]


def differences(got, want):
    """What of `want` is otherwise in a record."""
    if got is None:
        return ["no record"]
    return [f"{name}: {got.get(name)!r}, not {value!r}"[:400]
            for name, value in want.items() if got.get(name) != value]


# ---- os.popen, os.system ----

# Signals that kill, but SIGPIPE and SIGXFSZ, which Python ignores.
FATAL = sorted(set(range(1, 65)) - {13, 17, 18, 19, 20, 21, 22, 23, 25, 28, 32, 33})


def python_popen(command):
    """What os.popen reads, and what close returns."""
    stream = os.popen(command)
    text = stream.read()
    return text.encode(), stream.close()


def check_values():
    """Exit statuses and signals."""
    faults, waits = [], []
    commands = [f"echo out; exit {status}" for status in (0, 1, 2, 3, 124, 125, 126, 127, 128, 255, 256)]
    commands += [f"printf out; kill -{signo} $$" for signo in FATAL]
    commands += ["true", "false", "", "exec true", "no-such-program 2>/dev/null", "echo a; echo b",
                 "sh -c 'kill -9 $$'; exit", "printf ''"]
    for command in commands:
        out, close = python_popen(command)
        status = os.system("{ " + command + "\n} >/dev/null" if command else "")
        want = {"stdout": out, "close": close}
        got = record("-F", "stdout,close,exitcode,wait_status,shell_status,signal", "--mode=r", command)
        faults += [f"{command}: {d}" for d in differences(got, want)]
        # os.system's shell may run the braces in a process of its own; statuses are the same.
        want = {"wait_status": status, "exitcode": os.waitstatus_to_exitcode(status)}
        waits += [f"{command}: {d}" for d in differences(got, want)]
        if got and (got["exitcode"] < 0) != (got["signal"] is not None):
            waits.append(f"{command}: signal {got['signal']}")
        plain = popen(command)
        code = os.waitstatus_to_exitcode(status)
        if plain.out != out or plain.status != (code if code >= 0 else 128 - code):
            faults.append(str(plain))
        system = record("--mode=system", "-F", "wait_status", command) if not out else None
        if system is not None:
            waits += [f"--mode=system {command}: {d}"
                      for d in differences(system, {"wait_status": status})]
    tap.ok(f"stdout and close are os.popen(...).read() and .close() ({len(commands)} commands)", faults)
    tap.ok("wait_status is that of os.system, exitcode os.waitstatus_to_exitcode", waits)
    got = popen("-g", "stdout,close", "exit 3")
    tap.ok("-g stdout,close of status 3 is an empty string and 768", got.out == b"\t768\n")


def check_documentation(place):
    """The examples of the documentation."""
    # subprocess, "Replacing os.popen(), os.popen2(), os.popen3()"
    got = popen("--mode=2", "--input=-", "tr a-z A-Z | sort", data=b"b\na\n")
    tap.ok("popen2: what is written to child_stdin comes out of child_stdout",
           [] if (got.out, got.status) == (b"A\nB\n", 0) else [str(got)])
    got = record("--mode=3", "--input=-", "cat; echo error >&2", data=b"x\n")
    tap.ok("popen3: child_stdout and child_stderr",
           differences(got, {"stdout": b"x\n", "stderr": b"error\n", "close": None}))
    got = record("--mode=4", "--input=-", "cat; echo error >&2; echo end", data=b"x\n")
    tap.ok("popen4: child_stdout_and_stderr",
           differences(got, {"stdout": b"x\nerror\nend\n", "stderr": None}))
    got = record("--mode=2", "--input=-", "--", "cat", "-", "/dev/null", data=b"x\n")
    tap.ok("popen2 with a sequence: no shell", differences(got, {"stdout": b"x\n"}))
    path = os.path.join(place, "written")
    command = f"cat > {shlex.quote(path)}; exit 3"
    with os.popen(command, "w") as pipe:
        pipe.write("hello\n")
        close = pipe.close()
    with open(path, "rb") as file:
        want = file.read()
    os.unlink(path)
    got = record("--mode=w", "-F", "close", command, data=b"hello\n")
    with open(path, "rb") as file:
        tap.ok("rc = pipe.close(); if rc is not None and rc >> 8: there were errors",
               differences(got, {"close": close}) + ([] if file.read() == want else ["other bytes"]))
    status = os.system("sh -c 'exit 2'")
    got = popen("--mode=system", "sh -c 'exit 2'")
    tap.ok("sts = os.system('mycmd myarg'): the status",
           got.status == os.waitstatus_to_exitcode(status) == 2)
    # subprocess, "Replacing Older Functions": `mycmd myarg`, and dmesg | grep hda
    want = subprocess.check_output(["printf", "a\\nb\\n"])
    tap.ok("output=$(mycmd myarg)", popen("--", "printf", "a\\nb\\n").out == want)
    tap.ok("output=$(dmesg | grep hda)", popen("printf 'a\\nhda\\n' | grep hda").out == b"hda\n")


# ---- what the command inherits ----


def signals_of(text):
    """The signal masks of a /proc/PID/status."""
    return {line.split()[0]: line.split()[1] for line in text.decode().splitlines()
            if line.startswith(("SigBlk", "SigIgn"))}


def check_inherited():
    """Signals, descriptors, the environment, the working directory."""
    faults = []
    show = ["cat", "/proc/self/status"]

    def ignore():
        for signo in (signal.SIGPIPE, signal.SIGTERM, signal.SIGUSR1, 40):
            signal.signal(signo, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, {signal.SIGHUP, signal.SIGCHLD, 41})

    for prepare in (None, ignore):
        for more in ([], ["-g", "stdout"], ["--timeout=1h"], ["--events", "-g", "data"], ["--pty"]):
            want = run(show, preexec_fn=prepare, restore_signals=False)
            got = popen(*more, "--", *show, preexec_fn=prepare, restore_signals=False)
            if signals_of(got.out) != signals_of(want.out):
                faults.append(f"{more}: {signals_of(got.out)}, not {signals_of(want.out)}")
    tap.ok("the command's signals are what osbox was given", faults)
    reader, writer = os.pipe()
    want = run(["ls", "/proc/self/fd"], pass_fds=[reader])
    faults = []
    for more in ([], ["-g", "stdout"], ["--timeout=1h"], ["--tee"], ["--mode=4"]):
        got = popen(*more, "--", "ls", "/proc/self/fd", pass_fds=[reader])
        if got.out.split() != want.out.split():
            faults.append(f"{more}: {got.out.split()}, not {want.out.split()}")
    os.close(reader)
    os.close(writer)
    tap.ok("the command has the descriptors that osbox was given, and no more", faults)
    env = dict(CLEAN_ENV, STRANGE="a\nb\udcff")
    got = popen("--", "env", "-0", env=env)
    want = run(["env", "-0"], env=env)
    tap.ok("the command has osbox's environment", sorted(got.out.split(b"\0")) == sorted(want.out.split(b"\0")))


# ---- sizes ----


def measured(place, argv, check):
    """Runs a program, gives its stdout to check(file): (status, KiB resident, what check says, size
    and digest of stderr). osbox spawn measures, as a child of Python begins with Python's memory."""
    path = os.path.join(place, "memory")
    argv = [OSBOX, "spawn", f"--status={path}", "-g", "ru_maxrss", "--", *argv]
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=CLEAN_ENV) as p:
        errors = []
        drain = threading.Thread(target=lambda: errors.append(count(p.stderr)))
        timer = threading.Timer(TIMEOUT, p.terminate)
        drain.start()
        timer.start()
        seen = check(p.stdout)
        p.wait()
        timer.cancel()
        drain.join()
    with open(path, encoding="ascii") as file:
        memory = int(file.read() or MEMORY)
    return p.returncode, memory, seen, errors[0]


def count(file):
    """How many bytes there are, and their digest."""
    size, digest = 0, hashlib.blake2b(digest_size=8)
    while True:
        block = file.read(1 << 20)
        if not block:
            return size, digest.hexdigest()
        size += len(block)
        digest.update(block)


def digest_of(pattern, size):
    """The digest of `yes PATTERN | head -c SIZE`."""
    digest = hashlib.blake2b(digest_size=8)
    block = (pattern + b"\n") * 100000
    while size:
        part = block[:size]
        digest.update(part)
        size -= len(part)
    return digest.hexdigest()


def check_sizes(place):
    """Much through both streams, in every way."""
    half = BYTES // 2
    both = f"yes out | head -c {half} & yes error | head -c {half} >&2; wait"
    out, err = (half, digest_of(b"out", half)), (half, digest_of(b"error", half))
    status, memory, seen, errors = measured(place, [OSBOX, "popen", "--mode=3", both], count)
    faults = [] if (status, seen, errors) == (0, out, err) else [str((status, seen, errors))]
    tap.ok(f"{BYTES} bytes through both streams, raw", faults)
    memories = {"raw": memory}
    for more in (["--buffering=1"], ["--buffering=100000"], ["--tee", "--limit=1M", "--status=/dev/null"]):
        size = min(half, 100_000_000)
        command = f"yes out | head -c {size} & yes error | head -c {size} >&2; wait"
        status, memory, seen, errors = measured(place, [OSBOX, "popen", "--mode=3", *more, command], count)
        want = (0, (size, digest_of(b"out", size)), (size, digest_of(b"error", size)))
        tap.ok(f"{2 * size} bytes through both streams, {' '.join(more)}",
               [] if (status, seen, errors) == want else [str((status, seen, errors))])
        memories[" ".join(more)] = memory
    argv = [OSBOX, "popen", "-J", "--limit=1000", "-F", "stdout_bytes,stderr_bytes,truncated,exitcode", both]
    status, memory, seen, _ = measured(place, argv, lambda file: file.read())
    want = b'{"stdout_bytes":%d,"stderr_bytes":%d,"truncated":true,"exitcode":0}\n' % (half, half)
    tap.ok(f"{BYTES} bytes through both streams, a record with --limit",
           [] if (status, seen) == (0, want) else [str((status, seen))])
    memories["-J --limit"] = memory
    size = min(BYTES, 100_000_000)
    status, memory, seen, _ = measured(
        place, [OSBOX, "popen", "--events", "--limit=1000", "-J", "-F", "data,exitcode",
         f"head -c {size} /dev/zero; exit 3"], lambda file: file.read())
    tap.ok(f"{size} bytes without a newline, events with --limit",
           status == 3 and seen.endswith(b'{"data":null,"exitcode":3}\n') and len(seen) < 20000)
    memories["--events --limit"] = memory
    status, memory, seen, _ = measured(
        place, [OSBOX, "popen", "--buffering=1", f"head -c {size} /dev/zero"], count)
    tap.ok(f"{size} bytes without a newline, by lines", (status, seen[0]) == (0, size))
    memories["--buffering=1, no newline"] = memory
    if SANITIZED:
        tap.skip("osbox keeps below 32 MiB", "a sanitizer needs more")
    else:
        tap.ok("osbox keeps below 32 MiB with --limit, and where bytes pass through",
               [f"{name}: {kib} KiB" for name, kib in memories.items() if kib >= MEMORY])


def check_deadlocks(place):
    """Whoever does not read or write holds nobody up."""
    got = record("-F", "stdout,stderr", "head -c 200000 /dev/zero >&2; echo out")
    tap.ok("200 kB of errors before any output",
           differences(got, {"stdout": b"out\n", "stderr": bytes(200000)}))
    got = record("-F", "stdout,stderr", "head -c 200000 /dev/zero; echo err >&2")
    tap.ok("200 kB of output before any error",
           differences(got, {"stdout": bytes(200000), "stderr": b"err\n"}))
    raw = popen("--mode=3", "head -c 200000 /dev/zero >&2; echo out")
    tap.ok("the same raw", (raw.out, raw.err, raw.status) == (b"out\n", bytes(200000), 0))
    data = bytes(10_000_000)
    got = record("--input=-", "-F", "stdout,exitcode", "exec <&-; echo done; exit 3", data=data)
    tap.ok("10 MB of input that nobody reads", differences(got, {"stdout": b"done\n", "exitcode": 3}))
    got = record("--input=-", "-F", "stdout,exitcode", "head -c 5 | od -An -c; exec <&-; echo done", data=data)
    tap.ok("10 MB of input that is closed early", differences(got, {"exitcode": 0}))
    got = record("--input=-", "-F", "stdout", "cat", data=os.urandom(100) + data)
    tap.ok("10 MB through a command", got is not None and len(got["stdout"]) == 10_000_100)
    path = os.path.join(place, "zeros")
    with open(path, "wb") as file:
        file.truncate(10_000_000)
    got = record(f"--input={path}", "-F", "stdout_bytes", "--limit=0", "--", "cat")
    tap.ok("10 MB of a file through a command", differences(got, {"stdout_bytes": 10_000_000}))


def check_slow_readers():
    """A reader that stops, and descriptors that do not block."""
    for more in ([], ["--tee"], ["--buffering=1"], ["--mode=3"], ["--events", "-0", "-g", "data"]):
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        with subprocess.Popen([OSBOX, "popen", *more, "yes | head -c 1000000"], stdin=subprocess.DEVNULL,
                              stdout=writer, stderr=subprocess.PIPE, env=CLEAN_ENV) as p:
            poll = select.poll()
            poll.register(writer, select.POLLOUT)
            os.set_blocking(writer, False)
            os.close(writer)
            with open(reader, "rb") as file:
                data = file.read()
            p.wait(TIMEOUT)
            err = p.stderr.read()
        want = b"y\n" * 500000 if not more[:1] == ["--events"] else b"y\n\0" * 500000 + b"\0"
        name = " ".join(more)
        tap.ok(f"a pipe that somebody made non-blocking loses nothing {name}",
               [] if (data, p.returncode, err) == (want, 0, b"") else
               [f"{len(data)} bytes, status {p.returncode}, {err[:200]!r}"])


def read_all(fd):
    """The number of bytes up to the end of the stream."""
    size = 0
    while True:
        block = os.read(fd, 1 << 16)
        if not block:
            return size
        size += len(block)


def has_ended(pid):
    """Whether the process ends within TIMEOUT."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    ended = select.select([pidfd], [], [], TIMEOUT)[0]
    os.close(pidfd)
    return bool(ended)


def open_outputs(place):
    """{name: (what we read, what osbox writes to)}: each kind that makes a writer wait."""
    path = os.path.join(place, "fifo")
    os.mkfifo(path)
    fifo_reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    fifo = fifo_reader, os.open(path, os.O_WRONLY)
    os.set_blocking(fifo_reader, True)
    os.unlink(path)
    ends = socket.socketpair()
    forbidden = os.pipe()
    os.fchmod(forbidden[1], 0)
    return {"a pipe": os.pipe(), "a FIFO": fifo, "a socket": (ends[0].detach(), ends[1].detach()),
            "a pipe that an ordinary user may not open again": forbidden}


def check_outputs(place):
    """Outputs whose reader stops: nothing else has to wait for it, and they are left as they were."""
    size = 1_000_000
    command = f"head -c {size} /dev/zero & echo first >&2; wait; echo last >&2"
    for name, (reader, writer) in open_outputs(place).items():
        with subprocess.Popen([OSBOX, "popen", "--mode=3", command], stdin=subprocess.DEVNULL,
                              stdout=writer, stderr=subprocess.PIPE, env=CLEAN_ENV) as p:
            first = p.stderr.readline()
            flags = fcntl.fcntl(writer, fcntl.F_GETFL)
            os.close(writer)
            got = read_all(reader), p.stderr.read(), p.wait(TIMEOUT)
        os.close(reader)
        tap.ok(f"standard error passes while {name} is not read, and then all passes",
               [] if (first, got) == (b"first\n", (size, b"last\n", 0)) else [str((first, got))])
        tap.ok(f"{name} still blocks its other writers", [] if not flags & os.O_NONBLOCK else [oct(flags)])
    for name, (reader, writer) in open_outputs(place).items():
        with subprocess.Popen([OSBOX, "popen", "--timeout=300ms", "echo $$ >&2; exec yes"],
                              stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.PIPE,
                              env=CLEAN_ENV) as p:
            os.close(writer)
            ended = has_ended(int(p.stderr.readline()))
            got = ended, read_all(reader) > 0, p.wait(TIMEOUT)
        os.close(reader)
        tap.ok(f"the time limit holds while {name} is not read", [] if got == (True, True, 124) else [str(got)])


# ---- terminals ----


def open_terminal(columns, lines):
    """(leader, follower) of that size."""
    import termios  # pylint: disable=import-outside-toplevel

    leader, follower = os.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    return leader, follower


def read_until(fd, mark):
    """What a terminal shows up to a mark, or its end."""
    data = b""
    while mark not in data:
        if not select.select([fd], [], [], TIMEOUT)[0]:
            return data + b" (nothing more)"
        try:
            block = os.read(fd, 4096)
        except OSError:
            return data
        if not block:
            return data
        data += block
    return data


def check_terminals():
    """--pty below a terminal: its size, keys, and that it is left as it was."""
    try:
        leader, follower = open_terminal(111, 22)
    except OSError as error:
        tap.skip("--pty in a terminal", str(error))
        return
    import termios  # pylint: disable=import-outside-toplevel

    before = termios.tcgetattr(follower)
    command = "stty size; echo ready; read x; echo \"got $x\"; cat; echo end; exit 7"
    with subprocess.Popen([OSBOX, "popen", "--pty", command], stdin=follower, stdout=follower,
                          stderr=follower, env=CLEAN_ENV, start_new_session=True) as p:
        shown = read_until(leader, b"ready\r\n")
        tap.ok("--pty has the size of the terminal around", [] if b"22 111" in shown else [shown])
        os.write(leader, b"keys\r")
        shown = read_until(leader, b"got keys\r\n")
        tap.ok("a key that is pressed is echoed once", [] if shown.count(b"keys") == 2 else [shown])
        os.write(leader, b"\x04")
        shown = read_until(leader, b"end\r\n")
        tap.ok("control-D ends the input of the command", [] if b"end" in shown else [shown])
        p.wait(TIMEOUT)
        tap.ok("the status is the command's", p.returncode == 7)
    tap.ok("the terminal is left as it was", termios.tcgetattr(follower) == before)
    with subprocess.Popen([OSBOX, "popen", "--pty", "--input=-", "--tee", "--mode=r", "-g", "exitcode", "--",
                           "sh", "-c", "echo ready; exec cat"], stdin=follower, stdout=subprocess.PIPE,
                          stderr=follower, env=CLEAN_ENV, start_new_session=True) as p:
        read_until(leader, b"ready")
        os.write(leader, b"\x03")
        out = p.communicate(timeout=TIMEOUT)[0]
    tap.ok("control-C reaches the command, not osbox", [] if (out, p.returncode) == (b"-2\n", 0) else [out])
    tap.ok("the terminal is left as it was, after a signal", termios.tcgetattr(follower) == before)
    os.close(leader)
    os.close(follower)


def check_resizing():
    """The new terminal follows the size of the one around, unless it was given its own."""
    import termios  # pylint: disable=import-outside-toplevel

    for option, want in (("--pty", b"33 99"), ("--pty=90x20", b"20 90")):
        try:
            leader, follower = open_terminal(111, 22)
        except OSError as error:
            tap.skip(f"{option} when the terminal around is resized", str(error))
            return
        with subprocess.Popen([OSBOX, "popen", option, "echo ready; read x; stty size; echo end"],
                              stdin=follower, stdout=follower, stderr=follower, env=CLEAN_ENV,
                              start_new_session=True) as p:
            read_until(leader, b"ready")
            fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 99, 0, 0))
            p.send_signal(signal.SIGWINCH)
            os.write(leader, b"\r")
            shown = read_until(leader, b"end")
        tap.ok(f"{option}: the size is {want.decode()} when the terminal around has got 33 lines of 99",
               [] if want in shown else [shown])
        os.close(leader)
        os.close(follower)


def check_forkpty():
    """What os.forkpty's child sees."""
    try:
        pid, fd = os.forkpty()
    except OSError as error:
        tap.skip("--pty is os.forkpty", str(error))
        return
    if pid == 0:
        os.execvp("sh", ["sh", "-c", "stty -a | tail -n +2; test -t 0 && test -t 1 && test -t 2; echo $?"])
    want = read_until(fd, b"\0")
    os.waitpid(pid, 0)
    os.close(fd)
    got = popen("--pty", "stty -a | tail -n +2; test -t 0 && test -t 1 && test -t 2; echo $?")
    tap.ok("--pty: the settings of the terminal are those of os.forkpty",
           [] if got.out == want else [got.out, want])


# ---- memory of the record ----


def check_record_sizes():
    """A record with megabytes in each format is exact."""
    data = bytes(range(256)) * 20000
    got = record("--input=-", "-F", "stdout", "cat", data=data)
    tap.ok("5 MB of every byte in json", got is not None and got["stdout"] == data)
    got = popen("--input=-", "-g", "stdout", "cat", data=data)
    tap.ok("5 MB of every byte in value", got.out == data + b"\n")
    got = popen("--input=-", "-g", "stdout", "-0", "cat", data=b"a\nb\n")
    tap.ok("-0 keeps the newline at the end apart from the format's", got.out == b"a\nb\n\0")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    got = popen("-g", "stdout", "echo hi", preexec_fn=lambda: resource.setrlimit(
        resource.RLIMIT_NOFILE, (min(soft, 16), hard)))
    tap.ok("16 descriptors are enough", got.out == b"hi\n\n")
    text = popen("-o", "text", "-F", "stdout", "cat", "--input=-", data=data[:256]).out
    tap.ok("text is one line of printable bytes",
           text.count(b"\n") == 1 and not set(text[:-1]) & set(range(32)))
    told = json.loads(popen("--json-bytes=surrogateescape", "-J", "-F", "stdout", "--input=-", "cat",
                            data=data[:256]).out)
    tap.ok("--json-bytes=surrogateescape", os.fsencode(told["stdout"]) == data[:256])


def main():
    place = tempfile.mkdtemp(prefix="osbox-oracle.")
    try:
        check_values()
        check_documentation(place)
        check_inherited()
        check_deadlocks(place)
        check_slow_readers()
        check_outputs(place)
        check_sizes(place)
        check_terminals()
        check_resizing()
        check_forkpty()
        check_record_sizes()
    finally:
        shutil.rmtree(place)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
