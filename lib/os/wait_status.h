/* SPDX-License-Identifier: 0BSD
 *
 * How a process ended, stopped or went on: os.wait, os.wait3, os.wait4,
 * os.waitpid, os.waitid, os.waitstatus_to_exitcode, the W* macros.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <sys/wait.h>

#include "base/error.h"
#include "os/kernel.h"

/* Where the answer is from. */
enum os_wait_via {
    OS_VIA_NOTHING,    /* nobody can tell */
    OS_VIA_WAITID,     /* waitid(2): it is a child of ours */
    OS_VIA_PIDFD_INFO, /* ioctl(PIDFD_GET_INFO), Linux 6.15: it was reaped by its parent */
    OS_VIA_PROCSTAT,   /* /proc/PID/stat: it is a zombie */
};

/* What is known of a change of state. pid, uid, code and status are those of siginfo_t
 * (waitid(2)), whose own names are macros. */
struct os_wait_status {
    enum os_wait_via via;
    const char *reason; /* why nobody can tell, a literal; NULL otherwise */
    int pid;
    bool has_uid; /* the kernel told uid */
    unsigned uid;
    int code;   /* CLD_EXITED, CLD_KILLED, CLD_DUMPED, CLD_TRAPPED, CLD_STOPPED, CLD_CONTINUED */
    int status; /* the exit status, or the number of the signal */
    int wait_status; /* the same as one word, as wait(2) stores it */
    bool has_rusage;
    struct os_kernel_rusage rusage; /* of the process and the children that it waited for */
};

/* waitid(2), with the resource usage that only the system call tells: 1 and *r; 0 when WNOHANG was
 * asked for and nothing is to be told. An interrupted wait goes on. Errors: ECHILD, no such child;
 * EINVAL, no such options; EAGAIN, a non-blocking pidfd whose process runs. */
int os_waitid(idtype_t type, id_t id, int options, struct os_wait_status *r, struct base_error *e);

/* Fills code and status from r->wait_status: a word of 16 bits, or a stop with an event of
 * ptrace(2) above them. False: it is no wait status. */
bool os_wait_decode(struct os_wait_status *r);

/* Whether the process has ended, in contrast to stopped or continued. */
bool os_wait_ended(const struct os_wait_status *r);

/* os.waitstatus_to_exitcode: the exit status, or minus the number of the signal; of a process that
 * has ended. */
int os_wait_exitcode(const struct os_wait_status *r);

/* What a shell would show in $?: the exit status, or 128 and the number of the signal. */
int os_wait_shell_status(const struct os_wait_status *r);
