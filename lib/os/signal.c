/* SPDX-License-Identifier: 0BSD
 *
 * Signal masks and dispositions by system call.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/kernel.h"
#include "os/signal.h"

int os_signal_mask(const os_sigset *set, os_sigset *old) {
    struct os_kernel_sigset want = os_kernel_sigset(set ? *set : 0), before = { 0 };
    long r = syscall(SYS_rt_sigprocmask, SIG_SETMASK, set ? &want : NULL, &before, sizeof before);
    if (old)
        *old = os_kernel_sigset_bits(&before);
    return r < 0 ? -errno : 0;
}

int os_signal_open(os_sigset set, int flags, struct base_error *e) {
    struct os_kernel_sigset signals = os_kernel_sigset(set);
    int fd = (int)syscall(SYS_signalfd4, -1, &signals, sizeof signals, flags);
    return fd < 0 ? base_fail(e, errno, "signalfd", NULL) : fd;
}

int os_signal_hold(os_sigset set, struct base_error *e) {
    os_sigset mask = 0;
    os_signal_mask(NULL, &mask);
    mask |= set;
    os_signal_mask(&mask, NULL);
    return os_signal_open(set, SFD_CLOEXEC | SFD_NONBLOCK, e);
}

/* The kernel's struct sigaction begins with the handler on all architectures but MIPS and Alpha,
 * and zeros after it are right for SIG_DFL and SIG_IGN. */
union kernel_sigaction {
    void (*handler)(int);
    unsigned char room[64];
};

static int get_action(int signo, union kernel_sigaction *action) {
    memset(action, 0, sizeof *action);
    return syscall(SYS_rt_sigaction, signo, NULL, action, sizeof(struct os_kernel_sigset)) < 0
               ? -errno
               : 0;
}

int os_signal_action(int signo, void (*handler)(int)) {
    union kernel_sigaction action, now;
    memset(&action, 0, sizeof action);
    action.handler = handler;
    if (syscall(SYS_rt_sigaction, signo, &action, NULL, sizeof(struct os_kernel_sigset)) < 0)
        return -errno;
    int r = get_action(signo, &now);
    return r == 0 && now.handler != handler ? -EPROTO : r;
}

bool os_signal_ignored(int signo) {
    union kernel_sigaction now;
    return get_action(signo, &now) == 0 && now.handler == SIG_IGN;
}
