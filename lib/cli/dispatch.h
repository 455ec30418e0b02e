/* SPDX-License-Identifier: 0BSD
 *
 * From names to the node of the command tree that is called.
 */
#pragma once

#include "cli/cli.h"

/* Goes down to the command of that name below the called one, and says so in the label; with NULL,
 * back to the root. False: there is none. */
bool cli_descend(struct cli *cli, const char *name);

/* A usage error for a name that is not a command below the called one; for an applet's the status
 * is CLI_EX_NOTFOUND. */
void cli_unknown_command(struct cli *cli, const char *name);

/* Takes another name for the label: of a personality. */
void cli_set_label(struct cli *cli, const char *name);
