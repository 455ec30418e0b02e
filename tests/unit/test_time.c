/* SPDX-License-Identifier: 0BSD
 *
 * Points in time: the calendar from year 0 to 9999, both edges of gaps and
 * overlaps in zones that differ in every way, and what is refused.
 */
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "cli/time.h"

enum { UNTOUCHED = 4242 };

static const char not_a_time[] = "not a time (2026-08-01T10:00:00Z, or @SECONDS)";
static const char skipped[] = "no such local time (the clock skips it)";
static const char twice[] = "this local time exists twice: give an offset (+hh:mm)";

/* Names the text at which a test failed first. */
static void name_failure(bool before, const char *text) {
    if (before && !check_ok)
        printf("# on <%.60s>\n", text);
}

static void check_point(const char *text, int64_t seconds, long nanoseconds) {
    struct cli_timepoint got = { { UNTOUCHED, UNTOUCHED }, *text != '@' };
    bool before = check_ok;
    CHECK_STR(cli_parse_timepoint(text, &got), NULL);
    CHECK_INT(got.time.tv_sec, seconds);
    CHECK_INT(got.time.tv_nsec, nanoseconds);
    CHECK_INT(got.clock_relative, *text == '@');
    name_failure(before, text);
}

static void refuse(const char *text, const char *reason) {
    struct cli_timepoint got = { { UNTOUCHED, UNTOUCHED }, false };
    bool before = check_ok;
    CHECK_STR(cli_parse_timepoint(text, &got), reason);
    CHECK_INT(got.time.tv_sec, UNTOUCHED);
    CHECK_INT(got.time.tv_nsec, UNTOUCHED);
    name_failure(before, text);
}

/* The zone for what follows. False: this system does not have its file. */
static bool zone(const char *name) {
    char path[64];
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    setenv("TZ", name, 1);
    if (access(path, R_OK) == 0)
        return true;
    printf("# no %s\n", path);
    return false;
}

