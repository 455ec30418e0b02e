/* SPDX-License-Identifier: 0BSD
 *
 * Waiting for many processes at once.
 */
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/kernel.h"
#include "os/reap.h"
#include "os/wait_many.h"

bool os_keep_children(void) {
    struct sigaction keep = { .sa_handler = SIG_DFL }, before;
    if (sigaction(SIGCHLD, &keep, &before) < 0)
        return false;
    return before.sa_handler == SIG_IGN;
}

/* ---- what is waited for ---- */

/* The poll of item i of the list. */
static struct pollfd *poll_of(const struct os_wait_many *w, size_t i) {
    return &w->polls.items[i + 1];
}

static sigset_t sigchld(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    return set;
}

int os_wait_many_init(struct os_wait_many *w, int options, bool is_set, struct base_error *e) {
    bool reaps = os_is_init(), stops = options & (WSTOPPED | WCONTINUED);
    *w = (struct os_wait_many){ .options = options,
                                .is_set = is_set,
                                .signal_fd = -1,
                                .check_set = true,
                                .reaps = reaps,
                                .reap = reaps };
    if (is_set || stops || reaps) {
        w->signal_fd = os_signal_hold(reaps ? OS_INIT_SIGNALS : OS_SIGNAL(SIGCHLD), e);
        if (w->signal_fd < 0 && stops && !is_set)
            return w->signal_fd;
    }
    if (vec_push(&w->polls, (struct pollfd){ .fd = w->signal_fd, .events = POLLIN }))
        return 0;
    os_wait_many_finish(w);
    return base_fail(e, ENOMEM, "malloc", NULL);
}

int os_wait_many_add(struct os_wait_many *w, const struct os_process *p, struct base_error *e) {
    if (!vec_reserve(&w->polls, 1) ||
        !vec_push(&w->list, (struct os_waited){ .process = *p, .reap_deadline = OS_NEVER }))
        return base_fail(e, ENOMEM, "malloc", NULL);
    w->polls.items[w->polls.count++] = (struct pollfd){ .fd = p->fd, .events = POLLIN };
    w->left++;
    return 0;
}

void os_wait_many_finish(struct os_wait_many *w) {
    for (size_t i = 0; i < w->list.count; i++)
        os_process_close(&w->list.items[i].process);
    if (w->signal_fd >= 0)
        close(w->signal_fd);
    w->signal_fd = -1;
    vec_finish(&w->list);
    vec_finish(&w->polls);
}

/* ---- what poll(2) found ---- */

void os_wait_many_drop(struct os_wait_many *w, size_t i) {
    w->list.items[i].done = true;
    poll_of(w, i)->fd = -1; /* poll(2) ignores it */
    w->left--;
}

/* If stops are reported, every process is our child, and waitid(2) reports all changes. */
static int check_child(struct os_wait_many *w, size_t i, struct os_wait_status *r,
                       struct base_error *e) {
    int result = os_waitid((idtype_t)OS_P_PIDFD, (id_t)w->list.items[i].process.fd,
                           WEXITED | WNOHANG | __WALL | w->options, r, e);
    /* A pidfd stays readable while its process has ended but is still held by a tracer. */
    if (result == 0 && poll_of(w, i)->revents & POLLIN)
        poll_of(w, i)->events = 0;
    return result;
}

static int check_process(struct os_wait_many *w, size_t i, int64_t now, struct os_wait_status *r,
                         struct base_error *e) {
    struct os_waited *p = &w->list.items[i];
    struct pollfd *ready = poll_of(w, i);
    bool last = p->reap_deadline <= now || ready->revents & POLLHUP;
    if (!last && !ready->revents)
        return 0;
    last = last || w->at_once;
    int result = os_process_result(&p->process, w->options, last, r, e);
    if (result == 0 && p->reap_deadline == OS_NEVER) {
        p->reap_deadline = now + OS_REAP_NS;
        ready->events = 0; /* POLLHUP is reported regardless */
    }
    return result;
}

static int check_set(struct os_wait_many *w, struct os_wait_status *r, struct base_error *e) {
    if (!w->check_set)
        return 0;
    int result = os_waitid(w->type, w->id, WEXITED | WNOHANG | __WALL | w->options, r, e);
    w->check_set = result != 0;
    return result;
}

