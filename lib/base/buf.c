/* SPDX-License-Identifier: 0BSD
 *
 * A growable byte buffer.
 */
#include <stdlib.h>

#include "base/buf.h"

enum { BUF_FIRST = 1024 };

void buf_finish(struct buf *b) {
    if (!b->lent)
        free(b->data);
    *b = (struct buf){ 0 };
}

/* No room is left, so that buf_add() ignores even additions that would fit. */
static bool fail(struct buf *b) {
    b->failed = true;
    b->cap = b->len;
    return false;
}

bool buf_reserve(struct buf *b, size_t more) {
    size_t need;
    if (b->failed)
        return false;
    if (b->cap - b->len >= more)
        return true;
    if (__builtin_add_overflow(b->len, more, &need))
        return fail(b);
    size_t cap = b->cap ? b->cap : BUF_FIRST;
    while (cap < need)
        if (__builtin_mul_overflow(cap, 2, &cap))
            cap = need;
    char *data = realloc(b->lent ? NULL : b->data, cap);
    if (!data)
        return fail(b);
    if (b->lent)
        memcpy(data, b->data, b->len);
    b->data = data;
    b->cap = cap;
    b->lent = false;
    return true;
}

void buf_add_slow(struct buf *b, const void *bytes, size_t size) {
    if (size == 0 || !buf_reserve(b, size))
        return;
    memcpy(b->data + b->len, bytes, size);
    b->len += size;
}

void buf_add_padded(struct buf *b, uint64_t value, unsigned width) {
    char digits[20];
    unsigned at = sizeof digits;
    if (width > sizeof digits)
        width = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    while (sizeof digits - at < width)
        digits[--at] = '0';
    buf_add(b, digits + at, sizeof digits - at);
}

void buf_add_uint(struct buf *b, uint64_t value) {
    buf_add_padded(b, value, 1);
}

void buf_add_int(struct buf *b, int64_t value) {
    if (value < 0)
        buf_add_char(b, '-');
    /* The negation is unsigned, because INT64_MIN has no positive counterpart. */
    buf_add_uint(b, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void buf_add_digits(struct buf *b, uint64_t value, unsigned shift, unsigned width) {
    char digits[22];
    unsigned at = sizeof digits;
    if (width > sizeof digits)
        width = sizeof digits;
    do {
        digits[--at] = "0123456789abcdef"[value & ((1U << shift) - 1)];
        value >>= shift;
    } while (value);
    while (sizeof digits - at < width)
        digits[--at] = '0';
    buf_add(b, digits + at, sizeof digits - at);
}

const char *buf_cstr(struct buf *b) {
    if (b->failed || !buf_reserve(b, 1))
        return NULL;
    b->data[b->len] = '\0';
    return b->data;
}
