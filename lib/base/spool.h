/* SPDX-License-Identifier: 0BSD
 *
 * Bytes that are collected: in memory, and beyond a bound in a temporary file
 * without a name.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { BASE_SPOOL_MEMORY = 1 << 20 };

struct base_spool {
    struct buf memory; /* all of it, or what is not in the file yet */
    int fd;            /* of the file; -1: there is none, */
    bool no_file;      /* and none can be had */
    uint64_t in_file;  /* bytes */
    void *map;         /* base_spool_view() mapped the file here */
};

void base_spool_init(struct base_spool *s);
void base_spool_finish(struct base_spool *s);

/* Appends bytes: 0 or -errno (ENOMEM). The file is in TMPDIR, or else in /tmp; where neither can
 * have it, or all of it, all is in memory. A file that is too large for the process may raise
 * SIGXFSZ, which is to be blocked or ignored. */
int base_spool_add(struct base_spool *s, const void *bytes, size_t size);

/* All of it as one piece, valid until the next call: 0 or -errno. SIGXFSZ is as above. */
int base_spool_view(struct base_spool *s, const char **bytes, size_t *size);
