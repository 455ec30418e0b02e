/* SPDX-License-Identifier: 0BSD
 *
 * Finding the mount point of a file.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "os/mount.h"
#include "os/stat.h"

enum { LINKS_MAX = 40 }; /* path_resolution(7) */

/* A file as a name in an opened directory; NULL is that directory itself. */
struct place {
    int dir_fd;
    char *name;
};

static int look(int dir_fd, const char *path, struct os_statx *st) {
    struct os_file file = { dir_fd, path, false };
    return os_stat(&file, OS_STATX_TYPE | OS_STATX_INO | OS_STATX_MNT_ID, OS_SYNC_DEFAULT, st,
                   NULL);
}

static bool same_device(const struct os_statx *a, const struct os_statx *b) {
    return a->stx_dev_major == b->stx_dev_major && a->stx_dev_minor == b->stx_dev_minor;
}

static bool same_file(const struct os_statx *a, const struct os_statx *b) {
    return a->stx_ino == b->stx_ino && same_device(a, b);
}

/* Whether the kernel reports a file as a mount point. */
static bool is_known_root(const struct os_statx *st) {
    return st->stx_attributes_mask & st->stx_attributes & OS_STATX_ATTR_MOUNT_ROOT;
}

static bool is_mount_root(const struct os_statx *st, const struct os_statx *above) {
    if (st->stx_attributes_mask & OS_STATX_ATTR_MOUNT_ROOT)
        return is_known_root(st);
    return !same_device(st, above);
}

/* ---- from a directory's descriptor to its path ---- */

/* Whether both are the same file in the same mount, if the kernel reports the mount (Linux 5.8). */
static bool same_place(const struct os_statx *a, const struct os_statx *b) {
    return same_file(a, b) &&
           (!(a->stx_mask & b->stx_mask & OS_STATX_MNT_ID) || a->stx_mnt_id == b->stx_mnt_id);
}

/* Appends the name that the directory `child` has in its parent. Returns 0, or -errno: ENOENT if it
 * has none, or another file is mounted there; EACCES if the parent cannot be read. */
static int find_name(int parent, const struct os_statx *child, struct buf *name) {
    struct os_statx st;
    const struct dirent *entry;
    int fd = base_open(parent, ".", O_RDONLY | O_DIRECTORY);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir)
        return fd < 0 ? fd : (close(fd), -ENOMEM);
    while (errno = 0, (entry = readdir(dir))) {
        bool candidate = (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN) &&
                         strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
        if (candidate && look(fd, entry->d_name, &st) == 0 && same_place(&st, child))
            break;
    }
    int r = entry ? 0 : errno ? -errno : -ENOENT;
    if (entry)
        buf_add_str(name, entry->d_name);
    closedir(dir);
    return r;
}

/* Prepends "/NAME" to the path below the directory `child` of `parent`. */
static int prepend_name(int parent, const struct os_statx *child, struct buf *path) {
    struct buf longer = { 0 };
    buf_add_char(&longer, '/');
    int r = find_name(parent, child, &longer);
    buf_add(&longer, path->data, path->len);
    longer.failed |= path->failed;
    buf_finish(path);
    *path = longer;
    return r;
}

/* Goes up from a directory to the root directory, and with `path` finds the names on the way.
 * Returns 0, or -errno: ENOENT if it is not below the root directory. */
static int climb_to_root(int fd, struct buf *path) {
    struct os_statx here, above, root;
    struct os_file self = { fd, NULL, true };
    int dir = os_file_open(&self, NULL);
    int r = dir < 0 ? dir : look(dir, NULL, &here);
    while (r == 0) {
        int up = base_open(dir, "..", O_PATH | O_DIRECTORY);
        r = up < 0 ? up : look(up, NULL, &above);
        bool at_top = r == 0 && same_place(&here, &above);
        if (r == 0 && !at_top && path)
            r = prepend_name(up, &here, path);
        close(dir);
        dir = up;
        here = above;
        if (at_top)
            break;
    }
    if (dir >= 0)
        close(dir);
    if (r == 0)
        r = look(AT_FDCWD, "/", &root);
    return r == 0 && !same_place(&here, &root) ? -ENOENT : r;
}

/* Whether the path of a directory in /proc is correct. For a deleted directory it is the last one,
 * with a mark, and for one outside our root directory it begins at another root. If another file is
 * mounted on the directory, it is correct all the same. */
static int check_path(int fd, const char *path) {
    static const char mark[] = " (deleted)";
    struct os_statx here, there;
    size_t size = strlen(path);
    if (path[0] != '/')
        return -ENOENT;
    int r = look(fd, NULL, &here);
    if (r < 0 || (look(AT_FDCWD, path, &there) == 0 && same_place(&here, &there)))
        return r;
    bool deleted = size >= sizeof mark && strcmp(path + size - (sizeof mark - 1), mark) == 0;
    return deleted ? -ENOENT : climb_to_root(fd, NULL);
}

/* Appends the absolute path of a directory. Without /proc the path is searched for. The working
 * directory is not changed for getcwd(3), because other threads share it. */
static int directory_path(int fd, struct buf *b) {
    struct buf link = { 0 }, path = { 0 };
    struct os_file self = { fd, NULL, true };
    struct os_file file = { AT_FDCWD, os_file_name(&self, &link), false };
    bool by_proc = file.path && os_readlink(&file, &path, NULL) == 0;
    const char *text = buf_cstr(&path);
    int r = !file.path || !text ? -ENOMEM
            : by_proc           ? check_path(fd, text)
                                : climb_to_root(fd, &path);
    if (r == 0 && !path.len)
        buf_add_char(&path, '/');
    if (r == 0)
        buf_add(b, path.data, path.len);
    b->failed |= path.failed;
    buf_finish(&link);
    buf_finish(&path);
    return r;
}

