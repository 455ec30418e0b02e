/* SPDX-License-Identifier: 0BSD
 *
 * Processes of anybody, held by a pidfd.
 */
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
#include "os/kernel.h"
#include "os/process.h"

enum { PROC_PATH = 64, PROC_TEXT = 4096 };

static int fail_fd(struct base_error *e, int errnum, const char *operation, int fd) {
    base_fail(e, errnum, operation, NULL);
    if (e)
        e->fd = fd;
    return -errnum;
}

/* ---- a process and its identity ---- */

int os_process_open(struct os_process *p, int pid, uint64_t inode, struct base_error *e) {
    uint64_t is = 0;
    *p = (struct os_process){ .fd = -1, .pid = pid };
    long fd = syscall(OS_NR_PIDFD_OPEN, pid, 0);
    if (fd < 0) /* of a thread: EINVAL, ENOENT since Linux 6.16 */
        return base_fail(e, errno == EINVAL || errno == ENOENT ? ESRCH : errno, "pidfd_open", NULL);
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

/* /proc/self/fdinfo tells the PID that the process has in the /proc that is mounted here, which may
 * be that of another PID namespace. 0: it tells none. */
static int pid_in_proc(int fd) {
    char path[PROC_PATH], text[PROC_TEXT];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    base_read_text(path, text, sizeof text);
    const char *line = strstr(text, "\nPid:\t");
    long pid = line ? strtol(line + 6, NULL, 10) : 0;
    return pid > 0 ? (int)pid : 0;
}

/* 0, or -errno: ENOTTY and EINVAL before Linux 6.13, ESRCH when nothing asked for is known. */
static int ask_info(int fd, uint64_t mask, struct os_pidfd_info *info) {
    *info = (struct os_pidfd_info){ .mask = mask };
    return ioctl(fd, OS_PIDFD_GET_INFO, info) < 0 ? -errno : 0;
}

static void remember(struct os_process *p, const struct os_pidfd_info *info) {
    if (!(info->mask & OS_PIDFD_INFO_PID) || !(info->mask & OS_PIDFD_INFO_CREDS))
        return;
    p->pid = (int)info->tgid;
    p->ppid = (int)info->ppid;
    p->uid = info->ruid;
    p->cgroup = info->cgroupid;
    p->seen = true;
}

void os_process_look(struct os_process *p) {
    struct os_pidfd_info info;
    if (ask_info(p->fd, OS_PIDFD_INFO_PID | OS_PIDFD_INFO_CREDS | OS_PIDFD_INFO_CGROUPID, &info) ==
        0)
        remember(p, &info);
}

int os_process_adopt(struct os_process *p, int fd, struct base_error *e) {
    struct os_wait_status r;
    *p = (struct os_process){ .fd = -1 };
    /* It changes nothing, and fails with EBADF for what is no pidfd. */
    int result = os_waitid((idtype_t)OS_P_PIDFD, (id_t)fd, WEXITED | WNOHANG | WNOWAIT, &r, e);
    if (result < 0 && result != -ECHILD)
        return fail_fd(e, -result, "waitid", fd);
    p->fd = fd;
    os_process_look(p);
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
    if (syscall(OS_NR_PIDFD_SEND_SIGNAL, p->fd, signo, NULL, 0) < 0)
        return fail_signal(e, errno, "pidfd_send_signal");
    return 0;
}

int os_group_signal(int pgid, int signo, struct base_error *e) {
    struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
    bool ours = pgid == 0 || pgid == getpgrp();
    bool spared = ours && signo && sigaction(signo, &ignore, &before) == 0;
    int errnum = kill(-pgid, signo) < 0 ? errno : 0;
    if (spared)
        sigaction(signo, &before, NULL);
    return errnum ? fail_signal(e, errnum, "kill") : 0;
}

/* ---- how it ended ---- */

static int tell(const struct os_process *p, enum os_wait_via via, int status,
                struct os_wait_status *r) {
    *r = (struct os_wait_status){ .via = via, .pid = p->pid, .wait_status = status };
    if (via == OS_VIA_PIDFD_INFO && p->seen) {
        r->has_uid = true;
        r->uid = p->uid;
    }
    if (os_wait_decode(r))
        return 1;
    *r = (struct os_wait_status){ .pid = p->pid, .reason = "kernel" };
    return 1;
}

/* 1: what the kernel kept. Otherwise what the call said: 0, it was not reaped yet; -ESRCH, it was,
 * and nothing was kept; -EREMOTE; -ENOTTY. */
static int ask_kernel(struct os_process *p, struct os_wait_status *r) {
    struct os_pidfd_info info;
    int result = ask_info(p->fd,
                          OS_PIDFD_INFO_PID | OS_PIDFD_INFO_CREDS | OS_PIDFD_INFO_CGROUPID |
                              OS_PIDFD_INFO_EXIT,
                          &info);
    if (result < 0)
        return result;
    remember(p, &info);
    /* Without the bit exit_code is 0, and means nothing. */
    return info.mask & OS_PIDFD_INFO_EXIT ? tell(p, OS_VIA_PIDFD_INFO, info.exit_code, r) : 0;
}

const char *os_process_stat_field(const char *text, unsigned number) {
    const char *at = strrchr(text, ')');
    for (unsigned field = 2; at && field < number; field++)
        at = strchr(at + 1, ' ');
    return at ? at + 1 : NULL;
}

/* The field exit_code; -1 when it is not that of a zombie. */
static int exit_code(const char *stat) {
    const char *state = os_process_stat_field(stat, 3), *code = os_process_stat_field(stat, 52);
    return state && code && *state == 'Z' ? (int)strtol(code, NULL, 10) : -1;
}

/* Whether a process of this PID lets us see what is guarded by ptrace_may_access(): there is no
 * executable of a zombie, ENOENT, but who may not know is told EACCES. */
static bool may_see(int pid) {
    char path[PROC_PATH], target[1];
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    return readlink(path, target, sizeof target) < 0 && errno == ENOENT;
}

/* 1: what /proc tells of a zombie. 0: nothing. */
static int ask_proc(struct os_process *p, struct os_wait_status *r) {
    char path[PROC_PATH], text[PROC_TEXT];
    int pid = pid_in_proc(p->fd);
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    if (!pid || base_read_text(path, text, sizeof text) <= 0)
        return 0;
    int status = exit_code(text);
    if (status < 0 || !may_see(pid))
        return 0;
    /* A PID that is still the zombie's now was it all the time. */
    return pid_in_proc(p->fd) == pid ? tell(p, OS_VIA_PROCSTAT, status, r) : 0;
}

/* Why ask_kernel() told nothing. A zombie can be sent a signal, what was reaped cannot. */
static const char *reason_of(const struct os_process *p, int result) {
    if (result == -EREMOTE)
        return "namespace";
    return os_process_signal(p, 0, NULL) == -ESRCH ? "kernel" : "unreaped";
}

int os_process_result(struct os_process *p, int options, bool last, struct os_wait_status *r,
                      struct base_error *e) {
    int result =
        os_waitid((idtype_t)OS_P_PIDFD, (id_t)p->fd, WEXITED | WNOHANG | __WALL | options, r, e);
    if (result == 1 || (result < 0 && result != -ECHILD))
        return result;
    bool is_child = result == 0; /* and somebody who traces it has it yet */
    result = ask_kernel(p, r);
    if (result == 1)
        return 1;
    /* Where the kernel keeps nothing there is nothing to wait for, and the zombie may go away. */
    last = last || (result < 0 && !is_child);
    if (!last)
        return 0;
    if (ask_proc(p, r) == 1)
        return 1;
    result = ask_kernel(p, r); /* it may have been reaped meanwhile */
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
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= limit.rlim_max)
        return false;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}
