/* SPDX-License-Identifier: 0BSD
 *
 * One call of the program, from argv to the exit status.
 */
#pragma once

#include "cli/command.h"

/* Runs the command of the tree that argv names, and returns the exit status for main() to exit
 * with. */
int cli_main(const struct cli_command *root, int argc, char **argv);
