/* SPDX-License-Identifier: 0BSD
 *
 * Timers that are descriptors.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "os/capability.h"
#include "os/timerfd.h"

enum { NS_PER_S = 1000000000 };

static struct timespec timespec_of(int64_t ns) {
    return (struct timespec){ (time_t)(ns / NS_PER_S), (long)(ns % NS_PER_S) };
}

static int64_t ns_of(struct timespec t) {
    int64_t ns;
    if (__builtin_mul_overflow((int64_t)t.tv_sec, NS_PER_S, &ns) ||
        __builtin_add_overflow(ns, t.tv_nsec, &ns))
        return INT64_MAX;
    return ns;
}

static struct os_timer timer_of(const struct itimerspec *spec) {
    return (struct os_timer){ ns_of(spec->it_value), ns_of(spec->it_interval) };
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
    struct itimerspec spec = { timespec_of(timer->interval), timespec_of(timer->next) }, before;
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

/* Not base_read(), which waits where a descriptor does not. */
int os_timer_read(int fd, uint64_t *expirations, struct base_error *e) {
    ssize_t size;
    do
        size = read(fd, expirations, sizeof *expirations);
    while (size < 0 && errno == EINTR);
    return size < 0 ? fail(fd, errno, "read", e) : 0;
}

int os_timer_clock(int fd) {
    char text[512];
    struct buf path = { 0 };
    buf_add_str(&path, "/proc/self/fdinfo/");
    buf_add_int(&path, fd);
    base_read_text(buf_cstr(&path), text, sizeof text);
    buf_finish(&path);
    const char *line = strstr(text, "clockid: ");
    return line ? (int)strtol(line + strlen("clockid: "), NULL, 10) : -1;
}

bool os_timer_is_idle(int fd) {
    struct os_timer timer = { 0 };
    struct pollfd ready = { .fd = fd, .events = POLLIN };
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && !(flags & O_NONBLOCK) && os_timer_get(fd, &timer, NULL) == 0 &&
           timer.next == 0 && poll(&ready, 1, 0) == 0;
}

/* What an alarm clock shows: the kernel tells it only where something can wake the machine. */
static clockid_t shown(clockid_t clock) {
    if (clock == CLOCK_REALTIME_ALARM)
        return CLOCK_REALTIME;
    return clock == CLOCK_BOOTTIME_ALARM ? CLOCK_BOOTTIME : clock;
}

int64_t os_clock_ns(clockid_t clock, struct base_error *e) {
    struct timespec now;
    if (clock_gettime(shown(clock), &now) == 0)
        return ns_of(now);
    base_fail(e, errno, "clock_gettime", NULL);
    return -1;
}

int64_t os_clock_resolution(clockid_t clock, struct base_error *e) {
    struct timespec resolution;
    if (clock_getres(shown(clock), &resolution) == 0)
        return ns_of(resolution);
    base_fail(e, errno, "clock_getres", NULL);
    return -1;
}
