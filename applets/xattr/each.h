/* SPDX-License-Identifier: 0BSD
 *
 * The files that a verb of xattr works on.
 */
#pragma once

#include "applets/xattr/run.h"

/* Option rows of the verbs that work on files; those of common/base_dir.h follow. */
extern const struct cli_option xattr_file_options[];

/* Calls r->act() for each file that the options and the operands name. */
void xattr_each(struct xattr_run *r);
