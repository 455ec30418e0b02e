/* SPDX-License-Identifier: 0BSD
 *
 * The state of this process.
 */
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/io.h"
#include "os/cwd.h"
#include "os/kernel.h"
#include "os/limit.h"
#include "os/process_state.h"
#include "os/signal.h"

static int get_groups(struct os_gid_list *groups, struct base_error *e) {
    int count = getgroups(0, NULL);
    if (count > 0 && !vec_reserve(groups, (size_t)count))
        return base_fail(e, ENOMEM, "malloc", NULL);
    if (count > 0)
        count = getgroups(count, groups->items);
    if (count < 0)
        return base_fail(e, errno, "getgroups", NULL);
    groups->count = (size_t)count;
    return 0;
}

/* Without /proc or audit the login is unknown; -1: nobody has logged in. */
static void get_login(struct os_process_state *p) {
    char text[16];
    ssize_t size = base_read_text("/proc/self/loginuid", text, sizeof text);
    unsigned long uid = strtoul(text, NULL, 10);
    p->has_login = size > 0 && uid < UINT32_MAX;
    p->login = (uid_t)uid;
}

static int get_ids(struct os_process_state *p, struct base_error *e) {
    p->pid = getpid();
    p->ppid = getppid();
    p->pgid = getpgid(0);
    p->sid = getsid(0);
    if (getresuid(&p->ruid, &p->euid, &p->suid) < 0 || getresgid(&p->rgid, &p->egid, &p->sgid) < 0)
        return base_fail(e, errno, "getresuid", NULL);
    return get_groups(&p->groups, e);
}

static int get_limits(struct os_process_state *p, struct base_error *e) {
    for (int i = 0; i < OS_LIMITS; i++) {
        int r = os_limit(i, NULL, &p->limits[i]);
        if (r < 0)
            return base_fail(e, -r, "prlimit", NULL);
    }
    return 0;
}

/* By system call: a filter can make it fail, which umask(2) does not report. */
static int get_umask(struct os_process_state *p, struct base_error *e) {
    long mask = syscall(SYS_umask, 0);
    if (mask < 0 || syscall(SYS_umask, mask) < 0)
        return base_fail(e, errno, "umask", NULL);
    p->umask = (mode_t)mask;
    return 0;
}

int os_process_state_get(struct os_process_state *p, struct base_error *e) {
    *p = (struct os_process_state){ 0 };
    int r = get_ids(p, e);
    if (r == 0)
        r = os_cwd(&p->cwd, e);
    if (r == 0)
        r = get_limits(p, e);
    if (r == 0)
        r = os_capability_get(p->capabilities, e);
    if (r == 0)
        r = get_umask(p, e);
    if (r == 0 && uname(&p->system) < 0)
        r = base_fail(e, errno, "uname", NULL);
    if (r < 0)
        return r;
    get_login(p);
    p->priority = getpriority(PRIO_PROCESS, 0);
    p->no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
    os_signal_mask(NULL, &p->sigmask);
    for (int signo = 1; signo <= OS_KERNEL_SIGNALS; signo++)
        p->sigign |= (uint64_t)os_signal_ignored(signo) << (signo - 1);
    return 0;
}

void os_process_state_finish(struct os_process_state *p) {
    vec_finish(&p->groups);
    buf_finish(&p->cwd);
}
