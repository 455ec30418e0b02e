/* SPDX-License-Identifier: 0BSD
 *
 * Children that ask to be traced.
 */
#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/trace.h"

enum { SIGNAL_BITS = 0x7f }; /* above them are PTRACE_EVENT_* */

void os_trace_detach(const struct os_wait_status *r) {
    int signo = r->status & SIGNAL_BITS;
    if (signo == SIGTRAP || signo == SIGSTOP)
        signo = 0;
    syscall(SYS_ptrace, PTRACE_DETACH, r->pid, 0L, (long)signo);
}

/* Reports one change of state among all children and traced threads, without consuming it. */
static bool look(int which, struct os_wait_status *r) {
    return os_waitid(P_ALL, 0, which | WNOHANG | WNOWAIT | __WALL, r, NULL) > 0;
}

static bool consume(int pid, int which, struct os_wait_status *r) {
    return os_waitid(P_PID, (id_t)pid, which | WNOHANG | __WALL, r, NULL) > 0;
}

/* The stop of a child that was inherited is consumed, too, because it would hide those after it. */
static bool release_stopped(int pid) {
    struct os_wait_status r;
    if (!look(WSTOPPED, &r))
        return false;
    if (r.pid == pid)
        return true;
    if (!consume(r.pid, WSTOPPED, &r))
        return false;
    if (r.code == CLD_TRAPPED)
        os_trace_detach(&r);
    return true;
}

static bool is_thread_of(int pid, int tid) {
    return tid != pid && (syscall(SYS_tgkill, pid, tid, 0) == 0 || errno == EPERM);
}

static bool release_ended(int pid) {
    struct os_wait_status r;
    return look(WEXITED, &r) && is_thread_of(pid, r.pid) && consume(r.pid, WEXITED, &r);
}

bool os_trace_release(int pid) {
    return release_stopped(pid) || release_ended(pid);
}
