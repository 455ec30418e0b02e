/* SPDX-License-Identifier: 0BSD
 *
 * Templates: their pieces, and the printing of values.
 */
#include <string.h>
#include <time.h>

#include "base/utf8.h"
#include "cli/quote.h"
#include "cli/quote_gnu.h"
#include "cli/template.h"

enum { SECOND = 1000000000, DECIMALS = 9 };

/* ---- pieces ---- */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* 16 and more: not a digit. */
static unsigned digit_value(char c) {
    if (is_digit(c))
        return (unsigned)(c - '0');
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? (unsigned)(lower - 'a') + 10 : 16;
}

static bool set_flag(struct cli_directive *d, char c) {
    switch (c) {
    case '-':
        d->left = true;
        return true;
    case '+':
        d->plus = true;
        return true;
    case ' ':
        d->space = true;
        return true;
    case '#':
        d->alternate = true;
        return true;
    case '0':
        d->zero = true;
        return true;
    case '\'': /* digit grouping and other digits are the locale's */
    case 'I':
        return true;
    default:
        return false;
    }
}

/* Decimal digits; stops counting beyond the largest width. */
static int scan_number(const char **at) {
    int value = 0;
    for (; is_digit(**at); ++*at)
        if (value <= CLI_TEMPLATE_WIDTH_MAX)
            value = value * 10 + (**at - '0');
    return value;
}

static bool scan_directive(const char **at, const char *modified, struct cli_directive *d) {
    *d = (struct cli_directive){ .precision = CLI_PRECISION_NONE };
    while (set_flag(d, **at))
        ++*at;
    int width = scan_number(at);
    if (**at == '.') {
        ++*at;
        d->precision = is_digit(**at) ? scan_number(at) : CLI_PRECISION_EMPTY;
    }
    if (!**at)
        return false;
    d->letter = *(*at)++;
    d->width = (size_t)width;
    if ((d->letter == 'H' || d->letter == 'L') && **at && strchr(modified, **at)) {
        d->modifier = d->letter;
        d->letter = *(*at)++;
    }
    return d->letter != '%' && width <= CLI_TEMPLATE_WIDTH_MAX &&
           d->precision <= CLI_TEMPLATE_WIDTH_MAX;
}

static void next_directive(struct cli_template *t, struct cli_piece *piece) {
    const char *start = t->at++;
    if (!*t->at || *t->at == '%') {
        t->at += *t->at == '%';
        *piece = (struct cli_piece){ .kind = CLI_PIECE_TEXT, .text = start, .size = 1 };
        return;
    }
    bool valid = scan_directive(&t->at, t->modified, &piece->directive);
    piece->kind = valid ? CLI_PIECE_DIRECTIVE : CLI_PIECE_INVALID;
    piece->text = start;
    piece->size = (size_t)(t->at - start);
}

/* Up to `most` digits of a base that is a power of two; beyond a byte the high bits are lost. */
static char scan_byte(const char **at, unsigned base, unsigned most) {
    unsigned value = 0;
    for (; most > 0 && digit_value(**at) < base; most--)
        value = value * base + digit_value(*(*at)++);
    return (char)(unsigned char)value;
}

static void next_escape(struct cli_template *t, struct cli_piece *piece) {
    static const char letters[] = "abefnrtv\"\\";
    static const char meanings[] = "\a\b\033\f\n\r\t\v\"\\";
    const char *start = t->at++;
    const char *letter = *t->at ? strchr(letters, *t->at) : NULL;
    piece->kind = CLI_PIECE_TEXT;
    if (letter) {
        piece->byte = meanings[letter - letters];
        t->at++;
    } else if (digit_value(*t->at) < 8) {
        piece->byte = scan_byte(&t->at, 8, 3);
    } else if (*t->at == 'x' && digit_value(t->at[1]) < 16) {
        t->at++;
        piece->byte = scan_byte(&t->at, 16, 2);
    } else {
        piece->kind = CLI_PIECE_ODD;
        piece->byte = *t->at ? *t->at++ : '\\';
    }
    bool odd = piece->kind == CLI_PIECE_ODD;
    piece->text = odd ? start : &piece->byte;
    piece->size = odd ? (size_t)(t->at - start) : 1;
}

bool cli_template_next(struct cli_template *t, struct cli_piece *piece) {
    size_t run = strcspn(t->at, t->escapes ? "%\\" : "%");
    *piece = (struct cli_piece){ .kind = CLI_PIECE_TEXT, .text = t->at, .size = run };
    if (run)
        t->at += run;
    else if (*t->at == '%')
        next_directive(t, piece);
    else if (*t->at == '\\')
        next_escape(t, piece);
    else
        return false;
    return true;
}

/* ---- printing ---- */

