/* SPDX-License-Identifier: 0BSD
 *
 * Reading, writing and opening: the one place where EINTR, short reads and
 * short writes are handled, and where every descriptor gets O_CLOEXEC.
 * All return a negative errno on failure.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* openat(2) with O_CLOEXEC | O_NOCTTY added; the descriptor, or -errno. */
int base_open(int dir_fd, const char *path, int flags);

/* open(2) of a file that need not exist, with O_CREAT added to the same. */
int base_create(const char *path, int flags, mode_t mode);

/* A file without a name in a directory, to read and write. */
int base_create_in(const char *dir);

/* read(2) until something came: the byte count (0: end of input), or -errno. */
ssize_t base_read(int fd, void *bytes, size_t size);

/* The beginning of a small file as a string, "" on failure: its length, or -errno. */
ssize_t base_read_text(const char *path, char *text, size_t room);

/* write(2) until all is written: 0, or -errno. */
int base_write(int fd, const void *bytes, size_t size);
