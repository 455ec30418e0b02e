/* SPDX-License-Identifier: 0BSD
 *
 * Waiting for the kernel's generator.
 */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/random_device.h"
#include "os/random_wait.h"

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

/* Belongs to the thread in getrandom(2) and to its starter: the last one to leave frees it. */
struct waiter {
    pthread_mutex_t lock;
    pthread_cond_t done;
    unsigned owners;
    bool has_result;
    ssize_t result;
};

static struct waiter *new_waiter(void) {
    struct waiter *w = calloc(1, sizeof *w);
    pthread_condattr_t attributes;
    if (!w)
        return NULL;
    w->owners = 1;
    pthread_mutex_init(&w->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&w->done, &attributes);
    pthread_condattr_destroy(&attributes);
    return w;
}

/* With the lock held. */
static void leave(struct waiter *w) {
    bool last = --w->owners == 0;
    pthread_mutex_unlock(&w->lock);
    if (!last)
        return;
    pthread_cond_destroy(&w->done);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

static void *run_thread(void *data) {
    struct waiter *w = data;
    ssize_t n = wait_in_call();
    pthread_mutex_lock(&w->lock);
    w->result = n;
    w->has_result = true;
    pthread_cond_signal(&w->done);
    leave(w);
    return NULL;
}

/* Signals are for the caller's threads. */
static int start_thread(struct waiter *w) {
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    int errnum = pthread_attr_init(&attributes);
    if (errnum)
        return errnum;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    errnum = pthread_create(&thread, &attributes, run_thread, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return errnum;
}

/* Returns what getrandom(2) does; *errnum: why there is no thread that could call it. */
static ssize_t wait_until(int64_t end, int *errnum) {
    struct timespec limit = os_timespec(end);
    struct waiter *w = new_waiter();
    *errnum = w ? 0 : ENOMEM;
    if (!w)
        return -EAGAIN;
    pthread_mutex_lock(&w->lock);
    w->owners++;
    *errnum = start_thread(w);
    if (*errnum)
        w->owners--;
    for (int r = *errnum; r == 0 && !w->has_result;)
        r = pthread_cond_timedwait(&w->done, &w->lock, &limit);
    ssize_t n = w->has_result ? w->result : -EAGAIN;
    leave(w);
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
