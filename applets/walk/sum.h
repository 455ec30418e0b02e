/* SPDX-License-Identifier: 0BSD
 *
 * walk --sum: the totals of each directory and its subtree, as du(1) counts them.
 */
#pragma once

#include "applets/walk/run.h"

/* Makes a walk print totals. */
void walk_sum_set(struct os_walk *walk);
