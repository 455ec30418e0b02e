/* SPDX-License-Identifier: 0BSD
 *
 * Exact parsers of integers, modes, sizes and durations.
 */
#include <limits.h>
#include <string.h>

#include "cli/parse.h"

/* Reasons that more than one parser gives. */
static const char empty[] = "empty";
static const char negative[] = "must not be negative";
static const char not_a_number[] = "not a number";
static const char rounds_to_zero[] = "rounds to 0";
static const char too_large[] = "too large";

/* ---- Integers ---- */

static bool is_digit(char c) {
    return cli_digit(c) < 10;
}

static bool has_prefix(const char *text, char letter) {
    return text[0] == '0' && (text[1] | 0x20) == letter;
}

/* An invalid character is reported before overflow: "99999999999999999999x" is not a large number.
 */
static const char *parse_digits(const char *digits, unsigned base, uint64_t *value) {
    uint64_t sum = 0;
    bool overflow = false;
    if (!*digits)
        return not_a_number;
    for (const char *p = digits; *p; p++) {
        unsigned digit = cli_digit(*p);
        if (digit >= base)
            return not_a_number;
        if (__builtin_mul_overflow(sum, base, &sum) || __builtin_add_overflow(sum, digit, &sum))
            overflow = true;
    }
    if (overflow)
        return too_large;
    *value = sum;
    return NULL;
}

static const char *parse_magnitude(const char *text, uint64_t *value) {
    if (has_prefix(text, 'x'))
        return parse_digits(text + 2, 16, value);
    if (has_prefix(text, 'o'))
        return parse_digits(text + 2, 8, value);
    return parse_digits(text, 10, value);
}

const char *cli_parse_int(const char *text, int64_t min, int64_t max, int64_t *value) {
    if (!*text)
        return empty;
    bool minus = *text == '-';
    uint64_t magnitude;
    const char *reason = parse_magnitude(text + (minus || *text == '+'), &magnitude);
    if (reason == not_a_number)
        return reason;
    if (reason || magnitude > (uint64_t)INT64_MAX + minus)
        return minus ? "too small" : too_large;
    int64_t number = (int64_t)(minus ? 0 - magnitude : magnitude);
    if (number < min)
        return "too small";
    if (number > max)
        return too_large;
    *value = number;
    return NULL;
}

/* Returns why a text that does not begin with a digit (or a point) is not an unsigned number. */
static const char *unsigned_reason(const char *text) {
    if (!*text)
        return empty;
    if (text[0] == '-' && (is_digit(text[1]) || text[1] == '.'))
        return negative;
    return not_a_number;
}

const char *cli_parse_uint(const char *text, uint64_t max, uint64_t *value) {
    if (!is_digit(*text))
        return unsigned_reason(text);
    uint64_t number;
    const char *reason = parse_magnitude(text, &number);
    if (reason)
        return reason;
    if (number > max)
        return too_large;
    *value = number;
    return NULL;
}

const char *cli_parse_fd(const char *text, int *fd) {
    if (!*text)
        return empty;
    uint64_t number;
    const char *reason = parse_digits(text, 10, &number);
    if (reason == not_a_number)
        return "not a descriptor number";
    if (reason || number > INT_MAX)
        return too_large;
    *fd = (int)number;
    return NULL;
}

const char *cli_parse_ns(const char *text, int64_t *ns) {
    struct timespec duration;
    int64_t result;
    const char *why = cli_parse_duration(text, &duration);
    if (why)
        return why;
    if (__builtin_mul_overflow((int64_t)duration.tv_sec, 1000000000, &result) ||
        __builtin_add_overflow(result, duration.tv_nsec, &result) || result == INT64_MAX)
        return "too large";
    *ns = result;
    return NULL;
}

const char *cli_parse_mode(const char *text, unsigned *mode) {
    if (!*text)
        return empty;
    uint64_t bits;
    const char *reason = parse_digits(text + (has_prefix(text, 'o') ? 2 : 0), 8, &bits);
    bool is_decimal = !text[strspn(text, "0123456789")];
    if (reason == not_a_number && !is_decimal)
        return "not an octal mode";
    if (reason || bits > 07777)
        return "not an octal mode from 0 to 7777; decimal is not accepted";
    *mode = (unsigned)bits;
    return NULL;
}

/* ---- Exact decimals ---- */

static size_t digit_count(const char *text) {
    return strspn(text, "0123456789");
}

const char *cli_decimal_scan(const char *text, struct cli_decimal *d) {
    const char *end = text + digit_count(text);
    *d = (struct cli_decimal){ .whole = text, .whole_len = (size_t)(end - text), .fraction = end };
    if (*end != '.')
        return d->whole_len ? end : NULL;
    d->fraction = end + 1;
    d->fraction_len = digit_count(d->fraction);
    return d->fraction_len ? d->fraction + d->fraction_len : NULL;
}

