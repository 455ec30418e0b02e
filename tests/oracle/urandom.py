#!/usr/bin/env python3
# SPDX-License-Identifier: 0BSD
"""osbox urandom: exact counts whatever fails, and nothing likelier than it should be.

usage: urandom.py OSBOX NO_VDSO

NO_VDSO is helpers/no_vdso.c, which takes the vDSO away from a program.  Counts
bytes for sizes around every limit, with the vDSO and without, while calls fail,
are interrupted or return less, injected by strace.  Chi-square of integers, words
and bytes, whose bounds fail a sound generator once in 10^10 runs; Python's uuid
and json read what is printed.  Prints TAP.
"""

import base64
import collections
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import uuid
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "helpers"))
# pylint: disable=wrong-import-position
from testlib import CLEAN_ENV, Tap, has_32_bits, run  # noqa: E402

tap = Tap()
if len(sys.argv) != 3:
    sys.exit(__doc__)
OSBOX, NO_VDSO = (os.path.realpath(path) for path in sys.argv[1:3])
URANDOM = [OSBOX, "urandom"]
SIZES = [0, 1, 255, 256, 257, 4095, 4096, 4097, 131071, 131072, 131073, 16384, 33554433]
ERRORS = ["EIO", "ENOMEM", "EINTR", "EACCES", "EMFILE", "ENOSPC", "EAGAIN"]
NEVER_FAIL = {"exit_group", "exit", "rt_sigreturn", "restart_syscall", "brk", "arch_prctl",
              "set_tid_address", "gettid", "getpid"}


def urandom(*arguments, before=(), **more):
    """Runs it, what it prints at hand."""
    more.setdefault("timeout", 120)
    more.setdefault("env", {"ASAN_OPTIONS": "detect_leaks=0"} if before else {})
    return run([*before, *URANDOM, *map(str, arguments)], **more)


def stats(result):
    """What --stats told."""
    found = re.search(rb"^urandom: source=.*$", result.err, re.M)
    return dict(word.split("=") for word in found.group().decode().split()[1:]) if found else {}


def written(arguments, before=()):
    """(status, bytes) of a run whose output is only counted."""
    with subprocess.Popen([*before, *URANDOM, *map(str, arguments)], stdout=subprocess.PIPE,
                          env=CLEAN_ENV) as process:
        count = 0
        while True:
            data = process.stdout.read1(1 << 20)
            if not data:
                break
            count += len(data)
    return process.returncode, count


# ---- counts ----


def has_vdso():
    """Whether the vDSO of this kernel has the function; that for 32 bits, which is another, has not."""
    if has_32_bits(OSBOX):
        return False
    with open("/proc/self/maps", encoding="ascii", errors="replace") as maps:
        found = [line.split("-") for line in maps if line.rstrip().endswith("[vdso]")]
    if not found:
        return False
    start, end = int(found[0][0], 16), int(found[0][1].split()[0], 16)
    with open("/proc/self/mem", "rb") as memory:
        memory.seek(start)
        image = memory.read(end - start)
    return any(name in image for name in (b"__vdso_getrandom\0", b"__kernel_getrandom\0"))


def can_hide():
    """Whether NO_VDSO works here."""
    return run([NO_VDSO, "true"]).status == 0


def check_counts():
    """With the vDSO, without, with one thread and with several."""
    ways = {"": []}
    if can_hide():
        ways[" without the vDSO"] = [NO_VDSO]
    else:
        tap.skip("urandom without the vDSO", "no program can be traced here")
    for name, before in ways.items():
        faults = []
        for size in SIZES:
            for jobs in ("0", "1", "3"):
                if written(["-j", jobs, size], before) != (0, size):
                    faults.append(f"{size} bytes, -j {jobs}: {written(['-j', jobs, size], before)}")
        tap.ok(f"urandom SIZE writes exactly SIZE bytes{name}", faults)
        said = stats(urandom("1M", "--stats", before=before, stdout=subprocess.DEVNULL))
        want = "getrandom" if before or not has_vdso() else "vdso"
        tap.ok(f"urandom asks {want}{name}", [] if said.get("source") == want else [said])
    result = written([2147483649])
    tap.ok("urandom writes 2147483649 bytes", [] if result == (0, 2147483649) else [result])


