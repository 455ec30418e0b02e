/* SPDX-License-Identifier: 0BSD
 *
 * Scheduling: what may prevent a change.
 */
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/capability.h"
#include "os/cgroup.h"
#include "os/proc.h"
#include "os/sched.h"

static bool read_group_runtime(int pid, int64_t *us) {
    char file[OS_PROC_PATH];
    os_proc_path(file, pid, "/cgroup");
    const struct os_cgroup_process process = { file, "/proc/self/mountinfo", "",
                                               pid ? pid : getpid() };
    return os_cgroup_rt_runtime(&process, us);
}

/* Reads a soft limit from /proc/PID/limits, which everyone may read, unlike with prlimit(2). */
static bool soft_limit(const char *text, const char *name, uint64_t *limit) {
    const char *line = strstr(text, name);
    if (!line)
        return false;
    line += strlen(name);
    line += strspn(line, " ");
    *limit = strncmp(line, "unlimited", 9) == 0 ? UINT64_MAX : strtoull(line, NULL, 10);
    return true;
}

static bool read_limits(int pid, struct os_sched_limits *l) {
    char text[4096];
    os_proc_read(pid, "/limits", text, sizeof text);
    return soft_limit(text, "Max realtime priority", &l->rtprio) &&
           soft_limit(text, "Max nice priority", &l->nice);
}

/* sched_setattr(2) and setpriority(2) require that our effective user id is one of the thread's
 * two. */
static bool is_foreign(int tid) {
    unsigned real, effective;
    return os_proc_users(tid, &real, &effective) && real != geteuid() && effective != geteuid();
}

void os_sched_explain(int tid, struct os_sched_limits *l) {
    int pid = tid == getpid() ? 0 : tid; /* our own is always readable */
    bool readable = !pid || os_proc_state(NULL) == OS_PROC_OURS;
    *l = (struct os_sched_limits){ .capable = os_capability_missing(CAP_SYS_NICE) < 0 };
    l->foreign = readable && !l->capable && is_foreign(pid);
    l->has_limits = readable && read_limits(pid, l);
    l->has_runtime = os_read_number("/proc/sys/kernel/sched_rt_runtime_us", &l->runtime_us);
    l->has_group_runtime = readable && read_group_runtime(pid, &l->group_runtime_us);
}
