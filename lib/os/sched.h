/* SPDX-License-Identifier: 0BSD
 *
 * Scheduling: os.sched_getscheduler, sched_setscheduler, sched_getparam,
 * sched_setparam, sched_getaffinity, sched_setaffinity, sched_rr_get_interval,
 * sched_get_priority_min, _max, sched_yield, getpriority, setpriority,
 * cpu_count, process_cpu_count, getloadavg. Of threads: a process is its main
 * one. By system call, as musl has no calls for threads.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/buf.h"
#include "base/error.h"
#include "os/kernel.h"

/* How a thread is scheduled. */
struct os_sched {
    struct os_sched_attr attr; /* policy, nice value, priority, deadline parameters */
    struct buf affinity; /* unsigned long: CPU n is bit n % b of word n / b, for b bits each */
    bool has_interval;
    int64_t interval_ns; /* of SCHED_RR: its turn */
    int cpu;             /* where it ran last; -1: not known (no /proc) */
};

void os_sched_finish(struct os_sched *s);

/* Of a thread (0: this one). ESRCH. *s is zero, or was filled before. */
int os_sched_get(int tid, struct os_sched *s, struct base_error *e);

/* Its attr alone, without the nice value of a policy of real time: 0 or -errno. */
int os_sched_get_attr(int tid, struct os_sched_attr *attr);

/* sched_setattr(2), with *attr as os_sched_get() gave it and changed since. EPERM, with
 * CAP_SYS_NICE where it is missing: os_sched_explain() knows why; EINVAL: a priority that the
 * policy does not have, or no such policy here; EBUSY: no CPU time is left for that deadline;
 * ESRCH. */
int os_sched_set(int tid, const struct os_sched_attr *attr, struct base_error *e);

/* sched_setaffinity(2) with a mask of `size` bytes. EINVAL: none of these CPUs is there for it. */
int os_sched_set_affinity(int tid, const void *mask, size_t size, struct base_error *e);

/* setpriority(2) of one thread, which a policy of real time keeps for when it leaves it. */
int os_sched_set_nice(int tid, int nice, struct base_error *e);

/* The least and the greatest priority of a policy. EINVAL: no such policy. */
int os_sched_range(int policy, int *least, int *greatest, struct base_error *e);

/* The turn of SCHED_RR, from /proc/sys/kernel; false: not known. */
bool os_sched_rr_interval(int64_t *ns);

void os_sched_yield(void);

/* Which threads: appends the id of each (int) to b. */
int os_sched_threads(int pid, struct buf *b, struct base_error *e);   /* of a process */
int os_sched_group(int pgid, struct buf *b, struct base_error *e);    /* processes of a group */
int os_sched_user(unsigned uid, struct buf *b, struct base_error *e); /* of a real user id */

/* The CPUs. */
struct os_cpus {
    int count;         /* os.cpu_count: those that are online */
    int usable;        /* os.process_cpu_count: those this process may use */
    struct buf online; /* which, as a mask; empty: not known */
    bool has_quota;
    uint64_t quota_us, period_us; /* of the cgroup (cpu.max): CPU time in each period */
    bool has_load;
    struct timespec load[3]; /* os.getloadavg, of 1, 5 and 15 minutes: sysinfo(2), to nine digits */
};
int os_cpus_get(struct os_cpus *c, struct base_error *e);
void os_cpus_finish(struct os_cpus *c);

/* What governs whether a thread may be scheduled in real time or with a lower nice value. */
struct os_sched_limits {
    bool capable;          /* this process has CAP_SYS_NICE */
    bool foreign;          /* it has not, and the thread is another user's: nothing else counts */
    bool has_limits;       /* of the thread's process: */
    uint64_t rtprio, nice; /* RLIMIT_RTPRIO; RLIMIT_NICE, which is 20 minus a nice value */
    bool has_runtime;
    int64_t runtime_us; /* /proc/sys/kernel/sched_rt_runtime_us; -1: no limit */
    bool has_group_runtime;
    int64_t group_runtime_us; /* cpu.rt_runtime_us of the cgroup (v1): 0 forbids real time */
};
void os_sched_explain(int tid, struct os_sched_limits *l);
