/* SPDX-License-Identifier: 0BSD
 *
 * What the forms of walk share: entries.c prints an entry per record, tuples.c
 * os.walk's tuples (steer.c lets the caller edit them), sum.c totals.
 */
#pragma once

#include "applets/common/base_dir.h"
#include "applets/walk/progress.h"
#include "applets/walk/select.h"
#include "base/file_set.h"
#include "base/lines.h"
#include "cli/cli.h"

enum walk_on_error { WALK_REPORT, WALK_STRICT, WALK_STOP, WALK_IGNORE };

struct walk_args {
    struct walk_selection select;
    bool bottom_up;
    bool sort;
    bool follow;
    bool one_file_system;
    bool tuples;
    bool sum;
    bool steer;
    bool progress;
    int on_error;  /* enum walk_on_error */
    unsigned jobs; /* 0: the number of usable CPUs */
    int fd;        /* --fd; -1: paths */
    struct base_dir_args base;
};

/* What tuples.c and steer.c keep between a record and the reply to it. */
struct walk_replies {
    struct base_lines lines; /* standard input */
    struct buf listed;       /* the last record's dirnames, each with a NUL, */
    size_t listed_at;        /* and where the next one is expected */
};

/* One run. All threads read it; only `progress` is changed by more than one. */
struct walk_run {
    struct cli *cli;
    const struct walk_args *args;
    uint64_t needs;               /* of the fields that readdir(3) does not report */
    bool bare_paths;              /* a record is a path and its end, nothing else */
    const char *top;              /* the current one */
    bool top_loops;               /* --sum: TOP is a link to itself, an error to be counted */
    struct base_file_set counted; /* --sum: files with several links that were counted */
    struct walk_replies replies;  /* --steer */
    struct walk_progress progress;
};

/* Returns the reference to an entry: TOP is what it points to, as in os.walk; an entry below is
 * itself. */
struct os_file walk_file(const struct walk_args *args, const struct os_walk_entry *e);

/* Returns whether TOP is a link to itself although links are followed, and records that error. */
bool walk_fail_loop(const struct walk_args *args, const struct os_walk_entry *e,
                    struct os_walk_chunk *c);

/* struct os_walk_ops.error: reports a failure, depending on --on-error. */
bool walk_report(void *data, const struct base_error *error, bool vanished, void *totals);

/* struct os_walk_ops.emit for formatted records. */
bool walk_emit(void *data, struct buf *out, void *totals);
