/* SPDX-License-Identifier: 0BSD
 *
 * Waiting for the kernel's generator.
 */
#pragma once

#include <stdint.h>

#include "base/error.h"

/* Waits until the generator is seeded, at most `timeout` nanoseconds (OS_NEVER: no limit; 0: not at
 * all). Neither signals nor timers of the process are used. After a timeout a thread may be left,
 * which receives no signals and ends once the generator is seeded.
 * Returns 0, or -errno: EAGAIN if it is not seeded by then; otherwise as os_random_fill(). */
int os_random_wait(int64_t timeout, struct base_error *e);
