/* SPDX-License-Identifier: 0BSD
 *
 * os.statvfs, os.fstatvfs, os.pathconf, os.fpathconf.
 */
#pragma once

#include <stdint.h>

#include "os/file.h"

/* os.statvfs_result, and what statfs(2) knows besides. */
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

/* Errors: those of path resolution, ENOSYS of the file system, EIO. */
int os_statvfs(const struct os_file *w, struct os_statvfs *fs, struct base_error *e);

/* The names of the bits of f_flag ("ST_RDONLY"), lowest bit first: NULL where a bit has none. */
const char *os_statvfs_flag_name(unsigned bit);

/* The file system's name as GNU stat prints it ("ext2/ext3"); NULL: unknown. */
const char *os_statvfs_type_name(uint64_t type);

/* os.pathconf_names: "PC_NAME_MAX" and the number for pathconf(3); a table with a NULL end, in
 * the order of the names. */
struct os_pathconf_name {
    char name[24];
    int number; /* -1: the end */
};
extern const struct os_pathconf_name os_pathconf_names[];

/* pathconf(3): *known is false where there is no limit or the system does not say. Of a descriptor
 * from os_file_open(). */
int os_pathconf(int fd, int number, bool *known, int64_t *value, const char *path,
                struct base_error *e);
