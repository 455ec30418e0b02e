#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""osbox timerfd against the kernel's own word, and against time.

usage: timerfd.py OSBOX

That ticks are due at exactly the first one plus k intervals and that none is
lost, also when osbox is stopped or its reader stalls; what happens when the clock
is set and when a call is interrupted, by fault injection (the clock is never
touched); programs that are slower than the ticks, and signals; what the verbs do
to a timer, as /proc/self/fdinfo and timerfd_gettime tell it.  No claim depends on
how fast the machine is: ticks may be late, and several may be one record.
Prints TAP.
"""

import ctypes
import datetime
import errno
import fcntl
import os
import re
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from testlib import CLEAN_ENV, FORMATS, Tap, run, strict_json  # noqa: E402

tap = Tap()
claims = []
OSBOX = os.path.realpath(sys.argv[1]) if len(sys.argv) == 2 else sys.exit(__doc__)
LIBC = ctypes.CDLL(None, use_errno=True)
F_SETPIPE_SZ = 1031
CLOCKS = {"monotonic": 1, "realtime": 0, "boottime": 7}
TIME_LIMIT = 60
MS = 10**6
S = 10**9


class Hang(Exception):
    """What should have come did not."""


class Process:
    """A timerfd that runs: its standard output and error are read as they come."""

    def __init__(self, *arguments, program=(), **more):
        more.setdefault("stdin", subprocess.DEVNULL)
        more.setdefault("stdout", subprocess.PIPE)
        argv = [OSBOX, "timerfd", *arguments, *(["--", *program] if program else [])]
        self.argv = argv
        # pylint: disable=consider-using-with
        self.p = subprocess.Popen(argv, stderr=subprocess.PIPE, env=CLEAN_ENV, **more)
        self.pid = self.p.pid
        self.fd = self.p.stdout.fileno() if self.p.stdout else -1
        self.rest = b""

    def read(self):
        """Some bytes; empty at the end."""
        if not select.select([self.fd], [], [], TIME_LIMIT)[0]:
            raise Hang(f"nothing to read from {self.argv[1:]}")
        return os.read(self.fd, 65536)

    def line(self):
        """The next line, as soon as it is there; None at the end."""
        while b"\n" not in self.rest:
            more = self.read()
            if not more:
                return None
            self.rest += more
        line, _, self.rest = self.rest.partition(b"\n")
        return line

    def record(self):
        """The next record of -J; None at the end."""
        line = self.line()
        return None if line is None else strict_json(line + b"\n")[0]

    def records(self):
        """All that are left."""
        return list(iter(self.record, None))

    def signal(self, signo):
        """Sends one."""
        self.p.send_signal(signo)

    def end(self):
        """Status (negative: a signal) and standard error."""
        try:
            err = self.p.communicate(timeout=TIME_LIMIT)[1]
        except subprocess.TimeoutExpired as error:
            raise Hang(f"{self.argv[1:]} does not end") from error
        return self.p.returncode, err

    def kill(self):
        """Whatever became of it."""
        if self.p.poll() is None:
            self.p.kill()
        self.p.communicate()


def claim(text):
    """A test, which is given a way to start a timerfd. It returns what is wrong with the claim, or a
    string: why it is skipped."""

    def decorate(function):
        claims.append((text, function))
        return function

    return decorate


def test(text, function):
    """Puts a claim to the test."""
    started = []

    def start(*arguments, **more):
        process = Process(*arguments, **more)
        started.append(process)
        return process

    try:
        faults = function(start)
        if isinstance(faults, str):
            tap.skip(text, faults)
        else:
            tap.ok(text, faults)
    except (Hang, AssertionError, KeyError, TypeError, IndexError, ValueError, OSError) as error:
        tap.ok(text, [f"{type(error).__name__}: {error}"])
    finally:
        for process in started:
            process.kill()


def expect(got, want, what=""):
    """A list of one fault, or none."""
    return [] if got == want else [f"{what}{': ' if what else ''}{got!r}, not {want!r}"]


def ticks_of(records):
    """Those with the event tick."""
    return [record for record in records if record["event"] == "tick"]


def faults_of_ticks(records, interval, count, first=None):
    """Every expiration is in exactly one record, and due when it has to be."""
    faults = []
    seen = 0
    if not records:
        return ["no records"]
    if first is None:
        first = records[0]["scheduled_ns"] - records[0]["missed"] * interval
    for number, r in enumerate(records, 1):
        seen += r["expirations"]
        faults += expect(r["seq"], number, "seq")
        faults += expect(r["missed"], r["expirations"] - 1, f"{number}: missed")
        faults += expect(r["scheduled_ns"], first + (seen - 1) * interval, f"{number}: scheduled_ns")
        faults += expect(r["late_ns"], r["now_ns"] - r["scheduled_ns"], f"{number}: late_ns")
        if r["expirations"] < 1 or r["late_ns"] < 0:
            faults.append(f"too early: {r}")
    faults += expect(seen, count, "the sum of expirations")
    faults += expect(records[-1]["scheduled_ns"], first + (count - 1) * interval, "the last")
    return faults


def now(clock="monotonic"):
    """Nanoseconds of a clock."""
    return time.clock_gettime_ns(CLOCKS[clock])


def can_trace():
    """Whether strace can trace a program here."""
    return bool(shutil.which("strace")) and run(["strace", "-o", "/dev/null", "true"]).status == 0


# ---- nothing drifts, nothing is lost ----


def check_clock(clock):
    """1000 ticks of 1 ms."""

    @claim(f"--clock={clock}: 1000 ticks of 1 ms, the last due 999 intervals after the first")
    def _(start):
        before = now(clock)
        p = start(f"--clock={clock}", "--interval=1ms", "--count=1000", "-J")
        records = p.records()
        after = now(clock)
        faults = faults_of_ticks(records, MS, 1000) + expect(p.end(), (0, b""))
        first = records[0]["scheduled_ns"] - records[0]["missed"] * MS
        if not before + MS <= first <= after:
            faults.append(f"the first is due at {first}, started between {before} and {after}")
        if not all(before <= r["now_ns"] <= after for r in records):
            faults.append("now_ns is not the time of the clock")
        return faults


def check_odd_intervals():
    """Intervals that no float is exact for, and an initial time of its own."""
    for initial, interval, count in ((1, 333333, 300), (7777777, 1000001, 50), (3 * MS, 999, 5000)):
        name = f"--initial={initial}ns --interval={interval}ns: {count} expirations, each when it is due"

        @claim(name)
        def _(start, initial=initial, interval=interval, count=count):
            p = start(f"--initial={initial}ns", f"--interval={interval}ns", f"--count={count}", "-J")
            before = now()
            records = p.records()
            first = records[0]["scheduled_ns"] - records[0]["missed"] * interval
            faults = faults_of_ticks(records, interval, count) + expect(p.end(), (0, b""))
            # It began within the life of the process.
            if not abs(first - initial - before) < TIME_LIMIT * S:
                faults.append(f"the first is due at {first}, it began about {before}")
            return faults


def check_at():
    """--at, on each clock: the first expiration is that time."""
    for clock in CLOCKS:

        @claim(f"--at=@SECONDS on {clock}: the first expiration is due then, to the nanosecond")
        def _(start, clock=clock):
            at = now(clock) + 50 * MS + 123
            p = start(f"--clock={clock}", f"--at=@{at // S}.{at % S:09}", "--interval=1ms", "--count=20", "-J")
            return faults_of_ticks(p.records(), MS, 20, first=at) + expect(p.end(), (0, b""))

        @claim(f"--at=@SECONDS in the past on {clock}: one record with the backlog, then one after the other")
        def _(start, clock=clock):
            if now(clock) < 3 * S:
                return "the system has just been started"
            at = now(clock) - 2 * S
            p = start(f"--clock={clock}", f"--at=@{at // S}.{at % S:09}", "--interval=1ms", "--count=2100", "-J")
            records = p.records()
            faults = faults_of_ticks(records, MS, 2100, first=at) + expect(p.end(), (0, b""))
            if records[0]["expirations"] < 2000:
                faults.append(f"the first record has only a part of the backlog: {records[0]}")
            return faults


def check_datetime():
    """--at=ISO is what Python's datetime says."""

    @claim("--at=ISO: scheduled_ns is what datetime says, with offsets and in zones")
    def _(_start):
        faults = []
        epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        texts = ["1970-01-02", "1999-12-31T23:59:59.999999", "2000-02-29T12:00:00.000001+05:45",
                 "2019-06-30T23:59:59-11:00", "2024-02-29T00:00:00+14:00", "2020-07-01T08:15:30.25",
                 "2001-09-09T01:46:40+00:00"]
        for zone in ("UTC0", "IST-5:30", "NST3:30", "CET-1CEST,M3.5.0,M10.5.0/3"):
            os.environ["TZ"] = zone
            time.tzset()
            for text in texts:
                # fromisoformat of older Pythons wants six digits.
                full = re.sub(r"\.(\d+)", lambda m: "." + m[1].ljust(6, "0"), text)
                when = datetime.datetime.fromisoformat(full).astimezone(datetime.timezone.utc)
                want = (when - epoch) // datetime.timedelta(microseconds=1) * 1000
                got = run([OSBOX, "timerfd", f"--at={text}", "-g", "scheduled_ns"], env={"TZ": zone})
                faults += expect((got.status, got.out), (0, b"%d\n" % want), f"TZ={zone} {text}")
        del os.environ["TZ"]
        time.tzset()
        return faults


