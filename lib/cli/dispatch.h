/* SPDX-License-Identifier: 0BSD
 *
 * Finds the node of the command tree that is called.
 */
#pragma once

#include "cli/cli.h"

/* Makes the command of that name below the current one the current one and updates the label; with
 * NULL, returns to the root. Returns false if there is no such command. */
bool cli_descend(struct cli *cli, const char *name);

/* Makes the command current that a name which is not below the current one was probably meant to
 * be, and the verb that follows it. The label is unchanged. */
void cli_guess_command(struct cli *cli, const char *name);

/* Reports a name that is not a command below the current one: a usage error, or CLI_EX_NOTFOUND if
 * it would be an applet. */
void cli_unknown_command(struct cli *cli, const char *name);

/* Sets the label, to the name of a personality. */
void cli_set_label(struct cli *cli, const char *name);
