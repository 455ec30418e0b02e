/* SPDX-License-Identifier: 0BSD
 *
 * os.stat, os.lstat, os.fstat, os.statx; os.readlink; os.access. All take a
 * struct os_file, return 0 or a negative errno, and fill an optional error.
 */
#pragma once

#include "base/buf.h"
#include "os/file.h"
#include "os/kernel.h"

/* How hard to look, AT_STATX_SYNC_TYPE of statx(2). */
enum os_sync { OS_SYNC_DEFAULT, OS_SYNC_FORCE, OS_SYNC_CACHED };

/* statx(2) for the OS_STATX_* bits of `mask`; what was found is st->stx_mask. An automount point at
 * the end of the path is not triggered, as stat(2) does not. Where the kernel or a seccomp filter
 * has no statx: fstatat(2), with the basic fields alone.
 * Errors: ENOENT (also an empty path), ENOTDIR, EACCES (CAP_DAC_READ_SEARCH), ELOOP, ENAMETOOLONG,
 * EBADF, and what the file system adds. */
int os_stat(const struct os_file *w, unsigned mask, enum os_sync sync, struct os_statx *st,
            struct base_error *e);

/* readlink(2): the target of a symbolic link, of any length, appended to b. EINVAL: not a link. */
int os_readlink(const struct os_file *w, struct buf *b, struct base_error *e);

/* access(2): whether R_OK, W_OK, X_OK (`mode`; F_OK is 0) would be allowed, for the real ids or
 * with `effective` the effective ones. *allowed is the answer where the errno is one (EACCES,
 * EROFS, EPERM); other failures are errors. */
int os_access(const struct os_file *w, int mode, bool effective, bool *allowed,
              struct base_error *e);