def check_stops():
    """A large getrandom(2) returns less when a signal is pending, as SIGSTOP makes it."""
    before = [NO_VDSO] if can_hide() else []
    with subprocess.Popen([*before, *URANDOM, "150M", "--stats"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=CLEAN_ENV, process_group=0) as process:
        count = 0
        while True:
            data = process.stdout.read1(1 << 20)
            if not data:
                break
            count += len(data)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGSTOP)
                os.killpg(process.pid, signal.SIGCONT)
        err = process.stderr.read()
    good = process.returncode == 0 and count == 150 << 20
    tap.ok("urandom 150M is exact while it is stopped and continued", [] if good else [count, err])


# ---- calls that fail ----


def can_trace():
    """Whether strace works here."""
    return bool(shutil.which("strace")) and run(["strace", "-qq", "-o", "/dev/null", "true"]).status == 0


def trace(place, arguments, *injections, name="log"):
    """Runs it below strace; (result, the lines of the log)."""
    log = os.path.join(place, name)
    more = [word for injection in injections for word in ("-e", "inject=" + injection)]
    result = urandom(*arguments, before=["strace", "-f", "-qq", "-o", log, *more, "--"], timeout=60)
    with open(log, encoding="utf-8", errors="replace") as file:
        return result, [re.sub(r"^\d+ +", "", line) for line in file]


def occurrence(lines, call, pattern):
    """The number, from 1, of the first such call whose line has the pattern; 0: there is none."""
    calls = [line for line in lines if line.startswith(call + "(")]
    return next((i for i, line in enumerate(calls, 1) if re.search(pattern, line)), 0)


def check_injected(place):
    """getrandom(2) fails, is interrupted, returns less, nothing, or too much."""
    rows = [
        # What is injected, into the first call of ours only; the status; what --stats tells.
        ("error=EINTR", True, 0, {"interrupted": "1"}),
        ("error=ENOSYS", True, 0, {"source": "urandom"}),
        ("error=ENOSYS", False, 0, {"source": "urandom"}),
        ("error=EPERM", False, 0, {"source": "urandom"}),
        ("error=EAGAIN", False, 75, None),
        ("error=EIO", False, 71, None),
        ("error=EFAULT", True, 71, None),
        ("retval=0", False, 71, None),
        ("retval=1", True, 0, {}),
        ("retval=100", True, 0, {"partial": "1"}),
        ("retval=999999999", True, 71, None),
    ]
    for what, once, status, told in rows:
        faults = []
        for size in (256, 257, 4096, 9000):
            plain, lines = trace(place, [size])
            # The C library asks for 8 bytes of its own.
            first = occurrence(lines, "getrandom", rf" {size}, 0\)")
            if plain.status or not first:
                faults.append(f"{size}: {plain} {lines[-9:]}")
                continue
            when = f"when={first}" + ("" if once else "+")
            result, lines = trace(place, [size, "--stats"], f"getrandom:{what}:{when}")
            if not any("(INJECTED)" in line for line in lines):
                faults.append(f"{size}: nothing was injected")
            if result.status != status or (status and not result.err):
                faults.append(f"{size}: {result}")
            if status == 0 and len(result.out) != size:
                faults.append(f"{size}: {len(result.out)} bytes")
            said = stats(result)
            faults += [f"{size}: {name} is {said.get(name)}, not {value}: {said}"
                       for name, value in (told or {}).items() if said.get(name) != value]
        tap.ok(f"getrandom {what} {'once' if once else 'always'}: status {status}", faults)
    faults = []
    for call, size in (("error=EINTR", 20), ("retval=1", 300), ("retval=100", 257)):
        result, _ = trace(place, [size], f"getrandom:{call}:when=2+")
        if not (result.status == 0 and len(result.out) == size) and not (result.status and result.err):
            faults.append(f"{call}: {result}")
    tap.ok("getrandom that never does better ends, exactly or with an error", faults)


