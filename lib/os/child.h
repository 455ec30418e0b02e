/* SPDX-License-Identifier: 0BSD
 *
 * Looking after a child until it ends: signals are passed on to it, its time is
 * limited, and where a terminal's user stops it we stop with it. There is no
 * signal handler: all signals are blocked (os_spawn() did that) and are read
 * from a descriptor, between whatever else the caller waits for.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "os/spawn.h"
#include "os/wait_status.h"

/* Blocks the signals that end a process at a terminal or from a supervisor, SIGINT, SIGTERM, SIGHUP
 * and SIGQUIT: for work that has something to tell when it is ended. A descriptor that is readable
 * when one came; -errno. To be called again, with that descriptor, after os_child_finish(); at
 * first it is -1. */
int os_hold_terminations(int fd, struct base_error *e);

/* Nanoseconds on CLOCK_MONOTONIC: a stop of this process counts, a suspend does not. */
#define OS_NEVER INT64_MAX
int64_t os_monotonic_ns(void);

/* So many nanoseconds from now; OS_NEVER where that is past the end of time. */
int64_t os_deadline(int64_t ns);

/* The time until a deadline as poll(2) takes it, rounded up. Not for ppoll(2): that has
 * nanoseconds, but when it goes on after a SIGSTOP and SIGCONT, the time between does not count. */
int os_poll_timeout(int64_t deadline, int64_t now);

/* As timeout(1) has it, 0 is no limit. */
static inline int64_t os_child_limit(int64_t ns) {
    return ns ? ns : OS_NEVER;
}

struct os_child {
    /* What the caller says. */
    bool group;         /* signals go to its process group, if it leads one: not to it alone */
    int64_t timeout;    /* nanoseconds until `signo` is sent; OS_NEVER: no limit */
    int signo;          /* then; SIGCONT follows, so that a stopped process gets it too */
    int64_t kill_after; /* nanoseconds from then until SIGKILL is sent; OS_NEVER */

    /* What came of it. */
    int pid;
    bool ended;
    struct os_wait_status result; /* once it ended */
    int64_t started;              /* os_monotonic_ns() */
    int64_t elapsed;              /* nanoseconds from then to its end */
    int64_t deadline;             /* when the next signal is due; the caller may bring it forward */
    bool timed_out;               /* signo was sent */
    bool killed;                  /* SIGKILL was */
    int interrupted;              /* SIGINT or SIGQUIT that we got of the terminal; 0: none */
    int terminated;               /* a signal that would have ended us; 0: none */
    bool resized;                 /* SIGWINCH came; the caller clears it */

    int fd;        /* of the signals */
    uint64_t mask; /* the signals that were blocked before */
    bool interactive;
    int stopped; /* SIGTSTP that was passed on; 0: none */
};

/* Starts the plan's program, as os_spawn(): nothing has been run when this fails. EMFILE and kin,
 * too. */
int os_child_start(struct os_child *w, struct os_plan *plan, struct base_error *e);

/* Unblocks what was not blocked before. A child that has not ended, as a call failed, is killed
 * first: nobody would look after it. */
void os_child_finish(struct os_child *w);

/* How many elements the array given to os_child_poll() has for its own use behind the caller's. */
enum { OS_CHILD_FDS = 1 };

/* poll(2) on count descriptors, and on the child: returns when one of them is ready, when the
 * child ended (w->ended), at `until` (os_monotonic_ns(), OS_NEVER), or for no reason. 0 or -errno.
 */
int os_child_poll(struct os_child *w, struct pollfd *fds, unsigned count, int64_t until,
                  struct base_error *e);
