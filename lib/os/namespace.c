/* SPDX-License-Identifier: 0BSD
 *
 * Namespaces.
 */
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

/* 1: a namespace of the process is another than ours, 0: it is not, or this kernel has none of that
 * kind; -errno. */
static int differs(const char *pid, const char *name) {
    struct buf path = { 0 };
    struct stat theirs = { 0 }, ours = { 0 };
    buf_add_str(&path, "/proc/");
    buf_add_str(&path, pid);
    buf_add_str(&path, "/ns/");
    buf_add_str(&path, name);
    int r = stat(buf_cstr(&path), &theirs) < 0 ? -errno : 0;
    buf_clear(&path);
    buf_add_str(&path, "/proc/self/ns/");
    buf_add_str(&path, name);
    if (r == 0)
        r = stat(buf_cstr(&path), &ours) < 0 ? -errno : 0;
    buf_finish(&path);
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    return theirs.st_ino != ours.st_ino || theirs.st_dev != ours.st_dev;
}

static int open_process(const char *pid, int *flags, struct base_error *e) {
    char *end;
    errno = 0;
    long number = strtol(pid, &end, 10);
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
