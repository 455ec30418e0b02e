/* SPDX-License-Identifier: 0BSD
 *
 * statvfs and pathconf.
 */
#include <errno.h>
#include <stddef.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "os/statvfs.h"

enum { STATFS_VALID = 0x20 }; /* set by statfs(2), hidden by statvfs(3) */

static const char flag_names[][16] = {
    [0] = "ST_RDONLY",       [1] = "ST_NOSUID",   [2] = "ST_NODEV",       [3] = "ST_NOEXEC",
    [4] = "ST_SYNCHRONOUS",  [6] = "ST_MANDLOCK", [7] = "ST_WRITE",       [8] = "ST_APPEND",
    [9] = "ST_IMMUTABLE",    [10] = "ST_NOATIME", [11] = "ST_NODIRATIME", [12] = "ST_RELATIME",
    [13] = "ST_NOSYMFOLLOW",
};

const char *os_statvfs_flag_name(unsigned bit) {
    if (bit >= sizeof flag_names / sizeof flag_names[0] || !flag_names[bit][0])
        return NULL;
    return flag_names[bit];
}

/* statfs(2) has no dir_fd: the file is opened. */
static int call_statfs(const struct os_file *file, struct statfs *s, struct base_error *e) {
    if (file->path && file->dir_fd == AT_FDCWD && file->follow)
        return statfs(file->path, s) < 0 ? os_file_fail(file, errno, "statfs", e) : 0;
    if (!file->path)
        return fstatfs(file->dir_fd, s) < 0 ? os_file_fail(file, errno, "fstatfs", e) : 0;
    int fd = os_file_open(file, e);
    if (fd < 0)
        return fd;
    int r = fstatfs(fd, s) < 0 ? os_file_fail(file, errno, "fstatfs", e) : 0;
    close(fd);
    return r;
}

int os_statvfs(const struct os_file *file, struct os_statvfs *fs, struct base_error *e) {
    struct statfs s;
    int r = call_statfs(file, &s, e);
    if (r < 0)
        return r;
    uint32_t fsid[2];
    _Static_assert(sizeof s.f_fsid == sizeof fsid, "two words");
    memcpy(fsid, &s.f_fsid, sizeof fsid);
    *fs = (struct os_statvfs){
        .f_bsize = (uint64_t)s.f_bsize,
        .f_frsize = (uint64_t)(s.f_frsize ? s.f_frsize : s.f_bsize),
        .f_blocks = s.f_blocks,
        .f_bfree = s.f_bfree,
        .f_bavail = s.f_bavail,
        .f_files = s.f_files,
        .f_ffree = s.f_ffree,
        .f_favail = s.f_ffree, /* statfs(2) has one figure, as statvfs(3) says */
        .f_fsid = fsid[0] | (uint64_t)fsid[1] << 32,
        .f_flag = (uint64_t)s.f_flags & ~(uint64_t)STATFS_VALID,
        .f_namemax = (uint64_t)s.f_namelen,
        .f_type = (uint32_t)s.f_type,
    };
    return 0;
}

const struct os_pathconf_name os_pathconf_names[] = {
    { "PC_ALLOC_SIZE_MIN", _PC_ALLOC_SIZE_MIN },
    { "PC_ASYNC_IO", _PC_ASYNC_IO },
    { "PC_CHOWN_RESTRICTED", _PC_CHOWN_RESTRICTED },
    { "PC_FILESIZEBITS", _PC_FILESIZEBITS },
    { "PC_LINK_MAX", _PC_LINK_MAX },
    { "PC_MAX_CANON", _PC_MAX_CANON },
    { "PC_MAX_INPUT", _PC_MAX_INPUT },
    { "PC_NAME_MAX", _PC_NAME_MAX },
    { "PC_NO_TRUNC", _PC_NO_TRUNC },
    { "PC_PATH_MAX", _PC_PATH_MAX },
    { "PC_PIPE_BUF", _PC_PIPE_BUF },
    { "PC_PRIO_IO", _PC_PRIO_IO },
    { "PC_REC_INCR_XFER_SIZE", _PC_REC_INCR_XFER_SIZE },
    { "PC_REC_MAX_XFER_SIZE", _PC_REC_MAX_XFER_SIZE },
    { "PC_REC_MIN_XFER_SIZE", _PC_REC_MIN_XFER_SIZE },
    { "PC_REC_XFER_ALIGN", _PC_REC_XFER_ALIGN },
    { "PC_SOCK_MAXBUF", _PC_SOCK_MAXBUF },
    { "PC_SYMLINK_MAX", _PC_SYMLINK_MAX },
    { "PC_SYNC_IO", _PC_SYNC_IO },
    { "PC_VDISABLE", _PC_VDISABLE },
    { "", -1 },
};

#ifdef __GLIBC__
static int call_pathconf(int fd, int number, int64_t *value) {
    errno = 0; /* -1 without an errno is "no limit" (pathconf(3)) */
    *value = fpathconf(fd, number);
    return *value == -1 ? -errno : 0;
}
#else
/* musl has fixed values, whatever the file system: those that may be wrong are unknown here. */
static int call_pathconf(int fd, int number, int64_t *value) {
    struct statfs s;
    if (fstatfs(fd, &s) < 0)
        return -errno;
    switch (number) {
    case _PC_NAME_MAX:
        *value = (int64_t)s.f_namelen;
        return 0;
    case _PC_REC_MIN_XFER_SIZE:
        *value = (int64_t)s.f_bsize;
        return 0;
    case _PC_REC_XFER_ALIGN:
    case _PC_ALLOC_SIZE_MIN:
        *value = (int64_t)(s.f_frsize ? s.f_frsize : s.f_bsize);
        return 0;
    case _PC_CHOWN_RESTRICTED:
    case _PC_MAX_CANON:
    case _PC_MAX_INPUT:
    case _PC_NO_TRUNC:
    case _PC_PATH_MAX:
    case _PC_PIPE_BUF:
    case _PC_VDISABLE:
        *value = fpathconf(fd, number); /* the same on every file */
        return 0;
    default:
        *value = -1;
        return 0;
    }
}
#endif

int os_pathconf(int fd, int number, bool *has_value, int64_t *value, const char *path,
                struct base_error *e) {
    int r = call_pathconf(fd, number, value);
    *has_value = r == 0 && *value != -1;
    /* EINVAL: files of this type have no such limit. */
    return r == 0 || r == -EINVAL ? 0 : base_fail(e, -r, "pathconf", path);
}
