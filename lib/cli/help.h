/* SPDX-License-Identifier: 0BSD
 *
 * The self-description of the command tree: --help, -F help, --describe,
 * completion. All of it is made from the tables and written with cli_write().
 */
#pragma once

#include "cli/cli.h"

/* Prints --help of the command that was called. */
void cli_help(struct cli *cli);

/* Prints -F help: the fields that can be selected in a view, the default ones marked. */
void cli_help_fields(struct cli *cli, unsigned view);

/* Prints --describe: the command and all below it, as one JSON document. */
void cli_describe(struct cli *cli);

/* Answers a completion script, which runs `osbox --complete NAME WORD... CURRENT`: words[0] is the
 * name of the command as it was typed, the last word the one to complete, up to the cursor. The
 * first line is what the shell adds to the candidates, a tab, and LEAD: the beginning of the last
 * word that precedes a value (`--output=`, `-o`, `--fields=st_size,`), usually "".
 *   none       nothing
 *   file       files that begin with what follows LEAD
 *   directory  directories that do so
 *   pid        the PIDs of processes that do so
 *   user       the names of users that do so
 *   group      those of groups
 *   list       nothing; the candidates are elements of a list: no space after one
 *   command    here a number N follows the tab: words[N] and those after it are a command of their
 *              own, to be completed as such (words[N] itself as a command's name)
 * Then one candidate per line, a tab, and its description (may be ""). Candidates are whole words,
 * LEAD included, without characters that are special to a shell; no space is added after one that
 * ends in "=". */
void cli_complete(struct cli *cli, char **words, int count);

/* Columns of a line of help. */
enum { CLI_HELP_WIDTH = 79 };
