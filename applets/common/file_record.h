/* SPDX-License-Identifier: 0BSD
 *
 * The fields of a file: one row each, for every applet that shows files. An
 * applet's field table includes the rows with FILE_RECORD_ROWS(), anywhere in
 * the table, and adds its own; common/file_query.h fills their values.
 */
#pragma once

#include <stddef.h>

#include "cli/cli.h"
#include "os/kernel.h"
#include "os/statvfs.h"

/* The calls that a field needs: statx's mask in the low 32 bits, further calls above. */
#define FILE_NEEDS_MASK  UINT64_C(0xffffffff)
#define FILE_NEEDS_STATX (UINT64_C(1) << 32) /* statx itself, whatever the mask */
#define FILE_NEEDS_MNT_UNIQUE                                                                      \
    (UINT64_C(1) << 33) /* a second statx: one call returns one mount id */
#define FILE_NEEDS_USER     (UINT64_C(1) << 34)
#define FILE_NEEDS_GROUP    (UINT64_C(1) << 35)
#define FILE_NEEDS_TARGET   (UINT64_C(1) << 36)
#define FILE_NEEDS_CAPS     (UINT64_C(1) << 37)
#define FILE_NEEDS_FLAGS    (UINT64_C(1) << 38)
#define FILE_NEEDS_STATVFS  (UINT64_C(1) << 39)
#define FILE_NEEDS_ACCESS   (UINT64_C(1) << 40)
#define FILE_NEEDS_PATHCONF (UINT64_C(1) << 41)
#define FILE_NEEDS_OTHER(n) (UINT64_C(1) << (48 + (n))) /* an applet's own calls */

/* st_mode's type bits and permission bits are two bits of the mask. */
#define FILE_MASK_MODE ((unsigned)(OS_STATX_TYPE | OS_STATX_MODE))

/* The rows: X(a, b, id, group, name, type, item, needs, origin, member, help), where a and b are
 * passed through. `group` is one of
 *
 *     PATH         the path as given
 *     STAT         of the file, a member of os.stat_result or basic
 *     FILE         of the file
 *     SYSTEM       of its file system, a member of os.statvfs_result or basic
 *     SYSTEM_MORE  of its file system
 *     ACCESS       whether access is allowed
 *     LIMIT        pathconf(3), in the order of os_pathconf_names
 *
 * and the value comes from `member`, as `origin` says:
 *
 *     STATX        of struct os_statx, valid if the kernel set all bits of statx's mask in `needs`
 *     ALWAYS       of struct os_statx, always valid
 *     TIME         as STATX, a struct os_statx_time
 *     DEVICE       as STATX, the major number before the minor
 *     ATTRIBUTE    a bit of stx_attributes, valid if stx_attributes_mask has it
 *     TYPE, MODE   text made of stx_mode; no member
 *     STATVFS      of struct os_statvfs
 *     CALL         a call of its own, in file_query.c; no member */
#define FILE_RECORD(X, a, b)                                                                       \
    FILE_RECORD_FIRST(X, a, b)                                                                     \
    FILE_RECORD_REST(X, a, b)

#define FILE_RECORD_FIRST(X, a, b)                                                                 \
    X(a, b, PATH, PATH, "path", CLI_BYTES, 0, 0, CALL, 0, "path as given; null: a descriptor")

#define FILE_RECORD_REST(X, a, b)                                                                  \
    FILE_RECORD_STAT(X, a, b)                                                                      \
    FILE_RECORD_MORE(X, a, b)                                                                      \
    FILE_RECORD_ATTRIBUTES(X, a, b)                                                                \
    FILE_RECORD_STATX(X, a, b)                                                                     \
    FILE_RECORD_SYSTEM(X, a, b)                                                                    \
    X(a, b, ACCESS, ACCESS, "access", CLI_BOOL, 0, FILE_NEEDS_ACCESS, CALL, 0,                     \
      "whether the access of --access is allowed")                                                 \
    FILE_RECORD_LIMITS(X, a, b)

#define FILE_STATX_ROW(X, a, b, id, group, name, type, mask, origin, member, help)                 \
    X(a, b, id, group, name, type, 0, FILE_NEEDS_STATX | (mask), origin, member, help)

