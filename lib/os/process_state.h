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

struct os_process_state {
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
