/* SPDX-License-Identifier: 0BSD
 *
 * Clocks and deadlines.
 */
#include <limits.h>

#include "os/clock.h"

int64_t os_monotonic_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * OS_NS_PER_S + now.tv_nsec;
}

int64_t os_deadline(int64_t ns) {
    int64_t deadline;
    return __builtin_add_overflow(os_monotonic_ns(), ns, &deadline) ? OS_NEVER : deadline;
}

int os_poll_timeout(int64_t deadline, int64_t now) {
    if (deadline == OS_NEVER)
        return -1;
    if (deadline <= now)
        return 0;
    int64_t ms = (deadline - now - 1) / OS_NS_PER_MS + 1;
    return ms < INT_MAX ? (int)ms : INT_MAX;
}

struct timespec os_timespec(int64_t ns) {
    return (struct timespec){ (time_t)(ns / OS_NS_PER_S), (long)(ns % OS_NS_PER_S) };
}

int64_t os_timespec_ns(struct timespec t) {
    int64_t ns;
    if (__builtin_mul_overflow((int64_t)t.tv_sec, OS_NS_PER_S, &ns) ||
        __builtin_add_overflow(ns, t.tv_nsec, &ns))
        return INT64_MAX;
    return ns;
}

/* The kernel reads an alarm clock only if something can wake the machine. */
static clockid_t readable(clockid_t clock) {
    if (clock == CLOCK_REALTIME_ALARM)
        return CLOCK_REALTIME;
    return clock == CLOCK_BOOTTIME_ALARM ? CLOCK_BOOTTIME : clock;
}

int64_t os_clock_ns(clockid_t clock, struct base_error *e) {
    struct timespec now;
    if (clock_gettime(readable(clock), &now) == 0)
        return os_timespec_ns(now);
    base_fail(e, errno, "clock_gettime", NULL);
    return -1;
}

int64_t os_clock_resolution(clockid_t clock, struct base_error *e) {
    struct timespec resolution;
    if (clock_getres(readable(clock), &resolution) == 0)
        return os_timespec_ns(resolution);
    base_fail(e, errno, "clock_getres", NULL);
    return -1;
}