#define FILE_RECORD_STAT(X, a, b)                                                                  \
    FILE_STATX_ROW(X, a, b, TYPE, STAT, "type", CLI_ENUM, OS_STATX_TYPE, TYPE, 0,                  \
                   "file, directory, symlink, fifo, socket, block, character")                     \
    FILE_STATX_ROW(X, a, b, MODE, FILE, "mode", CLI_STRING, FILE_MASK_MODE, MODE, 0,               \
                   "permissions as ls -l shows them")                                              \
    FILE_STATX_ROW(X, a, b, ST_MODE, STAT, "st_mode", CLI_MODE, FILE_MASK_MODE, STATX, stx_mode,   \
                   "type and permission bits")                                                     \
    FILE_STATX_ROW(X, a, b, ST_INO, STAT, "st_ino", CLI_UINT, OS_STATX_INO, STATX, stx_ino,        \
                   "inode number")                                                                 \
    FILE_STATX_ROW(X, a, b, ST_DEV, STAT, "st_dev", CLI_UINT, 0, DEVICE, stx_dev_major,            \
                   "device that holds the file")                                                   \
    FILE_STATX_ROW(X, a, b, ST_NLINK, STAT, "st_nlink", CLI_UINT, OS_STATX_NLINK, STATX,           \
                   stx_nlink, "number of hard links")                                              \
    FILE_STATX_ROW(X, a, b, ST_UID, STAT, "st_uid", CLI_UINT, OS_STATX_UID, STATX, stx_uid,        \
                   "user id of the owner")                                                         \
    FILE_STATX_ROW(X, a, b, ST_GID, STAT, "st_gid", CLI_UINT, OS_STATX_GID, STATX, stx_gid,        \
                   "group id of the owner")                                                        \
    FILE_STATX_ROW(X, a, b, ST_SIZE, STAT, "st_size", CLI_UINT, OS_STATX_SIZE, STATX, stx_size,    \
                   "size in bytes")                                                                \
    FILE_STATX_ROW(X, a, b, ST_ATIME, STAT, "st_atime", CLI_TIMESPEC, OS_STATX_ATIME, TIME,        \
                   stx_atime, "last access, seconds")                                              \
    FILE_STATX_ROW(X, a, b, ST_MTIME, STAT, "st_mtime", CLI_TIMESPEC, OS_STATX_MTIME, TIME,        \
                   stx_mtime, "last change of the contents, seconds")                              \
    FILE_STATX_ROW(X, a, b, ST_CTIME, STAT, "st_ctime", CLI_TIMESPEC, OS_STATX_CTIME, TIME,        \
                   stx_ctime, "last change of the status, seconds")                                \
    FILE_STATX_ROW(X, a, b, ST_BIRTHTIME, STAT, "st_birthtime", CLI_TIMESPEC, OS_STATX_BTIME,      \
                   TIME, stx_btime, "creation, seconds")                                           \
    FILE_STATX_ROW(X, a, b, ST_ATIME_NS, STAT, "st_atime_ns", CLI_TIMESPEC_NS, OS_STATX_ATIME,     \
                   TIME, stx_atime, "last access, nanoseconds")                                    \
    FILE_STATX_ROW(X, a, b, ST_MTIME_NS, STAT, "st_mtime_ns", CLI_TIMESPEC_NS, OS_STATX_MTIME,     \
                   TIME, stx_mtime, "last change of the contents, nanoseconds")                    \
    FILE_STATX_ROW(X, a, b, ST_CTIME_NS, STAT, "st_ctime_ns", CLI_TIMESPEC_NS, OS_STATX_CTIME,     \
                   TIME, stx_ctime, "last change of the status, nanoseconds")                      \
    FILE_STATX_ROW(X, a, b, ST_BIRTHTIME_NS, STAT, "st_birthtime_ns", CLI_TIMESPEC_NS,             \
                   OS_STATX_BTIME, TIME, stx_btime, "creation, nanoseconds")                       \
    FILE_STATX_ROW(X, a, b, ST_BLOCKS, STAT, "st_blocks", CLI_UINT, OS_STATX_BLOCKS, STATX,        \
                   stx_blocks, "allocated 512-byte blocks")                                        \
    FILE_STATX_ROW(X, a, b, ST_BLKSIZE, STAT, "st_blksize", CLI_UINT, 0, STATX, stx_blksize,       \
                   "preferred I/O size in bytes")                                                  \
    FILE_STATX_ROW(X, a, b, ST_RDEV, STAT, "st_rdev", CLI_UINT, 0, DEVICE, stx_rdev_major,         \
                   "device number of a device file")

