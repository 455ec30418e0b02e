/* SPDX-License-Identifier: 0BSD
 *
 * The steps of a plan. Everything here may run in a child that shares its
 * parent's memory: no allocation, no look-up, nothing that leaves a trace but
 * the report. Each step returns 0 or a negative errno; -EPROTO: the kernel said
 * yes and did something else.
 */
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/io.h"
#include "os/kernel.h"
#include "os/sched.h"
#include "os/spawn_step.h"

enum { SIGNALS = 64, CPU_WORDS = 128 /* 8192 CPUs, the most that Linux can be built for */ };

#define BIT(n) (UINT64_C(1) << (n))

/* What a call returned, as 0 or -errno. */
static int outcome(long result) {
    return result < 0 ? -errno : 0;
}

/* What was read back. */
static int expect(bool same) {
    return same ? 0 : -EPROTO;
}

/* ---- signals ---- */

int os_signal_mask(const os_sigset *set, os_sigset *old) {
    struct os_kernel_sigset want = os_kernel_sigset(set ? *set : 0), before = { 0 };
    int r = outcome(
        syscall(SYS_rt_sigprocmask, SIG_SETMASK, set ? &want : NULL, &before, sizeof before));
    if (old)
        *old = os_kernel_sigset_bits(&before);
    return r;
}

/* The kernel's struct sigaction begins with the handler on all architectures but MIPS and Alpha,
 * and zeros after it are right for SIG_DFL and SIG_IGN. libc's function refuses signals 32 and 33,
 * which an ancestor's posix_spawn(3) may have left ignored. */
union kernel_sigaction {
    void (*handler)(int);
    unsigned char room[64];
};

int os_signal_action(int signo, void (*handler)(int)) {
    union kernel_sigaction action, now;
    memset(&action, 0, sizeof action);
    memset(&now, 0, sizeof now);
    action.handler = handler;
    if (syscall(SYS_rt_sigaction, signo, &action, NULL, sizeof(struct os_kernel_sigset)) < 0 ||
        syscall(SYS_rt_sigaction, signo, NULL, &now, sizeof(struct os_kernel_sigset)) < 0)
        return -errno;
    return expect(now.handler == handler);
}

bool os_signal_ignored(int signo) {
    union kernel_sigaction now;
    memset(&now, 0, sizeof now);
    return syscall(SYS_rt_sigaction, signo, NULL, &now, sizeof(struct os_kernel_sigset)) == 0 &&
           now.handler == SIG_IGN;
}

static int set_actions(os_sigset set, void (*handler)(int)) {
    int r = 0;
    for (int signo = 1; signo <= SIGNALS && r == 0; signo++) {
        bool fixed = signo == SIGKILL || signo == SIGSTOP;
        /* The action of these two cannot be set: it is the default one, and "all" means the rest.
         */
        if (fixed && (handler == SIG_DFL || set == ~(os_sigset)0))
            continue;
        if (set & BIT(signo - 1))
            r = os_signal_action(signo, handler);
    }
    return r;
}

static int set_mask(os_sigset set) {
    os_sigset now = 0, fixed = BIT(SIGKILL - 1) | BIT(SIGSTOP - 1);
    int r = os_signal_mask(&set, NULL);
    if (r == 0)
        r = os_signal_mask(NULL, &now);
    return r < 0 ? r : expect(now == (set & ~fixed));
}

void os_signals_inherit(const struct os_plan *p) {
    if (p->sigchld_ignored)
        os_signal_action(SIGCHLD, SIG_IGN);
    os_signal_mask(&p->mask, NULL);
}

/* ---- session, limits, scheduling ---- */

static int set_session(void) {
    int r = outcome(setsid());
    return r < 0 ? r : expect(getsid(0) == getpid());
}

static int set_group(const struct os_step *s) {
    int r = outcome(setpgid(0, s->number));
    return r < 0 ? r : expect(getpgrp() == (s->number ? s->number : getpid()));
}

/* By system call: the C libraries do not agree on the type of a resource's number. */
_Static_assert(sizeof(struct rlimit) == 2 * sizeof(uint64_t), "the kernel's struct rlimit64");

