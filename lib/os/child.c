/* SPDX-License-Identifier: 0BSD
 *
 * A child process, supervised until it ends.
 */
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "os/child.h"
#include "os/reap.h"
#include "os/terminal.h"
#include "os/trace.h"

enum { SIGNALS_AT_ONCE = 16 };

/* Before the child exists: a failure here has run nothing. */
static int open_signals(struct os_child *c, struct os_plan *plan, struct base_error *e) {
    c->fd = os_signal_open(~(os_sigset)0, SFD_CLOEXEC, e);
    if (c->fd < 0)
        return c->fd;
    c->fd = os_plan_own(plan, c->fd, e);
    return c->fd < 0 ? c->fd : 0;
}

int os_child_start(struct os_child *c, struct os_plan *plan, struct base_error *e) {
    int r = open_signals(c, plan, e);
    if (r < 0)
        return r;
    c->mask = plan->mask | c->held;
    c->reaps = plan->pid == 1;
    c->started = os_monotonic_ns();
    c->deadline = plan->deadline;
    r = os_spawn(plan, &c->pid, e);
    if (r < 0) {
        c->ended = true;
        os_child_finish(c);
        return r;
    }
    if (c->group || c->own_terminal || os_plan_has(plan, OS_STEP_SETPGID))
        c->pgid = getpgid(c->pid);
    c->group = c->group && c->pgid == c->pid;
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

/* ---- signals for the child ---- */

/* Sends a signal to the child, or to its process group. */
static void signal_child(const struct os_child *c, int signo, bool group) {
    /* The PID is the child's until it is waited for. */
    if (!c->ended)
        kill(group ? -c->pid : c->pid, signo);
}

static bool leads_group(const struct os_child *c) {
    return c->pgid == c->pid;
}

/* Continues all that a terminal may have stopped with the child. */
static void continue_child(const struct os_child *c) {
    int group = getpgid(c->pid);
    bool shared = group < 0 || group == getpgrp();
    if (!c->ended)
        kill(shared ? c->pid : -group, SIGCONT);
}

static bool is_stop(int signo) {
    return signo == SIGTSTP || signo == SIGTTIN || signo == SIGTTOU;
}

static bool is_termination(int signo) {
    return signo == SIGTERM || signo == SIGINT || signo == SIGHUP || signo == SIGQUIT;
}

void os_child_finish(struct os_child *c) {
    if (!c->ended) {
        signal_child(c, SIGKILL, c->group);
        c->ended = waitpid(c->pid, NULL, 0) == c->pid;
    }
    if (c->given)
        os_terminal_take(c->given);
    close(c->fd);
    discard(SIGPIPE);
    discard(SIGXFSZ);
    os_signal_mask(&c->mask, NULL);
}

/* ---- changes of its state ---- */

/* The key's signal reached only the child's process group: a script that has started us must get
 * it, too. */
static bool was_interrupted(const struct os_child *c) {
    int signo = -os_wait_exitcode(&c->result);
    return (signo == SIGINT || signo == SIGQUIT) && signo != c->terminated && !c->timed_out;
}

static void handle_end(struct os_child *c, const struct os_wait_status *r) {
    int group = c->given ? c->given : c->pgid;
    c->elapsed = os_monotonic_ns() - c->started;
    c->ended = true;
    c->result = *r;
    /* Some shells take the terminal without being stopped first. */
    bool had_terminal = c->given || (group && os_terminal_foreground() == group);
    c->given = 0;
    bool had_keys = had_terminal ? os_terminal_take(group)
                                 : c->keys_pass && os_terminal_foreground() == getpgrp();
    if (had_keys && was_interrupted(c)) {
        c->interrupted = c->terminated = r->status;
        c->has_keys = true;
    }
}

/* The child was stopped by c->halted, and nobody has continued it. A stop by SIGSTOP is not the
 * terminal's: whoever sent it continues the child, and would not know that we have to be. */
static void handle_stop(struct os_child *c) {
    int group = getpgid(c->pid);
    bool waits = c->halted == SIGTTIN || c->halted == SIGTTOU;
    /* No key could continue it. In a session of its own it cannot stop by another signal. */
    if (c->keys_pass && os_terminal_exists())
        c->stopping = SIGTSTP;
    if (getsid(c->pid) != getsid(0))
        return;
    if (waits && os_terminal_give(group)) {
        c->given = group;
        continue_child(c);
        return;
    }
    if (c->given)
        os_terminal_take(c->given);
    c->given = 0;
    bool requested = c->timed_out && c->halted == c->signo;
    if (c->halted != SIGSTOP && !requested && os_terminal_exists())
        c->stopping = c->halted;
}

static bool handle_change(struct os_child *c, const struct os_wait_status *r) {
    if (os_wait_ended(r))
        handle_end(c, r);
    else
        c->halted = r->code == CLD_STOPPED ? r->status : 0;
    return r->code == CLD_STOPPED;
}

/* One SIGCHLD may report several changes of state: only the last one counts. */
static int reap_child(struct os_child *c, struct base_error *e) {
    struct os_wait_status r;
    bool stopped = false;
    int got = 1;
    while (got > 0 && !c->ended) {
        got =
            os_trace_waitid(P_PID, (id_t)c->pid, WEXITED | WSTOPPED | WCONTINUED | WNOHANG, &r, e);
        if (got > 0)
            stopped = handle_change(c, &r);
        else if (got == 0)
            got = os_trace_release(c->pid);
    }
    if (stopped)
        handle_stop(c);
    return got < 0 ? got : 0;
}

/* The child's own changes come first: it is the oldest of our children. */
static int reap_all(struct os_child *c, struct base_error *e) {
    int r = reap_child(c, e), pid;
    while (r == 0 && c->reaps && (pid = os_reap_find()) != 0) {
        if (pid == c->pid && !c->ended)
            r = reap_child(c, e);
        else
            os_reap(pid);
    }
    return r;
}

void os_child_stop(struct os_child *c) {
    int signo = c->stopping;
    c->stopping = 0;
    if (!signo || os_terminal_stop(signo) || !is_stop(c->halted))
        return;
    /* In an orphaned process group the child would not have stopped if it shared it. Reading and
     * writing fails there. We cannot make it fail: so we do what the kernel does to those that are
     * stopped when their group becomes orphaned. */
    if (signo != SIGTSTP && c->hung_up)
        return;
    c->hung_up = signo != SIGTSTP;
    if (c->hung_up)
        signal_child(c, SIGHUP, leads_group(c));
    continue_child(c);
}

/* ---- signals for us ---- */

static void pass_on(struct os_child *c, int signo, bool of_terminal) {
    bool to_group = c->group || (leads_group(c) && (of_terminal || signo == SIGCONT));
    signal_child(c, signo, to_group);
    if (is_termination(signo))
        signal_child(c, SIGCONT, to_group);
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
    if (signo == SIGCONT)
        c->continued = true;
    if (signo == SIGCHLD || ours)
        return;
    if (is_termination(signo))
        c->terminated = signo;
    /* It does not stop again, but we do. */
    if (is_stop(signo) && (c->own_terminal || (signo == SIGTSTP && c->halted)))
        c->stopping = signo;
    if (of_terminal && signo != SIGTSTP && is_stop(signo) && os_terminal_reclaim())
        return;
    if (of_terminal && signo != SIGCONT && getpgid(c->pid) == getpgrp())
        return;
    pass_on(c, signo, of_terminal);
}

static int read_signals(struct os_child *c, struct base_error *e) {
    struct signalfd_siginfo signals[SIGNALS_AT_ONCE];
    ssize_t size = base_read(c->fd, signals, sizeof signals);
    if (size < 0)
        return base_fail(e, (int)-size, "read", NULL);
    for (size_t i = 0; i < (size_t)size / sizeof *signals; i++)
        handle_signal(c, &signals[i]);
    return reap_all(c, e);
}

/* The deadline has passed; a child that has ended by now ended in time. */
static int handle_deadline(struct os_child *c, struct base_error *e) {
    int r = reap_child(c, e);
    if (r < 0 || c->ended)
        return r;
    int signo = c->timed_out ? SIGKILL : c->signo;
    signal_child(c, signo, c->group);
    if (signo != SIGKILL && signo != SIGCONT && signo != SIGSTOP && !is_stop(signo))
        signal_child(c, SIGCONT, c->group);
    c->deadline = c->timed_out ? OS_NEVER : os_deadline(c->kill_after);
    c->timed_out = true;
    c->killed = signo == SIGKILL;
    return 0;
}

int os_child_poll(struct os_child *c, struct pollfd *fds, unsigned count, int64_t until,
                  struct base_error *e) {
    os_child_stop(c);
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
