/* SPDX-License-Identifier: 0BSD
 *
 * Quoting of bytes for text, JSON, the shell and CSV.
 */
#include "cli/quote.h"
#include "base/codec.h"
#include "base/utf8.h"

/* Unicode: general category Cc; the bidirectional controls of UAX 9; U+2028 and U+2029; U+FEFF;
 * the tag characters. */
bool cli_is_unsafe(uint32_t cp) {
    if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
        return true;
    if (cp < 0x61c)
        return false;
    return cp == 0x61c || cp == 0x200e || cp == 0x200f || (cp >= 0x2028 && cp <= 0x202e) ||
           (cp >= 0x2066 && cp <= 0x2069) || cp == 0xfeff || (cp >= 0xe0000 && cp <= 0xe007f);
}

/* Returns the number of bytes from `at` on that are printable ASCII other than the two of `stop`
 * ('"' and '\\' for JSON), which are copied as they are. */
static size_t plain_run(const char *bytes, size_t size, size_t at, char stop1, char stop2) {
    size_t start = at;
    while (at < size) {
        unsigned char c = (unsigned char)bytes[at];
        if (c < 0x20 || c >= 0x7f || c == (unsigned char)stop1 || c == (unsigned char)stop2)
            break;
        at++;
    }
    return at - start;
}

bool cli_is_plain(const char *bytes, size_t size) {
    for (size_t at = 0; at < size;) {
        size_t run = plain_run(bytes, size, at, '\n', '\n');
        at += run;
        if (at == size)
            break;
        uint32_t cp;
        unsigned n = base_utf8_decode(bytes + at, size - at, &cp);
        if (!n || cli_is_unsafe(cp))
            return false;
        at += n;
    }
    return true;
}

static void add_hex(struct buf *b, const char *bytes, size_t size) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)bytes[i];
        char escape[4] = { '\\', 'x', digits[c >> 4], digits[c & 15] };
        buf_add(b, escape, sizeof escape);
    }
}

void cli_quote_text(struct buf *b, const char *bytes, size_t size, char also) {
    for (size_t at = 0; at < size;) {
        size_t run = plain_run(bytes, size, at, '\\', also ? also : '\\');
        buf_add(b, bytes + at, run);
        at += run;
        if (at == size)
            return;
        uint32_t cp;
        char c = bytes[at];
        unsigned n = base_utf8_decode(bytes + at, size - at, &cp);
        if (c == '\n')
            buf_add(b, "\\n", 2);
        else if (c == '\t')
            buf_add(b, "\\t", 2);
        else if (c == '\\')
            buf_add(b, "\\\\", 2);
        else if (!n || cli_is_unsafe(cp) || (also && c == also))
            add_hex(b, bytes + at, n ? n : 1);
        else
            buf_add(b, bytes + at, n);
        at += n ? n : 1;
    }
}

static void add_json_unit(struct buf *b, uint32_t unit) {
    buf_add(b, "\\u", 2);
    buf_add_digits(b, unit, 4, 4);
}

static void add_json_escape(struct buf *b, uint32_t cp) {
    static const char shorts[] = "\b\t\n\f\r\"\\";
    static const char letters[] = "btnfr\"\\";
    const char *p = cp && cp < 0x80 ? strchr(shorts, (int)cp) : NULL;
    if (p) {
        char escape[2] = { '\\', letters[p - shorts] };
        buf_add(b, escape, sizeof escape);
    } else if (cp < 0x10000) {
        add_json_unit(b, cp);
    } else {
        add_json_unit(b, 0xd7c0 + (cp >> 10));
        add_json_unit(b, 0xdc00 + (cp & 0x3ff));
    }
}

static void add_json_string(struct buf *b, const char *bytes, size_t size) {
    buf_add_char(b, '"');
    for (size_t at = 0; at < size;) {
        size_t run = plain_run(bytes, size, at, '"', '\\');
        buf_add(b, bytes + at, run);
        at += run;
        if (at == size)
            break;
        uint32_t cp;
        unsigned n = base_utf8_decode(bytes + at, size - at, &cp);
        if (!n) /* surrogateescape: the byte 0xXX as the lone surrogate U+DCXX */
            add_json_unit(b, 0xdc00U + (unsigned char)bytes[at]);
        else if (cp == '"' || cp == '\\' || cli_is_unsafe(cp))
            add_json_escape(b, cp);
        else
            buf_add(b, bytes + at, n);
        at += n ? n : 1;
    }
    buf_add_char(b, '"');
}

void cli_quote_json(struct buf *b, const char *bytes, size_t size, enum cli_json_bytes how) {
    if (how == CLI_JSON_BASE64 && base_utf8_valid(bytes, size) != size) {
        buf_add_str(b, "{\"b64\":\"");
        base_encode_base64(b, bytes, size, BASE_BASE64);
        buf_add_str(b, "\"}");
        return;
    }
    add_json_string(b, bytes, size);
}

void cli_quote_sh(struct buf *b, const char *bytes, size_t size, bool display) {
    if (display && !cli_is_plain(bytes, size)) {
        buf_add_str(b, "$'");
        cli_quote_text(b, bytes, size, '\'');
        buf_add_char(b, '\'');
        return;
    }
    buf_add_char(b, '\'');
    while (size > 0) {
        const char *quote = memchr(bytes, '\'', size);
        size_t run = quote ? (size_t)(quote - bytes) : size;
        buf_add(b, bytes, run);
        if (!quote)
            break;
        buf_add(b, "'\\''", 4);
        bytes += run + 1;
        size -= run + 1;
    }
    buf_add_char(b, '\'');
}

static bool needs_csv_quotes(const char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++)
        if (bytes[i] == ',' || bytes[i] == '"' || bytes[i] == '\n' || bytes[i] == '\r')
            return true;
    return size == 0;
}

void cli_quote_csv(struct buf *b, const char *bytes, size_t size) {
    if (!needs_csv_quotes(bytes, size)) {
        buf_add(b, bytes, size);
        return;
    }
    buf_add_char(b, '"');
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '"')
            buf_add_char(b, '"');
        buf_add_char(b, bytes[i]);
    }
    buf_add_char(b, '"');
}