int os_limit(int resource, const struct rlimit *limit, struct rlimit *old) {
    return outcome(syscall(SYS_prlimit64, 0, resource, limit, old));
}

static int set_limit(const struct os_step *s) {
    struct rlimit want = { 0 }, now = { 0 };
    int r = os_limit(s->number, NULL, &want);
    if (r < 0)
        return r;
    if (s->a != OS_RLIMIT_KEEP)
        want.rlim_cur = s->a;
    if (s->b != OS_RLIMIT_KEEP)
        want.rlim_max = s->b;
    r = os_limit(s->number, &want, NULL);
    if (r == 0)
        r = os_limit(s->number, NULL, &now);
    if (r < 0)
        return r;
    return expect(now.rlim_cur == want.rlim_cur && now.rlim_max == want.rlim_max);
}

/* nice(2) stops at the ends of the range by itself, and so does this. */
static int add_nice(const struct os_step *s) {
    errno = 0;
    int now = getpriority(PRIO_PROCESS, 0);
    if (now == -1 && errno)
        return -errno;
    int want = s->number;
    if (!s->flags && __builtin_add_overflow(now, s->number, &want))
        want = s->number;
    want = want < -20 ? -20 : want > 19 ? 19 : want;
    if (setpriority(PRIO_PROCESS, 0, want) < 0)
        return -errno;
    return expect(getpriority(PRIO_PROCESS, 0) == want);
}

static int set_attributes(const struct os_sched_attr *want) {
    struct os_sched_attr now = { 0 };
    int r = os_sched_set(0, want, NULL);
    if (r == 0)
        r = os_sched_get_attr(0, &now);
    return r < 0 ? r
                 : expect(now.sched_policy == want->sched_policy &&
                          now.sched_priority == want->sched_priority &&
                          now.sched_flags == want->sched_flags);
}

/* By system call: musl has no sched_setscheduler, as it would be for a thread and not a process. */
static int set_scheduler(const struct os_step *s) {
    if (s->data)
        return set_attributes(s->data);
    struct sched_param want = { .sched_priority = (int)s->a }, now = { 0 };
    int policy = s->number;
    if (policy < 0)
        policy = (int)syscall(SYS_sched_getscheduler, 0);
    if (policy < 0 || syscall(SYS_sched_setscheduler, 0, policy, &want) < 0 ||
        syscall(SYS_sched_getparam, 0, &now) < 0)
        return -errno;
    return expect(syscall(SYS_sched_getscheduler, 0) == policy &&
                  now.sched_priority == want.sched_priority);
}

/* The kernel leaves out CPUs that do not exist, or that a cgroup keeps, and says nothing. */
static int set_affinity(const struct os_step *s) {
    unsigned long now[CPU_WORDS] = { 0 };
    const unsigned char *want = s->data, *got = (const unsigned char *)now;
    if (syscall(SYS_sched_setaffinity, 0, s->size, want) < 0 ||
        syscall(SYS_sched_getaffinity, 0, sizeof now, now) < 0)
        return -errno;
    bool same = true;
    for (size_t i = 0; i < sizeof now || i < s->size; i++)
        same = same && (i < s->size ? want[i] : 0) == (i < sizeof now ? got[i] : 0);
    return expect(same);
}

static int set_umask(const struct os_step *s) {
    umask((mode_t)s->number);
    return expect(umask((mode_t)s->number) == (mode_t)s->number);
}

/* ---- namespaces ---- */

static int join_namespace(const struct os_step *s) {
    int r = outcome(setns(s->fd, s->flags));
    close(s->fd);
    return r;
}

/* In a mount namespace of its own, what the program mounts is its own too: else it would be seen
 * outside wherever mounts are shared, as systemd makes them (mount_namespaces(7)). */
