/* SPDX-License-Identifier: 0BSD
 *
 * Links to the running program, for `osbox --install`.
 */
#pragma once

#include "base/buf.h"
#include "os/file.h"

/* The absolute path of the running program, appended to b (/proc/self/exe). */
int os_executable(struct buf *b, struct base_error *e);

/* Makes `name` in the directory dir_fd a link to the program at `target`. A link to the same
 * program that is there already (a hard link, or a symbolic one that leads to it or to a file
 * called `base`) is replaced; anything else only with `force`, else EEXIST. The old name disappears
 * only when the new one is there (rename(2)). Errors: EXDEV (hard, another file system), EROFS,
 * EACCES, EISDIR (never replaced). */
int os_install_link(const char *target, const char *base, int dir_fd, const char *name, bool hard,
                    bool force, struct base_error *e);
