/* SPDX-License-Identifier: 0BSD
 *
 * Waiting for the kernel's generator.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/io.h"
#include "os/clock.h"
#include "os/random_device.h"
#include "os/random_wait.h"
#include "os/signal.h"

enum {
    INTERRUPTED_MAX = 50000, /* times in a row: otherwise it would not end */
    STACK = 64 * 1024,
};

static ssize_t get_byte(unsigned flags) {
    char byte;
    ssize_t n = syscall(SYS_getrandom, &byte, 1, flags);
    explicit_bzero(&byte, 1);
    return n < 0 ? -errno : n;
}

/* The kernel collects entropy only while somebody waits in getrandom(2). */
static ssize_t wait_in_call(void) {
    ssize_t n;
    unsigned in_a_row = 0;
    do
        n = get_byte(0);
    while (n == -EINTR && ++in_a_row < INTERRUPTED_MAX);
    return n == -EINTR ? -EAGAIN : n;
}

/* ---- with a limit ---- */

/* The thread in getrandom(2) has one end of a pipe, its starter the other; each closes its own. */
static void *run_thread(void *data) {
    int fd = (int)(intptr_t)data;
    ssize_t n = wait_in_call();
    base_write(fd, &n, sizeof n); /* fails if nobody waits any more */
    close(fd);
    return NULL;
}

/* Signals are for the caller's threads. The new one can block even those that libc uses itself: it
 * is never cancelled, and this process never changes its ids. */
static int start_thread(int fd) {
    pthread_attr_t attributes;
    pthread_t thread;
    static const os_sigset all = ~(os_sigset)0;
    os_sigset before;
    int errnum = pthread_attr_init(&attributes);
    if (errnum)
        return errnum;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK);
    os_signal_mask(&all, &before);
    errnum = pthread_create(&thread, &attributes, run_thread, (void *)(intptr_t)fd);
    os_signal_mask(&before, NULL);
    pthread_attr_destroy(&attributes);
    return errnum;
}

/* What getrandom(2) returned, or -EAGAIN. */
static ssize_t read_result(int fd, int64_t end) {
    for (;;) {
        ssize_t result;
        struct pollfd p = { .fd = fd, .events = POLLIN };
        int n = poll(&p, 1, os_poll_timeout(end, os_monotonic_ns()));
        if (n > 0)
            return base_read(fd, &result, sizeof result) == sizeof result ? result : -EAGAIN;
        if (n < 0 ? errno != EINTR : os_monotonic_ns() >= end)
            return -EAGAIN;
    }
}

/* Returns what getrandom(2) does; *errnum: why there is no thread that could call it. */
static ssize_t wait_until(int64_t end, int *errnum) {
    int ends[2];
    *errnum = pipe2(ends, O_CLOEXEC) < 0 ? errno : 0;
    if (*errnum)
        return -EAGAIN;
    *errnum = start_thread(ends[1]);
    if (*errnum)
        close(ends[1]);
    ssize_t n = *errnum ? -EAGAIN : read_result(ends[0], end);
    close(ends[0]);
    return n;
}

static int wait_for_device(int64_t timeout, struct base_error *e) {
    int fd = os_random_device_open(OS_RANDOM_DEVICE, e);
    if (fd < 0)
        return fd;
    int err = os_random_device_wait(fd, timeout, e);
    close(fd);
    return err;
}

int os_random_wait(int64_t timeout, struct base_error *e) {
    int64_t end = os_deadline(timeout);
    int errnum = 0;
    ssize_t n = get_byte(GRND_NONBLOCK);
    if ((n == -EAGAIN || n == -EINTR) && timeout)
        n = end == OS_NEVER ? wait_in_call() : wait_until(end, &errnum);
    /* Without a thread: by a descriptor, which is ready at the same time, but does not make the
     * kernel collect entropy. */
    if (n == -ENOSYS || n == -EPERM || errnum)
        return wait_for_device(timeout, e);
    return n > 0 ? 0 : base_fail(e, n < 0 ? (int)-n : EIO, "getrandom", NULL);
}
