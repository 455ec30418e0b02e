/* SPDX-License-Identifier: 0BSD
 *
 * Collects bytes: in memory, and beyond a limit in a temporary file without a
 * name.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { BASE_SPOOL_MEMORY = 1 << 20 };

struct base_spool {
    struct buf memory; /* all bytes, or those not yet in the file */
    int fd;            /* of the file; -1: none */
    bool no_file;      /* no file can be created */
    uint64_t in_file;  /* bytes */
    void *map;         /* base_spool_view() mapped the file here */
};

/* Initializes an empty spool; releases the memory and closes the file. */
void base_spool_init(struct base_spool *s);
void base_spool_finish(struct base_spool *s);

/* Appends bytes. Returns 0, or -errno: ENOMEM. The file is in TMPDIR, or else in /tmp; if neither
 * is possible, or has room for all, everything is kept in memory. A file that is too large for the
 * process may raise SIGXFSZ: block or ignore it. */
int base_spool_add(struct base_spool *s, const void *bytes, size_t size);

/* Stores all bytes as one piece in *bytes, valid until the next call. Returns 0, or -errno. SIGXFSZ
 * as above. */
int base_spool_view(struct base_spool *s, const char **bytes, size_t *size);
