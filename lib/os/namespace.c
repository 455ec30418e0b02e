/* SPDX-License-Identifier: 0BSD
 *
 * Namespaces.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/capability.h"
#include "os/fdinfo.h"
#include "os/kernel.h"
#include "os/namespace.h"
#include "os/proc.h"
#include "os/wait_status.h"
#include "os/watch.h"

static const struct kind {
    char name[8];
    unsigned char request; /* of ioctl(2) on a pidfd, OS_PIDFD_GET_*_NAMESPACE */
    int flag;
} kinds[] = {
    { "cgroup", OS_PIDFD_GET_CGROUP_NAMESPACE, CLONE_NEWCGROUP },
    { "ipc", OS_PIDFD_GET_IPC_NAMESPACE, CLONE_NEWIPC },
    { "mnt", OS_PIDFD_GET_MNT_NAMESPACE, CLONE_NEWNS },
    { "net", OS_PIDFD_GET_NET_NAMESPACE, CLONE_NEWNET },
    { "pid", OS_PIDFD_GET_PID_NAMESPACE, CLONE_NEWPID },
    { "time", OS_PIDFD_GET_TIME_NAMESPACE, CLONE_NEWTIME },
    { "user", OS_PIDFD_GET_USER_NAMESPACE, CLONE_NEWUSER },
    { "uts", OS_PIDFD_GET_UTS_NAMESPACE, CLONE_NEWUTS },
};

enum { KINDS = sizeof kinds / sizeof *kinds };

int os_namespace_flag(const char *name, size_t size) {
    for (size_t i = 0; i < KINDS; i++)
        if (strlen(kinds[i].name) == size && memcmp(kinds[i].name, name, size) == 0)
            return kinds[i].flag;
    return size == 5 && memcmp("mount", name, size) == 0 ? CLONE_NEWNS : 0;
}

void os_namespace_names(int flags, struct buf *b) {
    size_t before = b->len;
    for (size_t i = 0; i < KINDS; i++) {
        if (!(flags & kinds[i].flag))
            continue;
        if (b->len > before)
            buf_add_char(b, ',');
        buf_add_str(b, kinds[i].name);
    }
}

/* /proc/PID/ns/NAME. The PID is that in /proc, which may belong to another PID namespace. */
static int stat_in_proc(int pidfd, const char *name, struct stat *st) {
    char path[OS_PROC_PATH], end[16] = "/ns/";
    int number = os_fdinfo_number(pidfd, "Pid");
    if (number <= 0)
        return -ENOENT;
    memcpy(end + 4, name, strlen(name) + 1);
    return stat(os_proc_path(path, number, end), st) < 0 ? -errno : 0;
}

/* Identifies a namespace of a process. Returns 0, or -errno: EOPNOTSUPP if the kernel has none of
 * that kind, ESRCH if the process has ended. Before Linux 6.11 the file in /proc is used, where
 * both are ENOENT. */
static int identify(int pidfd, const struct kind *kind, struct stat *st) {
    int fd = ioctl(pidfd, _IO(OS_PIDFD_IOCTL, (unsigned)kind->request), 0);
    if (fd < 0)
        return errno == ENOTTY ? stat_in_proc(pidfd, kind->name, st) : -errno;
    int r = fstat(fd, st) < 0 ? -errno : 0;
    close(fd);
    return r;
}

/* Adds the kinds in which two processes differ. Returns 0, or -errno: ENOENT without a usable
 * /proc. */
static int compare(int theirs, int ours, int *flags) {
    for (size_t i = 0; i < KINDS; i++) {
        struct stat mine = { 0 }, other = { 0 };
        int r = identify(ours, &kinds[i], &mine);
        if (r == -EOPNOTSUPP || (r == -ENOENT && kinds[i].flag != CLONE_NEWNS))
            continue; /* this kernel has none of that kind; all kernels have mount namespaces */
        if (r == 0)
            r = identify(theirs, &kinds[i], &other);
        if (r < 0)
            return r;
        if (other.st_ino != mine.st_ino || other.st_dev != mine.st_dev)
            *flags |= kinds[i].flag;
    }
    return 0;
}

