/* SPDX-License-Identifier: 0BSD
 *
 * Inode flags.
 */
#include <errno.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/io.h"
#include "os/inode_flags.h"

/* The flags that file_getattr(2) returns, and those of the ioctl. */
static const struct {
    uint32_t xflag, flag;
} xflags[] = {
    { FS_XFLAG_IMMUTABLE, FS_IMMUTABLE_FL },
    { FS_XFLAG_APPEND, FS_APPEND_FL },
    { FS_XFLAG_SYNC, FS_SYNC_FL },
    { FS_XFLAG_NOATIME, FS_NOATIME_FL },
    { FS_XFLAG_NODUMP, FS_NODUMP_FL },
    { FS_XFLAG_DAX, FS_DAX_FL },
    { FS_XFLAG_PROJINHERIT, FS_PROJINHERIT_FL },
};

/* As chattr(1) calls them. */
static const struct {
    uint32_t flag;
    char name[20];
} names[] = {
    { FS_SECRM_FL, "secure_deletion" },
    { FS_UNRM_FL, "undelete" },
    { FS_COMPR_FL, "compressed" },
    { FS_SYNC_FL, "sync" },
    { FS_IMMUTABLE_FL, "immutable" },
    { FS_APPEND_FL, "append" },
    { FS_NODUMP_FL, "nodump" },
    { FS_NOATIME_FL, "noatime" },
    { FS_NOCOMP_FL, "dont_compress" },
    { FS_ENCRYPT_FL, "encrypted" },
    { FS_INDEX_FL, "indexed" },
    { FS_JOURNAL_DATA_FL, "journal_data" },
    { FS_NOTAIL_FL, "notail" },
    { FS_DIRSYNC_FL, "dirsync" },
    { FS_TOPDIR_FL, "topdir" },
    { FS_EXTENT_FL, "extents" },
    { FS_VERITY_FL, "verity" },
    { FS_NOCOW_FL, "nocow" },
    { FS_DAX_FL, "dax" },
    { FS_INLINE_DATA_FL, "inline_data" },
    { FS_PROJINHERIT_FL, "projinherit" },
    { FS_CASEFOLD_FL, "casefold" },
};

const char *os_inode_flag_name(unsigned bit) {
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].flag == UINT32_C(1) << bit)
            return names[i].name;
    return NULL;
}

static int get_by_file_getattr(const struct os_file *file, struct os_inode_flags *found) {
    struct os_file_attr attr = { 0 };
    if (syscall(OS_NR_FILE_GETATTR, file->dir_fd, os_file_path(file), &attr, sizeof attr,
                os_file_flags(file)) < 0)
        return -errno;
    for (size_t i = 0; i < sizeof xflags / sizeof xflags[0]; i++)
        if (attr.fa_xflags & xflags[i].xflag)
            found->flags |= xflags[i].flag;
    found->project = attr.fa_projid;
    found->has_project = true;
    return 0;
}

/* The file may have been replaced since its type was checked: O_NONBLOCK opens a FIFO without
 * waiting, and no ioctl is called for another type. */
static int open_safely(const struct os_file *file) {
    int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY;
    if (!file->path)
        return fcntl(file->dir_fd, F_DUPFD_CLOEXEC, 0);
    return base_open(file->dir_fd, file->path, flags | (file->follow ? 0 : O_NOFOLLOW));
}

static bool is_safe(unsigned mode) {
    return S_ISREG(mode) || S_ISDIR(mode);
}

static int get_by_ioctl(const struct os_file *file, struct os_inode_flags *found) {
    int fd = open_safely(file);
    if (fd < 0)
        return file->path ? fd : -errno;
    struct stat st;
    unsigned flags = 0;
    int r = fstat(fd, &st) < 0 || (is_safe(st.st_mode) && ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0)
                ? -errno
                : 0;
    found->flags |= flags;
    struct fsxattr extra;
    if (!r && !found->has_project && ioctl(fd, FS_IOC_FSGETXATTR, &extra) == 0) {
        found->project = extra.fsx_projid;
        found->has_project = true;
    }
    close(fd);
    return r;
}

/* Whether the kernel, the file system or this type of file lacks the call. */
static bool is_unsupported(int r) {
    return r == -ENOTTY || r == -ENOSYS || r == -EOPNOTSUPP || r == -EINVAL;
}

int os_inode_flags(const struct os_file *file, unsigned mode, struct os_inode_flags *found,
                   struct base_error *e) {
    const char *operation = "file_getattr";
    *found = (struct os_inode_flags){ 0 };
    int r = get_by_file_getattr(file, found);
    if (is_safe(mode)) {
        int opened = get_by_ioctl(file, found);
        if (!is_unsupported(opened) || r < 0) {
            operation = "ioctl";
            r = opened;
        }
    }
    if (is_unsupported(r))
        r = -EOPNOTSUPP;
    return r < 0 ? os_file_fail(file, -r, operation, e) : 0;
}
