/* SPDX-License-Identifier: 0BSD
 *
 * Which fields the records of a call have: -F, -g, -F +LIST, -F all.
 */
#pragma once

#include "cli/cli.h"

/* The view of the call's records (a bit number). */
unsigned cli_view(const struct cli_call *call, const void *args);

/* Whether the field can be selected in a view: it is one of its fields, or may be named there. */
bool cli_is_in_view(const struct cli_field *field, unsigned view);

/* False after a usage error: -0 goes with the format value. cli_begin() checks that itself. */
bool cli_check_null(struct cli *cli);