# ---- stops and stalls ----


@claim("SIGSTOP between two ticks, then SIGCONT: one record says what was missed, no burst")
def check_stop(start):
    p = start("--interval=10ms", "--count=100", "-J")
    records = [p.record(), p.record()]
    p.signal(signal.SIGSTOP)
    os.waitpid(p.pid, os.WUNTRACED)
    # Nothing may be in the pipe but what was written before the stop.
    stopped = now()
    while now() < stopped + 500 * MS:
        time.sleep(0.05)
    p.signal(signal.SIGCONT)
    records += p.records()
    faults = faults_of_ticks(records, 10 * MS, 100) + expect(p.end(), (0, b""))
    # The stop was 50 intervals long, and they are in one record, but for those at its edges.
    after = [r for r in records if r["now_ns"] > stopped]
    longest = max(r["expirations"] for r in after)
    if longest < 48:
        faults.append(f"no record has the 50 expirations of the stop, but {longest} at most")
    return faults


@claim("a reader that stalls sees what was missed when the pipe was full, and no burst")
def check_stall(start):
    read_end, write_end = os.pipe()
    fcntl.fcntl(write_end, F_SETPIPE_SZ, 4096)
    p = start("--interval=1ms", "--count=3000", "-J", stdout=write_end)
    os.close(write_end)
    # Until it has more to write than the pipe takes: it sleeps in write(2), the pipe is full.
    deadline = time.monotonic() + TIME_LIMIT
    while time.monotonic() < deadline and not pipe_is_full(read_end):
        time.sleep(0.02)
    full = now()
    while now() < full + 300 * MS:
        time.sleep(0.05)
    p.fd = read_end
    records = p.records()
    os.close(read_end)
    faults = faults_of_ticks(records, MS, 3000) + expect(p.end(), (0, b""))
    longest = max(r["missed"] for r in records)
    if longest < 250:
        faults.append(f"300 intervals have passed, but no more than {longest} were missed at a time")
    return faults


