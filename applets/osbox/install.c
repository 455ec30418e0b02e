/* SPDX-License-Identifier: 0BSD
 *
 * Links to the running program.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applets/osbox/install.h"
#include "os/stat.h"

/* Whether a symbolic link points to a file called `base`: the program, before it moved. */
static bool points_to_name(int dir_fd, const char *name, const char *base) {
    struct buf target = { 0 };
    struct os_file link = { dir_fd, name, false };
    const char *text = os_readlink(&link, &target, NULL) == 0 ? buf_cstr(&target) : NULL;
    const char *slash = text ? strrchr(text, '/') : NULL;
    bool same = text && strcmp(slash ? slash + 1 : text, base) == 0;
    buf_finish(&target);
    return same;
}

static bool is_our_link(const struct install *in, const char *program, const char *name) {
    struct stat ours, found;
    if (stat(program, &ours) == 0 && fstatat(in->dir_fd, name, &found, 0) == 0)
        return ours.st_dev == found.st_dev && ours.st_ino == found.st_ino;
    return points_to_name(in->dir_fd, name, in->cli->call.root->name);
}

static int make_link(const struct install *in, const char *program, const char *name) {
    int r = in->hard ? linkat(AT_FDCWD, program, in->dir_fd, name, 0)
                     : symlinkat(program, in->dir_fd, name);
    return r < 0 ? -errno : 0;
}

/* Creates it under a temporary name, then renames it. */
static int replace_link(const struct install *in, const char *program, const char *name) {
    char spare[64];
    snprintf(spare, sizeof spare, ".osbox-install-%ld", (long)getpid());
    int r = make_link(in, program, spare);
    if (r < 0)
        return r;
    if (renameat(in->dir_fd, spare, in->dir_fd, name) < 0)
        r = -errno;
    /* rename(2) does nothing if both are hard links to one file: the temporary one still exists. */
    unlinkat(in->dir_fd, spare, 0);
    return r;
}

static void report(const struct install *in, int errnum, const char *operation, const char *path) {
    struct base_error e;
    base_fail(&e, errnum, operation, path);
    cli_report(in->cli, &e);
}

bool install_open(struct install *in, const char *dir) {
    struct base_error e;
    struct os_file directory = { AT_FDCWD, dir, true };
    struct os_file self = { AT_FDCWD, "/proc/self/exe", true };
    in->dir_fd = os_file_open_directory(&directory, &e);
    if (in->dir_fd >= 0 && os_readlink(&self, &in->program, &e) == 0)
        return true;
    if (in->dir_fd >= 0 && e.errnum == ENOENT)
        e.hint = "/proc is not mounted";
    cli_report(in->cli, &e);
    return false;
}

void install_link(struct install *in, const char *applet) {
    buf_clear(&in->name);
    if (in->prefix)
        buf_add_str(&in->name, in->prefix);
    buf_add_str(&in->name, applet);
    const char *program = buf_cstr(&in->program), *name = buf_cstr(&in->name);
    if (!program || !name) {
        report(in, ENOMEM, "malloc", NULL);
        buf_finish(&in->name); /* the next one may fit into memory */
        return;
    }
    int r = make_link(in, program, name);
    if (r == -EEXIST && (in->force || is_our_link(in, program, name)))
        r = replace_link(in, program, name);
    if (r < 0)
        report(in, -r, in->hard ? "linkat" : "symlinkat", name);
}

void install_close(struct install *in) {
    if (in->dir_fd >= 0)
        close(in->dir_fd);
    buf_finish(&in->program);
    buf_finish(&in->name);
}
