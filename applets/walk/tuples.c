/* SPDX-License-Identifier: 0BSD
 *
 * walk --tuples: os.walk's (dirpath, dirnames, filenames), a record for each
 * directory; and --steer: the shell's form of editing dirnames.
 */
#include <errno.h>
#include <unistd.h>

#include "applets/walk/walk.h"
#include "cli/json.h"

void walk_tuple_finish(void *data) {
    struct walk_tuple *t = data;
    buf_finish(&t->dirs);
    buf_finish(&t->files);
    buf_finish(&t->texts);
}

/* A name of the directory that is being read; its bytes may still move. */
static void add_name(struct walk_tuple *t, struct buf *list, const struct os_walk_entry *e) {
    struct cli_value name = cli_bytes(NULL, e->name_size);
    name.bytes.data = (const char *)t->texts.len; /* NOLINT: an offset, see make_list() */
    buf_add(&t->texts, e->name, e->name_size);
    buf_add(list, &name, sizeof name);
}

static bool take_entry(void *data, void *scratch, const struct os_walk_entry *e,
                       struct os_walk_chunk *c) {
    struct walk_run *g = data;
    struct walk_tuple *t = scratch;
    if (walk_excludes(g->args, e))
        return false;
    walk_count(g, e);
    if (e->depth)
        add_name(t, e->is_directory ? &t->dirs : &t->files, e);
    else if (!e->is_directory)
        os_walk_fail(c, e->nowhere ? e->nowhere : ENOTDIR, false, "open", e->path);
    return walk_enters(g->args, e);
}

/* The names of a list, now that all of them are there. */
static struct cli_value make_list(const struct walk_tuple *t, struct buf *list) {
    struct cli_value *names = (struct cli_value *)(void *)list->data;
    size_t count = list->len / sizeof *names;
    for (size_t i = 0; i < count; i++)
        names[i].bytes.data = t->texts.data + (size_t)names[i].bytes.data;
    return cli_list(names, count);
}

/* --steer: the names that a reply is expected to hold. */
static void note_listed(struct walk_run *g, const struct buf *dirs) {
    const struct cli_value *names = (const struct cli_value *)(const void *)dirs->data;
    buf_clear(&g->listed);
    g->listed_at = 0;
    for (size_t i = 0; i < dirs->len / sizeof *names; i++) {
        buf_add(&g->listed, names[i].bytes.data, names[i].bytes.size);
        buf_add_char(&g->listed, '\0');
    }
}

static void end(void *data, void *scratch, const struct os_walk_directory *d,
                struct os_walk_chunk *c) {
    struct walk_run *g = data;
    struct walk_tuple *t = scratch;
    struct cli_value values[WALK_FIELDS] = { 0 };
    c->out.failed |= t->dirs.failed || t->files.failed || t->texts.failed;
    if (!c->out.failed && d->depth >= g->args->min_depth) {
        values[WALK_DIRPATH] = cli_bytes(d->path, d->path_size);
        values[WALK_DIRNAMES] = make_list(t, &t->dirs);
        values[WALK_FILENAMES] = make_list(t, &t->files);
        cli_format_record(cli_writer(g->cli), values, false, &c->out);
        if (g->args->steer)
            note_listed(g, &t->dirs);
    }
    buf_clear(&t->dirs);
    buf_clear(&t->files);
    buf_clear(&t->texts);
}

const struct os_walk_ops walk_tuples_ops = {
    .entry = take_entry,
    .end = end,
    .emit = walk_emit,
    .error = walk_take_error,
};

/* ---- steer ---- */

/* The next line of standard input; false at its end, or after an error, which was reported. */
static bool read_reply(struct walk_run *g, struct cli_json *reply) {
    const char *line;
    size_t size;
    int r = base_lines_next(&g->replies, &line, &size);
    if (r > 0) {
        *reply = (struct cli_json){ line, line + size };
    } else if (r < 0) {
        struct base_error e;
        base_fail(&e, -r, "read", NULL);
        e.fd = STDIN_FILENO;
        cli_report(g->cli, &e);
    }
    return r > 0;
}

/* Most replies keep the order: the search goes on behind the name that was found last. */
static bool is_listed(struct walk_run *g, const char *name) {
    const struct buf *b = &g->listed;
    for (size_t passed = 0, at = g->listed_at, size; passed < b->len; passed += size, at += size) {
        at = at < b->len ? at : 0;
        size = strlen(b->data + at) + 1;
        if (strcmp(b->data + at, name) == 0) {
            g->listed_at = at + size;
            return true;
        }
    }
    return false;
}

/* A name of the reply, behind its mark; NULL, or why it is refused. */
static const char *take_name(struct walk_run *g, struct cli_json *j, struct buf *names) {
    size_t start = names->len;
    buf_add_char(names, 'n');
    const char *why = cli_json_bytes(j, names);
    if (why)
        return why;
    const char *name = names->data + start + 1;
    size_t size = names->len - start - 1;
    if (!size || memchr(name, '\0', size) || memchr(name, '/', size) ||
        (size <= 2 && memcmp(name, "..", size) == 0))
        return "a name is refused: empty, '.', '..', or with a slash or NUL";
    buf_add_char(names, '\0');
    if (!names->failed && is_listed(g, names->data + start + 1))
        names->data[start] = 'l';
    return NULL;
}

static const char *take_reply(struct walk_run *g, struct cli_json *j, struct buf *names) {
    if (!cli_json_take(j, '['))
        return "the reply is not a JSON array";
    if (cli_json_take(j, ']'))
        return NULL;
    do {
        const char *why = take_name(g, j, names);
        if (why)
            return why;
    } while (cli_json_take(j, ','));
    if (!cli_json_take(j, ']'))
        return "the reply is not a JSON array";
    cli_json_take(j, '\n');
    return j->at == j->end ? NULL : "something stands behind the reply's array";
}

/* End of input ends the walk without an error. */
static bool steer(void *data, const struct os_walk_directory *d, struct buf *names) {
    struct walk_run *g = data;
    struct cli_json reply;
    cli_flush(g->cli);
    if (cli_is_broken(g->cli) || !read_reply(g, &reply))
        return false;
    const char *why = take_reply(g, &reply, names);
    if (why)
        cli_complain(g->cli, CLI_EX_DATAERR, d->path, why);
    if (d->depth + 1 >= g->args->max_depth)
        buf_clear(names);
    return !why;
}

const struct os_walk_ops walk_steer_ops = {
    .entry = take_entry,
    .end = end,
    .emit = walk_emit,
    .error = walk_take_error,
    .steer = steer,
};
