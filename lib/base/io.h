/* SPDX-License-Identifier: 0BSD
 *
 * Reading, writing and opening: the only place where EINTR, short reads and
 * short writes are handled, and where descriptors get O_CLOEXEC.
 * All functions return a negative errno on failure.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

struct buf;

/* Calls openat(2) with O_CLOEXEC | O_NOCTTY added. Returns the descriptor, or -errno. */
int base_open(int dir_fd, const char *path, int flags);

/* Opens a file that need not exist: the same with O_CREAT added. */
int base_create(const char *path, int flags, mode_t mode);

/* Creates a file without a name in a directory, for reading and writing. Returns the descriptor, or
 * -errno. */
int base_create_in(const char *dir);

/* Calls read(2) until it returns something. Returns the number of bytes (0: end of input), or
 * -errno. */
ssize_t base_read(int fd, void *bytes, size_t size);

/* Reads the beginning of a small file as a string, "" on failure. Returns its length, or -errno. */
ssize_t base_read_text(const char *path, char *text, size_t room);

/* Appends a whole file. Returns 0, or -errno: ENOMEM. */
int base_read_file(const char *path, struct buf *b);

/* Calls write(2) until all is written. Returns 0, or -errno. */
int base_write(int fd, const void *bytes, size_t size);

/* The same, but the limit on the size of files (RLIMIT_FSIZE) is an error, EFBIG, and no SIGXFSZ.
 */
int base_write_limited(int fd, const void *bytes, size_t size);

/* Call read(2) or write(2) once on a descriptor that may be non-blocking. Return the number of
 * bytes, or -errno: EAGAIN if there is nothing to read, or no room to write, for now. */
ssize_t base_read_once(int fd, void *bytes, size_t size);
ssize_t base_write_once(int fd, const void *bytes, size_t size);

/* Opens the file of a descriptor once more, so that flags such as O_NONBLOCK do not change it for
 * the processes that inherited it. Returns the descriptor, or -errno: ENOENT without /proc, EACCES,
 * ENXIO for a pipe that nobody reads. */
int base_reopen(int fd, int flags);
