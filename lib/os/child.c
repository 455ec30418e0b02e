/* SPDX-License-Identifier: 0BSD
 *
 * Looking after a child until it ends.
 */
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "os/child.h"

enum { NS_PER_S = 1000000000, NS_PER_MS = 1000000, SIGNALS_AT_ONCE = 16 };

int64_t os_monotonic_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t os_deadline(int64_t ns) {
    int64_t deadline;
    return __builtin_add_overflow(os_monotonic_ns(), ns, &deadline) ? OS_NEVER : deadline;
}

int os_poll_timeout(int64_t deadline, int64_t now) {
    if (deadline == OS_NEVER)
        return -1;
    if (deadline <= now)
        return 0;
    int64_t ms = (deadline - now - 1) / NS_PER_MS + 1;
    return ms < INT_MAX ? (int)ms : INT_MAX;
}

/* Whether a shell with job control may be there, which continues us when we stop. */
static bool has_terminal(void) {
    return tcgetpgrp(STDIN_FILENO) >= 0 || tcgetpgrp(STDOUT_FILENO) >= 0 ||
           tcgetpgrp(STDERR_FILENO) >= 0;
}

/* Before there is a child: what fails here has run nothing. */
static int open_signals(struct os_child *w, struct os_plan *plan, struct base_error *e) {
    sigset_t all;
    memset(&all, 0xff, sizeof all); /* sigfillset(3) leaves out those that libc keeps to itself */
    w->fd = signalfd(-1, &all, SFD_CLOEXEC);
    if (w->fd < 0)
        return base_fail(e, errno, "signalfd", NULL);
    w->fd = os_plan_own(plan, w->fd, e);
    return w->fd < 0 ? w->fd : 0;
}

int os_child_start(struct os_child *w, struct os_plan *plan, struct base_error *e) {
    int r = open_signals(w, plan, e);
    if (r < 0)
        return r;
    w->mask = plan->mask;
    w->interactive = has_terminal();
    w->started = os_monotonic_ns();
    w->deadline = os_deadline(w->timeout);
    r = os_spawn(plan, &w->pid, e);
    if (r < 0) {
        w->ended = true;
        os_child_finish(w);
        return r;
    }
    w->group = w->group && getpgid(w->pid) == w->pid;
    return 0;
}

/* What a write of our own sent us is no news: its error was. */
static void forget(int signo) {
    sigset_t set;
    const struct timespec now = { 0, 0 };
    sigemptyset(&set);
    sigaddset(&set, signo);
    while (sigtimedwait(&set, NULL, &now) > 0)
        ;
}

/* To the child, or its group. */
static void signal_child(const struct os_child *w, int signo) {
    /* Until it is waited for, the PID is the child's. */
    if (!w->ended)
        kill(w->group ? -w->pid : w->pid, signo);
}

void os_child_finish(struct os_child *w) {
    if (!w->ended) {
        signal_child(w, SIGKILL);
        w->ended = waitpid(w->pid, NULL, 0) == w->pid;
    }
    close(w->fd);
    forget(SIGPIPE);
    forget(SIGXFSZ);
    os_signal_mask(&w->mask, NULL);
}

/* A child of our own process group was stopped as we would have been; one in another was if we
 * passed it on. A child in the background that wants to read the terminal has stopped alone: its
 * time goes on. */
static bool stops_us(const struct os_child *w, const struct os_wait_status *r) {
    return getpgid(w->pid) == getpgrp() || (w->stopped && r->status == w->stopped);
}

/* What SIGCHLD tells, once for several. */
static int look_at_child(struct os_child *w, struct base_error *e) {
    struct os_wait_status r;
    int got = 1;
    while (got > 0 && !w->ended) {
        got = os_waitid(P_PID, (id_t)w->pid, WEXITED | WSTOPPED | WNOHANG, &r, e);
        if (got <= 0)
            break;
        w->ended = os_wait_ended(&r);
        if (w->ended) {
            w->elapsed = os_monotonic_ns() - w->started;
            w->result = r;
        } else if (w->interactive && stops_us(w, &r)) {
            /* The shell that started us is to see it; its SIGCONT is then passed on. */
            kill(getpid(), SIGSTOP);
        }
    }
    return got < 0 ? got : 0;
}

/* The kernel sends a terminal's signals to the whole foreground group: the child has it already,
 * unless it is in another one. */
static void take_signal(struct os_child *w, const struct signalfd_siginfo *s) {
    bool of_terminal = s->ssi_code == SI_KERNEL;
    bool ours = s->ssi_code == SI_USER && s->ssi_pid == (uint32_t)getpid();
    int signo = (int)s->ssi_signo;
    if (of_terminal && (signo == SIGINT || signo == SIGQUIT))
        w->interrupted = signo;
    if (signo == SIGWINCH)
        w->resized = true;
    if (signo == SIGCHLD || ours)
        return;
    if (signo == SIGTERM || signo == SIGINT || signo == SIGHUP || signo == SIGQUIT)
        w->terminated = signo;
    if (of_terminal && signo != SIGCONT && getpgid(w->pid) == getpgrp())
        return;
    if (signo == SIGTSTP)
        w->stopped = signo;
    signal_child(w, signo);
}

static int take_signals(struct os_child *w, struct base_error *e) {
    struct signalfd_siginfo signals[SIGNALS_AT_ONCE];
    ssize_t size = base_read(w->fd, signals, sizeof signals);
    if (size < 0)
        return base_fail(e, (int)-size, "read", NULL);
    for (size_t i = 0; i < (size_t)size / sizeof *signals; i++)
        take_signal(w, &signals[i]);
    return look_at_child(w, e);
}

/* The time is up; a child that has ended by now has ended in time. */
static int take_deadline(struct os_child *w, struct base_error *e) {
    int r = look_at_child(w, e);
    if (r < 0 || w->ended)
        return r;
    int signo = w->timed_out ? SIGKILL : w->signo;
    signal_child(w, signo);
    if (signo != SIGKILL && signo != SIGCONT)
        signal_child(w, SIGCONT);
    w->deadline = w->timed_out ? OS_NEVER : os_deadline(w->kill_after);
    w->timed_out = true;
    w->killed = signo == SIGKILL;
    return 0;
}

int os_child_poll(struct os_child *w, struct pollfd *fds, unsigned count, int64_t until,
                  struct base_error *e) {
    int64_t now = os_monotonic_ns();
    int64_t next = w->ended || until < w->deadline ? until : w->deadline;
    fds[count] = (struct pollfd){ .fd = w->fd, .events = POLLIN };
    if (poll(fds, count + OS_CHILD_FDS, os_poll_timeout(next, now)) < 0)
        return errno == EINTR ? 0 : base_fail(e, errno, "poll", NULL);
    if (fds[count].revents)
        return take_signals(w, e);
    if (!w->ended && os_monotonic_ns() >= w->deadline)
        return take_deadline(w, e);
    return 0;
}

int os_hold_terminations(int fd, struct base_error *e) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGQUIT);
    if (fd < 0)
        fd = signalfd(fd, &set, SFD_CLOEXEC);
    if (fd < 0 || sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return base_fail(e, errno, "signalfd", NULL);
    return fd;
}
