/* SPDX-License-Identifier: 0BSD
 *
 * Starting a program: the plan, and the child that does it. What runs in the
 * child is in spawn_step.c.
 *
 * The child is made as vfork(2) makes it: it shares our memory and we stand
 * still until it has executed the program or ended. So there is nothing to
 * copy, however large we are, and the child tells what went wrong by writing it
 * down: there is no error pipe, whose descriptor could be in the way of those
 * that the user names. It runs on a stack of its own, as clone(2) wants it.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/capability.h"
#include "os/kernel.h"
#include "os/spawn.h"
#include "os/spawn_step.h"

const char os_default_path[] = "/bin:/usr/bin";

static const struct {
    char name[12];
    short capability; /* what EPERM may be for want of; -1: of none */
} kinds[OS_STEPS] = {
    [OS_STEP_SETSID] = { "setsid", -1 },
    [OS_STEP_SETPGID] = { "setpgid", -1 },
    [OS_STEP_RLIMIT] = { "setrlimit", CAP_SYS_RESOURCE },
    [OS_STEP_NICE] = { "nice", CAP_SYS_NICE },
    [OS_STEP_SCHEDULER] = { "scheduler", CAP_SYS_NICE },
    [OS_STEP_AFFINITY] = { "affinity", CAP_SYS_NICE },
    [OS_STEP_UMASK] = { "umask", -1 },
    [OS_STEP_SETNS] = { "setns", CAP_SYS_ADMIN },
    [OS_STEP_UNSHARE] = { "unshare", CAP_SYS_ADMIN },
    [OS_STEP_MAP_ROOT] = { "uid_map", CAP_SETUID },
    [OS_STEP_FORK] = { "fork", -1 },
    [OS_STEP_CHROOT] = { "chroot", CAP_SYS_CHROOT },
    [OS_STEP_BOUNDING] = { "bounding", CAP_SETPCAP },
    [OS_STEP_SETGROUPS] = { "setgroups", CAP_SETGID },
    [OS_STEP_SETGID] = { "setgid", CAP_SETGID },
    [OS_STEP_SETUID] = { "setuid", CAP_SETUID },
    [OS_STEP_RESETIDS] = { "resetids", -1 },
    [OS_STEP_INHERITABLE] = { "inheritable", CAP_SETPCAP },
    [OS_STEP_AMBIENT] = { "ambient", CAP_SETPCAP },
    [OS_STEP_DROP] = { "drop", -1 },
    [OS_STEP_VERIFY] = { "verify", -1 },
    [OS_STEP_OPEN] = { "open", CAP_DAC_OVERRIDE },
    [OS_STEP_CLOSE] = { "close", -1 },
    [OS_STEP_DUP2] = { "dup2", -1 },
    [OS_STEP_CLOSEFROM] = { "closefrom", -1 },
    [OS_STEP_CHDIR] = { "chdir", CAP_DAC_READ_SEARCH },
    [OS_STEP_FCHDIR] = { "fchdir", CAP_DAC_READ_SEARCH },
    [OS_STEP_NO_NEW_PRIVS] = { "nonewprivs", -1 },
    [OS_STEP_PDEATHSIG] = { "pdeathsig", -1 },
    [OS_STEP_SIGDEF] = { "sigdef", -1 },
    [OS_STEP_SIGIGN] = { "sigign", -1 },
    [OS_STEP_SIGMASK] = { "sigmask", -1 },
    [OS_STEP_EXEC] = { "exec", -1 },
};

const char *os_step_name(enum os_step_kind kind) {
    return kinds[kind].name;
}

/* ---- the plan ---- */

struct os_plan os_plan_init(void) {
    return (struct os_plan){ .exec_fd = -1 };
}

void os_plan_finish(struct os_plan *p) {
    buf_finish(&p->steps);
    buf_finish(&p->own);
    buf_finish(&p->candidates);
    buf_finish(&p->scratch);
}

void os_plan_add(struct os_plan *p, struct os_step step) {
    buf_add(&p->steps, &step, sizeof step);
}

static struct os_step *steps_of(const struct os_plan *p) {
    return (struct os_step *)(void *)p->steps.data;
}

const struct os_step *os_plan_steps(const struct os_plan *p, size_t *count) {
    *count = p->steps.len / sizeof(struct os_step);
    return steps_of(p);
}

static struct os_step *find_step(const struct os_plan *p, enum os_step_kind kind) {
    size_t count = p->steps.len / sizeof(struct os_step);
    for (struct os_step *s = steps_of(p); count--; s++)
        if (s->kind == kind)
            return s;
    return NULL;
}

void os_plan_set(struct os_plan *p, struct os_step step) {
    size_t count = p->steps.len / sizeof step;
    for (struct os_step *s = steps_of(p); count--; s++) {
        if (s->kind != step.kind || (s->kind == OS_STEP_RLIMIT && s->number != step.number))
            continue;
        *s = step;
        return;
    }
    os_plan_add(p, step);
}

