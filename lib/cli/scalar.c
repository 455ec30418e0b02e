/* SPDX-License-Identifier: 0BSD
 *
 * The text of scalars.
 */
#include "cli/scalar.h"

/* Seconds and nanoseconds are a two's-complement pair (-2 s + 500000000 ns); people and os write
 * the sign and the magnitude (-1.5). */
static void add_seconds(struct buf *b, int64_t sec, uint32_t nsec, const char *point) {
    uint64_t whole = (uint64_t)sec;
    if (sec < 0) {
        buf_add_char(b, '-');
        whole = 0 - whole;
        if (nsec) {
            whole--;
            nsec = 1000000000U - nsec;
        }
    }
    /* Without a point it is a number of nanoseconds: no leading zeros. */
    if (!point[0] && whole == 0) {
        buf_add_uint(b, nsec);
        return;
    }
    buf_add_uint(b, whole);
    buf_add_str(b, point);
    buf_add_padded(b, nsec, 9);
}

/* Civil date of a day counted from 1970-01-01, proleptic Gregorian, in 400-year eras. */
static void add_date(struct buf *b, int64_t days) {
    int64_t shifted = days + 719468; /* days from 0000-03-01 */
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    unsigned day_of_era = (unsigned)(shifted - era * 146097);
    unsigned year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned month = (5 * day_of_year + 2) / 153; /* 0 is March */
    unsigned day = day_of_year - (153 * month + 2) / 5 + 1;
    int64_t year = (int64_t)year_of_era + era * 400 + (month >= 10);
    if (year < 0)
        buf_add_char(b, '-');
    buf_add_padded(b, (uint64_t)(year < 0 ? -year : year), 4);
    buf_add_char(b, '-');
    buf_add_padded(b, month < 10 ? month + 3 : month - 9, 2);
    buf_add_char(b, '-');
    buf_add_padded(b, day, 2);
}

static void add_timestamp(struct buf *b, int64_t sec, uint32_t nsec) {
    int64_t days = sec / 86400 - (sec % 86400 < 0);
    unsigned second = (unsigned)((sec % 86400 + 86400) % 86400);
    add_date(b, days);
    buf_add_char(b, 'T');
    buf_add_padded(b, second / 3600, 2);
    buf_add_char(b, ':');
    buf_add_padded(b, second / 60 % 60, 2);
    buf_add_char(b, ':');
    buf_add_padded(b, second % 60, 2);
    buf_add_char(b, '.');
    buf_add_padded(b, nsec, 9);
    buf_add_char(b, 'Z');
}

/* Consecutive numbers are printed as FIRST-LAST. */
static void add_ranges(const struct cli_value *v, struct buf *b) {
    const struct cli_value *items = v->list.items;
    for (size_t i = 0; i < v->list.count;) {
        size_t last = i;
        while (last + 1 < v->list.count && items[last + 1].u == items[last].u + 1)
            last++;
        if (i)
            buf_add_char(b, ',');
        buf_add_uint(b, items[i].u);
        if (last > i) {
            buf_add_char(b, '-');
            buf_add_uint(b, items[last].u);
        }
        i = last + 1;
    }
}

void cli_scalar_text(enum cli_type type, const struct cli_value *v, bool octal, struct buf *b) {
    switch (type) {
    case CLI_STRING:
    case CLI_BYTES:
    case CLI_ENUM:
        buf_add(b, v->bytes.data, v->bytes.size);
        break;
    case CLI_INT:
        buf_add_int(b, v->i);
        break;
    case CLI_UINT:
        buf_add_uint(b, v->u);
        break;
    case CLI_BOOL:
        buf_add_str(b, v->b ? "true" : "false");
        break;
    case CLI_MODE:
    case CLI_MASK:
        if (octal) {
            buf_add_char(b, '0');
            buf_add_digits(b, v->u, 3, type == CLI_MASK ? 3 : 4);
        } else {
            buf_add_uint(b, v->u);
        }
        break;
    case CLI_TIMESPEC:
    case CLI_DURATION:
        add_seconds(b, v->time.sec, v->time.nsec, ".");
        break;
    case CLI_TIMESPEC_NS:
    case CLI_DURATION_NS:
        add_seconds(b, v->time.sec, v->time.nsec, "");
        break;
    case CLI_TIMESTAMP:
        add_timestamp(b, v->time.sec, v->time.nsec);
        break;
    case CLI_RANGES:
        add_ranges(v, b);
        break;
    case CLI_LIST:
        break; /* not a scalar */
    }
}
