/* SPDX-License-Identifier: 0BSD
 *
 * A record per entry: its path, and the fields of a file that were selected.
 */
#include <dirent.h>
#include <errno.h>

#include "applets/common/file_query.h"
#include "applets/walk/entries.h"
#include "applets/walk/fields.h"

/* The memory of one thread. */
struct entry_scratch {
    struct file_query query;
    struct os_walk_chunk *chunk; /* of the current entry, for failures */
    const char *path;
    struct cli_value values[WALK_FIELDS];
};

static void finish_scratch(void *scratch) {
    struct entry_scratch *s = scratch;
    file_query_finish(&s->query);
}

static void fail_query(void *data, const struct base_error *e, bool fatal) {
    struct entry_scratch *s = data;
    os_walk_fail(s->chunk, e->errnum, fatal && e->errnum == ENOENT, e->operation, s->path);
}

/* Returns false if the entry does not exist any more or cannot be examined. */
static bool query_file(const struct walk_run *run, struct entry_scratch *s,
                       const struct os_walk_entry *e, struct os_walk_chunk *c) {
    struct os_file file = walk_file(run->args, e);
    s->query.needs = run->needs;
    s->query.fail = fail_query;
    s->query.data = s;
    s->chunk = c;
    s->path = e->path;
    return file_query_fill(cli_writer(run->cli), &s->query, &file, NULL, s->values);
}

static void add_record(const struct walk_run *run, struct entry_scratch *s,
                       const struct os_walk_entry *e, struct os_walk_chunk *c) {
    struct cli_value *v = s->values;
    if (run->bare_paths) {
        buf_add_short(&c->out, e->path, e->path_size);
        buf_add_char(&c->out, cli_writer(run->cli)->null ? '\0' : '\n');
        return;
    }
    /* An entry that cannot be examined is listed all the same, with what readdir(3) reports. */
    if (run->needs && !query_file(run, s, e, c))
        memset(v, 0, sizeof s->values);
    v[FILE_PATH] = cli_bytes(e->path, e->path_size);
    v[FILE_TYPE] = cli_str(file_type_name((unsigned)DTTOIF(e->type)));
    v[WALK_NAME] = cli_bytes(e->name, e->name_size);
    v[WALK_DEPTH] = cli_uint(e->depth);
    v[WALK_INO] = cli_uint(e->ino);
    cli_format_record(cli_writer(run->cli), v, false, &c->out);
}

static bool list_entry(void *data, void *scratch, const struct os_walk_entry *e,
                       struct os_walk_chunk *c) {
    struct walk_run *run = data;
    const struct walk_selection *select = &run->args->select;
    if (walk_is_excluded(select, e, c))
        return false;
    walk_progress_count(&run->progress, e);
    if (walk_is_printed(select, e, c))
        add_record(run, scratch, e, c);
    walk_fail_loop(run->args, e, c);
    return walk_is_entered(select, e, c);
}

static const struct os_walk_ops entry_ops = {
    .entry = list_entry,
    .emit = walk_emit,
    .error = walk_report,
};

void walk_entries_begin(struct walk_run *run) {
    const struct cli_writer *w = cli_writer(run->cli);
    for (size_t i = 0; i < w->selected; i++)
        if (w->selection[i] != FILE_TYPE) /* readdir(3) reports it */
            run->needs |= w->fields[w->selection[i]].needs;
    /* The most frequent case, in which a record is the bytes of the path. Not on a terminal, where
     * they have to be escaped. */
    run->bare_paths = w->format == CLI_FORMAT_VALUE && !w->terminal && w->selected == 1 &&
                      w->selection[0] == FILE_PATH;
}

void walk_entries_set(struct os_walk *walk) {
    walk->ops = &entry_ops;
    walk->scratch_size = sizeof(struct entry_scratch);
    walk->scratch_finish = finish_scratch;
}
