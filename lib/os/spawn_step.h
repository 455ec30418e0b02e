/* SPDX-License-Identifier: 0BSD
 *
 * The steps of a plan, as a child does them between clone and exec: system
 * calls alone, as it shares its parent's memory. Private to lib/os.
 */
#pragma once

#include <sys/resource.h>

#include "os/spawn.h"

struct os_step_report {
    int step;   /* index of the step that failed */
    int errnum; /* positive; 0: none failed */
};

/* Does the steps from index `first` up to EXEC: 0, or -1 and *r. `fork` not NULL: stops behind FORK
 * and stores the index of the step after it there; 0: there was none. NULL: FORK is passed over. */
int os_steps_do(const struct os_plan *p, size_t first, size_t *fork, struct os_step_report *r);

/* Executes the program: returns only on failure, with *r. */
void os_steps_exec(const struct os_plan *p, struct os_step_report *r);

/* In the child: the signal dispositions and the mask as they were before os_spawn(). */
void os_signals_inherit(const struct os_plan *p);

/* sigprocmask(SIG_SETMASK) and sigaction without libc, which keeps some signals to itself. */
int os_signal_mask(const os_sigset *set, os_sigset *old);
int os_signal_action(int signo, void (*handler)(int));
bool os_signal_ignored(int signo);

/* prlimit(2) of this process; `limit` and `old` may be NULL: 0 or -errno. */
int os_limit(int resource, const struct rlimit *limit, struct rlimit *old);
