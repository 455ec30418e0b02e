/* SPDX-License-Identifier: 0BSD
 *
 * Reading JSON: which strings are accepted, the exact bytes they stand for, and
 * what is refused.
 */
#include "check.h"
#include "cli/json.h"

/* A literal, which may contain NULs, and its size. */
#define BYTES(literal) literal, sizeof(literal) - 1

/* All of the text is one value, which stands for these bytes. */
static void reads(const char *text, const char *want, size_t size) {
    struct cli_json j = { text, text + strlen(text) };
    struct buf b = { 0 };
    buf_add_str(&b, "before");
    const char *why = cli_json_bytes(&j, &b);
    if (why || j.at != j.end || b.failed || b.len != size + 6 || memcmp(b.data, "before", 6) != 0 ||
        memcmp(b.data + 6, want, size) != 0) {
        check_ok = false;
        printf("# %s: %s, %zu bytes, %zu bytes left\n", text, why ? why : "accepted", b.len,
               (size_t)(j.end - j.at));
    }
    buf_finish(&b);
}

static void refuses_bytes(const char *text, size_t size, const char *want) {
    struct cli_json j = { text, text + size };
    struct buf b = { 0 };
    CHECK_STR(cli_json_bytes(&j, &b), want);
    CHECK(j.at <= j.end);
    buf_finish(&b);
}

static void refuses(const char *text, const char *want) {
    refuses_bytes(text, strlen(text), want);
}

/* ---- strings ---- */

static void test_plain_strings_are_their_bytes(void) {
    reads("\"\"", BYTES(""));
    reads("\"abc\"", BYTES("abc"));
    reads("\"it's /a b/\"", BYTES("it's /a b/"));
    reads("\"\xc3\xa9\xe6\xbc\xa2\xf0\x9f\x98\x80\"",
          BYTES("\xc3\xa9\xe6\xbc\xa2\xf0\x9f\x98\x80"));
    reads("\"\x7f\xc2\x9b\xe2\x80\xa8\"", BYTES("\x7f\xc2\x9b\xe2\x80\xa8"));
}

static void test_white_space_before_a_value_is_passed_over(void) {
    reads(" \t\r\n\"a\"", BYTES("a"));
    reads(" { \"b64\" : \"YQ==\" }", BYTES("a"));
}

static void test_every_escape_of_RFC_8259(void) {
    reads("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", BYTES("\"\\/\b\f\n\r\t"));
    reads("\"\\u0041\\u00e9\\u00E9\\uffff\\u0800\\u07ff\"",
          BYTES("A\xc3\xa9\xc3\xa9\xef\xbf\xbf\xe0\xa0\x80\xdf\xbf"));
    reads("\"\\u0000\"", BYTES("\0"));
    reads("\"\\u007f\\u0080\"", BYTES("\x7f\xc2\x80"));
}

static void test_surrogate_pairs_are_one_character(void) {
    reads("\"\\ud83d\\ude00\"", BYTES("\xf0\x9f\x98\x80"));
    reads("\"\\ud800\\udc00\"", BYTES("\xf0\x90\x80\x80"));
    reads("\"\\udbff\\udfff\"", BYTES("\xf4\x8f\xbf\xbf"));
    reads("\"\\ud83d\\udc80\"", BYTES("\xf0\x9f\x92\x80"));
}

static void test_surrogateescape_is_a_byte(void) {
    reads("\"\\udc80\\udcff\"", BYTES("\x80\xff"));
    reads("\"a\\udcc3(\"", BYTES("a\xc3("));
    reads("\"\\uDCED\\uDCB2\\uDC80\"", BYTES("\xed\xb2\x80"));
}

static void test_lone_surrogates_are_refused(void) {
    refuses("\"\\ud83d\"", "lone surrogate");
    refuses("\"\\ud83dx\"", "lone surrogate");
    refuses("\"\\ud83d\\n\\u0041\"", "lone surrogate");
    refuses("\"\\ud83d\\u0041\"", "lone surrogate");
    refuses("\"\\ud83d\\ud83d\"", "lone surrogate");
    refuses("\"\\udc00\"", "lone surrogate");
    refuses("\"\\udc7f\"", "lone surrogate");
    refuses("\"\\udd00\"", "lone surrogate");
    refuses("\"\\udfff\"", "lone surrogate");
}

static void test_bad_escapes_are_refused(void) {
    refuses("\"\\x41\"", "unknown escape");
    refuses("\"\\a\"", "unknown escape");
    refuses("\"\\'\"", "unknown escape");
    refuses("\"\\U0041\"", "unknown escape");
    refuses("\"\\u\"", "bad \\u escape");
    refuses("\"\\u12\"", "bad \\u escape");
    refuses("\"\\u123g\"", "bad \\u escape");
    refuses("\"\\u 123\"", "bad \\u escape");
    refuses("\"\\u-123\"", "bad \\u escape");
    refuses_bytes(BYTES("\"\\\0\""), "unknown escape");
}