/* As os_wait_many_next(), but returns 0 if there is nothing to report now. */
static int check_all(struct os_wait_many *w, size_t *index, struct os_wait_status *r,
                     struct base_error *e) {
    if (w->is_set)
        return check_set(w, r, e);
    bool stops = w->options & (WSTOPPED | WCONTINUED);
    int64_t now = os_monotonic_ns();
    for (; w->position < w->list.count; w->position++) {
        size_t i = w->position;
        if (w->list.items[i].done)
            continue;
        int result = stops ? check_child(w, i, r, e) : check_process(w, i, now, r, e);
        if (result == 0)
            continue;
        if (result < 0 || !stops || os_wait_ended(r) || w->options & WNOWAIT)
            os_wait_many_drop(w, i);
        *index = i;
        return result;
    }
    return 0;
}

/* ---- poll(2) ---- */

static int64_t first_reap_deadline(const struct os_wait_many *w) {
    int64_t first = OS_NEVER;
    for (size_t i = 0; i < w->list.count; i++)
        if (!w->list.items[i].done && w->list.items[i].reap_deadline < first)
            first = w->list.items[i].reap_deadline;
    return first;
}

static void handle_signal(struct os_wait_many *w, int signo) {
    if (signo == SIGCHLD) {
        w->check_set = true;
        w->reap = w->reaps;
    } else if (!w->pass_to || kill(w->pass_to, signo) < 0) {
        w->terminated = signo;
    }
}

static void drain_signals(struct os_wait_many *w) {
    struct signalfd_siginfo info;
    while (read(w->signal_fd, &info, sizeof info) > 0)
        handle_signal(w, (int)info.ssi_signo);
}

/* A set needs only SIGCHLD, which can be received without a descriptor. This is the second choice,
 * because some C libraries restart the full timeout after a stop and SIGCONT. */
static int wait_for_sigchld(struct os_wait_many *w, int64_t deadline) {
    int64_t now = os_monotonic_ns();
    struct timespec time = os_timespec(deadline > now ? deadline - now : 0);
    sigset_t set = sigchld();
    w->check_set = sigtimedwait(&set, NULL, deadline == OS_NEVER ? NULL : &time) > 0;
    w->reap = w->reaps && w->check_set;
    return w->check_set || os_monotonic_ns() < deadline;
}

/* Returns 1 if there may be something to report, 0 after the deadline if there is nothing, or
 * -errno of poll(2). */
static int wait_for_change(struct os_wait_many *w, int64_t deadline, struct base_error *e) {
    if (w->is_set && w->signal_fd < 0)
        return wait_for_sigchld(w, deadline);
    int64_t reap = first_reap_deadline(w), now = os_monotonic_ns();
    /* A process that has ended gets its time to be reaped even after the deadline. */
    int64_t until = reap != OS_NEVER && deadline <= now ? reap : deadline;
    until = reap < until ? reap : until;
    int n = poll(w->polls.items, (nfds_t)w->polls.count, os_poll_timeout(until, now));
    if (n < 0) {
        if (errno != EINTR)
            return base_fail(e, errno, "poll", NULL);
        for (size_t i = 0; i < w->polls.count; i++)
            w->polls.items[i].revents = 0;
    }
    w->position = 0;
    if (w->polls.items[0].revents)
        drain_signals(w);
    if (w->terminated)
        return base_fail(e, EINTR, "poll", NULL);
    return n || reap != OS_NEVER || os_monotonic_ns() < deadline;
}

/* ---- orphans ---- */

/* Whether a child that has ended is to be reported. */
static bool is_awaited(const struct os_wait_many *w, int pid) {
    if (w->is_set)
        return w->type == P_ALL ||
               (w->type == P_PID ? (int)w->id == pid
                                 : getpgid(pid) == (w->id ? (int)w->id : getpgrp()));
    for (size_t i = 0; i < w->list.count; i++)
        if (!w->list.items[i].done && w->list.items[i].process.pid == pid)
            return true;
    return false;
}

/* Stops at a child to report, which hides the others: w->reap stays true. */
static void reap_orphans(struct os_wait_many *w) {
    while (w->reap) {
        int pid = os_reap_find();
        w->reap = pid;
        if (pid && is_awaited(w, pid)) {
            w->check_set = true;
            return;
        }
        if (pid)
            os_reap(pid);
    }
}

int os_wait_many_next(struct os_wait_many *w, int64_t deadline, size_t *index,
                      struct os_wait_status *r, struct base_error *e) {
    *index = SIZE_MAX;
    for (;;) {
        int result = check_all(w, index, r, e);
        if (result > 0 && r->pid == w->pass_to && os_wait_ended(r))
            w->pass_to = 0;
        if (result)
            return result;
        reap_orphans(w);
        result = wait_for_change(w, deadline, e);
        if (result <= 0)
            return result;
    }
}
