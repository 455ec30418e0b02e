/* SPDX-License-Identifier: 0BSD
 *
 * Points in time as users write them. Results and reasons are as in
 * cli/parse.h.
 */
#pragma once

#include <stdbool.h>
#include <time.h>

/* A point in time. */
struct cli_timepoint {
    struct timespec time; /* tv_nsec in 0..999999999, also before 1970 */
    bool clock_relative;  /* written as @SECONDS: counts on the clock in question, not UTC */
};

/* Parses "@SECONDS[.FRACTION]", possibly signed, or ISO 8601 in the years 0000 to 9999: the date
 * alone ("2026-08-01", local midnight), or "2026-08-01T10:00:00[.nnn][Z|+hh:mm|+hhmm|+hh]", also
 * with a space for the T, and without the seconds. Digits finer than a nanosecond are rounded down
 * (to the earlier). Without a zone it is local time (TZ); a local time that does not exist or that
 * exists twice is an error. :60 is an error: POSIX time has no leap seconds. Reasons: "empty", "not
 * a time (2026-08-01T10:00:00Z, or @SECONDS)", "no such date", "no such time of day", "no such
 * offset from UTC", "no such local time (the clock skips it)", "this local time exists twice: give
 * an offset (+hh:mm)", "too small", "too large". */
const char *cli_parse_timepoint(const char *text, struct cli_timepoint *point);

/* The same, and "HH:MM[:SS[.nnn]]": the first time after `now` at which the local clock shows it.
 * If the clock skips it, that is the moment after the gap; if it exists twice, the first. Reasons:
 * also "not a time (10:00, 2026-08-01T10:00:00Z, or @SECONDS)" and "no such local time". */
const char *cli_parse_next_time(const char *text, struct timespec now, struct cli_timepoint *point);
