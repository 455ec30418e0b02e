/* SPDX-License-Identifier: 0BSD
 *
 * How a process ended, stopped or continued: os.wait, os.wait3, os.wait4,
 * os.waitpid, os.waitid, os.waitstatus_to_exitcode, the W* macros.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <sys/wait.h>

#include "base/error.h"
#include "os/kernel.h"

/* Where a result is from. */
enum os_wait_via {
    OS_VIA_NOTHING,    /* no result */
    OS_VIA_WAITID,     /* waitid(2): our own child */
    OS_VIA_PIDFD_INFO, /* ioctl(PIDFD_GET_INFO), Linux 6.15: reaped by its parent */
    OS_VIA_PROCSTAT,   /* /proc/PID/stat: a zombie */
};

/* A change of state. pid, uid, code and status are those of siginfo_t (waitid(2)), whose own names
 * are macros. */
struct os_wait_status {
    enum os_wait_via via;
    const char *reason; /* why there is no result, a literal; NULL if there is one */
    int pid;
    bool has_uid; /* uid is available */
    unsigned uid;
    int code;   /* CLD_EXITED, CLD_KILLED, CLD_DUMPED, CLD_TRAPPED, CLD_STOPPED, CLD_CONTINUED */
    int status; /* the exit status, or the number of the signal */
    int wait_status; /* the same as one word, as wait(2) stores it */
    bool has_rusage;
    struct os_kernel_rusage rusage; /* of the process and the children it waited for */
};

/* waitid(2), with the resource usage that only the system call returns. An interrupted wait is
 * resumed. Returns 1 and *r, 0 if there is nothing to report with WNOHANG, or -errno: ECHILD if
 * there is no such child, EINVAL for bad options, EAGAIN for a non-blocking pidfd of a running
 * process. */
int os_waitid(idtype_t type, id_t id, int options, struct os_wait_status *r, struct base_error *e);

/* Returns whether the kernel has a signal with that number. */
bool os_is_signal(int number);

/* Sets code and status from r->wait_status: a word of 16 bits, or a stop with a ptrace(2) event
 * above them. Returns false if wait(2) never stores it. */
bool os_wait_decode(struct os_wait_status *r);

/* Returns whether the process has ended, not stopped or continued. */
bool os_wait_ended(const struct os_wait_status *r);

/* os.waitstatus_to_exitcode: the exit status, or minus the signal number, of a process that has
 * ended. */
int os_wait_exitcode(const struct os_wait_status *r);

/* A shell's $?: the exit status, or 128 plus the signal number. */
int os_wait_shell_status(const struct os_wait_status *r);
