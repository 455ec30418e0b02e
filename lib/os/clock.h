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

/* A deadline that never comes. */
#define OS_NEVER INT64_MAX

/* Returns CLOCK_MONOTONIC. It includes the time that this process is stopped, but not that the
 * machine is suspended. */
int64_t os_monotonic_ns(void);

/* Returns the time `ns` nanoseconds from now on CLOCK_MONOTONIC; OS_NEVER if that is out of range.
 */
int64_t os_deadline(int64_t ns);

/* Returns the time from `now` to a deadline as a timeout for poll(2), rounded up. Do not use
 * ppoll(2), despite its nanoseconds: when it continues after SIGSTOP and SIGCONT, the time in
 * between does not count. */
int os_poll_timeout(int64_t deadline, int64_t now);

/* Converts a time that is not negative. */
struct timespec os_timespec(int64_t ns);

/* Converts a time; INT64_MAX if it is out of range. */
int64_t os_timespec_ns(struct timespec t);

/* Return the time of a clock and its resolution; INT64_MAX if out of range. An alarm clock has
 * those of its underlying clock, even if nothing can wake the machine. On failure, return -1 and
 * fill *e: EINVAL if there is no such clock. */
int64_t os_clock_ns(clockid_t clock, struct base_error *e);
int64_t os_clock_resolution(clockid_t clock, struct base_error *e);