static void add_fill(struct buf *b, char c, size_t count) {
    if (count == 0 || !buf_reserve(b, count))
        return;
    memset(b->data + b->len, c, count);
    b->len += count;
}

static size_t fill_of(const struct cli_directive *d, size_t size) {
    return d->width > size ? d->width - size : 0;
}

/* -1: none. */
static int precision_of(const struct cli_directive *d) {
    return d->precision == CLI_PRECISION_EMPTY ? 0 : d->precision;
}

void cli_template_string(struct buf *b, const struct cli_directive *d, const char *bytes,
                         size_t size) {
    int precision = precision_of(d);
    if (precision >= 0 && size > (size_t)precision)
        size = (size_t)precision;
    size_t fill = fill_of(d, size);
    if (!d->left)
        add_fill(b, ' ', fill);
    buf_add(b, bytes, size);
    if (d->left)
        add_fill(b, ' ', fill);
}

/* Appends the first bytes of a text and releases it. */
static void add_finished(struct buf *b, const struct cli_directive *d, struct buf *made,
                         size_t size) {
    cli_template_string(b, d, made->data, size);
    b->failed |= made->failed;
    buf_finish(made);
}

void cli_template_name(struct buf *b, const struct cli_directive *d, bool terminal,
                       const char *bytes, size_t size) {
    if (!terminal) {
        cli_template_string(b, d, bytes, size);
        return;
    }
    /* The precision cuts the name and not an escape. */
    int precision = precision_of(d);
    struct cli_directive rest = *d;
    struct buf escaped = { 0 };
    rest.precision = CLI_PRECISION_NONE;
    if (precision >= 0 && size > (size_t)precision)
        size = (size_t)precision;
    cli_quote_text(&escaped, bytes, size, '\0');
    add_finished(b, &rest, &escaped, escaped.len);
}

void cli_template_quoted(struct buf *b, const struct cli_directive *d, bool terminal,
                         const char *bytes, size_t size) {
    struct buf quoted = { 0 };
    cli_quote_gnu(&quoted, bytes, size);
    size = quoted.len;
    if (terminal && d->precision > 0 && (size_t)d->precision < size)
        size = base_utf8_valid(quoted.data, (size_t)d->precision);
    add_finished(b, d, &quoted, size);
}

/* A number in parts, in the order in which they are printed. */
struct number {
    const char *prefix; /* sign or base */
    size_t leading;     /* zeros */
    char digits[24];
    size_t size;       /* of digits */
    char fraction[12]; /* with its point; "": none */
    size_t trailing;   /* zeros */
};

static void set_digits(struct number *n, uint64_t value, unsigned base) {
    char reversed[sizeof n->digits];
    n->size = 0;
    for (; value; value /= base)
        reversed[n->size++] = "0123456789abcdef"[value % base];
    for (size_t i = 0; i < n->size; i++)
        n->digits[i] = reversed[n->size - 1 - i];
}

/* The precision is the minimum number of digits; without one, 0 has a digit, too. */
static void set_integer(struct number *n, const struct cli_directive *d, uint64_t value,
                        unsigned base) {
    size_t least = d->precision == CLI_PRECISION_NONE ? 1 : (size_t)precision_of(d);
    set_digits(n, value, base);
    n->leading = least > n->size ? least - n->size : 0;
}

static void add_number(struct buf *b, const struct cli_directive *d, const struct number *n,
                       bool zeros) {
    size_t prefix = strlen(n->prefix);
    size_t fraction = strlen(n->fraction);
    size_t fill = fill_of(d, prefix + n->leading + n->size + fraction + n->trailing);
    zeros = zeros && d->zero && !d->left;
    if (!d->left && !zeros)
        add_fill(b, ' ', fill);
    buf_add(b, n->prefix, prefix);
    if (zeros)
        add_fill(b, '0', fill);
    add_fill(b, '0', n->leading);
    buf_add(b, n->digits, n->size);
    buf_add(b, n->fraction, fraction);
    add_fill(b, '0', n->trailing);
    if (d->left)
        add_fill(b, ' ', fill);
}

/* With a precision the flag 0 has no effect, as in printf(3). */
static void add_integer(struct buf *b, const struct cli_directive *d, const struct number *n) {
    add_number(b, d, n, d->precision == CLI_PRECISION_NONE);
}

static const char *sign_of(const struct cli_directive *d, bool negative) {
    if (negative)
        return "-";
    if (d->plus)
        return "+";
    return d->space ? " " : "";
}

void cli_template_int(struct buf *b, const struct cli_directive *d, int64_t value) {
    struct number n = { .prefix = sign_of(d, value < 0) };
    set_integer(&n, d, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10);
    add_integer(b, d, &n);
}