#define FILE_RECORD_MORE(X, a, b)                                                                  \
    FILE_STATX_ROW(X, a, b, ATIME, FILE, "atime", CLI_TIMESTAMP, OS_STATX_ATIME, TIME, stx_atime,  \
                   "last access, UTC")                                                             \
    FILE_STATX_ROW(X, a, b, MTIME, FILE, "mtime", CLI_TIMESTAMP, OS_STATX_MTIME, TIME, stx_mtime,  \
                   "last change of the contents, UTC")                                             \
    FILE_STATX_ROW(X, a, b, CTIME, FILE, "ctime", CLI_TIMESTAMP, OS_STATX_CTIME, TIME, stx_ctime,  \
                   "last change of the status, UTC")                                               \
    FILE_STATX_ROW(X, a, b, BIRTHTIME, FILE, "birthtime", CLI_TIMESTAMP, OS_STATX_BTIME, TIME,     \
                   stx_btime, "creation, UTC")                                                     \
    FILE_STATX_ROW(X, a, b, USER, FILE, "user", CLI_BYTES, OS_STATX_UID | FILE_NEEDS_USER, CALL,   \
                   0, "owner's name; null: none")                                                  \
    FILE_STATX_ROW(X, a, b, GROUP, FILE, "group", CLI_BYTES, OS_STATX_GID | FILE_NEEDS_GROUP,      \
                   CALL, 0, "group's name; null: none")                                            \
    FILE_STATX_ROW(X, a, b, TARGET, FILE, "target", CLI_BYTES, OS_STATX_TYPE | FILE_NEEDS_TARGET,  \
                   CALL, 0, "target of a symbolic link; null: not a link")                         \
    FILE_STATX_ROW(X, a, b, CAPS, FILE, "caps", CLI_STRING, OS_STATX_TYPE | FILE_NEEDS_CAPS, CALL, \
                   0, "file capabilities as text; null: none")                                     \
    FILE_STATX_ROW(X, a, b, CAPS_ROOTID, FILE, "caps_rootid", CLI_UINT,                            \
                   OS_STATX_TYPE | FILE_NEEDS_CAPS, CALL, 0, "user whose namespace they apply to") \
    X(a, b, FLAGS, FILE, "flags", CLI_LIST, CLI_ENUM,                                              \
      FILE_NEEDS_STATX | OS_STATX_TYPE | FILE_NEEDS_FLAGS, CALL, 0,                                \
      "inode flags as chattr(1) names them; null: not supported")                                  \
    FILE_STATX_ROW(X, a, b, PROJID, FILE, "projid", CLI_UINT, OS_STATX_TYPE | FILE_NEEDS_FLAGS,    \
                   CALL, 0, "quota project")                                                       \
    FILE_STATX_ROW(X, a, b, DEV_MAJOR, FILE, "dev_major", CLI_UINT, 0, STATX, stx_dev_major,       \
                   "os.major(st_dev)")                                                             \
    FILE_STATX_ROW(X, a, b, DEV_MINOR, FILE, "dev_minor", CLI_UINT, 0, STATX, stx_dev_minor,       \
                   "os.minor(st_dev)")                                                             \
    FILE_STATX_ROW(X, a, b, RDEV_MAJOR, FILE, "rdev_major", CLI_UINT, 0, STATX, stx_rdev_major,    \
                   "os.major(st_rdev)")                                                            \
    FILE_STATX_ROW(X, a, b, RDEV_MINOR, FILE, "rdev_minor", CLI_UINT, 0, STATX, stx_rdev_minor,    \
                   "os.minor(st_rdev)")

