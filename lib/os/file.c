/* SPDX-License-Identifier: 0BSD
 *
 * Where a file is.
 */
#include <linux/capability.h>

#include "base/io.h"
#include "os/capability.h"
#include "os/file.h"

int os_file_fail(const struct os_file *w, int errnum, const char *operation, struct base_error *e) {
    int r = base_fail(e, errnum, operation, w->path);
    if (e && !w->path)
        e->fd = w->dir_fd;
    if (e && errnum == EACCES)
        e->capability = os_capability_missing(CAP_DAC_READ_SEARCH);
    return r;
}

int os_file_flags(const struct os_file *w) {
    if (!w->path)
        return AT_EMPTY_PATH;
    return w->follow ? 0 : AT_SYMLINK_NOFOLLOW;
}

const char *os_file_path(const struct os_file *w) {
    return w->path ? w->path : "";
}

int os_file_open(const struct os_file *w, struct base_error *e) {
    int fd;
    if (w->path) {
        fd = base_open(w->dir_fd, w->path, O_PATH | (w->follow ? 0 : O_NOFOLLOW));
    } else {
        fd = fcntl(w->dir_fd, F_DUPFD_CLOEXEC, 0);
        if (fd < 0)
            fd = -errno;
    }
    return fd < 0 ? os_file_fail(w, -fd, "open", e) : fd;
}

int os_file_open_directory(const struct os_file *w, struct base_error *e) {
    int flags = O_PATH | O_DIRECTORY | (w->follow ? 0 : O_NOFOLLOW);
    int fd = base_open(w->dir_fd, os_file_path(w), flags);
    return fd < 0 ? os_file_fail(w, -fd, "open", e) : fd;
}

const char *os_file_name(const struct os_file *w, struct buf *b) {
    if (w->path && (w->dir_fd == AT_FDCWD || w->path[0] == '/'))
        return w->path;
    buf_clear(b);
    buf_add_str(b, "/proc/self/fd/");
    buf_add_int(b, w->dir_fd);
    if (w->path) {
        buf_add_char(b, '/');
        buf_add_str(b, w->path);
    }
    const char *name = buf_cstr(b);
    return b->failed ? NULL : name;
}
