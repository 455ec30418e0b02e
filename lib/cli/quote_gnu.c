/* SPDX-License-Identifier: 0BSD
 *
 * GNU's quoting of names.
 */
#include <string.h>

#include "base/utf8.h"
#include "cli/quote.h"
#include "cli/quote_gnu.h"

/* Length of the printable character at p; 0 when its first byte is to be escaped. */
static unsigned printable(const char *p, size_t size) {
    uint32_t cp;
    unsigned n = base_utf8_decode(p, size, &cp);
    return n && !cli_is_unsafe(cp) ? n : 0;
}

/* Whether the bytes, which contain an apostrophe, can be in double quotes: none of them is special
 * to a shell, there or outside. */
static bool fits_double_quotes(const char *bytes, size_t size) {
    static const char special[] = "!\"$&()*;<=>?[\\^`{|}";
    for (size_t at = 0; at < size;) {
        char c = bytes[at];
        unsigned n = printable(bytes + at, size - at);
        if (!n || strchr(special, c) || (at > 0 && (c == '#' || c == '~')))
            return false;
        at += n;
    }
    return true;
}

static void add_escape(struct buf *b, char c) {
    static const char controls[] = "\a\b\f\n\r\t\v";
    static const char letters[] = "abfnrtv";
    const char *p = c ? strchr(controls, c) : NULL;
    buf_add_char(b, '\\');
    if (p)
        buf_add_char(b, letters[p - controls]);
    else
        buf_add_digits(b, (unsigned char)c, 3, 3);
}

/* Appends the contents of single quotes, with $'...' for sequences that have to be escaped. */
static void add_single_quoted(struct buf *b, const char *bytes, size_t size) {
    bool escaping = false;
    for (size_t at = 0; at < size;) {
        unsigned n = printable(bytes + at, size - at);
        if (!n) {
            if (!escaping)
                buf_add_str(b, "'$'");
            add_escape(b, bytes[at++]);
            escaping = true;
            continue;
        }
        if (bytes[at] == '\'')
            buf_add_str(b, "'\\'");
        if (escaping && bytes[at] != '\'')
            buf_add_str(b, "''");
        buf_add(b, bytes + at, n);
        escaping = false;
        at += n;
    }
}

void cli_quote_gnu(struct buf *b, const char *bytes, size_t size) {
    if (size && memchr(bytes, '\'', size) && fits_double_quotes(bytes, size)) {
        buf_add_char(b, '"');
        buf_add(b, bytes, size);
        buf_add_char(b, '"');
        return;
    }
    buf_add_char(b, '\'');
    add_single_quoted(b, bytes, size);
    buf_add_char(b, '\'');
}
