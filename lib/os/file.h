/* SPDX-License-Identifier: 0BSD
 *
 * Where a file is: what the os module's functions take as path, dir_fd and
 * follow_symlinks together.
 */
#pragma once

#include <fcntl.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

struct os_where {
    int dir_fd;       /* base of a relative path (AT_FDCWD), or the file itself without a path */
    const char *path; /* NULL: the descriptor dir_fd */
    bool follow;      /* a symbolic link stands for what it points to */
};

/* AT_* flags that say the same to a system call, which is then given os_where_path(). */
int os_where_flags(const struct os_where *w);
const char *os_where_path(const struct os_where *w);

/* An O_PATH descriptor of the file: nothing is opened, so nothing blocks. -errno on failure. */
int os_where_open(const struct os_where *w, struct base_error *e);

/* An O_PATH descriptor of a directory, as a base for relative paths. ENOTDIR: it is none. */
int os_open_directory(const struct os_where *w, struct base_error *e);

/* A path for the calls that take neither a dir_fd nor a descriptor: through /proc/self/fd where it
 * has to be. NULL when memory is short. */
const char *os_where_name(const struct os_where *w, struct buf *b);

/* Fills *e (which may be NULL) for a call on this file that failed, with CAP_DAC_READ_SEARCH for
 * EACCES where it is missing (capabilities(7)); returns -errnum. */
int os_where_fail(const struct os_where *w, int errnum, const char *operation,
                  struct base_error *e);
