/* SPDX-License-Identifier: 0BSD
 *
 * Waiting for many processes at once.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "os/kernel.h"
#include "os/wait_many.h"

enum { ROOM = 8, NS_PER_S = 1000000000 };

bool os_keep_children(void) {
    struct sigaction keep = { .sa_handler = SIG_DFL }, before;
    if (sigaction(SIGCHLD, &keep, &before) < 0)
        return false;
    return before.sa_handler == SIG_IGN;
}

/* ---- what is waited for ---- */

static sigset_t sigchld(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    return set;
}

int os_wait_many_init(struct os_wait_many *a, int options, bool is_set, struct base_error *e) {
    *a = (struct os_wait_many){
        .options = options, .is_set = is_set, .signal_fd = -1, .look = true
    };
    if (is_set || options & (WSTOPPED | WCONTINUED)) {
        sigset_t set = sigchld();
        sigprocmask(SIG_BLOCK, &set, NULL);
        a->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
        if (a->signal_fd < 0 && !is_set)
            return base_fail(e, errno, "signalfd", NULL);
    }
    a->polls = calloc(ROOM + 1, sizeof *a->polls);
    a->list = calloc(ROOM, sizeof *a->list);
    a->room = ROOM;
    return a->polls && a->list ? 0 : base_fail(e, ENOMEM, "malloc", NULL);
}

static bool grow(struct os_wait_many *a) {
    size_t room = a->room * 2;
    struct os_waited *list = reallocarray(a->list, room, sizeof *list);
    if (list)
        a->list = list;
    struct pollfd *polls = reallocarray(a->polls, room + 1, sizeof *polls);
    if (polls)
        a->polls = polls;
    if (!list || !polls)
        return false;
    a->room = room;
    return true;
}

int os_wait_many_add(struct os_wait_many *a, const struct os_process *p, struct base_error *e) {
    if (a->count == a->room && !grow(a))
        return base_fail(e, ENOMEM, "malloc", NULL);
    a->list[a->count] = (struct os_waited){ .process = *p, .bound = OS_NEVER };
    a->polls[a->count] = (struct pollfd){ .fd = p->fd, .events = POLLIN };
    a->count++;
    a->left++;
    return 0;
}

void os_wait_many_finish(struct os_wait_many *a) {
    for (size_t i = 0; i < a->count; i++)
        os_process_close(&a->list[i].process);
    if (a->signal_fd >= 0)
        close(a->signal_fd);
    free(a->list);
    free(a->polls);
}

/* ---- what poll(2) found ---- */

void os_wait_many_drop(struct os_wait_many *a, size_t i) {
    a->list[i].done = true;
    a->polls[i].fd = -1; /* poll(2) passes over it */
    a->left--;
}

/* A process whose stops are wanted is a child, and waitid(2) tells all. */
static int step_child(struct os_wait_many *a, size_t i, struct os_wait_status *r,
                      struct base_error *e) {
    int result = os_waitid((idtype_t)OS_P_PIDFD, (id_t)a->list[i].process.fd,
                           WEXITED | WNOHANG | __WALL | a->options, r, e);
    /* One that ended, but whose tracer has it yet, is readable all the time. */
    if (result == 0 && a->polls[i].revents & POLLIN)
        a->polls[i].events = 0;
    return result;
}

static int step_process(struct os_wait_many *a, size_t i, int64_t now, struct os_wait_status *r,
                        struct base_error *e) {
    struct os_waited *p = &a->list[i];
    bool last = p->bound <= now || a->polls[i].revents & POLLHUP;
    if (!last && !a->polls[i].revents)
        return 0;
    int result = os_process_result(&p->process, a->options, last, r, e);
    if (result == 0 && p->bound == OS_NEVER) {
        p->bound = now + OS_REAP_NS;
        a->polls[i].events = 0; /* POLLHUP comes without being asked for */
    }
    return result;
}

/* The next thing to tell: as os_wait_many_next(), but 0 when all was told. */
static int take(struct os_wait_many *a, size_t *which, struct os_wait_status *r,
                struct base_error *e) {
    if (a->is_set) {
        int result =
            a->look ? os_waitid(a->type, a->id, WEXITED | WNOHANG | __WALL | a->options, r, e) : 0;
        a->look = a->look && result != 0;
        return result;
    }
    bool stops = a->options & (WSTOPPED | WCONTINUED);
    int64_t now = os_monotonic_ns();
    for (; a->next < a->count; a->next++) {
        size_t i = a->next;
        if (a->list[i].done)
            continue;
        int result = stops ? step_child(a, i, r, e) : step_process(a, i, now, r, e);
        if (result == 0)
            continue;
        if (result < 0 || !stops || os_wait_ended(r) || a->options & WNOWAIT)
            os_wait_many_drop(a, i);
        *which = i;
        return result;
    }
    return 0;
}

/* ---- poll(2) ---- */

static int64_t earliest_bound(const struct os_wait_many *a) {
    int64_t bound = OS_NEVER;
    for (size_t i = 0; i < a->count; i++)
        if (!a->list[i].done && a->list[i].bound < bound)
            bound = a->list[i].bound;
    return bound;
}

static void drain(struct os_wait_many *a) {
    struct signalfd_siginfo info;
    while (read(a->signal_fd, &info, sizeof info) > 0)
        ;
    a->look = true;
}

/* A set needs SIGCHLD only, which can be had without a descriptor. Second best: a C library may try
 * again with the whole time when we were stopped and go on. */
static int wait_for_sigchld(struct os_wait_many *a, int64_t deadline) {
    int64_t now = os_monotonic_ns(), left = deadline > now ? deadline - now : 0;
    struct timespec time = { (time_t)(left / NS_PER_S), (long)(left % NS_PER_S) };
    sigset_t set = sigchld();
    a->look = sigtimedwait(&set, NULL, deadline == OS_NEVER ? NULL : &time) > 0;
    return a->look || os_monotonic_ns() < deadline;
}

/* Waits for news: 1, there may be some; 0, it is after the deadline, and nothing is due. */
static int wait_for_news(struct os_wait_many *a, int64_t deadline, struct base_error *e) {
    if (a->is_set && a->signal_fd < 0)
        return wait_for_sigchld(a, deadline);
    int64_t bound = earliest_bound(a), now = os_monotonic_ns();
    /* What ended has its time after the deadline, too. */
    int64_t until = bound != OS_NEVER && deadline <= now ? bound : deadline;
    until = bound < until ? bound : until;
    a->polls[a->count] = (struct pollfd){ .fd = a->signal_fd, .events = POLLIN };
    int n = poll(a->polls, (nfds_t)a->count + 1, os_poll_timeout(until, now));
    if (n < 0) {
        if (errno != EINTR)
            return base_fail(e, errno, "poll", NULL);
        for (size_t i = 0; i <= a->count; i++)
            a->polls[i].revents = 0;
    }
    a->next = 0;
    if (a->polls[a->count].revents)
        drain(a);
    return n || bound != OS_NEVER || os_monotonic_ns() < deadline;
}

int os_wait_many_next(struct os_wait_many *a, int64_t deadline, size_t *which,
                      struct os_wait_status *r, struct base_error *e) {
    *which = SIZE_MAX;
    for (;;) {
        int result = take(a, which, r, e);
        if (result)
            return result;
        result = wait_for_news(a, deadline, e);
        if (result <= 0)
            return result;
    }
}
