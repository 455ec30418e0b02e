# SPDX-License-Identifier: 0BSD
"""An interactive shell with job control on a terminal of its own, as a user has it.

    with Prompt("bash") as p:
        p.start("sleep 1000")                   # types a line
        p.wait_for(lambda: p.find("sleep"), "sleep runs")
        p.type(INTERRUPT)                       # presses control-C
        status, text = p.prompt()               # waits for the next prompt: 130

Nothing depends on sleeping: each wait is for an event and has a deadline, after
which Hang is raised with all that the terminal has shown.
"""

import fcntl
import os
import re
import select
import signal
import struct
import sys
import termios
import time

INTERRUPT, SUSPEND, QUIT, END = "\x03", "\x1a", "\x1c", "\x04"
DEADLINE = 20.0

# Their prompt shows the status of the last command. Line editing would change the terminal's modes.
SHELLS = {
    "bash": ["bash", "--norc", "--noprofile", "--noediting", "-i"],
    "dash": ["dash", "-i"],
}
PROMPT = r"<(\d+)> "


class Hang(Exception):
    """What was expected did not come."""


def process(pid):
    """State, parent, process group and session of a process, and the foreground group of its terminal;
    None if there is none."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            state, parent, group, session, _, foreground = file.read().rpartition(")")[2].split()[:6]
    except OSError:
        return None
    return state, int(parent), int(group), int(session), int(foreground)


def state(pid):
    """The state of a process, such as T for stopped; None if there is none."""
    found = process(pid)
    return found[0] if found else None


def arguments(pid):
    """The arguments of a process."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().decode("utf-8", "replace").split("\0")[:-1]
    except OSError:
        return []


