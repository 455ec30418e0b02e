/* SPDX-License-Identifier: 0BSD
 *
 * Mount points, as os.path.ismount and `stat -c %m` find them.
 */
#pragma once

#include "base/buf.h"
#include "os/file.h"

/* Appends the absolute path of the mount point that the file is below (the file itself, if it is
 * one): the nearest ancestor that the kernel reports as the root of a mount
 * (STATX_ATTR_MOUNT_ROOT), or before Linux 5.8 the one at which st_dev changes. So bind mounts of
 * files and within one device are found, too. /proc is only needed for descriptors of files that
 * are not directories; without it, the directories above the mount point have to be readable.
 * Returns 0, or -errno: those of os_stat(); EACCES if a directory above cannot be searched (or
 * read, see above); ENOENT if the file or its mount has no name here: a pipe, a deleted file,
 * outside of the root directory. */
int os_mount_point(const struct os_file *file, struct buf *b, struct base_error *e);
