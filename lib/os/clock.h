/* SPDX-License-Identifier: 0BSD
 *
 * Clocks and deadlines: time.monotonic_ns, time.clock_gettime_ns, time.clock_getres
 * (clock_gettime(2)). All times are nanoseconds.
 */
#pragma once

#include <stdint.h>
#include <time.h>

#include "base/error.h"

enum { OS_NS_PER_MS = 1000000, OS_NS_PER_S = 1000000000 };

/* As a deadline: there is none. */
#define OS_NEVER INT64_MAX

/* CLOCK_MONOTONIC: a stop of this process counts, a suspend of the machine does not. */
int64_t os_monotonic_ns(void);

/* `ns` nanoseconds from now, on CLOCK_MONOTONIC; OS_NEVER if that is out of range. */
int64_t os_deadline(int64_t ns);

/* The time from `now` to a deadline as the timeout of poll(2), rounded up. Not for ppoll(2), which
 * has nanoseconds: when it continues after SIGSTOP and SIGCONT, the time in between does not
 * count. */
int os_poll_timeout(int64_t deadline, int64_t now);

/* A time that is not negative. */
struct timespec os_timespec(int64_t ns);

/* INT64_MAX if it is out of range. */
int64_t os_timespec_ns(struct timespec t);

/* The time of a clock, or its resolution. An alarm clock has that of the clock below it, also where
 * nothing can wake the machine. Out of range, INT64_MAX. Returns -1 with -errno in *e: EINVAL if
 * there is no such clock. */
int64_t os_clock_ns(clockid_t clock, struct base_error *e);
int64_t os_clock_resolution(clockid_t clock, struct base_error *e);
