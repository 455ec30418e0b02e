/* SPDX-License-Identifier: 0BSD
 *
 * Scheduling: os.sched_getscheduler, sched_setscheduler, sched_getparam,
 * sched_setparam, sched_getaffinity, sched_setaffinity, sched_rr_get_interval,
 * sched_get_priority_min, _max, sched_yield, getpriority, setpriority. All of
 * these are for threads: a process is its main thread. They are system calls,
 * because musl does not implement the functions.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/vec.h"
#include "os/cpuset.h"
#include "os/kernel.h"

/* How a thread is scheduled. */
struct os_sched {
    struct os_sched_attr attr; /* policy, nice value, priority, deadline parameters */
    struct os_cpuset affinity;
    bool has_interval;
    int64_t interval_ns; /* of SCHED_RR: the time slice */
};

void os_sched_finish(struct os_sched *s);

/* Reads how a thread (0: this one) is scheduled. *s is zero or was filled before. Returns 0, or
 * -errno: ESRCH if there is no such thread, ENOMEM. */
int os_sched_get(int tid, struct os_sched *s, struct base_error *e);

/* Stores the CPU where a thread ran last. Returns false if it is unavailable: without /proc, or
 * once the thread has ended. For threads of other processes, /proc has to be ours
 * (os_proc_state()). */
bool os_sched_cpu(int tid, int *cpu);

/* Reads only its attr, without the nice value of a real-time policy. Returns 0, or -errno: ESRCH.
 */
int os_sched_get_attr(int tid, struct os_sched_attr *attr);

/* sched_setattr(2), with *attr as os_sched_get() filled it and changed since.
 * Returns 0, or -errno: EPERM, with CAP_SYS_NICE if that is missing (os_sched_explain() says why);
 * EINVAL if the policy does not have that priority, or the kernel not that policy; EBUSY if no CPU
 * time is left for that deadline; ESRCH. */
int os_sched_set(int tid, const struct os_sched_attr *attr, struct base_error *e);

/* sched_setaffinity(2). Returns 0, or -errno: EINVAL if the thread may use none of these CPUs;
 * ESRCH; EPERM, with CAP_SYS_NICE if that is missing. */
int os_sched_set_affinity(int tid, const struct os_cpuset *cpus, struct base_error *e);

/* setpriority(2) of one thread; under a real-time policy it counts when the thread leaves that.
 * Returns 0, or -errno: EACCES or EPERM, with CAP_SYS_NICE if that is missing; ESRCH. */
int os_sched_set_nice(int tid, int nice, struct base_error *e);

/* Stores the least and the greatest priority of a policy. Returns 0, or -errno: EINVAL if there is
 * no such policy. */
int os_sched_range(int policy, int *least, int *greatest, struct base_error *e);

/* Reads the time slice of SCHED_RR from /proc/sys/kernel. Returns false if it is unavailable. */
bool os_sched_rr_interval(int64_t *ns);

/* sched_yield(2), which always succeeds. */
void os_sched_yield(void);

/* ---- which threads ---- */

struct os_ids BASE_VEC(int);

/* They need a /proc of our PID namespace, see os_proc_state().
 * Append the ids of a process's threads, of the processes of a group (0: ours), or of those that
 * have a real user id. Return 0, or -errno: ESRCH if there are none; ENOMEM; the errors of
 * opendir(3) for /proc. */
int os_sched_threads(int pid, struct os_ids *ids, struct base_error *e);
int os_sched_group(int pgid, struct os_ids *ids, struct base_error *e);
int os_sched_user(unsigned uid, struct os_ids *ids, struct base_error *e);

/* ---- what may prevent a change ---- */

/* What determines whether a thread may get a real-time policy or a lower nice value. */
struct os_sched_limits {
    bool capable;          /* this process has CAP_SYS_NICE */
    bool foreign;          /* it has not, and the thread is another user's: nothing else matters */
    bool has_limits;       /* of the thread's process: */
    uint64_t rtprio, nice; /* RLIMIT_RTPRIO; RLIMIT_NICE, which is 20 minus a nice value */
    bool has_runtime;
    int64_t runtime_us; /* /proc/sys/kernel/sched_rt_runtime_us; -1: no limit */
    bool has_group_runtime;
    int64_t group_runtime_us; /* cpu.rt_runtime_us of the cgroup (v1); 0: no real time */
};
void os_sched_explain(int tid, struct os_sched_limits *l);
