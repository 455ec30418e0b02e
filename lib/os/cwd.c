/* SPDX-License-Identifier: 0BSD
 *
 * The working directory.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/io.h"
#include "os/cwd.h"

static bool is_same(const struct stat *a, const struct stat *b) {
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool is_entry(DIR *above, const struct dirent *entry, const struct stat *below) {
    struct stat st;
    bool dots = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    return !dots && fstatat(dirfd(above), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           is_same(&st, below);
}

/* Finds the entry by its inode number, or if it is the root of a mount, which has another number
 * there, by asking for each. */
static const struct dirent *find_entry(DIR *above, const struct stat *below) {
    for (int all = 0; all < 2; all++, rewinddir(above)) {
        for (const struct dirent *entry = readdir(above); entry; entry = readdir(above))
            if ((all || entry->d_ino == below->st_ino) && is_entry(above, entry, below))
                return entry;
    }
    return NULL;
}

/* Inserts "/NAME" of a directory before the path that leads on from it. */
static int insert_name(struct buf *path, int above, const struct stat *below) {
    int fd = fcntl(above, F_DUPFD_CLOEXEC, 0);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    if (!directory) {
        int errnum = errno;
        if (fd >= 0)
            close(fd);
        return -errnum;
    }
    const struct dirent *entry = find_entry(directory, below);
    struct buf longer = { 0 };
    if (entry) {
        buf_add_char(&longer, '/');
        buf_add_str(&longer, entry->d_name);
        buf_add(&longer, path->data, path->len);
    }
    closedir(directory);
    if (!entry)
        return -ENOENT;
    if (longer.failed) {
        buf_finish(&longer);
        return -ENOMEM;
    }
    buf_finish(path);
    *path = longer;
    return 0;
}

/* Goes up once from *fd, whose directory is `here`. */
static int go_up(struct buf *path, int *fd, struct stat *here) {
    struct stat above;
    int up = base_open(*fd, "..", O_RDONLY | O_DIRECTORY);
    if (up < 0)
        return up;
    close(*fd);
    *fd = up;
    if (fstat(up, &above) < 0)
        return -errno;
    if (is_same(&above, here))
        return -ENOENT; /* another root than ours */
    int r = insert_name(path, up, here);
    *here = above;
    return r;
}

static int climb(struct buf *path) {
    struct stat root = { 0 }, here = { 0 };
    int fd = base_open(AT_FDCWD, ".", O_PATH | O_DIRECTORY);
    if (fd < 0)
        return fd;
    int r = stat("/", &root) < 0 || fstat(fd, &here) < 0 ? -errno : 0;
    while (r == 0 && !is_same(&here, &root))
        r = go_up(path, &fd, &here);
    close(fd);
    return r;
}

/* By system call: libc's function goes up itself, differently in each library. "(unreachable)",
 * before a directory outside our root, is not a path. */
int os_cwd(struct buf *b, struct base_error *e) {
    struct buf path = { 0 };
    char text[4096];
    long size = syscall(SYS_getcwd, text, sizeof text);
    int r = size < 0 ? -errno : 0;
    if (r == -ENAMETOOLONG || r == -ERANGE) {
        r = climb(&path);
        buf_add(b, path.data, r < 0 ? 0 : path.len);
    } else if (r == 0 && text[0] == '/') {
        buf_add(b, text, (size_t)size - 1);
    }
    if (r == 0 && (b->failed || path.failed))
        r = -ENOMEM;
    buf_finish(&path);
    return r == 0 || r == -ENOENT ? 0 : base_fail(e, -r, "getcwd", NULL);
}
