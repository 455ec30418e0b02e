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
    int64_t interval; /* between further ones; 0: it expires once */
};

enum {
    OS_TIMER_ABSTIME = 1,       /* `next` is a time on the timer's clock */
    OS_TIMER_CANCEL_ON_SET = 2, /* a read fails with ECANCELED after that clock was set */
};

/* Creates a timer, close-on-exec. Returns its descriptor, or -errno: EINVAL if there is no such
 * clock, EPERM for an alarm clock without CAP_WAKE_ALARM, EOPNOTSUPP if no clock can wake this
 * machine. */
int os_timer_create(clockid_t clock, bool nonblock, struct base_error *e);

/* Arms a timer, or disarms it if `next` is 0. *old, which may be NULL, receives the former setting,
 * its `next` relative. Returns 0, or -errno: EINVAL if it is not a timer or a time is out of range,
 * EBADF if the descriptor is not open. */
int os_timer_set(int fd, int flags, const struct os_timer *timer, struct os_timer *old,
                 struct base_error *e);
int os_timer_get(int fd, struct os_timer *timer, struct base_error *e);

/* Waits for a timer. *expirations is their number since the last read. Returns 0, or -errno: EAGAIN
 * if there was none and it is non-blocking, ECANCELED if its clock was set. */
int os_timer_read(int fd, uint64_t *expirations, struct base_error *e);

/* Returns the clock of a timer, from /proc/self/fdinfo; -1 if it is unavailable. */
int os_timer_clock(int fd);

/* Returns whether a read would wait for ever: the timer is disarmed, has no expiration left to
 * report, and blocks. */
bool os_timer_is_idle(int fd);
