/* SPDX-License-Identifier: 0BSD
 *
 * The base of relative paths: --dir, --dir-fd and --fd, for all applets that
 * have them.
 */
#pragma once

#include "cli/cli.h"

/* Returns whether a descriptor is open; if not, the error was reported. One of 0 to 2 that was
 * closed at start is not open, whatever it is now. */
bool base_dir_check_descriptor(struct cli *cli, int fd);

/* Opens the base of relative paths that --dir (`dir`, or NULL) or --dir-fd (`dir_fd`, or -1) name.
 * Returns a descriptor, AT_FDCWD by default, or -1 after an error, which was reported. *opened is a
 * descriptor for the caller to close, or -1. */
int base_dir_open(struct cli *cli, const char *dir, int dir_fd, int *opened);
