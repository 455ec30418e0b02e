/* SPDX-License-Identifier: 0BSD
 *
 * The table of a file's fields: their types, views and what each needs.
 */
#include "applets/common/file_record.h"

const char *const stat_views[] = { "file",  "file-system", "access", "pathconf", "descriptor",
                                   "entry", "tuple",       "sum",    NULL };

enum {
    STAT_FILE_VIEW = 1 << STAT_VIEW_FILE | 1 << STAT_VIEW_DESCRIPTOR,
    ENTRY_VIEW = 1 << WALK_VIEW_ENTRY,
    TUPLE_VIEW = 1 << WALK_VIEW_TUPLE,
    SUM_VIEW = 1 << WALK_VIEW_SUM,
    FILE_VIEW = STAT_FILE_VIEW | ENTRY_VIEW,
    FS_VIEW = 1 << STAT_VIEW_FILE_SYSTEM,
    ACCESS_VIEW = 1 << STAT_VIEW_ACCESS,
    PATHCONF_VIEW = 1 << STAT_VIEW_PATHCONF,
    DESCRIPTOR_VIEW = 1 << STAT_VIEW_DESCRIPTOR,
    EVERY_VIEW = STAT_FILE_VIEW | FS_VIEW | ACCESS_VIEW | PATHCONF_VIEW | ENTRY_VIEW,
};

#define FILE_FIELD(name_, type_, mask_, help_)                                                     \
    {                                                                                              \
        .name = name_, .type = type_, .views = FILE_VIEW, .needs = STAT_NEEDS_FILE | (mask_),      \
        .help = help_                                                                              \
    }
#define OS_FIELD(name_, type_, mask_, help_)                                                       \
    {                                                                                              \
        .name = name_, .type = type_, .views = FILE_VIEW, .defaults = STAT_FILE_VIEW,              \
        .needs = STAT_NEEDS_FILE | (mask_), .help = help_                                          \
    }
#define FS_FIELD(name_, type_, help_)                                                              \
    {                                                                                              \
        .name = name_, .type = type_, .views = FS_VIEW, .defaults = FS_VIEW,                       \
        .needs = STAT_NEEDS_STATVFS, .help = help_                                                 \
    }
#define PATHCONF_FIELD(name_, help_)                                                               \
    {                                                                                              \
        .name = name_, .type = CLI_INT, .views = PATHCONF_VIEW, .defaults = PATHCONF_VIEW,         \
        .needs = STAT_NEEDS_PATHCONF, .help = help_                                                \
    }
#define DESCRIPTOR_FIELD(name_, type_, needs_, help_)                                              \
    {                                                                                              \
        .name = name_, .type = type_, .views = DESCRIPTOR_VIEW, .defaults = DESCRIPTOR_VIEW,       \
        .needs = needs_, .help = help_                                                             \
    }

#define WALK_FIELD(name_, type_, help_)                                                            \
    { .name = name_, .type = type_, .views = ENTRY_VIEW, .help = help_ }
#define SUM_FIELD(name_, type_, help_)                                                             \
    { .name = name_, .type = type_, .views = SUM_VIEW, .defaults = SUM_VIEW, .help = help_ }

/* st_mode's type bits and permission bits are two bits of the mask. */
#define MASK_MODE (OS_STATX_TYPE | OS_STATX_MODE)

