/* SPDX-License-Identifier: 0BSD
 *
 * The mounts of a process: /proc/PID/mountinfo (proc_pid_mountinfo(5)).
 */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/vec.h"

/* A line of the file. The strings belong to the list; \040 and the like are decoded in `root` and
 * `path`. */
struct os_mountinfo {
    int id, parent;
    const char *root;    /* the directory of the file system that is mounted */
    const char *path;    /* the mount point, from the process's root directory */
    const char *type;    /* the file system's type */
    const char *options; /* the file system's own options, separated by commas */
};

struct os_mountinfo_list {
    struct BASE_VEC(struct os_mountinfo);
    struct buf text;
};

/* Reads such a file. Lines that are not of this form are skipped. Returns 0, or -errno: ENOMEM, and
 * those of open(2) and read(2). */
int os_mountinfo_read(struct os_mountinfo_list *l, const char *file);

/* Returns whether the mount point leads to this mount, and not to one that was mounted over it or
 * over a directory above it later. */
bool os_mountinfo_visible(const struct os_mountinfo_list *l, const struct os_mountinfo *m);

/* Returns whether a list separated by commas, such as `options`, contains a word. */
bool os_mountinfo_has_option(const char *list, const char *word);

/* Releases the memory. */
void os_mountinfo_finish(struct os_mountinfo_list *l);
