/* SPDX-License-Identifier: 0BSD
 *
 * What a process can be given between fork and exec, one step each: the items of
 * a plan (os/spawn.h).
 *
 * A step that sets something reads it back, and fails with EPROTO when the
 * kernel reported success and did something else.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "os/cpuset.h"
#include "os/signal.h"

/* The kinds of steps, in the order in which they are done; file actions (OPEN to FCHDIR) are done
 * in the order in which they were added. */
enum os_step_kind {
    OS_STEP_SETSID,
    OS_STEP_SETPGID,
    OS_STEP_RLIMIT,
    OS_STEP_NICE,
    OS_STEP_SCHEDULER,
    OS_STEP_AFFINITY,
    OS_STEP_UMASK,
    OS_STEP_SETNS,
    OS_STEP_UNSHARE,
    OS_STEP_PROPAGATION, /* of all mounts, in the new mount namespace */
    OS_STEP_MAP_ROOT,    /* in the new user namespace, one user and one group become 0 */
    OS_STEP_FORK,        /* new PID and time namespaces are for children: the program becomes one */
    OS_STEP_CHROOT,
    OS_STEP_BOUNDING,
    OS_STEP_SETGROUPS,
    OS_STEP_SETGID,
    OS_STEP_SETRESGID,
    OS_STEP_SETUID,
    OS_STEP_SETRESUID,
    OS_STEP_RESETIDS, /* the effective ids become the real ones */
    OS_STEP_INHERITABLE,
    OS_STEP_AMBIENT,
    OS_STEP_DROP,   /* what another user than root keeps of the permitted set */
    OS_STEP_VERIFY, /* reads back BOUNDING to DROP, once all of them are done */
    OS_STEP_OPEN,
    OS_STEP_CLOSE, /* a descriptor that is not open is not an error */
    OS_STEP_DUP2,  /* onto itself: clears close-on-exec */
    OS_STEP_CLOSEFROM,
    OS_STEP_CLOSERANGE,
    OS_STEP_PIPE,
    OS_STEP_CHDIR,
    OS_STEP_FCHDIR,
    OS_STEP_NO_NEW_PRIVS,
    OS_STEP_PDEATHSIG,
    OS_STEP_SIGDEF,
    OS_STEP_SIGIGN,
    OS_STEP_SIGMASK,
    OS_STEP_EXEC,
    OS_STEPS,
};

/* Leaves a soft or hard limit as it is. */
#define OS_RLIMIT_KEEP (UINT64_MAX - 1)

/* Leaves a real, effective or saved id as it is. */
#define OS_ID_KEEP UINT32_MAX

struct os_exec_failure;
struct os_sched_attr;

struct os_step {
    enum os_step_kind kind;

    /* The object of the step, for errors and listings; borrowed; NULL: none. It is also the path of
     * OPEN, CHDIR and CHROOT. */
    const char *object;

    /* What the step needs, by kind. Pointers are borrowed. */
    union {
        int fd;   /* CLOSE, FCHDIR */
        int pgid; /* SETPGID; 0: the group becomes its own */
        struct {
            int resource; /* RLIMIT_* */
            uint64_t soft, hard;
        } limit;
        struct {
            int value; /* added to the nice value, or */
            bool absolute;
        } nice;
        struct {
            int policy; /* SCHED_*, possibly with SCHED_RESET_ON_FORK; -1: stays as it is */
            int priority;
            const struct os_sched_attr *attr; /* not NULL: this, and not the two above */
        } scheduler;
        struct os_cpuset affinity; /* the words are the caller's */
        mode_t umask;
        struct {
            int fd;    /* of a namespace, or a pidfd; the step closes it */
            int flags; /* CLONE_NEW* */
        } setns;
        int unshare;          /* CLONE_NEW* */
        unsigned propagation; /* MS_PRIVATE, MS_SLAVE or MS_SHARED */
        struct {
            uid_t uid; /* those outside, which become 0 */
            gid_t gid;
        } map_root;
        struct {
            uint64_t keep;        /* the capabilities that stay in the bounding set */
            bool lenient;         /* one that is already missing is not an error */
            uint64_t inheritable; /* become inheritable before, which is impossible afterwards; set
                                     by the plan */
        } bounding;
        struct {
            const gid_t *ids; /* ascending, each once, as the kernel returns them */
            size_t count;
            gid_t *room; /* for count + 1 ids that are read back; set by the plan */
        } groups;
        gid_t gid; /* SETGID: real, effective and saved */
        struct {
            uid_t id; /* SETUID: real, effective and saved */
            bool keep_capabilities;
        } uid;
        struct {
            unsigned real, effective, saved; /* SETRESUID, SETRESGID; OS_ID_KEEP: stays as it is */
            bool keep_capabilities;          /* SETRESUID; set by the plan */
        } ids;
        uint64_t capabilities; /* INHERITABLE, AMBIENT, DROP */
        struct {
            int fd;
            int flags;
            mode_t mode;
        } open;
        struct {
            int from, to;
        } dup2;
        struct {
            int first, last; /* CLOSEFROM (last: INT_MAX), CLOSERANGE: these are closed, except: */
            const int *own;  /* descriptors of our own; set by the plan */
            size_t own_count;
        } range;
        struct {
            int from, to; /* its ends for reading and for writing */
            int flags;    /* O_DIRECT, O_NONBLOCK */
        } pipe;
        struct {
            int signo;
            int pid, parent; /* of the process that made the plan; set by the plan */
        } pdeathsig;
        os_sigset signals; /* SIGDEF, SIGIGN; SIGMASK: these are blocked and no others */
        struct {
            const struct os_step *steps; /* set by the plan */
            size_t count;
        } verify;
        struct {
            int fd;                 /* the program is this open file; -1: one of */
            const char *candidates; /* NUL-terminated paths, tried in order; set by the plan */
            size_t count;
            bool searched;                      /* they are those that PATH gives */
            char *const *argv, *const *environ; /* set by the plan */
            struct os_exec_failure *failure;    /* where a failure is explained; NULL: nowhere */
        } exec;
    };
};

/* Returns the name of a kind, such as "open", "setuid" or "exec"; "unknown" for any other number.
 */
const char *os_step_name(enum os_step_kind kind);

/* Returns the capability (CAP_*) whose lack can be the reason for EPERM or EACCES; -1: none. */
int os_step_capability(enum os_step_kind kind);

/* Explains the failure of a step, which returned r, a negative errno, in the process that did it.
 * Returns a literal for base_error.hint; NULL: nothing is to be added. */
const char *os_step_hint(const struct os_step *s, int r);

/* Does steps[first] to steps[end - 1], except FORK, which the caller does, and stores the index of
 * each in *current before. Safe in a child that shares its parent's memory. Returns 0, or -errno:
 * EINVAL if a step's kind is unknown. EXEC returns only if it fails. */
int os_steps_do(const struct os_step *steps, size_t first, size_t end, size_t *current);
