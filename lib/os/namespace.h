/* SPDX-License-Identifier: 0BSD
 *
 * Namespaces for os.unshare and os.setns (namespaces(7)).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/* Returns CLONE_NEW* for a name as in /proc/PID/ns ("mnt", "pid"), or "mount" for mnt; 0 if there
 * is none of that name. */
int os_namespace_flag(const char *name, size_t size);

/* Appends the names of kinds, CLONE_NEW*, with commas between them: "ipc,uts". */
void os_namespace_names(int flags, struct buf *b);

/* Opens what setns(2) accepts: the namespace that a path names, or a process if `target` is all
 * digits. *flags are the namespaces to join (CLONE_NEW*); 0 becomes the kind of the file, or all
 * kinds in which the process differs from us (still 0: none). A file is opened until `deadline`
 * (os_monotonic_ns(), or OS_NEVER). Returns a descriptor to close, or -errno: ESRCH if there is no
 * such process or it has ended, EINVAL if the file is not a namespace or not of the kind in *flags,
 * ENOENT if the namespaces of a process cannot be compared because /proc is missing, ETIMEDOUT. */
int os_namespace_open(const char *target, int *flags, int64_t deadline, struct base_error *e);

/* The same for an open descriptor, a pidfd or a namespace, of which it returns a copy to close, or
 * -errno: EBADF if it is not open, EINVAL if it is something else or not of the kind in *flags,
 * ESRCH and ENOENT as above. */
int os_namespace_copy(int fd, int *flags, struct base_error *e);

/* Explains ENOMEM of clone(2): the PID namespace that is for our children can have no more. Returns
 * a literal for base_error.hint; NULL: that is not the reason. */
const char *os_namespace_hint(void);
