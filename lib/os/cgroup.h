/* SPDX-License-Identifier: 0BSD
 *
 * Control groups of a process, and the limits in their files (cgroups(7)).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/vec.h"

/* A process, and where the files about its cgroups are. */
struct os_cgroup_process {
    const char *cgroup;    /* /proc/PID/cgroup, whose lines are "ID:CONTROLLERS:PATH" */
    const char *mountinfo; /* /proc/self/mountinfo */
    const char *prefix;    /* of every path of mountinfo: "" unless in a test */
    pid_t pid;             /* to recognize its group if only its members identify it */
};

/* A directory of a hierarchy. The directories above it are those of the groups above, up to the
 * mount point, the first `top` bytes. */
struct os_cgroup_place {
    struct buf path;
    size_t top;
    bool own; /* the process's group; or only one above it, because the name is not visible here */
};

/* All places at which a process's group, or one above it, is mounted. */
struct os_cgroup {
    struct BASE_VEC(struct os_cgroup_place);
    bool exists;  /* the process is in a group of this controller, visible or not */
    bool unified; /* version 2 */
};

/* Finds the group of a process that a controller of version 1 applies to, or otherwise its group in
 * the unified hierarchy. Returns 0, or -errno: ENOENT without /proc or cgroups, ENOMEM. */
int os_cgroup_find(struct os_cgroup *g, const struct os_cgroup_process *p, const char *controller);
void os_cgroup_finish(struct os_cgroup *g);

/* Reads the decimal number that a file of a group begins with; `name` begins with '/'. Returns 0,
 * or -errno: ENODATA if there is none. */
int os_cgroup_read_number(struct buf *directory, const char *name, int64_t *number);

/* The CPU time that a group may use. */
enum os_cgroup_quota { OS_QUOTA_UNKNOWN, OS_QUOTA_NONE, OS_QUOTA_LIMITED };

/* Finds the lowest limit of a process's group and of those above it that are visible, and stores it
 * in nanoseconds per second. If the group itself is not visible and no other has a limit, the
 * result is OS_QUOTA_UNKNOWN. */
enum os_cgroup_quota os_cgroup_cpu_quota(const struct os_cgroup_process *p, int64_t *ns);

/* Reads cpu.rt_runtime_us of a process's group. Returns false if it is unavailable: it exists in
 * version 1 only. */
bool os_cgroup_rt_runtime(const struct os_cgroup_process *p, int64_t *us);

/* Converts `quota` per `period` to nanoseconds per second, rounded down; INT64_MAX if that is out
 * of range. The period is positive. */
int64_t os_cgroup_quota_ns(uint64_t quota, uint64_t period);
