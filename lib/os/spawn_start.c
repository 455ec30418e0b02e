/* SPDX-License-Identifier: 0BSD
 *
 * Starting a program: the child that does a plan.
 *
 * A child is created as by vfork(2): it shares our memory, and we are suspended
 * until it has executed the program or ended. So nothing is copied, however large
 * we are, and the child reports failures in our memory: there is no error pipe,
 * whose descriptor could conflict with those that the user names. It runs on its
 * own stack, as clone(2) requires.
 *
 * While we are suspended neither a time limit nor a signal has an effect. So a
 * plan that may block (may_block()) is done by a child of a second process, the
 * one that is suspended, and we wait for its end (os/watch.h). The program is
 * nevertheless our own child (CLONE_PARENT), as it is with a FORK step, which
 * needs two processes anyway.
 */
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/device.h"
#include "os/clock.h"
#include "os/exec_explain.h"
#include "os/namespace.h"
#include "os/spawn_private.h"
#include "os/watch.h"

enum { STACK = 65536 };

/* The memory that the processes use, even those that share no other. */
struct start {
    const struct os_plan *plan;
    bool watched;
    size_t own;  /* steps before this index are done by the first process */
    size_t next; /* from this index on, by the second; the number of steps: there is none */
    int result;  /* of the steps: 0, or a negative errno */
    size_t step; /* its index, and that of a step that is being done; the number of steps: none */
    const char
        *hint;     /* of os_step_hint(): a literal, which is at the same address in all of them */
    int pid;       /* of the second process; 0: there is none */
    int preparing; /* 1 until the second process has executed the program or ended */
    struct os_exec_failure failure;
    _Alignas(16) char stack[STACK];
    _Alignas(16) char second_stack[STACK];
};

/* ---- the processes that do the plan ---- */

/* Stores the failure of the step that was being done. */
static void fail_step(struct start *s, int r) {
    s->result = r;
    if (s->step < s->plan->steps.count)
        s->hint = os_step_hint(&s->plan->steps.items[s->step], r);
}

/* Returns whether the steps have succeeded. */
static bool do_steps(struct start *s, size_t first, size_t end) {
    int r = os_steps_do(s->plan->steps.items, first, end, &s->step);
    if (r < 0)
        fail_step(s, r);
    return r == 0;
}

/* Does the steps from `first` on and becomes the program. The signal mask is ours, which blocks
 * all, until the steps that may block are done: if a signal of the terminal ends the start, we
 * receive it too and report that. */
static int become_program(struct start *s, size_t first) {
    const struct os_plan *p = s->plan;
    const struct os_step *steps = p->steps.items;
    size_t last = p->steps.count;
    while (last > first && steps[last - 1].kind > OS_STEP_FCHDIR)
        last--;
    if (!do_steps(s, first, last))
        return 127;
    if (p->sigchld_ignored)
        os_signal_action(SIGCHLD, SIG_IGN);
    os_signal_mask(&p->mask, NULL);
    do_steps(s, last, p->steps.count);
    return 127;
}

/* The kernel clears `preparing` when this process leaves the memory that it shares. */
static int run_second(void *data) {
    struct start *s = data;
    if (s->watched)
        syscall(SYS_set_tid_address, &s->preparing);
    return become_program(s, s->next);
}

static int run_first(void *data) {
    struct start *s = data;
    if (s->next == s->plan->steps.count)
        return become_program(s, 0);
    if (!do_steps(s, 0, s->own))
        return 127;
    s->step = s->own < s->next ? s->own : s->plan->steps.count;
    s->preparing = 1;
    /* CLONE_PARENT: it is our parent's child, as if there had been no process between. Its PID is
     * stored before it runs. */
    int flags = CLONE_VM | CLONE_VFORK | CLONE_PARENT | CLONE_PARENT_SETTID;
    if (clone(run_second, s->second_stack + STACK, flags, s, &s->pid) < 0)
        fail_step(s, -errno);
    return 127;
}

/* ---- the process that wants it ---- */

static bool step_may_block(const struct os_step *s) {
    if (s->kind == OS_STEP_OPEN)
        return strcmp(s->object, base_device_path(BASE_NULL)) != 0;
    return s->kind == OS_STEP_SETNS || s->kind == OS_STEP_CHROOT || s->kind == OS_STEP_CHDIR ||
           s->kind == OS_STEP_FCHDIR;
}

/* Whether steps may wait for something outside: what is opened may be a FIFO or a device, and a
 * directory may be on a server that does not respond. So may the program, but only a time limit is
 * a reason to start all programs that way. */
static bool may_block(const struct os_plan *p) {
    bool may = p->deadline != OS_NEVER;
    for (size_t i = 0; i < p->steps.count && !may; i++)
        may = step_may_block(&p->steps.items[i]);
    return may;
}

