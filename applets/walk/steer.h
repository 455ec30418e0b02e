/* SPDX-License-Identifier: 0BSD
 *
 * The replies to walk --steer, the shell's form of editing dirnames: after each
 * record a line is read from standard input, a JSON array of the names to enter,
 * in order.
 */
#pragma once

#include "applets/walk/run.h"

/* Empties the list of names that a reply is expected to contain, or appends one. A failure to
 * allocate is in replies->listed. */
void walk_replies_clear(struct walk_replies *replies);
void walk_replies_expect(struct walk_replies *replies, const char *name, size_t size);

void walk_replies_finish(struct walk_replies *replies);

/* struct os_walk_ops.steer. End of input ends the walk without an error. */
bool walk_steer(void *data, const struct os_walk_directory *d, struct buf *names);
