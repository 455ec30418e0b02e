/* SPDX-License-Identifier: 0BSD
 *
 * Any process, referred to by a pidfd: os.pidfd_open, os.kill, os.killpg, and how
 * a process ended that is not our child. A pidfd refers to the process that it was
 * opened for even after its PID has been reused (pidfd_open(2)).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

#include "os/wait_status.h"

/* A process. Without a pidfd it is our own child, which keeps its PID until we wait for it. The
 * members below `queried` are from the last query: none succeeds after it was reaped. */
struct os_process {
    int fd;  /* its pidfd; -1: none */
    int pid; /* 0: it has none here */
    bool queried;
    int ppid;        /* of its parent; 0 if that is in none of our PID namespaces */
    unsigned uid;    /* its real user id */
    uint64_t cgroup; /* the inode number of its cgroup's directory */
};

/* pidfd_open(2); with an `inode` other than 0 only if the process has that inode. Does not query
 * it. Returns 0, or -errno: ESRCH if there is no such process, it has another inode, or it is a
 * thread; ENOSYS without pidfds (Linux 5.3), or without their inodes (6.9); EMFILE; EPERM if a
 * system call filter forbids it. */
int os_process_open(struct os_process *p, int pid, uint64_t inode, struct base_error *e);

/* Takes ownership of an open pidfd and queries it. p->pid is 0 if the process has been reaped or is
 * not in any of our PID namespaces. Returns 0, or -errno: EBADF if it is not open or not a pidfd.
 */
int os_process_adopt(struct os_process *p, int fd, struct base_error *e);

/* Closes the pidfd. */
void os_process_close(struct os_process *p);

/* ioctl(PIDFD_GET_INFO), Linux 6.13: sets pid, ppid, uid and cgroup. Without that call, or once the
 * process has been reaped, p is unchanged. */
void os_process_query(struct os_process *p);

/* Stores the inode of the pidfd, which no other process has until the next boot. Returns 0, or
 * -errno: ENOSYS before Linux 6.9. */
int os_process_inode(const struct os_process *p, uint64_t *inode, struct base_error *e);

/* pidfd_send_signal(2), or kill(2) without a pidfd; signo 0 only checks the permission. Returns 0,
 * or -errno: ESRCH if it has been reaped, EPERM, with CAP_KILL in *e if that is missing, EINVAL if
 * there is no such signal. */
int os_process_signal(const struct os_process *p, int signo, struct base_error *e);

/* os.killpg: kill(2) for a process group (0: ours), except this process if the signal can be
 * ignored. Returns 0, or -errno: ESRCH if there is no such group, EPERM, EINVAL. */
int os_group_signal(int pgid, int signo, struct base_error *e);

/* Finds out how a process ended, once its pidfd has polled readable (POLLIN). These are tried in
 * order:
 *
 *   - waitid(2) with `options` (WNOWAIT): our own child, which this reaps
 *   - ioctl(PIDFD_GET_INFO): any process, once it has been reaped (Linux 6.15)
 *   - /proc/PID/stat, with `last` only: a zombie of our own user (for others the kernel prints 0)
 *
 * Without `last`, returns 0 if the parent has not reaped it: call again after POLLHUP. With `last`
 * there is always a result, which may be OS_VIA_NOTHING with one of these in r->reason:
 *
 *   - "unreaped": its parent has not waited for it, and we may not see its exit status
 *   - "kernel": it has been reaped, and this kernel does not keep its exit status
 *   - "namespace": the pidfd is from another PID namespace
 *
 * Returns 1 and *r, 0, or -errno of waitid(2) except ECHILD. */
int os_process_result(struct os_process *p, int options, bool last, struct os_wait_status *r,
                      struct base_error *e);

/* Returns a field of the text of /proc/PID/stat by its number in proc(5), from 3 on; NULL if there
 * is none. The name before it may contain anything: it ends at the last parenthesis. */
const char *os_process_stat_field(const char *text, unsigned number);

/* Makes this process the parent of orphaned descendants (PR_SET_CHILD_SUBREAPER, prctl(2)). */
int os_become_subreaper(struct base_error *e);

/* Raises RLIMIT_NOFILE to its hard limit. Returns false if it is there already. */
bool os_raise_descriptor_limit(void);