static int unshare_namespaces(const struct os_step *s) {
    int r = outcome(unshare(s->flags));
    if (r < 0 || !(s->flags & CLONE_NEWNS))
        return r;
    return outcome(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
}

static int write_file(const char *path, const char *text, size_t size) {
    int fd = base_open(AT_FDCWD, path, O_WRONLY);
    if (fd < 0)
        return fd;
    int r = base_write(fd, text, size);
    close(fd);
    return r;
}

/* "0 ID 1": of the new namespace's ids, 0 alone stands for one outside. */
static int write_map(const char *path, uint64_t id) {
    char text[32] = "0 ";
    size_t digits = 1, size = 2;
    for (uint64_t rest = id; rest >= 10; rest /= 10)
        digits++;
    for (size_t i = digits; i--; id /= 10)
        text[size + i] = (char)('0' + id % 10);
    size += digits;
    text[size++] = ' ';
    text[size++] = '1';
    return write_file(path, text, size);
}

/* user_namespaces(7): without privilege outside, setgroups has to be given up first. */
static int map_root(const struct os_step *s) {
    int r = write_file("/proc/self/setgroups", "deny", 4);
    if (r == 0)
        r = write_map("/proc/self/uid_map", s->a);
    if (r == 0)
        r = write_map("/proc/self/gid_map", s->b);
    return r < 0 ? r : expect(getuid() == 0 && getgid() == 0);
}

/* The directory "/" of the new root is the working directory: no name leads out of it. */
static int change_root(const struct os_step *s) {
    if (chdir(s->object) < 0 || chroot(".") < 0)
        return -errno;
    return outcome(chdir("/"));
}

/* ---- credentials: set, and read back once more when all of them are ---- */

struct capabilities {
    uint64_t effective, permitted, inheritable;
};

static int get_capabilities(struct capabilities *c) {
    struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct data[2] = { { 0 } };
    if (syscall(SYS_capget, &header, data) < 0)
        return -errno;
    c->effective = data[0].effective | (uint64_t)data[1].effective << 32;
    c->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
    c->inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
    return 0;
}

static int put_capabilities(const struct capabilities *c) {
    struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct data[2];
    for (unsigned i = 0; i < 2; i++)
        data[i] = (struct __user_cap_data_struct){ (uint32_t)(c->effective >> 32 * i),
                                                   (uint32_t)(c->permitted >> 32 * i),
                                                   (uint32_t)(c->inheritable >> 32 * i) };
    return outcome(syscall(SYS_capset, &header, data));
}

/* The kernel ends the list of capabilities with EINVAL: not before those that Linux has had since
 * it has a bounding set for threads (2.6.25). */
enum { FIRST_CAPABILITIES = CAP_SETFCAP + 1 };

static int bound_capabilities(uint64_t keep) {
    for (unsigned c = 0; c < SIGNALS; c++) {
        int now = prctl(PR_CAPBSET_READ, c, 0, 0, 0);
        if (now < 0)
            return errno == EINVAL && c >= FIRST_CAPABILITIES ? 0 : -errno;
        if (now && !(keep & BIT(c)) && prctl(PR_CAPBSET_DROP, c, 0, 0, 0) < 0)
            return -errno;
    }
    return 0;
}

/* A capability that is to be kept and was lost before is an error, unless all are. */
static int check_bounding(const struct os_step *s) {
    bool strict = !s->number && s->a != ~UINT64_C(0);
    for (unsigned c = 0; c < SIGNALS; c++) {
        int now = prctl(PR_CAPBSET_READ, c, 0, 0, 0);
        bool keep = s->a & BIT(c);
        if (now < 0 && (errno != EINVAL || c < FIRST_CAPABILITIES))
            return -errno;
        if (now < 0)
            return expect(!strict || (s->a >> c) == 0);
        if ((now && !keep) || (!now && keep && strict))
            return -EPROTO;
    }
    return 0;
}

static int check_ambient(uint64_t want) {
    for (unsigned c = 0; c < SIGNALS; c++) {
        int now = prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, c, 0, 0);
        if (now < 0 ? (want >> c) != 0 : now != (int)(want >> c & 1))
            return -EPROTO;
        if (now < 0)
            break;
    }
    return 0;
}

