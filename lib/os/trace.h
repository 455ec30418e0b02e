/* SPDX-License-Identifier: 0BSD
 *
 * Children that ask to be traced. PTRACE_TRACEME makes the parent the tracer, which
 * the kernel then has resume the child, or the thread that asked, at each signal and
 * execve(2). We only wait: so we detach from it.
 */
#pragma once

#include <stdbool.h>

#include "os/wait_status.h"

/* Detaches from a process or thread that os_waitid() reported as CLD_TRAPPED. It receives the
 * signal that it stopped for, except SIGTRAP and SIGSTOP. ptrace(2) */
void os_trace_detach(const struct os_wait_status *r);

/* Handles one change of state of a thread of a child, which waiting for the child does not report:
 * detaches from a thread that has stopped, and waits for one that has ended, without which the
 * child would never end. Call it after SIGCHLD when the child has not changed its state. Returns
 * whether there was one: then call it again. */
bool os_trace_release(int pid);
