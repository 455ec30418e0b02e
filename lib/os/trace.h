/* SPDX-License-Identifier: 0BSD
 *
 * Children that ask to be traced. PTRACE_TRACEME makes the parent the tracer, which
 * the kernel then has resume the child, or the thread that asked, at each signal and
 * execve(2). We only wait: so we detach from it.
 */
#pragma once

#include <stdbool.h>

#include "os/wait_status.h"

/* As os_waitid(), but detaches from a child that has stopped because it is traced, and reports that
 * only with WSTOPPED; with WNOWAIT, too, it stays as it is. The child receives the signal that it
 * stopped for, except SIGTRAP and SIGSTOP. */
int os_trace_waitid(idtype_t type, id_t id, int options, struct os_wait_status *r,
                    struct base_error *e);

/* Handles one change of state of a thread of a child, which waiting for the child does not report:
 * detaches from a thread that has stopped, and waits for one that has ended, without which the
 * child would never end. Call it after SIGCHLD when the child has not changed its state. Returns
 * whether there was one: then call it again.
 *
 * A stop that is not due to tracing hides those after it. It is consumed, unless it is that of the
 * child `pid`, to be waited for. With OS_TRACE_KEEP only threads are handled, and no stop of a
 * process is consumed. */
enum { OS_TRACE_KEEP = -1 };
bool os_trace_release(int pid);