#define FILE_ATTRIBUTE_ROW(X, a, b, id, name, help)                                                \
    FILE_STATX_ROW(X, a, b, ATTR_##id, FILE, name, CLI_BOOL, 0, ATTRIBUTE, OS_STATX_ATTR_##id, help)

#define FILE_RECORD_ATTRIBUTES(X, a, b)                                                            \
    FILE_STATX_ROW(X, a, b, STX_MASK, FILE, "stx_mask", CLI_UINT,                                  \
                   OS_STATX_BASIC_STATS | OS_STATX_BTIME, ALWAYS, stx_mask,                        \
                   "STATX_* bits of what was retrieved")                                           \
    FILE_STATX_ROW(X, a, b, STX_ATTRIBUTES, FILE, "stx_attributes", CLI_UINT, 0, STATX,            \
                   stx_attributes, "STATX_ATTR_* bits that are set")                               \
    FILE_STATX_ROW(X, a, b, STX_ATTRIBUTES_MASK, FILE, "stx_attributes_mask", CLI_UINT, 0, STATX,  \
                   stx_attributes_mask, "STATX_ATTR_* bits that are supported")                    \
    FILE_ATTRIBUTE_ROW(X, a, b, COMPRESSED, "attr_compressed", "STATX_ATTR_COMPRESSED")            \
    FILE_ATTRIBUTE_ROW(X, a, b, IMMUTABLE, "attr_immutable", "STATX_ATTR_IMMUTABLE")               \
    FILE_ATTRIBUTE_ROW(X, a, b, APPEND, "attr_append", "STATX_ATTR_APPEND")                        \
    FILE_ATTRIBUTE_ROW(X, a, b, NODUMP, "attr_nodump", "STATX_ATTR_NODUMP")                        \
    FILE_ATTRIBUTE_ROW(X, a, b, ENCRYPTED, "attr_encrypted", "STATX_ATTR_ENCRYPTED")               \
    FILE_ATTRIBUTE_ROW(X, a, b, AUTOMOUNT, "attr_automount", "STATX_ATTR_AUTOMOUNT")               \
    FILE_ATTRIBUTE_ROW(X, a, b, MOUNT_ROOT, "attr_mount_root",                                     \
                       "STATX_ATTR_MOUNT_ROOT: root of a mount")                                   \
    FILE_ATTRIBUTE_ROW(X, a, b, VERITY, "attr_verity", "STATX_ATTR_VERITY")                        \
    FILE_ATTRIBUTE_ROW(X, a, b, DAX, "attr_dax", "STATX_ATTR_DAX")                                 \
    FILE_ATTRIBUTE_ROW(X, a, b, WRITE_ATOMIC, "attr_write_atomic", "STATX_ATTR_WRITE_ATOMIC")

#define FILE_RECORD_STATX(X, a, b)                                                                 \
    FILE_STATX_ROW(X, a, b, STX_MNT_ID, FILE, "stx_mnt_id", CLI_UINT, OS_STATX_MNT_ID, STATX,      \
                   stx_mnt_id, "mount id, as in mountinfo")                                        \
    FILE_STATX_ROW(X, a, b, STX_MNT_ID_UNIQUE, FILE, "stx_mnt_id_unique", CLI_UINT,                \
                   FILE_NEEDS_MNT_UNIQUE, CALL, 0, "mount id that is never used again")            \
    FILE_STATX_ROW(X, a, b, STX_DIO_MEM_ALIGN, FILE, "stx_dio_mem_align", CLI_UINT,                \
                   OS_STATX_DIOALIGN, STATX, stx_dio_mem_align, "direct I/O: alignment in memory") \
    FILE_STATX_ROW(X, a, b, STX_DIO_OFFSET_ALIGN, FILE, "stx_dio_offset_align", CLI_UINT,          \
                   OS_STATX_DIOALIGN, STATX, stx_dio_offset_align,                                 \
                   "direct I/O: alignment in the file")                                            \
    FILE_STATX_ROW(X, a, b, STX_DIO_READ_OFFSET_ALIGN, FILE, "stx_dio_read_offset_align",          \
                   CLI_UINT, OS_STATX_DIO_READ_ALIGN, STATX, stx_dio_read_offset_align,            \
                   "direct I/O: alignment in the file for reads")                                  \
    FILE_STATX_ROW(X, a, b, STX_SUBVOL, FILE, "stx_subvol", CLI_UINT, OS_STATX_SUBVOL, STATX,      \
                   stx_subvol, "subvolume")                                                        \
    FILE_STATX_ROW(X, a, b, STX_ATOMIC_WRITE_UNIT_MIN, FILE, "stx_atomic_write_unit_min",          \
                   CLI_UINT, OS_STATX_WRITE_ATOMIC, STATX, stx_atomic_write_unit_min,              \
                   "atomic write: smallest size")                                                  \
    FILE_STATX_ROW(X, a, b, STX_ATOMIC_WRITE_UNIT_MAX, FILE, "stx_atomic_write_unit_max",          \
                   CLI_UINT, OS_STATX_WRITE_ATOMIC, STATX, stx_atomic_write_unit_max,              \
                   "atomic write: largest size")                                                   \
    FILE_STATX_ROW(X, a, b, STX_ATOMIC_WRITE_UNIT_MAX_OPT, FILE, "stx_atomic_write_unit_max_opt",  \
                   CLI_UINT, OS_STATX_WRITE_ATOMIC, STATX, stx_atomic_write_unit_max_opt,          \
                   "atomic write: largest size that is fast")                                      \
    FILE_STATX_ROW(X, a, b, STX_ATOMIC_WRITE_SEGMENTS_MAX, FILE, "stx_atomic_write_segments_max",  \
                   CLI_UINT, OS_STATX_WRITE_ATOMIC, STATX, stx_atomic_write_segments_max,          \
                   "atomic write: largest number of segments")

#define FILE_SYSTEM_ROW(X, a, b, id, group, name, type, item, origin, member, help)                \
    X(a, b, id, group, name, type, item, FILE_NEEDS_STATVFS, origin, member, help)

#define FILE_RECORD_SYSTEM(X, a, b)                                                                \
    FILE_SYSTEM_ROW(X, a, b, F_BSIZE, SYSTEM, "f_bsize", CLI_UINT, 0, STATVFS, f_bsize,            \
                    "preferred I/O size in bytes")                                                 \
    FILE_SYSTEM_ROW(X, a, b, F_FRSIZE, SYSTEM, "f_frsize", CLI_UINT, 0, STATVFS, f_frsize,         \
                    "unit of the block counts in bytes")                                           \
    FILE_SYSTEM_ROW(X, a, b, F_BLOCKS, SYSTEM, "f_blocks", CLI_UINT, 0, STATVFS, f_blocks,         \
                    "size in units of f_frsize")                                                   \
    FILE_SYSTEM_ROW(X, a, b, F_BFREE, SYSTEM, "f_bfree", CLI_UINT, 0, STATVFS, f_bfree,            \
                    "free blocks")                                                                 \
    FILE_SYSTEM_ROW(X, a, b, F_BAVAIL, SYSTEM, "f_bavail", CLI_UINT, 0, STATVFS, f_bavail,         \
                    "free blocks for unprivileged users")                                          \
    FILE_SYSTEM_ROW(X, a, b, F_FILES, SYSTEM, "f_files", CLI_UINT, 0, STATVFS, f_files,            \
                    "number of inodes")                                                            \
    FILE_SYSTEM_ROW(X, a, b, F_FFREE, SYSTEM, "f_ffree", CLI_UINT, 0, STATVFS, f_ffree,            \
                    "free inodes")                                                                 \
    FILE_SYSTEM_ROW(X, a, b, F_FAVAIL, SYSTEM, "f_favail", CLI_UINT, 0, STATVFS, f_favail,         \
                    "free inodes for unprivileged users")                                          \
    FILE_SYSTEM_ROW(X, a, b, F_FLAG, SYSTEM, "f_flag", CLI_UINT, 0, STATVFS, f_flag,               \
                    "ST_* bits of the mount")                                                      \
    FILE_SYSTEM_ROW(X, a, b, F_NAMEMAX, SYSTEM, "f_namemax", CLI_UINT, 0, STATVFS, f_namemax,      \
                    "longest file name in bytes")                                                  \
    FILE_SYSTEM_ROW(X, a, b, F_FSID, SYSTEM, "f_fsid", CLI_UINT, 0, STATVFS, f_fsid,               \
                    "file system id")                                                              \
    FILE_SYSTEM_ROW(X, a, b, F_FLAGS, SYSTEM, "f_flags", CLI_LIST, CLI_ENUM, CALL, 0,              \
                    "the names of the bits of f_flag")                                             \
    FILE_SYSTEM_ROW(X, a, b, F_TYPE, SYSTEM_MORE, "f_type", CLI_UINT, 0, STATVFS, f_type,          \
                    "magic number, statfs(2)")                                                     \
    FILE_SYSTEM_ROW(X, a, b, F_TYPENAME, SYSTEM_MORE, "f_typename", CLI_STRING, 0, CALL, 0,        \
                    "file system's name; null: unknown")

#define FILE_LIMIT_ROW(X, a, b, id, help)                                                          \
    X(a, b, id, LIMIT, #id, CLI_INT, 0, FILE_NEEDS_PATHCONF, CALL, 0, help)

#define FILE_RECORD_LIMITS(X, a, b)                                                                \
    FILE_LIMIT_ROW(X, a, b, PC_ALLOC_SIZE_MIN, "smallest allocation")                              \
    FILE_LIMIT_ROW(X, a, b, PC_ASYNC_IO, "asynchronous I/O works")                                 \
    FILE_LIMIT_ROW(X, a, b, PC_CHOWN_RESTRICTED, "giving files away needs privilege")              \
    FILE_LIMIT_ROW(X, a, b, PC_FILESIZEBITS, "bits of a file size")                                \
    FILE_LIMIT_ROW(X, a, b, PC_LINK_MAX, "most hard links")                                        \
    FILE_LIMIT_ROW(X, a, b, PC_MAX_CANON, "longest line of a terminal")                            \
    FILE_LIMIT_ROW(X, a, b, PC_MAX_INPUT, "a terminal's input queue")                              \
    FILE_LIMIT_ROW(X, a, b, PC_NAME_MAX, "longest file name in bytes")                             \
    FILE_LIMIT_ROW(X, a, b, PC_NO_TRUNC, "names too long are errors")                              \
    FILE_LIMIT_ROW(X, a, b, PC_PATH_MAX, "longest path")                                           \
    FILE_LIMIT_ROW(X, a, b, PC_PIPE_BUF, "largest atomic write to a pipe")                         \
    FILE_LIMIT_ROW(X, a, b, PC_PRIO_IO, "prioritised I/O works")                                   \
    FILE_LIMIT_ROW(X, a, b, PC_REC_INCR_XFER_SIZE, "transfer size: step")                          \
    FILE_LIMIT_ROW(X, a, b, PC_REC_MAX_XFER_SIZE, "transfer size: most")                           \
    FILE_LIMIT_ROW(X, a, b, PC_REC_MIN_XFER_SIZE, "transfer size: least")                          \
    FILE_LIMIT_ROW(X, a, b, PC_REC_XFER_ALIGN, "transfer alignment")                               \
    FILE_LIMIT_ROW(X, a, b, PC_SOCK_MAXBUF, "largest socket buffer")                               \
    FILE_LIMIT_ROW(X, a, b, PC_SYMLINK_MAX, "longest symbolic link")                               \
    FILE_LIMIT_ROW(X, a, b, PC_SYNC_IO, "synchronised I/O works")                                  \
    FILE_LIMIT_ROW(X, a, b, PC_VDISABLE, "character that disables a terminal's")

/* Positions of the rows, relative to the first one: FILE_PATH, FILE_TYPE, ... */
#define FILE_RECORD_ID(a, b, id, ...) FILE_##id,
enum file_field { FILE_RECORD(FILE_RECORD_ID, _, _) FILE_FIELDS };

/* The rows of an applet's field table from `base` on. For each group, PREFIX_VIEWS_GROUP are the
 * views that its fields belong to, and PREFIX_DEFAULTS_GROUP those that show them by default; all
 * of them can be named in the views PREFIX_NAMEABLE. */
#define FILE_RECORD_ROWS(base, PREFIX)                                                             \
    FILE_RECORD_FIRST(FILE_RECORD_ROW, base, PREFIX)                                               \
    FILE_RECORD_REST(FILE_RECORD_NEXT_ROW, base, PREFIX)

#define FILE_RECORD_NEXT_ROW(...) , FILE_RECORD_ROW(__VA_ARGS__)
#define FILE_RECORD_ROW(base, PREFIX, id, group, name_, type_, item_, needs_, origin_, member_,    \
                        help_)                                                                     \
    [(base) + FILE_##id] = { .name = name_,                                                        \
                             .type = type_,                                                        \
                             .item = item_,                                                        \
                             .views = PREFIX##_VIEWS_##group,                                      \
                             .defaults = PREFIX##_DEFAULTS_##group,                                \
                             .nameable = PREFIX##_NAMEABLE,                                        \
                             .needs = needs_,                                                      \
                             .help = help_ }

/* Sets the values of the selected fields that *st contains, null if the kernel did not fill the
 * member; `values` is the whole record, `base` the position of the first row. *mode is room for the
 * value of FILE_MODE. */
void file_record_set_statx(const struct cli_writer *writer, unsigned base,
                           const struct os_statx *st, char mode[static 11],
                           struct cli_value *values);

/* The same for the members of *fs; FILE_F_FLAGS is not among them. */
void file_record_set_statvfs(const struct cli_writer *writer, unsigned base,
                             const struct os_statvfs *fs, struct cli_value *values);

/* Returns the type in an st_mode, such as "file" or "directory"; NULL for one without type bits. */
const char *file_type_name(unsigned mode);

/* Stores a mode as ls -l prints it, "-rw-r--r--", in text. Returns text. */
const char *file_mode_text(unsigned mode, char text[static 11]);
