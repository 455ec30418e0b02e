/* SPDX-License-Identifier: 0BSD
 *
 * Templates like printf(3)'s, as in `stat -c` and `find -printf`: text with
 * directives %[flags][width][.precision]letter, and backslash escapes. The
 * caller decides what a letter means; how its value is printed is decided here.
 * There is no locale: the flags ' and I are accepted and ignored.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* A greater width or precision is refused: it would only use up memory. */
enum { CLI_TEMPLATE_WIDTH_MAX = 1 << 20 };

enum {
    CLI_PRECISION_NONE = -1,  /* "%y" */
    CLI_PRECISION_EMPTY = -2, /* "%.y": 0 of a string or an integer, 9 of a time */
};

/* One directive. */
struct cli_directive {
    bool left;      /* - */
    bool plus;      /* + */
    bool space;     /* ' ' */
    bool alternate; /* # */
    bool zero;      /* 0 */
    char modifier;  /* H or L; 0: none */
    char letter;
    int precision; /* or CLI_PRECISION_* */
    size_t width;  /* 0: none */
};

enum cli_piece_kind {
    CLI_PIECE_TEXT,      /* .text is to be printed */
    CLI_PIECE_DIRECTIVE, /* .directive is, and .text is how it was written */
    CLI_PIECE_ODD,       /* .text is an escape of unknown meaning ("\q"); .byte is to be printed */
    CLI_PIECE_INVALID,   /* .text is not a directive: "%9%", "%-" at the end, a huge width */
};

struct cli_piece {
    enum cli_piece_kind kind;
    const char *text; /* in the template, or .byte; valid until the next piece */
    size_t size;
    char byte;
    struct cli_directive directive;
};

struct cli_template {
    const char *at;       /* the rest of it; advanced by each call */
    const char *modified; /* letters that H or L may precede: "dr" */
    bool escapes;         /* a backslash begins one of \a \b \e \f \n \r \t \v \" \\ \OOO \xHH */
};

/* Stores the next piece; returns false at the end. "%%", and "%" at the end, are the text "%". */
bool cli_template_next(struct cli_template *t, struct cli_piece *piece);

/* The functions below append a value as its directive says. Flags without a meaning for a type are
 * ignored; widths count bytes. */

/* %s of printf(3); the precision cuts. */
void cli_template_string(struct buf *b, const struct cli_directive *d, const char *bytes,
                         size_t size);

/* Bytes of unknown origin, as a string. On a terminal they are escaped as text after they were cut.
 */
void cli_template_name(struct buf *b, const struct cli_directive *d, bool terminal,
                       const char *bytes, size_t size);

/* The same for bytes that were quoted by cli_quote_gnu(), which are escaped already: they are cut,
 * on a terminal between characters. */
void cli_template_quoted(struct buf *b, const struct cli_directive *d, bool terminal,
                         const char *bytes, size_t size);

/* %d and %u of printf(3); the precision is the minimum number of digits. */
void cli_template_int(struct buf *b, const struct cli_directive *d, int64_t value);
void cli_template_uint(struct buf *b, const struct cli_directive *d, uint64_t value);
/* With #, a leading 0 and 0x. */
void cli_template_octal(struct buf *b, const struct cli_directive *d, uint64_t value);
void cli_template_hex(struct buf *b, const struct cli_directive *d, uint64_t value);

/* Seconds with the number of decimals that the precision gives (none: a whole number), rounded
 * towards minus infinity, so that the order of times is kept. nsec is 0..999999999 and added to sec
 * also when that is negative. */
void cli_template_time(struct buf *b, const struct cli_directive *d, int64_t sec, uint32_t nsec);

/* Date and time in the local zone (TZ), as a string: "2026-08-01 10:00:00.123456789 +0000". The
 * seconds alone if localtime(3) cannot convert them. */
void cli_template_local(struct buf *b, const struct cli_directive *d, int64_t sec, uint32_t nsec);
