/* SPDX-License-Identifier: 0BSD
 *
 * Integers, sizes, durations and modes: exact results, every edge, and that
 * nothing is written when a text is refused.
 */
#include <limits.h>
#include <stdint.h>

#include "check.h"
#include "cli/parse.h"

enum { UNTOUCHED = 424242 };

/* `n` times 1024 to the power of `step`. */
static uint64_t binary(unsigned step, uint64_t n) {
    return n << step * 10;
}

/* Names the text at which a test failed first. */
static void name_failure(bool before, const char *text) {
    if (before && !check_ok)
        printf("# on <%.60s>\n", text);
}

static void check_int(const char *text, int64_t want) {
    int64_t got = UNTOUCHED;
    bool before = check_ok;
    CHECK_STR(cli_parse_int(text, INT64_MIN, INT64_MAX, &got), NULL);
    CHECK_INT(got, want);
    name_failure(before, text);
}

static void refuse_int(const char *text, int64_t min, int64_t max, const char *reason) {
    int64_t got = UNTOUCHED;
    bool before = check_ok;
    CHECK_STR(cli_parse_int(text, min, max, &got), reason);
    CHECK_INT(got, UNTOUCHED);
    name_failure(before, text);
}

static void check_uint(const char *text, uint64_t want) {
    uint64_t got = UNTOUCHED;
    bool before = check_ok;
    CHECK_STR(cli_parse_uint(text, UINT64_MAX, &got), NULL);
    CHECK(got == want);
    name_failure(before, text);
}

static void refuse_uint(const char *text, uint64_t max, const char *reason) {
    uint64_t got = UNTOUCHED;
    bool before = check_ok;
    CHECK_STR(cli_parse_uint(text, max, &got), reason);
    CHECK_INT(got, UNTOUCHED);
    name_failure(before, text);
}

static void check_fd(const char *text, int want) {
    int got = UNTOUCHED;
    bool before = check_ok;
    CHECK_STR(cli_parse_fd(text, &got), NULL);
    CHECK_INT(got, want);
    name_failure(before, text);
}

static void refuse_fd(const char *text, const char *reason) {
    int got = UNTOUCHED;
    bool before = check_ok;
    CHECK_STR(cli_parse_fd(text, &got), reason);
    CHECK_INT(got, UNTOUCHED);
    name_failure(before, text);
}

static void check_size(const char *text, uint64_t want) {
    uint64_t got = UNTOUCHED;
    bool before = check_ok;
    CHECK_STR(cli_parse_size(text, &got), NULL);
    CHECK(got == want);
    name_failure(before, text);
}

static void refuse_size(const char *text, const char *reason) {
    uint64_t got = UNTOUCHED;
    bool before = check_ok;
    CHECK_STR(cli_parse_size(text, &got), reason);
    CHECK_INT(got, UNTOUCHED);
    name_failure(before, text);
}

static void check_duration(const char *text, int64_t seconds, long nanoseconds) {
    struct timespec got = { UNTOUCHED, UNTOUCHED };
    bool before = check_ok;
    CHECK_STR(cli_parse_duration(text, &got), NULL);
    CHECK_INT(got.tv_sec, seconds);
    CHECK_INT(got.tv_nsec, nanoseconds);
    name_failure(before, text);
}

static void refuse_duration(const char *text, const char *reason) {
    struct timespec got = { UNTOUCHED, UNTOUCHED };
    bool before = check_ok;
    CHECK_STR(cli_parse_duration(text, &got), reason);
    CHECK_INT(got.tv_sec, UNTOUCHED);
    CHECK_INT(got.tv_nsec, UNTOUCHED);
    name_failure(before, text);
}

static void check_mode(const char *text, unsigned want) {
    unsigned got = UNTOUCHED;
    bool before = check_ok;
    CHECK_STR(cli_parse_mode(text, &got), NULL);
    CHECK_INT(got, want);
    name_failure(before, text);
}

static void refuse_mode(const char *text, const char *reason) {
    unsigned got = UNTOUCHED;
    bool before = check_ok;
    CHECK_STR(cli_parse_mode(text, &got), reason);
    CHECK_INT(got, UNTOUCHED);
    name_failure(before, text);
}

/* What no parser of numbers takes. */
static const char *const junk[] = {
    " 1",  "1 ",  "\t1", "1\n", "+",        "-",         ".",     "1.",  "+-1",
    "--1", "1e3", "nan", "inf", "infinity", "NaN",       "1_000", "1,5", "0x1p3",
    "0x",  "0o",  "0xg", "0b1", "\xd9\xa1", "1\xc2\xa0", "/",     ":",
};

