/* SPDX-License-Identifier: 0BSD
 *
 * The byte buffer: contents, numbers, and that a failure sticks.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "check.h"

/* AddressSanitizer: a size that is unavailable is NULL, as with any malloc(3), not the end of the
 * program. */
const char *__asan_default_options(void);  /* NOLINT: the name is the interface */
const char *__asan_default_options(void) { /* NOLINT */
    return "allocator_may_return_null=1";
}

static void check_text(struct buf *b, const char *want) {
    CHECK_STR(buf_cstr(b), want);
    CHECK_INT(b->len, strlen(want));
    CHECK(!b->failed);
    buf_clear(b);
}

static void test_bytes_are_added_in_order(void) {
    struct buf b = { 0 };
    buf_add(&b, "ab\0c", 4);
    buf_add_char(&b, 'd');
    buf_add_str(&b, "ef");
    buf_add_str(&b, "");
    buf_add(&b, NULL, 0);
    CHECK_INT(b.len, 7);
    CHECK(memcmp(b.data, "ab\0cdef", 7) == 0);
    buf_finish(&b);
    CHECK(!b.data && b.len == 0 && b.cap == 0 && !b.failed);
}

static void test_short_pieces_of_every_size_are_added(void) {
    char bytes[100];
    struct buf b = { 0 };
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i + 1);
    for (size_t size = 0; size <= sizeof bytes; size++) {
        buf_clear(&b);
        buf_add_char(&b, '<');
        buf_add_short(&b, bytes, size);
        buf_add_char(&b, '>');
        CHECK_INT(b.len, size + 2);
        CHECK(b.data[0] == '<' && memcmp(b.data + 1, bytes, size) == 0 && b.data[size + 1] == '>');
    }
    buf_finish(&b);
}

static void test_nothing_added_is_no_memory(void) {
    struct buf b = { 0 };
    buf_add_str(&b, "");
    buf_clear(&b);
    CHECK(!b.data && b.cap == 0);
    CHECK_STR(buf_cstr(&b), "");
    buf_finish(&b);
    buf_finish(&b);
}

static void test_growth_keeps_what_is_there(void) {
    struct buf b = { 0 };
    for (unsigned i = 0; i < 300000; i++)
        buf_add_char(&b, (char)(i * 7));
    CHECK_INT(b.len, 300000);
    CHECK(b.cap >= b.len);
    for (unsigned i = 0; i < 300000; i++)
        if (b.data[i] != (char)(i * 7)) {
            CHECK_INT(i, -1);
            break;
        }
    buf_finish(&b);
}

static void test_clear_keeps_the_memory(void) {
    struct buf b = { 0 };
    buf_add_str(&b, "abc");
    const char *data = b.data;
    buf_clear(&b);
    CHECK_INT(b.len, 0);
    CHECK(b.data == data);
    buf_add_str(&b, "x");
    CHECK(b.data == data);
    CHECK_STR(buf_cstr(&b), "x");
    buf_finish(&b);
}

static void test_cstr_counts_no_nul(void) {
    struct buf b = { 0 };
    buf_add_str(&b, "abc");
    CHECK_STR(buf_cstr(&b), "abc");
    CHECK_INT(b.len, 3);
    buf_add_str(&b, "def");
    CHECK_STR(buf_cstr(&b), "abcdef");
    buf_finish(&b);
}

static void test_integers(void) {
    struct buf b = { 0 };
    buf_add_uint(&b, 0);
    check_text(&b, "0");
    buf_add_uint(&b, UINT64_MAX);
    check_text(&b, "18446744073709551615");
    buf_add_int(&b, 0);
    check_text(&b, "0");
    buf_add_int(&b, -1);
    check_text(&b, "-1");
    buf_add_int(&b, INT64_MAX);
    check_text(&b, "9223372036854775807");
    buf_add_int(&b, INT64_MIN);
    check_text(&b, "-9223372036854775808");
    uint64_t power = 1;
    for (unsigned i = 0; i < 19; i++, power *= 10) {
        char want[48];
        snprintf(want, sizeof want, "%" PRIu64 ",%" PRIu64, power, power - 1);
        buf_add_uint(&b, power);
        buf_add_char(&b, ',');
        buf_add_uint(&b, power - 1);
        check_text(&b, want);
    }
    buf_finish(&b);
}

static void test_padding_is_never_cutting(void) {
    struct buf b = { 0 };
    buf_add_padded(&b, 5, 9);
    check_text(&b, "000000005");
    buf_add_padded(&b, 1234567890, 3);
    check_text(&b, "1234567890");
    buf_add_padded(&b, 0, 0);
    check_text(&b, "0");
    buf_add_padded(&b, 7, 1000);
    check_text(&b, "00000000000000000007");
    buf_finish(&b);
}

static void test_octal_and_hex(void) {
    struct buf b = { 0 };
    buf_add_digits(&b, 0100644, 3, 4);
    check_text(&b, "100644");
    buf_add_digits(&b, 7, 3, 4);
    check_text(&b, "0007");
    buf_add_digits(&b, 0xdc0a, 4, 4);
    check_text(&b, "dc0a");
    buf_add_digits(&b, 0, 4, 1);
    check_text(&b, "0");
    buf_add_digits(&b, UINT64_MAX, 3, 1);
    check_text(&b, "1777777777777777777777");
    buf_add_digits(&b, UINT64_MAX, 4, 1);
    check_text(&b, "ffffffffffffffff");
    buf_add_digits(&b, 1, 4, 1000);
    check_text(&b, "0000000000000000000001");
    buf_finish(&b);
}

static void test_a_failure_sticks(void) {
    struct buf b = { 0 };
    buf_add_str(&b, "abc");
    CHECK(!buf_reserve(&b, SIZE_MAX));
    CHECK(b.failed);
    /* All that follows is ignored, however little: no hole in the contents. */
    buf_add_char(&b, 'd');
    buf_add_short(&b, "efghijklmn", 10);
    CHECK_INT(b.len, 3);
    CHECK(!buf_reserve(&b, SIZE_MAX - 10));
    CHECK(!buf_reserve(&b, 1));
    buf_clear(&b);
    buf_add_char(&b, 'd');
    CHECK_INT(b.len, 0);
    CHECK(b.failed);
    CHECK(!buf_cstr(&b)); /* never half of the contents */
    struct buf of_a_failure = { 0 };
    buf_add_str(&of_a_failure, buf_cstr(&b));
    CHECK(of_a_failure.failed);
    buf_finish(&b);
    CHECK(!b.failed);
    buf_add_str(&b, "again");
    CHECK_STR(buf_cstr(&b), "again");
    buf_finish(&b);
}

static void test_more_than_the_address_space_fails(void) {
    struct buf b = { 0 };
    CHECK(!buf_reserve(&b, SIZE_MAX / 2 + 1));
    CHECK(b.failed);
    CHECK_INT(b.len, 0);
    buf_finish(&b);
}

int main(void) {
    RUN(test_bytes_are_added_in_order);
    RUN(test_short_pieces_of_every_size_are_added);
    RUN(test_nothing_added_is_no_memory);
    RUN(test_growth_keeps_what_is_there);
    RUN(test_clear_keeps_the_memory);
    RUN(test_cstr_counts_no_nul);
    RUN(test_integers);
    RUN(test_padding_is_never_cutting);
    RUN(test_octal_and_hex);
    RUN(test_a_failure_sticks);
    RUN(test_more_than_the_address_space_fails);
    return check_done();
}
