/* SPDX-License-Identifier: 0BSD
 *
 * The fields of a file: one table for every applet that shows files, and how
 * its values are got. What a field needs is asked only when it is selected.
 */
#pragma once

#include "cli/cli.h"
#include "os/stat.h"
#include "os/users.h"

enum stat_view {
    STAT_VIEW_FILE,
    STAT_VIEW_FILE_SYSTEM,
    STAT_VIEW_ACCESS,
    STAT_VIEW_PATHCONF,
    STAT_VIEW_DESCRIPTOR,
    WALK_VIEW_ENTRY, /* walk's records have stat's fields and some of its own */
    WALK_VIEW_TUPLE,
    WALK_VIEW_SUM,
};

/* What a field needs: the low 32 bits are statx's mask, the rest further calls. */
#define STAT_NEEDS_STATX UINT64_C(0xffffffff)
#define STAT_NEEDS_MNT_UNIQUE                                                                      \
    (UINT64_C(1) << 32) /* a second statx: one call tells one mount id                             \
                         */
#define STAT_NEEDS_TARGET     (UINT64_C(1) << 33)
#define STAT_NEEDS_CAPS       (UINT64_C(1) << 34)
#define STAT_NEEDS_ATTRIBUTES (UINT64_C(1) << 35)
#define STAT_NEEDS_STATVFS    (UINT64_C(1) << 36)
#define STAT_NEEDS_ACCESS     (UINT64_C(1) << 37)
#define STAT_NEEDS_PATHCONF   (UINT64_C(1) << 38)
#define STAT_NEEDS_DESCRIPTOR (UINT64_C(1) << 39)
#define STAT_NEEDS_TTYNAME    (UINT64_C(1) << 40)
#define STAT_NEEDS_FILE       (UINT64_C(1) << 41) /* statx itself, whatever the mask */

