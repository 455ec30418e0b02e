/* SPDX-License-Identifier: 0BSD
 *
 * Control groups: the directories of a process's group.
 *
 * The kernel writes the path of a group, and the directory of a hierarchy that
 * is mounted, relative to the root of the reader's cgroup namespace: "/a/b" is
 * below it, "/.." is the group above it, and "/../a" is another child of that.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "base/io.h"
#include "os/cgroup.h"
#include "os/mountinfo.h"

/* ---- the group's path ---- */

/* Finds the path of the line whose controllers include `controller`, otherwise that of the line
 * without any. Overwrites the text with parts of it. Returns NULL if there is neither. */
static const char *find_path(char *text, const char *controller, bool *unified) {
    const char *group = NULL;
    *unified = true;
    while (text && *unified) {
        char *line = strsep(&text, "\n");
        strsep(&line, ":");
        const char *list = strsep(&line, ":");
        if (!line || line[0] != '/')
            continue;
        *unified = !os_mountinfo_has_option(list, controller);
        if (!*unified || !list[0])
            group = line;
    }
    return group;
}

/* Skips the components ".." that a path begins with, and counts them. */
static unsigned skip_above(const char **path) {
    unsigned above = 0;
    while (strncmp(*path, "/..", 3) == 0 && ((*path)[3] == '/' || !(*path)[3])) {
        *path += 3;
        above++;
    }
    if (strcmp(*path, "/") == 0)
        (*path)++;
    return above;
}

/* ---- a group whose name is not visible ---- */

/* Whether a process is a member of the group of a directory. */
static bool has_member(struct buf *directory, pid_t pid) {
    struct buf text = { 0 };
    size_t length = directory->len;
    bool found = false;
    buf_add_str(directory, "/cgroup.procs");
    const char *path = buf_cstr(directory);
    if (path && base_read_file(path, &text) == 0) {
        const char *at = buf_cstr(&text);
        for (; at && *at && !found; at += strcspn(at, "\n") + 1) {
            found = strtol(at, NULL, 10) == pid;
            if (!at[strcspn(at, "\n")])
                break;
        }
    }
    directory->len = length;
    buf_finish(&text);
    return found;
}

/* Appends to `path` the directory `depth` levels below it below which, at `rest`, is the group that
 * the process is a member of. */
static bool find_member(struct buf *path, unsigned depth, const char *rest, pid_t pid) {
    size_t length = path->len;
    bool found = false;
    if (depth == 0) {
        buf_add_str(path, rest);
        found = has_member(path, pid);
    } else {
        const char *name = buf_cstr(path);
        DIR *dir = name ? opendir(*name ? name : "/") : NULL;
        for (struct dirent *d; dir && !found && (d = readdir(dir));) {
            if (d->d_type != DT_DIR || strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
                continue;
            path->len = length;
            buf_add_char(path, '/');
            buf_add_str(path, d->d_name);
            found = find_member(path, depth - 1, rest, pid);
        }
        if (dir)
            closedir(dir);
    }
    if (!found)
        path->len = length;
    return found;
}

/* ---- the mounts ---- */

static int add_mount(struct os_cgroup *g, const struct os_cgroup_process *p,
                     const struct os_mountinfo *m, const char *group) {
    const char *root = m->root;
    unsigned root_above = skip_above(&root), group_above = skip_above(&group);
    size_t length = strlen(root);
    struct os_cgroup_place place = { 0 };
    if (root_above == group_above) {
        if (strncmp(group, root, length) != 0 || (group[length] && group[length] != '/'))
            return 0;
    } else if (root_above < group_above || length) {
        return 0; /* the group is not below this directory */
    }
    buf_add_str(&place.path, p->prefix);
    buf_add_str(&place.path, strcmp(m->path, "/") == 0 ? "" : m->path);
    place.top = place.path.len;
    if (root_above == group_above) {
        buf_add_str(&place.path, group + length);
        place.own = true;
    } else {
        place.own = find_member(&place.path, root_above - group_above, group, p->pid);
    }
    if (!place.path.failed && vec_push(g, place))
        return 0;
    buf_finish(&place.path);
    return -ENOMEM;
}

static bool is_hierarchy(const struct os_cgroup *g, const struct os_mountinfo *m,
                         const char *controller) {
    if (g->unified)
        return strcmp(m->type, "cgroup2") == 0;
    return strcmp(m->type, "cgroup") == 0 && os_mountinfo_has_option(m->options, controller);
}

static int add_mounts(struct os_cgroup *g, const struct os_cgroup_process *p,
                      const char *controller, const char *group) {
    struct os_mountinfo_list l;
    int r = os_mountinfo_read(&l, p->mountinfo);
    for (size_t i = 0; i < l.count && r == 0; i++)
        if (is_hierarchy(g, &l.items[i], controller) && os_mountinfo_visible(&l, &l.items[i]))
            r = add_mount(g, p, &l.items[i], group);
    os_mountinfo_finish(&l);
    return r;
}

int os_cgroup_find(struct os_cgroup *g, const struct os_cgroup_process *p, const char *controller) {
    struct buf lines = { 0 };
    *g = (struct os_cgroup){ 0 };
    int r = base_read_file(p->cgroup, &lines);
    buf_add_char(&lines, '\0');
    if (r == 0 && lines.failed)
        r = -ENOMEM;
    if (r == 0) {
        const char *group = find_path(lines.data, controller, &g->unified);
        g->exists = group;
        r = group ? add_mounts(g, p, controller, group) : 0;
    }
    buf_finish(&lines);
    return r;
}

void os_cgroup_finish(struct os_cgroup *g) {
    for (size_t i = 0; i < g->count; i++)
        buf_finish(&g->items[i].path);
    vec_finish(g);
}
