/* SPDX-License-Identifier: 0BSD
 *
 * Finding the mount point of a file.
 */
#include <errno.h>
#include <limits.h>
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
    struct os_file w = { dir_fd, path, false };
    return os_stat(&w, OS_STATX_TYPE | OS_STATX_INO, OS_SYNC_DEFAULT, st, NULL);
}

static bool same_device(const struct os_statx *a, const struct os_statx *b) {
    return a->stx_dev_major == b->stx_dev_major && a->stx_dev_minor == b->stx_dev_minor;
}

static bool same_file(const struct os_statx *a, const struct os_statx *b) {
    return a->stx_ino == b->stx_ino && same_device(a, b);
}

/* Whether the kernel says that it is one. */
static bool is_known_root(const struct os_statx *st) {
    return st->stx_attributes_mask & st->stx_attributes & OS_STATX_ATTR_MOUNT_ROOT;
}

static bool is_mount_root(const struct os_statx *st, const struct os_statx *above) {
    if (st->stx_attributes_mask & OS_STATX_ATTR_MOUNT_ROOT)
        return is_known_root(st);
    return !same_device(st, above);
}

/* ---- from a directory's descriptor to its name ---- */

/* What /proc says is only taken when it leads to the same directory: it may be another mount, or
 * the name that a deleted directory had. */
static bool name_by_proc(int fd, char path[static PATH_MAX]) {
    struct os_statx here, there;
    struct buf link = { 0 };
    struct os_file self = { fd, NULL, true };
    struct os_file w = { AT_FDCWD, os_file_name(&self, &link), false };
    struct buf target = { 0 };
    bool found = w.path && os_readlink(&w, &target, NULL) == 0 && target.len < PATH_MAX;
    if (found) {
        memcpy(path, buf_cstr(&target), target.len + 1);
        found = path[0] == '/' && look(fd, NULL, &here) == 0 && look(AT_FDCWD, path, &there) == 0 &&
                same_file(&here, &there);
    }
    buf_finish(&link);
    buf_finish(&target);
    return found;
}

/* Without /proc: only the current directory has a name, so it is made that for a moment. */
static int name_by_getcwd(int fd, char path[static PATH_MAX]) {
    int back = base_open(AT_FDCWD, ".", O_PATH | O_DIRECTORY);
    if (back < 0)
        return back;
    /* The way back has to be open before it is left. */
    int r = fchdir(back) < 0 || fchdir(fd) < 0 ? -errno : 0;
    if (r == 0) {
        if (!getcwd(path, PATH_MAX))
            r = -errno;
        else if (path[0] != '/') /* "(unreachable)" */
            r = -ENOENT;
        if (fchdir(back) < 0)
            r = -errno;
    }
    close(back);
    return r;
}

static int directory_name(int fd, char path[static PATH_MAX]) {
    return name_by_proc(fd, path) ? 0 : name_by_getcwd(fd, path);
}

/* ---- from a file to its place ---- */

/* The last component, or NULL when it is no name that a directory has: the path ends with a slash,
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

/* Enters the path's place, and with `follow` those of the links that it leads through. */
static int find_place(struct place *p, const char *path, bool follow) {
    struct buf target = { 0 };
    int r = enter(p, path);
    for (int links = 0; r == 0 && follow; links++) {
        struct os_file w = { p->dir_fd, p->name, false };
        buf_clear(&target);
        if (os_readlink(&w, &target, NULL) < 0)
            break;
        r = links < LINKS_MAX ? enter(p, buf_cstr(&target)) : -ELOOP;
    }
    buf_finish(&target);
    return r;
}

/* A directory is its own place; another file has a name in /proc alone. */
static int find_place_of_descriptor(struct place *p, int fd, unsigned mode) {
    struct buf link = { 0 };
    struct buf target = { 0 };
    struct os_file self = { fd, NULL, true };
    if (S_ISDIR(mode)) {
        p->dir_fd = os_file_open(&self, NULL);
        return p->dir_fd < 0 ? p->dir_fd : 0;
    }
    struct os_file w = { AT_FDCWD, os_file_name(&self, &link), false };
    int r = w.path ? os_readlink(&w, &target, NULL) : -ENOMEM;
    if (r == 0)
        r = enter(p, buf_cstr(&target));
    buf_finish(&link);
    buf_finish(&target);
    return r;
}

static int open_place(struct place *p, const struct os_file *w, const struct os_statx *st) {
    struct os_statx found;
    int r;
    if (!w->path) {
        r = find_place_of_descriptor(p, w->dir_fd, st->stx_mode);
    } else {
        if (w->dir_fd >= 0)
            p->dir_fd = fcntl(w->dir_fd, F_DUPFD_CLOEXEC, 0);
        r = p->dir_fd == -1 ? -errno : find_place(p, w->path, w->follow);
    }
    if (r == 0)
        r = look(p->dir_fd, p->name, &found);
    /* Links in /proc/PID lead to files that have no name, or not that one. */
    return r == 0 && !same_file(st, &found) ? -ENOENT : r;
}

/* ---- the search ---- */

/* Whether the place's own name is a mount point: then there is nothing to climb. */
static int is_mounted_there(const struct place *p, const struct os_statx *st, bool *mounted) {
    struct os_statx dir;
    *mounted = false;
    if (!p->name)
        return 0;
    int r = look(p->dir_fd, NULL, &dir);
    *mounted = r == 0 && is_mount_root(st, &dir);
    return r;
}

/* Goes up until a directory is the root of its mount, or of everything. */
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

static int find(const struct os_file *w, struct place *p, struct buf *b) {
    struct os_statx st;
    bool mounted = false;
    char path[PATH_MAX];
    int r = os_stat(w, OS_STATX_TYPE | OS_STATX_INO, OS_SYNC_DEFAULT, &st, NULL);
    if (r == 0)
        r = open_place(p, w, &st);
    if (r == 0)
        r = is_mounted_there(p, &st, &mounted);
    if (r == 0 && !mounted)
        r = climb(p);
    if (r == 0)
        r = directory_name(p->dir_fd, path);
    if (r < 0)
        return r;
    buf_add_str(b, path);
    if (mounted && path[1])
        buf_add_char(b, '/');
    if (mounted)
        buf_add_str(b, p->name);
    return b->failed ? -ENOMEM : 0;
}

int os_mount_point(const struct os_file *w, struct buf *b, struct base_error *e) {
    struct place p = { .dir_fd = AT_FDCWD };
    int r = find(w, &p, b);
    if (p.dir_fd >= 0)
        close(p.dir_fd);
    free(p.name);
    return r < 0 ? os_file_fail(w, -r, "mount_point", e) : 0;
}