def check_injected_vdso(place):
    """The vDSO's own calls fail: its keys, and the memory of its state."""
    size = 300000
    _, lines = trace(place, [size, "-j1"])
    key = occurrence(lines, "getrandom", r" 32, 0\)")
    state = occurrence(lines, "mmap", "MAP_DROPPABLE|0x8 /\\*|MAP_ANONYMOUS\\|0x8")
    if not key:
        tap.skip("the vDSO's calls fail", "it makes none here")
        return
    faults = []
    for what, status, source in (
        ("error=EINTR", 0, "vdso"),
        ("error=ENOSYS", 0, "urandom"),
        ("error=EIO", 71, None),
        ("retval=7", None, None),
    ):
        # Endlessly interrupted is an error: once. Short for ever: every other time.
        more = {"error=EINTR": "", "retval=7": "+2"}.get(what, "+")
        result, _ = trace(place, [size, "-j1", "--stats"], f"getrandom:{what}:when={key}{more}")
        exact = result.status == 0 and len(result.out) == size
        if status is None:
            good = exact or (result.status and result.err)
        else:
            good = result.status == status and (exact or (status and result.err))
        if not good or (source and stats(result).get("source") != source):
            faults.append(f"{what}: status {result.status}, {len(result.out)} bytes, {result.err}")
    tap.ok("the vDSO's key cannot be had: exact, or an error", faults)
    if not state:
        tap.skip("the vDSO's state cannot be had", "strace does not show it")
        return
    result, _ = trace(place, [size, "-j1", "--stats"], f"mmap:error=ENOMEM:when={state}")
    good = result.status == 0 and len(result.out) == size and stats(result)["source"] == "getrandom"
    tap.ok("the vDSO's state cannot be had: getrandom, exact", [] if good else [result.err])


def check_devices(place):
    """Without getrandom(2) and without a device, there is nothing."""
    gone = "getrandom:error=ENOSYS"
    faults = []
    for arguments, path, why in (
        ([40], "/dev/random", "/dev/random"),
        ([40], "/dev/urandom", "/dev/urandom"),
        ([40, "--random"], "/dev/random", "/dev/random"),
        ([40, "--insecure"], "/dev/urandom", "/dev/urandom"),
    ):
        result, lines = trace(place, arguments, gone)
        when = occurrence(lines, "openat", f'"{path}"')
        if result.status or len(result.out) != 40 or not when:
            faults.append(f"{arguments}: {result}")
            continue
        result, _ = trace(place, arguments, gone, f"openat:error=ENOENT:when={when}")
        if result.status != 66 or result.out or why.encode() not in result.err:
            faults.append(f"{arguments}: without {path}: {result}")
        result, _ = trace(place, arguments, gone, "read:retval=0:when=" +
                          str(occurrence(lines, "read", ", 40\\)")))
        if result.status != 71 or b"EIO" not in result.err:
            faults.append(f"{arguments}: at the end of {path}: {result}")
    for flag, opened in (("--random", ["/dev/random"]), ("--insecure", ["/dev/urandom"]),
                         ("--nonblock", ["/dev/random", "/dev/urandom"])):
        result, lines = trace(place, [40, flag, "--stats"], gone)
        paths = [p for p in (re.findall(r'^openat\(AT_FDCWD, "(/dev/u?random)"', line) for line in lines)
                 if p]
        if result.status or [p[0] for p in paths] != opened:
            faults.append(f"{flag}: opens {paths}: {result}")
    tap.ok("without getrandom the devices are read; without them it fails", faults)

    fake = os.path.join(place, "fake")
    with open(fake, "wb") as file:
        file.write(b"not random" * 100)
    faults = []
    for device in ("/dev/random", "/dev/urandom"):
        script = ('mount --bind "$1" "$2" && shift 2 && echo mounted >&2 && '
                  'exec strace -qq -o /dev/null -e inject=getrandom:error=ENOSYS -- "$@"')
        result = run(["unshare", "-rm", "sh", "-c", script, "sh", fake, device, *URANDOM, "40"],
                     env={"ASAN_OPTIONS": "detect_leaks=0"})
        if not result.err.startswith(b"mounted"):
            tap.skip("a file in the place of a device", "nothing can be mounted here")
            return
        if result.status != 71 or result.out or b"ENODEV" not in result.err:
            faults.append(f"{device}: {result}")
    tap.ok("a file in the place of a device is not taken for one", faults)


