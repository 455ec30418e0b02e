/* SPDX-License-Identifier: 0BSD
 *
 * walk --sum: the totals of each directory and all below it, as du(1) counts.
 */
#include <dirent.h>
#include <errno.h>

#include "applets/walk/walk.h"
#include "os/stat.h"

/* What has to be known of a file before its turn to be counted comes. */
struct counted {
    uint64_t inode, size, allocated;
    uint32_t major, minor;
};

/* ---- hard links that were counted: an open hash table ---- */

struct link_key {
    uint64_t inode;
    uint32_t major, minor;
};

void walk_links_finish(struct walk_links *links) {
    buf_finish(&links->keys);
    *links = (struct walk_links){ 0 };
}

/* Where a key is, or would be: a key with inode 0 is free. */
static struct link_key *find_place(struct link_key *keys, size_t room, const struct link_key *key) {
    uint64_t hash = (key->inode ^ (uint64_t)key->minor << 40 ^ (uint64_t)key->major << 52) *
                    UINT64_C(0x9e3779b97f4a7c15);
    for (size_t at = (size_t)(hash >> 20);; at++) {
        struct link_key *place = &keys[at & (room - 1)];
        if (!place->inode || memcmp(place, key, sizeof *key) == 0)
            return place;
    }
}

static struct link_key *keys_of(const struct buf *keys) {
    return (struct link_key *)(void *)keys->data;
}

static bool grow(struct walk_links *links) {
    size_t room = links->room ? links->room * 2 : 256;
    struct buf larger = { 0 };
    if (!buf_reserve(&larger, room * sizeof(struct link_key)))
        return false;
    memset(larger.data, 0, room * sizeof(struct link_key));
    const struct link_key *keys = keys_of(&links->keys);
    for (size_t i = 0; i < links->room; i++)
        if (keys[i].inode)
            *find_place(keys_of(&larger), room, &keys[i]) = keys[i];
    buf_finish(&links->keys);
    links->keys = larger;
    links->room = room;
    return true;
}

/* Whether a file was counted before; notes that it is. 1, 0, -ENOMEM. */
static int count_link(struct walk_links *links, const struct counted *file) {
    struct link_key key = { file->inode, file->major, file->minor };
    if (links->count * 2 >= links->room && !grow(links))
        return -ENOMEM;
    struct link_key *place = find_place(keys_of(&links->keys), links->room, &key);
    if (place->inode)
        return 1;
    *place = key;
    links->count++;
    return 0;
}

/* ---- counting ---- */

/* Saturating: a sum that does not fit is the largest number, and incomplete. */
static void add(struct walk_totals *t, uint64_t *sum, uint64_t more) {
    if (__builtin_add_overflow(*sum, more, sum)) {
        *sum = UINT64_MAX;
        t->incomplete = true;
    }
}

static void add_file(struct walk_totals *t, const struct counted *file) {
    add(t, &t->bytes, file->size);
    add(t, &t->allocated, file->allocated);
}

static bool ask(const struct walk_args *args, const struct os_walk_entry *e, struct os_statx *st,
                struct os_walk_chunk *c) {
    struct os_file w = walk_where(args, e);
    struct base_error error;
    unsigned mask = OS_STATX_SIZE | OS_STATX_BLOCKS | OS_STATX_NLINK | OS_STATX_INO;
    int r = os_stat(&w, mask, OS_SYNC_DEFAULT, st, &error);
    if (r < 0)
        os_walk_fail(c, -r, r == -ENOENT, error.operation, e->path);
    return r == 0;
}

/* A file with one link is counted at once; the others, and what the directory itself takes, when it
 * is their turn, so that the first one in the walk's order counts. */
static bool take_entry(void *data, void *scratch, const struct os_walk_entry *e,
                       struct os_walk_chunk *c) {
    struct walk_run *g = data;
    struct walk_totals *t = e->totals;
    struct os_statx st;
    (void)scratch;
    if (walk_excludes(g->args, e))
        return false;
    walk_count(g, e);
    bool enter = walk_enters(g->args, e);
    if (!e->depth)
        g->top_loops = walk_loops(g->args, e, c);
    if (!ask(g->args, e, &st, c))
        return enter;
    struct counted file = { st.stx_ino, st.stx_size, st.stx_blocks * 512, st.stx_dev_major,
                            st.stx_dev_minor };
    if (enter) {
        buf_add(&c->out, &file, sizeof file); /* its own: see leave() */
        return true;
    }
    if (t) {
        t->files += e->type != DT_DIR;
        t->dirs += e->type == DT_DIR;
    }
    if (!t || (st.stx_nlink > 1 && e->type != DT_DIR))
        buf_add(&c->out, &file, sizeof file);
    else
        add_file(t, &file);
    return false;
}

static void emit_totals(const struct walk_run *g, const char *path, size_t path_size,
                        const struct walk_totals *t) {
    struct cli_value values[WALK_FIELDS] = { 0 };
    values[WALK_DIRPATH] = cli_bytes(path, path_size);
    values[WALK_FILES] = cli_uint(t->files);
    values[WALK_DIRS] = cli_uint(t->dirs);
    values[WALK_BYTES] = cli_uint(t->bytes);
    values[WALK_ALLOCATED] = cli_uint(t->allocated);
    values[WALK_ERRORS] = cli_uint(t->errors);
    values[WALK_INCOMPLETE] = cli_bool(t->incomplete);
    cli_emit(g->cli, values);
}

/* Files with several links, in the walk's order. */
static bool emit(void *data, struct buf *out, void *totals) {
    struct walk_run *g = data;
    struct walk_totals own = { .files = 1, .errors = g->top_loops, .incomplete = g->top_loops };
    struct walk_totals *t = totals ? totals : &own; /* a TOP that is no directory */
    for (size_t at = 0; at + sizeof(struct counted) <= out->len; at += sizeof(struct counted)) {
        struct counted file;
        memcpy(&file, out->data + at, sizeof file);
        int seen = count_link(&g->links, &file);
        if (seen == 0)
            add_file(t, &file);
        else if (seen < 0)
            t->incomplete = true;
    }
    buf_clear(out);
    if (!totals)
        emit_totals(g, g->top, strlen(g->top), t);
    return !cli_is_broken(g->cli);
}

static void leave(void *data, const struct os_walk_directory *d, struct buf *out) {
    const struct walk_run *g = data;
    struct walk_totals *t = d->totals, *parent = d->parent_totals;
    struct counted own;
    t->dirs++;
    if (out->len == sizeof own) {
        memcpy(&own, out->data, sizeof own);
        add_file(t, &own);
    }
    buf_clear(out);
    if (parent) {
        parent->files += t->files;
        parent->dirs += t->dirs;
        parent->errors += t->errors;
        add(parent, &parent->bytes, t->bytes);
        add(parent, &parent->allocated, t->allocated);
        parent->incomplete |= t->incomplete;
    }
    if (d->depth >= g->args->min_depth && d->depth <= g->args->max_depth)
        emit_totals(g, d->path, d->path_size, t);
}

const struct os_walk_ops walk_sum_ops = {
    .entry = take_entry,
    .emit = emit,
    .error = walk_take_error,
    .leave = leave,
};
