/* SPDX-License-Identifier: 0BSD
 *
 * walk --tuples: os.walk's (dirpath, dirnames, filenames), a record per
 * directory; with --steer, replies choose what is entered.
 */
#pragma once

#include "applets/walk/run.h"

/* Makes a walk print tuples and, if `steered`, read replies to them. */
void walk_tuples_set(struct os_walk *walk, bool steered);
