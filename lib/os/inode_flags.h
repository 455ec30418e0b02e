/* SPDX-License-Identifier: 0BSD
 *
 * Inode flags, as chattr(1) sets and lsattr(1) prints them, and the project id
 * of quotas. Python's os has neither (st_flags is for BSD).
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

/* Reads the flags of a file whose st_mode is `mode`. Regular files and directories, which are safe
 * to open, are opened for reading, and FS_IOC_GETFLAGS returns all flags. Without this ioctl, and
 * for other types of files, file_getattr(2) (Linux 6.17) returns those flags that it supports.
 * Returns 0, or -errno: EOPNOTSUPP if the file system or the type of file has no flags; else that
 * of the open or the call (EACCES), never a part of the flags. */
int os_inode_flags(const struct os_file *file, unsigned mode, struct os_inode_flags *found,
                   struct base_error *e);

/* Returns the name of a bit of `flags` as chattr(1) calls it ("immutable"); NULL if it has none. */
const char *os_inode_flag_name(unsigned bit);
