/* SPDX-License-Identifier: 0BSD
 *
 * os.stat, os.lstat, os.fstat, os.statx; os.readlink; os.access.
 */
#pragma once

#include "base/buf.h"
#include "os/file.h"
#include "os/kernel.h"

/* AT_STATX_SYNC_TYPE of statx(2): whether a network file system queries its server. */
enum os_sync { OS_SYNC_DEFAULT, OS_SYNC_FORCE, OS_SYNC_CACHED };

/* Calls statx(2) for the OS_STATX_* bits of `mask`; st->stx_mask says which members are valid. An
 * automount point at the end of the path is not triggered, as by stat(2). Without statx, in the
 * kernel or because of a seccomp filter: fstatat(2), with the basic fields only.
 * Returns 0, or -errno: ENOENT (also if the path is empty), ENOTDIR, EACCES (CAP_DAC_READ_SEARCH),
 * ELOOP, ENAMETOOLONG, EBADF, and errors of the file system. */
int os_stat(const struct os_file *file, unsigned mask, enum os_sync sync, struct os_statx *st,
            struct base_error *e);

/* Appends the target of a symbolic link, of any length. Returns 0, or -errno: EINVAL if it is not a
 * link; others of readlink(2). */
int os_readlink(const struct os_file *file, struct buf *b, struct base_error *e);

/* Sets *allowed to whether the access of `mode` (R_OK, W_OK, X_OK; F_OK is 0) is allowed for the
 * real ids, or with `effective` the effective ones; EACCES, EROFS and EPERM of access(2) mean that
 * it is not. Returns 0, or -errno. */
int os_access(const struct os_file *file, int mode, bool effective, bool *allowed,
              struct base_error *e);
