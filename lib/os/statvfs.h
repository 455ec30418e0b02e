/* SPDX-License-Identifier: 0BSD
 *
 * os.statvfs, os.fstatvfs, os.pathconf, os.fpathconf.
 */
#pragma once

#include <stdint.h>

#include "os/file.h"

/* The members of os.statvfs_result, and f_type of statfs(2). */
struct os_statvfs {
    uint64_t f_bsize;  /* preferred I/O size */
    uint64_t f_frsize; /* unit of the block counts */
    uint64_t f_blocks, f_bfree, f_bavail;
    uint64_t f_files, f_ffree, f_favail;
    uint64_t f_fsid;
    uint64_t f_flag; /* ST_* of statvfs(3) */
    uint64_t f_namemax;
    uint64_t f_type; /* *_SUPER_MAGIC of statfs(2) */
};

/* Returns 0, or -errno: those of path resolution; ENOSYS or EIO of the file system. */
int os_statvfs(const struct os_file *file, struct os_statvfs *fs, struct base_error *e);

/* Returns the name of a bit of f_flag ("ST_RDONLY"), counted from the lowest one; NULL if it has
 * none. */
const char *os_statvfs_flag_name(unsigned bit);

/* Returns the file system's name as GNU stat prints it ("ext2/ext3"); NULL if it is unknown. */
const char *os_statvfs_type_name(uint64_t type);

/* os.pathconf_names: "PC_NAME_MAX" and the number for pathconf(3), in the order of the names. */
struct os_pathconf_name {
    char name[24];
    int number; /* -1: the end */
};
extern const struct os_pathconf_name os_pathconf_names[];

/* Sets *value to a limit, pathconf(3); *has_value is false if there is none, or it is unknown. `fd`
 * is one of os_file_open(), `path` what errors call it. Returns 0, or -errno. */
int os_pathconf(int fd, int number, bool *has_value, int64_t *value, const char *path,
                struct base_error *e);
