/* SPDX-License-Identifier: 0BSD
 *
 * The devices that every system has. In a chroot or an initramfs, another file
 * may have the name of one: it is neither read nor written.
 */
#pragma once

enum base_device { BASE_NULL, BASE_FULL, BASE_TTY };

/* Returns "/dev/null", "/dev/full" or "/dev/tty". */
const char *base_device_path(enum base_device device);

/* Opens a device with O_CLOEXEC | O_NOCTTY added, and never creates a file. Safe between fork and
 * exec. Returns the descriptor, or -errno: ENODEV if the file is not that device (ENXIO: a FIFO);
 * EACCES, also if its file system is mounted nodev; the errors of open(2). */
int base_device_open(enum base_device device, int flags);

/* Opens an input that is at its end: the null device or, if it cannot be opened, a pipe that nobody
 * writes to. Safe between fork and exec. Returns the descriptor, or -errno: EMFILE. */
int base_device_open_empty(void);

/* Explains the errno of base_device_open(). Returns a literal for base_error.hint, or NULL. */
const char *base_device_hint(enum base_device device, int errnum);
