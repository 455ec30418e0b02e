/* SPDX-License-Identifier: 0BSD
 *
 * Namespaces.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "os/kernel.h"
#include "os/namespace.h"

static const struct {
    char name[8];
    int flag;
} kinds[] = {
    { "cgroup", CLONE_NEWCGROUP }, { "ipc", CLONE_NEWIPC }, { "mnt", CLONE_NEWNS },
    { "net", CLONE_NEWNET },       { "pid", CLONE_NEWPID }, { "time", CLONE_NEWTIME },
    { "user", CLONE_NEWUSER },     { "uts", CLONE_NEWUTS }, { "mount", CLONE_NEWNS },
};

enum { KINDS = sizeof kinds / sizeof *kinds };

int os_namespace_flag(const char *name, size_t size) {
    for (size_t i = 0; i < KINDS; i++)
        if (strlen(kinds[i].name) == size && memcmp(kinds[i].name, name, size) == 0)
            return kinds[i].flag;
    return 0;
}

/* The file /proc/PID/ns/NAME. */
static int stat_namespace(const char *pid, const char *name, struct stat *st) {
    struct buf b = { 0 };
    buf_add_str(&b, "/proc/");
    buf_add_str(&b, pid);
    buf_add_str(&b, "/ns/");
    buf_add_str(&b, name);
    const char *path = buf_cstr(&b);
    int r = !path ? -ENOMEM : fstatat(AT_FDCWD, path, st, 0) < 0 ? -errno : 0;
    buf_finish(&b);
    return r;
}

/* Returns 1 if the process is in another namespace of that kind than we are, 0 if it is in the same
 * or this kernel has none of that kind, or -errno. */
static int differs(const char *pid, const char *name) {
    struct stat theirs = { 0 }, ours = { 0 };
    int r = stat_namespace(pid, name, &theirs);
    if (r == 0)
        r = stat_namespace("self", name, &ours);
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    return theirs.st_ino != ours.st_ino || theirs.st_dev != ours.st_dev;
}

static int open_process(const char *pid, int *flags, struct base_error *e) {
    char *end;
    errno = 0;
    long long number = strtoll(pid, &end, 10);
    if (errno || number < 1 || number > INT_MAX)
        return base_fail(e, ESRCH, "pidfd_open", pid);
    int fd = (int)syscall(SYS_pidfd_open, (int)number, 0);
    if (fd < 0)
        return base_fail(e, errno, "pidfd_open", pid);
    bool all = *flags == 0;
    for (size_t i = 0; all && i < KINDS; i++) {
        int differ = differs(pid, kinds[i].name);
        if (differ < 0) {
            close(fd);
            return base_fail(e, -differ, "stat", pid);
        }
        if (differ)
            *flags |= kinds[i].flag;
    }
    return fd;
}

int os_namespace_open(const char *target, int *flags, struct base_error *e) {
    if (target[0] && !target[strspn(target, "0123456789")])
        return open_process(target, flags, e);
    int fd = base_open(AT_FDCWD, target, O_RDONLY);
    if (fd < 0)
        return base_fail(e, -fd, "open", target);
    int kind = ioctl(fd, NS_GET_NSTYPE);
    if (kind < 0 || (*flags && *flags != kind)) {
        close(fd);
        return base_fail(e, EINVAL, "setns", target);
    }
    *flags = kind;
    return fd;
}
