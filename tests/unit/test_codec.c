/* SPDX-License-Identifier: 0BSD
 *
 * Bytes as text: the vectors of RFC 4648 section 10, all bytes there and back,
 * and what is refused.
 */
#include "base/codec.h"
#include "check.h"

static const struct {
    const char *bytes, *base64, *base64url, *hex;
} vectors[] = {
    { "", "", "", "" },
    { "f", "Zg==", "Zg", "66" },
    { "fo", "Zm8=", "Zm8", "666f" },
    { "foo", "Zm9v", "Zm9v", "666f6f" },
    { "foob", "Zm9vYg==", "Zm9vYg", "666f6f62" },
    { "fooba", "Zm9vYmE=", "Zm9vYmE", "666f6f6261" },
    { "foobar", "Zm9vYmFy", "Zm9vYmFy", "666f6f626172" },
    { "\xfb\xff\xfe", "+//+", "-__-", "fbfffe" },
};
enum { VECTORS = sizeof vectors / sizeof vectors[0] };

static void check_text(struct buf *b, const char *want) {
    CHECK_STR(buf_cstr(b), want);
    buf_clear(b);
}

static void test_encoding_is_as_in_the_rfc(void) {
    struct buf b = { 0 };
    for (size_t i = 0; i < VECTORS; i++) {
        size_t size = strlen(vectors[i].bytes);
        base_encode_base64(&b, vectors[i].bytes, size, BASE_BASE64);
        check_text(&b, vectors[i].base64);
        base_encode_base64(&b, vectors[i].bytes, size, BASE_BASE64URL);
        check_text(&b, vectors[i].base64url);
        base_encode_hex(&b, vectors[i].bytes, size);
        check_text(&b, vectors[i].hex);
    }
    base_encode_base64(&b, "\0\0\0\0", 4, BASE_BASE64);
    check_text(&b, "AAAAAA==");
    buf_finish(&b);
}

static void test_what_is_encoded_follows_what_is_there(void) {
    struct buf b = { 0 };
    buf_add_str(&b, "a");
    base_encode_hex(&b, "\x01", 1);
    base_encode_base64(&b, "foo", 3, BASE_BASE64);
    base_encode_base64(&b, "f", 1, BASE_BASE64URL);
    buf_add_str(&b, "b");
    check_text(&b, "a01Zm9vZgb");
    buf_finish(&b);
}

static void test_decoding_is_as_in_the_rfc(void) {
    struct buf b = { 0 };
    for (size_t i = 0; i < VECTORS; i++) {
        const char *text = vectors[i].base64, *hex = vectors[i].hex;
        CHECK_STR(base_decode_base64(&b, text, strlen(text), false), NULL);
        check_text(&b, vectors[i].bytes);
        CHECK_STR(base_decode_hex(&b, hex, strlen(hex), false), NULL);
        check_text(&b, vectors[i].bytes);
    }
    CHECK_STR(base_decode_hex(&b, "6F6f", 4, false), NULL);
    check_text(&b, "oo");
    buf_finish(&b);
}

static void test_all_bytes_of_all_sizes_come_back(void) {
    unsigned char bytes[256];
    struct buf text = { 0 }, back = { 0 };
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)i;
    for (size_t size = 1; size <= sizeof bytes; size++) {
        const unsigned char *from = bytes + (sizeof bytes - size) / 2;
        buf_clear(&text);
        buf_clear(&back);
        base_encode_base64(&text, from, size, BASE_BASE64);
        CHECK_INT(text.len, (size + 2) / 3 * 4);
        CHECK_STR(base_decode_base64(&back, text.data, text.len, false), NULL);
        CHECK(back.len == size && memcmp(back.data, from, size) == 0);
        buf_clear(&text);
        buf_clear(&back);
        base_encode_hex(&text, from, size);
        CHECK_INT(text.len, 2 * size);
        CHECK_STR(base_decode_hex(&back, text.data, text.len, false), NULL);
        CHECK(back.len == size && memcmp(back.data, from, size) == 0);
    }
    buf_finish(&text);
    buf_finish(&back);
}

static void test_what_is_not_base64_is_refused(void) {
    static const char texts[][9] = {
        "Z",    "Zg",   "Zg=",  "Z===", "====",  "=", "Zg==Zg==", "Zg=v",       "Zh==",
        "Zm9=", "Zm9 ", "Zm9-", "Zm9_", "Zm9\n", " ", "Zm9v=",    "\xc3\xa4zz",
    };
    struct buf b = { 0 };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        CHECK_STR(base_decode_base64(&b, texts[i], strlen(texts[i]), false), "bad base64");
    CHECK_STR(base_decode_base64(&b, "\0AAA", 4, false), "bad base64");
    CHECK_STR(base_decode_base64(&b, "Z g", 3, true), "bad base64");
    buf_finish(&b);
}

static void test_what_is_not_hex_is_refused(void) {
    struct buf b = { 0 };
    CHECK_STR(base_decode_hex(&b, "0", 1, false), "an odd number of hex digits");
    CHECK_STR(base_decode_hex(&b, "0g", 2, false), "not a hex digit");
    CHECK_STR(base_decode_hex(&b, "00 00", 5, false), "not a hex digit");
    CHECK_STR(base_decode_hex(&b, "0 0", 3, true), "not a hex digit");
    CHECK_STR(base_decode_hex(&b, "00\0", 3, true), "not a hex digit");
    CHECK_STR(base_decode_hex(&b, "000", 3, true), "an odd number of hex digits");
    buf_finish(&b);
}

static void test_white_space_is_ignored_on_request(void) {
    struct buf b = { 0 };
    CHECK_STR(base_decode_base64(&b, "\nZm 9v\r\n\tYg = =\n\n", 17, true), NULL);
    check_text(&b, "foob");
    CHECK_STR(base_decode_hex(&b, " 66\n6f\t\r6f ", 11, true), NULL);
    check_text(&b, "foo");
    CHECK_STR(base_decode_base64(&b, " \n", 2, true), NULL);
    check_text(&b, "");
    buf_finish(&b);
}

static void test_a_size_that_overflows_is_short_memory(void) {
    struct buf b = { 0 };
    base_encode_hex(&b, "", SIZE_MAX / 2 + 1);
    CHECK(b.failed);
    buf_finish(&b);
    base_encode_base64(&b, "", SIZE_MAX, BASE_BASE64);
    CHECK(b.failed);
    buf_finish(&b);
}

int main(void) {
    RUN(test_encoding_is_as_in_the_rfc);
    RUN(test_what_is_encoded_follows_what_is_there);
    RUN(test_decoding_is_as_in_the_rfc);
    RUN(test_all_bytes_of_all_sizes_come_back);
    RUN(test_what_is_not_base64_is_refused);
    RUN(test_what_is_not_hex_is_refused);
    RUN(test_white_space_is_ignored_on_request);
    RUN(test_a_size_that_overflows_is_short_memory);
    return check_done();
}
