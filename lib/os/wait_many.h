/* SPDX-License-Identifier: 0BSD
 *
 * Waiting for many processes at once, our own children and others: one
 * epoll(7), no signal handler, no busy loop. An event costs the same however many
 * there are.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "base/vec.h"
#include "os/process.h"

/* How long to wait until a process that has ended is reaped, because the kernel reports its exit
 * status only then. A shell reaps within 0.1 ms, but one that waits for us never does. */
enum { OS_REAP_NS = 200000000 };

struct os_waited {
    struct os_process process;
    int64_t reap_deadline; /* it has ended: report it then, reaped or not; OS_NEVER: it runs */
    bool done;             /* nothing more is reported about it */
};

struct os_waited_list BASE_VEC(struct os_waited);
struct os_item_list BASE_VEC(size_t);

enum { OS_WAIT_EVENTS = 64 };

/* Processes, or else a set of our children. Initialize with os_wait_many_init(). */
struct os_wait_many {
    int options; /* WSTOPPED, WCONTINUED: of our children only; WNOWAIT: report each once */
    struct os_waited_list list;
    size_t left; /* items of the list that are not done */
    bool is_set; /* a set of children, selected as in waitid(2): */
    idtype_t type;
    id_t id;

    bool at_once;   /* do not give parents time to wait for a process that has ended */
    int pass_to;    /* as process 1: a child that receives SIGTERM and the like; 0: none */
    int terminated; /* as process 1: such a signal, without that child; 0: none */

    /* Private. */
    int epoll_fd;  /* of the pidfds and of signal_fd; -1: there was no descriptor left for a set */
    int signal_fd; /* readable when a child changed its state; -1: there was no descriptor left:
                      a set waits for SIGCHLD without one */
    struct epoll_event events[OS_WAIT_EVENTS]; /* what was reported last, */
    int event, event_count;                    /* the next one to handle */
    struct os_item_list ended;                 /* processes with a reap_deadline, in its order, */
    size_t ended_first;                        /* the first that may not be done */
    size_t position; /* the next item to check of those that only SIGCHLD announces */
    bool scans;      /* there are such items */
    bool check_set;  /* a child may have changed its state */
    bool reaps;      /* wait for orphans, too: we are process 1 */
    bool reap;       /* there may be one that has ended */
};

/* Prepares to wait. SIGCHLD is blocked and received from a descriptor, which is needed only for a
 * list with WSTOPPED or WCONTINUED; as process 1, all of OS_INIT_SIGNALS. Returns 0, or -errno with
 * nothing left to finish: EMFILE, ENOMEM. */
int os_wait_many_init(struct os_wait_many *w, int options, bool is_set, struct base_error *e);

/* Adds a process and takes ownership of it. Without a pidfd (its fd is -1) it has to be our child.
 * Returns 0, or -errno, and then the process is still the caller's: ENOMEM, ENOSPC if the user has
 * too many descriptors in epolls. */
int os_wait_many_add(struct os_wait_many *w, const struct os_process *p, struct base_error *e);

/* Waits for the next change of state. Children that ask to be traced are detached (os/trace.h).
 * Processes that ended before the deadline are always reported, at most OS_REAP_NS after it. Do not
 * call this when nothing is left: it would wait for ever.
 *
 * Returns 1, *r, and in *index the item of the list (SIZE_MAX for a set); 0 after `deadline`; or
 * -errno. With an *index it is the error of that item, which is then done: ECHILD if stops are
 * reported and it is not our child. With SIZE_MAX: ECHILD if no child of the set is left, EINTR if
 * w->terminated was received, or the error of epoll_wait(2). */
int os_wait_many_next(struct os_wait_many *w, int64_t deadline, size_t *index,
                      struct os_wait_status *r, struct base_error *e);

/* Marks an item that is not done as done. */
void os_wait_many_drop(struct os_wait_many *w, size_t i);

/* Closes the processes and releases the memory. */
void os_wait_many_finish(struct os_wait_many *w);

/* From now on children that end stay zombies until we wait for them, even if this process was
 * started with SIGCHLD ignored. Returns whether it was. */
bool os_keep_children(void);