/* Divides while reading, so that nanoseconds are not limited to what fits 64 bits. */
bool cli_decimal_split(const struct cli_decimal *d, uint64_t per, uint64_t *quotient,
                       uint64_t *remainder) {
    uint64_t high = 0;
    uint64_t low = 0;
    for (size_t i = 0; i < d->whole_len; i++) {
        low = low * 10 + cli_digit(d->whole[i]);
        if (__builtin_mul_overflow(high, 10U, &high) ||
            __builtin_add_overflow(high, low / per, &high))
            return false;
        low %= per;
    }
    *quotient = high;
    *remainder = low;
    return true;
}

/* From the last digit to the first: floor((a + x) / 10) is floor((a + floor(x)) / 10), so that
 * rounding down at each digit is exact for any number of digits. */
uint64_t cli_decimal_scale(const struct cli_decimal *d, uint64_t unit) {
    uint64_t sum = 0;
    for (size_t i = d->fraction_len; i > 0; i--)
        sum = (cli_digit(d->fraction[i - 1]) * unit + sum) / 10;
    return sum;
}

bool cli_decimal_finer(const struct cli_decimal *d, size_t places) {
    for (size_t i = places; i < d->fraction_len; i++)
        if (d->fraction[i] != '0')
            return true;
    return false;
}

/* ---- Sizes ---- */

/* The value of a unit of bytes; 0: unknown. */
static uint64_t size_unit(const char *unit) {
    static const char letters[] = "kmgtpe";
    if (!*unit || strcmp(unit, "B") == 0)
        return 1;
    const char *letter = strchr(letters, unit[0] | 0x20);
    if (!letter)
        return 0;
    uint64_t step = strcmp(unit + 1, "B") == 0 ? 1000 : 1024;
    if (step == 1024 && unit[1] && strcmp(unit + 1, "iB") != 0)
        return 0;
    uint64_t value = step;
    for (const char *p = letters; p < letter; p++)
        value *= step;
    return value;
}

const char *cli_parse_size(const char *text, uint64_t *bytes) {
    struct cli_decimal d;
    const char *end = cli_decimal_scan(text, &d);
    if (!end)
        return unsigned_reason(text);
    uint64_t unit = size_unit(end);
    if (!unit)
        return "unknown unit";
    uint64_t sum;
    uint64_t none;
    if (!cli_decimal_split(&d, 1, &sum, &none) || __builtin_mul_overflow(sum, unit, &sum) ||
        __builtin_add_overflow(sum, cli_decimal_scale(&d, unit), &sum))
        return too_large;
    if (sum == 0 && cli_decimal_finer(&d, 0))
        return rounds_to_zero;
    *bytes = sum;
    return NULL;
}

/* ---- Durations ---- */

enum { SECOND = 1000000000 }; /* in nanoseconds */

/* Each unit is `seconds` / `per` seconds; one of the two is 1. */
static const struct duration_unit {
    char name[4];
    uint32_t seconds, per;
} duration_units[] = {
    { "", 1, 1 },        { "s", 1, 1 },  { "ms", 1, 1000 },   { "us", 1, 1000000 },
    { "ns", 1, SECOND }, { "m", 60, 1 }, { "h", 60 * 60, 1 }, { "d", 24 * 60 * 60, 1 },
};

static const struct duration_unit *duration_unit(const char *name) {
    for (size_t i = 0; i < sizeof duration_units / sizeof *duration_units; i++)
        if (strcmp(name, duration_units[i].name) == 0)
            return &duration_units[i];
    return NULL;
}

const char *cli_parse_duration(const char *text, struct timespec *duration) {
    struct cli_decimal d;
    const char *end = cli_decimal_scan(text, &d);
    if (!end)
        return unsigned_reason(text);
    const struct duration_unit *unit = duration_unit(end);
    if (!unit)
        return "unknown unit";
    uint64_t seconds;
    uint64_t parts;
    if (!cli_decimal_split(&d, unit->per, &seconds, &parts) ||
        __builtin_mul_overflow(seconds, unit->seconds, &seconds))
        return too_large;
    uint64_t nanoseconds = (uint64_t)SECOND / unit->per; /* in one part */
    nanoseconds = parts * nanoseconds + cli_decimal_scale(&d, unit->seconds * nanoseconds);
    time_t whole;
    if (__builtin_add_overflow(seconds, nanoseconds / SECOND, &whole))
        return too_large;
    nanoseconds %= SECOND;
    if (whole == 0 && nanoseconds == 0 && cli_decimal_finer(&d, 0))
        return rounds_to_zero;
    *duration = (struct timespec){ .tv_sec = whole, .tv_nsec = (long)nanoseconds };
    return NULL;
}
