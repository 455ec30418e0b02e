/* SPDX-License-Identifier: 0BSD
 *
 * The random devices, random(4): for kernels without getrandom(2), and for
 * system call filters that deny it.
 */
#pragma once

#include <stdint.h>

#include "base/error.h"

enum os_random_device { OS_RANDOM_DEVICE, OS_URANDOM_DEVICE };

/* Returns "/dev/random" or "/dev/urandom". */
const char *os_random_device_path(enum os_random_device device);

/* Opens a device. Returns the descriptor, or -errno: ENODEV if that path is something else, as it
 * may be in a chroot; the errors of open(2). */
int os_random_device_open(enum os_random_device device, struct base_error *e);

/* Waits until the generator is seeded, at most `timeout` nanoseconds (OS_NEVER: no limit); `fd` is
 * /dev/random, which is readable from then on. Returns 0, or -errno: EAGAIN if it is not seeded by
 * then. */
int os_random_device_wait(int fd, int64_t timeout, struct base_error *e);
