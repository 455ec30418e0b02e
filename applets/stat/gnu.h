/* SPDX-License-Identifier: 0BSD
 *
 * The forms of GNU stat: -c, --printf, -t, with its directives, its wording and
 * its status 1.
 */
#pragma once

#include "cli/paths.h"
#include "os/stat.h"

struct stat_gnu {
    const char *format; /* NULL: the terse form */
    bool escapes;       /* --printf: backslash escapes, and no newline at the end */
    bool file_system;
    bool follow;
    enum os_sync sync;
};

/* Prints every path of `paths`, relative to dir_fd. */
void stat_gnu_run(struct cli *cli, const struct stat_gnu *g, int dir_fd, struct cli_paths *paths);