bool os_plan_has(const struct os_plan *p, enum os_step_kind kind) {
    return find_step(p, kind);
}

bool os_plan_names(const struct os_plan *p, int fd) {
    size_t count;
    for (const struct os_step *s = os_plan_steps(p, &count); count--; s++) {
        bool names = s->kind == OS_STEP_OPEN || s->kind == OS_STEP_CLOSE ||
                     s->kind == OS_STEP_DUP2 || s->kind == OS_STEP_FCHDIR;
        if (names && (s->fd == fd || (s->kind == OS_STEP_DUP2 && s->number == fd)))
            return true;
    }
    return fd == p->exec_fd && fd >= 0;
}

int os_plan_own(struct os_plan *p, int fd, struct base_error *e) {
    int number = fd;
    while (os_plan_names(p, number) || number < 3) {
        int got = fcntl(fd, F_DUPFD_CLOEXEC, number < 3 ? 3 : number + 1);
        int errnum = errno;
        if (number != fd)
            close(number);
        if (got < 0) {
            close(fd);
            return base_fail(e, errnum == EINVAL ? EMFILE : errnum, "fcntl", NULL);
        }
        number = got;
    }
    if (number != fd)
        close(fd);
    buf_add(&p->own, &number, sizeof number);
    return number;
}

/* ---- making it ready ---- */

static bool needs_fork(const struct os_plan *p) {
    size_t count;
    for (const struct os_step *s = os_plan_steps(p, &count); count--; s++)
        if ((s->kind == OS_STEP_SETNS || s->kind == OS_STEP_UNSHARE) &&
            s->flags & (CLONE_NEWPID | CLONE_NEWTIME))
            return true;
    return false;
}

/* Another user than root keeps no capabilities but those that were asked for. The ambient set is
 * always part of the inheritable one. */
static void add_drop(struct os_plan *p) {
    struct os_step *uid = find_step(p, OS_STEP_SETUID);
    struct os_step *inheritable = find_step(p, OS_STEP_INHERITABLE);
    const struct os_step *ambient = find_step(p, OS_STEP_AMBIENT);
    if (inheritable && ambient)
        inheritable->a |= ambient->a;
    if (!uid)
        return;
    uid->number = ambient || inheritable;
    if (uid->a != 0)
        os_plan_add(p, (struct os_step){ .kind = OS_STEP_DROP, .a = ambient ? ambient->a : 0 });
}

static bool has_credentials(const struct os_plan *p) {
    for (int kind = OS_STEP_BOUNDING; kind < OS_STEP_VERIFY; kind++)
        if (os_plan_has(p, (enum os_step_kind)kind))
            return true;
    return false;
}

/* Sessions and groups belong to the process that becomes the program: with FORK, not to the one
 * before it. */
static int rank_of(const struct os_step *step, bool forks) {
    if (step->kind >= OS_STEP_OPEN && step->kind <= OS_STEP_FCHDIR)
        return 2 * OS_STEP_OPEN;
    if (forks && step->kind <= OS_STEP_SETPGID)
        return 2 * OS_STEP_FORK + 1;
    return 2 * (int)step->kind;
}

/* By insertion: it keeps the order of equals, and the list is short. */
static void sort_steps(struct os_plan *p, bool forks) {
    size_t count = p->steps.len / sizeof(struct os_step);
    struct os_step *steps = steps_of(p);
    for (size_t i = 1; i < count; i++) {
        struct os_step step = steps[i];
        size_t at = i;
        for (; at && rank_of(&steps[at - 1], forks) > rank_of(&step, forks); at--)
            steps[at] = steps[at - 1];
        steps[at] = step;
    }
}

static void add_candidate(struct os_plan *p, const char *directory, size_t size) {
    buf_add(&p->candidates, directory, size);
    if (size)
        buf_add_char(&p->candidates, '/');
    buf_add(&p->candidates, p->name, strlen(p->name) + 1);
    p->candidate_count++;
}

/* The paths to try, as execvp(3): an empty element of PATH is the working directory. */
static void list_candidates(struct os_plan *p) {
    const char *search = p->search;
    if (strchr(p->name, '/') || !p->name[0]) {
        add_candidate(p, "", 0);
        return;
    }
    for (;;) {
        size_t size = strcspn(search, ":");
        add_candidate(p, search, size);
        if (!search[size])
            return;
        search += size + 1;
    }
}

static void add_exec(struct os_plan *p) {
    if (!p->name)
        return;
    os_plan_add(p, (struct os_step){ .kind = OS_STEP_EXEC, .fd = p->exec_fd, .object = p->name });
    if (p->exec_fd >= 0)
        return;
    if (p->search)
        list_candidates(p);
    else
        add_candidate(p, "", 0);
}