static void test_what_JSON_does_not_allow_in_a_string_is_refused(void) {
    refuses("\"a\nb\"", "control character in a string");
    refuses("\"a\tb\"", "control character in a string");
    refuses("\"\x1f\"", "control character in a string");
    refuses_bytes(BYTES("\"a\0b\""), "control character in a string");
    refuses("\"\xff\"", "not UTF-8");
    refuses("\"\xc3\"", "not UTF-8");
    refuses("\"\xc0\x80\"", "not UTF-8");
    refuses("\"\xed\xb2\x80\"", "not UTF-8");
    refuses("\"\xf4\x90\x80\x80\"", "not UTF-8");
}

static void test_an_unfinished_string_is_refused_and_not_read_beyond(void) {
    static const char whole[] = "\"a\\u0041\\ud83d\\ude00\\n\xf0\x9f\x98\x80\"";
    for (size_t size = 0; size + 1 < sizeof whole - 1; size++) {
        struct cli_json j = { whole, whole + size };
        struct buf b = { 0 };
        CHECK(cli_json_bytes(&j, &b) != NULL);
        CHECK(j.at <= j.end);
        buf_finish(&b);
    }
    refuses("\"abc", "unfinished string");
    refuses("\"abc\\", "unfinished string");
}

/* ---- base64 ---- */

static void test_base64_is_its_bytes(void) {
    reads("{\"b64\":\"\"}", BYTES(""));
    reads("{\"b64\":\"Zg==\"}", BYTES("f"));
    reads("{\"b64\":\"Zm8=\"}", BYTES("\x66o"));
    reads("{\"b64\":\"Zm9v\"}", BYTES("foo"));
    reads("{\"b64\":\"Zm9vYg==\"}", BYTES("foob"));
    reads("{\"b64\":\"//79/A==\"}", BYTES("\xff\xfe\xfd\xfc"));
    reads("{\"b64\":\"AAAA\"}", BYTES("\0\0\0"));
    reads("{\"b64\":\"+/+/\"}", BYTES("\xfb\xff\xbf"));
    reads("{\"\\u0062\\u0036\\u0034\":\"Z\\u0067==\"}", BYTES("f"));
}

static void test_base64_is_exact_or_refused(void) {
    refuses("{\"b64\":\"Z\"}", "bad base64");
    refuses("{\"b64\":\"Zg\"}", "bad base64");
    refuses("{\"b64\":\"Zg=\"}", "bad base64");
    refuses("{\"b64\":\"Z===\"}", "bad base64");
    refuses("{\"b64\":\"====\"}", "bad base64");
    refuses("{\"b64\":\"Zg==Zg==\"}", "bad base64");
    refuses("{\"b64\":\"Zg=v\"}", "bad base64");
    refuses("{\"b64\":\"Zh==\"}", "bad base64");
    refuses("{\"b64\":\"Zm9=\"}", "bad base64");
    refuses("{\"b64\":\"Zm9 \"}", "bad base64");
    refuses("{\"b64\":\"Zm9-\"}", "bad base64");
    refuses("{\"b64\":\"Zm9_\"}", "bad base64");
    refuses("{\"b64\":\"\\u0000AAA\"}", "bad base64");
}

static void test_only_a_member_b64_is_accepted(void) {
    const char *why = "not a string or {\"b64\":...}";
    refuses("{}", "not a string");
    refuses("{b64:\"\"}", "not a string");
    refuses("{\"b65\":\"Zg==\"}", why);
    refuses("{\"b64x\":\"Zg==\"}", why);
    refuses("{\"\":\"Zg==\"}", why);
    refuses("{\"b64\"}", why);
    refuses("{\"b64\" \"Zg==\"}", why);
    refuses("{\"b64\":1}", why);
    refuses("{\"b64\":[\"Zg==\"]}", why);
    refuses("{\"b64\":\"Zg==\"", why);
    refuses("{\"b64\":\"Zg==\",\"b64\":\"Zg==\"}", why);
    refuses("{\"b64\":\"Zg==\"]", why);
    refuses("{\"b64\":\"Zg==", "unfinished string");
}

