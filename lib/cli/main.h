/* SPDX-License-Identifier: 0BSD
 *
 * Dispatch: from argv to the node of the command tree.
 */
#pragma once

#include "cli/cli.h"

/* The applet that a program name stands for: the base name without a login shell's "-" and without
 * "osbox-". Points into `program`. */
const char *cli_applet_name(const char *program);

/* The command of that name directly below another one, or NULL. */
const struct cli_command *cli_find_command(const struct cli_command *above, const char *name);

/* Goes down to the command of that name below cli->command, and says so in the label; with NULL,
 * back to the root. False: there is none. */
bool cli_descend(struct cli *cli, const char *name);

/* A usage error for a name that is no command below cli->command; for an applet's the status is
 * CLI_EX_NOTFOUND. */
void cli_unknown_command(struct cli *cli, const char *name);