int os_plan_prepare(struct os_plan *p, struct base_error *e) {
    bool forks = needs_fork(p);
    add_drop(p);
    if (has_credentials(p))
        os_plan_add(p, (struct os_step){ .kind = OS_STEP_VERIFY });
    if (forks)
        os_plan_add(p, (struct os_step){ .kind = OS_STEP_FORK });
    add_exec(p);
    const struct os_step *groups = find_step(p, OS_STEP_SETGROUPS);
    buf_reserve(&p->scratch, groups ? groups->size + sizeof(gid_t) : 1);
    if (p->steps.failed || p->scratch.failed || p->candidates.failed || p->own.failed)
        return base_fail(e, ENOMEM, "malloc", NULL);
    sort_steps(p, forks);
    p->sigchld_ignored = os_signal_ignored(SIGCHLD);
    p->pid = getpid();
    p->parent = getppid();
    int result = os_signal_mask(NULL, &p->mask);
    return result < 0 ? base_fail(e, -result, "rt_sigprocmask", NULL) : 0;
}

/* ---- doing it ---- */

static int fail_step(const struct os_plan *p, const struct os_step_report *r,
                     struct base_error *e) {
    const struct os_step *step = &steps_of(p)[r->step];
    int result = base_fail(e, r->errnum, os_step_name(step->kind), step->object);
    if (!e)
        return result;
    e->step = r->step;
    int capability = kinds[step->kind].capability;
    if (capability >= 0 && (r->errnum == EPERM || r->errnum == EACCES))
        e->capability = os_capability_missing(capability);
    return result;
}

int os_plan_apply(struct os_plan *p, struct base_error *e) {
    struct os_step_report report = { .step = -1 };
    return os_steps_do(p, 0, NULL, &report) < 0 ? fail_step(p, &report, e) : 0;
}

int os_plan_exec(struct os_plan *p, struct base_error *e) {
    struct os_step_report report = { .step = -1 };
    os_steps_exec(p, &report);
    return fail_step(p, &report, e);
}

enum { STACK = 65536 };

/* What both processes see. The child of FORK has a stack of its own. */
struct shared {
    struct os_plan *plan;
    struct os_step_report report;
    size_t next; /* the step after FORK */
    int pid;     /* of the child of FORK; 0: there is none */
    _Alignas(16) char stack[STACK];
    _Alignas(16) char second_stack[STACK];
};

static int run_second(void *data) {
    struct shared *s = data;
    if (os_steps_do(s->plan, s->next, NULL, &s->report) == 0)
        os_steps_exec(s->plan, &s->report);
    return 127;
}

static int run_first(void *data) {
    struct shared *s = data;
    os_signals_inherit(s->plan);
    if (os_steps_do(s->plan, 0, &s->next, &s->report) < 0)
        return 127;
    if (s->next == 0) {
        os_steps_exec(s->plan, &s->report);
        return 127;
    }
    /* CLONE_PARENT: it is our parent's child, as if there had been no process between. */
    s->pid = clone(run_second, s->second_stack + STACK, CLONE_VM | CLONE_VFORK | CLONE_PARENT, s);
    if (s->pid < 0)
        s->report = (struct os_step_report){ .step = (int)s->next - 1, .errnum = errno };
    return 127;
}

/* setns(2) refuses a time namespace to a process that shares its memory. */
static int memory_flag(const struct os_plan *p) {
    size_t count;
    for (const struct os_step *s = os_plan_steps(p, &count); count--; s++)
        if (s->kind == OS_STEP_SETNS && s->flags & CLONE_NEWTIME)
            return 0;
    return CLONE_VM;
}

static void reap(int pid) {
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

static int start(struct shared *s, int *pid, struct base_error *e) {
    int flags = CLONE_VFORK | SIGCHLD | memory_flag(s->plan);
    *pid = clone(run_first, s->stack + STACK, flags, s);
    if (*pid < 0)
        return base_fail(e, errno, "clone", NULL);
    if (s->pid > 0 || s->report.errnum)
        reap(*pid);
    if (s->pid > 0)
        *pid = s->pid;
    if (!s->report.errnum)
        return 0;
    if (s->pid > 0)
        reap(s->pid);
    return fail_step(s->plan, &s->report, e);
}

int os_spawn(struct os_plan *p, int *pid, struct base_error *e) {
    static const os_sigset all = ~(os_sigset)0;
    /* Shared also when the child has memory of its own. */
    struct shared *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (s == MAP_FAILED)
        return base_fail(e, errno, "mmap", NULL);
    s->plan = p;
    int result = os_signal_mask(&all, NULL);
    if (result == 0 && p->sigchld_ignored)
        result = os_signal_action(SIGCHLD, SIG_DFL);
    if (result == 0)
        result = start(s, pid, e);
    else
        base_fail(e, -result, "rt_sigprocmask", NULL);
    munmap(s, sizeof *s);
    return result;
}

void os_signals_restore(const struct os_plan *p) {
    os_signal_mask(&p->mask, NULL);
}
