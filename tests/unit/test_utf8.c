/* SPDX-License-Identifier: 0BSD
 *
 * Strict UTF-8, against the table of RFC 3629 section 4 written down once more,
 * for every sequence of up to three bytes and every character.
 */
#include <stdlib.h>

#include "base/utf8.h"
#include "check.h"

/* The rows of the RFC's grammar: a range for each byte. */
static const struct {
    unsigned size;
    unsigned char low[4], high[4];
} rows[] = {
    { 1, { 0x00 }, { 0x7f } },
    { 2, { 0xc2, 0x80 }, { 0xdf, 0xbf } },
    { 3, { 0xe0, 0xa0, 0x80 }, { 0xe0, 0xbf, 0xbf } },
    { 3, { 0xe1, 0x80, 0x80 }, { 0xec, 0xbf, 0xbf } },
    { 3, { 0xed, 0x80, 0x80 }, { 0xed, 0x9f, 0xbf } },
    { 3, { 0xee, 0x80, 0x80 }, { 0xef, 0xbf, 0xbf } },
    { 4, { 0xf0, 0x90, 0x80, 0x80 }, { 0xf0, 0xbf, 0xbf, 0xbf } },
    { 4, { 0xf1, 0x80, 0x80, 0x80 }, { 0xf3, 0xbf, 0xbf, 0xbf } },
    { 4, { 0xf4, 0x80, 0x80, 0x80 }, { 0xf4, 0x8f, 0xbf, 0xbf } },
};

/* Length of the character at p by the grammar, or 0. */
static unsigned length_by_table(const unsigned char *p, size_t size) {
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        unsigned i = 0;
        if (rows[r].size > size)
            continue;
        while (i < rows[r].size && p[i] >= rows[r].low[i] && p[i] <= rows[r].high[i])
            i++;
        if (i == rows[r].size)
            return i;
    }
    return 0;
}

static unsigned encode(uint32_t cp, char *p) {
    if (cp < 0x80) {
        p[0] = (char)cp;
        return 1;
    }
    unsigned size = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (unsigned i = size; --i; cp >>= 6)
        p[i] = (char)(0x80 | (cp & 0x3f));
    p[0] = (char)((0xf00U >> size & 0xf0U) | cp);
    return size;
}

static void check_sequence(const unsigned char *bytes, size_t size) {
    uint32_t cp;
    /* Of the exact size, so that a sanitizer sees a read beyond the end. */
    char *exact = malloc(size);
    if (!exact)
        return;
    memcpy(exact, bytes, size);
    unsigned got = base_utf8_decode(exact, size, &cp), want = length_by_table(bytes, size);
    free(exact);
    if (got != want) {
        check_ok = false;
        printf("# %02x %02x %02x %02x of %zu: length %u, want %u\n", bytes[0], bytes[1], bytes[2],
               bytes[3], size, got, want);
    }
}

static void test_every_character_is_decoded(void) {
    for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
        char bytes[4];
        uint32_t got = 0;
        unsigned size = encode(cp, bytes);
        bool surrogate = cp >= 0xd800 && cp <= 0xdfff;
        unsigned length = base_utf8_decode(bytes, size, &got);
        if (length != (surrogate ? 0 : size) || (length && got != cp)) {
            check_ok = false;
            printf("# U+%04X: length %u, got U+%04X\n", (unsigned)cp, length, (unsigned)got);
        }
    }
}

static void test_every_character_is_encoded(void) {
    struct buf b = { 0 };
    for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
        char bytes[4];
        unsigned size = encode(cp, bytes);
        buf_clear(&b);
        base_utf8_encode(&b, cp);
        if (b.len != size || memcmp(b.data, bytes, size) != 0) {
            check_ok = false;
            printf("# U+%04X: other bytes\n", (unsigned)cp);
        }
    }
    buf_finish(&b);
}

static void test_every_sequence_of_one_or_two_bytes(void) {
    for (unsigned a = 0; a < 256; a++) {
        unsigned char bytes[4] = { (unsigned char)a };
        check_sequence(bytes, 1);
        for (unsigned b = 0; b < 256; b++) {
            bytes[1] = (unsigned char)b;
            check_sequence(bytes, 2);
        }
    }
}

static void test_every_sequence_of_three_bytes_from_c0(void) {
    for (unsigned a = 0xc0; a < 256; a++)
        for (unsigned b = 0; b < 256; b++)
            for (unsigned c = 0x7e; c < 0xc2; c++) {
                unsigned char bytes[4] = { (unsigned char)a, (unsigned char)b, (unsigned char)c };
                check_sequence(bytes, 3);
            }
}

static void test_sequences_of_four_bytes_at_every_edge(void) {
    static const unsigned char edges[] = { 0x00, 0x7f, 0x80, 0x8f, 0x90,
                                           0x9f, 0xa0, 0xbf, 0xc0, 0xff };
    for (unsigned a = 0xee; a < 256; a++)
        for (unsigned b = 0; b < 256; b++)
            for (size_t c = 0; c < sizeof edges; c++)
                for (size_t d = 0; d < sizeof edges; d++) {
                    unsigned char bytes[4] = { (unsigned char)a, (unsigned char)b, edges[c],
                                               edges[d] };
                    check_sequence(bytes, 4);
                }
}

static void test_a_character_that_is_cut_is_invalid(void) {
    static const char *const whole[] = { "\xc3\xa9", "\xe6\xbc\xa2", "\xf0\x9f\x98\x80" };
    uint32_t cp;
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        size_t size = strlen(whole[i]);
        for (size_t cut = 1; cut < size; cut++) {
            char *exact = malloc(cut);
            if (!exact)
                return;
            memcpy(exact, whole[i], cut);
            CHECK_INT(base_utf8_decode(exact, cut, &cp), 0);
            CHECK_INT(base_utf8_valid(exact, cut), 0);
            free(exact);
        }
        CHECK_INT(base_utf8_decode(whole[i], size, &cp), size);
    }
}

/* The fast path looks at eight bytes at once: a bad byte at every place of it, and around it. */
static void test_the_valid_prefix_ends_at_the_first_bad_byte(void) {
    char text[40];
    for (size_t size = 0; size <= sizeof text; size++) {
        memset(text, 'a', sizeof text);
        CHECK_INT(base_utf8_valid(text, size), size);
        for (size_t at = 0; at < size; at++) {
            memset(text, 'a', sizeof text);
            text[at] = (char)0xff;
            CHECK_INT(base_utf8_valid(text, size), at);
            text[at] = (char)0x80;
            CHECK_INT(base_utf8_valid(text, size), at);
            text[at] = (char)0xc3; /* of which the second byte is an 'a', or nothing */
            CHECK_INT(base_utf8_valid(text, size), at);
            if (at + 1 < size) {
                text[at + 1] = (char)0xa9;
                CHECK_INT(base_utf8_valid(text, size), size);
            }
        }
    }
}

int main(void) {
    RUN(test_every_character_is_decoded);
    RUN(test_every_character_is_encoded);
    RUN(test_every_sequence_of_one_or_two_bytes);
    RUN(test_every_sequence_of_three_bytes_from_c0);
    RUN(test_sequences_of_four_bytes_at_every_edge);
    RUN(test_a_character_that_is_cut_is_invalid);
    RUN(test_the_valid_prefix_ends_at_the_first_bad_byte);
    return check_done();
}
