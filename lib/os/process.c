/* SPDX-License-Identifier: 0BSD
 *
 * Any process, referred to by a pidfd.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/io.h"
#include "os/capability.h"
#include "os/fdinfo.h"
#include "os/kernel.h"
#include "os/limit.h"
#include "os/process.h"
#include "os/signal.h"
#include "os/trace.h"

enum { PROC_PATH = 64, PROC_TEXT = 4096 };

static int fail_fd(struct base_error *e, int errnum, const char *operation, int fd) {
    base_fail(e, errnum, operation, NULL);
    if (e)
        e->fd = fd;
    return -errnum;
}

/* ---- a process and its identity ---- */

static int fail_open(int errnum, struct base_error *e) {
    base_fail(e, errnum, "pidfd_open", NULL);
    if (e && errnum == EPERM) /* the kernel itself forbids it to nobody */
        e->hint = "a system call filter forbids it";
    return -errnum;
}

int os_process_open(struct os_process *p, int pid, uint64_t inode, struct base_error *e) {
    uint64_t is = 0;
    *p = (struct os_process){ .fd = -1, .pid = pid };
    long fd = syscall(OS_NR_PIDFD_OPEN, pid, 0);
    if (fd < 0) /* of a thread: EINVAL, ENOENT since Linux 6.16 */
        return fail_open(errno == EINVAL || errno == ENOENT ? ESRCH : errno, e);
    p->fd = (int)fd;
    if (!inode)
        return 0;
    int result = os_process_inode(p, &is, e);
    if (result == 0 && is != inode)
        result = base_fail(e, ESRCH, "pidfd_open", NULL);
    if (result < 0)
        os_process_close(p);
    return result;
}

/* The PID that the process has in the /proc that is mounted here, which may be that of another PID
 * namespace; 0 if it has none there. */
static int pid_in_proc(int fd) {
    int pid = os_fdinfo_number(fd, "Pid");
    return pid > 0 ? pid : 0;
}

/* Returns 0, or -errno: ENOTTY or EINVAL before Linux 6.13, ESRCH if nothing of `mask` is
 * available.
 */
static int query_info(int fd, uint64_t mask, struct os_pidfd_info *info) {
    *info = (struct os_pidfd_info){ .mask = mask };
    return ioctl(fd, OS_PIDFD_GET_INFO, info) < 0 ? -errno : 0;
}

static void store_info(struct os_process *p, const struct os_pidfd_info *info) {
    if (!(info->mask & OS_PIDFD_INFO_PID) || !(info->mask & OS_PIDFD_INFO_CREDS))
        return;
    p->pid = (int)info->tgid;
    p->ppid = (int)info->ppid;
    p->uid = info->ruid;
    p->cgroup = info->cgroupid;
    p->queried = true;
}

void os_process_query(struct os_process *p) {
    struct os_pidfd_info info;
    uint64_t mask = OS_PIDFD_INFO_PID | OS_PIDFD_INFO_CREDS | OS_PIDFD_INFO_CGROUPID;
    if (query_info(p->fd, mask, &info) == 0)
        store_info(p, &info);
}

int os_process_adopt(struct os_process *p, int fd, struct base_error *e) {
    struct os_wait_status r;
    *p = (struct os_process){ .fd = -1 };
    /* It changes nothing, and fails with EBADF if `fd` is not a pidfd. */
    int result = os_waitid((idtype_t)OS_P_PIDFD, (id_t)fd, WEXITED | WNOHANG | WNOWAIT, &r, e);
    if (result < 0 && result != -ECHILD)
        return fail_fd(e, -result, "waitid", fd);
    p->fd = fd;
    os_process_query(p);
    if (!p->pid)
        p->pid = pid_in_proc(fd);
    return 0;
}

void os_process_close(struct os_process *p) {
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
}

int os_process_inode(const struct os_process *p, uint64_t *inode, struct base_error *e) {
    struct statfs fs;
    struct stat st;
    if (fstatfs(p->fd, &fs) < 0)
        return fail_fd(e, errno, "fstatfs", p->fd);
    if (fs.f_type != OS_PIDFS_MAGIC)
        return base_fail(e, ENOSYS, "pidfd_open", NULL);
    if (fstat(p->fd, &st) < 0)
        return fail_fd(e, errno, "fstat", p->fd);
    *inode = st.st_ino;
    return 0;
}

/* ---- signals ---- */

static int fail_signal(struct base_error *e, int errnum, const char *operation) {
    base_fail(e, errnum, operation, NULL);
    if (e && errnum == EPERM)
        e->capability = os_capability_missing(CAP_KILL);
    return -errnum;
}

int os_process_signal(const struct os_process *p, int signo, struct base_error *e) {
    if (p->fd < 0)
        return kill(p->pid, signo) < 0 ? fail_signal(e, errno, "kill") : 0;
    if (syscall(OS_NR_PIDFD_SEND_SIGNAL, p->fd, signo, NULL, 0) < 0)
        return fail_signal(e, errno, "pidfd_send_signal");
    return 0;
}

