/* SPDX-License-Identifier: 0BSD
 *
 * A growable byte buffer. A failed allocation is sticky: all later additions
 * are ignored and `failed` stays true, so that it is enough to check once, at
 * the end.
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
    bool lent;   /* the room is the caller's and is not freed */
};

/* Returns an empty buffer that uses the caller's room as long as that is enough. */
static inline struct buf buf_in(char *room, size_t size) {
    return (struct buf){ .data = room, .cap = size, .lent = true };
}

/* Releases the memory; the buffer is empty and usable again. */
void buf_finish(struct buf *b);

/* Makes room for `more` bytes after len. Returns false if memory is short. */
bool buf_reserve(struct buf *b, size_t more);

/* Append bytes (the part of buf_add() that is not inline), and decimal numbers. */
void buf_add_slow(struct buf *b, const void *bytes, size_t size);
void buf_add_uint(struct buf *b, uint64_t value);
void buf_add_int(struct buf *b, int64_t value);

/* Appends the digits of `value` in base 1 << shift (8 or 16), at least `width` of them. */
void buf_add_digits(struct buf *b, uint64_t value, unsigned shift, unsigned width);

/* Appends the decimal digits of `value`, zero-padded to `width`. */
void buf_add_padded(struct buf *b, uint64_t value, unsigned width);

/* Returns the contents as a C string, with a NUL that len does not count. Returns NULL if memory is
 * or was short: an incomplete string is never returned. */
__attribute__((warn_unused_result)) const char *buf_cstr(struct buf *b);

static inline void buf_add(struct buf *b, const void *bytes, size_t size) {
    if (size == 0 || !b->data || b->cap - b->len < size) {
        buf_add_slow(b, bytes, size);
        return;
    }
    memcpy(b->data + b->len, bytes, size);
    b->len += size;
}

/* buf_add() for many short pieces, such as names: copies words, because musl's memcpy(3) is slow to
 * start. */
static inline void buf_add_short(struct buf *b, const char *bytes, size_t size) {
    if (size < 8 || size > 64 || !b->data || b->cap - b->len < size) {
        buf_add(b, bytes, size);
        return;
    }
    char *to = b->data + b->len;
    for (size_t i = 0; i < size - 8; i += 8)
        memcpy(to + i, bytes + i, 8);
    /* The last word overlaps the one before. */
    memcpy(to + size - 8, bytes + size - 8, 8); /* cppcheck-suppress pointerOutOfBoundsCond */
    b->len += size;
}

static inline void buf_add_char(struct buf *b, char c) {
    buf_add(b, &c, 1);
}

/* Appends a string. NULL, from buf_cstr() without memory, makes b fail, too. */
static inline void buf_add_str(struct buf *b, const char *text) {
    if (text)
        buf_add(b, text, strlen(text));
    else
        b->failed = true;
}

/* Empties the buffer and keeps its memory; it stays failed. */
static inline void buf_clear(struct buf *b) {
    b->len = 0;
    if (b->failed)
        b->cap = 0;
}
