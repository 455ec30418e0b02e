/* SPDX-License-Identifier: 0BSD
 *
 * stat, readlink, access.
 */
#include <errno.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "os/stat.h"

enum { AT_STATX_FORCE = 0x2000, AT_STATX_DONT = 0x4000, AT_NOT_TRIGGERED = 0x800 };

static const int sync_flags[] = {
    [OS_SYNC_DEFAULT] = 0,
    [OS_SYNC_FORCE] = AT_STATX_FORCE,
    [OS_SYNC_CACHED] = AT_STATX_DONT,
};

static struct os_statx_time time_of(struct timespec t) {
    return (struct os_statx_time){ .tv_sec = t.tv_sec, .tv_nsec = (uint32_t)t.tv_nsec };
}

/* For Linux before 4.11, and seccomp filters that refuse statx. */
static int stat_without_statx(const struct os_file *file, struct os_statx *st,
                              struct base_error *e) {
    struct stat s;
    if (fstatat(file->dir_fd, os_file_path(file), &s, os_file_flags(file)) < 0)
        return os_file_fail(file, errno, "fstatat", e);
    *st = (struct os_statx){
        .stx_mask = OS_STATX_BASIC_STATS,
        .stx_blksize = (uint32_t)s.st_blksize,
        .stx_nlink = (uint32_t)s.st_nlink,
        .stx_uid = s.st_uid,
        .stx_gid = s.st_gid,
        .stx_mode = (uint16_t)s.st_mode,
        .stx_ino = s.st_ino,
        .stx_size = (uint64_t)s.st_size,
        .stx_blocks = (uint64_t)s.st_blocks,
        .stx_atime = time_of(s.st_atim),
        .stx_ctime = time_of(s.st_ctim),
        .stx_mtime = time_of(s.st_mtim),
        .stx_rdev_major = major(s.st_rdev),
        .stx_rdev_minor = minor(s.st_rdev),
        .stx_dev_major = major(s.st_dev),
        .stx_dev_minor = minor(s.st_dev),
    };
    return 0;
}

int os_stat(const struct os_file *file, unsigned mask, enum os_sync sync, struct os_statx *st,
            struct base_error *e) {
    int flags = os_file_flags(file) | AT_NOT_TRIGGERED | sync_flags[sync];
    if (syscall(SYS_statx, file->dir_fd, os_file_path(file), flags, mask, st) == 0)
        return 0;
    /* statx(2) itself has no EPERM: it comes from the seccomp filters of containers. */
    if (errno == ENOSYS || errno == EPERM)
        return stat_without_statx(file, st, e);
    return os_file_fail(file, errno, "statx", e);
}

int os_readlink(const struct os_file *file, struct buf *b, struct base_error *e) {
    /* st_size, the size of a target elsewhere, is 0 in /proc. A target that fills the room may have
     * been cut. */
    for (size_t room = 256;; room *= 2) {
        if (!buf_reserve(b, room))
            return os_file_fail(file, ENOMEM, "readlink", e);
        ssize_t n = readlinkat(file->dir_fd, os_file_path(file), b->data + b->len, room);
        if (n < 0)
            return os_file_fail(file, errno, "readlink", e);
        if ((size_t)n < room) {
            b->len += (size_t)n;
            return 0;
        }
    }
}

static int access_call(const struct os_file *file, int mode, int flags) {
    if (syscall(OS_NR_FACCESSAT2, file->dir_fd, os_file_path(file), mode, flags) == 0)
        return 0;
    /* EPERM as in os_stat(), but it may also be the result (immutable files): call again. */
    if (errno == ENOSYS || errno == EPERM)
        return faccessat(file->dir_fd, os_file_path(file), mode, flags);
    return -1;
}

int os_access(const struct os_file *file, int mode, bool effective, bool *allowed,
              struct base_error *e) {
    int flags = os_file_flags(file) | (effective ? AT_EACCESS : 0);
    *allowed = access_call(file, mode, flags) == 0;
    if (*allowed || errno == EACCES || errno == EROFS || errno == EPERM)
        return 0;
    return os_file_fail(file, errno, "faccessat", e);
}