static int set_inheritable(uint64_t want, bool add) {
    struct capabilities c = { 0 };
    int r = get_capabilities(&c);
    if (r < 0)
        return r;
    c.inheritable = add ? c.inheritable | want : want;
    return put_capabilities(&c);
}

static int set_ambient(uint64_t want) {
    int r = set_inheritable(want, true);
    if (r == 0)
        r = outcome(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
    for (unsigned c = 0; c < SIGNALS && r == 0; c++)
        if (want & BIT(c))
            r = outcome(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, c, 0, 0));
    return r;
}

/* A kernel without ambient capabilities (before Linux 4.3) has none to clear. */
static int drop_capabilities(uint64_t keep) {
    struct capabilities c = { 0 };
    int r = get_capabilities(&c);
    if (r == 0 && !keep && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 &&
        errno != EINVAL)
        r = -errno;
    if (r < 0)
        return r;
    c.effective = c.permitted = keep;
    return put_capabilities(&c);
}

/* Also that there is no way back: to become root has to fail. */
static int check_drop(uint64_t keep) {
    struct capabilities c = { 0 };
    int r = get_capabilities(&c);
    if (r == 0)
        r = expect(c.permitted == keep && c.effective == keep);
    if (r == 0)
        r = check_ambient(keep);
    if (r == 0 && !(keep & BIT(CAP_SETUID)))
        r = expect(setresuid(0, 0, 0) < 0);
    return r;
}

