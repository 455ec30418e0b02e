/* SPDX-License-Identifier: 0BSD
 *
 * Reading one directory of a walk: getdents64(2) with a large buffer, no stat
 * where d_type tells the type.
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
    ROOM = 128 * 1024,        /* for getdents64: some 4000 names a call */
    CHUNK_LARGE = 128 * 1024, /* a chunk of this size is handed over before it is complete */
};

void os_walk_fail(struct os_walk_chunk *c, int errnum, bool vanished, const char *operation,
                  const char *path) {
    struct os_walk_error error = { errnum, vanished, operation, strlen(path) + 1 };
    buf_add(&c->errors, &error, sizeof error);
    buf_add(&c->errors, path, error.path_size);
}

/* Gone, or replaced by something that is no directory, between listing and opening. */
static bool is_vanished(int errnum) {
    return errnum == ENOENT || errnum == ENOTDIR || errnum == ELOOP || errnum == ESTALE;
}

/* ---- paths ---- */

/* Whether w->path begins with the path of `node`: it was, or is below, the last one's. */
static bool has_path_of(const struct walk_worker *w, const struct walk_node *node) {
    const struct walk_node *above = w->last;
    while (above && above->depth > node->depth)
        above = above->parent;
    return above == node;
}

/* The path of a node and a slash. Only the components that differ from the last path are written:
 * in a walk that goes down, that is one. */
