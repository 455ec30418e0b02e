/* SPDX-License-Identifier: 0BSD
 *
 * A file below a directory.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "os/beneath.h"
#include "os/kernel.h"

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
        int next = name.failed ? -ENOMEM : open_step(fd, buf_cstr(&name), slashes);
        if (fd != root)
            close(fd);
        fd = next;
        path += size + slashes;
    } while (fd >= 0 && *path);
    buf_finish(&name);
    return fd;
}

int os_open_beneath(int root, const char *path, struct base_error *e) {
    int fd = leads_out(path) ? -EXDEV : open_whole(root, path);
    /* EPERM is how container seccomp filters refuse what they do not know. */
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
