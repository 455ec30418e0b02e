/* SPDX-License-Identifier: 0BSD
 *
 * Quoting: the exact bytes for text, JSON, the shell and CSV, and which
 * characters are unsafe.
 */
#include "check.h"
#include "cli/quote.h"

/* A literal, which may contain NULs, and its size. */
#define BYTES(literal) literal, sizeof(literal) - 1

static void check_buf(const char *what, struct buf *b, const char *want, size_t size) {
    if (b->len != size || (size && memcmp(b->data, want, size) != 0)) {
        check_ok = false;
        printf("# %s: got <%.*s>, want <%.*s>\n", what, (int)b->len, b->data ? b->data : "",
               (int)size, want);
    }
    CHECK(!b->failed);
    buf_finish(b);
}

static void text(const char *bytes, size_t size, const char *want) {
    struct buf b = { 0 };
    cli_quote_text(&b, bytes, size, '\0');
    check_buf("text", &b, want, strlen(want));
}

static void json(const char *bytes, size_t size, const char *want) {
    struct buf b = { 0 };
    cli_quote_json(&b, bytes, size, CLI_JSON_BASE64);
    check_buf("json", &b, want, strlen(want));
}

static void json_escaped(const char *bytes, size_t size, const char *want) {
    struct buf b = { 0 };
    cli_quote_json(&b, bytes, size, CLI_JSON_SURROGATEESCAPE);
    check_buf("json, surrogateescape", &b, want, strlen(want));
}

static void sh(const char *bytes, size_t size, bool display, const char *want) {
    struct buf b = { 0 };
    cli_quote_sh(&b, bytes, size, display);
    check_buf("sh", &b, want, strlen(want));
}

static void csv(const char *bytes, size_t size, const char *want, size_t want_size) {
    struct buf b = { 0 };
    cli_quote_csv(&b, bytes, size);
    check_buf("csv", &b, want, want_size);
}

/* ---- unsafe characters ---- */

/* The set of quote.h, written down once more: ranges, in order. */
static const uint32_t unsafe[][2] = {
    { 0x00, 0x1f },     { 0x7f, 0x9f },     { 0x61c, 0x61c },   { 0x200e, 0x200f },
    { 0x2028, 0x202e }, { 0x2066, 0x2069 }, { 0xfeff, 0xfeff }, { 0xe0000, 0xe007f },
};

static void test_unsafe_is_exactly_the_set(void) {
    size_t range = 0;
    for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
        while (range < sizeof unsafe / sizeof *unsafe && cp > unsafe[range][1])
            range++;
        bool want = range < sizeof unsafe / sizeof *unsafe && cp >= unsafe[range][0];
        if (cli_is_unsafe(cp) != want) {
            check_ok = false;
            printf("# U+%04X: %s\n", (unsigned)cp, want ? "is safe" : "is unsafe");
        }
    }
}

static void test_plain_is_utf8_without_unsafe_characters(void) {
    CHECK(cli_is_plain(BYTES("")));
    CHECK(cli_is_plain(BYTES("abc '\"\\ ~")));
    CHECK(cli_is_plain(BYTES("\xc3\xa9\xe6\xbc\xa2\xf0\x9f\x98\x80")));
    CHECK(!cli_is_plain(BYTES("a\n")));
    CHECK(!cli_is_plain(BYTES("\x7f")));
    CHECK(!cli_is_plain(BYTES("a\0b")));
    CHECK(!cli_is_plain(BYTES("\xc2\x9b")));
    CHECK(!cli_is_plain(BYTES("\xe2\x80\xae")));
    CHECK(!cli_is_plain(BYTES("\xff")));
    CHECK(!cli_is_plain(BYTES("a\xc3")));
}

/* ---- text ---- */

static void test_text_leaves_printable_characters(void) {
    text(BYTES(""), "");
    text(BYTES("abc XYZ ~!'\",;=$"), "abc XYZ ~!'\",;=$");
    text(BYTES("\xc3\xa9\xe6\xbc\xa2\xf0\x9f\x98\x80"), "\xc3\xa9\xe6\xbc\xa2\xf0\x9f\x98\x80");
    text(BYTES("\xc2\xa0"), "\xc2\xa0");
}

