/* SPDX-License-Identifier: 0BSD
 *
 * Reading one directory of a walk: getdents64(2) with a large buffer, and no
 * stat if d_type is the type. A failure to allocate ends the walk and is
 * returned by all functions here: no entry is dropped.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/kernel.h"
#include "os/walk_node.h"

enum {
    ROOM = 128 * 1024,        /* for getdents64: some 4000 names per call */
    CHUNK_LARGE = 128 * 1024, /* a chunk of this size is emitted before it is complete */
};

/* Removed, or replaced by something that is not a directory, between listing and opening. */
static bool is_vanished(int errnum) {
    return errnum == ENOENT || errnum == ENOTDIR || errnum == ELOOP || errnum == ESTALE;
}

/* ---- paths ---- */

/* Whether w->path begins with the path of `node`: it is that of the last node or of one above. */
static bool has_path_of(const struct walk_worker *w, const struct walk_node *node) {
    const struct walk_node *above = w->last;
    while (above && above->depth > node->depth)
        above = above->parent;
    return above == node;
}

/* Makes w->path the path of a node and a slash, with room for a NUL instead of the slash. Only the
 * components that differ from the last path are written: one, in a walk that goes down. False:
 * memory is short. */
static bool build_path(struct walk_worker *w, const struct walk_node *node) {
    w->path.len = 0;
    if (!buf_reserve(&w->path, node->path_size + 2))
        return false;
    char *path = w->path.data;
    for (const struct walk_node *step = node; step && !has_path_of(w, step); step = step->parent) {
        memcpy(path + step->path_size - step->name_size, step->name, step->name_size);
        if (step->parent && step->path_size - step->name_size > step->parent->path_size)
            path[step->parent->path_size] = '/';
    }
    w->path.len = node->path_size;
    if (node->path_size && path[node->path_size - 1] != '/')
        buf_add_char(&w->path, '/');
    return true;
}

/* The path without its slash, as a string: no entry can be listed any more. */
static const char *finish_path(struct walk_worker *w, const struct walk_node *node) {
    w->path.len = node->path_size;
    w->path.data[node->path_size] = '\0'; /* see build_path() */
    return w->path.data;
}

static void fail(struct walk_worker *w, struct walk_node *node, int errnum, bool vanished,
                 const char *operation) {
    os_walk_fail_sized(&node->chunk, errnum, vanished, operation, w->path.data, node->path_size);
}

/* ---- entries: all of this returns 0 or -ENOMEM ---- */

static unsigned char query_type(int dir_fd, const char *name) {
    struct stat st;
    return fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ? DT_UNKNOWN
                                                               : (unsigned char)IFTODT(st.st_mode);
}

/* Whether a link points to a directory. If the link would have been entered, a failure other than
 * that it is dangling is recorded. */
static bool points_to_directory(const struct os_walk *walk, struct os_walk_chunk *c,
                                const struct os_walk_entry *e) {
    struct stat st;
    if (fstatat(e->dir_fd, e->name, &st, 0) == 0)
        return S_ISDIR(st.st_mode);
    if (walk->follow && errno != ENOENT && errno != ENOTDIR)
        os_walk_fail(c, errno, false, "stat", e->path);
    return false;
}

/* Releases the unused room of a buffer: there is one for each directory that waits. */
static void fit(struct buf *b) {
    char *data = b->len ? realloc(b->data, b->len) : NULL;
    if (!data)
        return;
    b->data = data;
    b->cap = b->len;
}

/* Takes ownership of `line`. */
static int add_child(struct walk_worker *w, struct walk_node *node, const struct os_walk_entry *e,
                     bool enter, struct buf line) {
    struct walk_node *child = os_walk_node_new(w, node, e->name, e->name_size);
    if (!child) {
        buf_finish(&line);
        return -ENOMEM;
    }
    child->link = e->type != DT_DIR;
    child->not_entered = !enter;
    child->state = enter ? WALK_WAITING : WALK_READY;
    child->line = line;
    fit(&child->line);
    os_walk_list_append(&w->children, child);
    return 0;
}

/* Bottom-up: a directory's own line follows its contents. */
static int list_directory_later(struct walk_worker *w, struct walk_node *node,
                                const struct os_walk_entry *e) {
    const struct os_walk *walk = w->shared->walk;
    struct os_walk_chunk own = { .errors = node->chunk.errors };
    bool enter = walk->ops->entry(walk->data, w->scratch, e, &own);
    node->chunk.errors = own.errors;
    if (own.out.failed) {
        buf_finish(&own.out);
        return -ENOMEM;
    }
    if (enter || own.out.len)
        return add_child(w, node, e, enter, own.out);
    buf_finish(&own.out);
    return 0;
}

