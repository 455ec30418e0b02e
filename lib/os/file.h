/* SPDX-License-Identifier: 0BSD
 *
 * References to files: path, dir_fd and follow_symlinks of the os module's
 * functions in one struct.
 */
#pragma once

#include <fcntl.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

struct os_file {
    int dir_fd;       /* base of a relative path, or AT_FDCWD; without a path, the file itself */
    const char *path; /* NULL: the descriptor dir_fd */
    bool follow;      /* a symbolic link stands for the file that it points to */
};

/* Return the AT_* flags and the path for a system call that accepts both and dir_fd. */
int os_file_flags(const struct os_file *file);
const char *os_file_path(const struct os_file *file);

/* Opens the file with O_PATH: nothing is opened in the file system's sense, so nothing blocks.
 * Returns the descriptor, or -errno as open(2). */
int os_file_open(const struct os_file *file, struct base_error *e);

/* Opens a directory with O_PATH, as a base of relative paths. Returns the descriptor, or -errno:
 * ENOTDIR if it is not a directory. */
int os_file_open_directory(const struct os_file *file, struct base_error *e);

/* Opens the file that a path names below the open directory `root`, and nowhere else, with O_PATH:
 * openat2(2) with RESOLVE_BENEATH, NO_SYMLINKS and NO_MAGICLINKS, or, before Linux 5.6 and for
 * paths beyond PATH_MAX, one component at a time. A symbolic link at the end of the path is opened
 * itself. This is true even if directories are moved meanwhile. Returns the descriptor, or -errno:
 * EXDEV if the path is absolute or has a ".."; ELOOP if a symbolic link is in its middle; ENOENT,
 * ENOTDIR, ... */
int os_file_open_beneath(int root, const char *path, struct base_error *e);

/* Returns a path for calls that take neither a dir_fd nor a descriptor, through /proc/self/fd if
 * needed; *b owns its text. Returns NULL if memory is short. */
const char *os_file_name(const struct os_file *file, struct buf *b);

/* Fills *e (which may be NULL) for a call on this file that failed, with CAP_DAC_READ_SEARCH for
 * EACCES if it is missing (capabilities(7)). Returns -errnum. */
int os_file_fail(const struct os_file *file, int errnum, const char *operation,
                 struct base_error *e);
