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

static bool detach(const struct os_wait_status *r) {
    int signo = r->status & SIGNAL_BITS;
    if (signo == SIGTRAP || signo == SIGSTOP)
        signo = 0;
    return syscall(SYS_ptrace, PTRACE_DETACH, r->pid, 0L, (long)signo) == 0;
}

int os_trace_waitid(idtype_t type, id_t id, int options, struct os_wait_status *r,
                    struct base_error *e) {
    for (;;) {
        int result = os_waitid(type, id, options, r, e);
        bool is_stop = options & WSTOPPED;
        if (result <= 0 || r->code != CLD_TRAPPED || (is_stop && options & WNOWAIT))
            return result;
        bool detached = detach(r);
        if (is_stop)
            return result;
        if (!detached) /* another change of its state follows: it is being killed */
            return 0;
    }
}

/* Reports one change of state among all children and traced threads, without consuming it. */
static bool look(int which, struct os_wait_status *r) {
    return os_waitid(P_ALL, 0, which | WNOHANG | WNOWAIT | __WALL, r, NULL) > 0;
}

static bool consume(int pid, int which, struct os_wait_status *r) {
    return os_waitid(P_PID, (id_t)pid, which | WNOHANG | __WALL, r, NULL) > 0;
}

/* Whether it is not the first thread of its process, whose ID is that of the process. */
static bool is_other_thread(int tid) {
    return syscall(SYS_tgkill, tid, tid, 0) < 0 && errno == ESRCH;
}

static bool release_stopped(int pid) {
    struct os_wait_status r;
    if (!look(WSTOPPED, &r))
        return false;
    if (pid == OS_TRACE_KEEP && !is_other_thread(r.pid))
        return false;
    if (r.code != CLD_TRAPPED && r.pid == pid)
        return true;
    if (!consume(r.pid, WSTOPPED, &r))
        return false;
    if (r.code == CLD_TRAPPED)
        detach(&r);
    return true;
}

static bool release_ended(void) {
    struct os_wait_status r;
    return look(WEXITED, &r) && is_other_thread(r.pid) && consume(r.pid, WEXITED, &r);
}

bool os_trace_release(int pid) {
    return release_stopped(pid) || release_ended();
}
