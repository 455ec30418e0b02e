/* SPDX-License-Identifier: 0BSD
 *
 * Where relative paths begin: --dir, --dir-fd and --fd, for all applets that
 * have them.
 */
#pragma once

#include "cli/cli.h"

/* False, after a report, when a descriptor is not open. One of 0 to 2 that was closed at start is
 * not, whatever stands there now. */
bool base_dir_check_descriptor(struct cli *cli, int fd);

/* The directory where relative paths begin, AT_FDCWD if nothing else was asked for; -1 after a
 * report. `dir` is --dir or NULL, `dir_fd` --dir-fd or -1. *opened is one to close, or -1. */
int base_dir_open(struct cli *cli, const char *dir, int dir_fd, int *opened);
