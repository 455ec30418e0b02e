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
#include "os/trace.h"
#include "os/wait_many.h"

bool os_keep_children(void) {
    struct sigaction keep = { .sa_handler = SIG_DFL }, before;
    if (sigaction(SIGCHLD, &keep, &before) < 0)
        return false;
    return before.sa_handler == SIG_IGN;
}

/* ---- what is waited for ---- */

static const uint64_t signal_item = UINT64_MAX;

static sigset_t sigchld(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    return set;
}

static bool reports_stops(const struct os_wait_many *w) {
    return w->options & (WSTOPPED | WCONTINUED);
}

static int add_to_epoll(struct os_wait_many *w, int fd, uint64_t item, struct base_error *e) {
    struct epoll_event event = { .events = EPOLLIN, .data.u64 = item };
    return epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0
               ? base_fail(e, errno, "epoll_ctl", NULL)
               : 0;
}

/* Receives SIGCHLD, and as process 1 other signals, from a descriptor. */
static int open_signals(struct os_wait_many *w, struct base_error *e) {
    w->signal_fd = os_signal_hold(w->reaps ? OS_INIT_SIGNALS : OS_SIGNAL(SIGCHLD), e);
    return w->signal_fd < 0 ? w->signal_fd : add_to_epoll(w, w->signal_fd, signal_item, e);
}

int os_wait_many_init(struct os_wait_many *w, int options, bool is_set, struct base_error *e) {
    bool reaps = os_is_init();
    *w = (struct os_wait_many){ .options = options,
                                .is_set = is_set,
                                .signal_fd = -1,
                                .check_set = true,
                                .reaps = reaps,
                                .reap = reaps,
                                .scans = options & (WSTOPPED | WCONTINUED) };
    w->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    int r = w->epoll_fd < 0 ? base_fail(e, errno, "epoll_create1", NULL) : 0;
    int opened = open_signals(w, e);
    r = r == 0 && reports_stops(w) ? opened : r;
    if (is_set || r == 0) /* a set needs no descriptor */
        return 0;
    os_wait_many_finish(w);
    return r;
}

int os_wait_many_add(struct os_wait_many *w, const struct os_process *p, struct base_error *e) {
    if (!vec_reserve(&w->ended, w->list.count + 1) ||
        !vec_push(&w->list, (struct os_waited){ .process = *p, .reap_deadline = OS_NEVER }))
        return base_fail(e, ENOMEM, "malloc", NULL);
    int r = 0;
    if (p->fd >= 0)
        r = add_to_epoll(w, p->fd, w->list.count - 1, e);
    else if (w->signal_fd < 0)
        r = open_signals(w, e);
    w->scans |= p->fd < 0;
    if (r < 0) {
        w->list.count--;
        return r;
    }
    w->left++;
    return 0;
}

void os_wait_many_finish(struct os_wait_many *w) {
    for (size_t i = 0; i < w->list.count; i++)
        os_process_close(&w->list.items[i].process);
    if (w->signal_fd >= 0)
        close(w->signal_fd);
    if (w->epoll_fd >= 0)
        close(w->epoll_fd);
    w->signal_fd = w->epoll_fd = -1;
    vec_finish(&w->list);
    vec_finish(&w->ended);
}

/* ---- what has changed ---- */

void os_wait_many_drop(struct os_wait_many *w, size_t i) {
    struct os_waited *p = &w->list.items[i];
    p->done = true;
    if (p->process.fd >= 0)
        epoll_ctl(w->epoll_fd, EPOLL_CTL_DEL, p->process.fd, NULL);
    w->left--;
}

/* A child that has asked to be traced waits for us, its tracer. */
static void release_traced(const struct os_wait_many *w) {
    int pid = w->options & WSTOPPED ? OS_TRACE_KEEP : 0;
    while (w->check_set && os_trace_release(pid))
        ;
}

/* From now on only EPOLLHUP is reported, once the process has been reaped. */
static void silence(struct os_wait_many *w, size_t i) {
    struct epoll_event event = { .events = 0, .data.u64 = i };
    epoll_ctl(w->epoll_fd, EPOLL_CTL_MOD, w->list.items[i].process.fd, &event);
}

/* If stops are reported, and without a pidfd, the process is our child, and waitid(2) reports all
 * changes. */
static int check_child(struct os_wait_many *w, size_t i, uint32_t events, struct os_wait_status *r,
                       struct base_error *e) {
    const struct os_process *p = &w->list.items[i].process;
    int result = os_trace_waitid(p->fd < 0 ? P_PID : (idtype_t)OS_P_PIDFD,
                                 (id_t)(p->fd < 0 ? p->pid : p->fd),
                                 WEXITED | WNOHANG | __WALL | w->options, r, e);
    /* A pidfd stays readable while its process has ended but is still held by a tracer. */
    if (result == 0 && events & EPOLLIN)
        silence(w, i);
    return result;
}

