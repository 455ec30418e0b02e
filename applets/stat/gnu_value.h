/* SPDX-License-Identifier: 0BSD
 *
 * The directives of GNU stat, and the values that they print.
 */
#pragma once

#include "applets/stat/gnu.h"
#include "cli/template.h"
#include "os/statvfs.h"
#include "os/users.h"

/* A run, and the file that is printed. */
struct gnu {
    struct cli *cli;
    struct buf *out;
    const struct stat_gnu *how;
    const char *format;
    unsigned mask; /* OS_STATX_* that the format needs */

    const char *name;
    struct os_file file;
    struct os_statx st;
    uint64_t dev, rdev;
    uint64_t block; /* size of those of st_blocks */
    uint64_t permissions;
    struct os_statvfs fs;
    uint64_t fsid;

    struct os_name_cache user, group;
    struct buf text; /* of a value */
    struct buf message;
};

struct gnu_directive {
    char name[3];    /* with its modifier */
    uint8_t form;    /* enum form */
    uint8_t size;    /* of the member of struct gnu with the value */
    uint16_t offset; /* its offset */
    uint16_t mask;   /* OS_STATX_* that it needs */
};

/* Returns the row of a directive; NULL if there is none of that name. */
const struct gnu_directive *gnu_find_directive(const struct gnu *g, const struct cli_directive *d);

/* Appends the value of a directive to g->out. A failure is reported, and the value is "?". */
void gnu_print_value(struct gnu *g, const struct cli_directive *d, const struct gnu_directive *row);

/* Reports a failure in GNU's words: `what`, the quoted name (NULL: none), and the errno. */
void gnu_complain(struct gnu *g, const char *what, const char *name, int errnum);
