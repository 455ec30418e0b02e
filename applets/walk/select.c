/* SPDX-License-Identifier: 0BSD
 *
 * Selects the entries that are printed and the directories that are entered.
 */
#include <dirent.h>
#include <fnmatch.h>

#include "applets/walk/select.h"

/* ---- options ---- */

const char *walk_pattern_add(struct walk_patterns *patterns, const char *glob) {
    return vec_push(patterns, glob) ? NULL : "out of memory";
}

static const struct {
    unsigned char type;
    char letter;
} types[] = {
    { DT_REG, 'f' },  { DT_DIR, 'd' }, { DT_LNK, 'l' }, { DT_FIFO, 'p' },
    { DT_SOCK, 's' }, { DT_BLK, 'b' }, { DT_CHR, 'c' },
};
enum { TYPES = sizeof types / sizeof types[0] };

const char *walk_types_parse(unsigned *set, const char *letters) {
    *set = 0;
    for (; *letters; letters++) {
        unsigned i = 0;
        while (i < TYPES && types[i].letter != *letters)
            i++;
        if (i < TYPES)
            *set |= 1U << types[i].type;
        else if (*letters != ',')
            return "not made of the letters f, d, l, p, s, b and c";
    }
    return *set ? NULL : "names no type";
}

void walk_selection_finish(struct walk_selection *s) {
    vec_finish(&s->names);
    vec_finish(&s->prune);
    vec_finish(&s->exclude);
}

/* ---- entries ---- */

static bool matches_any(const struct walk_patterns *patterns, const char *name,
                        const char *below_top) {
    for (size_t i = 0; i < patterns->count; i++) {
        const char *glob = patterns->items[i];
        if (fnmatch(glob, strchr(glob, '/') ? below_top : name, 0) == 0)
            return true;
    }
    return false;
}

/* TOP, without the slashes at its end. */
static bool matches_top(const struct walk_patterns *patterns, const struct os_walk_entry *e,
                        struct os_walk_chunk *c) {
    struct buf name = { 0 };
    buf_add(&name, e->name, e->name_size);
    const char *text = buf_cstr(&name);
    bool found = text && matches_any(patterns, text, "");
    c->out.failed |= !text;
    buf_finish(&name);
    return found;
}

bool walk_matches(const struct walk_patterns *patterns, const struct os_walk_entry *e,
                  struct os_walk_chunk *c) {
    if (!e->depth)
        return matches_top(patterns, e, c);
    const char *below_top = e->path + e->top_size;
    return matches_any(patterns, e->name, below_top + (*below_top == '/'));
}
