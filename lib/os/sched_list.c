/* SPDX-License-Identifier: 0BSD
 *
 * Scheduling: the threads of a process, the processes of a group or a user.
 */
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/proc.h"
#include "os/sched.h"

/* Appends the ids in a directory that accept() accepts. Returns 0, or -errno. */
static int add_ids(const char *path, bool (*accept)(int id, const void *data), const void *data,
                   struct os_ids *ids) {
    DIR *directory = opendir(path);
    bool added = true;
    if (!directory)
        return -errno;
    errno = 0;
    for (const struct dirent *entry; added && (entry = readdir(directory)); errno = 0) {
        char *end;
        long long id = strtoll(entry->d_name, &end, 10);
        if (end != entry->d_name && !*end && id > 0 && accept((int)id, data))
            added = vec_push(ids, (int)id);
    }
    int errnum = added ? errno : ENOMEM;
    closedir(directory);
    return -errnum;
}

static bool accept_all(int id, const void *data) {
    (void)id, (void)data;
    return true;
}

static bool has_group(int id, const void *data) {
    const int *pgid = data;
    long group;
    return os_proc_stat_number(id, 5, &group) && group == *pgid;
}

/* The real one counts, as it does for setpriority(2). */
static bool has_user(int id, const void *data) {
    const unsigned *uid = data;
    unsigned real, effective;
    return os_proc_users(id, &real, &effective) && real == *uid;
}

/* A process that has ended has no /proc/PID/task. */
int os_sched_threads(int pid, struct os_ids *ids, struct base_error *e) {
    char path[OS_PROC_PATH];
    int r = add_ids(os_proc_path(path, pid, "/task"), accept_all, NULL, ids);
    return r < 0 ? base_fail(e, r == -ENOENT ? ESRCH : -r, "opendir", NULL) : 0;
}

/* It is an error if there are none. */
static int check_added(int r, size_t before, const struct os_ids *ids, struct base_error *e) {
    if (r == 0 && ids->count == before)
        r = -ESRCH;
    return r < 0 ? base_fail(e, -r, "opendir", NULL) : 0;
}

int os_sched_group(int pgid, struct os_ids *ids, struct base_error *e) {
    size_t before = ids->count;
    int group = pgid ? pgid : (int)getpgid(0);
    return check_added(add_ids("/proc", has_group, &group, ids), before, ids, e);
}

int os_sched_user(unsigned uid, struct os_ids *ids, struct base_error *e) {
    size_t before = ids->count;
    return check_added(add_ids("/proc", has_user, &uid, ids), before, ids, e);
}
