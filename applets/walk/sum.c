/* SPDX-License-Identifier: 0BSD
 *
 * walk --sum.
 */
#include <dirent.h>
#include <errno.h>
#include <sys/sysmacros.h>

#include "applets/walk/fields.h"
#include "applets/walk/sum.h"
#include "os/stat.h"

struct totals {
    uint64_t files, dirs, bytes, allocated, errors;
    bool incomplete;
};

/* A file that is counted in the order of the walk. */
struct counted {
    uint64_t device, inode, size, allocated;
};

/* ---- counting ---- */

/* Saturating: a sum that does not fit is the largest number, and incomplete. */
static void add(struct totals *t, uint64_t *sum, uint64_t more) {
    if (__builtin_add_overflow(*sum, more, sum)) {
        *sum = UINT64_MAX;
        t->incomplete = true;
    }
}

static void add_file(struct totals *t, const struct counted *file) {
    add(t, &t->bytes, file->size);
    add(t, &t->allocated, file->allocated);
}

static bool query(const struct walk_args *args, const struct os_walk_entry *e, struct os_statx *st,
                  struct os_walk_chunk *c) {
    struct os_file file = walk_file(args, e);
    struct base_error error;
    unsigned mask = OS_STATX_SIZE | OS_STATX_BLOCKS | OS_STATX_NLINK | OS_STATX_INO;
    int r = os_stat(&file, mask, OS_SYNC_DEFAULT, st, &error);
    if (r < 0)
        os_walk_fail(c, -r, r == -ENOENT, error.operation, e->path);
    return r == 0;
}

/* A file with one link is counted at once. The others, and the space of the directory itself, are
 * counted in the order of the walk, so that the first link counts. */
static bool list_entry(void *data, void *scratch, const struct os_walk_entry *e,
                       struct os_walk_chunk *c) {
    struct walk_run *run = data;
    const struct walk_selection *select = &run->args->select;
    struct totals *t = e->totals;
    struct os_statx st;
    (void)scratch;
    if (walk_is_excluded(select, e, c))
        return false;
    walk_progress_count(&run->progress, e);
    bool enter = e->is_directory && !walk_is_pruned(select, e, c); /* whatever --max-depth */
    if (!e->depth)
        run->top_loops = walk_fail_loop(run->args, e, c);
    if (!query(run->args, e, &st, c))
        return enter;
    struct counted file = {
        .device = makedev(st.stx_dev_major, st.stx_dev_minor),
        .inode = st.stx_ino,
        .size = st.stx_size,
        .allocated = st.stx_blocks * 512,
    };
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

static void emit_totals(const struct walk_run *run, const char *path, size_t path_size,
                        const struct totals *t) {
    struct cli_value values[WALK_FIELDS] = { 0 };
    values[WALK_DIRPATH] = cli_bytes(path, path_size);
    values[WALK_FILES] = cli_uint(t->files);
    values[WALK_DIRS] = cli_uint(t->dirs);
    values[WALK_BYTES] = cli_uint(t->bytes);
    values[WALK_ALLOCATED] = cli_uint(t->allocated);
    values[WALK_ERRORS] = cli_uint(t->errors);
    values[WALK_INCOMPLETE] = cli_bool(t->incomplete);
    cli_emit(run->cli, values);
}

static bool fail_memory(const struct walk_run *run) {
    struct base_error e;
    base_fail(&e, ENOMEM, "malloc", NULL);
    cli_report(run->cli, &e);
    return false;
}

/* Counts the files of a chunk. */
static bool emit(void *data, struct buf *out, void *totals) {
    struct walk_run *run = data;
    struct totals own = { .files = 1, .errors = run->top_loops, .incomplete = run->top_loops };
    struct totals *t = totals ? totals : &own; /* TOP is not a directory */
    for (size_t at = 0; at + sizeof(struct counted) <= out->len; at += sizeof(struct counted)) {
        struct counted file;
        memcpy(&file, out->data + at, sizeof file);
        int added = base_file_set_add(&run->counted, file.device, file.inode);
        if (added < 0)
            return fail_memory(run);
        if (added)
            add_file(t, &file);
    }
    buf_clear(out);
    if (!totals)
        emit_totals(run, run->top, strlen(run->top), t);
    return !cli_is_broken(run->cli);
}

static bool count_error(void *data, const struct base_error *error, bool vanished, void *totals) {
    const struct walk_run *run = data;
    struct totals *t = totals;
    if (t && (!vanished || run->args->on_error == WALK_STRICT)) {
        t->errors++;
        t->incomplete = true;
    }
    return walk_report(data, error, vanished, totals);
}

static void leave(void *data, const struct os_walk_directory *d, struct buf *out) {
    const struct walk_run *run = data;
    const struct walk_selection *select = &run->args->select;
    struct totals *t = d->totals, *parent = d->parent_totals;
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
    if (d->depth >= select->min_depth && d->depth <= select->max_depth)
        emit_totals(run, d->path, d->path_size, t);
}

static const struct os_walk_ops sum_ops = {
    .entry = list_entry,
    .emit = emit,
    .error = count_error,
    .leave = leave,
};

void walk_sum_set(struct os_walk *walk) {
    walk->ops = &sum_ops;
    walk->totals_size = sizeof(struct totals);
    walk->bottom_up = true;
}
