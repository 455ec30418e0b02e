/* SPDX-License-Identifier: 0BSD
 *
 * How a process ended, stopped or continued.
 */
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/wait_status.h"

enum {
    SIGNAL_BITS = 0x7f,
    CORE_FLAG = 0x80,
    STOPPED = 0x7f,
    CONTINUED = 0xffff,
    STATUS_BITS = 0xffff,
};

static int encode(int code, int status) {
    switch (code) {
    case CLD_EXITED:
        return (status & 0xff) << 8;
    case CLD_KILLED:
        return status;
    case CLD_DUMPED:
        return status | CORE_FLAG;
    case CLD_CONTINUED:
        return CONTINUED;
    default: /* CLD_STOPPED; CLD_TRAPPED, with PTRACE_EVENT_* above the signal (ptrace(2)) */
        return status << 8 | STOPPED;
    }
}

int os_waitid(idtype_t type, id_t id, int options, struct os_wait_status *r, struct base_error *e) {
    siginfo_t info;
    memset(&info, 0, sizeof info); /* WNOHANG may leave it unchanged */
    *r = (struct os_wait_status){ 0 };
    long result;
    do
        result = syscall(SYS_waitid, type, id, &info, options, &r->rusage);
    while (result < 0 && errno == EINTR);
    if (result < 0)
        return base_fail(e, errno, "waitid", NULL);
    if (info.si_pid == 0)
        return 0;
    r->via = OS_VIA_WAITID;
    r->pid = info.si_pid;
    r->has_uid = true;
    r->uid = info.si_uid;
    r->code = info.si_code;
    r->status = info.si_status;
    r->wait_status = encode(info.si_code, info.si_status);
    r->has_rusage = true;
    return 1;
}

/* Does not use the macros of libc, which differ for words that no kernel returns. */
bool os_wait_decode(struct os_wait_status *r) {
    int status = r->wait_status;
    int signal = status & SIGNAL_BITS;
    if (status < 0 || (status & ~STATUS_BITS && (status & 0xff) != STOPPED))
        return false;
    if (status == CONTINUED) {
        r->code = CLD_CONTINUED;
        r->status = SIGCONT;
    } else if (signal == 0) {
        r->code = CLD_EXITED;
        r->status = status >> 8;
    } else if (signal != STOPPED) {
        r->code = status & CORE_FLAG ? CLD_DUMPED : CLD_KILLED;
        r->status = signal;
    } else if (!(status & CORE_FLAG)) {
        r->code = CLD_STOPPED;
        r->status = status >> 8 & 0xff;
    } else {
        return false;
    }
    return true;
}

bool os_wait_ended(const struct os_wait_status *r) {
    return r->code == CLD_EXITED || r->code == CLD_KILLED || r->code == CLD_DUMPED;
}

int os_wait_exitcode(const struct os_wait_status *r) {
    return r->code == CLD_EXITED ? r->status : -r->status;
}

int os_wait_shell_status(const struct os_wait_status *r) {
    return r->code == CLD_EXITED ? r->status : 128 + r->status;
}
