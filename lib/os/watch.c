/* SPDX-License-Identifier: 0BSD
 *
 * Waiting for a child that does something which may block.
 *
 * No descriptor is needed, which could conflict with those that a plan names: the
 * end of the child is a SIGCHLD, and sigtimedwait(2) has a timeout.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "os/clock.h"
#include "os/reap.h"
#include "os/terminal.h"
#include "os/watch.h"

static const signed char endings[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP };

enum { ENDINGS = sizeof endings };

os_sigset os_watch_signals(os_sigset mask) {
    os_sigset signals = 0;
    for (unsigned i = 0; i < ENDINGS; i++)
        if (!(mask & OS_SIGNAL(endings[i])) && !os_signal_ignored(endings[i]))
            signals |= OS_SIGNAL(endings[i]);
    return signals;
}

/* Removes a signal of the set from the queue. Returns its number; 0 at the deadline, or after this
 * process was stopped. */
static int take_signal(const sigset_t *set, int64_t deadline, siginfo_t *signal) {
    int64_t now = deadline == OS_NEVER ? 0 : os_monotonic_ns();
    struct timespec left = os_timespec(deadline > now ? deadline - now : 0);
    int signo = sigtimedwait(set, signal, deadline == OS_NEVER ? NULL : &left);
    return signo < 0 ? 0 : signo;
}

/* Returns 0, or -errno: EAGAIN if the child has not ended. */
static int reap(pid_t pid) {
    pid_t got;
    do
        got = waitpid(pid, NULL, WNOHANG);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return -errno;
    return got == pid ? 0 : -EAGAIN;
}

int os_watch(pid_t pid, int64_t deadline, os_sigset signals, siginfo_t *signal) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    for (unsigned i = 0; i < ENDINGS; i++)
        if (signals & OS_SIGNAL(endings[i]))
            sigaddset(&set, endings[i]);
    for (;;) {
        siginfo_t taken;
        int signo = take_signal(&set, deadline, &taken);
        if (signo == SIGTSTP)
            os_terminal_stop(signo);
        else if (signo && signo != SIGCHLD) {
            *signal = taken;
            return -EINTR;
        }
        int r = reap(pid);
        if (r != -EAGAIN)
            return r;
        if (deadline != OS_NEVER && os_monotonic_ns() >= deadline)
            return -ETIMEDOUT;
    }
}

enum { PATIENCE = 2 * OS_NS_PER_S, LOOK = OS_NS_PER_S / 100 };

int os_watch_start(pid_t pid, int64_t deadline, os_sigset signals, siginfo_t *signal,
                   bool (*is_blocking)(const void *data), const void *data) {
    int r = os_watch(pid, deadline, signals, signal);
    for (int64_t more = LOOK; more <= PATIENCE && r == -ETIMEDOUT && !is_blocking(data);
         more += LOOK)
        r = os_watch(pid, os_deadline(LOOK), signals, signal);
    return r;
}

void os_watch_kill(pid_t pid) {
    siginfo_t signal;
    kill(pid, SIGKILL);
    if (waitpid(pid, NULL, WNOHANG) != pid) /* else its SIGCHLD may have been taken */
        os_watch(pid, os_deadline(OS_NS_PER_S), 0, &signal);
}

void os_watch_requeue(const siginfo_t *signal) {
    syscall(SYS_rt_sigqueueinfo, getpid(), signal->si_signo, signal);
}

/* ---- opening a file ---- */

enum { STACK = 65536 };

/* The memory that both processes use. */
struct opening {
    const char *path;
    int flags;
    mode_t mode;
    bool begun; /* the call is being made, or has returned: */
    int result; /* the descriptor, or a negative errno */
    _Alignas(16) char stack[STACK];
};

static int open_now(const char *path, int flags, mode_t mode) {
    return flags & O_CREAT ? base_create(path, flags, mode) : base_open(AT_FDCWD, path, flags);
}

/* The child shares our descriptors, but not our memory: it ends with us. */
static int open_in_child(void *data) {
    struct opening *o = data;
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    __atomic_store_n(&o->begun, true, __ATOMIC_RELAXED);
    o->result = open_now(o->path, o->flags, o->mode);
    return 0;
}

static bool is_opening(const void *data) {
    const struct opening *o = data;
    return __atomic_load_n(&o->begun, __ATOMIC_RELAXED);
}

static int watch_opening(struct opening *o, int64_t deadline, os_sigset signals, int *signo) {
    siginfo_t signal;
    int pid = clone(open_in_child, o->stack + STACK, CLONE_FILES | SIGCHLD, o);
    if (pid < 0)
        return -errno;
    int r = os_watch_start(pid, deadline, signals, &signal, is_opening, o);
    if (r == -ETIMEDOUT) /* it may have begun just now */
        r = os_watch(pid, os_deadline(LOOK), signals, &signal);
    if (r == 0)
        return o->result;
    os_watch_kill(pid);
    if (o->result >= 0)
        close(o->result);
    if (r == -EINTR)
        os_watch_requeue(&signal);
    if (r == -EINTR && signo)
        *signo = signal.si_signo;
    return r;
}

int os_open_until(const char *path, int flags, mode_t mode, int64_t deadline, int *signo) {
    static const os_sigset all = ~(os_sigset)0;
    os_sigset mask;
    /* No signal ends process 1 while it waits in a system call. */
    if (deadline == OS_NEVER && !os_is_init())
        return open_now(path, flags, mode);
    struct opening *o = mmap(NULL, sizeof *o, PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (o == MAP_FAILED)
        return -errno;
    *o = (struct opening){ .path = path, .flags = flags, .mode = mode, .result = -EINTR };
    bool ignored = os_signal_ignored(SIGCHLD);
    int r = os_signal_mask(&all, &mask);
    if (r == 0 && ignored)
        r = os_signal_action(SIGCHLD, SIG_DFL);
    if (r == 0)
        r = watch_opening(o, deadline, os_watch_signals(mask), signo);
    if (ignored)
        os_signal_action(SIGCHLD, SIG_IGN);
    munmap(o, sizeof *o);
    os_signal_mask(&mask, NULL); /* a signal that was put back has its effect here */
    return r;
}
