/* SPDX-License-Identifier: 0BSD
 *
 * Strict UTF-8 (RFC 3629, section 4: the table of well-formed sequences).
 */
#include <string.h>

#include "base/utf8.h"

static bool is_tail(unsigned char c) {
    return (c & 0xc0) == 0x80;
}

unsigned base_utf8_decode(const char *text, size_t size, uint32_t *cp) {
    const unsigned char *p = (const unsigned char *)text;
    if (p[0] < 0x80) {
        *cp = p[0];
        return 1;
    }
    if (p[0] < 0xe0) {
        if (p[0] < 0xc2 || size < 2 || !is_tail(p[1]))
            return 0;
        *cp = (p[0] & 0x1fU) << 6 | (p[1] & 0x3fU);
        return 2;
    }
    if (p[0] < 0xf0) {
        if (size < 3 || !is_tail(p[1]) || !is_tail(p[2]))
            return 0;
        *cp = (p[0] & 0x0fU) << 12 | (p[1] & 0x3fU) << 6 | (p[2] & 0x3fU);
        return *cp < 0x800 || (*cp >= 0xd800 && *cp <= 0xdfff) ? 0 : 3;
    }
    if (p[0] > 0xf4 || size < 4 || !is_tail(p[1]) || !is_tail(p[2]) || !is_tail(p[3]))
        return 0;
    *cp = (p[0] & 0x07U) << 18 | (p[1] & 0x3fU) << 12 | (p[2] & 0x3fU) << 6 | (p[3] & 0x3fU);
    return *cp < 0x10000 || *cp > 0x10ffff ? 0 : 4;
}

void base_utf8_encode(struct buf *b, uint32_t cp) {
    char text[4];
    unsigned size = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (unsigned i = size; i > 1; cp >>= 6)
        text[--i] = (char)(0x80 | (cp & 0x3f));
    text[0] = (char)(size == 1 ? cp : (0xf00U >> size & 0xf0) | cp);
    buf_add(b, text, size);
}

size_t base_utf8_valid(const char *p, size_t size) {
    size_t at = 0;
    while (at < size) {
        uint64_t word;
        /* Eight ASCII bytes at once: most names are ASCII. */
        if (size - at >= sizeof word) {
            memcpy(&word, p + at, sizeof word);
            if (!(word & 0x8080808080808080U)) {
                at += sizeof word;
                continue;
            }
        }
        uint32_t cp;
        unsigned n = base_utf8_decode(p + at, size - at, &cp);
        if (!n)
            break;
        at += n;
    }
    return at;
}