enum stat_field {
    STAT_PATH,
    STAT_TYPE,
    STAT_MODE,
    STAT_ST_MODE,
    STAT_ST_INO,
    STAT_ST_DEV,
    STAT_ST_NLINK,
    STAT_ST_UID,
    STAT_ST_GID,
    STAT_ST_SIZE,
    STAT_ST_ATIME,
    STAT_ST_MTIME,
    STAT_ST_CTIME,
    STAT_ST_BIRTHTIME,
    STAT_ST_ATIME_NS,
    STAT_ST_MTIME_NS,
    STAT_ST_CTIME_NS,
    STAT_ST_BIRTHTIME_NS,
    STAT_ST_BLOCKS,
    STAT_ST_BLKSIZE,
    STAT_ST_RDEV,
    STAT_ATIME,
    STAT_MTIME,
    STAT_CTIME,
    STAT_BIRTHTIME,
    STAT_USER,
    STAT_GROUP,
    STAT_TARGET,
    STAT_CAPS,
    STAT_CAPS_ROOTID,
    STAT_FLAGS,
    STAT_PROJID,
    STAT_DEV_MAJOR,
    STAT_DEV_MINOR,
    STAT_RDEV_MAJOR,
    STAT_RDEV_MINOR,
    STAT_STX_MASK,
    STAT_STX_ATTRIBUTES,
    STAT_STX_ATTRIBUTES_MASK,
    STAT_ATTR_COMPRESSED,
    STAT_ATTR_IMMUTABLE,
    STAT_ATTR_APPEND,
    STAT_ATTR_NODUMP,
    STAT_ATTR_ENCRYPTED,
    STAT_ATTR_AUTOMOUNT,
    STAT_ATTR_MOUNT_ROOT,
    STAT_ATTR_VERITY,
    STAT_ATTR_DAX,
    STAT_ATTR_WRITE_ATOMIC,
    STAT_STX_MNT_ID,
    STAT_STX_MNT_ID_UNIQUE,
    STAT_STX_DIO_MEM_ALIGN,
    STAT_STX_DIO_OFFSET_ALIGN,
    STAT_STX_DIO_READ_OFFSET_ALIGN,
    STAT_STX_SUBVOL,
    STAT_STX_ATOMIC_WRITE_UNIT_MIN,
    STAT_STX_ATOMIC_WRITE_UNIT_MAX,
    STAT_STX_ATOMIC_WRITE_UNIT_MAX_OPT,
    STAT_STX_ATOMIC_WRITE_SEGMENTS_MAX,
    STAT_F_BSIZE,
    STAT_F_FRSIZE,
    STAT_F_BLOCKS,
    STAT_F_BFREE,
    STAT_F_BAVAIL,
    STAT_F_FILES,
    STAT_F_FFREE,
    STAT_F_FAVAIL,
    STAT_F_FLAG,
    STAT_F_NAMEMAX,
    STAT_F_FSID,
    STAT_F_FLAGS,
    STAT_F_TYPE,
    STAT_F_TYPENAME,
    STAT_ACCESS,
    STAT_PC_ALLOC_SIZE_MIN, /* the PC_* fields are in the order of os_pathconf_names */
    STAT_PC_ASYNC_IO,
    STAT_PC_CHOWN_RESTRICTED,
    STAT_PC_FILESIZEBITS,
    STAT_PC_LINK_MAX,
    STAT_PC_MAX_CANON,
    STAT_PC_MAX_INPUT,
    STAT_PC_NAME_MAX,
    STAT_PC_NO_TRUNC,
    STAT_PC_PATH_MAX,
    STAT_PC_PIPE_BUF,
    STAT_PC_PRIO_IO,
    STAT_PC_REC_INCR_XFER_SIZE,
    STAT_PC_REC_MAX_XFER_SIZE,
    STAT_PC_REC_MIN_XFER_SIZE,
    STAT_PC_REC_XFER_ALIGN,
    STAT_PC_SOCK_MAXBUF,
    STAT_PC_SYMLINK_MAX,
    STAT_PC_SYNC_IO,
    STAT_PC_VDISABLE,
    STAT_TTY,
    STAT_TTYNAME,
    STAT_BLOCKING,
    STAT_INHERITABLE,
    STAT_OFFSET,
    STAT_FD_PGRP,
    STAT_COLUMNS,
    STAT_LINES,
    STAT_FIELDS,
    WALK_NAME = STAT_FIELDS,
    WALK_DEPTH,
    WALK_INO,
    WALK_DIRPATH,
    WALK_DIRNAMES,
    WALK_FILENAMES,
    WALK_FILES,
    WALK_DIRS,
    WALK_BYTES,
    WALK_ALLOCATED,
    WALK_ERRORS,
    WALK_INCOMPLETE,
    WALK_FIELDS,
};

/* stat's table is the first STAT_FIELDS rows, walk's all of them. */
extern const struct cli_field stat_fields[];
extern const char *const stat_views[];

/* A list of names of set bits, as long as the record needs it. */
struct stat_names {
    struct buf values; /* struct cli_value */
    struct buf texts;  /* of the bits without a name */
};

/* What to ask, and where the answers are kept until the record is written. */
struct stat_query {
    uint64_t needs; /* of the selected fields together: STAT_NEEDS_* */
    enum os_sync sync;
    int access_mode; /* R_OK | W_OK | X_OK */
    bool effective;  /* access for the effective ids */
    /* Is told what failed; `fatal`: there is no record, else its fields are null. */
    void (*fail)(void *data, const struct base_error *e, bool fatal);
    void *data;
    struct os_statx st;
    char mode_text[11];
    struct os_name_cache user, group;
    struct buf target, caps, ttyname;
    struct stat_names flags, attributes;
};

void stat_query_finish(struct stat_query *q);

/* Asks everything that q->needs of a file and fills the values of the writer's fields; borrowed
 * until the next call. What fails is told to q->fail and its fields are null. False when the file
 * itself cannot be looked at: there is no record. `path` is what the record says; NULL is null. */
bool stat_fill(const struct cli_writer *writer, struct stat_query *q, const struct os_file *w,
               const char *path, struct cli_value *values);

/* "file", "directory" ...: what `type` says of a mode; NULL for one without type bits. */
const char *stat_type_name(unsigned mode);

/* "-rw-r--r--", as ls -l shows a mode. */
const char *stat_mode_text(unsigned mode, char text[static 11]);
