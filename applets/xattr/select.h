/* SPDX-License-Identifier: 0BSD
 *
 * Which attributes a verb of xattr works on.
 */
#pragma once

#include "applets/xattr/run.h"

/* Option rows of the verbs that work on several attributes, and their parser. */
extern const struct cli_option xattr_filter_options[];
enum { XATTR_CALL_MATCH, XATTR_CALL_NAMESPACE };
const char *xattr_parse_option(void *args, int which, const char *text);

/* Returns whether --match and --namespace select an attribute. */
bool xattr_selects(const struct xattr_args *args, const char *name);

/* Makes *sorted the names of a list, each of which ends with a NUL, in the order of their bytes.
 * Returns false if memory is short. */
bool xattr_sort_names(const struct buf *names, struct xattr_names *sorted);
