/* SPDX-License-Identifier: 0BSD
 *
 * Steps: session, limits, scheduling, umask, signals.
 */
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/kernel.h"
#include "os/limit.h"
#include "os/sched.h"
#include "os/spawn_private.h"

int os_step_setsid(const struct os_step *s) {
    (void)s;
    int r = os_outcome(setsid());
    return r < 0 ? r : os_expect(getsid(0) == getpid());
}

int os_step_setpgid(const struct os_step *s) {
    int r = os_outcome(setpgid(0, s->pgid));
    return r < 0 ? r : os_expect(getpgid(0) == (s->pgid ? s->pgid : getpid()));
}

int os_step_rlimit(const struct os_step *s) {
    struct rlimit want = { 0 }, now = { 0 };
    int r = os_limit(s->limit.resource, NULL, &want);
    if (r < 0)
        return r;
    if (s->limit.soft != OS_RLIMIT_KEEP)
        want.rlim_cur = s->limit.soft;
    if (s->limit.hard != OS_RLIMIT_KEEP)
        want.rlim_max = s->limit.hard;
    r = os_limit(s->limit.resource, &want, NULL);
    if (r == 0)
        r = os_limit(s->limit.resource, NULL, &now);
    if (r < 0)
        return r;
    return os_expect(now.rlim_cur == want.rlim_cur && now.rlim_max == want.rlim_max);
}

/* ---- scheduling ---- */

/* nice(2) clamps the value to the range, and so does this. */
int os_nice_after(int now, const struct os_step *s) {
    int want = s->nice.value;
    if (!s->nice.absolute && __builtin_add_overflow(now, s->nice.value, &want))
        want = s->nice.value;
    return want < -20 ? -20 : want > 19 ? 19 : want;
}

int os_step_nice(const struct os_step *s) {
    errno = 0;
    int now = getpriority(PRIO_PROCESS, 0);
    if (now == -1 && errno)
        return -errno;
    int want = os_nice_after(now, s);
    if (setpriority(PRIO_PROCESS, 0, want) < 0)
        return -errno;
    return os_expect(getpriority(PRIO_PROCESS, 0) == want);
}

static int set_attributes(const struct os_sched_attr *want) {
    struct os_sched_attr now = { 0 };
    int r = os_sched_set(0, want, NULL);
    if (r == 0)
        r = os_sched_get_attr(0, &now);
    return r < 0 ? r
                 : os_expect(now.sched_policy == want->sched_policy &&
                             now.sched_priority == want->sched_priority &&
                             now.sched_flags == want->sched_flags);
}

/* By system call: musl does not implement sched_setscheduler, which would be for a thread, not a
 * process. */
int os_step_scheduler(const struct os_step *s) {
    if (s->scheduler.attr)
        return set_attributes(s->scheduler.attr);
    struct sched_param want = { .sched_priority = s->scheduler.priority }, now = { 0 };
    int policy = s->scheduler.policy;
    if (policy < 0)
        policy = (int)syscall(SYS_sched_getscheduler, 0);
    if (policy < 0 || syscall(SYS_sched_setscheduler, 0, policy, &want) < 0 ||
        syscall(SYS_sched_getparam, 0, &now) < 0)
        return -errno;
    return os_expect(syscall(SYS_sched_getscheduler, 0) == policy &&
                     now.sched_priority == want.sched_priority);
}

enum { CPU_WORDS = 128 /* 8192 CPUs, the most that Linux can be built for */ };

/* The kernel silently leaves out CPUs that do not exist or that a cgroup excludes. */
int os_step_affinity(const struct os_step *s) {
    unsigned long words[CPU_WORDS] = { 0 };
    const struct os_cpuset now = { words, CPU_WORDS };
    int r = os_cpuset_set_affinity(0, &s->affinity);
    if (r < 0)
        return r;
    if (syscall(SYS_sched_getaffinity, 0, sizeof words, words) < 0)
        return -errno;
    return os_expect(os_cpuset_equal(&now, &s->affinity));
}

/* By system call: a filter can make it fail, which umask(2) does not report. What is read back is
 * never what a call that does nothing returns each time. */
int os_step_umask(const struct os_step *s) {
    const long want = (long)s->umask, other = want ^ 0777;
    if (syscall(SYS_umask, want) < 0)
        return -errno;
    return os_expect(syscall(SYS_umask, other) == want && syscall(SYS_umask, want) == other);
}

/* ---- the last ones ---- */

int os_step_no_new_privs(const struct os_step *s) {
    (void)s;
    int r = os_outcome(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    return r < 0 ? r : os_expect(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
}

/* No signal comes for a parent that died before the call. Across a new PID namespace the parent is
 * 0. */
int os_step_pdeathsig(const struct os_step *s) {
    int now = 0, signo = s->pdeathsig.signo;
    if (prctl(PR_SET_PDEATHSIG, signo, 0, 0, 0) < 0 || prctl(PR_GET_PDEATHSIG, &now, 0, 0, 0) < 0)
        return -errno;
    int parent = getpid() == s->pdeathsig.pid ? s->pdeathsig.parent : s->pdeathsig.pid;
    int ppid = getppid();
    if (ppid != parent && ppid != 0)
        kill(getpid(), signo);
    return os_expect(now == signo);
}

/* ---- signals ---- */

static int set_actions(os_sigset set, void (*handler)(int)) {
    int r = 0;
    for (int signo = 1; signo <= OS_KERNEL_SIGNALS && r == 0; signo++) {
        bool fixed = signo == SIGKILL || signo == SIGSTOP;
        /* Their action is always the default one; "all" means the others. */
        if (fixed && (handler == SIG_DFL || set == ~(os_sigset)0))
            continue;
        if (set & OS_BIT(signo - 1))
            r = os_signal_action(signo, handler);
    }
    return r;
}

int os_step_sigdef(const struct os_step *s) {
    return set_actions(s->signals, SIG_DFL);
}

int os_step_sigign(const struct os_step *s) {
    return set_actions(s->signals, SIG_IGN);
}

int os_step_sigmask(const struct os_step *s) {
    os_sigset now = 0, fixed = OS_BIT(SIGKILL - 1) | OS_BIT(SIGSTOP - 1);
    int r = os_signal_mask(&s->signals, NULL);
    if (r == 0)
        r = os_signal_mask(NULL, &now);
    return r < 0 ? r : os_expect(now == (s->signals & ~fixed));
}
