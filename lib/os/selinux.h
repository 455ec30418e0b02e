/* SPDX-License-Identifier: 0BSD
 *
 * SELinux: the contexts of files.
 */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "os/file.h"

/* Returns whether the system runs with SELinux: its file system is mounted and it is configured. */
bool os_selinux_enabled(void);

/* Appends the file's security context. Returns 0, or -errno: ENODATA if it has none; EOPNOTSUPP if
 * it cannot have one; those of path resolution. */
int os_selinux_context(const struct os_file *file, struct buf *b, struct base_error *e);
