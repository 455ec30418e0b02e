/* SPDX-License-Identifier: 0BSD
 *
 * A growable byte buffer. Memory failure is sticky: after it every addition is
 * ignored and `failed` stays true, so that a writer checks once, at the end.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buf {
    char *data;  /* the bytes; NULL while empty, not NUL-terminated */
    size_t len;  /* bytes in use */
    size_t cap;  /* bytes of room */
    bool failed; /* an allocation failed: the contents are incomplete */
    bool lent;   /* the room is the caller's: not to be freed */
};

/* An empty buffer that uses the caller's room as long as that is enough. */
static inline struct buf buf_in(char *room, size_t size) {
    return (struct buf){ .data = room, .cap = size, .lent = true };
}

/* Releases the memory; the buffer is empty and usable again. */
void buf_finish(struct buf *b);

/* Makes room for `more` bytes after len. False when memory is short. */
bool buf_reserve(struct buf *b, size_t more);

void buf_add_slow(struct buf *b, const void *bytes, size_t size);
void buf_add_uint(struct buf *b, uint64_t value);
void buf_add_int(struct buf *b, int64_t value);

/* Digits of `value` in base 8 or 16 (a power of two: 1 << shift), at least `width` of them. */
void buf_add_digits(struct buf *b, uint64_t value, unsigned shift, unsigned width);

/* Decimal digits of `value`, zero-padded to `width`. */
void buf_add_padded(struct buf *b, uint64_t value, unsigned width);

/* The contents as a C string, ended with a NUL that len does not count. NULL when memory is short,
 * or was for an earlier addition: half a string is not used for a whole one. */
__attribute__((warn_unused_result)) const char *buf_cstr(struct buf *b);

static inline void buf_add(struct buf *b, const void *bytes, size_t size) {
    if (size == 0 || !b->data || b->cap - b->len < size) {
        buf_add_slow(b, bytes, size);
        return;
    }
    memcpy(b->data + b->len, bytes, size);
    b->len += size;
}

/* buf_add() for many short pieces, such as names: in words, as musl's memcpy(3) begins slowly. */
static inline void buf_add_short(struct buf *b, const char *bytes, size_t size) {
    if (size < 8 || size > 64 || !b->data || b->cap - b->len < size) {
        buf_add(b, bytes, size);
        return;
    }
    char *to = b->data + b->len;
    for (size_t i = 0; i < size - 8; i += 8)
        memcpy(to + i, bytes + i, 8);
    memcpy(to + size - 8, bytes + size - 8, 8); /* the last word overlaps the one before */
    b->len += size;
}

static inline void buf_add_char(struct buf *b, char c) {
    buf_add(b, &c, 1);
}

/* Appends a string. NULL, one that buf_cstr() could not make, is a failure of b too. */
static inline void buf_add_str(struct buf *b, const char *text) {
    if (text)
        buf_add(b, text, strlen(text));
    else
        b->failed = true;
}

/* Empties the buffer and keeps its memory; a failure sticks. */
static inline void buf_clear(struct buf *b) {
    b->len = 0;
    if (b->failed)
        b->cap = 0;
}