static int check_process(struct os_wait_many *w, size_t i, uint32_t events, int64_t now,
                         struct os_wait_status *r, struct base_error *e) {
    struct os_waited *p = &w->list.items[i];
    bool last = w->at_once || p->reap_deadline <= now || events & EPOLLHUP;
    int result = os_process_result(&p->process, w->options, last, r, e);
    if (result == 0 && p->reap_deadline == OS_NEVER) {
        p->reap_deadline = now + OS_REAP_NS;
        w->ended.items[w->ended.count++] = i; /* os_wait_many_add() made room */
        silence(w, i);
    }
    return result;
}

/* Returns what os_wait_many_next() does for the item, or 0 if there is nothing to report now. */
static int check_item(struct os_wait_many *w, size_t i, uint32_t events, int64_t now, size_t *index,
                      struct os_wait_status *r, struct base_error *e) {
    bool is_child = reports_stops(w) || w->list.items[i].process.fd < 0;
    if (w->list.items[i].done)
        return 0;
    int result =
        is_child ? check_child(w, i, events, r, e) : check_process(w, i, events, now, r, e);
    if (result == 0)
        return 0;
    if (result < 0 || os_wait_ended(r) || w->options & WNOWAIT || !is_child)
        os_wait_many_drop(w, i);
    *index = i;
    return result;
}

static int check_set(struct os_wait_many *w, struct os_wait_status *r, struct base_error *e) {
    if (!w->check_set)
        return 0;
    int result = os_trace_waitid(w->type, w->id, WEXITED | WNOHANG | __WALL | w->options, r, e);
    w->check_set = result != 0;
    return result;
}

static void handle_signal(struct os_wait_many *w, int signo) {
    if (signo == SIGCHLD) {
        w->check_set = true;
        w->position = w->scans ? 0 : w->position;
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

/* Handles what epoll_wait(2) has reported: only those processes are looked at. */
static int check_events(struct os_wait_many *w, int64_t now, size_t *index,
                        struct os_wait_status *r, struct base_error *e) {
    int result = 0;
    while (w->event < w->event_count && result == 0) {
        const struct epoll_event *event = &w->events[w->event++];
        if (event->data.u64 == signal_item)
            drain_signals(w);
        else
            result = check_item(w, (size_t)event->data.u64, event->events, now, index, r, e);
    }
    return result;
}

/* Their time to be reaped is over. They are in the order of their deadlines. */
static int check_ended(struct os_wait_many *w, int64_t now, size_t *index, struct os_wait_status *r,
                       struct base_error *e) {
    while (w->ended_first < w->ended.count) {
        size_t i = w->ended.items[w->ended_first];
        if (!w->list.items[i].done && w->list.items[i].reap_deadline > now)
            return 0;
        w->ended_first++;
        int result = check_item(w, i, 0, now, index, r, e);
        if (result)
            return result;
    }
    return 0;
}

/* Children whose changes only SIGCHLD announces. */
static int check_children(struct os_wait_many *w, size_t *index, struct os_wait_status *r,
                          struct base_error *e) {
    for (; w->position < w->list.count; w->position++) {
        if (!reports_stops(w) && w->list.items[w->position].process.fd >= 0)
            continue;
        int result = check_item(w, w->position, 0, 0, index, r, e);
        if (result)
            return result;
    }
    return 0;
}

/* As os_wait_many_next(), but returns 0 if there is nothing to report now. */
static int check_all(struct os_wait_many *w, size_t *index, struct os_wait_status *r,
                     struct base_error *e) {
    int64_t now = w->is_set ? 0 : os_monotonic_ns();
    int result = check_events(w, now, index, r, e);
    if (result)
        return result;
    release_traced(w);
    if (w->is_set)
        return check_set(w, r, e);
    result = check_ended(w, now, index, r, e);
    if (result == 0)
        result = check_children(w, index, r, e);
    w->check_set = result != 0; /* a stop that is reported now hid others */
    return result;
}

/* ---- waiting ---- */

static int64_t first_reap_deadline(const struct os_wait_many *w) {
    return w->ended_first < w->ended.count
               ? w->list.items[w->ended.items[w->ended_first]].reap_deadline
               : OS_NEVER;
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
 * -errno of epoll_wait(2). */
static int wait_for_change(struct os_wait_many *w, int64_t deadline, struct base_error *e) {
    if (w->is_set && (w->signal_fd < 0 || w->epoll_fd < 0))
        return wait_for_sigchld(w, deadline);
    int64_t reap = first_reap_deadline(w), now = os_monotonic_ns();
    /* A process that has ended gets its time to be reaped even after the deadline. */
    int64_t until = reap != OS_NEVER && deadline <= now ? reap : deadline;
    until = reap < until ? reap : until;
    int n = epoll_wait(w->epoll_fd, w->events, OS_WAIT_EVENTS, os_poll_timeout(until, now));
    if (n < 0 && errno != EINTR)
        return base_fail(e, errno, "epoll_wait", NULL);
    w->event = 0;
    w->event_count = n > 0 ? n : 0;
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
        if (w->terminated)
            return base_fail(e, EINTR, "epoll_wait", NULL);
        reap_orphans(w);
        result = wait_for_change(w, deadline, e);
        if (result <= 0)
            return result;
    }
}
