/* SPDX-License-Identifier: 0BSD
 *
 * The machine's CPUs: os.cpu_count, process_cpu_count, getloadavg.
 */
#pragma once

#include <stdint.h>
#include <time.h>

#include "base/error.h"
#include "os/cgroup.h"
#include "os/cpuset.h"

struct os_cpus {
    unsigned count;          /* os.cpu_count: those that are online */
    unsigned usable;         /* os.process_cpu_count: those that this thread may use */
    struct os_cpuset online; /* empty: unavailable */
    enum os_cgroup_quota quota;
    int64_t quota_ns; /* OS_QUOTA_LIMITED: CPU time in each second, in nanoseconds */
    bool has_load;
    struct timespec load[3]; /* os.getloadavg, of 1, 5 and 15 minutes: sysinfo(2), to nine digits */
};

/* Reads all of it. Returns 0, or -errno: ENOMEM. */
int os_cpus_get(struct os_cpus *c, struct base_error *e);
void os_cpus_finish(struct os_cpus *c);

/* Converts a load average of sysinfo(2), in 65536ths, to nine digits; ties are rounded to even, as
 * by printf(3). */
struct timespec os_load_average(unsigned long load);