static int find_differences(int pidfd, int *flags) {
    int self = (int)syscall(OS_NR_PIDFD_OPEN, getpid(), 0);
    if (self < 0)
        return -errno;
    int r = compare(pidfd, self, flags);
    close(self);
    return r;
}

/* A pidfd is readable once its process has ended, even if that is a zombie. */
static bool has_ended(int pidfd) {
    struct pollfd p = { .fd = pidfd, .events = POLLIN };
    return poll(&p, 1, 0) != 0;
}

/* Completes the flags for a process. Returns 0, or -errno: ESRCH if it has ended. */
static int examine_process(int pidfd, int *flags, struct base_error *e) {
    int r = *flags ? 0 : find_differences(pidfd, flags);
    /* What was seen is true only of a process that still exists. */
    if (has_ended(pidfd))
        r = -ESRCH;
    if (r == 0)
        return 0;
    base_fail(e, -r, "setns", NULL);
    if (e && r == -ENOENT)
        e->hint = "/proc is missing or does not contain it";
    if (e && r == -EACCES)
        e->capability = os_capability_missing(CAP_SYS_PTRACE);
    return r;
}

static int open_process(const char *pid, int *flags, struct base_error *e) {
    char *end;
    errno = 0;
    long long number = strtoll(pid, &end, 10);
    if (errno || number < 1 || number > INT_MAX)
        return base_fail(e, ESRCH, "pidfd_open", pid);
    int fd = (int)syscall(OS_NR_PIDFD_OPEN, (int)number, 0);
    if (fd < 0)
        return base_fail(e, errno, "pidfd_open", pid);
    int r = examine_process(fd, flags, e);
    if (r == 0)
        return fd;
    close(fd);
    if (e)
        e->path = pid;
    return r;
}

/* Without O_NONBLOCK, opening a FIFO would wait for a writer. */
static int open_file(const char *path, int64_t deadline) {
    return os_open_until(path, O_RDONLY | O_NONBLOCK, 0, deadline, NULL);
}

int os_namespace_open(const char *target, int *flags, int64_t deadline, struct base_error *e) {
    if (target[0] && !target[strspn(target, "0123456789")])
        return open_process(target, flags, e);
    int fd = open_file(target, deadline);
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

/* waitid(2) fails with another error than ECHILD if it is not a pidfd. */
static bool is_pidfd(int fd) {
    struct os_wait_status r;
    int result = os_waitid((idtype_t)OS_P_PIDFD, (id_t)fd, WEXITED | WNOHANG | WNOWAIT, &r, NULL);
    return result >= 0 || result == -ECHILD;
}

static int examine_descriptor(int fd, int *flags, struct base_error *e) {
    if (is_pidfd(fd))
        return examine_process(fd, flags, e);
    int kind = ioctl(fd, NS_GET_NSTYPE);
    bool same = kind >= 0 && (!*flags || *flags == kind);
    if (same) {
        *flags = kind;
        return 0;
    }
    base_fail(e, EINVAL, "setns", NULL);
    if (e && kind < 0)
        e->hint = "neither a pidfd nor a namespace";
    return -EINVAL;
}

int os_namespace_copy(int fd, int *flags, struct base_error *e) {
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    int r = copy < 0 ? base_fail(e, errno, "fcntl", NULL) : examine_descriptor(copy, flags, e);
    if (r == 0)
        return copy;
    if (copy >= 0)
        close(copy);
    if (e)
        e->fd = fd;
    return r;
}

const char *os_namespace_hint(void) {
    struct stat own, for_children;
    if (stat("/proc/self/ns/pid", &own) < 0)
        return NULL;
    bool same = stat("/proc/self/ns/pid_for_children", &for_children) == 0 &&
                for_children.st_ino == own.st_ino;
    return same ? NULL : "the first process of the PID namespace for children has ended";
}