void cli_template_uint(struct buf *b, const struct cli_directive *d, uint64_t value) {
    struct number n = { .prefix = "" };
    set_integer(&n, d, value, 10);
    add_integer(b, d, &n);
}

void cli_template_octal(struct buf *b, const struct cli_directive *d, uint64_t value) {
    struct number n = { .prefix = "" };
    set_integer(&n, d, value, 8);
    /* # makes the first digit a 0 unless it is one already. */
    if (d->alternate && n.leading == 0)
        n.leading = 1;
    add_integer(b, d, &n);
}

void cli_template_hex(struct buf *b, const struct cli_directive *d, uint64_t value) {
    struct number n = { .prefix = d->alternate && value ? "0x" : "" };
    set_integer(&n, d, value, 16);
    add_integer(b, d, &n);
}

/* Cuts a positive number of nanoseconds to a number of decimals, rounding up with `upwards`; the
 * whole part receives the carry. Returns the fraction in units of the last decimal. */
static uint32_t cut_fraction(uint32_t nsec, unsigned decimals, bool upwards, uint64_t *whole) {
    uint32_t unit = 1;
    for (unsigned i = decimals; i < DECIMALS; i++)
        unit *= 10;
    uint32_t fraction = nsec / unit + (upwards && nsec % unit);
    if (fraction < SECOND / unit)
        return fraction;
    ++*whole;
    return 0;
}

static void set_fraction(struct number *n, uint32_t fraction, unsigned decimals) {
    n->fraction[0] = '.';
    for (unsigned i = decimals; i > 0; i--) {
        n->fraction[i] = (char)('0' + fraction % 10);
        fraction /= 10;
    }
}

void cli_template_time(struct buf *b, const struct cli_directive *d, int64_t sec, uint32_t nsec) {
    bool negative = sec < 0;
    unsigned precision = 0;
    if (d->precision != CLI_PRECISION_NONE)
        precision = d->precision == CLI_PRECISION_EMPTY ? DECIMALS : (unsigned)d->precision;
    unsigned decimals = precision < DECIMALS ? precision : DECIMALS;
    struct number n = { .prefix = sign_of(d, negative), .trailing = precision - decimals };
    uint64_t whole = negative ? 0 - (uint64_t)sec : (uint64_t)sec;
    /* -2 and 0.5 is written -1.5; towards minus infinity is then away from 0. */
    if (negative && nsec) {
        whole--;
        nsec = SECOND - nsec;
    }
    uint32_t fraction = cut_fraction(nsec, decimals, negative, &whole);
    set_digits(&n, whole, 10);
    n.leading = n.size == 0;
    if (precision)
        set_fraction(&n, fraction, decimals);
    add_number(b, d, &n, true);
}

static void add_two(struct buf *b, char before, int value) {
    buf_add_char(b, before);
    buf_add_padded(b, (unsigned)value, 2);
}

/* A year has four characters, including a sign. */
static void add_calendar(struct buf *b, const struct tm *tm) {
    int64_t year = tm->tm_year + INT64_C(1900);
    if (year < 0)
        buf_add_char(b, '-');
    buf_add_padded(b, (uint64_t)(year < 0 ? -year : year), year < 0 ? 3 : 4);
    add_two(b, '-', tm->tm_mon + 1);
    add_two(b, '-', tm->tm_mday);
    add_two(b, ' ', tm->tm_hour);
    add_two(b, ':', tm->tm_min);
    add_two(b, ':', tm->tm_sec);
}

/* "-0000" is a zone with an unknown offset: its name begins with a minus. */
static void add_offset(struct buf *b, const struct tm *tm) {
    long offset = tm->tm_gmtoff;
    bool minus = offset < 0 || (offset == 0 && tm->tm_zone && tm->tm_zone[0] == '-');
    unsigned long minutes = (unsigned long)(minus ? -offset : offset) / 60;
    buf_add_str(b, minus ? " -" : " +");
    buf_add_padded(b, minutes / 60 * 100 + minutes % 60, 4);
}

void cli_template_local(struct buf *b, const struct cli_directive *d, int64_t sec, uint32_t nsec) {
    char room[48]; /* seconds or a year of 20 places, and no more than 28 characters after it */
    struct buf text = { .data = room, .cap = sizeof room };
    struct tm tm;
    time_t t;
    bool known = !__builtin_add_overflow(sec, 0, &t) && localtime_r(&t, &tm);
    if (known)
        add_calendar(&text, &tm);
    else
        buf_add_int(&text, sec);
    buf_add_char(&text, '.');
    buf_add_padded(&text, nsec, DECIMALS);
    if (known)
        add_offset(&text, &tm);
    cli_template_string(b, d, text.data, text.len);
}