class Prompt:
    """A shell that leads a session and has a controlling terminal."""

    def __init__(self, shell="bash", env=None, cwd=None, columns=80, lines=24, argv=None):
        """`argv` is a program to run instead of a shell, which shows no prompt."""
        self.mark = f"PROMPT_OF={os.getpid()}.{time.monotonic_ns()}"
        environment = {"PATH": os.environ.get("PATH", os.defpath), "TERM": "dumb", "PS1": "<$?> ",
                       "LC_ALL": "C.UTF-8", "HISTFILE": "", **(env or {})}
        environment.update([self.mark.split("=")])
        self.unread = self.shown = ""
        self.pid, self.leader = os.forkpty()
        if self.pid == 0:
            self._become(argv or SHELLS[shell], environment, cwd)
        os.set_blocking(self.leader, False)
        self.resize(columns, lines)
        if not argv:
            self.expect(PROMPT)

    @staticmethod
    def _become(argv, environment, cwd):
        try:
            if cwd:
                os.chdir(cwd)
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            for signo in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
                if signal.getsignal(signo) == signal.SIG_IGN:
                    signal.signal(signo, signal.SIG_DFL) # such as SIGPIPE, which Python ignores
            # A key would discard the output that follows it, if that is fast enough.
            modes = termios.tcgetattr(0)
            modes[3] |= termios.NOFLSH
            termios.tcsetattr(0, termios.TCSANOW, modes)
            os.execvpe(argv[0], argv, environment)
        except OSError as error:
            print(f"{argv[0]}: {error}")
        finally:
            os._exit(127)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- keys and what the terminal shows ----

    def resize(self, columns, lines):
        """Sets the size of the terminal."""
        fcntl.ioctl(self.leader, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def type(self, text):
        """Presses keys."""
        data = text.encode()
        while data:
            select.select([], [self.leader], [], DEADLINE)
            data = data[os.write(self.leader, data):]

    def start(self, line):
        """Types a line; what the terminal shows of it as it is typed is skipped."""
        self.type(line + "\n")
        self.expect(re.escape(line) + "\r\n")

    def read(self, seconds):
        """Takes what the terminal shows within that time."""
        if not select.select([self.leader], [], [], seconds)[0]:
            return
        try:
            text = os.read(self.leader, 65536).decode("utf-8", "replace")
        except OSError: # EIO: nobody has it open
            text = ""
            time.sleep(0.01)
        self.unread += text
        self.shown += text

    def wait_for(self, condition, what, seconds=DEADLINE):
        """Returns what `condition` returns as soon as that is true."""
        deadline = time.monotonic() + seconds
        while True:
            found = condition()
            if found:
                return found
            if time.monotonic() > deadline:
                raise Hang(f"{what}: not within {seconds} s. The terminal shows: {self.shown!r}\n{self.snapshot()}")
            self.read(0.01)

    def expect(self, pattern, seconds=DEADLINE):
        """Waits until the terminal shows a regular expression; returns the match, and skips it and all
        before it."""
        match = self.wait_for(lambda: re.search(pattern, self.unread), repr(pattern), seconds)
        self.unread = self.unread[match.end():]
        return match

    def prompt(self, seconds=DEADLINE):
        """Waits for the prompt; returns the status that it shows and the text before it."""
        match = self.expect(rf"(?s)^(.*?){PROMPT}", seconds)
        return int(match[2]), match[1].replace("\r\n", "\n")

    def run(self, line, seconds=DEADLINE):
        """Runs a command: its status and what the terminal showed."""
        self.start(line)
        return self.prompt(seconds)

    # ---- processes ----

    def foreground(self):
        """The foreground process group of the terminal."""
        return os.tcgetpgrp(self.leader)

    def modes(self):
        """The modes of the terminal, as termios.tcgetattr() returns them."""
        return termios.tcgetattr(self.leader)

    def processes(self):
        """All processes that were started here, except the shell."""
        found = []
        for pid in (int(name) for name in os.listdir("/proc") if name.isdigit()):
            try:
                with open(f"/proc/{pid}/environ", "rb") as file:
                    mine = self.mark.encode() in file.read().split(b"\0")
            except OSError:
                continue
            if mine and pid not in (self.pid, os.getpid()) and state(pid) not in ("Z", "X", None):
                found.append(pid)
        return found

    def snapshot(self):
        """The processes, each with its arguments."""
        rows = [f"foreground {self.foreground()}"]
        for pid in [self.pid, *self.processes()]:
            rows.append(f"{pid} {process(pid)} {' '.join(arguments(pid))}")
        return "\n".join(rows)

    def find(self, *words):
        """The PID of a process by its first arguments, argv[0] without its directory; None: there is
        none."""
        for pid in self.processes():
            have = arguments(pid)[:len(words)]
            if have and (os.path.basename(have[0]), *have[1:]) == words:
                return pid
        return None

    def wait_process(self, *words):
        """Waits for a process and returns its PID, as find()."""
        return self.wait_for(lambda: self.find(*words), f"process {' '.join(words)}")

    def wait_state(self, pid, *states):
        """Waits until a process is in one of these states; None: it has ended."""
        self.wait_for(lambda: state(pid) in states or (None in states and state(pid) in ("Z", "X")),
                      f"process {pid} in state {states}, which is {state(pid)}")

    def wait_foreground(self, group):
        """Waits until a process group is in the foreground."""
        self.wait_for(lambda: self.foreground() == group,
                      f"{group} in the foreground, which is {self.foreground()}")

    def wait(self):
        """Waits for the end of the shell or program; its status, as subprocess has it."""
        self.wait_for(lambda: state(self.pid) == "Z", f"the end of {self.pid}")
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self.pid = 0
        return status

    def close(self):
        """Kills what is left. Returns the arguments of what was, except the shell."""
        left = [" ".join(arguments(pid)) for pid in self.processes()]
        deadline = time.monotonic() + DEADLINE
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        while self.processes() and time.monotonic() < deadline:
            for pid in self.processes():
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.01)
        os.close(self.leader)
        return left


if __name__ == "__main__":
    sys.exit(__doc__)