static void test_junk(void) {
    for (size_t i = 0; i < sizeof junk / sizeof *junk; i++) {
        int64_t number = UNTOUCHED;
        uint64_t size = UNTOUCHED;
        unsigned mode = UNTOUCHED;
        struct timespec duration = { UNTOUCHED, 0 };
        bool before = check_ok;
        CHECK_STR(cli_parse_int(junk[i], INT64_MIN, INT64_MAX, &number), "not a number");
        CHECK_STR(cli_parse_mode(junk[i], &mode), "not an octal mode");
        CHECK(cli_parse_uint(junk[i], UINT64_MAX, &size) != NULL);
        CHECK(cli_parse_size(junk[i], &size) != NULL);
        CHECK(cli_parse_duration(junk[i], &duration) != NULL);
        CHECK_INT(number, UNTOUCHED);
        CHECK_INT(size, UNTOUCHED);
        CHECK_INT(mode, UNTOUCHED);
        CHECK_INT(duration.tv_sec, UNTOUCHED);
        name_failure(before, junk[i]);
    }
}

static void test_int(void) {
    check_int("0", 0);
    check_int("-0", 0);
    check_int("+0", 0);
    check_int("+7", 7);
    check_int("-7", -7);
    check_int("007", 7);
    check_int("010", 10);
    check_int("0x10", 16);
    check_int("0XfF", 255);
    check_int("-0x10", -16);
    check_int("0o17", 15);
    check_int("0O17", 15);
    check_int("9223372036854775807", INT64_MAX);
    check_int("0x7fffffffffffffff", INT64_MAX);
    check_int("-9223372036854775807", -INT64_MAX);
    check_int("-9223372036854775808", INT64_MIN);
    check_int("-0x8000000000000000", INT64_MIN);
    check_int("0000000000000000000000000000000000009223372036854775807", INT64_MAX);
}

static void test_int_refused(void) {
    refuse_int("", INT64_MIN, INT64_MAX, "empty");
    refuse_int("1.5", INT64_MIN, INT64_MAX, "not a number");
    refuse_int("0o8", INT64_MIN, INT64_MAX, "not a number");
    refuse_int("0x-1", INT64_MIN, INT64_MAX, "not a number");
    refuse_int("9223372036854775808", INT64_MIN, INT64_MAX, "too large");
    refuse_int("18446744073709551615", INT64_MIN, INT64_MAX, "too large");
    refuse_int("18446744073709551616", INT64_MIN, INT64_MAX, "too large");
    refuse_int("18446744073709551617", INT64_MIN, INT64_MAX, "too large");
    refuse_int("36893488147419103232", INT64_MIN, INT64_MAX, "too large");
    refuse_int("-9223372036854775809", INT64_MIN, INT64_MAX, "too small");
    refuse_int("-18446744073709551617", INT64_MIN, INT64_MAX, "too small");
    refuse_int("99999999999999999999x", INT64_MIN, INT64_MAX, "not a number");
    refuse_int("20", -20, 19, "too large");
    refuse_int("-21", -20, 19, "too small");
    refuse_int("-1", 0, 19, "too small");
    refuse_int("0", 1, 19, "too small");
    int64_t edge;
    CHECK_STR(cli_parse_int("19", -20, 19, &edge), NULL);
    CHECK_STR(cli_parse_int("-20", -20, 19, &edge), NULL);
}

static void test_uint(void) {
    check_uint("0", 0);
    check_uint("0x0", 0);
    check_uint("18446744073709551615", UINT64_MAX);
    check_uint("0xffffffffffffffff", UINT64_MAX);
    check_uint("0o1777777777777777777777", UINT64_MAX);
    refuse_uint("", UINT64_MAX, "empty");
    refuse_uint("18446744073709551616", UINT64_MAX, "too large");
    refuse_uint("0x10000000000000000", UINT64_MAX, "too large");
    refuse_uint("0o2000000000000000000000", UINT64_MAX, "too large");
    refuse_uint("18446744073709551616x", UINT64_MAX, "not a number");
    refuse_uint("256", 255, "too large");
    refuse_uint("-1", UINT64_MAX, "must not be negative");
    refuse_uint("-0", UINT64_MAX, "must not be negative");
    refuse_uint("-x", UINT64_MAX, "not a number");
    refuse_uint("+1", UINT64_MAX, "not a number");
    refuse_uint(".5", UINT64_MAX, "not a number");
    refuse_uint("1K", UINT64_MAX, "not a number");
}

