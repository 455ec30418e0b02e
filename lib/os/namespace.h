/* SPDX-License-Identifier: 0BSD
 *
 * Namespaces as os.unshare and os.setns take them (namespaces(7)).
 */
#pragma once

#include <stddef.h>

#include "base/error.h"

/* CLONE_NEW* of a name as in /proc/PID/ns: "mnt", "pid", or "mount" for mnt; 0: there is none. */
int os_namespace_flag(const char *name, size_t size);

/* A descriptor for setns(2), to close: of the namespace that a path names, or of a process when
 * `target` is all digits. *flags are the namespaces to join: 0 becomes what the file is, or all of
 * the process's that are others than ours (still 0: there are none). ESRCH, no such process;
 * EINVAL, not a namespace or not the one that *flags say. */
int os_namespace_open(const char *target, int *flags, struct base_error *e);
