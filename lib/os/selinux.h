/* SPDX-License-Identifier: 0BSD
 *
 * SELinux, as far as the names of contexts go.
 */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "os/file.h"

/* Whether the system runs with SELinux: its file system is mounted and it is configured. */
bool os_selinux_enabled(void);

/* The file's security context, appended to b. Errors: ENODATA, it has none; EOPNOTSUPP, nor can it
 * have one; those of path resolution. */
int os_selinux_context(const struct os_file *w, struct buf *b, struct base_error *e);
