/* SPDX-License-Identifier: 0BSD
 *
 * Processes of anybody, held by a pidfd: os.pidfd_open, os.kill, os.killpg, and
 * how a process ended that is not ours. A pidfd stands for the one process that
 * it was opened for, also when its PID has become another's (pidfd_open(2)).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

#include "os/wait_status.h"

/* A process. What is known of it is from the last look at it: nothing tells it later. */
struct os_process {
    int fd;  /* its pidfd; -1: none */
    int pid; /* 0: not known here */
    bool seen;
    int ppid;        /* of its parent; 0: in none of our PID namespaces */
    unsigned uid;    /* its real user id */
    uint64_t cgroup; /* as the inode number of its cgroup's directory */
};

/* pidfd_open(2) for a PID, and with `inode` (0: any) only if it is the process with that inode.
 * What is known of it is not asked. Errors: ESRCH, no such process, or it is another one by now, or
 * a thread that is no process; ENOSYS, no pidfds (Linux 5.3), or with an inode none that tell
 * (6.9); EMFILE; EPERM, forbidden by a filter of system calls. */
int os_process_open(struct os_process *p, int pid, uint64_t inode, struct base_error *e);

/* The same for a pidfd that is there already, which os_process_close() closes. p->pid is 0 when the
 * process has been reaped or is in no PID namespace of ours. EBADF: not open, or no pidfd. */
int os_process_adopt(struct os_process *p, int fd, struct base_error *e);

void os_process_close(struct os_process *p);

/* ioctl(PIDFD_GET_INFO), Linux 6.13: fills what is known of the process. Without the call, and once
 * it was reaped, p stays as it is. */
void os_process_look(struct os_process *p);

/* The number that no other process has until the machine is started anew: the inode of the pidfd.
 * ENOSYS: not before Linux 6.9. */
int os_process_inode(const struct os_process *p, uint64_t *inode, struct base_error *e);

/* pidfd_send_signal(2); signo 0 only asks whether it would be allowed. Errors: ESRCH, it ended and
 * was reaped; EPERM, with CAP_KILL where that would help; EINVAL, no such signal. */
int os_process_signal(const struct os_process *p, int signo, struct base_error *e);

/* os.killpg: kill(2) for all processes of a group (0: ours), but for this one where the signal can
 * be ignored. Errors: ESRCH, no such group; EPERM; EINVAL. */
int os_group_signal(int pgid, int signo, struct base_error *e);

/* How a process ended, once its pidfd has polled readable (POLLIN): 1 and *r, or 0 when its parent
 * has yet to reap it: then ask again after POLLHUP. With `last` there is an answer in any case. In
 * this order:
 *   waitid(2) with `options` (WNOWAIT): it is a child of ours, and now reaped;
 *   ioctl(PIDFD_GET_INFO): anybody's, once it was reaped (Linux 6.15);
 *   /proc/PID/stat, for the `last` time: a zombie of our own user. To others the kernel says 0
 * there; or OS_VIA_NOTHING with a reason in r->reason: "unreaped"   its parent has not waited for
 * it, and who it belongs to may alone see how it ended "kernel"     it was reaped, and this kernel
 * does not keep what it was "namespace"  the pidfd comes from another PID namespace Errors: those
 * of waitid(2) but ECHILD. */
int os_process_result(struct os_process *p, int options, bool last, struct os_wait_status *r,
                      struct base_error *e);

/* A field of what /proc/PID/stat holds, by its number in proc(5), from 3 on; NULL: there is none.
 * The name before, in parentheses, may hold anything: its end is the last one. */
const char *os_process_stat_field(const char *text, unsigned number);

/* Descendants whose parents end become children of ours (PR_SET_CHILD_SUBREAPER, prctl(2)). */
int os_become_subreaper(struct base_error *e);

/* Raises RLIMIT_NOFILE as far as it may go. False: it is there already. */
bool os_raise_descriptor_limit(void);
