/* SPDX-License-Identifier: 0BSD
 *
 * Where relative paths begin: --dir, --dir-fd and --fd, for all applets that
 * have them.
 */
#pragma once

#include "cli/cli.h"

/* Whether a descriptor is open; false after an error, which was reported. One of 0 to 2 that was
 * closed at start is not, whatever it is now. */
bool base_dir_check_descriptor(struct cli *cli, int fd);

/* Returns the directory where relative paths begin, as --dir (`dir`, or NULL) and --dir-fd
 * (`dir_fd`, or -1) say: a descriptor, AT_FDCWD by default, or -1 after an error, which was
 * reported. *opened is a descriptor for the caller to close, or -1. */
int base_dir_open(struct cli *cli, const char *dir, int dir_fd, int *opened);
