/* SPDX-License-Identifier: 0BSD
 *
 * References to files.
 */
#include <linux/capability.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/io.h"
#include "os/capability.h"
#include "os/file.h"
#include "os/kernel.h"

int os_file_fail(const struct os_file *file, int errnum, const char *operation,
                 struct base_error *e) {
    int r = base_fail(e, errnum, operation, file->path);
    if (e && !file->path)
        e->fd = file->dir_fd;
    if (e && errnum == EACCES)
        e->capability = os_capability_missing(CAP_DAC_READ_SEARCH);
    return r;
}

int os_file_flags(const struct os_file *file) {
    if (!file->path)
        return AT_EMPTY_PATH;
    return file->follow ? 0 : AT_SYMLINK_NOFOLLOW;
}

const char *os_file_path(const struct os_file *file) {
    return file->path ? file->path : "";
}

int os_file_open(const struct os_file *file, struct base_error *e) {
    int fd;
    if (file->path) {
        fd = base_open(file->dir_fd, file->path, O_PATH | (file->follow ? 0 : O_NOFOLLOW));
    } else {
        fd = fcntl(file->dir_fd, F_DUPFD_CLOEXEC, 0);
        if (fd < 0)
            fd = -errno;
    }
    return fd < 0 ? os_file_fail(file, -fd, "open", e) : fd;
}

int os_file_open_directory(const struct os_file *file, struct base_error *e) {
    int flags = O_PATH | O_DIRECTORY | (file->follow ? 0 : O_NOFOLLOW);
    int fd = base_open(file->dir_fd, os_file_path(file), flags);
    return fd < 0 ? os_file_fail(file, -fd, "open", e) : fd;
}

const char *os_file_name(const struct os_file *file, struct buf *b) {
    if (file->path && (file->dir_fd == AT_FDCWD || file->path[0] == '/'))
        return file->path;
    buf_clear(b);
    buf_add_str(b, "/proc/self/fd/");
    buf_add_int(b, file->dir_fd);
    if (file->path) {
        buf_add_char(b, '/');
        buf_add_str(b, file->path);
    }
    return buf_cstr(b);
}

/* ---- below a directory ---- */

enum { TRIES = 32 };

static size_t component(const char *path) {
    return strcspn(path, "/");
}

static bool leads_out(const char *path) {
    if (path[0] == '/')
        return true;
    for (; *path; path += component(path) + strspn(path + component(path), "/"))
        if (component(path) == 2 && path[0] == '.' && path[1] == '.')
            return true;
    return false;
}

/* The descriptor, or -errno. */
static int open_whole(int root, const char *path) {
    struct os_open_how how = {
        .flags = O_PATH | O_NOFOLLOW | O_CLOEXEC,
        .resolve = OS_RESOLVE_BENEATH | OS_RESOLVE_NO_SYMLINKS | OS_RESOLVE_NO_MAGICLINKS,
    };
    long fd;
    int tries = 0;
    /* EAGAIN: something was renamed meanwhile (openat2(2)). */
    do
        fd = syscall(OS_NR_OPENAT2, root, path, &how, sizeof how);
    while (fd < 0 && (errno == EINTR || (errno == EAGAIN && ++tries < TRIES)));
    return fd < 0 ? -errno : (int)fd;
}

/* One component; a directory where more follows. */
static int open_step(int dir_fd, const char *name, bool more) {
    struct stat st;
    int fd = base_open(dir_fd, name, O_PATH | O_NOFOLLOW | (more ? O_DIRECTORY : 0));
    if (fd == -ENOTDIR && more && fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISLNK(st.st_mode))
        return -ELOOP;
    return fd;
}

static int open_by_steps(int root, const char *path) {
    struct buf name = { 0 };
    int fd = root;
    do {
        size_t size = component(path);
        size_t slashes = strspn(path + size, "/");
        buf_clear(&name);
        buf_add(&name, path, size);
        const char *step = buf_cstr(&name);
        int next = step ? open_step(fd, step, slashes) : -ENOMEM;
        if (fd != root)
            close(fd);
        fd = next;
        path += size + slashes;
    } while (fd >= 0 && *path);
    buf_finish(&name);
    return fd;
}

int os_file_open_beneath(int root, const char *path, struct base_error *e) {
    int fd = leads_out(path) ? -EXDEV : open_whole(root, path);
    /* Seccomp filters of containers refuse calls that they do not know with EPERM. */
    if (fd == -ENOSYS || fd == -ENAMETOOLONG || fd == -EPERM)
        fd = open_by_steps(root, path);
    if (fd >= 0)
        return fd;
    base_fail(e, -fd, "openat2", path);
    if (e && fd == -EXDEV)
        e->hint = "it leads out of the root";
    else if (e && fd == -ELOOP)
        e->hint = "a symbolic link is not followed";
    return fd;
}
