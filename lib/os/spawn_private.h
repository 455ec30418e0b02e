/* SPDX-License-Identifier: 0BSD
 *
 * What the files of the spawn engine share: spawn.c makes the plan, spawn_start.c
 * does it in a child, spawn_step.c has the table of the steps.
 */
#pragma once

#include <errno.h>

#include "os/spawn.h"

/* Completes all steps from the plan, before they are done. EXEC explains its failure in `failure`,
 * which may be NULL. */
void os_plan_bind(struct os_plan *p, struct os_exec_failure *failure);

/* Returns the index of a step; the number of steps if there is none of that kind. */
size_t os_plan_index(const struct os_plan *p, enum os_step_kind kind);

/* Describes the failure of a step that returned r, a negative errno; `hint` as os_step_hint().
 * Returns r. */
int os_plan_fail(const struct os_plan *p, size_t step, int r, const char *hint,
                 struct base_error *e);

/* ---- the functions that do the steps ----
 *
 * All of them may run in a child that shares its parent's memory: no allocation, no look-up,
 * nothing that leaves a trace. Each returns 0, or -errno: EPROTO if what was read back differs from
 * what was set. */

#define OS_BIT(n) (UINT64_C(1) << (n))

/* The result of a system call as 0 or -errno. */
static inline int os_outcome(long result) {
    return result < 0 ? -errno : 0;
}

/* The result of reading back. */
static inline int os_expect(bool same) {
    return same ? 0 : -EPROTO;
}

/* Returns the nice value that a NICE step makes of another one. */
int os_nice_after(int now, const struct os_step *s);

typedef int os_step_fn(const struct os_step *s);

/* spawn_process.c: session, limits, scheduling, signals */
os_step_fn os_step_setsid, os_step_setpgid, os_step_rlimit, os_step_nice, os_step_scheduler,
    os_step_affinity, os_step_umask, os_step_no_new_privs, os_step_pdeathsig, os_step_sigdef,
    os_step_sigign, os_step_sigmask;

/* spawn_namespace.c */
os_step_fn os_step_setns, os_step_unshare, os_step_propagation, os_step_map_root, os_step_chroot;

/* spawn_credential.c: checked by VERIFY, once all are set */
os_step_fn os_step_bounding, os_step_setgroups, os_step_setgid, os_step_setuid, os_step_setresgid,
    os_step_setresuid, os_step_resetids, os_step_inheritable, os_step_ambient, os_step_drop;
os_step_fn os_check_bounding, os_check_groups, os_check_gid, os_check_uid, os_check_resgid,
    os_check_resuid, os_check_resetids, os_check_inheritable, os_check_ambient, os_check_drop;

/* spawn_file.c: file actions and the program itself */
os_step_fn os_step_open, os_step_close, os_step_dup2, os_step_close_range, os_step_pipe,
    os_step_chdir, os_step_fchdir, os_step_exec;