static void test_fd(void) {
    check_fd("0", 0);
    check_fd("007", 7);
    check_fd("2147483647", INT_MAX);
    refuse_fd("", "empty");
    refuse_fd("2147483648", "too large");
    refuse_fd("18446744073709551616", "too large");
    refuse_fd("-1", "not a descriptor number");
    refuse_fd("+1", "not a descriptor number");
    refuse_fd("0x1", "not a descriptor number");
    refuse_fd("99999999999999999999x", "not a descriptor number");
    for (size_t i = 0; i < sizeof junk / sizeof *junk; i++)
        refuse_fd(junk[i], "not a descriptor number");
}

static void test_size(void) {
    check_size("0", 0);
    check_size("0.000", 0);
    check_size("0E", 0);
    check_size("512", 512);
    check_size("512B", 512);
    check_size("0010", 10);
    check_size("1.5", 1);
    check_size("1.999999999999999999999999999999999999", 1);
    check_size("1.5K", 1536);
    check_size("1.5k", 1536);
    check_size(".5K", 512);
    check_size("1.5KB", 1500);
    check_size("1.0015KB", 1001);
    check_size(".001KB", 1);
    check_size("1.00000000000000000000000000000000000001E", binary(6, 1));
    check_size("0.333333333333333333333333333333333333E", binary(6, 1) / 3);
    check_size("0.1E", binary(6, 1) / 10);
    check_size("0.7GiB", 751619276);
}

static void test_size_units(void) {
    static const char letters[] = "KMGTPE";
    uint64_t decimal = 1;
    for (unsigned i = 0; i < 6; i++) {
        char letter = letters[i];
        char lower = (char)(letter + 'a' - 'A');
        char text[8];
        decimal *= 1000;
        snprintf(text, sizeof text, "3%c", letter);
        check_size(text, binary(i + 1, 3));
        snprintf(text, sizeof text, "3%c", lower);
        check_size(text, binary(i + 1, 3));
        snprintf(text, sizeof text, "3%ciB", letter);
        check_size(text, binary(i + 1, 3));
        snprintf(text, sizeof text, "3%ciB", lower);
        check_size(text, binary(i + 1, 3));
        snprintf(text, sizeof text, "3%cB", letter);
        check_size(text, 3 * decimal);
        snprintf(text, sizeof text, "3%cB", lower);
        check_size(text, 3 * decimal);
    }
}

static void test_size_limits(void) {
    check_size("18446744073709551615", UINT64_MAX);
    check_size("15E", binary(6, 15));
    check_size("15.99999999999999999999E", UINT64_MAX);
    check_size("18EB", UINT64_C(18000000000000000000));
    check_size("18446744073709551.615KB", UINT64_MAX);
    check_size("18014398509481983K", binary(1, UINT64_C(18014398509481983)));
    refuse_size("18446744073709551616", "too large");
    refuse_size("18446744073709551616B", "too large");
    refuse_size("18446744073709551.616KB", "too large");
    refuse_size("18014398509481984K", "too large");
    refuse_size("16E", "too large");
    refuse_size("16.5E", "too large");
    refuse_size("19EB", "too large");
    refuse_size("99999999999999999999999999999999", "too large");
}

static void test_size_refused(void) {
    static const char *const units[] = { "1b",  "1kb",   "1kib",  "1KIB", "1KI", "1Ki",  "1Kx",
                                         "1Bx", "1BB",   "1Z",    "1 K",  "1K ", "1KBs", "0x10",
                                         "1e3", "1.5.5", "1\xeb", "1KK",  "1-2" };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        refuse_size(units[i], "unknown unit");
    refuse_size("", "empty");
    refuse_size("K", "not a number");
    refuse_size(".", "not a number");
    refuse_size(".K", "not a number");
    refuse_size("1.", "not a number");
    refuse_size("1.K", "not a number");
    refuse_size("+1", "not a number");
    refuse_size("-1K", "must not be negative");
    refuse_size("-.5K", "must not be negative");
    refuse_size("0.5", "rounds to 0");
    refuse_size("0.999B", "rounds to 0");
    refuse_size(".0009KB", "rounds to 0");
    refuse_size("0.00000000000000000000000000000000000001E", "rounds to 0");
}

