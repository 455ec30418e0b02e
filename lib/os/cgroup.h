/* SPDX-License-Identifier: 0BSD
 *
 * Control groups of a process, and the numbers in their files (cgroups(7)).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* Where version 1 of the CPU controller is usually mounted. */
#define OS_CGROUP_CPU "/sys/fs/cgroup/cpu"

/* Replaces b by `mount` and the directory below it that a process has in the hierarchy of a
 * controller ("": the unified one). `file` is /proc/PID/cgroup, whose lines are
 * "ID:CONTROLLERS:PATH". Returns false if there is no such line or memory is short. */
bool os_cgroup_directory(const char *file, const char *controller, const char *mount,
                         struct buf *b);

/* Reads the decimal number that a file in a directory begins with; `name` begins with '/'. Returns
 * false if there is none. */
bool os_cgroup_read_number_in(struct buf *directory, const char *name, int64_t *number);

/* Stores the CPU time that a process's cgroup may use, in nanoseconds per second: the lowest limit
 * of the cgroup and its ancestors, of either version. Returns false if there is no limit, or none
 * is visible. `file` as above. */
bool os_cgroup_cpu_quota(const char *file, int64_t *ns);

/* Converts `quota` per `period` to nanoseconds per second, rounded down; INT64_MAX if that is out
 * of range. The period is positive. */
int64_t os_cgroup_quota_ns(uint64_t quota, uint64_t period);
