/* SPDX-License-Identifier: 0BSD
 *
 * The state of this process: os.getpid, getppid, getpgid, getsid, getresuid,
 * getresgid, getgroups, getlogin, umask, getcwd, getpriority, uname,
 * resource.getrlimit, capabilities(7).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/utsname.h>

#include "base/buf.h"
#include "base/error.h"
#include "os/capability.h"
#include "os/users.h"

enum { OS_LIMITS = RLIM_NLIMITS };

/* Members that can be unknown: os_process_state_get() knows all, os_plan_predict() does not. */
enum os_process_part {
    OS_PART_PID = 1 << 0, /* and ppid */
    OS_PART_PGID = 1 << 1,
    OS_PART_SID = 1 << 2,
    OS_PART_UIDS = 1 << 3,
    OS_PART_GIDS = 1 << 4,
    OS_PART_GROUPS = 1 << 5,
    OS_PART_CAPABILITIES = 1 << 6, /* permitted and effective */
    OS_PART_NAMES = 1 << 7,        /* nodename and domainname */
};

struct os_process_state {
    unsigned unknown; /* bit set of enum os_process_part */
    int pid, ppid, pgid, sid;
    uid_t ruid, euid, suid;
    gid_t rgid, egid, sgid;
    struct os_gid_list groups; /* the supplementary groups */
    mode_t umask;
    struct buf cwd; /* "" if it has no name any more */
    bool has_login; /* a login has set the audit user id: */
    uid_t login;    /* from /proc/self/loginuid, which os.getlogin reads first */
    int priority;   /* the nice value */
    bool no_new_privs;
    uint64_t capabilities[OS_CAP_SETS];
    uint64_t sigmask, sigign; /* bit N - 1 is signal N */
    struct rlimit limits[OS_LIMITS];
    struct utsname system; /* of its UTS namespace, as os.uname */
};

/* Reads all of it. Returns 0 or -errno; os_process_state_finish() in any case. */
int os_process_state_get(struct os_process_state *p, struct base_error *e);
void os_process_state_finish(struct os_process_state *p);