static void test_seconds(void) {
    check_point("@0", 0, 0);
    check_point("@-0", 0, 0);
    check_point("@+5", 5, 0);
    check_point("@1.5", 1, 500000000);
    check_point("@.5", 0, 500000000);
    check_point("@1785578400.123456789", 1785578400, 123456789);
    check_point("@1.1234567899", 1, 123456789);
    check_point("@-1", -1, 0);
    check_point("@-1.5", -2, 500000000);
    check_point("@-.5", -1, 500000000);
    check_point("@-1.000000001", -2, 999999999);
    check_point("@-1.0000000001", -2, 999999999);
    check_point("@-1.9999999999", -2, 0);
    check_point("@-1.0000000000", -1, 0);
    check_point("@9223372036854775807.999999999", INT64_MAX, 999999999);
    check_point("@-9223372036854775808", INT64_MIN, 0);
    check_point("@-9223372036854775807.5", INT64_MIN, 500000000);
    refuse("@9223372036854775808", "too large");
    refuse("@18446744073709551616", "too large");
    refuse("@-9223372036854775809", "too small");
    refuse("@-9223372036854775808.5", "too small");
    refuse("@-18446744073709551615.5", "too small");
    refuse("@-18446744073709551616", "too small");
    static const char *const bad[] = { "@",    "@-",   "@+",   "@.",    "@1.", "@ 1",
                                       "@1 ",  "@--1", "@+-1", "@1e3",  "@1s", "@0x10",
                                       "@nan", "@inf", "@@1",  "@1.5.5" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refuse(bad[i], not_a_time);
}

static void test_calendar(void) {
    check_point("1970-01-01T00:00:00Z", 0, 0);
    check_point("1969-12-31T23:59:59Z", -1, 0);
    check_point("1969-12-31T23:59:58.9999999999Z", -2, 999999999);
    check_point("2026-08-01T10:00:00Z", 1785578400, 0);
    check_point("2038-01-19T03:14:08Z", 2147483648, 0);
    check_point("2000-02-29T00:00:00Z", 951782400, 0);
    check_point("1900-03-01T00:00:00Z", -2203891200, 0);
    check_point("1600-02-29T00:00:00Z", -11670998400, 0);
    check_point("0001-01-01T00:00:00Z", -62135596800, 0);
    check_point("0000-12-31T23:59:59Z", -62135596801, 0);
    check_point("0000-02-29T00:00:00Z", -62162121600, 0);
    check_point("0000-01-01T00:00:00Z", -62167219200, 0);
    check_point("0000-01-01T00:00:00+23:59", -62167305540, 0);
    check_point("9999-12-31T23:59:59Z", 253402300799, 0);
    check_point("9999-12-31T23:59:59.999999999-23:59", 253402387139, 999999999);
    static const char *const bad[] = { "2026-00-01",          "2026-13-01", "2026-01-00",
                                       "2026-01-32",          "2026-04-31", "2026-02-29",
                                       "1900-02-29",          "2100-02-29", "2026-99-99",
                                       "2026-02-29T10:00:00Z" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refuse(bad[i], "no such date");
}

static void check_day(int year, int month, int day, int64_t want) {
    char text[64];
    snprintf(text, sizeof text, "%04d-%02d-%02dT00:00Z", year, month, day);
    check_point(text, want, 0);
}

/* The first and the last day of every month, counted on from year 0. */
static void test_every_month(void) {
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int64_t want = -62167219200;
    for (int year = 0; year < 10000; year++) {
        bool leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
        for (int month = 1; month <= 12; month++) {
            int last = days[month - 1] + (month == 2 && leap);
            check_day(year, month, 1, want);
            want += INT64_C(86400) * last;
            check_day(year, month, last, want - 86400);
        }
    }
    CHECK_INT(want, 253402300800);
}

static void test_forms(void) {
    setenv("TZ", "UTC0", 1);
    check_point("2026-08-01", 1785542400, 0);
    check_point("2026-08-01T10:00", 1785578400, 0);
    check_point("2026-08-01 10:00", 1785578400, 0);
    check_point("2026-08-01T10:00:00", 1785578400, 0);
    check_point("2026-08-01T10:00:00.5", 1785578400, 500000000);
    check_point("2026-08-01T10:00:00.1234567890123Z", 1785578400, 123456789);
    check_point("2026-08-01 10:00Z", 1785578400, 0);
    check_point("2026-08-01T10:00+02:00", 1785571200, 0);
    check_point("2026-08-01T10:00:00+0200", 1785571200, 0);
    check_point("2026-08-01T10:00:00+02", 1785571200, 0);
    check_point("2026-08-01T10:00:00.25-05:30", 1785598200, 250000000);
    check_point("2026-08-01T10:00:00-00:00", 1785578400, 0);
    check_point("2026-08-01T00:00:00+05:45", 1785521700, 0);
    check_point("2026-08-01T23:59:59-23:59", 1785715139, 0);
}

static void test_refused(void) {
    static const char *const bad[] = { "now",
                                       "2026",
                                       "2026-08",
                                       "2026-8-1",
                                       "26-08-01",
                                       "20260801",
                                       "12026-08-01",
                                       "+2026-08-01",
                                       "-2026-08-01",
                                       "2026/08/01",
                                       " 2026-08-01",
                                       "2026-08-01 ",
                                       "2026-08-01T",
                                       "2026-08-01Z",
                                       "2026-08-01+02:00",
                                       "2026-08-01t10:00",
                                       "2026-08-01_10:00",
                                       "2026-08-01T10",
                                       "2026-08-01T1:00",
                                       "2026-08-01T10:0",
                                       "2026-08-01T10:00:",
                                       "2026-08-01T10:00:0",
                                       "2026-08-01T10:00:000",
                                       "2026-08-01T10:00:00.",
                                       "2026-08-01T10:00:00.Z",
                                       "2026-08-01T10:00:.5",
                                       "2026-08-01T10:00.5",
                                       "2026-08-01T10:00:00,5",
                                       "2026-08-01  10:00",
                                       "2026-08-01T10:00:00 Z",
                                       "2026-08-01T10:00:00z",
                                       "2026-08-01T10:00:00ZZ",
                                       "2026-08-01T10:00:00Z ",
                                       "2026-08-01T10:00:00+",
                                       "2026-08-01T10:00:00+2",
                                       "2026-08-01T10:00:00+02:",
                                       "2026-08-01T10:00:00+02:0",
                                       "2026-08-01T10:00:00+020",
                                       "2026-08-01T10:00:00+02:000",
                                       "2026-08-01T10:00:00+02:00:00",
                                       "2026-08-01T10:00:00+-2:00",
                                       "2026-08-01T10:00:00 CET",
                                       "2026-08-01T10:00:00\n",
                                       "1785578400" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refuse(bad[i], not_a_time);
    refuse("", "empty");
    refuse("2026-08-01T24:00:00Z", "no such time of day");
    refuse("2026-08-01T10:60:00Z", "no such time of day");
    refuse("2026-08-01T10:00:61Z", "no such time of day");
    refuse("2016-12-31T23:59:60Z", "no such time of day");
    refuse("2016-12-31T23:59:60.5", "no such time of day");
    refuse("2026-08-01T10:00:00+24:00", "no such offset from UTC");
    refuse("2026-08-01T10:00:00-02:60", "no such offset from UTC");
}

/* Zones written as rules: libc needs no file for them. */
static void test_rules(void) {
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    check_point("2026-03-29T01:59:59", 1774745999, 0);
    refuse("2026-03-29T02:00:00", skipped);
    refuse("2026-03-29T02:59:59.999999999", skipped);
    check_point("2026-03-29T03:00:00", 1774746000, 0);
    check_point("2026-10-25T01:59:59.9", 1792886399, 900000000);
    refuse("2026-10-25T02:00:00", twice);
    refuse("2026-10-25T02:59:59", twice);
    check_point("2026-10-25T03:00:00", 1792893600, 0);
    check_point("2026-10-25T02:30:00+02:00", 1792888200, 0);
    check_point("2026-10-25T02:30:00+01:00", 1792891800, 0);

    setenv("TZ", "XLH-10:30XLD-11,M10.1.0,M4.1.0", 1);
    refuse("2026-10-04T02:29:59", skipped);
    check_point("2026-10-04T02:30:00", 1791041400, 0);
    refuse("2026-04-05T01:30:00", twice);
    check_point("2026-04-05T02:00:00", 1775316600, 0);

    setenv("TZ", "IST-1GMT0,M10.5.0,M3.5.0/1", 1); /* winter is the exception, as in Dublin */
    refuse("2026-03-29T01:30:00", skipped);
    refuse("2026-10-25T01:30:00", twice);
    check_point("2026-07-01", 1782860400, 0);

    setenv("TZ", "<+14>-14", 1);
    check_point("2026-08-01T10:00:00", 1785528000, 0);
    setenv("TZ", "<-12>12", 1);
    check_point("2026-08-01T10:00:00", 1785621600, 0);
    check_point("0000-01-01", -62167176000, 0);
    check_point("9999-12-31T23:59:59", 253402343999, 0);
}

static void test_zone_files(void) {
    if (zone("Europe/Berlin")) {
        check_point("2026-03-29 01:59:59", 1774745999, 0);
        refuse("2026-03-29 02:00", skipped);
        check_point("2026-03-29 03:00", 1774746000, 0);
        check_point("2026-10-25 01:59:59", 1792886399, 0);
        refuse("2026-10-25 02:59:59", twice);
        check_point("2026-10-25 03:00", 1792893600, 0);
        check_point("9999-12-31T12:00:00", 253402254000, 0);
    }
    if (zone("Australia/Lord_Howe")) { /* half an hour */
        check_point("2026-10-04T01:59:59", 1791041399, 0);
        refuse("2026-10-04T02:00:00", skipped);
        refuse("2026-10-04T02:29:59", skipped);
        check_point("2026-10-04T02:30:00", 1791041400, 0);
        check_point("2026-04-05T01:29:59", 1775312999, 0);
        refuse("2026-04-05T01:30:00", twice);
        refuse("2026-04-05T01:59:59", twice);
        check_point("2026-04-05T02:00:00", 1775316600, 0);
    }
    if (zone("America/Sao_Paulo")) { /* at midnight: no such date, as a moment */
        refuse("2018-11-04", skipped);
        check_point("2018-11-04T01:00", 1541300400, 0);
    }
}

/* Changes of the standard offset, which no daylight-saving flag distinguishes. */
static void test_moved_zones(void) {
    if (zone("Pacific/Apia")) { /* a whole day */
        check_point("2011-12-29T23:59:59", 1325239199, 0);
        refuse("2011-12-30", skipped);
        refuse("2011-12-30T23:59:59", skipped);
        check_point("2011-12-31", 1325239200, 0);
    }
    if (zone("Pacific/Kwajalein")) {
        check_point("1993-08-20T23:59:59", 745934399, 0);
        refuse("1993-08-21T12:00", skipped);
        check_point("1993-08-22", 745934400, 0);
    }
    if (zone("America/Caracas")) {
        refuse("2016-05-01T02:45", skipped);
        refuse("2007-12-09T02:45", twice);
    }
    if (zone("Asia/Pyongyang")) {
        refuse("2018-05-04T23:45", skipped);
        refuse("2015-08-14T23:45", twice);
    }
    if (zone("Europe/Volgograd"))
        refuse("2020-12-27T01:30", twice);
    if (zone("Asia/Manila")) {
        refuse("1844-12-31T12:00", skipped);
        check_point("1845-01-01T12:00", -3944577832, 0);
    }
}

static void check_next(const char *text, int64_t now, int64_t seconds, long nanoseconds) {
    struct cli_timepoint got = { { UNTOUCHED, UNTOUCHED }, true };
    bool before = check_ok;
    CHECK_STR(cli_parse_next_time(text, (struct timespec){ now, 500 }, &got), NULL);
    CHECK_INT(got.time.tv_sec, seconds);
    CHECK_INT(got.time.tv_nsec, nanoseconds);
    CHECK(!got.clock_relative);
    name_failure(before, text);
}

/* Zones that are given by rules need no zone files. */
static void test_next(void) {
    setenv("TZ", "UTC0", 1);
    check_next("10:00", 1785578400 - 1, 1785578400, 0);
    check_next("10:00:00", 1785578400, 1785578400 + 86400, 0);
    check_next("10:00:00.0000005", 1785578400, 1785578400 + 86400, 500);
    check_next("10:00:00.000000501", 1785578400, 1785578400, 501);
    check_next("00:00", 1785578400, 1785578400 + 14 * 3600, 0);
    check_next("23:59:59", 1785578400, 1785578400 + 14 * 3600 - 1, 0);
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    /* The day of 23 hours; 2:30 is skipped: 3:00. */
    check_next("12:00", 1774695600 + 1, 1774695600 + 23 * 3600, 0);
    check_next("02:30:10.5", 1774695600, 1774746000, 0);
    check_next("02:30", 1774745999, 1774746000, 0);
    check_next("02:30", 1774746000, 1774746000 + 86400 - 1800, 0);
    /* The day of 25 hours; 2:30 comes twice: the first, and once that has passed, the next day's.
     */
    check_next("12:00", 1792836000, 1792836000 + 25 * 3600, 0);
    check_next("02:30", 1792836000, 1792888200, 0);
    check_next("02:30", 1792889100, 1792888200 + 25 * 3600, 0);
    check_next("03:00", 1792889100, 1792893600, 0);
    if (zone("Pacific/Apia")) { /* without 30 December 2011 */
        check_next("10:00", 1325196000, 1325239200, 0);
        check_next("10:00", 1325239200, 1325239200 + 10 * 3600, 0);
    }
    if (zone("Australia/Lord_Howe")) { /* a gap of half an hour */
        check_next("02:15", 1790991000, 1791041400, 0);
        check_next("02:45", 1790991000, 1791042300, 0);
    }
}

static void test_next_refused(void) {
    static const struct {
        const char *text, *reason;
    } cases[] = {
        { "", "empty" },
        { "24:00", "no such time of day" },
        { "12:60", "no such time of day" },
        { "12:00:60", "no such time of day" },
        { "2026-03-32", "no such date" },
        { "2026-03-29T02:30", skipped },
    };
    static const char *const malformed[] = { "1:00",    "12:0",      "12:",    "12:00:",
                                             "12:00:0", ":00",       "12:00Z", "12:00 ",
                                             " 12:00",  "12:00:00x", "noon",   "1200" };
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases + sizeof malformed / sizeof *malformed;
         i++) {
        struct cli_timepoint got = { { UNTOUCHED, UNTOUCHED }, true };
        size_t count = sizeof cases / sizeof *cases;
        const char *text = i < count ? cases[i].text : malformed[i - count];
        bool before = check_ok;
        CHECK_STR(cli_parse_next_time(text, (struct timespec){ 0, 0 }, &got),
                  i < count ? cases[i].reason
                            : "not a time (10:00, 2026-08-01T10:00:00Z, or @SECONDS)");
        CHECK_INT(got.time.tv_sec, UNTOUCHED);
        name_failure(before, text);
    }
    struct cli_timepoint got;
    CHECK_STR(cli_parse_next_time("@5", (struct timespec){ 0, 0 }, &got), NULL);
    CHECK(got.clock_relative && got.time.tv_sec == 5);
}

int main(void) {
    RUN(test_seconds);
    RUN(test_calendar);
    RUN(test_every_month);
    RUN(test_forms);
    RUN(test_refused);
    RUN(test_rules);
    RUN(test_zone_files);
    RUN(test_moved_zones);
    RUN(test_next);
    RUN(test_next_refused);
    return check_done();
}
