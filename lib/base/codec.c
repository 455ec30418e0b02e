/* SPDX-License-Identifier: 0BSD
 *
 * Hexadecimal digits and base64.
 */
#include "base/codec.h"

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* ---- hex ---- */

void base_encode_hex(struct buf *b, const void *bytes, size_t size) {
    static const char digits[] = "0123456789abcdef";
    const unsigned char *p = bytes;
    size_t room;
    if (__builtin_mul_overflow(size, 2, &room))
        room = SIZE_MAX;
    if (!size || !buf_reserve(b, room))
        return;
    char *to = b->data + b->len;
    for (size_t i = 0; i < size; i++) {
        *to++ = digits[p[i] >> 4];
        *to++ = digits[p[i] & 15];
    }
    b->len += room;
}

const char *base_decode_hex(struct buf *b, const char *text, size_t size, bool spaces) {
    unsigned high = 16; /* the first digit of a byte; 16: none yet */
    for (size_t i = 0; i < size; i++) {
        if (spaces && high == 16 && is_space(text[i]))
            continue;
        unsigned digit = base_digit(text[i]);
        if (digit == 16)
            return "not a hex digit";
        if (high == 16) {
            high = digit;
        } else {
            buf_add_char(b, (char)(high << 4 | digit));
            high = 16;
        }
    }
    return high == 16 ? NULL : "an odd number of hex digits";
}

/* ---- base64 ---- */

static const char alphabets[][65] = {
    [BASE_BASE64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    [BASE_BASE64URL] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
};

/* The four characters of a group of 1 to 3 bytes, of which the first size + 1 are not padding. */
static void encode_group(const unsigned char *p, size_t size, const char *letters, char to[4]) {
    uint32_t group = (uint32_t)p[0] << 16 | (uint32_t)(size > 1 ? p[1] : 0) << 8 |
                     (uint32_t)(size > 2 ? p[2] : 0);
    for (unsigned i = 0; i < 4; i++)
        to[i] = i <= size ? letters[group >> (18 - 6 * i) & 63] : '=';
}

void base_encode_base64(struct buf *b, const void *bytes, size_t size,
                        enum base_alphabet alphabet) {
    const char *letters = alphabets[alphabet];
    const unsigned char *p = bytes;
    size_t groups = size / 3, rest = size % 3, room;
    if (__builtin_mul_overflow(groups + 1, 4, &room))
        room = SIZE_MAX;
    if (!size || !buf_reserve(b, room))
        return;
    char *to = b->data + b->len;
    for (size_t i = 0; i < groups; i++, p += 3, to += 4)
        encode_group(p, 3, letters, to);
    b->len += 4 * groups;
    if (rest) {
        encode_group(p, rest, letters, to);
        b->len += alphabet == BASE_BASE64URL ? rest + 1 : 4;
    }
}

/* Appends the 1 to 3 bytes of four characters; only the last ones of a text may be padding. */
static bool decode_quad(struct buf *b, const char quad[4], bool last) {
    unsigned pad = !last || quad[3] != '=' ? 0 : quad[2] != '=' ? 1 : 2;
    uint32_t group = 0;
    for (unsigned i = 0; i < 4; i++) {
        const char *letters = alphabets[BASE_BASE64];
        const char *at = quad[i] ? strchr(letters, quad[i]) : NULL;
        if (i < 4 - pad && !at)
            return false;
        group = group << 6 | (i < 4 - pad ? (uint32_t)(at - letters) : 0);
    }
    if (group & ((1U << 8 * pad) - 1))
        return false;
    char bytes[3] = { (char)(group >> 16), (char)(group >> 8), (char)group };
    buf_add(b, bytes, 3 - pad);
    return true;
}

const char *base_decode_base64(struct buf *b, const char *text, size_t size, bool spaces) {
    char quad[4];
    size_t filled = 0, at = 0;
    while (spaces && size && is_space(text[size - 1]))
        size--;
    for (; at < size; at++) {
        if (spaces && is_space(text[at]))
            continue;
        quad[filled++] = text[at];
        if (filled < sizeof quad)
            continue;
        filled = 0;
        if (!decode_quad(b, quad, at + 1 == size))
            return "bad base64";
    }
    return filled ? "bad base64" : NULL;
}
