/* SPDX-License-Identifier: 0BSD
 *
 * Fuzz target: lib/cli's templates and the quoting that goes with them. The
 * input is a template; with a first byte '\' it has escapes. Beyond not
 * crashing: pieces follow each other without a gap, a value is as wide as its
 * directive says, and what goes to a terminal is UTF-8 without a control
 * character.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "cli/quote.h"
#include "cli/quote_gnu.h"
#include "cli/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BILLION = 1000000000 };

/* Not assert(): NDEBUG must not matter. */
static void require(bool condition) {
    if (!condition)
        abort();
}

/* The value has the width, with spaces or zeros on one side. */
static void require_width(struct buf *b, const struct cli_directive *d) {
    require(!b->failed && b->len >= d->width);
    buf_clear(b);
}

static void require_plain(struct buf *b, const struct cli_directive *d) {
    require(cli_is_plain(b->data, b->len));
    require_width(b, d);
}

/* Seconds and nanoseconds out of any bytes. */
static void fuzz_times(struct buf *b, const struct cli_directive *d, uint64_t seed) {
    uint32_t nsec = (uint32_t)(seed % BILLION);
    cli_template_time(b, d, (int64_t)seed, nsec);
    require_width(b, d);
    cli_template_time(b, d, -(int64_t)(seed >> 40), nsec);
    require_width(b, d);
    cli_template_local(b, d, (int64_t)seed, nsec);
    require_plain(b, d);
    cli_template_local(b, d, (int64_t)(seed >> 30), nsec);
    require_plain(b, d);
}

static void fuzz_integers(struct buf *b, const struct cli_directive *d, uint64_t value) {
    cli_template_int(b, d, (int64_t)value);
    require_plain(b, d);
    cli_template_uint(b, d, value);
    require_plain(b, d);
    cli_template_octal(b, d, value);
    require_plain(b, d);
    cli_template_hex(b, d, value);
    require_plain(b, d);
}

/* The template is its own supply of names. */
static void fuzz_names(struct buf *b, const struct cli_directive *d, const char *name) {
    size_t size = strlen(name);
    cli_template_string(b, d, name, size);
    require_width(b, d);
    cli_template_name(b, d, false, name, size);
    require_width(b, d);
    cli_template_quoted(b, d, false, name, size);
    require_width(b, d);
    cli_template_name(b, d, true, name, size);
    require_plain(b, d);
    cli_template_quoted(b, d, true, name, size);
    require_plain(b, d);
}

static void fuzz_directive(struct buf *b, const struct cli_directive *d, const char *template) {
    uint64_t seed = 0;
    memcpy(&seed, template, strnlen(template, sizeof seed));
    require(d->letter && d->letter != '%' && d->width <= CLI_TEMPLATE_WIDTH_MAX);
    require(d->precision >= CLI_PRECISION_EMPTY && d->precision <= CLI_TEMPLATE_WIDTH_MAX);
    require(!d->modifier || strchr("dr", d->letter));
    fuzz_integers(b, d, seed);
    fuzz_times(b, d, seed);
    fuzz_names(b, d, template);
}

static void fuzz_template(const char *template, bool escapes) {
    struct cli_template t = { template, "dr", escapes };
    struct cli_piece piece;
    struct buf b = { 0 };
    size_t directives = 0;
    for (const char *start = template; cli_template_next(&t, &piece); start = t.at) {
        require(t.at > start && piece.size > 0);
        if (piece.kind != CLI_PIECE_TEXT)
            require(piece.text == start && piece.size == (size_t)(t.at - start));
        else if (piece.text != &piece.byte)
            require(piece.text == start && piece.size <= (size_t)(t.at - start));
        /* Each may print a megabyte: a few of them say it all. */
        if (piece.kind == CLI_PIECE_DIRECTIVE && directives++ < 4)
            fuzz_directive(&b, &piece.directive, template);
    }
    require(!*t.at);
    buf_finish(&b);
}

/* A word in the shell's grammar: what it stands for is the name. */
static void fuzz_quoting(const char *name) {
    struct buf b = { 0 };
    size_t size = strlen(name);
    cli_quote_gnu(&b, name, size);
    require(b.len >= size + 2 && cli_is_plain(b.data, b.len));
    require(b.data[0] == b.data[b.len - 1] && (b.data[0] == '\'' || b.data[0] == '"'));
    require(b.data[0] == '\'' || (b.len == size + 2 && memcmp(b.data + 1, name, size) == 0));
    buf_finish(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bool escapes = size > 0 && *data == '\\';
    /* Of the exact size, so that a sanitizer sees a read beyond the end. */
    char *text = malloc(size + 1 - escapes);
    require(text != NULL);
    if (size > escapes)
        memcpy(text, data + escapes, size - escapes);
    text[size - escapes] = '\0';
    fuzz_template(text, escapes);
    fuzz_quoting(text);
    free(text);
    return 0;
}
