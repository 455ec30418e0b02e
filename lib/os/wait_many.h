/* SPDX-License-Identifier: 0BSD
 *
 * Waiting for many processes at once, our own children and others: one poll(2),
 * no signal handler, no busy loop.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os/child.h"
#include "os/process.h"
#include "os/spawn.h"

/* How long a process that ended is waited for to be reaped, for the kernel then tells how it ended.
 * A shell does it in less than 0.1 ms, but one that itself waits for us never does. */
enum { OS_REAP_NS = 200000000 };

struct os_waited {
    struct os_process process;
    int64_t bound; /* it ended: when to make do with what is known; OS_NEVER: it runs */
    bool done;     /* nothing more will be told of it */
};

/* What is waited for: processes, or else children of ours as a set. Begin with os_wait_many_init().
 */
struct os_wait_many {
    int options; /* WSTOPPED, WCONTINUED: of children of ours only; WNOWAIT: each is told of once */
    struct os_waited *list;
    size_t count;
    size_t left; /* of the list: not done */
    bool is_set; /* children: as waitid(2) selects them */
    idtype_t type;
    id_t id;
    /* the rest is private */
    struct pollfd *polls; /* one for each of the list, then one for SIGCHLD */
    size_t room;
    int signal_fd; /* readable when a child changed its state; -1: not needed, or for want of
                      descriptors SIGCHLD of a set is waited for without one */
    bool look;     /* there may be news of children */
    size_t next;   /* of the list: where to look for what poll() found */
};

/* Prepares to wait. For a set of children, and with WSTOPPED or WCONTINUED, SIGCHLD is blocked and
 * received from a descriptor, which a set can do without. Errors: EMFILE (of no set), ENOMEM. */
int os_wait_many_init(struct os_wait_many *a, int options, bool is_set, struct base_error *e);

/* One more process to wait for, which is then a's to close. ENOMEM. */
int os_wait_many_add(struct os_wait_many *a, const struct os_process *p, struct base_error *e);

/* The next change of state: 1, *r, and the index in the list in *which (of a set: not set); 0: it
 * is after `deadline` (os_monotonic_ns(), OS_NEVER). What ended before it is told of in any case,
 * after OS_REAP_NS at most. When nothing is left, do not call it: it would wait for ever. Errors:
 * that of waiting for list[*which], which is then done (ECHILD: it is no child of ours, so that
 * stops are not told); ECHILD, no child of the set is left; of poll(2) with *which SIZE_MAX. */
int os_wait_many_next(struct os_wait_many *a, int64_t deadline, size_t *which,
                      struct os_wait_status *r, struct base_error *e);

/* Nothing more is to be told of list[i], which is not done. */
void os_wait_many_drop(struct os_wait_many *a, size_t i);

/* Closes and frees all of it. */
void os_wait_many_finish(struct os_wait_many *a);

/* From now on children of ours that end are kept for us to wait for, even if we were started with
 * SIGCHLD ignored. Returns whether we were. */
bool os_keep_children(void);
