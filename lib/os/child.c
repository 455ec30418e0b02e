/* SPDX-License-Identifier: 0BSD
 *
 * A child process, supervised until it ends.
 */
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "os/child.h"

enum { SIGNALS_AT_ONCE = 16 };

/* Whether there may be a shell with job control, which continues us after a stop. */
static bool has_terminal(void) {
    return tcgetpgrp(STDIN_FILENO) >= 0 || tcgetpgrp(STDOUT_FILENO) >= 0 ||
           tcgetpgrp(STDERR_FILENO) >= 0;
}

/* Before the child exists: a failure here has run nothing. */
static int open_signals(struct os_child *c, struct os_plan *plan, struct base_error *e) {
    sigset_t all;
    memset(&all, 0xff, sizeof all); /* sigfillset(3) leaves out those that libc keeps to itself */
    c->fd = signalfd(-1, &all, SFD_CLOEXEC);
    if (c->fd < 0)
        return base_fail(e, errno, "signalfd", NULL);
    c->fd = os_plan_own(plan, c->fd, e);
    return c->fd < 0 ? c->fd : 0;
}

int os_child_start(struct os_child *c, struct os_plan *plan, struct base_error *e) {
    int r = open_signals(c, plan, e);
    if (r < 0)
        return r;
    c->mask = plan->mask;
    c->interactive = has_terminal();
    c->started = os_monotonic_ns();
    c->deadline = plan->deadline;
    r = os_spawn(plan, &c->pid, e);
    if (r < 0) {
        c->ended = true;
        os_child_finish(c);
        return r;
    }
    c->group = c->group && getpgid(c->pid) == c->pid;
    return 0;
}

/* Discards a signal that our own write(2) raised: the error of that call has been seen. */
static void discard(int signo) {
    sigset_t set;
    const struct timespec no_wait = { 0, 0 };
    sigemptyset(&set);
    sigaddset(&set, signo);
    while (sigtimedwait(&set, NULL, &no_wait) > 0)
        ;
}

/* Sends a signal to the child, or to its process group. */
static void signal_child(const struct os_child *c, int signo) {
    /* The PID is the child's until it is waited for. */
    if (!c->ended)
        kill(c->group ? -c->pid : c->pid, signo);
}

void os_child_finish(struct os_child *c) {
    if (!c->ended) {
        signal_child(c, SIGKILL);
        c->ended = waitpid(c->pid, NULL, 0) == c->pid;
    }
    close(c->fd);
    discard(SIGPIPE);
    discard(SIGXFSZ);
    os_signal_mask(&c->mask, NULL);
}

/* If the child stops, we stop with it if it shares our process group or we passed the signal on. A
 * child in the background that reads the terminal stops alone, and its time limit continues. */
static bool stops_us(const struct os_child *c, const struct os_wait_status *r) {
    return getpgid(c->pid) == getpgid(0) || (c->stopped && r->status == c->stopped);
}

/* One SIGCHLD may report several changes of state. */
static int reap_child(struct os_child *c, struct base_error *e) {
    struct os_wait_status r;
    int got = 1;
    while (got > 0 && !c->ended) {
        got = os_waitid(P_PID, (id_t)c->pid, WEXITED | WSTOPPED | WNOHANG, &r, e);
        if (got <= 0)
            break;
        c->ended = os_wait_ended(&r);
        if (c->ended) {
            c->elapsed = os_monotonic_ns() - c->started;
            c->result = r;
        } else if (c->interactive && stops_us(c, &r)) {
            /* The shell that started us must see it; it sends SIGCONT later, which is passed on. */
            kill(getpid(), SIGSTOP);
        }
    }
    return got < 0 ? got : 0;
}

/* The kernel sends a terminal's signals to the whole foreground process group: the child has
 * received it already, unless it is in another group. */
static void handle_signal(struct os_child *c, const struct signalfd_siginfo *s) {
    bool of_terminal = s->ssi_code == SI_KERNEL;
    bool ours = s->ssi_code == SI_USER && s->ssi_pid == (uint32_t)getpid();
    int signo = (int)s->ssi_signo;
    if (of_terminal && (signo == SIGINT || signo == SIGQUIT))
        c->interrupted = signo;
    if (signo == SIGWINCH)
        c->resized = true;
    if (signo == SIGCHLD || ours)
        return;
    if (signo == SIGTERM || signo == SIGINT || signo == SIGHUP || signo == SIGQUIT)
        c->terminated = signo;
    if (of_terminal && signo != SIGCONT && getpgid(c->pid) == getpgid(0))
        return;
    if (signo == SIGTSTP)
        c->stopped = signo;
    signal_child(c, signo);
}

static int read_signals(struct os_child *c, struct base_error *e) {
    struct signalfd_siginfo signals[SIGNALS_AT_ONCE];
    ssize_t size = base_read(c->fd, signals, sizeof signals);
    if (size < 0)
        return base_fail(e, (int)-size, "read", NULL);
    for (size_t i = 0; i < (size_t)size / sizeof *signals; i++)
        handle_signal(c, &signals[i]);
    return reap_child(c, e);
}

/* The deadline has passed; a child that has ended by now ended in time. */
static int handle_deadline(struct os_child *c, struct base_error *e) {
    int r = reap_child(c, e);
    if (r < 0 || c->ended)
        return r;
    int signo = c->timed_out ? SIGKILL : c->signo;
    signal_child(c, signo);
    if (signo != SIGKILL && signo != SIGCONT)
        signal_child(c, SIGCONT);
    c->deadline = c->timed_out ? OS_NEVER : os_deadline(c->kill_after);
    c->timed_out = true;
    c->killed = signo == SIGKILL;
    return 0;
}

int os_child_poll(struct os_child *c, struct pollfd *fds, unsigned count, int64_t until,
                  struct base_error *e) {
    int64_t now = os_monotonic_ns();
    int64_t next = c->ended || until < c->deadline ? until : c->deadline;
    fds[count] = (struct pollfd){ .fd = c->fd, .events = POLLIN };
    if (poll(fds, count + OS_CHILD_FDS, os_poll_timeout(next, now)) < 0)
        return errno == EINTR ? 0 : base_fail(e, errno, "poll", NULL);
    if (fds[count].revents)
        return read_signals(c, e);
    if (!c->ended && os_monotonic_ns() >= c->deadline)
        return handle_deadline(c, e);
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
    if (fd < 0)
        return base_fail(e, errno, "signalfd", NULL);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    return fd;
}