def pipe_is_full(fd):
    """Whether there are at most 300 bytes free in a pipe of 4096: the length of a record."""
    size = ctypes.c_int()
    LIBC.ioctl(fd, 0x541B, ctypes.byref(size))  # FIONREAD
    return size.value > 4096 - 300


def check_flush():
    """A reader has each record while the ticks go on."""
    for form in [form for form in FORMATS if form != "sh"]:

        @claim(f"-o {form}: each record is written at once")
        def _(start, form=form):
            # The second expiration is out of reach: whatever comes is not written at the end.
            p = start("--initial=1ms", "--interval=36500d", "-o", form, "-F", "event,expirations")
            text = b""
            while b"tick" not in text or not text.endswith(b"\n") or b"1" not in text:
                more = p.read()
                if not more:
                    return [f"it has ended: {text!r}"]
                text += more
            return expect(p.p.poll(), None, "it has ended")


# ---- a reader that goes ----


@claim("a socket whose other end is closed ends it, and it does not spin")
def check_socket(start):
    ours, theirs = socket.socketpair()
    p = start("--initial=1h", "-J", stdout=theirs.fileno())
    theirs.close()
    ours.close()
    status, err = p.end()
    return expect((status, err), (-signal.SIGPIPE, b""))


@claim("a terminal that hangs up ends it with an error, or by a signal")
def check_terminal(start):
    ours, theirs = os.openpty()
    p = start("--initial=1h", "-J", stdout=theirs)
    os.close(theirs)
    os.close(ours)
    status, _ = p.end()
    return [] if status in (74, -signal.SIGPIPE, -signal.SIGHUP) else [f"status {status}"]


# ---- the clock is set, by fault injection ----


def reads_before(arguments, place):
    """How many reads there are before the timer's first: those of the dynamic linker."""
    log = os.path.join(place, "trace")
    run(["strace", "-o", log, "-e", "trace=read,timerfd_settime", OSBOX, "timerfd", *arguments],
        env={"ASAN_OPTIONS": "detect_leaks=0"})
    with open(log, encoding="utf-8", errors="replace") as file:
        lines = file.read().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("timerfd_settime("))
    return sum(line.startswith("read(") for line in lines[:at])


def injected(arguments, errors, place):
    """Runs it with reads of the timer that fail: {which, from 1: the name of the error}."""
    before = reads_before(arguments, place)
    log = os.path.join(place, "injected")
    argv = ["strace", "-o", log, "-e", "trace=read"]
    # strace has one rule for a call: all of the same error, at equal distances.
    numbers = sorted(errors)
    when = str(before + numbers[0])
    if len(numbers) > 1:
        when += f"..{before + numbers[-1]}"
    argv += ["-e", f"inject=read:error={errors[numbers[0]]}:when={when}"]
    return run([*argv, OSBOX, "timerfd", *arguments], env={"ASAN_OPTIONS": "detect_leaks=0"}, timeout=TIME_LIMIT)


PAST = ["--clock=realtime", "--at=@1", "--interval=1s", "--count=1000"]


def check_clock_set(place):
    """ECANCELED and EINTR."""
    arguments = [*PAST, "--cancel-on-set", "-J"]

    @claim("the clock is set: an event, then status 75 and a diagnostic")
    def _(_start):
        before = now("realtime")
        r = injected(arguments, {1: "ECANCELED"}, place)
        records = strict_json(r.out)
        faults = expect(r.status, 75) + expect(len(records), 1, "records")
        record = records[0]
        faults += expect((record["event"], record["seq"]), ("clock_set", 1))
        faults += expect([record[k] for k in ("expirations", "missed", "scheduled_ns", "late_ns")], [None] * 4)
        if not before <= record["now_ns"] <= now("realtime"):
            faults.append(f"not the time: {record}")
        told = strict_json(r.err)
        faults += expect([(t["error"], t["message"]) for t in told], [("EX_TEMPFAIL", "the clock was set")])
        return faults

    @claim("the clock is set, text: the words of the diagnostic")
    def _(_start):
        r = injected([*PAST, "--cancel-on-set", "-g", "event"], {1: "ECANCELED"}, place)
        return expect((r.status, r.out, r.err), (75, b"clock_set\n", b"timerfd: the clock was set\n"))

    @claim("the clock is set, --rearm: an event, and the ticks go on with all that were due")
    def _(_start):
        r = injected([*arguments, "--rearm"], {1: "ECANCELED"}, place)
        records = strict_json(r.out)
        faults = expect((r.status, r.err), (0, b""))
        faults += expect([(x["event"], x["seq"], x["expirations"], x["scheduled_ns"]) for x in records],
                         [("clock_set", 1, None, None), ("tick", 2, 1000, 1000 * S)])
        return faults

    @claim("the clock is set three times, --rearm: three events")
    def _(_start):
        r = injected([*arguments, "--rearm"], {1: "ECANCELED", 3: "ECANCELED"}, place)
        records = strict_json(r.out)
        return expect((r.status, r.err), (0, b"")) + expect(
            [x["event"] for x in records], ["clock_set"] * 3 + ["tick"])

    @claim("the clock is set, with a program: status 75, and it is not run; with --rearm it is")
    def _(_start):
        status, ran = os.path.join(place, "status"), os.path.join(place, "ran")
        more = [*PAST, "--cancel-on-set", f"--status={status}", "-J"]
        r = injected_with_program(more, ["touch", ran], place)
        faults = expect((r.status, os.path.exists(ran)), (75, False))
        faults += expect([x["event"] for x in records_of(status)], ["clock_set"])
        r = injected_with_program([*more, "--rearm"], ["touch", ran], place)
        faults += expect((r.status, os.path.exists(ran), r.err), (0, True, b""))
        faults += expect([x["event"] for x in records_of(status)], ["clock_set", "tick", "exit"])
        return faults

    @claim("a read that is interrupted (EINTR) is done again, and nothing is lost")
    def _(_start):
        plain = [*PAST, "-J", "-F", "event,seq,expirations,scheduled_ns"]
        want = run([OSBOX, "timerfd", *plain])
        r = injected(plain, {1: "EINTR", 3: "EINTR"}, place)
        return expect((r.status, r.out, r.err), (0, want.out, b""))

    @claim("another error of the read is a diagnostic and an end")
    def _(_start):
        r = injected([*PAST, "-g", "seq"], {1: "EIO"}, place)
        faults = expect((r.status, r.out), (71, b""))
        return faults + ([] if b"[EIO]" in r.err else [f"EIO is not named: {r}"])

    @claim("read: ECANCELED is an error")
    def _(_start):
        fd = make_timer(1, 0, (0, 1), (0, 1))
        log = os.path.join(place, "trace")
        argv = [OSBOX, "timerfd", "read", f"--fd={fd}"]
        environment = {"ASAN_OPTIONS": "detect_leaks=0"}
        run(["strace", "-o", log, "-e", "trace=read", *argv], pass_fds=[fd], env=environment)
        with open(log, encoding="utf-8", errors="replace") as file:
            before = [line for line in file if line.startswith("read(")]
        number = 1 + next(i for i, line in enumerate(before) if line.startswith(f"read({fd},"))
        r = run(["strace", "-o", log, "-e", f"inject=read:error=ECANCELED:when={number}", *argv],
                pass_fds=[fd], env=environment)
        os.close(fd)
        faults = expect((r.status, r.out), (71, b""))
        return faults + ([] if b"[ECANCELED]" in r.err else [f"ECANCELED is not named: {r}"])