static int list_entry(struct walk_worker *w, struct walk_node *node, const char *name,
                      size_t name_size, uint64_t ino, unsigned char type) {
    const struct os_walk *walk = w->shared->walk;
    size_t directory_size = w->path.len;
    buf_add_short(&w->path, name, name_size + 1);
    if (w->path.failed)
        return -ENOMEM;
    struct os_walk_entry e = {
        .path = w->path.data,
        .path_size = directory_size + name_size,
        .name = w->path.data + directory_size,
        .name_size = name_size,
        .top_size = w->top_size,
        .depth = node->depth + 1,
        .type = type == DT_UNKNOWN ? query_type(node->fd, name) : type,
        .ino = ino,
        .dir_fd = node->fd,
        .totals = node->totals,
    };
    e.is_directory = e.type == DT_DIR;
    if (e.type == DT_LNK && (walk->follow || walk->resolve))
        e.is_directory = points_to_directory(walk, &node->chunk, &e);
    bool may_enter = e.is_directory && (e.type == DT_DIR || walk->follow);
    int r = 0;
    if (may_enter && walk->bottom_up)
        r = list_directory_later(w, node, &e);
    else if (walk->ops->entry(walk->data, w->scratch, &e, &node->chunk) && may_enter &&
             !walk->ops->steer)
        r = add_child(w, node, &e, true, (struct buf){ 0 });
    w->path.len = directory_size;
    return r;
}

/* ---- sorted ---- */

static int compare_names(const void *a, const void *b) {
    return strcmp(((const struct walk_kept *)a)->name, ((const struct walk_kept *)b)->name);
}

static int keep_entry(struct walk_worker *w, const struct os_dirent *d, size_t size) {
    struct walk_kept kept = { NULL, w->names.len, d->d_ino, size, d->d_type };
    buf_add(&w->names, d->d_name, size + 1);
    return !w->names.failed && vec_push(&w->kept, kept) ? 0 : -ENOMEM;
}

static int list_sorted(struct walk_worker *w, struct walk_node *node) {
    struct walk_kept *kept = w->kept.items;
    size_t count = w->kept.count;
    int r = 0;
    for (size_t i = 0; i < count; i++)
        kept[i].name = w->names.data + kept[i].offset;
    if (count)
        qsort(kept, count, sizeof *kept, compare_names);
    for (size_t i = 0; i < count && r == 0; i++)
        r = list_entry(w, node, kept[i].name, kept[i].size, kept[i].ino, kept[i].type);
    return r;
}

/* ---- the directory ---- */

static bool is_dot(const char *name) {
    return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

static int list_block(struct walk_worker *w, struct walk_node *node, size_t size) {
    int r = 0;
    for (size_t at = 0; at < size && r == 0;) {
        const struct os_dirent *d = (const void *)(w->room.data + at);
        at += d->d_reclen;
        if (is_dot(d->d_name))
            continue;
        size_t name_size = strlen(d->d_name);
        if (w->shared->walk->sort)
            r = keep_entry(w, d, name_size);
        else
            r = list_entry(w, node, d->d_name, name_size, d->d_ino, d->d_type);
    }
    return r;
}

/* Returns 0, also after a failure that is recorded, or -errno for os_walk_stop(). */
static int read_blocks(struct walk_worker *w, struct walk_node *node) {
    for (;;) {
        long n = syscall(SYS_getdents64, node->fd, w->room.data, ROOM);
        if (n == 0)
            return 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            /* ENOENT: the directory was removed while it was open (getdents(2)). */
            int errnum = errno;
            fail(w, node, errnum, errnum == ENOENT, "getdents64");
            return 0;
        }
        int r = list_block(w, node, (size_t)n);
        if (r == 0 && node->chunk.out.len >= CHUNK_LARGE)
            r = os_walk_emit_part(w, node);
        if (r < 0)
            return r;
    }
}

/* Steered to a link: os.walk skips it silently, unless it follows links. */
static bool is_skipped_link(const struct os_walk *walk, const struct walk_node *node,
                            int parent_fd) {
    return walk->ops->steer && !walk->follow && node->parent && parent_fd >= 0 &&
           query_type(parent_fd, node->name) == DT_LNK;
}

/* Records that a directory could not be opened. */
static void fail_open(struct walk_worker *w, struct walk_node *node, int parent_fd, int errnum,
                      const char *operation) {
    /* A link that points nowhere, or to its own ancestor: it was opened, through a link or not. */
    bool is_loop = errnum == ELOOP && (node->link || node->identified);
    bool vanished = node->parent && !node->unlisted && !is_loop && is_vanished(errnum);
    if (!is_skipped_link(w->shared->walk, node, parent_fd))
        fail(w, node, errnum, vanished, operation);
}

int os_walk_read(struct walk_worker *w, struct walk_node *node, int parent_fd) {
    const struct os_walk *walk = w->shared->walk;
    const char *operation;
    bool skip;
    if (!build_path(w, node) || !buf_reserve(&w->room, ROOM))
        return -ENOMEM;
    int r = os_walk_open(w->shared, node, parent_fd, &operation, &skip);
    if (r < 0)
        fail_open(w, node, parent_fd, -r, operation);
    if (r < 0 || skip)
        return 0;
    w->kept.count = 0;
    buf_clear(&w->names);
    r = read_blocks(w, node);
    if (r == 0 && walk->sort)
        r = list_sorted(w, node);
    if (r < 0)
        return r;
    struct os_walk_directory d = {
        .path = finish_path(w, node),
        .path_size = node->path_size,
        .depth = node->depth,
        .totals = node->totals,
    };
    if (walk->ops->end)
        walk->ops->end(walk->data, w->scratch, &d, &node->chunk);
    return 1;
}
