/* SPDX-License-Identifier: 0BSD
 *
 * The machine's CPUs.
 */
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/io.h"
#include "os/cpus.h"

/* The kernel's list. Only short memory is a failure. */
static int read_online(struct os_cpuset *online) {
    char text[4096];
    base_read_text("/sys/devices/system/cpu/online", text, sizeof text);
    text[strcspn(text, "\n")] = '\0';
    const char *reason = os_cpuset_parse(text, online);
    return reason && strcmp(reason, "out of memory") == 0 ? -ENOMEM : 0;
}

/* 2^9 of 10^9 and of 2^16 cancel out. */
struct timespec os_load_average(unsigned long load) {
    uint64_t fraction = load & ((1UL << SI_LOAD_SHIFT) - 1);
    uint64_t product = fraction * 1953125, number = product >> 7, rest = product & 127;
    number += rest > 64 || (rest == 64 && number & 1);
    return (struct timespec){ (time_t)(load >> SI_LOAD_SHIFT), (long)number };
}

/* /proc/loadavg has two digits of it. */
static void read_load(struct os_cpus *c) {
    struct sysinfo info;
    c->has_load = sysinfo(&info) == 0;
    for (int i = 0; c->has_load && i < 3; i++)
        c->load[i] = os_load_average(info.loads[i]);
}

int os_cpus_get(struct os_cpus *c, struct base_error *e) {
    const struct os_cgroup_process self = { "/proc/self/cgroup", "/proc/self/mountinfo", "",
                                            getpid() };
    struct os_cpuset usable = { 0 };
    *c = (struct os_cpus){ 0 };
    int r = os_cpuset_get_affinity(0, &usable);
    c->usable = os_cpuset_size(&usable);
    os_cpuset_finish(&usable);
    if (r < 0)
        return base_fail(e, -r, "sched_getaffinity", NULL);
    if (read_online(&c->online) < 0)
        return base_fail(e, ENOMEM, "malloc", NULL);
    /* musl's sysconf(3) counts what this process may use. */
    c->count = os_cpuset_size(&c->online);
    if (!c->count)
        c->count = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    c->quota = os_cgroup_cpu_quota(&self, &c->quota_ns);
    read_load(c);
    return 0;
}

void os_cpus_finish(struct os_cpus *c) {
    os_cpuset_finish(&c->online);
}