static void test_text_escapes_controls(void) {
    text(BYTES("a\nb\tc\\d"), "a\\nb\\tc\\\\d");
    text(BYTES("\r\x1b[31m\x07\x08\x7f"), "\\x0d\\x1b[31m\\x07\\x08\\x7f");
    text(BYTES("\0a"), "\\x00a");
    text(BYTES("\xc2\x80\xc2\x9b\xc2\x9f"), "\\xc2\\x80\\xc2\\x9b\\xc2\\x9f");
    text(BYTES("\xe2\x80\xa8\xe2\x80\xae"), "\\xe2\\x80\\xa8\\xe2\\x80\\xae");
    text(BYTES("\xef\xbb\xbfx"), "\\xef\\xbb\\xbfx");
    text(BYTES("\xf3\xa0\x81\x81"), "\\xf3\\xa0\\x81\\x81");
}

static void test_text_escapes_each_invalid_byte(void) {
    text(BYTES("\xff\xfe"), "\\xff\\xfe");
    text(BYTES("\xc3"), "\\xc3");
    text(BYTES("\xc3("), "\\xc3(");
    text(BYTES("\xe2\x82"), "\\xe2\\x82");
    text(BYTES("\xe2\x82\xac\xe2\x82"), "\xe2\x82\xac\\xe2\\x82");
    text(BYTES("\xed\xa0\x80"), "\\xed\\xa0\\x80");
    text(BYTES("\xc0\x8a"), "\\xc0\\x8a");
    text(BYTES("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
}

static void test_text_escapes_what_is_asked_for_too(void) {
    struct buf b = { 0 };
    cli_quote_text(&b, BYTES("a,b\\,c\n"), ',');
    check_buf("text", &b, BYTES("a\\x2cb\\\\\\x2cc\\n"));
    cli_quote_text(&b, BYTES("a,b'c'"), '\'');
    check_buf("text", &b, BYTES("a,b\\x27c\\x27"));
    cli_quote_text(&b, BYTES("\0"), ',');
    check_buf("text", &b, BYTES("\\x00"));
}

static void test_text_tells_every_byte_apart(void) {
    for (int c = 0; c < 256; c++) {
        struct buf b = { 0 };
        char byte = (char)c, want[8];
        cli_quote_text(&b, &byte, 1, '\0');
        if (c == '\n')
            strcpy(want, "\\n");
        else if (c == '\t')
            strcpy(want, "\\t");
        else if (c == '\\')
            strcpy(want, "\\\\");
        else
            snprintf(want, sizeof want, c < 0x20 || c > 0x7e ? "\\x%02x" : "%c", (unsigned)c);
        check_buf("text", &b, want, strlen(want));
    }
}

/* ---- JSON ---- */

static void test_json_strings(void) {
    json(BYTES(""), "\"\"");
    json(BYTES("abc /'"), "\"abc /'\"");
    json(BYTES("\"\\"), "\"\\\"\\\\\"");
    json(BYTES("\b\t\n\f\r"), "\"\\b\\t\\n\\f\\r\"");
    json(BYTES("\x01\x1b\x7f"), "\"\\u0001\\u001b\\u007f\"");
    json(BYTES("\0"), "\"\\u0000\"");
    json(BYTES("\xc3\xa9\xe6\xbc\xa2\xf0\x9f\x98\x80"), "\"\xc3\xa9\xe6\xbc\xa2\xf0\x9f\x98\x80\"");
    json(BYTES("\xc2\x9b\xe2\x80\xae\xef\xbb\xbf"), "\"\\u009b\\u202e\\ufeff\"");
    json(BYTES("\xf3\xa0\x81\x81"), "\"\\udb40\\udc41\"");
}

static void test_json_of_other_bytes_is_base64(void) {
    json(BYTES("\xff"), "{\"b64\":\"/w==\"}");
    json(BYTES("a\xff"), "{\"b64\":\"Yf8=\"}");
    json(BYTES("ab\xff"), "{\"b64\":\"YWL/\"}");
    json(BYTES("\xed\xb2\x80"), "{\"b64\":\"7bKA\"}");
    json(BYTES("\xc0\x80"), "{\"b64\":\"wIA=\"}");
    json(BYTES("\xc3"), "{\"b64\":\"ww==\"}");
    json(BYTES("\"\xff\n"), "{\"b64\":\"Iv8K\"}");
}

static void test_json_surrogateescape_is_os_fsdecode(void) {
    json_escaped(BYTES("a"), "\"a\"");
    json_escaped(BYTES("\xff"), "\"\\udcff\"");
    json_escaped(BYTES("\x80z"), "\"\\udc80z\"");
    json_escaped(BYTES("\xed\xb2\x80"), "\"\\udced\\udcb2\\udc80\"");
    json_escaped(BYTES("\xe2\x82\xac\xe2\x82"), "\"\xe2\x82\xac\\udce2\\udc82\"");
    json_escaped(BYTES("\xf3\xa0\x81\x81\x80"), "\"\\udb40\\udc41\\udc80\"");
}

/* ---- the shell ---- */

static void test_sh_is_single_quotes(void) {
    sh(BYTES(""), false, "''");
    sh(BYTES("a b"), false, "'a b'");
    sh(BYTES("$(x)`y`\\\"\n\t"), false, "'$(x)`y`\\\"\n\t'");
    sh(BYTES("'"), false, "''\\'''");
    sh(BYTES("it's"), false, "'it'\\''s'");
    sh(BYTES("''"), false, "''\\'''\\'''");
    sh(BYTES("'a'"), false, "''\\''a'\\'''");
    sh(BYTES("\xff\x1b"), false, "'\xff\x1b'");
}

static void test_sh_for_display_has_no_raw_byte(void) {
    sh(BYTES("plain \xc3\xa9"), true, "'plain \xc3\xa9'");
    sh(BYTES("it's"), true, "'it'\\''s'");
    sh(BYTES("a\nb"), true, "$'a\\nb'");
    sh(BYTES("'\x1b\\"), true, "$'\\x27\\x1b\\\\'");
    sh(BYTES("\xff"), true, "$'\\xff'");
}

/* ---- CSV ---- */

static void test_csv_quotes_what_rfc_4180_says(void) {
    csv(BYTES("abc"), BYTES("abc"));
    csv(BYTES(""), BYTES("\"\""));
    csv(BYTES(" a "), BYTES(" a "));
    csv(BYTES("a,b"), BYTES("\"a,b\""));
    csv(BYTES("a\"b"), BYTES("\"a\"\"b\""));
    csv(BYTES("\""), BYTES("\"\"\"\""));
    csv(BYTES("a\nb"), BYTES("\"a\nb\""));
    csv(BYTES("a\rb"), BYTES("\"a\rb\""));
    csv(BYTES("a\tb;c'd"), BYTES("a\tb;c'd"));
    csv(BYTES("\xff\x1b"), BYTES("\xff\x1b"));
}

int main(void) {
    RUN(test_unsafe_is_exactly_the_set);
    RUN(test_plain_is_utf8_without_unsafe_characters);
    RUN(test_text_leaves_printable_characters);
    RUN(test_text_escapes_controls);
    RUN(test_text_escapes_each_invalid_byte);
    RUN(test_text_escapes_what_is_asked_for_too);
    RUN(test_text_tells_every_byte_apart);
    RUN(test_json_strings);
    RUN(test_json_of_other_bytes_is_base64);
    RUN(test_json_surrogateescape_is_os_fsdecode);
    RUN(test_sh_is_single_quotes);
    RUN(test_sh_for_display_has_no_raw_byte);
    RUN(test_csv_quotes_what_rfc_4180_says);
    return check_done();
}