int os_group_signal(int pgid, int signo, struct base_error *e) {
    bool ours = pgid == 0 || pgid == getpgid(0);
    bool spared =
        ours && signo && !os_signal_ignored(signo) && os_signal_action(signo, SIG_IGN) == 0;
    int errnum = kill(-pgid, signo) < 0 ? errno : 0;
    if (spared)
        os_signal_action(signo, SIG_DFL);
    return errnum ? fail_signal(e, errnum, "kill") : 0;
}

/* ---- how it ended ---- */

static int set_result(const struct os_process *p, enum os_wait_via via, int status,
                      struct os_wait_status *r) {
    *r = (struct os_wait_status){ .via = via, .pid = p->pid, .wait_status = status };
    if (via == OS_VIA_PIDFD_INFO && p->queried) {
        r->has_uid = true;
        r->uid = p->uid;
    }
    if (os_wait_decode(r))
        return 1;
    *r = (struct os_wait_status){ .pid = p->pid, .reason = "kernel" };
    return 1;
}

/* Returns 1 and *r if the kernel has kept the exit status, 0 if the process has not been reaped, or
 * -errno: ESRCH if it has been and nothing was kept, EREMOTE, ENOTTY. */
static int query_kernel(struct os_process *p, struct os_wait_status *r) {
    struct os_pidfd_info info;
    uint64_t mask = OS_PIDFD_INFO_PID | OS_PIDFD_INFO_CREDS | OS_PIDFD_INFO_CGROUPID;
    int result = query_info(p->fd, mask | OS_PIDFD_INFO_EXIT, &info);
    if (result < 0)
        return result;
    store_info(p, &info);
    /* Without this bit exit_code is 0 and means nothing. */
    return info.mask & OS_PIDFD_INFO_EXIT ? set_result(p, OS_VIA_PIDFD_INFO, info.exit_code, r) : 0;
}

const char *os_process_stat_field(const char *text, unsigned number) {
    const char *at = strrchr(text, ')');
    for (unsigned field = 2; at && field < number; field++)
        at = strchr(at + 1, ' ');
    return at ? at + 1 : NULL;
}

/* The field exit_code; -1 unless the process is a zombie. */
static int exit_code(const char *stat) {
    const char *state = os_process_stat_field(stat, 3), *code = os_process_stat_field(stat, 52);
    return state && code && *state == 'Z' ? (int)strtoll(code, NULL, 10) : -1;
}

/* Whether ptrace_may_access() allows us to read this process: a zombie has no executable, which is
 * ENOENT, or EACCES if we are not allowed. */
static bool may_read(int pid) {
    char path[PROC_PATH], target[1];
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    return readlinkat(AT_FDCWD, path, target, sizeof target) < 0 && errno == ENOENT;
}

/* Returns 1 and *r if /proc has the exit status of a zombie, or else 0. */
static int query_proc(struct os_process *p, struct os_wait_status *r) {
    char path[PROC_PATH], text[PROC_TEXT];
    int pid = pid_in_proc(p->fd);
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    if (!pid || base_read_text(path, text, sizeof text) <= 0)
        return 0;
    int status = exit_code(text);
    if (status < 0 || !may_read(pid))
        return 0;
    /* If the PID is still the zombie's, it was while the file was read. */
    return pid_in_proc(p->fd) == pid ? set_result(p, OS_VIA_PROCSTAT, status, r) : 0;
}

/* Finds out why query_kernel() has no result. A zombie can be sent a signal, a reaped process
 * cannot. */
static const char *reason_of(const struct os_process *p, int result) {
    if (result == -EREMOTE)
        return "namespace";
    return os_process_signal(p, 0, NULL) == -ESRCH ? "kernel" : "unreaped";
}

int os_process_result(struct os_process *p, int options, bool last, struct os_wait_status *r,
                      struct base_error *e) {
    int result = os_trace_waitid((idtype_t)OS_P_PIDFD, (id_t)p->fd,
                                 WEXITED | WNOHANG | __WALL | options, r, e);
    if (result == 1 || (result < 0 && result != -ECHILD))
        return result;
    bool is_child = result == 0; /* and a tracer still holds it */
    result = query_kernel(p, r);
    if (result == 1)
        return 1;
    /* If the kernel keeps nothing, waiting is useless, and the zombie may disappear. */
    last = last || (result < 0 && !is_child);
    if (!last)
        return 0;
    if (query_proc(p, r) == 1)
        return 1;
    result = query_kernel(p, r); /* it may have been reaped meanwhile */
    if (result != 1)
        *r = (struct os_wait_status){ .pid = p->pid, .reason = reason_of(p, result) };
    return 1;
}

int os_become_subreaper(struct base_error *e) {
    return prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L) < 0 ? base_fail(e, errno, "prctl", NULL)
                                                             : 0;
}

bool os_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (os_limit(RLIMIT_NOFILE, NULL, &limit) < 0 || limit.rlim_cur >= limit.rlim_max)
        return false;
    limit.rlim_cur = limit.rlim_max;
    return os_limit(RLIMIT_NOFILE, &limit, NULL) == 0;
}
