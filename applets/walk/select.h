/* SPDX-License-Identifier: 0BSD
 *
 * Which entries of a tree are printed, and which directories are entered: --name,
 * --type, --prune, --exclude, --min-depth and --max-depth.
 *
 * A pattern is a glob that matches the bytes of the last component or, if it
 * contains a slash, of the path below TOP. Of TOP itself only --name, --type and
 * the depths are tested.
 */
#pragma once

#include "base/vec.h"
#include "os/walk.h"

struct walk_patterns BASE_VEC(const char *);

struct walk_selection {
    struct walk_patterns names, prune, exclude;
    unsigned types; /* bit set of DT_*; 0: all */
    unsigned min_depth;
    unsigned max_depth;
};

/* Parse the values of options. Return NULL, or what is wrong. */
const char *walk_pattern_add(struct walk_patterns *patterns, const char *glob);
const char *walk_types_parse(unsigned *types, const char *letters);

void walk_selection_finish(struct walk_selection *s);

/* Returns whether a pattern matches an entry. If memory is short (for TOP), c->out fails. */
bool walk_matches(const struct walk_patterns *patterns, const struct os_walk_entry *e,
                  struct os_walk_chunk *c);

/* Called for each entry: most runs have no patterns. */
static inline bool walk_is_excluded(const struct walk_selection *s, const struct os_walk_entry *e,
                                    struct os_walk_chunk *c) {
    return s->exclude.count && e->depth && walk_matches(&s->exclude, e, c);
}

static inline bool walk_is_pruned(const struct walk_selection *s, const struct os_walk_entry *e,
                                  struct os_walk_chunk *c) {
    return s->prune.count && e->depth && walk_matches(&s->prune, e, c);
}

/* Returns whether an entry that is not excluded is printed. */
static inline bool walk_is_printed(const struct walk_selection *s, const struct os_walk_entry *e,
                                   struct os_walk_chunk *c) {
    return e->depth >= s->min_depth && (!s->types || s->types >> e->type & 1) &&
           (!s->names.count || walk_matches(&s->names, e, c));
}

/* Returns whether an entry that is not excluded is a directory that is entered. */
static inline bool walk_is_entered(const struct walk_selection *s, const struct os_walk_entry *e,
                                   struct os_walk_chunk *c) {
    return e->is_directory && e->depth < s->max_depth && !walk_is_pruned(s, e, c);
}
