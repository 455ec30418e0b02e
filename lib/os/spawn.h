/* SPDX-License-Identifier: 0BSD
 *
 * Starting a program: os.posix_spawn, os.posix_spawnp, os.spawn*, os.exec*, and
 * all that a process can be given between fork and exec. What is requested is a
 * plan, a list of steps (os/spawn_step.h). It is made before the child exists,
 * because a child must not look up names or allocate memory. The same plan is
 * printed (--dry-run), done in a child (os_spawn), or done in this process
 * (os_plan_apply).
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "base/vec.h"
#include "os/spawn_step.h"

/* The search path if PATH is not set: os.defpath. */
extern const char os_default_path[];

struct os_step_list BASE_VEC(struct os_step);
struct os_fd_list BASE_VEC(int);

struct os_plan {
    struct os_step_list steps; /* os_plan_prepare() puts them in order */
    const char *name;          /* the program; NULL: none */
    char **argv;               /* its arguments, NULL at the end */
    char **environ;            /* NULL at the end */
    const char *search;        /* PATH, where a name without a slash is looked up; NULL: nowhere */
    int exec_fd;               /* the program is this open file; -1: it is `name` */
    struct os_fd_list own;     /* descriptors of our own, which no step sees */
    int64_t deadline;          /* of the start, os_monotonic_ns(); OS_NEVER: none */
    bool failed;               /* memory was short for a step */

    /* Made by os_plan_prepare(). */
    struct buf candidates; /* NUL-terminated paths of the program, */
    size_t candidate_count;
    bool searched;        /* which PATH gives */
    gid_t *group_room;    /* for reading a group list back */
    bool sigchld_ignored; /* as it was inherited; it cannot be while we wait for children */
    os_sigset mask;       /* the signal mask as it was inherited */
    int pid, parent;      /* of this process */

    /* Why os_spawn() has given up the start. */
    bool timed_out; /* the deadline has passed */
    int signo;      /* a signal came that would have ended this process; 0: none */

    /* Why the program could not be executed; NULL: it was, or memory was short. */
    struct os_exec_failure *failure;
};

/* An empty plan that runs nothing. */
#define OS_PLAN_INIT                                                                               \
    { .exec_fd = -1, .deadline = INT64_MAX /* OS_NEVER */ }
struct os_plan os_plan_init(void);
void os_plan_finish(struct os_plan *p);

/* Adds a step. If memory is short, os_plan_prepare() fails. */
void os_plan_add(struct os_plan *p, struct os_step step);

/* Adds a step of a kind that can occur only once, or replaces the existing one; for limits, once
 * per resource. */
void os_plan_set(struct os_plan *p, struct os_step step);

/* Returns whether there is a step of that kind. */
bool os_plan_has(const struct os_plan *p, enum os_step_kind kind);

/* Returns whether a file action or SETNS names this descriptor. */
bool os_plan_names(const struct os_plan *p, int fd);

/* Moves a descriptor of our own to a number that no step names, with close-on-exec; the program
 * does not get it, and CLOSEFROM does not close it. Call it after all file actions were added.
 * Returns the new number, or -errno and `fd` is closed: EMFILE, ENOMEM. */
int os_plan_own(struct os_plan *p, int fd, struct base_error *e);

/* Puts the steps in order, adds those that follow from others (DROP, VERIFY, FORK, EXEC), and
 * allocates what the child must not: once, before os_spawn() or os_plan_apply(). Returns 0, or
 * -errno: ENOMEM, EINVAL if a step's kind is unknown. */
int os_plan_prepare(struct os_plan *p, struct base_error *e);

/* Starts the program; it has been executed when this returns 0. From then on all signals are
 * blocked in this process, and SIGCHLD is not ignored: the caller waits for the child, whose PID
 * is its own until then.
 *
 * A step may block, for example when it opens a FIFO. The start is given up at p->deadline, and
 * when SIGHUP, SIGINT, SIGQUIT or SIGTERM comes, unless it was blocked or ignored before;
 * p->timed_out and p->signo say so. The other signals stay pending. Without a deadline, the
 * execution of the program itself cannot be given up.
 *
 * Returns 0, or -errno: e->step is the index of the step that failed in the child, or was being
 * done when the start was given up (ETIMEDOUT, EINTR), and the operation is its name; step -1: the
 * child could not be made. */
int os_spawn(struct os_plan *p, int *pid, struct base_error *e);

/* Unblocks the signals after os_spawn(), for a caller that does not wait for the child. */
void os_signals_restore(const struct os_plan *p);

/* Does all steps except EXEC and FORK in this process. Returns 0 or -errno, as os_spawn(). */
int os_plan_apply(struct os_plan *p, struct base_error *e);

/* Becomes the program, after os_plan_apply(). Returns only on failure: -errno, as os_spawn(). */
int os_plan_exec(struct os_plan *p, struct base_error *e);
