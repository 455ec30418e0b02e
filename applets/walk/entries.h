/* SPDX-License-Identifier: 0BSD
 *
 * walk without --tuples and --sum: a record per entry.
 */
#pragma once

#include "applets/walk/run.h"

/* Finds out what the selected fields need. */
void walk_entries_begin(struct walk_run *run);

/* Makes a walk print entries. */
void walk_entries_set(struct os_walk *walk);