def check_waiting(place):
    """--wait-seeded and --nonblock, before the generator is seeded."""
    _, lines = trace(place, ["--wait-seeded"])
    first = occurrence(lines, "getrandom", r" 1, GRND_NONBLOCK\)")
    rows = [
        (["--wait-seeded=0"], [f"getrandom:error=EAGAIN:when={first}+"], 75),
        (["--wait-seeded=0", "8"], [f"getrandom:error=EAGAIN:when={first}+"], 75),
        (["--wait-seeded"], [f"getrandom:error=EAGAIN:when={first}"], 0),
        (["--wait-seeded=1h"], [f"getrandom:error=ENOSYS:when={first}+"], 0),
        (["--wait-seeded=0"], [f"getrandom:error=ENOSYS:when={first}+"], 0),
        (["--wait-seeded=50ms"], [f"getrandom:error=EINTR:when={first}+"], 75),
        (["--wait-seeded"], [f"getrandom:error=EIO:when={first}+"], 71),
        (["--nonblock", "8"], [f"getrandom:error=EAGAIN:when={first}+"], 75),
    ]
    faults = []
    for arguments, injections, status in rows:
        result, _ = trace(place, arguments, *injections)
        if result.status != status or result.out or bool(result.err) != bool(status):
            faults.append(f"{injections}: {result}")
    _, lines = trace(place, ["--wait-seeded"], "getrandom:error=ENOSYS")
    for error in ("EINTR", "EIO"):
        call = next(c for c in ("poll", "ppoll") if occurrence(lines, c, r"events=POLLIN\}"))
        when = occurrence(lines, call, r"events=POLLIN\}")
        result, _ = trace(place, ["--wait-seeded"], "getrandom:error=ENOSYS",
                          f"{call}:error={error}:when={when}")
        if result.status != (71 if error == "EIO" else 0):
            faults.append(f"{call} {error}: {result}")
    tap.ok("before the generator is seeded: EAGAIN, or it is waited for", faults)


def check_every_call(place):
    """Each call of a run, failed once with each errno."""
    with open(OSBOX, "rb") as file:
        if b"__tsan_init" in file.read():
            tap.skip("one failing call", "ThreadSanitizer hangs when its own calls fail")
            return
    points = []
    commands = [["300000", "-j1"], ["--hex", "20"], ["5M", "-j2"], ["--wait-seeded", "10000"]]
    wanted = {}
    for command in commands:
        plain, lines = trace(place, command)
        wanted[tuple(command)] = len(plain.out)
        calls = [match.group(1) for match in (re.match(r"(\w+)\(", line) for line in lines) if match]
        start = next(i for i, call in enumerate(calls) if call in ("poll", "ppoll"))
        for call in dict.fromkeys(calls[start:]):
            if call in NEVER_FAIL or call.startswith("futex"):
                continue
            before = calls[:start].count(call)
            for i in range(before + 1, before + 1 + min(3, calls[start:].count(call))):
                points += [(command, call, i, error) for error in ERRORS]

    def fault(numbered):
        number, (command, call, when, error) = numbered
        result, lines = trace(place, command, f"{call}:error={error}:when={when}", name=f"log{number}")
        os.unlink(os.path.join(place, f"log{number}"))
        if result.status == 0 and len(result.out) == wanted[tuple(command)]:
            return None
        # Calls are numbered in each thread: that of the diagnostic may have been made to fail, too.
        told = result.err or sum("(INJECTED)" in line for line in lines) > 1
        if isinstance(result.status, int) and 0 < result.status < 128 and told:
            return None
        return f"{command}: {call} number {when} fails with {error}: status {result.status}, " \
               f"{len(result.out)} bytes, {result.err}"

    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        faults = [f for f in pool.map(fault, enumerate(points)) if f]
    tap.ok(f"one failing call of {len(points)}: the count is exact, or there is an error", faults)


