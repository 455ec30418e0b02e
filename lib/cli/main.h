/* SPDX-License-Identifier: 0BSD
 *
 * The course of a run.
 */
#pragma once

#include "cli/command.h"

/* Runs the command of the tree that argv names, and returns the exit status for main() to exit
 * with. */
int cli_main(const struct cli_command *root, int argc, char **argv);
