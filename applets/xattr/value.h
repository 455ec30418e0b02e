/* SPDX-License-Identifier: 0BSD
 *
 * Values of attributes as users write them.
 */
#pragma once

#include "applets/xattr/run.h"

/* Appends the value that `set` is given: `text` (VALUE), or what the options request. Returns false
 * after an error, which was reported. */
bool xattr_value(struct cli *cli, const struct xattr_args *args, const char *text, struct buf *b);
