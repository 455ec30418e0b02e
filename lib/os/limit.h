/* SPDX-License-Identifier: 0BSD
 *
 * Resource limits of this process.
 */
#pragma once

#include <sys/resource.h>

/* Sets a limit (RLIMIT_*) and reads the one before; `limit` and `old` may be NULL. By system call:
 * the C libraries do not agree on the type of a resource's number. Returns 0, or -errno: EPERM if
 * the hard limit would be raised, EINVAL if soft exceeds hard. resource.prlimit, prlimit(2). */
int os_limit(int resource, const struct rlimit *limit, struct rlimit *old);
