/* SPDX-License-Identifier: 0BSD
 *
 * Timers that are descriptors: os.timerfd_create, os.timerfd_settime[_ns],
 * os.timerfd_gettime[_ns] (timerfd_create(2)). All times are nanoseconds.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/error.h"

struct os_timer {
    int64_t next;     /* until the next expiration, or with OS_TIMER_ABSTIME when; 0: disarmed */
    int64_t interval; /* between further ones; 0: there are none */
};

enum {
    OS_TIMER_ABSTIME = 1,       /* `next` is a time on the timer's clock */
    OS_TIMER_CANCEL_ON_SET = 2, /* a read fails with ECANCELED when that clock was set */
};

/* A new timer, close-on-exec. EINVAL: no such clock; EPERM: an alarm clock without CAP_WAKE_ALARM;
 * EOPNOTSUPP: there is no clock that wakes this machine. */
int os_timer_create(clockid_t clock, bool nonblock, struct base_error *e);

/* Arms or (next 0) disarms it; *old (may be NULL) is what it was, its `next` relative. EINVAL: not
 * a timer, or a time that is out of range; EBADF. */
int os_timer_set(int fd, int flags, const struct os_timer *timer, struct os_timer *old,
                 struct base_error *e);
int os_timer_get(int fd, struct os_timer *timer, struct base_error *e);

/* Waits for the timer: how often it has expired since it was last read. -EAGAIN: not since then,
 * and it is non-blocking; -ECANCELED: its clock was set. */
int os_timer_read(int fd, uint64_t *expirations, struct base_error *e);

/* The clock of a timer, as /proc/self/fdinfo tells it; -1: not known. */
int os_timer_clock(int fd);

/* Whether a read would wait for ever: it is disarmed, has nothing to tell and blocks. */
bool os_timer_is_idle(int fd);

/* The time of a clock, or its resolution; of one that is out of range INT64_MAX. -errno is in *e
 * and the result is -1. */
int64_t os_clock_ns(clockid_t clock, struct base_error *e);
int64_t os_clock_resolution(clockid_t clock, struct base_error *e);