def injected_with_program(arguments, program, place):
    """The first read of the timer fails with ECANCELED. strace counts in each process apart."""
    before = reads_before([*arguments, "--", "true"], place)
    return run(["strace", "-o", os.path.join(place, "injected"), "-e", "trace=read", "-e",
                f"inject=read:error=ECANCELED:when={before + 1}", OSBOX, "timerfd", *arguments, "--", *program],
               env={"ASAN_OPTIONS": "detect_leaks=0"}, timeout=TIME_LIMIT)


def records_of(path):
    """Those of a file."""
    with open(path, "rb") as file:
        return strict_json(file.read())


# ---- programs ----


def with_program(start, script, *arguments, extra=(), **more):
    """A timerfd with a shell script, whose records come on its standard output."""
    keep = more.pop("keep", ())
    return start(*arguments, "--status=fd:1", "-J", program=["sh", "-c", script, *extra],
                 pass_fds=keep, **more)


def until_all_ticks(p, count):
    """Reads records until so many expirations were told; all that came."""
    records = []
    while sum(r["expirations"] for r in ticks_of(records)) < count:
        record = p.record()
        if record is None:
            raise Hang(f"it ended after {records}")
        records.append(record)
    return records


@claim("--overlap=skip: while the program runs ticks are counted, and nothing is run")
def check_skip(start):
    # What is read from `go` tells the program to end; that the program runs, `ready`.
    go_read, go_write = os.pipe()
    p = with_program(start, f"read -r line <&{go_read}; exit 6", "--interval=5ms", "--count=20", keep=[go_read])
    records = until_all_ticks(p, 20)
    faults = expect([r for r in records if r["event"] != "tick"], [])
    os.write(go_write, b"x\n" * 20)
    records += p.records()
    status, err = p.end()
    ends = [r for r in records if r["event"] == "exit"]
    faults += expect((status, err), (6, b""))
    faults += expect([(r["exitcode"], r["seq"]) for r in ends], [(6, 1)])
    os.close(go_read)
    os.close(go_write)
    return faults + faults_of_ticks(ticks_of(records), 5 * MS, 20)


@claim("--overlap=queue: a run for every expiration, one after the other, the last ones when the ticks are over")
def check_queue(start):
    go_read, go_write = os.pipe()
    # That two run at once would be seen by the directory.
    script = f"mkdir \"$1\" || exit 9; read -r line <&{go_read}; rmdir \"$1\"; exit $line"
    lock = tempfile.mkdtemp(prefix="osbox-timerfd.")
    try:
        p = with_program(start, script, "--interval=5ms", "--count=7", "--overlap=queue",
                         extra=["sh", os.path.join(lock, "running")], keep=[go_read])
        records = until_all_ticks(p, 7)
        faults = expect([r for r in records if r["event"] != "tick"], [])
        os.write(go_write, b"0\n0\n3\n0\n4\n0\n0\n")
        records += p.records()
        faults += expect(p.end(), (3, b""), "status of the first run that failed")
        ends = [r for r in records if r["event"] == "exit"]
        faults += expect([r["exitcode"] for r in ends], [0, 0, 3, 0, 4, 0, 0])
        faults += expect(len({r["pid"] for r in ends}), 7, "processes")
        faults += faults_of_ticks(ticks_of(records), 5 * MS, 7)
    finally:
        shutil.rmtree(lock)
        os.close(go_read)
        os.close(go_write)
    return faults


@claim("--overlap=queue: a backlog is as many runs")
def check_queue_backlog(start):
    p = start("--clock=realtime", "--at=@1", "--interval=1s", "--count=5", "--overlap=queue",
              program=["echo", "run"])
    lines = list(iter(p.line, None))
    return expect(lines, [b"run"] * 5) + expect(p.end(), (0, b""))


