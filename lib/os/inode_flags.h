/* SPDX-License-Identifier: 0BSD
 *
 * Inode flags, as chattr(1) sets them and lsattr(1) shows them, and the
 * project id of quotas. Python's os has neither (st_flags is BSD's).
 */
#pragma once

#include <stdint.h>

#include "os/file.h"
#include "os/kernel.h"

struct os_inode_flags {
    uint64_t flags; /* FS_*_FL of linux/fs.h */
    uint32_t project;
    bool has_project;
};

/* Of regular files and directories, which are safe to open, FS_IOC_GETFLAGS tells all flags; they
 * have to be opened for reading. Where the file system has no such ioctl, and of files of other
 * types, file_getattr(2) (Linux 6.17) tells those flags that it knows. Errors: EOPNOTSUPP, the file
 * system or the type of file has no flags; else what the open or the call said (EACCES): half an
 * answer would look like a whole one. `mode` is the file's st_mode. */
int os_inode_flags(const struct os_file *w, unsigned mode, struct os_inode_flags *a,
                   struct base_error *e);

/* The name of a bit of `flags` in chattr(1)'s words ("immutable"); NULL where it has none. */
const char *os_inode_flag_name(unsigned bit);
