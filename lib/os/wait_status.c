/* SPDX-License-Identifier: 0BSD
 *
 * How a process ended, stopped or continued.
 */
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
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

bool os_is_signal(int number) {
    return number >= 1 && number < _NSIG;
}

/* ptrace(2): an event stop has the event above the signal. PTRACE_EVENT_STOP is also that of a
 * stopped process group. A system call stop (SIGTRAP | 0x80, only for a tracer that requested it)
 * is not accepted: its signal number is not one. */
static bool is_stop_word(int signo, int event) {
    bool stops = signo == SIGSTOP || signo == SIGTSTP || signo == SIGTTIN || signo == SIGTTOU;
    if (event == 0)
        return os_is_signal(signo);
    if (event == PTRACE_EVENT_STOP)
        return signo == SIGTRAP || stops;
    return event <= PTRACE_EVENT_SECCOMP && signo == SIGTRAP;
}

/* Does not use the macros of libc, which differ for words that no kernel returns. */
bool os_wait_decode(struct os_wait_status *r) {
    int status = r->wait_status;
    int low = status & 0xff;
    if (status < 0)
        return false;
    if (status == CONTINUED) {
        r->code = CLD_CONTINUED;
        r->status = SIGCONT;
    } else if (low == STOPPED) {
        r->code = CLD_STOPPED;
        r->status = status >> 8 & 0xff;
        return is_stop_word(r->status, status >> 16);
    } else if (low == 0 && !(status & ~STATUS_BITS)) {
        r->code = CLD_EXITED;
        r->status = status >> 8;
    } else {
        r->code = status & CORE_FLAG ? CLD_DUMPED : CLD_KILLED;
        r->status = status & SIGNAL_BITS;
        return status == low && os_is_signal(r->status);
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
