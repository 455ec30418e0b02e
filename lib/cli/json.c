/* SPDX-License-Identifier: 0BSD
 *
 * Reading JSON (RFC 8259).
 */
#include <string.h>

#include "base/codec.h"
#include "base/utf8.h"
#include "cli/json.h"

static void skip_space(struct cli_json *j) {
    while (j->at < j->end && strchr(" \t\r\n", *j->at) && *j->at)
        j->at++;
}

bool cli_json_take(struct cli_json *j, char c) {
    skip_space(j);
    if (j->at == j->end || *j->at != c)
        return false;
    j->at++;
    return true;
}

bool cli_json_take_word(struct cli_json *j, const char *word) {
    size_t size = strlen(word);
    skip_space(j);
    if ((size_t)(j->end - j->at) < size || memcmp(j->at, word, size) != 0)
        return false;
    j->at += size;
    return true;
}

/* The value of four hex digits; -1 if they are not. */
static int take_unit(struct cli_json *j) {
    int unit = 0;
    if (j->end - j->at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        unsigned digit = base_digit(*j->at++);
        if (digit > 15)
            return -1;
        unit = unit * 16 + (int)digit;
    }
    return unit;
}

static const char *take_unicode(struct cli_json *j, struct buf *b) {
    int unit = take_unit(j);
    if (unit < 0)
        return "bad \\u escape";
    if (unit < 0xd800 || unit > 0xdfff) {
        base_utf8_encode(b, (unsigned)unit);
        return NULL;
    }
    if (unit >= 0xdc80 && unit <= 0xdcff) {
        buf_add_char(b, (char)(unit - 0xdc00));
        return NULL;
    }
    if (unit >= 0xdc00 || j->end - j->at < 6 || j->at[0] != '\\' || j->at[1] != 'u')
        return "lone surrogate";
    j->at += 2;
    int low = take_unit(j);
    if (low < 0xdc00 || low > 0xdfff)
        return "lone surrogate";
    base_utf8_encode(b, 0x10000 + (((unsigned)unit & 0x3ff) << 10) + ((unsigned)low & 0x3ff));
    return NULL;
}

static const char *take_escape(struct cli_json *j, struct buf *b) {
    static const char letters[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";
    if (j->at == j->end)
        return "unfinished string";
    char c = *j->at++;
    if (c == 'u')
        return take_unicode(j, b);
    const char *p = c ? strchr(letters, c) : NULL;
    if (!p)
        return "unknown escape";
    buf_add_char(b, values[p - letters]);
    return NULL;
}

/* Reads from after the opening quote. */
static const char *take_string(struct cli_json *j, struct buf *b) {
    while (j->at < j->end && *j->at != '"') {
        unsigned char c = (unsigned char)*j->at;
        if (c == '\\') {
            j->at++;
            const char *why = take_escape(j, b);
            if (why)
                return why;
            continue;
        }
        unsigned cp;
        unsigned size = base_utf8_decode(j->at, (size_t)(j->end - j->at), &cp);
        if (c < 0x20)
            return "control character in a string";
        if (!size)
            return "not UTF-8";
        buf_add(b, j->at, size);
        j->at += size;
    }
    if (j->at == j->end)
        return "unfinished string";
    j->at++;
    return NULL;
}

const char *cli_json_string(struct cli_json *j, struct buf *b) {
    const char *why = cli_json_take(j, '"') ? take_string(j, b) : "not a string";
    return why || !b->failed ? why : "out of memory";
}

const char *cli_json_bytes(struct cli_json *j, struct buf *b) {
    struct buf text = { 0 };
    if (cli_json_take(j, '"'))
        return take_string(j, b);
    if (!cli_json_take(j, '{') || !cli_json_take(j, '"'))
        return "not a string";
    const char *why = take_string(j, &text);
    bool is_b64 = !why && text.len == 3 && memcmp(text.data, "b64", 3) == 0;
    buf_clear(&text);
    if (is_b64 && cli_json_take(j, ':') && cli_json_take(j, '"'))
        why = take_string(j, &text);
    else
        why = "not a string or {\"b64\":...}";
    if (text.failed)
        why = "out of memory";
    if (!why)
        why = base_decode_base64(b, text.data, text.len, false);
    if (!why && !cli_json_take(j, '}'))
        why = "not a string or {\"b64\":...}";
    buf_finish(&text);
    return why;
}

/* ---- any value ---- */

enum { DEPTH_MAX = 64 };

static size_t digits(struct cli_json *j) {
    const char *start = j->at;
    while (j->at < j->end && *j->at >= '0' && *j->at <= '9')
        j->at++;
    return (size_t)(j->at - start);
}

static bool take_char(struct cli_json *j, const char *set) {
    if (j->at == j->end || !*j->at || !strchr(set, *j->at))
        return false;
    j->at++;
    return true;
}

static bool skip_number(struct cli_json *j) {
    take_char(j, "-");
    bool zero = j->at < j->end && *j->at == '0';
    size_t whole = digits(j);
    if (!whole || (zero && whole > 1) || (take_char(j, ".") && !digits(j)))
        return false;
    if (!take_char(j, "eE"))
        return true;
    take_char(j, "+-");
    return digits(j);
}

/* A value that is neither an object nor an array. */
static const char *skip_scalar(struct cli_json *j) {
    struct buf text = { 0 };
    if (cli_json_take(j, '"')) {
        const char *why = take_string(j, &text);
        buf_finish(&text);
        return why;
    }
    if (cli_json_take_word(j, "null") || cli_json_take_word(j, "true") ||
        cli_json_take_word(j, "false"))
        return NULL;
    return skip_number(j) ? NULL : "not a value";
}

static const char *skip_key(struct cli_json *j) {
    struct buf key = { 0 };
    const char *why = cli_json_string(j, &key);
    buf_finish(&key);
    return why ? why : cli_json_take(j, ':') ? NULL : "no ':' behind a name";
}

/* Without recursion: open objects and arrays are a stack of their closing brackets. */
const char *cli_json_skip(struct cli_json *j) {
    char closing[DEPTH_MAX];
    size_t depth = 0;
    for (;;) {
        const char *why = NULL;
        bool object = cli_json_take(j, '{');
        if (object || cli_json_take(j, '[')) {
            char close = object ? '}' : ']';
            if (depth == DEPTH_MAX)
                return "too deep";
            if (!cli_json_take(j, close)) {
                closing[depth++] = close;
                why = object ? skip_key(j) : NULL;
                if (why)
                    return why;
                continue;
            }
        } else {
            why = skip_scalar(j);
        }
        while (!why && depth && cli_json_take(j, closing[depth - 1]))
            depth--;
        if (why || !depth)
            return why;
        if (!cli_json_take(j, ','))
            return "no ',' between values";
        why = closing[depth - 1] == '}' ? skip_key(j) : NULL;
        if (why)
            return why;
    }
}
