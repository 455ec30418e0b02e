/* SPDX-License-Identifier: 0BSD
 *
 * Scheduling of threads.
 */
#include <linux/capability.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "os/capability.h"
#include "os/clock.h"
#include "os/proc.h"
#include "os/sched.h"

static int fail(int errnum, const char *operation, struct base_error *e) {
    int r = base_fail(e, errnum, operation, NULL);
    if (e && (errnum == EPERM || errnum == EACCES))
        e->capability = os_capability_missing(CAP_SYS_NICE);
    return r;
}

void os_sched_finish(struct os_sched *s) {
    os_cpuset_finish(&s->affinity);
}

/* A kernel whose structure is smaller than ours (before 5.3) accepts the first version's size. */
int os_sched_get_attr(int tid, struct os_sched_attr *attr) {
    memset(attr, 0, sizeof *attr);
    if (syscall(SYS_sched_getattr, tid, attr, sizeof *attr, 0) == 0)
        return 0;
    if (errno != EINVAL || syscall(SYS_sched_getattr, tid, attr, OS_SCHED_ATTR_SIZE_VER0, 0) < 0)
        return -errno;
    return 0;
}

int os_sched_get(int tid, struct os_sched *s, struct base_error *e) {
    struct timespec interval;
    int r = os_sched_get_attr(tid, &s->attr);
    if (r < 0)
        return fail(-r, "sched_getattr", e);
    r = os_cpuset_get_affinity(tid, &s->affinity);
    if (r < 0)
        return fail(-r, "sched_getaffinity", e);
    /* sched_getattr(2) has the nice value of the normal policies only. */
    errno = 0;
    int nice = getpriority(PRIO_PROCESS, (id_t)tid);
    if (nice == -1 && errno)
        return fail(errno, "getpriority", e);
    s->attr.sched_nice = nice;
    s->has_interval = sched_rr_get_interval(tid, &interval) == 0;
    s->interval_ns = s->has_interval ? os_timespec_ns(interval) : 0;
    return 0;
}

bool os_sched_cpu(int tid, int *cpu) {
    long number;
    bool found = tid == getpid() ? os_proc_stat_number(0, 39, &number)
                                 : os_proc_thread_number(tid, 39, &number);
    *cpu = found ? (int)number : -1;
    return found;
}

static long set_attr(int tid, const struct os_sched_attr *attr, uint32_t size) {
    struct os_sched_attr want = *attr;
    want.size = size;
    return syscall(SYS_sched_setattr, tid, &want, 0);
}

/* E2BIG: a kernel whose structure is smaller than ours. */
int os_sched_set(int tid, const struct os_sched_attr *attr, struct base_error *e) {
    long r = set_attr(tid, attr, sizeof *attr);
    if (r < 0 && errno == E2BIG)
        r = set_attr(tid, attr, OS_SCHED_ATTR_SIZE_VER0);
    return r < 0 ? fail(errno, "sched_setattr", e) : 0;
}

int os_sched_set_affinity(int tid, const struct os_cpuset *cpus, struct base_error *e) {
    int r = os_cpuset_set_affinity(tid, cpus);
    return r < 0 ? fail(-r, "sched_setaffinity", e) : 0;
}

int os_sched_set_nice(int tid, int nice, struct base_error *e) {
    if (setpriority(PRIO_PROCESS, (id_t)tid, nice) < 0)
        return fail(errno, "setpriority", e);
    return 0;
}

int os_sched_range(int policy, int *least, int *greatest, struct base_error *e) {
    *least = sched_get_priority_min(policy);
    *greatest = sched_get_priority_max(policy);
    return *least < 0 || *greatest < 0 ? fail(errno, "sched_get_priority_min", e) : 0;
}

bool os_sched_rr_interval(int64_t *ns) {
    if (!os_read_number("/proc/sys/kernel/sched_rr_timeslice_ms", ns))
        return false;
    *ns *= OS_NS_PER_MS;
    return true;
}

void os_sched_yield(void) {
    sched_yield();
}
