/* SPDX-License-Identifier: 0BSD
 *
 * Exact parsers of what users write: integers, sizes, durations, modes. CPU
 * sets are in os/cpuset.h, signals in cli/signal.h, points in time in
 * cli/time.h. All of it is integer arithmetic and independent of the locale.
 * The whole text must match: no leading space, no trailing characters, no wrap.
 * Each parser, also in those headers, returns NULL, or a reason (a literal such
 * as "too large") that a usage error prints after the text. The result is
 * written on success only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/codec.h"

/* Decimal (leading zeros do not mean octal), or 0x hex and 0o octal in either case, with an
 * optional sign; min <= value <= max. Reasons: "empty", "not a number", "too small", "too large".
 */
const char *cli_parse_int(const char *text, int64_t min, int64_t max, int64_t *value);

/* The same without a sign, up to UINT64_MAX. Reasons: "empty", "not a number", "must not be
 * negative" (-0 too), "too large". */
const char *cli_parse_uint(const char *text, uint64_t max, uint64_t *value);

/* A descriptor's number: digits only. Reasons: "empty", "not a descriptor number", "too large". */
const char *cli_parse_fd(const char *text, int *fd);

/* Bytes: a decimal number, possibly with a fraction ("1.5M", ".5K"), and a unit: none or B;
 * K M G T P E and KiB MiB ... are powers of 1024; KB MB ... powers of 1000. The first letter may be
 * in lower case (m is MiB, kB is 1000), the others may not: b would be bits. A size that is not a
 * whole number of bytes is rounded down; a positive one that rounds to 0 is an error. Reasons:
 * "empty", "not a number", "must not be negative", "unknown unit", "too large", "rounds to 0". */
const char *cli_parse_size(const char *text, uint64_t *bytes);

/* Seconds ("5", "1.5", ".1") or a number with one unit: ns us ms s m h d. Exact to the nanosecond;
 * finer digits are rounded down; a positive duration that rounds to 0 is an error, and so is one
 * whose seconds do not fit time_t. Never negative. The reasons are those of a size. */
const char *cli_parse_duration(const char *text, struct timespec *duration);

/* The same as nanoseconds, up to INT64_MAX - 1 of them. */
const char *cli_parse_ns(const char *text, int64_t *ns);

/* File mode bits in octal, 0 to 07777, with or without leading zeros or "0o". Reasons: "empty",
 * "not an octal mode",
 * "not an octal mode from 0 to 7777; decimal is not accepted". */
const char *cli_parse_mode(const char *text, unsigned *mode);

/* Returns 0 to 15; 16 for a character that is not a digit in any base. */
static inline unsigned cli_digit(char c) {
    return base_digit(c);
}

/* An exact decimal as written, with which sizes, durations and times begin. */
struct cli_decimal {
    const char *whole; /* digits, possibly none */
    size_t whole_len;
    const char *fraction; /* digits after the point, possibly none */
    size_t fraction_len;
};

/* Reads "5", "1.5" or ".5", without a sign. Returns the first character after it, or NULL if there
 * is no number, or no digit after the point ("1."). */
const char *cli_decimal_scan(const char *text, struct cli_decimal *d);

/* Divides the whole part by `per` (1 to 10^9). Returns false if the quotient does not fit. */
bool cli_decimal_split(const struct cli_decimal *d, uint64_t per, uint64_t *quotient,
                       uint64_t *remainder);

/* Returns the fraction times `unit` (at most 2^60), rounded down. */
uint64_t cli_decimal_scale(const struct cli_decimal *d, uint64_t unit);

/* Returns whether the fraction has a digit other than 0 after the first `places`. */
bool cli_decimal_finer(const struct cli_decimal *d, size_t places);
