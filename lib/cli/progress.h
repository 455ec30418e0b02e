/* SPDX-License-Identifier: 0BSD
 *
 * --progress: a line on standard error that the next one overwrites. A failure
 * to write it is not an error.
 */
#pragma once

#include <stdatomic.h>

#include "cli/cli.h"

/* The minimum time between two lines in nanoseconds. */
enum { CLI_PROGRESS_NS = 200000000 };

struct cli_progress {
    const char *label;     /* with which each line begins */
    bool enabled;          /* --progress was given */
    int64_t started;       /* as `now` below */
    atomic_llong shown_at; /* when the last line was written */
};

/* Starts progress. `now` is in nanoseconds on any clock, the same one in every call. */
void cli_progress_init(struct cli_progress *p, const struct cli *cli, bool enabled, int64_t now);

/* Returns whether it is time for a line. If several threads call it at once, one gets true. */
bool cli_progress_is_due(struct cli_progress *p, int64_t now);

/* Writes "LABEL: TEXT" over the previous line; the last line stays. Writes nothing if memory was
 * short for the text. */
void cli_progress_show(const struct cli_progress *p, const struct buf *text, bool last);