def check_kill(name, more, want, **process):
    """--overlap=kill: the program does not end but by a signal, until it is told."""

    @claim(name)
    def _(start):
        go_read, go_write = os.pipe()
        p = with_program(start, f"read -r line <&{go_read}", "--interval=200ms", "--count=4",
                         "--overlap=kill", *more, keep=[go_read], **process)
        records = until_all_ticks(p, 4)
        # A tick that found a program running killed it: then the next one runs, the last.
        if len(ticks_of(records)) > 1:
            while records[-1]["event"] != "exit":
                records.append(p.record())
        os.write(go_write, b"x\n")
        records += p.records()
        os.close(go_read)
        os.close(go_write)
        ends = [r for r in records if r["event"] == "exit"]
        faults = expect(p.end(), (0, b""), "a run that was killed is no failure")
        if not 1 <= len(ends) <= 4:
            faults.append(f"{len(ends)} runs")
        faults += expect([r["signal"] for r in ends], [want] * (len(ends) - 1) + [None])
        faults += expect(ends[-1]["exitcode"], 0)
        return faults + faults_of_ticks(ticks_of(records), 200 * MS, 4)


def check_kill_all():
    """The signals."""
    check_kill("--overlap=kill: the one before gets SIGTERM, and the program is run when it has ended",
               [], "SIGTERM")
    check_kill("--overlap=kill --signal=USR1: that signal", ["--signal=USR1"], "SIGUSR1")
    check_kill("--overlap=kill --signal=KILL: that signal", ["--signal=KILL"], "SIGKILL")
    check_kill("--kill-after: a program that ignores the signal is killed, and the next one runs",
               ["--kill-after=1ms"], "SIGKILL", preexec_fn=ignore_sigterm)

    @claim("--overlap=kill: a grandchild in the program's group gets the signal, too")
    def _(start):
        alive_read, alive_write = os.pipe()
        script = f"(echo ready >&{alive_write}; exec sleep 1000) & sleep 1000"
        p = with_program(start, script, "--interval=300ms", "--overlap=kill", keep=[alive_write])
        os.close(alive_write)
        while True:
            record = p.record()
            if record["event"] == "exit" and record["signal"] == "SIGTERM" and os.read(alive_read, 6):
                break
        p.signal(signal.SIGTERM)
        p.end()
        # End of file: all of them are gone.
        while select.select([alive_read], [], [], TIME_LIMIT)[0]:
            if not os.read(alive_read, 4096):
                os.close(alive_read)
                return []
        os.close(alive_read)
        return ["a grandchild lives on"]


def ignore_sigterm():
    """For the child: its programs ignore it, too."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


# A program that says it is ready, takes one signal and ends with a status.
TAKES_SIGNAL = """
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, {int(sys.argv[1])})
os.write(int(sys.argv[2]), b"ready\\n")
signal.sigwait({int(sys.argv[1])})
sys.exit(int(sys.argv[3]))
"""


def wait_for_ready(fd):
    """A program has said so."""
    if not select.select([fd], [], [], TIME_LIMIT)[0]:
        raise Hang("the program does not run")
    os.read(fd, 6)


def check_signals():
    """What kills osbox."""
    for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"):
        signo = getattr(signal, name)

        @claim(f"{name} between runs: it dies of it, quietly")
        def _(start, signo=signo):
            p = with_program(start, "exit 0", "--initial=1ms", "--interval=36500d",
                             preexec_fn=no_core)
            events = [p.record()["event"], p.record()["event"]]
            p.signal(signo)
            return expect(events, ["tick", "exit"]) + expect(p.end(), (-signo, b""))

        @claim(f"{name} without a program: it dies of it, quietly")
        def _(start, signo=signo):
            p = start("--initial=1ms", "--interval=36500d", "-J", preexec_fn=no_core)
            event = p.record()["event"]
            p.signal(signo)
            return expect(event, "tick") + expect(p.end(), (-signo, b""))

        @claim(f"{name} during a run: the program gets it, its record is written, and it is the end")
        def _(start, signo=signo, name=name):
            ready_read, ready_write = os.pipe()
            # SIGINT and SIGQUIT are not ignored: it is no background job.
            script = f"echo ready >&{ready_write}; exec sleep 1000"
            p = with_program(start, script, "--initial=1ms", "--interval=20ms", keep=[ready_write],
                             preexec_fn=no_core)
            os.close(ready_write)
            wait_for_ready(ready_read)
            p.signal(signo)
            records = p.records()
            ends = [r for r in records if r["event"] == "exit"]
            faults = expect([(r["exitcode"], r["signal"]) for r in ends], [(-signo, name)])
            faults += expect(records[-1]["event"], "exit", "the last event")
            faults += expect(p.end(), (-signo, b""))
            os.close(ready_read)
            return faults

    @claim("SIGTERM during a run that survives it: it ends when the program has")
    def _(start):
        ready_read, ready_write = os.pipe()
        p = start("--initial=1ms", "--interval=20ms", "--status=fd:1", "-J", pass_fds=[ready_write],
                  program=[sys.executable, "-c", TAKES_SIGNAL, str(int(signal.SIGTERM)), str(ready_write), "5"])
        os.close(ready_write)
        wait_for_ready(ready_read)
        p.signal(signal.SIGTERM)
        ends = [r for r in p.records() if r["event"] == "exit"]
        os.close(ready_read)
        return expect([r["exitcode"] for r in ends], [5]) + expect(p.end(), (-signal.SIGTERM, b""))

    @claim("another signal is passed on, and the ticks go on")
    def _(start):
        ready_read, ready_write = os.pipe()
        p = start("--interval=20ms", "--count=2", "--overlap=queue", "--status=fd:1", "-J", pass_fds=[ready_write],
                  program=[sys.executable, "-c", TAKES_SIGNAL, str(int(signal.SIGUSR1)), str(ready_write), "0"])
        os.close(ready_write)
        for _i in range(2):
            wait_for_ready(ready_read)
            p.signal(signal.SIGUSR1)
        records = p.records()
        os.close(ready_read)
        ends = [r for r in records if r["event"] == "exit"]
        return expect([r["exitcode"] for r in ends], [0, 0]) + expect(p.end(), (0, b""))

    @claim("the program has the signals that timerfd was given: none blocked, none ignored anew")
    def _(start):
        p = start("--interval=1ms", "--count=2", "--overlap=queue",
                  program=["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"])
        want = run(["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"]).out.splitlines()
        return expect(list(iter(p.line, None)), want * 2)


def no_core():
    """For the child: SIGQUIT leaves no file."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@claim("SIGSTOP while the program runs: what was missed is told, and it is waited for")
