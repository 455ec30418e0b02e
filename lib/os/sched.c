/* SPDX-License-Identifier: 0BSD
 *
 * Scheduling of threads.
 */
#include <dirent.h>
#include <limits.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "os/capability.h"
#include "os/clock.h"
#include "os/process.h"
#include "os/sched.h"

enum { PROC_PATH = 40 };
enum { FIRST_MASK = 128, LAST_MASK = 1 << 17 /* bytes: a million CPUs */ };

static int fail(int errnum, const char *operation, struct base_error *e) {
    int r = base_fail(e, errnum, operation, NULL);
    if (e && (errnum == EPERM || errnum == EACCES))
        e->capability = os_capability_missing(CAP_SYS_NICE);
    return r;
}

/* ---- files of one line ---- */

static const char *path_in_proc(char path[static PROC_PATH], int id, const char *name) {
    snprintf(path, PROC_PATH, "/proc/%d%s", id, name);
    return path;
}

static void read_in_proc(int id, const char *name, char *text, size_t room) {
    char path[PROC_PATH];
    base_read_text(path_in_proc(path, id, name), text, room);
}

/* A field of /proc/PID/stat. */
static bool stat_field(int tid, unsigned number, long *value) {
    char text[2048];
    read_in_proc(tid, "/stat", text, sizeof text);
    const char *field = os_process_stat_field(text, number);
    if (field)
        *value = strtol(field, NULL, 10);
    return field;
}

/* ---- one thread ---- */

void os_sched_finish(struct os_sched *s) {
    buf_finish(&s->affinity);
}

/* A kernel whose structure is smaller than ours (before 5.3) takes the first version's size. */
int os_sched_get_attr(int tid, struct os_sched_attr *attr) {
    memset(attr, 0, sizeof *attr);
    if (syscall(SYS_sched_getattr, tid, attr, sizeof *attr, 0) == 0)
        return 0;
    if (errno != EINVAL || syscall(SYS_sched_getattr, tid, attr, OS_SCHED_ATTR_SIZE_VER0, 0) < 0)
        return -errno;
    return 0;
}

/* EINVAL: the kernel has more CPUs than that mask has room for. */
static int get_affinity(int tid, struct buf *b) {
    long size = -1;
    buf_clear(b);
    for (size_t room = FIRST_MASK; size < 0 && room <= LAST_MASK; room *= 2) {
        if (!buf_reserve(b, room))
            return -ENOMEM;
        size = syscall(SYS_sched_getaffinity, tid, room, b->data);
        if (size < 0 && errno != EINVAL)
            return -errno;
    }
    if (size < 0)
        return -EINVAL;
    b->len = (size_t)size;
    return 0;
}