def check_threads(place):
    """A thread that cannot be started is one less."""
    for call in ("clone3", "clone"):
        result, lines = trace(place, ["5M", "-j4", "--stats"], f"{call}:error=EAGAIN")
        if any(line.startswith(call + "(") and "INJECTED" in line for line in lines) and \
                not any(line.startswith("clone(") and "INJECTED" not in line for line in lines):
            good = result.status == 0 and len(result.out) == 5 << 20
            tap.ok("without threads there is one, and the count is exact",
                   [] if good and stats(result)["threads"] == "1" else [result.status, result.err])
            return
    tap.skip("without threads there is one", "their start was not seen")


def check_cpus(place):
    """A machine with more CPUs than the first mask has room for."""
    claim = "the mask of usable CPUs grows until the kernel accepts it"
    if os.environ.get("OSBOX_FLAVOUR") == "sanitized":
        tap.skip(claim, "the sanitizer's runtime makes the call too")
        return
    cpus = len(os.sched_getaffinity(0))
    faults = []
    for count in range(1, 4):
        result, lines = trace(place, ["40M", "--stats"],
                              f"sched_getaffinity:error=EINVAL:when=1..{count}")
        if stats(result).get("threads") != str(min(cpus, 40)) or \
                sum("INJECTED" in line for line in lines) != count:
            faults.append(f"{count} masks are too small: {result.status}, {result.err}")
    tap.ok(claim, faults)


# ---- what comes ----


def limit(freedom):
    """What chi-square exceeds once in 10^10, after Wilson and Hilferty; and falls short of."""
    part = 2 / (9 * freedom)
    return [freedom * max(0.0, 1 - part + z * part**0.5) ** 3 for z in (-6.4, 6.4)]


def chi_fault(counts, buckets, total, weights=None):
    """None when the counts are what equal chances (or the weights) make likely."""
    square = 0
    for bucket in range(buckets):
        expected = total * (weights[bucket] if weights else 1 / buckets)
        square += (counts[bucket] - expected) ** 2 / expected
    least, most = limit(buckets - 1)
    return None if least <= square <= most else f"chi-square {square} is not in {least}..{most}"