static int set_uid(const struct os_step *s) {
    uid_t uid = (uid_t)s->a;
    if (s->number && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
        return -errno;
    return outcome(setresuid(uid, uid, uid));
}

static int check_uid(uid_t want) {
    uid_t real, effective, saved;
    if (getresuid(&real, &effective, &saved) < 0)
        return -errno;
    /* setfsuid(2) returns the id as it was, and -1 is no id. */
    return expect(real == want && effective == want && saved == want &&
                  (uid_t)setfsuid((uid_t)-1) == want);
}

static int check_gid(gid_t want) {
    gid_t real, effective, saved;
    if (getresgid(&real, &effective, &saved) < 0)
        return -errno;
    return expect(real == want && effective == want && saved == want &&
                  (gid_t)setfsgid((gid_t)-1) == want);
}

/* The kernel keeps the list sorted, as it is here. */
static int check_groups(const struct os_plan *p, const struct os_step *s) {
    size_t count = s->size / sizeof(gid_t);
    gid_t *now = (gid_t *)(void *)p->scratch.data;
    int got = getgroups((int)count + 1, now);
    if (got < 0)
        return errno == EINVAL ? -EPROTO : -errno;
    return expect((size_t)got == count && (!count || memcmp(now, s->data, s->size) == 0));
}

static int reset_ids(void) {
    if (setresgid((gid_t)-1, getgid(), (gid_t)-1) < 0 ||
        setresuid((uid_t)-1, getuid(), (uid_t)-1) < 0)
        return -errno;
    return 0;
}

static int check_inheritable(uint64_t want) {
    struct capabilities c = { 0 };
    int r = get_capabilities(&c);
    return r < 0 ? r : expect(c.inheritable == want);
}

static int set_credential(const struct os_step *s) {
    switch (s->kind) {
    case OS_STEP_BOUNDING:
        return bound_capabilities(s->a);
    case OS_STEP_SETGROUPS:
        return outcome(setgroups(s->size / sizeof(gid_t), s->data));
    case OS_STEP_SETGID:
        return outcome(setresgid((gid_t)s->a, (gid_t)s->a, (gid_t)s->a));
    case OS_STEP_SETUID:
        return set_uid(s);
    case OS_STEP_RESETIDS:
        return reset_ids();
    case OS_STEP_INHERITABLE:
        return set_inheritable(s->a, false);
    case OS_STEP_AMBIENT:
        return set_ambient(s->a);
    default:
        return drop_capabilities(s->a);
    }
}

static int check_credential(const struct os_plan *p, const struct os_step *s) {
    switch (s->kind) {
    case OS_STEP_BOUNDING:
        return check_bounding(s);
    case OS_STEP_SETGROUPS:
        return check_groups(p, s);
    case OS_STEP_SETGID:
        return check_gid((gid_t)s->a);
    case OS_STEP_SETUID:
        return check_uid((uid_t)s->a);
    case OS_STEP_RESETIDS:
        return expect(getuid() == geteuid() && getgid() == getegid());
    case OS_STEP_INHERITABLE:
        return check_inheritable(s->a);
    case OS_STEP_AMBIENT:
        return check_ambient(s->a);
    case OS_STEP_DROP:
        return check_drop(s->a);
    default:
        return 0;
    }
}

static int verify(const struct os_plan *p) {
    size_t count;
    int r = 0;
    for (const struct os_step *s = os_plan_steps(p, &count); count-- && r == 0; s++)
        r = check_credential(p, s);
    return r;
}

/* ---- file actions ---- */

/* posix_spawn_file_actions_addopen(3): what was open there is closed first. */
static int open_file(const struct os_step *s) {
    close(s->fd);
    int fd = open(s->object, s->flags, s->mode);
    if (fd < 0 || fd == s->fd)
        return outcome(fd);
    int r = outcome(dup3(fd, s->fd, s->flags & O_CLOEXEC));
    close(fd);
    return r;
}

static int duplicate(const struct os_step *s) {
    if (s->fd != s->number)
        return outcome(dup2(s->fd, s->number));
    int flags = fcntl(s->fd, F_GETFD);
    return outcome(flags < 0 ? flags : fcntl(s->fd, F_SETFD, flags & ~FD_CLOEXEC));
}

static bool is_own(const struct os_plan *p, int fd) {
    const int *own = (const int *)(const void *)p->own.data;
    for (size_t i = 0; i < p->own.len / sizeof *own; i++)
        if (own[i] == fd)
            return true;
    return false;
}

/* The lowest descriptor of our own from `first` on; UINT_MAX when there is none. */
static unsigned next_own(const struct os_plan *p, unsigned first) {
    const int *own = (const int *)(const void *)p->own.data;
    unsigned next = ~0U;
    for (size_t i = 0; i < p->own.len / sizeof *own; i++)
        if ((unsigned)own[i] >= first && (unsigned)own[i] < next)
            next = (unsigned)own[i];
    return next;
}

/* A descriptor's number in /proc/self/fd; -1 for "." and "..". */
static int parse_fd(const char *name) {
    int fd = name[0] == '.' ? -1 : 0;
    for (; *name >= '0' && *name <= '9'; name++)
        fd = fd * 10 + (*name - '0');
    return fd;
}

/* Where close_range(2) (Linux 5.9) is missing, or a sandbox forbids it. A directory that is being
 * emptied is read anew until nothing was found in it. */
static int close_listed(const struct os_plan *p, int first) {
    char room[4096];
    int directory = base_open(AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY);
    if (directory < 0)
        return directory;
    for (bool found = true; found;) {
        long size;
        found = false;
        lseek(directory, 0, SEEK_SET);
        while ((size = syscall(SYS_getdents64, directory, room, sizeof room)) > 0) {
            const struct os_dirent *entry;
            for (long at = 0; at < size; at += entry->d_reclen) {
                entry = (const struct os_dirent *)(const void *)(room + at);
                int fd = parse_fd(entry->d_name);
                if (fd < first || fd == directory || is_own(p, fd))
                    continue;
                close(fd);
                found = true;
            }
        }
    }
    close(directory);
    return 0;
}

static int close_from(const struct os_plan *p, int first) {
    for (unsigned at = (unsigned)first;;) {
        unsigned own = next_own(p, at);
        if (own != at && syscall(OS_NR_CLOSE_RANGE, at, own == ~0U ? own : own - 1, 0) < 0)
            return close_listed(p, first);
        if (own == ~0U)
            return 0;
        at = own + 1;
    }
}

/* ---- the last ones ---- */

static int set_no_new_privs(void) {
    int r = outcome(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    return r < 0 ? r : expect(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
}

/* A parent that died before the call is not told of any more. Across a new PID namespace it is 0.
 */
static int set_pdeathsig(const struct os_plan *p, int signo) {
    int now = 0;
    if (prctl(PR_SET_PDEATHSIG, signo, 0, 0, 0) < 0 || prctl(PR_GET_PDEATHSIG, &now, 0, 0, 0) < 0)
        return -errno;
    int parent = getpid() == p->pid ? p->parent : p->pid;
    int ppid = getppid();
    if (ppid != parent && ppid != 0)
        kill(getpid(), signo);
    return expect(now == signo);
}

static int do_step(const struct os_plan *p, const struct os_step *s) {
    switch (s->kind) {
    case OS_STEP_SETSID:
        return set_session();
    case OS_STEP_SETPGID:
        return set_group(s);
    case OS_STEP_RLIMIT:
        return set_limit(s);
    case OS_STEP_NICE:
        return add_nice(s);
    case OS_STEP_SCHEDULER:
        return set_scheduler(s);
    case OS_STEP_AFFINITY:
        return set_affinity(s);
    case OS_STEP_UMASK:
        return set_umask(s);
    case OS_STEP_SETNS:
        return join_namespace(s);
    case OS_STEP_UNSHARE:
        return unshare_namespaces(s);
    case OS_STEP_MAP_ROOT:
        return map_root(s);
    case OS_STEP_CHROOT:
        return change_root(s);
    case OS_STEP_VERIFY:
        return verify(p);
    case OS_STEP_OPEN:
        return open_file(s);
    case OS_STEP_CLOSE:
        close(s->fd);
        return 0;
    case OS_STEP_DUP2:
        return duplicate(s);
    case OS_STEP_CLOSEFROM:
        return close_from(p, s->fd);
    case OS_STEP_CHDIR:
        return outcome(chdir(s->object));
    case OS_STEP_FCHDIR:
        return outcome(fchdir(s->fd));
    case OS_STEP_NO_NEW_PRIVS:
        return set_no_new_privs();
    case OS_STEP_PDEATHSIG:
        return set_pdeathsig(p, s->number);
    case OS_STEP_SIGDEF:
        return set_actions(s->a, SIG_DFL);
    case OS_STEP_SIGIGN:
        return set_actions(s->a, SIG_IGN);
    case OS_STEP_SIGMASK:
        return set_mask(s->a);
    case OS_STEP_FORK:
    case OS_STEP_EXEC:
    case OS_STEPS:
        return 0;
    default:
        return set_credential(s);
    }
}

int os_steps_do(const struct os_plan *p, size_t first, size_t *fork, struct os_step_report *r) {
    size_t count;
    const struct os_step *steps = os_plan_steps(p, &count);
    for (size_t i = first; i < count; i++) {
        int result = do_step(p, &steps[i]);
        if (result < 0) {
            *r = (struct os_step_report){ .step = (int)i, .errnum = -result };
            return -1;
        }
        if (steps[i].kind == OS_STEP_FORK && fork) {
            *fork = i + 1;
            return 0;
        }
    }
    return 0;
}

/* As execvp(3) without its fallback to a shell: a place that may not be searched is remembered, one
 * that has no such file is passed over. */
void os_steps_exec(const struct os_plan *p, struct os_step_report *r) {
    size_t count;
    int errnum = ENOENT;
    os_plan_steps(p, &count);
    if (p->exec_fd >= 0) {
        syscall(SYS_execveat, p->exec_fd, "", p->argv, p->environ, AT_EMPTY_PATH);
        errnum = errno;
    }
    const char *path = p->candidates.data;
    for (size_t i = 0; i < p->candidate_count; i++, path += strlen(path) + 1) {
        execve(path, p->argv, p->environ);
        if (errno == EACCES || p->candidate_count == 1)
            errnum = errno;
        else if (errno != ENOENT && errno != ENOTDIR) {
            errnum = errno;
            break;
        }
    }
    *r = (struct os_step_report){ .step = (int)count - 1, .errnum = errnum };
}
