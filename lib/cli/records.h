/* SPDX-License-Identifier: 0BSD
 *
 * The fields of the records of a call: -F, -g, -F +LIST, -F all.
 */
#pragma once

#include "cli/cli.h"

/* Returns the view of the call's records, a bit number. */
unsigned cli_view(const struct cli_call *call, const void *args);

/* Returns whether a field can be selected in a view: it belongs to the view or is nameable there.
 */
bool cli_is_in_view(const struct cli_field *field, unsigned view);

/* Reports a usage error and returns false if -0 is given and the format is not value. cli_begin()
 * includes this check. */
bool cli_check_null(struct cli *cli);
