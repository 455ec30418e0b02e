/* SPDX-License-Identifier: 0BSD
 *
 * Control groups.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "os/cgroup.h"
#include "os/clock.h"
#include "os/proc.h"

/* ---- of which a process is ---- */

enum { READ_SIZE = 4096 };

/* Appends a whole file; *b has failed if it cannot be read. */
static void read_whole(const char *path, struct buf *b) {
    int fd = base_open(AT_FDCWD, path, O_RDONLY);
    ssize_t n = fd < 0 ? -1 : 1;
    while (n > 0 && buf_reserve(b, READ_SIZE)) {
        n = base_read(fd, b->data + b->len, READ_SIZE);
        if (n > 0)
            b->len += (size_t)n;
    }
    b->failed |= n < 0;
    if (fd >= 0)
        close(fd);
}

/* Whether a list such as "cpu,cpuacct" has that controller. */
static bool has_controller(const char *list, size_t size, const char *controller) {
    size_t length = strlen(controller);
    for (const char *at = list; at < list + size; at += strcspn(at, ",:") + 1)
        if (strncmp(at, controller, length) == 0 && (at[length] == ',' || at[length] == ':'))
            return true;
    return length == 0 && size == 0;
}

/* Returns the path on the line of a controller, up to the end of the line; NULL: there is none. */
static const char *find_path(const char *text, const char *controller) {
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
        const char *list = line + strcspn(line, ":\n");
        size_t size = *list == ':' ? strcspn(list + 1, ":\n") : 0;
        if (*list == ':' && list[1 + size] == ':' && has_controller(list + 1, size, controller))
            return list + 2 + size;
        if (!line[strcspn(line, "\n")])
            break;
    }
    return NULL;
}

bool os_cgroup_directory(const char *file, const char *controller, const char *mount,
                         struct buf *b) {
    struct buf lines = { 0 };
    read_whole(file, &lines);
    const char *text = buf_cstr(&lines);
    const char *path = text ? find_path(text, controller) : NULL;
    buf_clear(b);
    buf_add_str(b, mount);
    if (path)
        buf_add(b, path, strcspn(path, "\n"));
    buf_finish(&lines);
    return path && !b->failed;
}

/* ---- numbers ---- */

bool os_cgroup_read_number_in(struct buf *directory, const char *name, int64_t *number) {
    size_t length = directory->len;
    buf_add_str(directory, name);
    const char *path = buf_cstr(directory);
    bool known = path && os_read_number(path, number);
    directory->len = length;
    return known;
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
static bool read_cpu_max(struct buf *directory, int64_t *quota, int64_t *period) {
    char text[64], *end;
    size_t length = directory->len;
    buf_add_str(directory, "/cpu.max");
    const char *path = buf_cstr(directory);
    bool known = path && base_read_text(path, text, sizeof text) > 0 && text[0] != 'm';
    directory->len = length;
    *quota = known ? strtoll(text, &end, 10) : -1;
    *period = known ? strtoll(end, NULL, 10) : 0;
    return *quota >= 0 && *period > 0;
}

/* Two files in version 1; -1 is no limit. */
static bool read_cfs_quota(struct buf *directory, int64_t *quota, int64_t *period) {
    return os_cgroup_read_number_in(directory, "/cpu.cfs_quota_us", quota) && *quota >= 0 &&
           os_cgroup_read_number_in(directory, "/cpu.cfs_period_us", period) && *period > 0;
}

/* Lowers *least to the limit of a hierarchy. */
static void find_least(const char *file, const char *controller, const char *mount,
                       int64_t *least) {
    struct buf path = { 0 };
    bool more = os_cgroup_directory(file, controller, mount, &path);
    while (more && !path.failed && path.len >= strlen(mount)) {
        int64_t quota, period;
        bool has_quota = controller[0] ? read_cfs_quota(&path, &quota, &period)
                                       : read_cpu_max(&path, &quota, &period);
        int64_t ns = has_quota ? os_cgroup_quota_ns((uint64_t)quota, (uint64_t)period) : INT64_MAX;
        if (ns < *least)
            *least = ns;
        while (path.len && path.data[--path.len] != '/')
            ;
    }
    buf_finish(&path);
}

bool os_cgroup_cpu_quota(const char *file, int64_t *ns) {
    *ns = INT64_MAX;
    find_least(file, "", "/sys/fs/cgroup", ns);
    find_least(file, "", "/sys/fs/cgroup/unified", ns); /* beside version 1 */
    find_least(file, "cpu", OS_CGROUP_CPU, ns);
    return *ns < INT64_MAX;
}
