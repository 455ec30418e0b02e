/* SPDX-License-Identifier: 0BSD
 *
 * The base of relative paths: --dir, --dir-fd and --fd, for all applets that
 * have them.
 */
#pragma once

#include "cli/cli.h"

/* What the options of base_dir_options[] say, which a command's table includes. */
struct base_dir_args {
    const char *dir;    /* --dir */
    int dir_fd;         /* --dir-fd; -1: none */
    const char *files0; /* --files0-from */
};

extern const struct cli_option base_dir_options[];

/* Returns whether a descriptor is open; if not, the error was reported. One of 0 to 2 that was
 * closed at start is not open, whatever it is now. */
bool base_dir_check_descriptor(struct cli *cli, int fd);

/* Returns the directory where relative paths begin: a descriptor, AT_FDCWD by default, or -1 after
 * an error, which was reported. *opened is a descriptor for the caller to close, or -1. */
int base_dir_open(struct cli *cli, const struct base_dir_args *args, int *opened);