/* ---- from a file to its place ---- */

/* The last component, or NULL if it is not the name of a directory entry: the path ends with a
 * slash,
 * "." or "..", and is a directory's. */
static const char *last_name(const char *path) {
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    bool plain = name[0] && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
    return plain ? name : NULL;
}

/* Takes the place of a path that begins at the old one. */
static int enter(struct place *p, const char *path) {
    const char *name = last_name(path);
    size_t size = name ? (size_t)(name - path) : strlen(path);
    char *dir = strndup(path, size);
    if (!dir)
        return -ENOMEM;
    int fd = base_open(p->dir_fd, name && !size ? "." : dir, O_PATH | O_DIRECTORY);
    free(dir);
    if (fd < 0)
        return fd;
    if (p->dir_fd >= 0)
        close(p->dir_fd);
    p->dir_fd = fd;
    free(p->name);
    p->name = name ? strdup(name) : NULL;
    return name && !p->name ? -ENOMEM : 0;
}

/* Enters the place of a path, and with `follow` those of the links on the way. */
static int find_place(struct place *p, const char *path, bool follow) {
    struct buf target = { 0 };
    int r = enter(p, path);
    for (int links = 0; r == 0 && follow; links++) {
        struct os_file file = { p->dir_fd, p->name, false };
        buf_clear(&target);
        if (os_readlink(&file, &target, NULL) < 0)
            break;
        const char *text = buf_cstr(&target);
        r = !text ? -ENOMEM : links < LINKS_MAX ? enter(p, text) : -ELOOP;
    }
    buf_finish(&target);
    return r;
}

/* A directory is its own place; any other file has a name in /proc only. */
static int find_place_of_descriptor(struct place *p, int fd, unsigned mode) {
    struct buf link = { 0 };
    struct buf target = { 0 };
    struct os_file self = { fd, NULL, true };
    if (S_ISDIR(mode)) {
        p->dir_fd = os_file_open(&self, NULL);
        return p->dir_fd < 0 ? p->dir_fd : 0;
    }
    struct os_file file = { AT_FDCWD, os_file_name(&self, &link), false };
    int r = file.path ? os_readlink(&file, &target, NULL) : -ENOMEM;
    const char *text = r == 0 ? buf_cstr(&target) : NULL;
    if (r == 0)
        r = text ? enter(p, text) : -ENOMEM;
    buf_finish(&link);
    buf_finish(&target);
    return r;
}

static int open_place(struct place *p, const struct os_file *file, const struct os_statx *st) {
    struct os_statx found;
    int r;
    if (!file->path) {
        r = find_place_of_descriptor(p, file->dir_fd, st->stx_mode);
    } else {
        if (file->dir_fd >= 0)
            p->dir_fd = fcntl(file->dir_fd, F_DUPFD_CLOEXEC, 0);
        r = p->dir_fd == -1 ? -errno : find_place(p, file->path, file->follow);
    }
    if (r == 0)
        r = look(p->dir_fd, p->name, &found);
    /* Links in /proc/PID point to files that have no name, or another one. */
    return r == 0 && !same_file(st, &found) ? -ENOENT : r;
}

/* ---- the search ---- */

/* Whether the place itself is a mount point: then there is nothing to climb. */
static int is_mounted_there(const struct place *p, const struct os_statx *st, bool *mounted) {
    struct os_statx dir;
    *mounted = false;
    if (!p->name)
        return 0;
    int r = look(p->dir_fd, NULL, &dir);
    *mounted = r == 0 && is_mount_root(st, &dir);
    return r;
}

/* Climbs to a directory that is the root of its mount, or the root directory. */
static int climb(struct place *p) {
    struct os_statx here, above;
    int r = look(p->dir_fd, NULL, &here);
    while (r == 0 && !is_known_root(&here)) {
        int up = base_open(p->dir_fd, "..", O_PATH | O_DIRECTORY);
        if (up < 0)
            return up;
        r = look(up, NULL, &above);
        if (r < 0 || same_file(&here, &above) || is_mount_root(&here, &above)) {
            close(up);
            break;
        }
        close(p->dir_fd);
        p->dir_fd = up;
        here = above;
    }
    return r;
}

static int find(const struct os_file *file, struct place *p, struct buf *b) {
    struct os_statx st;
    bool mounted = false;
    size_t start = b->len;
    int r = os_stat(file, OS_STATX_TYPE | OS_STATX_INO, OS_SYNC_DEFAULT, &st, NULL);
    if (r == 0)
        r = open_place(p, file, &st);
    if (r == 0)
        r = is_mounted_there(p, &st, &mounted);
    if (r == 0 && !mounted)
        r = climb(p);
    if (r == 0)
        r = directory_path(p->dir_fd, b);
    if (r < 0)
        return r;
    if (mounted && b->len - start > 1)
        buf_add_char(b, '/');
    if (mounted)
        buf_add_str(b, p->name);
    return b->failed ? -ENOMEM : 0;
}

int os_mount_point(const struct os_file *file, struct buf *b, struct base_error *e) {
    struct place p = { .dir_fd = AT_FDCWD };
    int r = find(file, &p, b);
    if (p.dir_fd >= 0)
        close(p.dir_fd);
    free(p.name);
    return r < 0 ? os_file_fail(file, -r, "mount_point", e) : 0;
}
