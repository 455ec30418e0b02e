/* SPDX-License-Identifier: 0BSD
 *
 * The mounts of a process.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/io.h"
#include "os/mountinfo.h"

/* ---- parsing ---- */

/* Ends the field at *at with a NUL and moves *at behind it. A field may be empty: the source. */
static char *next_field(char **at) {
    char *field = *at, *end = field + strcspn(field, " ");
    *at = *end ? end + 1 : end;
    *end = '\0';
    return field;
}

static bool is_octal(const char *text) {
    return text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && text[2] >= '0' &&
           text[2] <= '7' && text[3] >= '0' && text[3] <= '7';
}

/* Decodes \ooo in place: space, tab, newline, '\\' and '#' are written so. */
static char *decode_octal(char *text) {
    char *to = text;
    for (const char *from = text; *from; to++) {
        bool octal = is_octal(from);
        int byte = octal ? (from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0') : *from;
        *to = (char)byte;
        from += octal ? 4 : 1;
    }
    *to = '\0';
    return text;
}

static bool parse_line(char *line, struct os_mountinfo *m) {
    m->id = (int)strtol(next_field(&line), NULL, 10);
    m->parent = (int)strtol(next_field(&line), NULL, 10);
    next_field(&line); /* the device */
    m->root = decode_octal(next_field(&line));
    m->path = decode_octal(next_field(&line));
    next_field(&line); /* the mount's options */
    while (*line && strcmp(next_field(&line), "-") != 0)
        ;
    m->type = next_field(&line);
    next_field(&line); /* the source */
    m->options = next_field(&line);
    return m->root[0] == '/' && m->path[0] == '/' && m->type[0];
}

int os_mountinfo_read(struct os_mountinfo_list *l, const char *file) {
    *l = (struct os_mountinfo_list){ 0 };
    int r = base_read_file(file, &l->text);
    buf_add_char(&l->text, '\0');
    char *line = l->text.data;
    for (bool more = r == 0 && !l->text.failed; more && *line;) {
        char *end = line + strcspn(line, "\n");
        struct os_mountinfo m;
        more = *end;
        *end = '\0';
        if (parse_line(line, &m) && !vec_push(l, m))
            l->text.failed = true;
        line = end + 1;
    }
    return r == 0 && l->text.failed ? -ENOMEM : r;
}

void os_mountinfo_finish(struct os_mountinfo_list *l) {
    vec_finish(l);
    buf_finish(&l->text);
}

bool os_mountinfo_has_option(const char *list, const char *word) {
    size_t length = strlen(word), size;
    for (const char *at = list; *at; at += size + (at[size] == ',')) {
        size = strcspn(at, ",");
        if (size == length && strncmp(at, word, length) == 0)
            return true;
    }
    return false;
}

/* ---- which mount a path leads to ---- */

static const struct os_mountinfo *find_id(const struct os_mountinfo_list *l, int id) {
    for (size_t i = 0; i < l->count; i++)
        if (l->items[i].id == id)
            return &l->items[i];
    return NULL;
}

/* Whether `id` is the mount itself or one that it is mounted on, directly or not. */
static bool is_below(const struct os_mountinfo_list *l, const struct os_mountinfo *m, int id) {
    size_t left = l->count;
    for (; m && m->id != id && left; left--)
        m = m->parent == m->id ? NULL : find_id(l, m->parent);
    return m && m->id == id;
}

static bool is_at_or_above(const char *path, const char *other) {
    size_t length = strlen(path);
    length -= length && path[length - 1] == '/';
    return strncmp(path, other, length) == 0 && (!other[length] || other[length] == '/');
}

bool os_mountinfo_visible(const struct os_mountinfo_list *l, const struct os_mountinfo *m) {
    for (size_t i = 0; i < l->count; i++) {
        const struct os_mountinfo *o = &l->items[i];
        if (is_at_or_above(o->path, m->path) && !is_below(l, m, o->id) && is_below(l, m, o->parent))
            return false;
    }
    return true;
}