static void test_duration(void) {
    check_duration("0", 0, 0);
    check_duration("0.0000000000000", 0, 0);
    check_duration("0d", 0, 0);
    check_duration("5", 5, 0);
    check_duration("5s", 5, 0);
    check_duration(".1", 0, 100000000);
    check_duration(".1s", 0, 100000000);
    check_duration("0.1", 0, 100000000);
    check_duration("1.5", 1, 500000000);
    check_duration("1.0000000019", 1, 1);
    check_duration("250ms", 0, 250000000);
    check_duration("1500ms", 1, 500000000);
    check_duration(".0001ms", 0, 100);
    check_duration("1us", 0, 1000);
    check_duration("1000001us", 1, 1000);
    check_duration("0.0015us", 0, 1);
    check_duration("1ns", 0, 1);
    check_duration("1.9ns", 0, 1);
    check_duration("1000000001ns", 1, 1);
    check_duration("2m", 120, 0);
    check_duration("1.5m", 90, 0);
    check_duration("1h", 3600, 0);
    check_duration("0.001h", 3, 600000000);
    check_duration("1d", 86400, 0);
    check_duration("0.33333333333333333333333333d", 28799, 999999999);
    check_duration("1.00000000000001d", 86400, 0);
    check_duration("1.00000000000002d", 86400, 1);
}

static void test_duration_limits(void) {
    check_duration("9223372036854775807", INT64_MAX, 0);
    check_duration("9223372036854775807.9999999999", INT64_MAX, 999999999);
    check_duration("9223372036854775807999999999ns", INT64_MAX, 999999999);
    check_duration("9223372036854775807999999.999us", INT64_MAX, 999999999);
    check_duration("9223372036854775807999.999999ms", INT64_MAX, 999999999);
    check_duration("153722867280912930m", INT64_C(9223372036854775800), 0);
    check_duration("106751991167300d", INT64_C(9223372036854720000), 0);
    refuse_duration("9223372036854775808", "too large");
    refuse_duration("9223372036854775808000000000ns", "too large");
    refuse_duration("9223372036854775808000ms", "too large");
    refuse_duration("153722867280912931m", "too large");
    refuse_duration("153722867280912930.9m", "too large");
    refuse_duration("106751991167301d", "too large");
    refuse_duration("18446744073709551615", "too large");
    refuse_duration("18446744073709551616", "too large");
    refuse_duration("18446744073709551616000000000ns", "too large");
    refuse_duration("307445734561825861m", "too large");
    refuse_duration("99999999999999999999999999999999999999999999ns", "too large");
}

static void test_duration_refused(void) {
    static const char *const units[] = { "1S",    "1M",   "1sec",       "1min",  "1 s", "1s ",
                                         "1h30m", "1e3",  "0x5",        "1w",    "1y",  "1n",
                                         "1u",    "1mss", "1\xc2\xb5s", "1.5.5", "1-2" };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        refuse_duration(units[i], "unknown unit");
    refuse_duration("", "empty");
    refuse_duration("s", "not a number");
    refuse_duration(".", "not a number");
    refuse_duration(".s", "not a number");
    refuse_duration("1.", "not a number");
    refuse_duration("1.s", "not a number");
    refuse_duration("nan", "not a number");
    refuse_duration("inf", "not a number");
    refuse_duration("+1", "not a number");
    refuse_duration("-1", "must not be negative");
    refuse_duration("-0", "must not be negative");
    refuse_duration("-.1", "must not be negative");
    refuse_duration("1e-10", "unknown unit");
    refuse_duration("0.0000000001", "rounds to 0");
    refuse_duration(".9ns", "rounds to 0");
    refuse_duration("0.00000000000001d", "rounds to 0");
}

static void test_mode(void) {
    static const char no_mode[] = "not an octal mode from 0 to 7777; decimal is not accepted";
    check_mode("0", 0);
    check_mode("7", 07);
    check_mode("644", 0644);
    check_mode("0644", 0644);
    check_mode("0o644", 0644);
    check_mode("0O644", 0644);
    check_mode("7777", 07777);
    check_mode("0000000000000000000000000000007777", 07777);
    refuse_mode("", "empty");
    refuse_mode("10000", no_mode);
    refuse_mode("33188", no_mode); /* a decimal st_mode */
    refuse_mode("33261", no_mode);
    refuse_mode("7777777777777777777777777777777", no_mode);
    refuse_mode("8", no_mode);
    refuse_mode("0x1ff", "not an octal mode");
    refuse_mode("-1", "not an octal mode");
    refuse_mode("+1", "not an octal mode");
    refuse_mode("u+x", "not an octal mode");
}

int main(void) {
    RUN(test_junk);
    RUN(test_int);
    RUN(test_int_refused);
    RUN(test_uint);
    RUN(test_fd);
    RUN(test_size);
    RUN(test_size_units);
    RUN(test_size_limits);
    RUN(test_size_refused);
    RUN(test_duration);
    RUN(test_duration_limits);
    RUN(test_duration_refused);
    RUN(test_mode);
    return check_done();
}
