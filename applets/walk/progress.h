/* SPDX-License-Identifier: 0BSD
 *
 * walk --progress: a line on standard error that overwrites itself.
 */
#pragma once

#include "cli/progress.h"
#include "os/walk.h"

struct walk_progress {
    struct cli_progress line;
    atomic_ullong entries;
};

void walk_progress_init(struct walk_progress *p, const struct cli *cli, bool enabled);

void walk_progress_add(struct walk_progress *p, const struct os_walk_entry *e);

/* Counts an entry, and shows its directory if it is time to. In any thread. */
static inline void walk_progress_count(struct walk_progress *p, const struct os_walk_entry *e) {
    if (p->line.enabled)
        walk_progress_add(p, e);
}

/* Shows the totals and ends the line. */
void walk_progress_finish(struct walk_progress *p);
