/* SPDX-License-Identifier: 0BSD
 *
 * walk --progress: a line on standard error that overwrites itself.
 */
#pragma once

#include <stdatomic.h>

#include "os/walk.h"

struct walk_progress {
    bool enabled;
    atomic_ullong entries;
    atomic_llong shown_ns; /* CLOCK_MONOTONIC, as `started_ns` */
    int64_t started_ns;
};

void walk_progress_init(struct walk_progress *p, bool enabled);

void walk_progress_add(struct walk_progress *p, const struct os_walk_entry *e);

/* Counts an entry, and shows its directory if it is time to. In any thread. */
static inline void walk_progress_count(struct walk_progress *p, const struct os_walk_entry *e) {
    if (p->enabled)
        walk_progress_add(p, e);
}

/* Shows the totals and ends the line. */
void walk_progress_finish(struct walk_progress *p);