def check_integers():
    """A million draws of each range."""
    draws = 1_000_000
    for low, high in ((0, 2), (1, 10), (-5, 5), (0, 61), (0, 256), (-1000, -1), (0, 2**63),
                      (0, 2**64 - 1), (-(2**63), 2**63 - 1), (-(2**63), 2**63 - 2), (5, 3 * 2**62),
                      (-1, 2**64 - 2)):
        result = urandom(f"--int={low}:{high}", f"--count={draws}")
        values = [int(line) for line in result.out.split()]
        faults = [] if result.status == 0 and len(values) == draws else [str(result)]
        if min(values) < low or max(values) > high:
            faults.append(f"{min(values)} to {max(values)}")
        many = high - low + 1
        buckets = min(many, 1009)
        counts = collections.Counter((value - low) * buckets // many for value in values)
        faults += [fault for fault in [chi_fault(counts, buckets, draws)] if fault]
        if many <= 2000 and (low not in values or high not in values):
            faults.append("an end was not reached")
        if not counts[0] or not counts[buckets - 1]:
            faults.append("an end's neighbours were not reached")
        if many > 2**32:
            low_bits = collections.Counter(value % 61 for value in values)
            faults += [fault for fault in [chi_fault(low_bits, 61, draws)] if fault]
        tap.ok(f"--int={low}:{high} has no favourites in a million", faults)


def check_symbols():
    """Alphabets of 3, 10, 62, 94 and 300 symbols."""
    draws = 1_000_000
    for name, symbols in (("abc", "abc"), ("0-9", "0123456789"),
                          ("a-zA-Z0-9", "".join(map(chr, [*range(97, 123), *range(65, 91), *range(48, 58)]))),
                          ("!-~", "".join(map(chr, range(33, 127)))),
                          ("Ā-ȫ", "".join(map(chr, range(0x100, 0x22C))))):
        result = urandom(f"--alphabet={name}", "--length=1000", "--count=1000")
        words = result.out.decode().split("\n")
        faults = [] if result.status == 0 and words.pop() == "" and len(words) == 1000 else [str(result)]
        faults += [f"{len(word)} symbols" for word in words if len(word) != 1000][:1]
        index = {symbol: i for i, symbol in enumerate(symbols)}
        counts = collections.Counter(index.get(symbol, "other") for word in words for symbol in word)
        if counts["other"]:
            faults.append("other symbols")
        faults += [fault for fault in [chi_fault(counts, len(symbols), draws)] if fault]
        tap.ok(f"--alphabet={name} has no favourites among {len(symbols)}", faults)


def check_bytes():
    """Bytes, of each source and form, and that no piece comes twice."""
    size = 4 << 20
    ways = {"urandom": [], "urandom -j3": ["-j3"], "urandom --hex": ["--hex"],
            "urandom --base64": ["--base64"], "urandom --base64url": ["--base64url"],
            "urandom -o json": ["-J"]}
    for name, arguments in ways.items():
        out = urandom(size, *arguments).out
        if "--hex" in arguments:
            out = bytes.fromhex(out.decode())
        elif "-J" in arguments:
            out = base64.b64decode(json.loads(out)["value"]["b64"])
        elif arguments and arguments[0].startswith("--base64"):
            out = base64.urlsafe_b64decode(out[:-1].replace(b"+", b"-").replace(b"/", b"_") + b"==")
        faults = [] if len(out) == size else [f"{len(out)} bytes"]
        faults += [fault for fault in [chi_fault(collections.Counter(out), 256, size)] if fault]
        blocks = {out[at : at + 16] for at in range(0, len(out), 256)}
        if len(blocks) != size // 256:
            faults.append("a block comes twice")
        tap.ok(f"{name}: bytes have no favourites, blocks do not repeat", faults)
    python = chi_fault(collections.Counter(os.urandom(size)), 256, size)
    tap.ok("Python's os.urandom passes the same test", [python] if python else [])


def check_uuids():
    """As Python's uuid reads them."""
    for version, free in ((4, 122), (7, 74)):
        result = urandom(f"--uuid={version}", "--count=100000")
        texts = result.out.decode().split()
        values = [uuid.UUID(text) for text in texts]
        faults = [] if len(values) == 100000 and [str(value) for value in values] == texts else [str(result)]
        faults += [text for text, value in zip(texts, values)
                   if (value.int >> 76 & 15, value.variant) != (version, uuid.RFC_4122)][:3]
        if len(set(values)) != len(values):
            faults.append("one comes twice")
        if version == 4:
            nibbles = collections.Counter(int(c, 16) for text in texts for c in text[24:])
            faults += [f for f in [chi_fault(nibbles, 16, 12 * len(texts))] if f]
        elif texts != sorted(texts):
            faults.append("not in order")
        tap.ok(f"--uuid={version} is what Python's uuid calls version {version}", faults)
        told = urandom(f"--uuid={version}", "-g", "bits")
        tap.ok(f"--uuid={version} has {free} random bits", [] if told.out == b"%d\n" % free else [told])


def main():
    place = tempfile.mkdtemp(prefix="osbox-urandom.")
    try:
        check_counts()
        check_stops()
        check_integers()
        check_symbols()
        check_bytes()
        check_uuids()
        if not can_trace():
            tap.skip("urandom when calls fail", "strace cannot trace here")
            return
        check_injected(place)
        check_injected_vdso(place)
        check_devices(place)
        check_waiting(place)
        check_threads(place)
        check_cpus(place)
        check_every_call(place)
    finally:
        shutil.rmtree(place)


main()
sys.exit(tap.done())
