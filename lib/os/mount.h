/* SPDX-License-Identifier: 0BSD
 *
 * Mount points, as os.path.ismount and `stat -c %m` look for them.
 */
#pragma once

#include "base/buf.h"
#include "os/file.h"

/* The absolute path of the mount point below which the file is (itself, when it is one), appended
 * to b: the nearest file above that the kernel says is the root of a mount
 * (STATX_ATTR_MOUNT_ROOT), and before Linux 5.8 where st_dev changes. Bind mounts of files and of
 * the same device are seen so, too. /proc is only needed for descriptors of files that are not
 * directories; without it, the directories above the mount point have to be readable.
 * Returns 0, or -errno: those of os_stat(); EACCES if a directory above cannot be searched (or
 * read, see above); ENOENT if the file or its mount has no name here: a pipe, a deleted file,
 * outside of the root directory. */
int os_mount_point(const struct os_file *file, struct buf *b, struct base_error *e);
