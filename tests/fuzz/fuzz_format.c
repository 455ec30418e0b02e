/* SPDX-License-Identifier: 0BSD
 *
 * Fuzz target: records of arbitrary bytes and numbers through every format. The
 * first byte chooses options (its low three bits) and one of the formats (the
 * others; 0: all of them), the next ones numbers, the rest is cut at each 0xfa
 * into three byte strings. Beyond not crashing: JSON is valid, text and similar
 * formats contain no control byte and only UTF-8, and decoding a format returns
 * the values that were written.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "cli/format.h"
#include "cli/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SECOND = 1000000000, PARTS = 3, NUMBERS = 20 };

enum { F_NAME, F_OTHER, F_LIST, F_INT, F_UINT, F_TIME, F_TIME_NS, F_STAMP, F_NULL, F_BLOB, FIELDS };

static const struct cli_field fields[FIELDS] = {
    [F_NAME] = { .name = "name", .type = CLI_BYTES },
    [F_OTHER] = { .name = "other", .type = CLI_STRING },
    [F_LIST] = { .name = "list", .type = CLI_LIST, .item = CLI_BYTES },
    [F_INT] = { .name = "int", .type = CLI_INT },
    [F_UINT] = { .name = "uint", .type = CLI_UINT },
    [F_TIME] = { .name = "time", .type = CLI_TIMESPEC },
    [F_TIME_NS] = { .name = "time_ns", .type = CLI_TIMESPEC_NS },
    [F_STAMP] = { .name = "stamp", .type = CLI_TIMESTAMP },
    [F_NULL] = { .name = "null", .type = CLI_BYTES },
    [F_BLOB] = { .name = "blob", .type = CLI_BYTES, .may_hold_nul = true },
};

/* Not assert(): NDEBUG must not matter. */
static void require(bool condition) {
    if (!condition)
        abort();
}

/* What goes in. */
struct input {
    struct {
        char *data; /* of the exact size, so that a sanitizer sees a read beyond the end */
        size_t size;
    } parts[PARTS];
    struct cli_value items[PARTS];
    struct cli_value values[FIELDS];
};

/* What is read back. */
struct reader {
    const char *p, *end;
};

/* By hand: libFuzzer and the sanitizers make memcmp() slow. */
static bool at(const struct reader *r, const char *text) {
    const char *p = r->p;
    while (*text && p < r->end && *p == *text) {
        p++;
        text++;
    }
    return !*text;
}

static void expect(struct reader *r, const char *text) {
    require(at(r, text));
    r->p += strlen(text);
}

static bool skip(struct reader *r, const char *text) {
    if (!at(r, text))
        return false;
    r->p += strlen(text);
    return true;
}

static void same(const struct buf *got, const struct cli_value *want) {
    require(!got->failed && got->len == want->bytes.size);
    require(got->len == 0 || memcmp(got->data, want->bytes.data, got->len) == 0);
}

static unsigned hex(struct reader *r, unsigned digits) {
    unsigned value = 0;
    while (digits--) {
        static const char set[] = "0123456789abcdef";
        require(r->p < r->end && *r->p);
        const char *found = strchr(set, *r->p++);
        require(found != NULL);
        value = value << 4 | (unsigned)(found - set);
    }
    return value;
}

/* Only UTF-8, none of it unsafe but line ends, and tabs where they separate. */
static void check_safe(const struct buf *b, bool tabs) {
    for (size_t i = 0; i < b->len;) {
        uint32_t cp;
        unsigned n = base_utf8_decode(b->data + i, b->len - i, &cp);
        require(n > 0 && (!cli_is_unsafe(cp) || cp == '\n' || (tabs && cp == '\t')));
        i += n;
    }
}

/* ---- JSON: a strict parser of what a record can be ---- */

