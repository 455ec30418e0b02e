/* SPDX-License-Identifier: 0BSD
 *
 * The replies to walk --steer.
 */
#include <unistd.h>

#include "applets/walk/steer.h"
#include "cli/json.h"

void walk_replies_clear(struct walk_replies *replies) {
    buf_clear(&replies->listed);
    replies->listed_at = 0;
}

void walk_replies_expect(struct walk_replies *replies, const char *name, size_t size) {
    buf_add(&replies->listed, name, size);
    buf_add_char(&replies->listed, '\0');
}

void walk_replies_finish(struct walk_replies *replies) {
    base_lines_finish(&replies->lines);
    buf_finish(&replies->listed);
}

/* Most replies keep the order: the search continues after the name that was found last. */
static bool is_listed(struct walk_replies *r, const char *name) {
    const struct buf *b = &r->listed;
    for (size_t passed = 0, at = r->listed_at, size; passed < b->len; passed += size, at += size) {
        at = at < b->len ? at : 0;
        size = strlen(b->data + at) + 1;
        if (strcmp(b->data + at, name) == 0) {
            r->listed_at = at + size;
            return true;
        }
    }
    return false;
}

/* Appends a name of the reply with its mark. Returns NULL, also if `names` failed, or why it is
 * refused. */
static const char *add_name(struct walk_replies *r, struct cli_json *j, struct buf *names) {
    size_t start = names->len;
    buf_add_char(names, 'n');
    const char *why = cli_json_bytes(j, names);
    if (why || names->failed)
        return why;
    const char *name = names->data + start + 1;
    size_t size = names->len - start - 1;
    if (!size || memchr(name, '\0', size) || memchr(name, '/', size) ||
        (size <= 2 && memcmp(name, "..", size) == 0))
        return "a name is refused: empty, '.', '..', or with a slash or NUL";
    buf_add_char(names, '\0');
    if (!names->failed && is_listed(r, names->data + start + 1))
        names->data[start] = 'l';
    return NULL;
}

static const char *parse_reply(struct walk_replies *r, struct cli_json *j, struct buf *names) {
    if (!cli_json_take(j, '['))
        return "the reply is not a JSON array";
    if (cli_json_take(j, ']'))
        return NULL;
    do {
        const char *why = add_name(r, j, names);
        if (why)
            return why;
    } while (cli_json_take(j, ','));
    if (!cli_json_take(j, ']'))
        return "the reply is not a JSON array";
    cli_json_take(j, '\n');
    return j->at == j->end ? NULL : "something stands behind the reply's array";
}

/* Reads the next line of standard input. Returns false at its end, or after an error, which was
 * reported. */
static bool read_reply(struct walk_run *run, struct cli_json *reply) {
    const char *line;
    size_t size;
    int r = base_lines_next(&run->replies.lines, &line, &size);
    if (r > 0) {
        *reply = (struct cli_json){ line, line + size };
    } else if (r < 0) {
        struct base_error e;
        base_fail(&e, -r, "read", NULL);
        e.fd = STDIN_FILENO;
        cli_report(run->cli, &e);
    }
    return r > 0;
}

bool walk_steer(void *data, const struct os_walk_directory *d, struct buf *names) {
    struct walk_run *run = data;
    struct cli_json reply;
    cli_flush(run->cli);
    if (cli_is_broken(run->cli) || !read_reply(run, &reply))
        return false;
    const char *why = parse_reply(&run->replies, &reply, names);
    if (why)
        cli_complain(run->cli, CLI_EX_DATAERR, d->path, why);
    if (d->depth + 1 >= run->args->select.max_depth)
        buf_clear(names);
    return !why;
}
