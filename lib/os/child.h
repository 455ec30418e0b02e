/* SPDX-License-Identifier: 0BSD
 *
 * A child process, supervised until it ends: signals are passed on to it, its
 * time is limited, and when a terminal's user stops it we stop with it. If it has
 * a process group of its own, it gets the terminal when it needs it. There are no
 * signal handlers: all signals are blocked by os_spawn() and read from a
 * descriptor, in the same poll(2) as the caller's own.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "os/clock.h"
#include "os/spawn.h"
#include "os/wait_status.h"

/* Converts a time limit as timeout(1) reads it: 0 is no limit. */
static inline int64_t os_child_limit(int64_t ns) {
    return ns ? ns : OS_NEVER;
}

struct os_child {
    /* Set by the caller. */
    int64_t kill_after; /* nanoseconds from the deadline until SIGKILL is sent; OS_NEVER: never */
    os_sigset held;     /* stay blocked after os_child_finish() */
    int signo;          /* sent at the plan's deadline; SIGCONT follows, so that a stopped process
                           receives it */
    bool group;         /* signal its process group, if it leads one, not it alone */
    bool own_terminal;  /* it leads a session with a terminal that the caller serves */
    bool keys_pass;     /* the keys of our terminal are typed into that one, now: if the child stops
                           or is interrupted, the user has requested it */

    /* Results. */
    bool ended;
    bool timed_out;               /* signo was sent */
    bool killed;                  /* SIGKILL was sent */
    bool resized;                 /* SIGWINCH was received; cleared by the caller */
    bool continued;               /* SIGCONT was received; cleared by the caller */
    struct os_wait_status result; /* valid once it has ended */
    int64_t started;              /* os_monotonic_ns() */
    int64_t elapsed;              /* nanoseconds from then to its end */
    int64_t deadline;             /* when the next signal is due; the caller may bring it forward */
    int pid;
    int interrupted; /* SIGINT or SIGQUIT received from the terminal; 0: none */
    int terminated;  /* a signal that would have ended us; 0: none */
    int halted;      /* the signal that has stopped the child; 0: it runs */
    int stopping;    /* the signal that we must stop with; 0: none */
    bool has_keys;   /* only the child was interrupted: our process group was in the background */

    /* Private. */
    bool reaps;    /* waits for orphans, too: we are process 1 */
    bool hung_up;  /* SIGHUP was sent because nobody can give it the terminal */
    int fd;        /* of the signals */
    int pgid;      /* the process group that it was started in; 0: ours */
    int given;     /* the process group that we moved into the foreground; 0: none */
    uint64_t mask; /* signals that were blocked before */
};

/* Starts the plan's program as os_spawn() does, which also gives up the start at the plan's
 * deadline. Returns 0, or -errno, and then nothing has been run: the errors of os_spawn(), and
 * EMFILE. */
int os_child_start(struct os_child *c, struct os_plan *plan, struct base_error *e);

/* Restores the signal mask. A child that has not ended, because a call failed, is killed first:
 * nothing would supervise it. */
void os_child_finish(struct os_child *c);

/* Elements that os_child_poll() needs in its array after the caller's. */
enum { OS_CHILD_FDS = 1 };

/* poll(2) on `count` descriptors and the child. Returns 0 when a descriptor is ready, when the
 * child has ended (c->ended), when we must stop (c->stopping), at the deadline `until`, or
 * spuriously; or -errno of poll(2), read(2) or waitid(2). Calls os_child_stop() first. */
int os_child_poll(struct os_child *c, struct pollfd *fds, unsigned count, int64_t until,
                  struct base_error *e);

/* Stops our process group if c->stopping is set, and returns after SIGCONT, which the next
 * os_child_poll() passes on to the child. A caller that has changed the terminal's modes restores
 * them before it calls this, and sets them again afterwards. */
void os_child_stop(struct os_child *c);
