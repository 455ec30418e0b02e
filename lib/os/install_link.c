/* SPDX-License-Identifier: 0BSD
 *
 * Links to the running program.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/install_link.h"
#include "os/stat.h"

int os_executable(struct buf *b, struct base_error *e) {
    struct os_file w = { AT_FDCWD, "/proc/self/exe", true };
    return os_readlink(&w, b, e);
}

/* A symbolic link that leads nowhere, but to a file of that name: a program that moved. */
static bool leads_to_name(int dir_fd, const char *name, const char *base) {
    struct buf target = { 0 };
    struct os_file w = { dir_fd, name, false };
    bool same = false;
    if (os_readlink(&w, &target, NULL) == 0) {
        const char *text = buf_cstr(&target);
        const char *slash = strrchr(text, '/');
        same = strcmp(slash ? slash + 1 : text, base) == 0;
    }
    buf_finish(&target);
    return same;
}

static bool is_our_link(const char *target, const char *base, int dir_fd, const char *name) {
    struct stat program, there;
    if (stat(target, &program) == 0 && fstatat(dir_fd, name, &there, 0) == 0)
        return program.st_dev == there.st_dev && program.st_ino == there.st_ino;
    return leads_to_name(dir_fd, name, base);
}

static int make_link(const char *target, int dir_fd, const char *name, bool hard) {
    int r = hard ? linkat(AT_FDCWD, target, dir_fd, name, 0) : symlinkat(target, dir_fd, name);
    return r < 0 ? -errno : 0;
}

/* Under a name of its own first, then in the place of the old one. */
static int replace_link(const char *target, int dir_fd, const char *name, bool hard) {
    char spare[64];
    snprintf(spare, sizeof spare, ".osbox-install-%ld", (long)getpid());
    int r = make_link(target, dir_fd, spare, hard);
    if (r < 0)
        return r;
    if (renameat(dir_fd, spare, dir_fd, name) < 0)
        r = -errno;
    /* rename(2) does nothing when both are hard links to one file: the spare is still there. */
    unlinkat(dir_fd, spare, 0);
    return r;
}

int os_install_link(const char *target, const char *base, int dir_fd, const char *name, bool hard,
                    bool force, struct base_error *e) {
    int r = make_link(target, dir_fd, name, hard);
    if (r == -EEXIST && (force || is_our_link(target, base, dir_fd, name)))
        r = replace_link(target, dir_fd, name, hard);
    return r < 0 ? base_fail(e, -r, hard ? "linkat" : "symlinkat", name) : 0;
}
