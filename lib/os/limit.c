/* SPDX-License-Identifier: 0BSD
 *
 * Resource limits of this process.
 */
#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/limit.h"

_Static_assert(sizeof(struct rlimit) == 2 * sizeof(uint64_t), "the kernel's struct rlimit64");

int os_limit(int resource, const struct rlimit *limit, struct rlimit *old) {
    return syscall(SYS_prlimit64, 0, resource, limit, old) < 0 ? -errno : 0;
}