/* Decides which steps the second process does: those after FORK, or all. */
static void split_steps(struct start *s) {
    size_t count = s->plan->steps.count, fork = os_plan_index(s->plan, OS_STEP_FORK);
    s->own = fork < count ? fork : 0;
    s->next = fork < count ? fork + 1 : s->watched ? 0 : count;
}

/* Whether the step that is being done may block. */
static bool is_blocking(const void *data) {
    const struct start *s = data;
    size_t step = __atomic_load_n(&s->step, __ATOMIC_RELAXED);
    return step < s->plan->steps.count && step_may_block(&s->plan->steps.items[step]);
}

static void reap(int pid) {
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

/* Whether the second process has become the program. */
static bool is_running(struct start *s) {
    return s->pid > 0 && s->result == 0 && __atomic_load_n(&s->preparing, __ATOMIC_ACQUIRE) == 0;
}

/* Ends both processes. The second may be created until the first has ended. */
static void cancel(const struct start *s, int first) {
    if (s->pid > 0)
        kill(s->pid, SIGKILL);
    os_watch_kill(first);
    if (s->pid > 0)
        os_watch_kill(s->pid);
}

/* Waits for the first process. Returns 0 if the start has succeeded or failed by itself, or
 * -errno: EINTR, ETIMEDOUT. */
static int watch(struct start *s, int first, struct os_plan *p) {
    siginfo_t signal = { 0 };
    os_sigset signals = os_watch_signals(p->mask);
    int r = os_watch_start(first, p->deadline, signals, &signal, is_blocking, s);
    if (r == 0 && (s->result < 0 || is_running(s)))
        return 0;
    if (r < 0 && is_running(s)) { /* its time limit and its signals are the caller's */
        reap(first);
        if (r == -EINTR)
            os_watch_requeue(&signal);
        return 0;
    }
    if (r < 0)
        cancel(s, first);
    else if (s->pid > 0) /* somebody killed the first process */
        os_watch_kill(s->pid);
    p->timed_out = r == -ETIMEDOUT;
    p->signo = signal.si_signo;
    return r < 0 ? r : -EINTR;
}

/* Keeps what the child has found out about the failure of EXEC. */
static void keep_failure(const struct start *s, struct os_plan *p) {
    if (s->failure.reason == OS_EXEC_UNKNOWN && !s->failure.file[0])
        return;
    p->failure = malloc(sizeof *p->failure);
    if (p->failure)
        *p->failure = s->failure;
}

static int fail(const struct start *s, int r, struct os_plan *p, struct base_error *e) {
    keep_failure(s, p);
    if (s->step < s->plan->steps.count)
        return os_plan_fail(s->plan, s->step, r, s->hint, e);
    base_fail(e, -r, "clone", NULL);
    if (e && r == -ENOMEM)
        e->hint = os_namespace_hint();
    return r;
}

static int start(struct start *s, int *pid, struct os_plan *p, struct base_error *e) {
    int flags = s->watched ? SIGCHLD : SIGCHLD | CLONE_VFORK | CLONE_VM;
    int r = 0, first = clone(run_first, s->stack + STACK, flags, s);
    if (first < 0) {
        s->step = s->plan->steps.count;
        return fail(s, -errno, p, e);
    }
    if (s->watched)
        r = watch(s, first, p);
    else if (s->pid > 0 || s->result < 0)
        reap(first);
    *pid = s->pid > 0 ? s->pid : first;
    if (r == 0 && s->result < 0) {
        r = s->result;
        if (s->pid > 0)
            reap(s->pid);
    }
    return r < 0 ? fail(s, r, p, e) : 0;
}

/* Blocks all signals, and makes sure that the end of a child is not ignored. */
static int hold_signals(const struct os_plan *p) {
    static const os_sigset all = ~(os_sigset)0;
    int r = os_signal_mask(&all, NULL);
    if (r == 0 && p->sigchld_ignored)
        r = os_signal_action(SIGCHLD, SIG_DFL);
    return r;
}

int os_spawn(struct os_plan *p, int *pid, struct base_error *e) {
    if (!p->name)
        return base_fail(e, ENOENT, "exec", NULL);
    struct start *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (s == MAP_FAILED)
        return base_fail(e, errno, "mmap", NULL);
    s->plan = p;
    s->watched = may_block(p);
    split_steps(s);
    os_plan_bind(p, &s->failure);
    int r = hold_signals(p);
    if (r < 0)
        base_fail(e, -r, "rt_sigprocmask", NULL);
    else
        r = start(s, pid, p, e);
    if (r == 0 && s->watched)
        kill(getpid(), SIGCHLD); /* one that reports the program may have been taken */
    munmap(s, sizeof *s);
    return r;
}

void os_signals_restore(const struct os_plan *p) {
    os_signal_mask(&p->mask, NULL);
}
