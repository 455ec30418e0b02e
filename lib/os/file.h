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

struct os_file {
    int dir_fd;       /* base of a relative path (AT_FDCWD), or the file itself without a path */
    const char *path; /* NULL: the descriptor dir_fd */
    bool follow;      /* a symbolic link stands for what it points to */
};

/* AT_* flags that say the same to a system call, which is then given os_file_path(). */
int os_file_flags(const struct os_file *w);
const char *os_file_path(const struct os_file *w);

/* An O_PATH descriptor of the file: nothing is opened, so nothing blocks. -errno on failure. */
int os_file_open(const struct os_file *w, struct base_error *e);

/* An O_PATH descriptor of a directory, as a base for relative paths. ENOTDIR: it is none. */
int os_file_open_directory(const struct os_file *w, struct base_error *e);

/* A path for the calls that take neither a dir_fd nor a descriptor: through /proc/self/fd where it
 * has to be. NULL when memory is short. */
const char *os_file_name(const struct os_file *w, struct buf *b);

/* Fills *e (which may be NULL) for a call on this file that failed, with CAP_DAC_READ_SEARCH for
 * EACCES where it is missing (capabilities(7)); returns -errnum. */
int os_file_fail(const struct os_file *w, int errnum, const char *operation, struct base_error *e);