static void add_utf8(struct buf *b, uint32_t cp) {
    unsigned size = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    char bytes[4];
    for (unsigned i = size; --i; cp >>= 6)
        bytes[i] = (char)(0x80 | (cp & 0x3f));
    bytes[0] = (char)(size == 1 ? cp : ((0xf00U >> size & 0xf0U) | cp));
    buf_add(b, bytes, size);
}

/* \uXXXX: a character, a pair of surrogates, or (surrogateescape) a byte. */
static void json_unit(struct reader *r, struct buf *b, bool escapes) {
    unsigned unit = hex(r, 4);
    if (unit >= 0xd800 && unit < 0xdc00) {
        expect(r, "\\u");
        unsigned low = hex(r, 4);
        require(low >= 0xdc00 && low < 0xe000);
        add_utf8(b, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
    } else if (unit >= 0xdc00 && unit < 0xe000) {
        require(escapes && unit >= 0xdc80 && unit <= 0xdcff);
        buf_add_char(b, (char)(unit & 0xff));
    } else {
        add_utf8(b, unit);
    }
}

static void json_string(struct reader *r, struct buf *b, bool escapes) {
    static const char letters[] = "\"\\bfnrt", bytes[] = "\"\\\b\f\n\r\t";
    expect(r, "\"");
    while (!at(r, "\"")) {
        uint32_t cp;
        require(r->p < r->end);
        if (skip(r, "\\u")) {
            json_unit(r, b, escapes);
        } else if (skip(r, "\\")) {
            require(r->p < r->end && *r->p);
            const char *letter = strchr(letters, *r->p++);
            require(letter != NULL);
            buf_add_char(b, bytes[letter - letters]);
        } else {
            unsigned n = base_utf8_decode(r->p, (size_t)(r->end - r->p), &cp);
            require(n > 0 && cp >= 0x20 && !cli_is_unsafe(cp));
            buf_add(b, r->p, n);
            r->p += n;
        }
    }
    expect(r, "\"");
}

static int digit64(char c) {
    static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = c ? strchr(set, c) : NULL;
    require(found != NULL);
    return found ? (int)(found - set) : -1;
}

/* Up to the quote; padding is exact, and the unused bits are 0. */
static void base64(struct reader *r, char quote, struct buf *b) {
    while (r->p < r->end && *r->p != quote) {
        require(r->end - r->p >= 4);
        unsigned pad = r->p[3] == '=' ? r->p[2] == '=' ? 2 : 1 : 0;
        unsigned group = 0;
        for (unsigned i = 0; i < 4; i++)
            group = group << 6 | (i < 4 - pad ? (unsigned)digit64(r->p[i]) : 0);
        char bytes[3] = { (char)(group >> 16), (char)(group >> 8), (char)group };
        buf_add(b, bytes, 3 - pad);
        require(!pad || !(group & (pad == 2 ? 0xffffU : 0xffU)));
        r->p += 4;
        require(!pad || (r->p < r->end && *r->p == quote));
    }
}

static void json_bytes(struct reader *r, const struct cli_value *want, bool escapes) {
    struct buf b = { 0 };
    bool valid = base_utf8_valid(want->bytes.data, want->bytes.size) == want->bytes.size;
    if (skip(r, "{\"b64\":\"")) {
        require(!escapes && !valid);
        base64(r, '"', &b);
        expect(r, "\"}");
    } else {
        require(escapes || valid);
        json_string(r, &b, escapes);
    }
    same(&b, want);
    buf_finish(&b);
}

static void expect_number(struct reader *r, const char *text, bool quoted) {
    if (quoted)
        expect(r, "\"");
    expect(r, text);
    if (quoted)
        expect(r, "\"");
}

/* In 128 bits: the nanoseconds of 64 bits of seconds. */
__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 unsigned_wide;

static void numbers(const struct input *in, char texts[4][64]) {
    const struct cli_value *time = &in->values[F_TIME];
    wide ns = (wide)time->time.sec * SECOND + time->time.nsec;
    unsigned_wide magnitude = ns < 0 ? -(unsigned_wide)ns : (unsigned_wide)ns;
    unsigned long long whole = (unsigned long long)(magnitude / SECOND);
    unsigned fraction = (unsigned)(magnitude % SECOND);
    const char *sign = ns < 0 ? "-" : "";
    snprintf(texts[0], 64, "%lld", (long long)in->values[F_INT].i);
    snprintf(texts[1], 64, "%llu", (unsigned long long)in->values[F_UINT].u);
    snprintf(texts[2], 64, "%s%llu.%09u", sign, whole, fraction);
    if (whole)
        snprintf(texts[3], 64, "%s%llu%09u", sign, whole, fraction);
    else
        snprintf(texts[3], 64, "%s%u", sign, fraction);
}

static void read_json(const struct input *in, const struct cli_writer *w, const struct buf *b) {
    struct reader r = { b->data, b->data + b->len };
    bool escapes = w->json_bytes == CLI_JSON_SURROGATEESCAPE, quoted = w->json_int64_strings;
    char texts[4][64];
    numbers(in, texts);
    check_safe(b, false);
    expect(&r, "{\"name\":");
    json_bytes(&r, &in->values[F_NAME], escapes);
    expect(&r, ",\"other\":");
    json_bytes(&r, &in->values[F_OTHER], escapes);
    expect(&r, ",\"list\":[");
    for (size_t i = 0; i < in->values[F_LIST].list.count; i++) {
        expect(&r, i ? "," : "");
        json_bytes(&r, &in->items[i], escapes);
    }
    expect(&r, "],\"int\":");
    expect_number(&r, texts[0], quoted);
    expect(&r, ",\"uint\":");
    expect_number(&r, texts[1], quoted);
    expect(&r, ",\"time\":");
    expect(&r, texts[2]);
    expect(&r, ",\"time_ns\":");
    expect_number(&r, texts[3], quoted);
    expect(&r, ",\"stamp\":\"");
    while (!at(&r, "\"")) {
        require(r.p < r.end && *r.p && strchr("0123456789-:.TZ", *r.p));
        r.p++;
    }
    expect(&r, "\",\"null\":null,\"blob\":");
    json_bytes(&r, &in->values[F_BLOB], escapes);
    expect(&r, "}\n");
    require(r.p == r.end);
}

/* ---- text, tsv, table: the same escapes ---- */

static bool is_end(const struct reader *r, const char *ends) {
    return r->p == r->end || (*r->p ? strchr(ends, *r->p) != NULL : memchr(ends, '\0', 1) != NULL);
}

/* Up to one of `ends`, which no value can contain. */
static void unescape(struct reader *r, const char *ends, struct buf *b) {
    while (!is_end(r, ends)) {
        if (skip(r, "\\n"))
            buf_add_char(b, '\n');
        else if (skip(r, "\\t"))
            buf_add_char(b, '\t');
        else if (skip(r, "\\\\"))
            buf_add_char(b, '\\');
        else if (skip(r, "\\x"))
            buf_add_char(b, (char)hex(r, 2));
        else {
            require(*r->p != '\\');
            buf_add_char(b, *r->p++);
        }
    }
}

static void text_value(struct reader *r, const char *ends, const struct cli_value *want) {
    struct buf b = { 0 };
    unescape(r, ends, &b);
    same(&b, want);
    buf_finish(&b);
}

static void text_list(struct reader *r, const char *ends, const struct input *in) {
    char all[8];
    snprintf(all, sizeof all, ",%s", ends);
    for (size_t i = 0; i < in->values[F_LIST].list.count; i++) {
        expect(r, i ? "," : "");
        text_value(r, all, &in->items[i]);
    }
}

static void read_text(const struct input *in, const struct buf *b) {
    struct reader r = { b->data, b->data + b->len };
    char texts[4][64];
    numbers(in, texts);
    check_safe(b, false);
    expect(&r, "name=");
    text_value(&r, "\n", &in->values[F_NAME]);
    expect(&r, "\nother=");
    text_value(&r, "\n", &in->values[F_OTHER]);
    expect(&r, "\nlist=");
    text_list(&r, "\n", in);
    expect(&r, "\nint=");
    expect(&r, texts[0]);
    expect(&r, "\nuint=");
    expect(&r, texts[1]);
    expect(&r, "\ntime=");
    expect(&r, texts[2]);
    expect(&r, "\ntime_ns=");
    expect(&r, texts[3]);
    expect(&r, "\nstamp=");
    while (!at(&r, "\n"))
        r.p++;
    expect(&r, "\nnull\nblob=");
    text_value(&r, "\n", &in->values[F_BLOB]);
    expect(&r, "\n");
    require(r.p == r.end);
}

static void read_tsv(const struct input *in, const struct buf *b) {
    struct reader r = { b->data, b->data + b->len };
    check_safe(b, true);
    text_value(&r, "\t", &in->values[F_NAME]);
    expect(&r, "\t");
    text_value(&r, "\t", &in->values[F_OTHER]);
    expect(&r, "\t");
    text_list(&r, "\t", in);
    for (int i = 0; i < 5; i++) {
        expect(&r, "\t");
        while (!at(&r, "\t"))
            r.p++;
    }
    expect(&r, "\t\\N\t");
    text_value(&r, "\n", &in->values[F_BLOB]);
    expect(&r, "\n");
    require(r.p == r.end);
}

struct table {
    struct buf cells, bytes;
    struct cli_table_widths widths;
};

/* Lines of equal shape; the cells cannot be distinguished from their padding. */
static void read_table(const struct cli_writer *w, const struct buf *cells) {
    struct table o = { 0 };
    struct buf copy = { 0 };
    buf_add(&copy, cells->data, cells->len);
    buf_add(&copy, cells->data, cells->len);
    o.cells = copy;
    cli_table_align(w, &o.widths, &o.cells, &o.bytes);
    require(!o.bytes.failed);
    check_safe(&o.bytes, false);
    size_t count = 0;
    for (size_t i = 0; i < o.bytes.len; i++)
        count += o.bytes.data[i] == '\n';
    require(count == 3);
    buf_finish(&o.bytes);
    buf_finish(&o.cells);
    vec_finish(&o.widths);
}

/* ---- csv, sh, value ---- */

static void csv_cell(struct reader *r, const char *end, const struct cli_value *want) {
    struct buf b = { 0 };
    if (skip(r, "\"")) {
        for (;;) {
            require(r->p < r->end);
            if (skip(r, "\"\""))
                buf_add_char(&b, '"');
            else if (skip(r, "\""))
                break;
            else
                buf_add_char(&b, *r->p++);
        }
    } else {
        require(!at(r, end)); /* the empty string has its quotes */
        while (!at(r, end)) {
            require(r->p < r->end && *r->p != '"' && *r->p != '\n' && *r->p != '\r');
            buf_add_char(&b, *r->p++);
        }
    }
    same(&b, want);
    buf_finish(&b);
}

static void read_csv(const struct input *in, const struct buf *b) {
    struct reader r = { b->data, b->data + b->len };
    csv_cell(&r, ",", &in->values[F_NAME]);
    expect(&r, ",");
    csv_cell(&r, ",", &in->values[F_OTHER]);
    expect(&r, ",");
    struct buf list = { 0 };
    for (size_t i = 0; i < in->values[F_LIST].list.count; i++) {
        if (i)
            buf_add_char(&list, ',');
        cli_quote_text(&list, in->items[i].bytes.data, in->items[i].bytes.size, ',');
    }
    struct cli_value joined = cli_bytes(list.data, list.len);
    csv_cell(&r, ",", &joined);
    buf_finish(&list);
    char texts[4][64];
    numbers(in, texts);
    for (size_t i = 0; i < 4; i++) {
        expect(&r, ",");
        expect(&r, texts[i]);
    }
    expect(&r, ",");
    while (!at(&r, ","))
        r.p++;
    expect(&r, ",,"); /* null is nothing at all */
    csv_cell(&r, "\n", &in->values[F_BLOB]);
    expect(&r, "\n");
    require(r.p == r.end);
}

/* 'it'\''s': as every shell reads it. */
static void sh_word(struct reader *r, struct buf *b) {
    do {
        if (skip(r, "\\'")) {
            buf_add_char(b, '\'');
            continue;
        }
        expect(r, "'");
        while (!at(r, "'")) {
            require(r->p < r->end && *r->p);
            buf_add_char(b, *r->p++);
        }
        expect(r, "'");
    } while (!at(r, " "));
}

static void sh_bytes(struct reader *r, const struct cli_value *want) {
    struct buf b = { 0 };
    sh_word(r, &b);
    same(&b, want);
    buf_finish(&b);
}

static void sh_list(struct reader *r, const struct input *in) {
    struct buf b = { 0 };
    sh_word(r, &b);
    struct reader list = { b.data, b.data + b.len };
    for (size_t i = 0; i < in->values[F_LIST].list.count; i++) {
        struct buf item = { 0 };
        expect(&list, i ? "\n" : "");
        while (list.p < list.end && *list.p != '\n') {
            if (skip(&list, "\\n"))
                buf_add_char(&item, '\n');
            else if (skip(&list, "\\\\"))
                buf_add_char(&item, '\\');
            else
                buf_add_char(&item, *list.p++);
        }
        same(&item, &in->items[i]);
        buf_finish(&item);
    }
    require(list.p == list.end);
    buf_finish(&b);
}

/* Names contain no NUL: the callers' strings cannot. */
static void read_sh(const struct input *in, const struct buf *b) {
    struct reader r = { b->data, b->data + b->len };
    const struct cli_value *blob = &in->values[F_BLOB];
    bool encoded = blob->bytes.size && memchr(blob->bytes.data, '\0', blob->bytes.size);
    char texts[4][64];
    static const char *const names[4] = { "os_int=", "os_uint=", "os_time=", "os_time_ns=" };
    numbers(in, texts);
    expect(&r, "os_name=");
    sh_bytes(&r, &in->values[F_NAME]);
    expect(&r, " os_other=");
    sh_bytes(&r, &in->values[F_OTHER]);
    expect(&r, " os_list=");
    sh_list(&r, in);
    for (size_t i = 0; i < 4; i++) {
        expect(&r, " ");
        expect(&r, names[i]);
        expect(&r, texts[i]);
    }
    expect(&r, " os_stamp='");
    while (!at(&r, "'"))
        r.p++;
    expect(&r, "' ");
    if (encoded) {
        struct buf decoded = { 0 };
        expect(&r, "os_blob_b64='");
        base64(&r, '\'', &decoded);
        same(&decoded, blob);
        buf_finish(&decoded);
        expect(&r, "' ; unset os_error os_null os_blob\n");
    } else {
        expect(&r, "os_blob=");
        sh_bytes(&r, blob);
        expect(&r, " ; unset os_error os_null os_blob_b64\n");
    }
    require(r.p == r.end);
}

/* The raw bytes and a NUL: nothing to decode. */
static void read_value(const struct input *in, const struct buf *b) {
    struct reader r = { b->data, b->data + b->len };
    for (int i = F_NAME; i <= F_OTHER; i++) {
        size_t size = in->values[i].bytes.size;
        require((size_t)(r.end - r.p) > size && r.p[size] == '\0');
        require(size == 0 || memcmp(r.p, in->values[i].bytes.data, size) == 0);
        r.p += size + 1;
    }
}

/* ---- the target ---- */

/* A record in one format, read back. */
static void check_format(const struct input *in, const struct cli_writer *w) {
    struct buf b = { 0 };
    cli_format_record(w, in->values, true, &b);
    require(!b.failed);
    switch (w->format) {
    case CLI_FORMAT_RAW: /* is not a format of records */
        break;
    case CLI_FORMAT_TEXT:
        read_text(in, &b);
        break;
    case CLI_FORMAT_JSON:
        read_json(in, w, &b);
        break;
    case CLI_FORMAT_CSV:
        read_csv(in, &b);
        break;
    case CLI_FORMAT_TSV:
        read_tsv(in, &b);
        break;
    case CLI_FORMAT_SH:
        read_sh(in, &b);
        break;
    case CLI_FORMAT_VALUE:
        read_value(in, &b);
        break;
    case CLI_FORMAT_TABLE:
        read_table(w, &b);
        break;
    }
    buf_finish(&b);
}

/* On a terminal nothing raw is left in any format; a table is the same there. */
static void check_terminal(const struct input *in, struct cli_writer w) {
    struct buf b = { 0 };
    if (w.format == CLI_FORMAT_TABLE)
        return;
    w.terminal = true;
    w.null = false;
    cli_format_record(&w, in->values, true, &b);
    require(!b.failed);
    check_safe(&b, w.format == CLI_FORMAT_TSV || w.format == CLI_FORMAT_VALUE);
    buf_finish(&b);
}

static void check_formats(const struct input *in, uint8_t options) {
    struct cli_writer w = {
        .fields = fields, .sh_prefix = "os_", .selected = FIELDS, .null = true
    };
    for (unsigned i = 0; i < FIELDS; i++)
        w.selection[i] = (uint8_t)i;
    w.json_bytes = options & 1 ? CLI_JSON_SURROGATEESCAPE : CLI_JSON_BASE64;
    w.json_int64_strings = options & 2;
    w.columns = options & 4 ? 20 : 0;
    for (int format = CLI_FORMAT_TEXT; format <= CLI_FORMAT_TABLE; format++) {
        w.format = (enum cli_format_id)format;
        if (options >> 3 && (options >> 3) % (CLI_FORMAT_TABLE + 1) != format)
            continue;
        check_format(in, &w);
        check_terminal(in, w);
    }
}

/* Cuts the bytes into parts. Only the last one, the blob, may contain a NUL. */
static void cut(struct input *in, const uint8_t *data, size_t size) {
    for (int i = 0; i < PARTS; i++) {
        const uint8_t *end = i + 1 < PARTS && size ? memchr(data, 0xfa, size) : NULL;
        size_t part = end ? (size_t)(end - data) : size;
        in->parts[i].data = malloc(part + 1);
        require(in->parts[i].data != NULL);
        in->parts[i].size = 0;
        for (size_t k = 0; k < part; k++)
            if (data[k] || i + 1 == PARTS)
                in->parts[i].data[in->parts[i].size++] = (char)data[k];
        data += end ? part + 1 : size;
        size -= end ? part + 1 : size;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct input in = { 0 };
    if (size < 1 + NUMBERS)
        return 0;
    int64_t i;
    uint64_t u;
    uint32_t nsec;
    memcpy(&i, data + 1, sizeof i);
    memcpy(&u, data + 9, sizeof u);
    memcpy(&nsec, data + 17, sizeof nsec);
    cut(&in, data + 1 + NUMBERS, size - 1 - NUMBERS);
    in.values[F_NAME] = cli_bytes(in.parts[0].data, in.parts[0].size);
    in.values[F_OTHER] = cli_bytes(in.parts[1].data, in.parts[1].size);
    in.values[F_BLOB] = cli_bytes(in.parts[2].data, in.parts[2].size);
    for (int k = 0; k < 2; k++)
        in.items[k] = in.values[k];
    in.values[F_LIST] = cli_list(in.items, 2);
    in.values[F_INT] = cli_int(i);
    in.values[F_UINT] = cli_uint(u);
    in.values[F_TIME] = cli_time(i, nsec % SECOND);
    in.values[F_TIME_NS] = in.values[F_STAMP] = in.values[F_TIME];
    check_formats(&in, *data);
    for (int k = 0; k < PARTS; k++)
        free(in.parts[k].data);
    return 0;
}
