/* SPDX-License-Identifier: 0BSD
 *
 * What the command tree says of itself: --help, -F help, --describe, completion.
 * All of it is made from the tables; each prints to cli->output.
 */
#pragma once

#include "cli/cli.h"

/* --help of cli->command. */
void cli_help(struct cli *cli);

/* -F help: the fields of a view, the default ones marked. */
void cli_help_fields(struct cli *cli, unsigned view);

/* --describe: cli->command and all below it, as one JSON document. */
void cli_describe(struct cli *cli);

/* The answer to a completion stub: words[0] is the name of the command as it was typed, the last
 * word is the one to complete. First line: what the shell should complete besides ("file",
 * "directory", "command", "none"); then a candidate a line, a tab, its description. */
void cli_complete(struct cli *cli, char **words, int count);

/* A word wrapper for help: paragraphs at most 80 columns wide. */
enum { CLI_HELP_WIDTH = 79 };
