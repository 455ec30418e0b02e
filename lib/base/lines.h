/* SPDX-License-Identifier: 0BSD
 *
 * Lines, or other pieces with a delimiter, read from a descriptor as they
 * arrive.
 */
#pragma once

#include "base/buf.h"

/* A reader. Set the first three members, the others are zero. */
struct base_lines {
    int fd;
    char delimiter;   /* '\n', '\0' */
    size_t longest;   /* bytes of the longest line that is accepted, without its delimiter */
    uint64_t number;  /* of the last line, from 1 */
    struct buf bytes; /* read and not yet returned, from `at` on */
    size_t at;
    size_t searched; /* bytes after `at` without a delimiter */
    bool skipping;   /* what follows is the rest of a line that is too long */
    bool ended;      /* nothing more is read: the end of the input, or an error */
};

/* Reads the next line: *size bytes without the delimiter, followed by a NUL; valid until the next
 * call. A last line without a delimiter counts. Returns 1, 0 at the end of the input, or -errno:
 * EMSGSIZE if the line is longer than `longest`, and the next call returns the one after it; ENOMEM
 * or an error of read(2), after which there are no more lines. */
int base_lines_next(struct base_lines *l, const char **line, size_t *size);

/* Returns whether base_lines_next() would return without calling read(2), which may block. */
bool base_lines_is_ready(struct base_lines *l);

/* Releases the memory; the descriptor stays open. */
void base_lines_finish(struct base_lines *l);
