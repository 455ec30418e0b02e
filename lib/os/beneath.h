/* SPDX-License-Identifier: 0BSD
 *
 * A file below a directory, and nowhere else.
 */
#pragma once

#include "base/error.h"

/* An O_PATH descriptor of the file that a path names below the open directory `root`: openat2(2)
 * with RESOLVE_BENEATH, NO_SYMLINKS and NO_MAGICLINKS, or, before Linux 5.6 and for paths beyond
 * PATH_MAX, one component at a time. A symbolic link at the path's end is opened itself; the caller
 * decides about it. Whoever moves directories meanwhile cannot lead it elsewhere. -errno: EXDEV,
 * the path is absolute or has a ".."; ELOOP, a symbolic link is in the middle; ENOENT, ENOTDIR, ...
 */
int os_open_beneath(int root, const char *path, struct base_error *e);
