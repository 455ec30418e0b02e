/* SPDX-License-Identifier: 0BSD
 *
 * Bytes as text: hexadecimal digits and base64 (RFC 4648).
 */
#pragma once

#include <stdbool.h>

#include "base/buf.h"

enum base_alphabet {
    BASE_BASE64,    /* section 4: + and /, padded with = */
    BASE_BASE64URL, /* section 5: - and _, without padding */
};

/* Appends two lower-case digits per byte. */
void base_encode_hex(struct buf *b, const void *bytes, size_t size);

/* Appends four characters per three bytes. If a text is encoded in pieces, their sizes, except the
 * last, are multiples of three. */
void base_encode_base64(struct buf *b, const void *bytes, size_t size, enum base_alphabet alphabet);

/* Appends the bytes of hex digits in either case. With `spaces`, white space between bytes is
 * ignored. Returns NULL or what is wrong with the text: "not a hex digit", "an odd number of hex
 * digits"; some of its bytes may have been appended. */
const char *base_decode_hex(struct buf *b, const char *text, size_t size, bool spaces);

/* Appends the bytes of base64 (section 4) with its padding, and nothing after it; unused bits must
 * be 0. With `spaces`, white space anywhere is ignored. Returns NULL or "bad base64"; some of its
 * bytes may have been appended. */
const char *base_decode_base64(struct buf *b, const char *text, size_t size, bool spaces);

/* Returns the value of a hex digit, 0 to 15; 16 for any other character. */
static inline unsigned base_digit(char c) {
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F')
        return (unsigned)(c - 'A') + 10;
    return 16;
}
