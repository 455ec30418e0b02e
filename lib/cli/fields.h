/* SPDX-License-Identifier: 0BSD
 *
 * The choice of fields: -F, -g, -F +LIST, -F all, -F help.
 */
#pragma once

#include "cli/cli.h"

/* Fills cli->writer's selection for a view. False: nothing is left to do. */
bool cli_select_fields(struct cli *cli, unsigned view);

/* The row of the command's field table with that name, or NULL. */
const struct cli_field *cli_find_field(const struct cli_command *command, const char *name,
                                       size_t size);

/* "uint", "list": the type's name in help and --describe. */
const char *cli_type_name(enum cli_type type);