static bool build_path(struct walk_worker *w, const struct walk_node *node) {
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

/* ---- entries ---- */

static unsigned char ask_type(int dir_fd, const char *name) {
    struct stat st;
    return fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ? DT_UNKNOWN : IFTODT(st.st_mode);
}

/* Whether a link leads to a directory. What went wrong is a dangling link or, when the link would
 * have been entered, worth a report. */
static bool leads_to_directory(const struct os_walk *walk, struct os_walk_chunk *c,
                               const struct os_walk_entry *e) {
    struct stat st;
    if (fstatat(e->dir_fd, e->name, &st, 0) == 0)
        return S_ISDIR(st.st_mode);
    if (walk->follow && errno != ENOENT && errno != ENOTDIR)
        os_walk_fail(c, errno, false, "stat", e->path);
    return false;
}

/* Gives back what a buffer does not use: there is one for each directory that waits. */
static void fit(struct buf *b) {
    char *data = b->len ? realloc(b->data, b->len) : NULL;
    if (!data)
        return;
    b->data = data;
    b->cap = b->len;
}

static void add_child(struct walk_worker *w, struct walk_node *node, const struct os_walk_entry *e,
                      bool enter, struct buf *line) {
    struct walk_node *child = os_walk_node_new(w, node, e->name, e->name_size);
    if (!child) {
        os_walk_fail(&node->chunk, ENOMEM, false, "malloc", e->path);
        return;
    }
    child->link = e->type != DT_DIR;
    child->closed_to_us = !enter;
    child->state = enter ? WALK_WAITING : WALK_READY;
    child->line = *line;
    fit(&child->line);
    *line = (struct buf){ 0 };
    os_walk_list_append(&w->children, child);
}

/* A directory whose line comes after what is in it. */
static void take_with_line(struct walk_worker *w, struct walk_node *node,
                           const struct os_walk_entry *e) {
    const struct os_walk *walk = w->shared->walk;
    struct os_walk_chunk own = { .errors = node->chunk.errors };
    bool enter = walk->ops->entry(walk->data, w->scratch, e, &own);
    node->chunk.errors = own.errors;
    node->chunk.out.failed |= own.out.failed;
    if (enter || own.out.len)
        add_child(w, node, e, enter, &own.out);
    buf_finish(&own.out);
}

static void take_entry(struct walk_worker *w, struct walk_node *node, const char *name,
                       size_t name_size, uint64_t ino, unsigned char type) {
    const struct os_walk *walk = w->shared->walk;
    size_t directory_size = w->path.len;
    buf_add_short(&w->path, name, name_size + 1);
    if (w->path.failed)
        return;
    struct os_walk_entry e = {
        .path = w->path.data,
        .path_size = directory_size + name_size,
        .name = w->path.data + directory_size,
        .name_size = name_size,
        .top_size = w->top_size,
        .depth = node->depth + 1,
        .type = type == DT_UNKNOWN ? ask_type(node->fd, name) : type,
        .ino = ino,
        .dir_fd = node->fd,
        .totals = node->totals,
    };
    e.is_directory = e.type == DT_DIR;
    if (e.type == DT_LNK && (walk->follow || walk->resolve))
        e.is_directory = leads_to_directory(walk, &node->chunk, &e);
    bool may_enter = e.is_directory && (e.type == DT_DIR || walk->follow);
    if (may_enter && walk->bottom_up)
        take_with_line(w, node, &e);
    else if (walk->ops->entry(walk->data, w->scratch, &e, &node->chunk) && may_enter &&
             !walk->ops->steer)
        add_child(w, node, &e, true, &(struct buf){ 0 });
    w->path.len = directory_size;
}

/* The path without its slash, as a string. */
static const char *directory_path(struct walk_worker *w, const struct walk_node *node) {
    w->path.len = node->path_size;
    return buf_cstr(&w->path);
}

static void fail(struct walk_worker *w, struct walk_node *node, int errnum, bool vanished,
                 const char *operation) {
    size_t size = w->path.len;
    char behind = node->path_size < size ? '/' : '\0';
    os_walk_fail(&node->chunk, errnum, vanished, operation, directory_path(w, node));
    w->path.data[node->path_size] = behind; /* entries may follow */
    w->path.len = size;
}

/* ---- sorted ---- */

/* A name kept for sorting; `name` is an offset until all are read. */
struct kept_entry {
    const char *name;
    size_t offset;
    uint64_t ino;
    size_t size;
    unsigned char type;
};

static int compare_names(const void *a, const void *b) {
    return strcmp(((const struct kept_entry *)a)->name, ((const struct kept_entry *)b)->name);
}

static void keep_entry(struct walk_worker *w, const struct os_dirent *d, size_t size) {
    struct kept_entry kept = { NULL, w->names.len, d->d_ino, size, d->d_type };
    buf_add(&w->names, d->d_name, size + 1);
    buf_add(&w->entries, &kept, sizeof kept);
}

static void take_sorted(struct walk_worker *w, struct walk_node *node) {
    if (w->names.failed || w->entries.failed) {
        fail(w, node, ENOMEM, false, "malloc");
        return;
    }
    struct kept_entry *kept = (struct kept_entry *)(void *)w->entries.data;
    size_t count = w->entries.len / sizeof *kept;
    for (size_t i = 0; i < count; i++)
        kept[i].name = w->names.data + kept[i].offset;
    if (count)
        qsort(kept, count, sizeof *kept, compare_names);
    for (size_t i = 0; i < count; i++)
        take_entry(w, node, kept[i].name, kept[i].size, kept[i].ino, kept[i].type);
}

/* ---- the directory ---- */

static bool is_dot(const char *name) {
    return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

static void take_block(struct walk_worker *w, struct walk_node *node, size_t size) {
    for (size_t at = 0; at < size;) {
        const struct os_dirent *d = (const void *)(w->room.data + at);
        at += d->d_reclen;
        if (is_dot(d->d_name))
            continue;
        size_t name_size = strlen(d->d_name);
        if (w->shared->walk->sort)
            keep_entry(w, d, name_size);
        else
            take_entry(w, node, d->d_name, name_size, d->d_ino, d->d_type);
    }
}

static bool read_blocks(struct walk_worker *w, struct walk_node *node) {
    for (;;) {
        long n = syscall(SYS_getdents64, node->fd, w->room.data, ROOM);
        if (n == 0)
            return true;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            /* ENOENT: the directory was removed while it was open (getdents(2)). */
            int errnum = errno;
            fail(w, node, errnum, errnum == ENOENT, "getdents64");
            return true;
        }
        take_block(w, node, (size_t)n);
        if (node->chunk.out.len >= CHUNK_LARGE && !os_walk_hand_over(w, node))
            return false;
    }
}

/* A node's path becomes w->path; the thread keeps a reference to it. */
static bool enter_path(struct walk_worker *w, struct walk_node *node) {
    if (build_path(w, node) && buf_reserve(&w->room, ROOM))
        return true;
    w->shared->failed = ENOMEM;
    return false;
}

/* Steered to a link: os.walk passes over it without a word, unless it follows links. */
static bool is_passed_over(const struct os_walk *walk, const struct walk_node *node) {
    return walk->ops->steer && !walk->follow && node->parent && node->parent->fd >= 0 &&
           ask_type(node->parent->fd, node->name) == DT_LNK;
}

bool os_walk_read(struct walk_worker *w, struct walk_node *node) {
    const struct os_walk *walk = w->shared->walk;
    const char *operation;
    bool skip;
    if (node->closed_to_us || !enter_path(w, node))
        return false;
    int r = os_walk_open(w->shared, node, &operation, &skip);
    if (r < 0) {
        /* A link that leads nowhere, or its own ancestor: it was opened, through a link or not. */
        bool is_loop = r == -ELOOP && (node->link || node->identified);
        if (!is_passed_over(walk, node))
            fail(w, node, -r, node->parent && !node->unlisted && !is_loop && is_vanished(-r),
                 operation);
        return false;
    }
    if (skip)
        return false;
    buf_clear(&w->entries);
    buf_clear(&w->names);
    size_t slash = w->path.len;
    if (!read_blocks(w, node))
        return false;
    w->path.len = slash;
    if (walk->sort)
        take_sorted(w, node);
    struct os_walk_directory d = {
        .path = directory_path(w, node),
        .path_size = node->path_size,
        .depth = node->depth,
        .totals = node->totals,
    };
    if (walk->ops->end)
        walk->ops->end(walk->data, w->scratch, &d, &node->chunk);
    return true;
}
