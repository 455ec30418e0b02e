/* SPDX-License-Identifier: 0BSD
 *
 * Points in time. The calendar is computed here; libc is used for the rules of
 * the local zone only.
 */
#include <stdint.h>
#include <string.h>

#include "cli/parse.h"
#include "cli/time.h"

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR, SECOND = 1000000000 };

static const char not_a_time[] = "not a time (2026-08-01T10:00:00Z, or @SECONDS)";
static const char too_large[] = "too large";
static const char too_small[] = "too small";

/* ---- The calendar ---- */

/* Days from 1970-01-01 in the Gregorian calendar, also before its introduction. Years begin in
 * March here, so that the leap day is a year's last. */
static int64_t days_from_civil(int64_t year, unsigned month, unsigned day) {
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static unsigned days_in_month(unsigned year, unsigned month) {
    static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

/* ---- The local zone ---- */

/* Stores what a local clock shows at `when`, as seconds from 1970-01-01T00:00:00 on that clock.
 * Returns false if that is unknown, or a leap second, which only the "right/" zones have. */
static bool local_clock(int64_t when, int64_t *shown) {
    time_t t;
    struct tm tm;
    if (__builtin_add_overflow(when, 0, &t) || !localtime_r(&t, &tm))
        return false;
    int64_t days =
        days_from_civil(tm.tm_year + INT64_C(1900), (unsigned)tm.tm_mon + 1, (unsigned)tm.tm_mday);
    *shown = days * DAY + (int64_t)tm.tm_hour * HOUR + (int64_t)tm.tm_min * MINUTE + tm.tm_sec;
    return tm.tm_sec < 60;
}

/* Offsets stay below 26 hours (RFC 8536), and none was ever in force for less than 95 hours: there
 * is at most one change of the offset this near to a time. */
enum { REACH = 26 * HOUR };

/* Finds the moments at which the local clock shows `shown` and returns their number: 0, 1 or 2.
 * *when is the first of them. mktime() would choose silently, and differently in each libc. So each
 * offset from UTC that is in force near `shown` is tried. */
static int find_local(int64_t shown, int64_t *when) {
    enum { STEP = 13 * HOUR };
    int found = 0;
    tzset(); /* localtime_r() need not */
    for (int64_t near = shown - REACH; near <= shown + REACH; near += STEP) {
        int64_t there;
        int64_t back;
        if (!local_clock(near, &there))
            continue;
        int64_t candidate = shown - (there - near);
        if (!local_clock(candidate, &back) || back != shown)
            continue;
        if (found && candidate == *when)
            continue;
        if (!found || candidate < *when)
            *when = candidate;
        found++;
    }
    return found;
}

static const char *resolve_local(int64_t shown, int64_t *when) {
    int64_t moment;
    int found = find_local(shown, &moment);
    if (found == 0)
        return "no such local time (the clock skips it)";
    if (found > 1)
        return "this local time exists twice: give an offset (+hh:mm)";
    *when = moment;
    return NULL;
}

/* Returns the moment at which the local clock skips `shown`. */
static int64_t end_of_gap(int64_t shown) {
    int64_t before = shown - REACH;
    int64_t after = shown + REACH;
    while (after - before > 1) {
        int64_t middle = before + (after - before) / 2;
        int64_t there = middle;
        local_clock(middle, &there);
        if (there < shown)
            before = middle;
        else
            after = middle;
    }
    return after;
}

static bool is_later(struct timespec a, struct timespec b) {
    return a.tv_sec > b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec > b.tv_nsec);
}

/* Finds the first time after `now` at which the local clock shows `clock`, seconds from midnight.
 */
static bool find_next(int64_t clock, long nanoseconds, struct timespec now,
                      struct timespec *result) {
    int64_t today = now.tv_sec;
    tzset();
    local_clock(now.tv_sec, &today);
    today -= (today % DAY + DAY) % DAY;
    for (int64_t day = today - DAY; day <= today + (int64_t)3 * DAY; day += DAY) {
        int64_t when;
        bool exists = find_local(day + clock, &when) > 0;
        if (!exists)
            when = end_of_gap(day + clock);
        *result = (struct timespec){ when, exists ? nanoseconds : 0 };
        if (is_later(*result, now))
            return true;
    }
    return false;
}

/* ---- ISO 8601 ---- */

/* Reads exactly `count` digits. */
static bool scan_digits(const char **at, unsigned count, unsigned *value) {
    unsigned sum = 0;
    for (; count > 0; count--, ++*at) {
        if (cli_digit(**at) >= 10)
            return false;
        sum = sum * 10 + cli_digit(**at);
    }
    *value = sum;
    return true;
}

static bool scan_char(const char **at, char c) {
    if (**at != c)
        return false;
    ++*at;
    return true;
}

static const char *scan_date(const char **at, int64_t *days) {
    unsigned year;
    unsigned month;
    unsigned day;
    if (!scan_digits(at, 4, &year) || !scan_char(at, '-') || !scan_digits(at, 2, &month) ||
        !scan_char(at, '-') || !scan_digits(at, 2, &day))
        return not_a_time;
    if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return "no such date";
    *days = days_from_civil(year, month, day);
    return NULL;
}

static const char *scan_clock(const char **at, int64_t *seconds, long *nanoseconds) {
    unsigned hour;
    unsigned minute;
    unsigned second = 0;
    struct cli_decimal d = { 0 };
    if (!scan_digits(at, 2, &hour) || !scan_char(at, ':') || !scan_digits(at, 2, &minute))
        return not_a_time;
    if (scan_char(at, ':')) {
        const char *end = cli_decimal_scan(*at, &d);
        if (!end || d.whole_len != 2 || !scan_digits(at, 2, &second))
            return not_a_time;
        *at = end;
    }
    if (hour > 23 || minute > 59 || second > 59)
        return "no such time of day";
    *seconds = hour * HOUR + minute * MINUTE + (int64_t)second;
    *nanoseconds = (long)cli_decimal_scale(&d, SECOND);
    return NULL;
}

static const char *scan_offset(const char **at, int64_t *offset) {
    unsigned hours;
    unsigned minutes = 0;
    if (scan_char(at, 'Z')) {
        *offset = 0;
        return NULL;
    }
    bool west = scan_char(at, '-');
    if ((!west && !scan_char(at, '+')) || !scan_digits(at, 2, &hours))
        return not_a_time;
    if ((scan_char(at, ':') || **at) && !scan_digits(at, 2, &minutes))
        return not_a_time;
    if (hours > 23 || minutes > 59)
        return "no such offset from UTC";
    *offset = hours * HOUR + minutes * MINUTE;
    if (west)
        *offset = -*offset;
    return NULL;
}

static const char *parse_iso(const char *at, int64_t *when, long *nanoseconds) {
    int64_t days;
    int64_t seconds = 0;
    int64_t offset;
    const char *reason = scan_date(&at, &days);
    if (!reason && *at) {
        if (!scan_char(&at, 'T') && !scan_char(&at, ' '))
            return not_a_time;
        reason = scan_clock(&at, &seconds, nanoseconds);
    }
    if (reason)
        return reason;
    if (!*at)
        return resolve_local(days * DAY + seconds, when);
    reason = scan_offset(&at, &offset);
    if (reason)
        return reason;
    if (*at)
        return not_a_time;
    *when = days * DAY + seconds - offset;
    return NULL;
}

/* ---- @SECONDS ---- */

static const char *parse_seconds(const char *text, int64_t *when, long *nanoseconds) {
    bool minus = *text == '-';
    const char *limit = minus ? too_small : too_large;
    struct cli_decimal d;
    const char *end = cli_decimal_scan(text + (minus || *text == '+'), &d);
    if (!end || *end)
        return not_a_time;
    uint64_t seconds;
    uint64_t none;
    if (!cli_decimal_split(&d, 1, &seconds, &none))
        return limit;
    uint64_t fraction = cli_decimal_scale(&d, SECOND);
    if (minus && cli_decimal_finer(&d, 9))
        fraction++; /* rounds down, away from 0 */
    if (minus && fraction) {
        if (__builtin_add_overflow(seconds, 1U, &seconds))
            return limit;
        fraction = SECOND - fraction;
    }
    if (minus ? __builtin_sub_overflow(0, seconds, when) : __builtin_add_overflow(seconds, 0, when))
        return limit;
    *nanoseconds = (long)fraction;
    return NULL;
}

const char *cli_parse_timepoint(const char *text, struct cli_timepoint *point) {
    struct cli_timepoint result = { .clock_relative = *text == '@' };
    int64_t when;
    if (!*text)
        return "empty";
    const char *reason = result.clock_relative
                             ? parse_seconds(text + 1, &when, &result.time.tv_nsec)
                             : parse_iso(text, &when, &result.time.tv_nsec);
    if (reason)
        return reason;
    if (__builtin_add_overflow(when, 0, &result.time.tv_sec))
        return when < 0 ? too_small : too_large;
    *point = result;
    return NULL;
}

/* "HH:MM[:SS[.nnn]]" */
static const char *parse_clock(const char *text, struct timespec now, struct timespec *time) {
    int64_t clock;
    long nanoseconds;
    const char *reason = scan_clock(&text, &clock, &nanoseconds);
    if (reason)
        return reason;
    if (*text)
        return not_a_time;
    return find_next(clock, nanoseconds, now, time) ? NULL : "no such local time";
}

const char *cli_parse_next_time(const char *text, struct timespec now,
                                struct cli_timepoint *point) {
    struct cli_timepoint result = { .clock_relative = false };
    const char *reason;
    if (strnlen(text, 3) == 3 && text[2] == ':')
        reason = parse_clock(text, now, &result.time);
    else
        reason = cli_parse_timepoint(text, &result);
    if (reason == not_a_time)
        return "not a time (10:00, 2026-08-01T10:00:00Z, or @SECONDS)";
    if (!reason)
        *point = result;
    return reason;
}
