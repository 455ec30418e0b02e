/* SPDX-License-Identifier: 0BSD
 *
 * walk --tuples.
 */
#include <errno.h>

#include "applets/walk/fields.h"
#include "applets/walk/steer.h"
#include "applets/walk/tuples.h"
#include "base/vec.h"

/* The values of a list. Until end() their bytes are offsets in `texts`, which may still move. */
struct name_list BASE_VEC(struct cli_value);

/* The names of the directory that a thread is reading. */
struct tuple {
    struct name_list dirs, files;
    struct buf texts;
};

static void finish_tuple(void *scratch) {
    struct tuple *t = scratch;
    vec_finish(&t->dirs);
    vec_finish(&t->files);
    buf_finish(&t->texts);
}

static bool add_name(struct tuple *t, struct name_list *list, const struct os_walk_entry *e) {
    struct cli_value name = cli_bytes(NULL, e->name_size);
    name.bytes.data = (const char *)t->texts.len; /* NOLINT: an offset */
    buf_add(&t->texts, e->name, e->name_size);
    return !t->texts.failed && vec_push(list, name);
}

static bool list_entry(void *data, void *scratch, const struct os_walk_entry *e,
                       struct os_walk_chunk *c) {
    struct walk_run *run = data;
    struct tuple *t = scratch;
    if (walk_is_excluded(&run->args->select, e, c))
        return false;
    walk_progress_count(&run->progress, e);
    if (e->depth)
        c->out.failed |= !add_name(t, e->is_directory ? &t->dirs : &t->files, e);
    else if (!e->is_directory)
        os_walk_fail(c, e->nowhere ? e->nowhere : ENOTDIR, false, "open", e->path);
    return walk_is_entered(&run->args->select, e, c);
}

static struct cli_value make_list(const struct tuple *t, struct name_list *list) {
    for (size_t i = 0; i < list->count; i++)
        list->items[i].bytes.data = t->texts.data + (size_t)list->items[i].bytes.data;
    return cli_list(list->items, list->count);
}

/* --steer: the names that the reply may contain. */
static bool expect_dirs(struct walk_replies *replies, const struct name_list *dirs) {
    walk_replies_clear(replies);
    for (size_t i = 0; i < dirs->count; i++)
        walk_replies_expect(replies, dirs->items[i].bytes.data, dirs->items[i].bytes.size);
    return !replies->listed.failed;
}

static void end_directory(void *data, void *scratch, const struct os_walk_directory *d,
                          struct os_walk_chunk *c) {
    struct walk_run *run = data;
    struct tuple *t = scratch;
    if (!c->out.failed && d->depth >= run->args->select.min_depth) {
        struct cli_value values[WALK_FIELDS] = { 0 };
        values[WALK_DIRPATH] = cli_bytes(d->path, d->path_size);
        values[WALK_DIRNAMES] = make_list(t, &t->dirs);
        values[WALK_FILENAMES] = make_list(t, &t->files);
        cli_format_record(cli_writer(run->cli), values, false, &c->out);
        if (run->args->steer)
            c->out.failed |= !expect_dirs(&run->replies, &t->dirs);
    }
    t->dirs.count = 0;
    t->files.count = 0;
    buf_clear(&t->texts);
}

static const struct os_walk_ops tuples_ops = {
    .entry = list_entry,
    .end = end_directory,
    .emit = walk_emit,
    .error = walk_report,
};

static const struct os_walk_ops steered_ops = {
    .entry = list_entry,
    .end = end_directory,
    .emit = walk_emit,
    .error = walk_report,
    .steer = walk_steer,
};

void walk_tuples_set(struct os_walk *walk, bool steered) {
    walk->ops = steered ? &steered_ops : &tuples_ops;
    walk->scratch_size = sizeof(struct tuple);
    walk->scratch_finish = finish_tuple;
    walk->resolve = true; /* links to directories are dirnames */
    if (steered)
        walk->jobs = 1;
}
