/* SPDX-License-Identifier: 0BSD
 *
 * What the forms of walk share: walk.c prints paths, walk_tuples.c os.walk's
 * tuples (and --steer), walk_sum.c totals.
 */
#pragma once

#include <stdatomic.h>

#include "applets/walk/fields.h"
#include "base/lines.h"
#include "os/walk.h"

enum walk_on_error { WALK_REPORT, WALK_STRICT, WALK_STOP, WALK_IGNORE };

struct walk_args {
    bool bottom_up;
    bool sort;
    bool follow;
    bool one_file_system;
    bool tuples;
    bool sum;
    bool steer;
    bool progress;
    int on_error; /* enum walk_on_error */
    unsigned min_depth;
    unsigned max_depth;
    unsigned jobs;    /* 0: the usable CPUs */
    unsigned types;   /* bit set of DT_*; 0: all */
    struct buf names; /* const char *: the patterns of --name */
    struct buf prune, exclude;
    int fd;
    int dir_fd;
    const char *dir;
    const char *files0;
};

/* Files with several links that --sum has counted: a hash table. */
struct walk_links {
    struct buf keys;
    size_t count, room; /* room is a power of two, or 0 */
};
void walk_links_finish(struct walk_links *links);

/* One run; all threads read it. */
struct walk_run {
    struct cli *cli;
    const struct walk_args *args;
    uint64_t needs;            /* of the fields that a directory does not tell */
    bool bare_paths;           /* a record is a path and its end, nothing else */
    struct walk_links links;   /* --sum: hard links that were counted */
    const char *top;           /* the one that is walked */
    bool top_loops;            /* --sum: which is an error to be counted */
    struct base_lines replies; /* --steer: standard input; */
    struct buf listed;         /* the last record's dirnames, each with a NUL, */
    size_t listed_at;          /* and where the next one is expected */
    atomic_ullong entries;     /* --progress */
    atomic_ullong shown_ns;
    uint64_t started_ns;
};

/* Where an entry is: TOP is what it leads to, as os.walk takes it; all below it is itself. */
struct os_file walk_where(const struct walk_args *args, const struct os_walk_entry *e);

/* Whether a TOP leads back to itself where links are followed: notes the error that it then is. */
bool walk_loops(const struct walk_args *args, const struct os_walk_entry *e,
                struct os_walk_chunk *c);

/* Counts an entry for --progress, and shows it when it is time to. In any thread. */
void walk_count(struct walk_run *g, const struct os_walk_entry *e);

/* Whether a directory is entered, after what is printed of it. */
bool walk_enters(const struct walk_args *args, const struct os_walk_entry *e);
bool walk_excludes(const struct walk_args *args, const struct os_walk_entry *e);

/* struct os_walk_ops.error for all forms: reports what --on-error wants reported. */
bool walk_take_error(void *data, const struct base_error *error, bool vanished, void *totals);

/* ... and .emit for those that append formatted records. */
bool walk_emit(void *data, struct buf *out, void *totals);

/* walk_tuples.c */
extern const struct os_walk_ops walk_tuples_ops, walk_steer_ops;
struct walk_tuple {
    struct buf dirs, files; /* struct cli_value, whose text is an offset until the record is made */
    struct buf texts;
};
void walk_tuple_finish(void *tuple);

/* walk_sum.c */
extern const struct os_walk_ops walk_sum_ops;
struct walk_totals {
    uint64_t files, dirs, bytes, allocated, errors;
    bool incomplete;
};
