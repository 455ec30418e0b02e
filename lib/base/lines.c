/* SPDX-License-Identifier: 0BSD
 *
 * Lines, read from a descriptor as they arrive.
 */
#include <errno.h>

#include "base/io.h"
#include "base/lines.h"

enum { BLOCK = 65536 };

/* The end of the line that begins at l->at; NULL if more has to be read to find it. */
static char *find_end(struct base_lines *l) {
    size_t left = l->bytes.len - l->at;
    if (left == l->searched)
        return NULL;
    char *start = l->bytes.data + l->at;
    char *end = memchr(start + l->searched, l->delimiter, left - l->searched);
    l->searched = end ? (size_t)(end - start) : left;
    return end;
}

/* Reads more after the unfinished line, which moves to the beginning. */
static int read_more(struct base_lines *l) {
    struct buf *b = &l->bytes;
    size_t left = b->len - l->at;
    if (left && l->at)
        memmove(b->data, b->data + l->at, left);
    b->len = left;
    l->at = 0;
    /* A last line without a delimiter needs a byte more, for its NUL. */
    ssize_t n =
        buf_reserve(b, BLOCK + 1) ? base_read(l->fd, b->data + b->len, BLOCK) : (ssize_t)-ENOMEM;
    l->ended = n <= 0;
    if (n < 0)
        return (int)n;
    b->len += (size_t)n;
    return 0;
}

/* Drops what was read. */
static void drop(struct base_lines *l) {
    l->at = l->bytes.len;
    l->searched = 0;
}

bool base_lines_is_ready(struct base_lines *l) {
    return find_end(l) || l->ended;
}

int base_lines_next(struct base_lines *l, const char **line, size_t *size) {
    char *end;
    while (!(end = find_end(l)) && !l->ended) {
        if (l->searched > l->longest) {
            drop(l);
            l->skipping = true;
        }
        int r = read_more(l);
        if (r < 0) {
            drop(l); /* a part of a line is never returned as the line */
            return r;
        }
    }
    bool too_long = l->skipping || l->searched > l->longest;
    if (!end && !l->searched && !l->skipping)
        return 0;
    if (!buf_reserve(&l->bytes, 1)) {
        drop(l);
        return -ENOMEM;
    }
    *line = l->bytes.data + l->at;
    *size = l->searched;
    l->bytes.data[l->at + l->searched] =
        '\0'; /* instead of its delimiter, or after the last line */
    l->at += l->searched + (end != NULL);
    l->searched = 0;
    l->skipping = false;
    l->number++;
    return too_long ? -EMSGSIZE : 1;
}

void base_lines_finish(struct base_lines *l) {
    buf_finish(&l->bytes);
    l->at = l->searched = 0;
}