static void test_other_values_are_refused(void) {
    static const char *const texts[] = { "",      " ", "a",   "1",  "null", "true", "[]",
                                         "['a']", ",", "'a'", "\\", "}",    "]" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        refuses(texts[i], "not a string");
}

/* ---- structure ---- */

static void test_take_passes_over_one_character_and_the_space_before_it(void) {
    const char *text = " [ \n ,\t] x";
    struct cli_json j = { text, text + strlen(text) };
    CHECK(!cli_json_take(&j, ']'));
    CHECK(cli_json_take(&j, '['));
    CHECK(!cli_json_take(&j, '['));
    CHECK(cli_json_take(&j, ','));
    CHECK(cli_json_take(&j, ']'));
    CHECK(!cli_json_take(&j, 'y'));
    CHECK(cli_json_take(&j, 'x'));
    CHECK(j.at == j.end);
    CHECK(!cli_json_take(&j, 'x'));
    CHECK(!cli_json_take(&j, '\0'));
}

static void test_only_the_space_of_JSON_is_passed_over(void) {
    static const char *const texts[] = { "\v[", "\f[", "\xc2\xa0[", "\b[" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct cli_json j = { texts[i], texts[i] + strlen(texts[i]) };
        CHECK(!cli_json_take(&j, '['));
    }
    struct cli_json nul = { "\0[", NULL };
    nul.end = nul.at + 2;
    CHECK(!cli_json_take(&nul, '['));
}

static void test_an_array_of_names_is_read_in_order(void) {
    const char *text = "[\"a\", {\"b64\":\"/w==\"} ,\"\\n\"]";
    struct cli_json j = { text, text + strlen(text) };
    struct buf b = { 0 };
    CHECK(cli_json_take(&j, '['));
    do {
        CHECK_STR(cli_json_bytes(&j, &b), NULL);
        buf_add_char(&b, '|');
    } while (cli_json_take(&j, ','));
    CHECK(cli_json_take(&j, ']'));
    CHECK_STR(buf_cstr(&b), "a|\xff|\n|");
    buf_finish(&b);
}

/* ---- what is passed over ---- */

static void skips(const char *text, size_t left, const char *want) {
    struct cli_json j = { text, text + strlen(text) };
    CHECK_STR(cli_json_skip(&j), want);
    CHECK(j.at <= j.end);
    if (!want)
        CHECK_INT(j.end - j.at, left);
}

static void test_any_value_is_passed_over(void) {
    static const char *const texts[] = {
        "null",
        "true",
        "false",
        "\"a\\n\"",
        "0",
        "-0",
        "12",
        "1.5",
        "-1.5e-10",
        "1E5",
        "[]",
        "{}",
        "[1,2]",
        "[[],[[]],{}]",
        "{\"a\":1}",
        "{\"a\":{\"b\":[null]},\"c\":[{}]}",
        " [ 1 , \"]\" ] ",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        skips(texts[i], texts[i][strlen(texts[i]) - 1] == ' ', NULL);
    skips("1,2", 2, NULL);
    skips("{}}", 1, NULL);
}

static void test_what_is_no_value_is_not_passed_over(void) {
    static const char *const texts[] = { "", "nul", "-", "01", "1.", ".5", "1e", "+1", "]", "NaN" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        skips(texts[i], 0, "not a value");
    skips("[1 2]", 0, "no ',' between values");
    skips("[1}", 0, "no ',' between values");
    skips("[1,]", 0, "not a value");
    skips("{\"a\"}", 0, "no ':' behind a name");
    skips("{\"a\":1,}", 0, "not a string");
    skips("{1:1}", 0, "not a string");
    skips("{\"a\":\"", 0, "unfinished string");
}

static void test_depth_is_limited(void) {
    char text[2 * 65 + 1];
    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    text[130] = '\0';
    skips(text, 0, "too deep");
    text[129] = '\0';
    skips(text + 1, 0, NULL);
}

static void test_words_and_names(void) {
    const char *text = " null nul";
    struct cli_json j = { text, text + strlen(text) };
    struct buf b = { 0 };
    CHECK(!cli_json_take_word(&j, "true"));
    CHECK(cli_json_take_word(&j, "null"));
    CHECK(!cli_json_take_word(&j, "null"));
    text = "{\"b64\":\"\"}";
    j = (struct cli_json){ text, text + strlen(text) };
    CHECK_STR(cli_json_string(&j, &b), "not a string");
    buf_finish(&b);
}

int main(void) {
    RUN(test_any_value_is_passed_over);
    RUN(test_what_is_no_value_is_not_passed_over);
    RUN(test_depth_is_limited);
    RUN(test_words_and_names);
    RUN(test_plain_strings_are_their_bytes);
    RUN(test_white_space_before_a_value_is_passed_over);
    RUN(test_every_escape_of_RFC_8259);
    RUN(test_surrogate_pairs_are_one_character);
    RUN(test_surrogateescape_is_a_byte);
    RUN(test_lone_surrogates_are_refused);
    RUN(test_bad_escapes_are_refused);
    RUN(test_what_JSON_does_not_allow_in_a_string_is_refused);
    RUN(test_an_unfinished_string_is_refused_and_not_read_beyond);
    RUN(test_base64_is_its_bytes);
    RUN(test_base64_is_exact_or_refused);
    RUN(test_only_a_member_b64_is_accepted);
    RUN(test_other_values_are_refused);
    RUN(test_take_passes_over_one_character_and_the_space_before_it);
    RUN(test_only_the_space_of_JSON_is_passed_over);
    RUN(test_an_array_of_names_is_read_in_order);
    return check_done();
}
