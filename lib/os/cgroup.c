/* SPDX-License-Identifier: 0BSD
 *
 * Control groups: limits of a process's group.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "os/cgroup.h"
#include "os/clock.h"

/* ---- numbers ---- */

/* Reads the beginning of a file of a group. Returns its length, or -errno. */
static ssize_t read_text(struct buf *directory, const char *name, char *text, size_t room) {
    size_t length = directory->len;
    buf_add_str(directory, name);
    const char *path = buf_cstr(directory);
    ssize_t size = path ? base_read_text(path, text, room) : -ENOMEM;
    directory->len = length;
    return size;
}

int os_cgroup_read_number(struct buf *directory, const char *name, int64_t *number) {
    char text[64], *end;
    ssize_t size = read_text(directory, name, text, sizeof text);
    if (size < 0)
        return (int)size;
    *number = strtoll(text, &end, 10);
    return end == text ? -ENODATA : 0;
}

/* ---- the CPU's quota ---- */

int64_t os_cgroup_quota_ns(uint64_t quota, uint64_t period) {
    uint64_t seconds = quota / period, rest = quota % period, fraction = 0, ns;
    for (; period > UINT64_MAX / 10; period /= 10)
        rest /= 10;
    for (uint64_t unit = 1; unit < OS_NS_PER_S; unit *= 10) {
        rest *= 10;
        fraction = fraction * 10 + rest / period;
        rest %= period;
    }
    if (__builtin_mul_overflow(seconds, (uint64_t)OS_NS_PER_S, &ns) ||
        __builtin_add_overflow(ns, fraction, &ns) || ns > INT64_MAX)
        return INT64_MAX;
    return (int64_t)ns;
}

/* "QUOTA PERIOD" of cpu.max, or "max PERIOD". */
static int read_cpu_max(struct buf *directory, int64_t *quota, int64_t *period) {
    char text[64], *end;
    ssize_t size = read_text(directory, "/cpu.max", text, sizeof text);
    *quota = -1;
    if (size < 0 || strncmp(text, "max", 3) == 0)
        return size < 0 ? (int)size : 0;
    *quota = strtoll(text, &end, 10);
    *period = end == text ? 0 : strtoll(end, NULL, 10);
    return *quota >= 0 && *period > 0 ? 0 : -ENODATA;
}

/* Two files in version 1; -1 is no limit. */
static int read_cfs_quota(struct buf *directory, int64_t *quota, int64_t *period) {
    int r = os_cgroup_read_number(directory, "/cpu.cfs_quota_us", quota);
    if (r < 0 || *quota < 0)
        return r;
    r = os_cgroup_read_number(directory, "/cpu.cfs_period_us", period);
    return r == 0 && *period <= 0 ? -ENODATA : r;
}

/* The limit of one group. The files do not exist in the root group of version 2, where the
 * controller is not enabled, and where the kernel has no bandwidth control. */
static enum os_cgroup_quota read_quota(struct buf *directory, bool unified, int64_t *ns) {
    int64_t quota, period;
    int r = unified ? read_cpu_max(directory, &quota, &period)
                    : read_cfs_quota(directory, &quota, &period);
    if (r == -ENOENT) {
        const char *path = buf_cstr(directory);
        return path && access(*path ? path : "/", F_OK) == 0 ? OS_QUOTA_NONE : OS_QUOTA_UNKNOWN;
    }
    if (r < 0 || quota < 0)
        return r < 0 ? OS_QUOTA_UNKNOWN : OS_QUOTA_NONE;
    *ns = os_cgroup_quota_ns((uint64_t)quota, (uint64_t)period);
    return OS_QUOTA_LIMITED;
}

/* Lowers *least to the limits at a place. *own becomes true if the process's own group was read. */
static bool find_least(struct os_cgroup_place *place, bool unified, int64_t *least, bool *own) {
    struct buf *path = &place->path;
    bool limited = false, is_own = place->own;
    for (;;) {
        int64_t ns;
        enum os_cgroup_quota quota = read_quota(path, unified, &ns);
        if (quota == OS_QUOTA_LIMITED && ns < *least)
            *least = ns;
        limited |= quota == OS_QUOTA_LIMITED;
        *own |= is_own && quota != OS_QUOTA_UNKNOWN;
        is_own = false;
        if (path->len <= place->top)
            return limited;
        while (path->data[--path->len] != '/')
            ;
    }
}

enum os_cgroup_quota os_cgroup_cpu_quota(const struct os_cgroup_process *p, int64_t *ns) {
    struct os_cgroup g;
    bool limited = false, own = false;
    *ns = INT64_MAX;
    int r = os_cgroup_find(&g, p, "cpu");
    for (size_t i = 0; i < g.count; i++)
        limited |= find_least(&g.items[i], g.unified, ns, &own);
    own |= !g.exists;
    os_cgroup_finish(&g);
    if (limited)
        return OS_QUOTA_LIMITED;
    return r == 0 && own ? OS_QUOTA_NONE : OS_QUOTA_UNKNOWN;
}

bool os_cgroup_rt_runtime(const struct os_cgroup_process *p, int64_t *us) {
    struct os_cgroup g;
    bool found = false;
    os_cgroup_find(&g, p, "cpu");
    for (size_t i = 0; i < g.count && !found; i++)
        found = g.items[i].own &&
                os_cgroup_read_number(&g.items[i].path, "/cpu.rt_runtime_us", us) == 0;
    os_cgroup_finish(&g);
    return found;
}