int os_sched_get(int tid, struct os_sched *s, struct base_error *e) {
    struct timespec interval;
    long cpu;
    int r = os_sched_get_attr(tid, &s->attr);
    if (r < 0)
        return fail(-r, "sched_getattr", e);
    r = get_affinity(tid, &s->affinity);
    if (r < 0)
        return fail(-r, "sched_getaffinity", e);
    /* sched_getattr(2) tells the nice value of the normal policies only. */
    errno = 0;
    int nice = getpriority(PRIO_PROCESS, (id_t)tid);
    if (nice == -1 && errno)
        return fail(errno, "getpriority", e);
    s->attr.sched_nice = nice;
    s->has_interval = sched_rr_get_interval(tid, &interval) == 0;
    s->interval_ns = s->has_interval ? os_timespec_ns(interval) : 0;
    s->cpu = stat_field(tid ? tid : (int)getpid(), 39, &cpu) ? (int)cpu : -1;
    return 0;
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

int os_sched_set_affinity(int tid, const void *mask, size_t size, struct base_error *e) {
    if (syscall(SYS_sched_setaffinity, tid, size, mask) < 0)
        return fail(errno, "sched_setaffinity", e);
    return 0;
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

static bool read_number(const char *path, int64_t *number) {
    char text[64], *end;
    if (base_read_text(path, text, sizeof text) <= 0)
        return false;
    *number = strtoll(text, &end, 10);
    return end != text;
}

bool os_sched_rr_interval(int64_t *ns) {
    if (!read_number("/proc/sys/kernel/sched_rr_timeslice_ms", ns))
        return false;
    *ns *= 1000000;
    return true;
}

void os_sched_yield(void) {
    sched_yield();
}

/* ---- which threads ---- */

/* Calls take() for each entry of a directory of ids; -errno. */
static int each_id(const char *path, bool (*take)(int id, void *data), void *data, struct buf *b) {
    DIR *directory = opendir(path);
    if (!directory)
        return -errno;
    errno = 0;
    for (const struct dirent *entry; (entry = readdir(directory)); errno = 0) {
        char *end;
        long id = strtol(entry->d_name, &end, 10);
        int number = (int)id;
        if (end == entry->d_name || *end || id <= 0 || !take(number, data))
            continue;
        buf_add(b, &number, sizeof number);
    }
    int errnum = errno;
    closedir(directory);
    return b->failed ? -ENOMEM : -errnum;
}

static bool take_all(int id, void *data) {
    (void)id, (void)data;
    return true;
}

static bool is_of_group(int id, void *data) {
    const int *pgid = data;
    long group;
    return stat_field(id, 5, &group) && group == *pgid;
}

/* The first numbers of its line "Uid:", the real and the effective one. */
static bool read_users(int id, unsigned long *real, unsigned long *effective) {
    char text[4096], *end;
    read_in_proc(id, "/status", text, sizeof text);
    const char *line = strstr(text, "\nUid:");
    if (!line)
        return false;
    *real = strtoul(line + 5, &end, 10);
    *effective = strtoul(end, NULL, 10);
    return true;
}

/* The real one counts, as setpriority(2) takes it. */
static bool is_of_user(int id, void *data) {
    const unsigned *uid = data;
    unsigned long real, effective;
    return read_users(id, &real, &effective) && real == *uid;
}

/* A process has no /proc/PID/task when it has gone. */
int os_sched_threads(int pid, struct buf *b, struct base_error *e) {
    char path[PROC_PATH];
    int r = each_id(path_in_proc(path, pid, "/task"), take_all, NULL, b);
    return r < 0 ? base_fail(e, r == -ENOENT ? ESRCH : -r, "opendir", NULL) : 0;
}

static int none_is_an_error(int r, size_t before, const struct buf *b, struct base_error *e) {
    if (r == 0 && b->len == before)
        r = -ESRCH;
    return r < 0 ? base_fail(e, -r, "opendir", NULL) : 0;
}

int os_sched_group(int pgid, struct buf *b, struct base_error *e) {
    size_t before = b->len;
    int group = pgid ? pgid : (int)getpgrp();
    return none_is_an_error(each_id("/proc", is_of_group, &group, b), before, b, e);
}

int os_sched_user(unsigned uid, struct buf *b, struct base_error *e) {
    size_t before = b->len;
    return none_is_an_error(each_id("/proc", is_of_user, &uid, b), before, b, e);
}

/* ---- why not ---- */

/* Whether a list such as "cpu,cpuacct" names that controller. */
static bool names(const char *list, size_t size, const char *controller) {
    size_t length = strlen(controller);
    for (const char *at = list; at < list + size; at += strcspn(at, ",:") + 1)
        if (strncmp(at, controller, length) == 0 && (at[length] == ',' || at[length] == ':'))
            return true;
    return length == 0 && size == 0;
}

/* The directory of a process's cgroup that has a controller ("": the unified hierarchy), below that
 * hierarchy's own, from the lines "ID:CONTROLLERS:PATH" of /proc/PID/cgroup (cgroups(7)). */
static bool cgroup_path(int pid, const char *controller, const char *mount, struct buf *b) {
    char text[4096];
    read_in_proc(pid, "/cgroup", text, sizeof text);
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
        const char *list = line + strcspn(line, ":");
        size_t size = *list ? strcspn(list + 1, ":") : 0;
        if (*list && list[1 + size] == ':' && names(list + 1, size, controller)) {
            const char *name = list + 2 + size;
            buf_clear(b);
            buf_add_str(b, mount);
            buf_add(b, name, strcspn(name, "\n"));
            return true;
        }
        if (!line[strcspn(line, "\n")])
            break;
    }
    return false;
}

/* A number in a file of a directory. */
static bool read_in(struct buf *directory, const char *name, int64_t *number) {
    size_t length = directory->len;
    buf_add_str(directory, name);
    bool known = read_number(buf_cstr(directory), number);
    directory->len = length;
    return known;
}

static const char v1_mount[] = "/sys/fs/cgroup/cpu";

static bool group_runtime(int pid, int64_t *us) {
    struct buf path = { 0 };
    bool known =
        cgroup_path(pid, "cpu", v1_mount, &path) && read_in(&path, "/cpu.rt_runtime_us", us);
    buf_finish(&path);
    return known;
}

/* A soft limit of /proc/PID/limits, which anybody may read; prlimit(2) tells it to few. */
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
    read_in_proc(pid, "/limits", text, sizeof text);
    return soft_limit(text, "Max realtime priority", &l->rtprio) &&
           soft_limit(text, "Max nice priority", &l->nice);
}

/* sched_setattr(2), setpriority(2): one of its two users is to be our effective one. */
static bool is_foreign(int tid) {
    unsigned long real, effective;
    return read_users(tid, &real, &effective) && real != geteuid() && effective != geteuid();
}

void os_sched_explain(int tid, struct os_sched_limits *l) {
    int pid = tid ? tid : (int)getpid();
    *l = (struct os_sched_limits){ .capable = os_capability_missing(CAP_SYS_NICE) < 0 };
    l->foreign = !l->capable && is_foreign(pid);
    l->has_limits = read_limits(pid, l);
    l->has_runtime = read_number("/proc/sys/kernel/sched_rt_runtime_us", &l->runtime_us);
    l->has_group_runtime = group_runtime(pid, &l->group_runtime_us);
}

