/* SPDX-License-Identifier: 0BSD
 *
 * Timers that are descriptors.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "os/capability.h"
#include "os/clock.h"
#include "os/fdinfo.h"
#include "os/timerfd.h"

static struct os_timer timer_of(const struct itimerspec *spec) {
    return (struct os_timer){ os_timespec_ns(spec->it_value), os_timespec_ns(spec->it_interval) };
}

static int fail(int fd, int errnum, const char *operation, struct base_error *e) {
    int r = base_fail(e, errnum, operation, NULL);
    if (e)
        e->fd = fd;
    return r;
}

int os_timer_create(clockid_t clock, bool nonblock, struct base_error *e) {
    int fd = timerfd_create(clock, TFD_CLOEXEC | (nonblock ? TFD_NONBLOCK : 0));
    if (fd >= 0)
        return fd;
    int r = base_fail(e, errno, "timerfd_create", NULL);
    if (e && r == -EPERM)
        e->capability = os_capability_missing(CAP_WAKE_ALARM);
    return r;
}

int os_timer_set(int fd, int flags, const struct os_timer *timer, struct os_timer *old,
                 struct base_error *e) {
    struct itimerspec spec = { os_timespec(timer->interval), os_timespec(timer->next) }, before;
    int kernel_flags = (flags & OS_TIMER_ABSTIME ? TFD_TIMER_ABSTIME : 0) |
                       (flags & OS_TIMER_CANCEL_ON_SET ? TFD_TIMER_CANCEL_ON_SET : 0);
    if (timerfd_settime(fd, kernel_flags, &spec, &before) < 0)
        return fail(fd, errno, "timerfd_settime", e);
    if (old)
        *old = timer_of(&before);
    return 0;
}

int os_timer_get(int fd, struct os_timer *timer, struct base_error *e) {
    struct itimerspec spec;
    if (timerfd_gettime(fd, &spec) < 0)
        return fail(fd, errno, "timerfd_gettime", e);
    *timer = timer_of(&spec);
    return 0;
}

/* Not base_read(), which waits even for a non-blocking descriptor. */
int os_timer_read(int fd, uint64_t *expirations, struct base_error *e) {
    ssize_t size;
    do
        size = read(fd, expirations, sizeof *expirations);
    while (size < 0 && errno == EINTR);
    return size < 0 ? fail(fd, errno, "read", e) : 0;
}

int os_timer_clock(int fd) {
    return os_fdinfo_number(fd, "clockid");
}

/* A timer that is due expires when its interrupt has been handled: not at once, but soon. */
enum { DUE_MS = 20 };

bool os_timer_is_idle(int fd) {
    struct os_timer timer = { 0 };
    struct pollfd ready = { .fd = fd, .events = POLLIN };
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && !(flags & O_NONBLOCK) && os_timer_get(fd, &timer, NULL) == 0 &&
           timer.next == 0 && poll(&ready, 1, DUE_MS) == 0;
}