def check_stop_with_program(start):
    go_read, go_write = os.pipe()
    p = with_program(start, f"read -r line <&{go_read}; exit 0", "--interval=10ms", "--count=60", keep=[go_read])
    records = [p.record()]
    p.signal(signal.SIGSTOP)
    os.waitpid(p.pid, os.WUNTRACED)
    stopped = now()
    while now() < stopped + 300 * MS:
        time.sleep(0.05)
    os.write(go_write, b"x\n" * 60)
    p.signal(signal.SIGCONT)
    records += p.records()
    os.close(go_read)
    os.close(go_write)
    faults = faults_of_ticks(ticks_of(records), 10 * MS, 60) + expect(p.end(), (0, b""))
    if max(r["expirations"] for r in ticks_of(records)) < 28:
        faults.append("no record has the 30 expirations of the stop")
    return faults


# ---- the summary ----


@claim("--summary agrees with the records: counts exactly, lateness to a sixteenth")
def check_summary(start):
    p = start("--interval=1ms", "--count=400", "-J", "--summary")
    records = p.records()
    status, err = p.end()
    lines = err.decode().splitlines()
    told = dict(line.split("=") for line in lines if "=" in line and not line.startswith("<="))
    told = {name: int(value) for name, value in told.items()}
    late = sorted(r["late_ns"] for r in records)
    faults = expect(status, 0)
    faults += expect(list(told), ["reads", "expirations", "missed", "late_ns_min", "late_ns_median",
                                  "late_ns_p99", "late_ns_max"])
    faults += expect(told["reads"], len(records), "reads")
    faults += expect(told["expirations"], 400, "expirations")
    faults += expect(told["missed"], sum(r["missed"] for r in records), "missed")
    faults += expect((told["late_ns_min"], told["late_ns_max"]), (late[0], late[-1]), "min, max")
    for name, share in (("late_ns_median", 50), ("late_ns_p99", 99)):
        exact = late[(len(late) * share + 99) // 100 - 1]
        if not exact <= told[name] <= exact + exact // 16 + 1:
            faults.append(f"{name} is {told[name]}, the records say {exact}")
    rows = [re.fullmatch(r"<= +(\d+) ns (#*) (\d+)", line) for line in lines[7:]]
    if not all(rows):
        return faults + [f"not a histogram: {lines[7:]}"]
    below = 0
    for row in rows:
        limit, count = int(row[1]), int(row[3])
        up_to = sum(x <= limit for x in late)
        faults += expect(count, up_to - below, f"ticks of at most {limit}")
        below = up_to
        if (count > 0) != bool(row[2]) or len(row[2]) > 40:
            faults.append(f"the bar: {row[0]}")
    faults += expect(below, len(late), "ticks in the histogram")
    limits = [int(row[1]) + 1 for row in rows]
    faults += expect([limit & (limit - 1) for limit in limits], [0] * len(limits), "powers of two")
    faults += expect(limits, [limits[0] << i for i in range(len(limits))], "rows, none left out")
    most = max(rows, key=lambda row: int(row[3]))
    return faults + expect(len(most[2]), 40, "the longest bar")


def check_summary_of_signals():
    """The end of most ticks that have no other."""
    for name in ("SIGINT", "SIGTERM"):

        @claim(f"--summary is printed when {name} ends it, between runs too")
        def _(start, signo=getattr(signal, name)):
            faults = []
            for program in ((), ("true",)):
                p = start("--initial=1ms", "--interval=36500d", "--summary", "-J",
                          *(["--status=fd:1"] if program else []), program=program)
                for _i in range(2 if program else 1):
                    p.record()
                wait_until_asleep(p.pid)
                p.signal(signo)
                status, err = p.end()
                faults += expect((status, err.splitlines()[:3]),
                                 (-signo, [b"reads=1", b"expirations=1", b"missed=0"]), str(program))
            return faults


# ---- timers that are descriptors ----


class Spec(ctypes.Structure):
    """struct itimerspec"""

    _fields_ = [("interval_s", ctypes.c_long), ("interval_ns", ctypes.c_long),
                ("value_s", ctypes.c_long), ("value_ns", ctypes.c_long)]


def make_timer(clock, flags, value, interval, nonblock=False):
    """A timer that Python makes."""
    fd = LIBC.timerfd_create(clock, os.O_NONBLOCK if nonblock else 0)
    if fd < 0:
        raise OSError(ctypes.get_errno(), "timerfd_create")
    if LIBC.timerfd_settime(fd, flags, ctypes.byref(Spec(*interval, *value)), None) < 0:
        raise OSError(ctypes.get_errno(), "timerfd_settime")
    return fd


def gettime(fd):
    """(next, interval), nanoseconds, as os.timerfd_gettime_ns."""
    spec = Spec()
    if LIBC.timerfd_gettime(fd, ctypes.byref(spec)) < 0:
        raise OSError(ctypes.get_errno(), "timerfd_gettime")
    return spec.value_s * S + spec.value_ns, spec.interval_s * S + spec.interval_ns


def fdinfo(text):
    """/proc/self/fdinfo of a timer: numbers and pairs."""
    told = dict(re.findall(r"^([a-z_ ]+):\s+(.*)$", text, re.M))
    pair = {name: tuple(int(n) for n in re.findall(r"\d+", told[name])) for name in ("it_value", "it_interval")}
    return {"clockid": int(told["clockid"]), "ticks": int(told["ticks"]),
            "flags": int(told["settime flags"], 8),
            "value": pair["it_value"][0] * S + pair["it_value"][1],
            "interval": pair["it_interval"][0] * S + pair["it_interval"][1],
            "nonblock": bool(int(told["flags"], 8) & os.O_NONBLOCK)}


def created(*arguments):
    """What create makes, as fdinfo tells it."""
    r = run([OSBOX, "timerfd", "create", "--fd=9", *arguments, "--", "cat", "/proc/self/fdinfo/9"])
    if r.status != 0:
        raise AssertionError(str(r))
    return fdinfo(r.out.decode())


CREATED = [
    # options, clock, settime flags, at most so far away, interval, non-blocking
    ([], 1, 0, 0, 0, False),
    (["--nonblock"], 1, 0, 0, 0, True),
    (["--initial=1h"], 1, 0, 3600 * S, 0, False),
    (["--interval=1h"], 1, 0, 3600 * S, 3600 * S, False),
    (["--initial=2h", "--interval=0.000000001"], 1, 0, 7200 * S, 1, False),
    (["--clock=realtime", "--initial=1d", "--interval=0.1"], 0, 0, 86400 * S, S // 10, False),
    (["--clock=boottime", "--initial=1.5h", "--interval=250ms", "--nonblock"], 7, 0, 5400 * S, S // 4, True),
    (["--initial=0", "--interval=1h"], 1, 0, 0, 3600 * S, False),
]


@claim("create: clock, flags, times and interval are those of /proc/self/fdinfo")
def check_created(_start):
    faults = []
    for options, clock, flags, far, interval, nonblock in CREATED:
        got = created(*options)
        faults += expect((got["clockid"], got["flags"], got["interval"], got["nonblock"]),
                         (clock, flags, interval, nonblock), str(options))
        if not max(0, far - TIME_LIMIT * S) <= got["value"] <= far or (far and not got["value"]):
            faults.append(f"{options}: due in {got['value']}, not {far}")
    return faults


@claim("create --at: an absolute timer; --cancel-on-set is in its flags")
def check_created_at(_start):
    faults = []
    for clock, number in CLOCKS.items():
        at = now(clock) // S + 5000
        got = created(f"--clock={clock}", f"--at=@{at}", "--interval=3s")
        left = at * S - now(clock)
        faults += expect((got["clockid"], got["flags"], got["interval"]), (number, 1, 3 * S), clock)
        if not left <= got["value"] <= left + TIME_LIMIT * S:
            faults.append(f"{clock}: due in {got['value']}, not {left}")
    when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    got = created(f"--at={when.strftime('%Y-%m-%dT%H:%M:%SZ')}", "--cancel-on-set")
    faults += expect((got["clockid"], got["flags"]), (0, 3), "--cancel-on-set")
    return faults


@claim("settime: what it prints is the old pair, and fdinfo the new one, as timerfd_settime does it")
def check_settime(_start):
    faults = []
    fd = make_timer(1, 0, (5000, 0), (7, 1))
    for arguments, value, interval in (
        (["--initial=4000"], 4000 * S, 0),
        (["--interval=3000.000000001"], 3000 * S + 1, 3000 * S + 1),
        (["--initial=2000", "--interval=0.25"], 2000 * S, S // 4),
        (["--initial=0"], 0, 0),
        (["--initial=0", "--interval=9"], 0, 9 * S),
        (["--initial=1000"], 1000 * S, 0),
    ):
        # The same on a timer of ours: the kernel may keep or drop an interval.
        ours = make_timer(1, 0, (0, 0), (0, 0))
        LIBC.timerfd_settime(ours, 0, ctypes.byref(Spec(interval // S, interval % S, value // S, value % S)), None)
        before = gettime(fd)
        r = run([OSBOX, "timerfd", "settime", f"--fd={fd}", *arguments, "-J"], pass_fds=[fd])
        old = strict_json(r.out)[0]
        faults += expect((r.status, r.err), (0, b""))
        faults += expect(old["interval_ns"], before[1], f"{arguments}: the old interval")
        if not 0 <= before[0] - old["next_expiration_ns"] <= TIME_LIMIT * S:
            faults.append(f"{arguments}: old {old}, before {before}")
        after, want = gettime(fd), gettime(ours)
        faults += expect(after[1], want[1], f"{arguments}: the new interval")
        if abs(want[0] - after[0]) > TIME_LIMIT * S or bool(want[0]) != bool(after[0]):
            faults.append(f"{arguments}: new {after}, ours {want}")
        os.close(ours)
    os.close(fd)
    return faults


@claim("settime --at: absolute on the timer's clock, and --cancel-on-set")
def check_settime_at(_start):
    faults = []
    for clock, number in CLOCKS.items():
        fd = make_timer(number, 0, (0, 0), (0, 0))
        at = now(clock) + 3000 * S
        r = run([OSBOX, "timerfd", "settime", f"--fd={fd}", f"--at=@{at // S}.{at % S:09}",
                 *(["--cancel-on-set"] if clock == "realtime" else []), "-g", "next_expiration_ns,interval_ns"],
                pass_fds=[fd])
        faults += expect((r.status, r.out, r.err), (0, b"0\t0\n", b""), clock)
        with open(f"/proc/self/fdinfo/{fd}", encoding="ascii") as file:
            got = fdinfo(file.read())
        faults += expect(got["flags"], 3 if clock == "realtime" else 1, f"{clock}: flags")
        if not 0 <= at - now(clock) - gettime(fd)[0] + TIME_LIMIT * S <= 2 * TIME_LIMIT * S:
            faults.append(f"{clock}: {gettime(fd)}")
        os.close(fd)
    return faults


@claim("gettime: what timerfd_gettime says of a timer that Python made")
def check_gettime(_start):
    faults = []
    for value, interval in (((0, 0), (0, 0)), ((5000, 1), (0, 0)), ((4000, 0), (3, 999999999)),
                            ((9 * 10**9, 0), (0, 1)), ((1, 0), (9 * 10**9, 5))):
        fd = make_timer(1, 0, value, interval)
        before = gettime(fd)
        r = run([OSBOX, "timerfd", "gettime", f"--fd={fd}", "-J"], pass_fds=[fd])
        after = gettime(fd)
        got = strict_json(r.out, numbers=str)[0]
        faults += expect((r.status, r.err), (0, b""))
        faults += expect(got["interval_ns"], before[1])
        faults += expect(got["interval"], f"{before[1] // S}.{before[1] % S:09}")
        faults += expect(got["next_expiration"], f"{got['next_expiration_ns'] // S}.{got['next_expiration_ns'] % S:09}")
        if not after[0] <= got["next_expiration_ns"] <= before[0] and value[0] > 1:
            faults.append(f"{got}, between {before} and {after}")
        os.close(fd)
    return faults


@claim("read: as many expirations as Python would have read, and none twice")
def check_read(_start):
    # Due at 1 s and each second after: as many as the clock has seconds.
    fd = make_timer(1, 1, (0, 1), (1, 0), nonblock=True)
    before = now()
    r = run([OSBOX, "timerfd", "read", f"--fd={fd}", "-g", "expirations"], pass_fds=[fd])
    after = now()
    faults = expect((r.status, r.err), (0, b""))
    count = int(r.out)
    if not before // S + 1 <= count <= after // S + 1:
        faults.append(f"{count} expirations, between {before} and {after}")
    try:
        more = int.from_bytes(os.read(fd, 8), sys.byteorder)
    except BlockingIOError:
        more = 0
    if not count + more <= now() // S + 1:
        faults.append(f"{more} more")
    os.close(fd)
    return faults


@claim("read waits for a blocking timer, and a signal ends it")
def check_read_waits(start):
    fd = make_timer(1, 0, (10**6, 0), (0, 0))
    p = start("read", f"--fd={fd}", "-J", pass_fds=[fd])
    wait_until_asleep(p.pid)
    faults = expect(p.p.poll(), None)
    # Somebody arms it anew: the read sees it.
    LIBC.timerfd_settime(fd, 0, ctypes.byref(Spec(0, 0, 0, 1)), None)
    faults += expect(p.record(), {"expirations": 1}) + expect(p.end(), (0, b""))
    LIBC.timerfd_settime(fd, 0, ctypes.byref(Spec(0, 0, 10**6, 0)), None)
    p = start("read", f"--fd={fd}", "-J", pass_fds=[fd])
    wait_until_asleep(p.pid)
    p.signal(signal.SIGTERM)
    faults += expect(p.end(), (-signal.SIGTERM, b""))
    os.close(fd)
    return faults


def wait_until_asleep(pid):
    """Until it is blocked in a system call: nothing depends on it but what is tested."""
    deadline = time.monotonic() + TIME_LIMIT
    while time.monotonic() < deadline:
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
                state = file.read().rpartition(")")[2].split()[0]
            with open(f"/proc/{pid}/comm", encoding="ascii", errors="replace") as file:
                comm = file.read()
        except OSError:
            return
        if state in "SZ" and comm.startswith("osbox"):
            return
        time.sleep(0.01)


@claim("a timer outlives create, is the same one for every verb, and TFD_CLOEXEC is off")
def check_inherited(_start):
    script = f"""
import os
print(os.get_inheritable(9), os.readlink("/proc/self/fd/9"))
os.system("'{OSBOX}' timerfd settime --fd=9 --initial=1ms -g interval_ns")
print(int.from_bytes(os.read(9, 8), "{sys.byteorder}"))
os.system("'{OSBOX}' timerfd gettime --fd=9 -g next_expiration_ns")
"""
    r = run([OSBOX, "timerfd", "create", "--fd=9", "--interval=1h", "--", sys.executable, "-u", "-c", script])
    return expect((r.status, r.out.splitlines()),
                  (0, [b"True anon_inode:[timerfd]", b"3600000000000", b"1", b"0"]))


def check_verb_errors():
    """errnos."""
    for name, make, error in (
        ("a pipe", lambda: os.pipe()[0], "EINVAL"),
        ("a file", lambda: os.open("/dev/null", os.O_RDONLY), "EINVAL"),
        ("an eventfd", lambda: LIBC.eventfd(5, 0), "EINVAL"),
    ):

        @claim(f"{name} is no timer: {error}, and nothing is read from it")
        def _(_start, name=name, make=make, error=error):
            fd = make()
            faults = []
            for verb in (["read"], ["gettime"], ["settime", "--initial=1"]):
                r = run([OSBOX, "timerfd", *verb, f"--fd={fd}", "-J"], pass_fds=[fd])
                told = strict_json(r.err)
                faults += expect((r.status, r.out, [(t["error"], t["errno"], t["fd"]) for t in told]),
                                 (71, b"", [(error, getattr(errno, error), fd)]), verb[0])
            if name == "an eventfd":
                faults += expect(int.from_bytes(os.read(fd, 8), sys.byteorder), 5, "what is left in it")
            os.close(fd)
            return faults


def main():
    place = tempfile.mkdtemp(prefix="osbox-timerfd.")
    try:
        for clock in CLOCKS:
            check_clock(clock)
        check_odd_intervals()
        check_at()
        check_datetime()
        check_flush()
        if can_trace():
            check_clock_set(place)
        else:
            tap.skip("the clock is set, a call is interrupted", "strace cannot trace here")
        check_kill_all()
        check_signals()
        check_verb_errors()
        check_summary_of_signals()
        for text, function in claims:
            test(text, function)
    finally:
        shutil.rmtree(place)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