/* ---- the CPUs ---- */

/* "MAX PERIOD" of cpu.max, or "max PERIOD"; of version 1 two files, and -1. */
static bool read_quota_in(struct buf *directory, bool unified, int64_t *quota, int64_t *period) {
    if (!unified)
        return read_in(directory, "/cpu.cfs_quota_us", quota) && *quota >= 0 &&
               read_in(directory, "/cpu.cfs_period_us", period) && *period > 0;
    char text[64], *end;
    size_t length = directory->len;
    buf_add_str(directory, "/cpu.max");
    bool known = base_read_text(buf_cstr(directory), text, sizeof text) > 0 && text[0] != 'm';
    directory->len = length;
    *quota = known ? strtoll(text, &end, 10) : 0;
    *period = known ? strtoll(end, NULL, 10) : 0;
    return *period > 0;
}

/* Of a cgroup and all above it the least quota holds. */
static void read_quotas(struct os_cpus *c, const char *controller, const char *mount) {
    struct buf path = { 0 };
    bool more = cgroup_path((int)getpid(), controller, mount, &path);
    while (more && path.len >= strlen(mount)) {
        int64_t quota, period;
        if (read_quota_in(&path, !controller[0], &quota, &period) &&
            (!c->has_quota ||
             (double)quota / (double)period < (double)c->quota_us / (double)c->period_us)) {
            c->has_quota = true;
            c->quota_us = (uint64_t)quota;
            c->period_us = (uint64_t)period;
        }
        while (path.len && path.data[--path.len] != '/')
            ;
    }
    buf_finish(&path);
}

static void read_quota(struct os_cpus *c) {
    read_quotas(c, "", "/sys/fs/cgroup");
    read_quotas(c, "", "/sys/fs/cgroup/unified"); /* beside version 1 */
    read_quotas(c, "cpu", v1_mount);
}

static void set_cpu(struct buf *mask, size_t cpu) {
    while (mask->len <= cpu / CHAR_BIT && !mask->failed)
        buf_add_char(mask, '\0');
    if (!mask->failed)
        mask->data[cpu / CHAR_BIT] |= (char)(1 << cpu % CHAR_BIT);
}

/* The kernel's list, such as "0-3,8". */
static void read_online(struct os_cpus *c) {
    char text[4096], *at = text;
    base_read_text("/sys/devices/system/cpu/online", text, sizeof text);
    while (*at >= '0' && *at <= '9') {
        unsigned long first = strtoul(at, &at, 10);
        unsigned long last = *at == '-' ? strtoul(at + 1, &at, 10) : first;
        for (unsigned long cpu = first; cpu <= last && cpu < (size_t)LAST_MASK * CHAR_BIT; cpu++)
            set_cpu(&c->online, cpu);
        at += *at == ',';
    }
}

static int count_cpus(const struct buf *mask) {
    int count = 0;
    for (size_t i = 0; i < mask->len; i++)
        count += __builtin_popcount((unsigned char)mask->data[i]);
    return count;
}

/* Billionths of a binary fraction; a half is rounded to an even digit, as printf(3) does. 2^9 of
 * 10^9 and of 2^16 cancel out. */
static uint32_t billionths(unsigned long fraction) {
    unsigned long product = fraction * 1953125, rest = product & 127;
    unsigned long number = product >> 7;
    return (uint32_t)(number + (rest > 64 || (rest == 64 && number & 1)));
}

/* /proc/loadavg has two digits of it. */
static void read_load(struct os_cpus *c) {
    struct sysinfo info;
    c->has_load = sysinfo(&info) == 0;
    for (int i = 0; c->has_load && i < 3; i++) {
        c->load[i].tv_sec = (time_t)(info.loads[i] >> SI_LOAD_SHIFT);
        c->load[i].tv_nsec = (long)billionths(info.loads[i] & ((1UL << SI_LOAD_SHIFT) - 1));
    }
}

int os_cpus_get(struct os_cpus *c, struct base_error *e) {
    struct buf mask = { 0 };
    *c = (struct os_cpus){ 0 };
    int r = get_affinity(0, &mask);
    c->usable = count_cpus(&mask);
    buf_finish(&mask);
    if (r < 0)
        return fail(-r, "sched_getaffinity", e);
    read_online(c);
    if (c->online.failed)
        return fail(ENOMEM, "malloc", e);
    /* musl's sysconf(3) counts what this process may use. */
    c->count = c->online.len ? count_cpus(&c->online) : (int)sysconf(_SC_NPROCESSORS_ONLN);
    read_quota(c);
    read_load(c);
    return 0;
}

void os_cpus_finish(struct os_cpus *c) {
    buf_finish(&c->online);
}