const struct cli_field stat_fields[] = {
    [STAT_PATH] = { .name = "path",
                    .type = CLI_BYTES,
                    .views = EVERY_VIEW,
                    .defaults = EVERY_VIEW,
                    .help = "the name as given; null of a descriptor" },
    [STAT_TYPE] = OS_FIELD("type", CLI_ENUM, OS_STATX_TYPE,
                           "file, directory, symlink, fifo, socket, block, character"),
    [STAT_MODE] = FILE_FIELD("mode", CLI_STRING, MASK_MODE, "permissions as ls -l shows them"),
    [STAT_ST_MODE] = OS_FIELD("st_mode", CLI_MODE, MASK_MODE, "type and permission bits"),
    [STAT_ST_INO] = OS_FIELD("st_ino", CLI_UINT, OS_STATX_INO, "inode number"),
    [STAT_ST_DEV] = OS_FIELD("st_dev", CLI_UINT, 0, "device that holds the file"),
    [STAT_ST_NLINK] = OS_FIELD("st_nlink", CLI_UINT, OS_STATX_NLINK, "number of hard links"),
    [STAT_ST_UID] = OS_FIELD("st_uid", CLI_UINT, OS_STATX_UID, "user id of the owner"),
    [STAT_ST_GID] = OS_FIELD("st_gid", CLI_UINT, OS_STATX_GID, "group id of the owner"),
    [STAT_ST_SIZE] = OS_FIELD("st_size", CLI_UINT, OS_STATX_SIZE, "size in bytes"),
    [STAT_ST_ATIME] = OS_FIELD("st_atime", CLI_TIMESPEC, OS_STATX_ATIME, "last access, seconds"),
    [STAT_ST_MTIME] =
        OS_FIELD("st_mtime", CLI_TIMESPEC, OS_STATX_MTIME, "last change of the contents, seconds"),
    [STAT_ST_CTIME] =
        OS_FIELD("st_ctime", CLI_TIMESPEC, OS_STATX_CTIME, "last change of the status, seconds"),
    [STAT_ST_BIRTHTIME] =
        OS_FIELD("st_birthtime", CLI_TIMESPEC, OS_STATX_BTIME, "creation, seconds"),
    [STAT_ST_ATIME_NS] =
        OS_FIELD("st_atime_ns", CLI_TIMESPEC_NS, OS_STATX_ATIME, "last access, nanoseconds"),
    [STAT_ST_MTIME_NS] = OS_FIELD("st_mtime_ns", CLI_TIMESPEC_NS, OS_STATX_MTIME,
                                  "last change of the contents, nanoseconds"),
    [STAT_ST_CTIME_NS] = OS_FIELD("st_ctime_ns", CLI_TIMESPEC_NS, OS_STATX_CTIME,
                                  "last change of the status, nanoseconds"),
    [STAT_ST_BIRTHTIME_NS] =
        OS_FIELD("st_birthtime_ns", CLI_TIMESPEC_NS, OS_STATX_BTIME, "creation, nanoseconds"),
    [STAT_ST_BLOCKS] =
        OS_FIELD("st_blocks", CLI_UINT, OS_STATX_BLOCKS, "allocated 512-byte blocks"),
    [STAT_ST_BLKSIZE] = OS_FIELD("st_blksize", CLI_UINT, 0, "preferred I/O size in bytes"),
    [STAT_ST_RDEV] = OS_FIELD("st_rdev", CLI_UINT, 0, "device number of a device file"),
    [STAT_ATIME] = FILE_FIELD("atime", CLI_TIMESTAMP, OS_STATX_ATIME, "last access, UTC"),
    [STAT_MTIME] =
        FILE_FIELD("mtime", CLI_TIMESTAMP, OS_STATX_MTIME, "last change of the contents, UTC"),
    [STAT_CTIME] =
        FILE_FIELD("ctime", CLI_TIMESTAMP, OS_STATX_CTIME, "last change of the status, UTC"),
    [STAT_BIRTHTIME] = FILE_FIELD("birthtime", CLI_TIMESTAMP, OS_STATX_BTIME, "creation, UTC"),
    [STAT_USER] = FILE_FIELD("user", CLI_BYTES, OS_STATX_UID, "owner's name; null: has none"),
    [STAT_GROUP] = FILE_FIELD("group", CLI_BYTES, OS_STATX_GID, "group's name; null: has none"),
    [STAT_TARGET] = FILE_FIELD("target", CLI_BYTES, OS_STATX_TYPE | STAT_NEEDS_TARGET,
                               "what a symbolic link holds; null: not a link"),
    [STAT_CAPS] = FILE_FIELD("caps", CLI_STRING, OS_STATX_TYPE | STAT_NEEDS_CAPS,
                             "file capabilities as text; null: none"),
    [STAT_CAPS_ROOTID] = FILE_FIELD("caps_rootid", CLI_UINT, OS_STATX_TYPE | STAT_NEEDS_CAPS,
                                    "user whose namespace they hold in"),
    [STAT_FLAGS] = { .name = "flags",
                     .type = CLI_LIST,
                     .item = CLI_ENUM,
                     .views = FILE_VIEW,
                     .needs = STAT_NEEDS_FILE | OS_STATX_TYPE | STAT_NEEDS_ATTRIBUTES,
                     .help =
                         "inode flags as chattr(1) names them; null: the file system has none" },
    [STAT_PROJID] =
        FILE_FIELD("projid", CLI_UINT, OS_STATX_TYPE | STAT_NEEDS_ATTRIBUTES, "quota project"),
    [STAT_DEV_MAJOR] = FILE_FIELD("dev_major", CLI_UINT, 0, "os.major(st_dev)"),
    [STAT_DEV_MINOR] = FILE_FIELD("dev_minor", CLI_UINT, 0, "os.minor(st_dev)"),
    [STAT_RDEV_MAJOR] = FILE_FIELD("rdev_major", CLI_UINT, 0, "os.major(st_rdev)"),
    [STAT_RDEV_MINOR] = FILE_FIELD("rdev_minor", CLI_UINT, 0, "os.minor(st_rdev)"),
    [STAT_STX_MASK] = FILE_FIELD("stx_mask", CLI_UINT, OS_STATX_BASIC_STATS | OS_STATX_BTIME,
                                 "STATX_* bits of what was retrieved"),
    [STAT_STX_ATTRIBUTES] =
        FILE_FIELD("stx_attributes", CLI_UINT, 0, "STATX_ATTR_* bits that are set"),
    [STAT_STX_ATTRIBUTES_MASK] =
        FILE_FIELD("stx_attributes_mask", CLI_UINT, 0, "STATX_ATTR_* bits that can be told"),
    [STAT_ATTR_COMPRESSED] = FILE_FIELD("attr_compressed", CLI_BOOL, 0, "STATX_ATTR_COMPRESSED"),
    [STAT_ATTR_IMMUTABLE] = FILE_FIELD("attr_immutable", CLI_BOOL, 0, "STATX_ATTR_IMMUTABLE"),
    [STAT_ATTR_APPEND] = FILE_FIELD("attr_append", CLI_BOOL, 0, "STATX_ATTR_APPEND"),
    [STAT_ATTR_NODUMP] = FILE_FIELD("attr_nodump", CLI_BOOL, 0, "STATX_ATTR_NODUMP"),
    [STAT_ATTR_ENCRYPTED] = FILE_FIELD("attr_encrypted", CLI_BOOL, 0, "STATX_ATTR_ENCRYPTED"),
    [STAT_ATTR_AUTOMOUNT] = FILE_FIELD("attr_automount", CLI_BOOL, 0, "STATX_ATTR_AUTOMOUNT"),
    [STAT_ATTR_MOUNT_ROOT] =
        FILE_FIELD("attr_mount_root", CLI_BOOL, 0, "STATX_ATTR_MOUNT_ROOT: root of a mount"),
    [STAT_ATTR_VERITY] = FILE_FIELD("attr_verity", CLI_BOOL, 0, "STATX_ATTR_VERITY"),
    [STAT_ATTR_DAX] = FILE_FIELD("attr_dax", CLI_BOOL, 0, "STATX_ATTR_DAX"),
    [STAT_ATTR_WRITE_ATOMIC] =
        FILE_FIELD("attr_write_atomic", CLI_BOOL, 0, "STATX_ATTR_WRITE_ATOMIC"),
    [STAT_STX_MNT_ID] =
        FILE_FIELD("stx_mnt_id", CLI_UINT, OS_STATX_MNT_ID, "mount id, as in mountinfo"),
    [STAT_STX_MNT_ID_UNIQUE] = FILE_FIELD("stx_mnt_id_unique", CLI_UINT, STAT_NEEDS_MNT_UNIQUE,
                                          "mount id that is never used again"),
    [STAT_STX_DIO_MEM_ALIGN] = FILE_FIELD("stx_dio_mem_align", CLI_UINT, OS_STATX_DIOALIGN,
                                          "direct I/O: alignment in memory"),
    [STAT_STX_DIO_OFFSET_ALIGN] = FILE_FIELD("stx_dio_offset_align", CLI_UINT, OS_STATX_DIOALIGN,
                                             "direct I/O: alignment in the file"),
    [STAT_STX_DIO_READ_OFFSET_ALIGN] =
        FILE_FIELD("stx_dio_read_offset_align", CLI_UINT, OS_STATX_DIO_READ_ALIGN,
                   "direct I/O: alignment in the file for reads"),
    [STAT_STX_SUBVOL] = FILE_FIELD("stx_subvol", CLI_UINT, OS_STATX_SUBVOL, "subvolume"),
    [STAT_STX_ATOMIC_WRITE_UNIT_MIN] =
        FILE_FIELD("stx_atomic_write_unit_min", CLI_UINT, OS_STATX_WRITE_ATOMIC,
                   "atomic write: smallest size"),
    [STAT_STX_ATOMIC_WRITE_UNIT_MAX] = FILE_FIELD(
        "stx_atomic_write_unit_max", CLI_UINT, OS_STATX_WRITE_ATOMIC, "atomic write: largest size"),
    [STAT_STX_ATOMIC_WRITE_UNIT_MAX_OPT] =
        FILE_FIELD("stx_atomic_write_unit_max_opt", CLI_UINT, OS_STATX_WRITE_ATOMIC,
                   "atomic write: largest size that is fast"),
    [STAT_STX_ATOMIC_WRITE_SEGMENTS_MAX] =
        FILE_FIELD("stx_atomic_write_segments_max", CLI_UINT, OS_STATX_WRITE_ATOMIC,
                   "atomic write: largest number of segments"),
    [STAT_F_BSIZE] = FS_FIELD("f_bsize", CLI_UINT, "preferred I/O size in bytes"),
    [STAT_F_FRSIZE] = FS_FIELD("f_frsize", CLI_UINT, "unit of the block counts in bytes"),
    [STAT_F_BLOCKS] = FS_FIELD("f_blocks", CLI_UINT, "size in units of f_frsize"),
    [STAT_F_BFREE] = FS_FIELD("f_bfree", CLI_UINT, "free blocks"),
    [STAT_F_BAVAIL] = FS_FIELD("f_bavail", CLI_UINT, "free blocks for unprivileged users"),
    [STAT_F_FILES] = FS_FIELD("f_files", CLI_UINT, "number of inodes"),
    [STAT_F_FFREE] = FS_FIELD("f_ffree", CLI_UINT, "free inodes"),
    [STAT_F_FAVAIL] = FS_FIELD("f_favail", CLI_UINT, "free inodes for unprivileged users"),
    [STAT_F_FLAG] = FS_FIELD("f_flag", CLI_UINT, "ST_* bits of the mount"),
    [STAT_F_NAMEMAX] = FS_FIELD("f_namemax", CLI_UINT, "longest file name in bytes"),
    [STAT_F_FSID] = FS_FIELD("f_fsid", CLI_UINT, "file system id"),
    [STAT_F_FLAGS] = { .name = "f_flags",
                       .type = CLI_LIST,
                       .item = CLI_ENUM,
                       .views = FS_VIEW,
                       .defaults = FS_VIEW,
                       .needs = STAT_NEEDS_STATVFS,
                       .help = "the names of the bits of f_flag" },
    [STAT_F_TYPE] = { .name = "f_type",
                      .type = CLI_UINT,
                      .views = FS_VIEW,
                      .needs = STAT_NEEDS_STATVFS,
                      .help = "magic number, statfs(2)" },
    [STAT_F_TYPENAME] = { .name = "f_typename",
                          .type = CLI_STRING,
                          .views = FS_VIEW,
                          .needs = STAT_NEEDS_STATVFS,
                          .help = "file system's name; null: not known to osbox" },
    [STAT_ACCESS] = { .name = "access",
                      .type = CLI_BOOL,
                      .views = ACCESS_VIEW,
                      .defaults = ACCESS_VIEW,
                      .needs = STAT_NEEDS_ACCESS,
                      .help = "whether what --access asks for is allowed" },
    [STAT_PC_ALLOC_SIZE_MIN] = PATHCONF_FIELD("PC_ALLOC_SIZE_MIN", "smallest allocation"),
    [STAT_PC_ASYNC_IO] = PATHCONF_FIELD("PC_ASYNC_IO", "asynchronous I/O works"),
    [STAT_PC_CHOWN_RESTRICTED] =
        PATHCONF_FIELD("PC_CHOWN_RESTRICTED", "giving files away needs privilege"),
    [STAT_PC_FILESIZEBITS] = PATHCONF_FIELD("PC_FILESIZEBITS", "bits of a file size"),
    [STAT_PC_LINK_MAX] = PATHCONF_FIELD("PC_LINK_MAX", "most hard links"),
    [STAT_PC_MAX_CANON] = PATHCONF_FIELD("PC_MAX_CANON", "longest line of a terminal"),
    [STAT_PC_MAX_INPUT] = PATHCONF_FIELD("PC_MAX_INPUT", "a terminal's input queue"),
    [STAT_PC_NAME_MAX] = PATHCONF_FIELD("PC_NAME_MAX", "longest file name in bytes"),
    [STAT_PC_NO_TRUNC] = PATHCONF_FIELD("PC_NO_TRUNC", "names too long are errors"),
    [STAT_PC_PATH_MAX] = PATHCONF_FIELD("PC_PATH_MAX", "longest path"),
    [STAT_PC_PIPE_BUF] = PATHCONF_FIELD("PC_PIPE_BUF", "largest atomic write to a pipe"),
    [STAT_PC_PRIO_IO] = PATHCONF_FIELD("PC_PRIO_IO", "prioritised I/O works"),
    [STAT_PC_REC_INCR_XFER_SIZE] = PATHCONF_FIELD("PC_REC_INCR_XFER_SIZE", "transfer size: step"),
    [STAT_PC_REC_MAX_XFER_SIZE] = PATHCONF_FIELD("PC_REC_MAX_XFER_SIZE", "transfer size: most"),
    [STAT_PC_REC_MIN_XFER_SIZE] = PATHCONF_FIELD("PC_REC_MIN_XFER_SIZE", "transfer size: least"),
    [STAT_PC_REC_XFER_ALIGN] = PATHCONF_FIELD("PC_REC_XFER_ALIGN", "transfer alignment"),
    [STAT_PC_SOCK_MAXBUF] = PATHCONF_FIELD("PC_SOCK_MAXBUF", "largest socket buffer"),
    [STAT_PC_SYMLINK_MAX] = PATHCONF_FIELD("PC_SYMLINK_MAX", "longest symbolic link"),
    [STAT_PC_SYNC_IO] = PATHCONF_FIELD("PC_SYNC_IO", "synchronised I/O works"),
    [STAT_PC_VDISABLE] = PATHCONF_FIELD("PC_VDISABLE", "character that disables a terminal's"),
    [STAT_TTY] = DESCRIPTOR_FIELD("tty", CLI_BOOL, STAT_NEEDS_DESCRIPTOR, "os.isatty"),
    [STAT_TTYNAME] = DESCRIPTOR_FIELD("ttyname", CLI_BYTES, STAT_NEEDS_TTYNAME,
                                      "os.ttyname; null: no terminal, or one without a name"),
    [STAT_BLOCKING] = DESCRIPTOR_FIELD("blocking", CLI_BOOL, STAT_NEEDS_DESCRIPTOR,
                                       "os.get_blocking: O_NONBLOCK is not set"),
    [STAT_INHERITABLE] =
        DESCRIPTOR_FIELD("inheritable", CLI_BOOL, STAT_NEEDS_DESCRIPTOR, "os.get_inheritable"),
    [STAT_OFFSET] = DESCRIPTOR_FIELD("offset", CLI_INT, STAT_NEEDS_DESCRIPTOR,
                                     "file offset; null: cannot be sought"),
    [STAT_FD_PGRP] = DESCRIPTOR_FIELD("fd_pgrp", CLI_INT, STAT_NEEDS_DESCRIPTOR,
                                      "os.tcgetpgrp; null: not the controlling terminal"),
    [STAT_COLUMNS] = DESCRIPTOR_FIELD("columns", CLI_UINT, STAT_NEEDS_DESCRIPTOR,
                                      "os.get_terminal_size; null: no terminal"),
    [STAT_LINES] = DESCRIPTOR_FIELD("lines", CLI_UINT, STAT_NEEDS_DESCRIPTOR,
                                    "os.get_terminal_size; null: no terminal"),
    [WALK_NAME] = WALK_FIELD("name", CLI_BYTES, "the last component of the path"),
    [WALK_DEPTH] = WALK_FIELD("depth", CLI_UINT, "0 is TOP"),
    [WALK_INO] = WALK_FIELD("ino", CLI_UINT, "inode number in the directory, as os.DirEntry.inode"),
    [WALK_DIRPATH] = { .name = "dirpath",
                       .type = CLI_BYTES,
                       .views = TUPLE_VIEW | SUM_VIEW,
                       .defaults = TUPLE_VIEW | SUM_VIEW,
                       .help = "the directory" },
    [WALK_DIRNAMES] = { .name = "dirnames",
                        .type = CLI_LIST,
                        .item = CLI_BYTES,
                        .views = TUPLE_VIEW,
                        .defaults = TUPLE_VIEW,
                        .help = "its subdirectories, links to directories among them" },
    [WALK_FILENAMES] = { .name = "filenames",
                         .type = CLI_LIST,
                         .item = CLI_BYTES,
                         .views = TUPLE_VIEW,
                         .defaults = TUPLE_VIEW,
                         .help = "all other names in it" },
    [WALK_FILES] = SUM_FIELD("files", CLI_UINT, "entries that are no directories"),
    [WALK_DIRS] = SUM_FIELD("dirs", CLI_UINT, "directories, itself among them"),
    [WALK_BYTES] = SUM_FIELD("bytes", CLI_UINT, "sizes, hard links once"),
    [WALK_ALLOCATED] = SUM_FIELD("allocated", CLI_UINT, "allocated bytes, hard links once"),
    [WALK_ERRORS] = SUM_FIELD("errors", CLI_UINT, "what could not be read"),
    [WALK_INCOMPLETE] = SUM_FIELD("incomplete", CLI_BOOL, "whether something could not be read"),
};

_Static_assert(sizeof stat_fields / sizeof stat_fields[0] == WALK_FIELDS, "a row for each field");
_Static_assert((int)WALK_FIELDS <= (int)CLI_FIELDS_MAX, "the selection has room");
