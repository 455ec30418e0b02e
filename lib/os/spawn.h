/* SPDX-License-Identifier: 0BSD
 *
 * Starting a program: os.posix_spawn, os.posix_spawnp, os.spawn*, os.exec*, and
 * all that a process can be given between fork and exec. What is asked for is a
 * plan, a list of steps; it is made before there is a child, as nothing may be
 * looked up or allocated in one. The same plan is shown (--dry-run), done in a
 * child (os_spawn), or done in this process (os_plan_apply).
 *
 * Every step reads back what it set, and fails when the kernel did something
 * else: EPROTO.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"

/* The kinds of steps, in the order in which they are done; the file actions are done in the order
 * in which they were added. Behind each, the members of struct os_step that it reads. */
enum os_step_kind {
    OS_STEP_SETSID,
    OS_STEP_SETPGID,   /* number: the group; 0: one of its own */
    OS_STEP_RLIMIT,    /* number: RLIMIT_*; a, b: soft and hard limit, OS_RLIMIT_KEEP */
    OS_STEP_NICE,      /* number: what is added to the nice value; flags: it is the value itself */
    OS_STEP_SCHEDULER, /* number: SCHED_*, possibly with SCHED_RESET_ON_FORK; -1: keep it; a: the
                          priority; or data: struct os_sched_attr */
    OS_STEP_AFFINITY,  /* data: a CPU mask, as sched_setaffinity(2) takes it */
    OS_STEP_UMASK,     /* number */
    OS_STEP_SETNS,     /* fd: a namespace, or a pidfd with flags; object: as the user wrote it */
    OS_STEP_UNSHARE,   /* flags: CLONE_NEW* */
    OS_STEP_MAP_ROOT,  /* a, b: the user and group ids that become 0 in the new user namespace */
    OS_STEP_FORK,      /* a new PID or time namespace is for children only: the program is one */
    OS_STEP_CHROOT,    /* object */
    OS_STEP_BOUNDING,  /* a: the capabilities that stay in the bounding set; number: one that is
                        not there is no error */
    OS_STEP_SETGROUPS, /* data: gid_t, in ascending order */
    OS_STEP_SETGID,    /* a: real, effective and saved group id */
    OS_STEP_SETUID,    /* a: real, effective and saved user id; number: keep capabilities */
    OS_STEP_RESETIDS,  /* the effective ids are the real ones */
    OS_STEP_INHERITABLE, /* a: the inheritable set */
    OS_STEP_AMBIENT,     /* a: the ambient set */
    OS_STEP_DROP,        /* a: what is left of the permitted set for another user */
    OS_STEP_VERIFY,      /* the steps from SETGROUPS to DROP once more, now that all are done */
    OS_STEP_OPEN,        /* fd, object, flags, mode */
    OS_STEP_CLOSE,       /* fd; one that is not open is no error */
    OS_STEP_DUP2,        /* fd, number: the new one; itself: it loses close-on-exec */
    OS_STEP_CLOSEFROM,   /* fd: this one and all above */
    OS_STEP_CHDIR,       /* object */
    OS_STEP_FCHDIR,      /* fd */
    OS_STEP_NO_NEW_PRIVS,
    OS_STEP_PDEATHSIG, /* number: the signal */
    OS_STEP_SIGDEF,    /* a: signals whose action is the default one, as a set */
    OS_STEP_SIGIGN,    /* a: signals that are ignored */
    OS_STEP_SIGMASK,   /* a: signals that are blocked, and no others */
    OS_STEP_EXEC,      /* object: the program */
    OS_STEPS,
};

#define OS_RLIMIT_KEEP (UINT64_MAX - 1)

/* A set of signals: bit N - 1 is signal N. */
typedef uint64_t os_sigset;

struct os_step {
    enum os_step_kind kind;
    int fd;
    int number;
    int flags;
    unsigned mode;
    uint64_t a, b;
    const void *data;   /* borrowed */
    size_t size;        /* of data, in bytes */
    const char *object; /* borrowed; what the step is about, for errors; NULL: nothing to say */
};

/* The name of a step, such as "open", "setuid" or "exec". */
const char *os_step_name(enum os_step_kind kind);

/* Where a program is looked for without PATH, as os.defpath says. */
extern const char os_default_path[];

struct os_plan {
    struct buf steps;   /* struct os_step */
    const char *name;   /* the program; NULL: there is none */
    char **argv;        /* its arguments, NULL at the end */
    char **environ;     /* NULL at the end */
    const char *search; /* PATH, where a name without a slash is looked up; NULL: nowhere */
    int exec_fd;        /* the program is this open file; -1: it is `name` */
    struct buf own;     /* int: descriptors of our own, which no step sees */

    /* Made by os_plan_prepare(). */
    struct buf candidates; /* NUL-terminated paths of the program, */
    size_t candidate_count;
    struct buf scratch;   /* room for reading group lists back */
    bool sigchld_ignored; /* as it was inherited; while we wait for children it cannot be */
    os_sigset mask;       /* the signal mask as it was inherited */
    int pid, parent;      /* of this process */
};

/* An empty plan that runs nothing. */
struct os_plan os_plan_init(void);
void os_plan_finish(struct os_plan *p);

/* Adds a step; those added are put in order by os_plan_prepare(). */
void os_plan_add(struct os_plan *p, struct os_step step);

/* The same for what can be set once only: the last one holds. Limits are told apart by number. */
void os_plan_set(struct os_plan *p, struct os_step step);

/* The steps, and how many. */
const struct os_step *os_plan_steps(const struct os_plan *p, size_t *count);

/* Whether a step of that kind is there. */
bool os_plan_has(const struct os_plan *p, enum os_step_kind kind);

/* Whether a file action names this descriptor. */
bool os_plan_names(const struct os_plan *p, int fd);

/* Moves a descriptor of our own to a number that no step names, with close-on-exec; it is then not
 * the program's, and not closed by CLOSEFROM. To be called when all file actions were added. The
 * new number; -errno (EMFILE), when `fd` is closed. */
int os_plan_own(struct os_plan *p, int fd, struct base_error *e);

/* Puts the steps in order, adds those that follow from others (DROP, VERIFY, FORK, EXEC), and makes
 * ready what the child must not: once, before os_spawn() or os_plan_apply(). ENOMEM. */
int os_plan_prepare(struct os_plan *p, struct base_error *e);

/* Starts the program; it has been executed when this returns 0. All signals are blocked from then
 * on in this process, and SIGCHLD is not ignored: the caller waits for the child, whose PID stands
 * for it until then. -errno, and e->step is the index of the step that failed in the child, with
 * the name of the step as operation; -1: the child could not be made. */
int os_spawn(struct os_plan *p, int *pid, struct base_error *e);

/* After os_spawn(), where the child is left alone: the signals are blocked as they were before. */
void os_signals_restore(const struct os_plan *p);

/* Does all steps but EXEC and FORK in this process. 0, or -errno as above. */
int os_plan_apply(struct os_plan *p, struct base_error *e);

/* Becomes the program, after os_plan_apply(). Returns only when that failed: -errno, as above. */
int os_plan_exec(struct os_plan *p, struct base_error *e);
