/* SPDX-License-Identifier: 0BSD
 *
 * The fields of the records of a call: -F, -g, -F +LIST, -F all.
 */
#pragma once

#include "cli/cli.h"

/* Returns the view of the call's records, a bit number. */
unsigned cli_view(const struct cli_call *call, const void *args);

/* Reports a usage error and returns false if -0 is given and the format is not value. cli_begin()
 * includes this check. */
bool cli_check_null(struct cli *cli);
