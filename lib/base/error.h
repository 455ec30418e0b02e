/* SPDX-License-Identifier: 0BSD
 *
 * A description of what failed, like Python's OSError. A function that can fail
 * returns a negative errno and fills an optional `struct base_error`; it never
 * prints.
 */
#pragma once

#include <errno.h>
#include <stddef.h>

struct base_error {
    int errnum;            /* positive errno */
    const char *operation; /* the system call or step, a literal: "statx" */
    const char *path;      /* the object, borrowed from the caller; NULL: none */
    const char *path2;     /* a second object (rename, symlink); NULL: none */
    int fd;                /* a descriptor that is the object; -1: none */
    int step;              /* index of a step in a sequence; -1: none */
    int capability;        /* CAP_* that would have allowed it and is missing; -1: none */
    const char *hint;      /* what the errno means here, borrowed; NULL: what it always means */
    unsigned long line;    /* of the file `path`, which is the object; 0: none */
};

/* Fills *e, which may be NULL, and returns -errnum: `return base_fail(e, errno, "open", path);` */
static inline int base_fail(struct base_error *e, int errnum, const char *operation,
                            const char *path) {
    if (e)
        *e = (struct base_error){ errnum, operation, path, NULL, -1, -1, -1, NULL, 0 };
    return -errnum;
}
