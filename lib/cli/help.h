/* SPDX-License-Identifier: 0BSD
 *
 * What the command tree says of itself: --help, -F help, --describe, completion.
 * All of it is made from the tables and written with cli_write().
 */
#pragma once

#include "cli/cli.h"

/* --help of the command that was called. */
void cli_help(struct cli *cli);

/* -F help: the fields that can be selected in a view, the default ones marked. */
void cli_help_fields(struct cli *cli, unsigned view);

/* --describe: that command and all below it, as one JSON document. */
void cli_describe(struct cli *cli);

/* The answer to a completion stub, which runs `osbox --complete NAME WORD... CURRENT`: words[0] is
 * the name of the command as it was typed, the last word the one to complete, up to the cursor.
 * First line: what the shell is to add to the candidates, a tab, LEAD. LEAD is the beginning of the
 * last word that stands before a value (`--output=`, `-o`, `--fields=st_size,`), usually "".
 *   none       nothing
 *   file       files that begin with what follows LEAD
 *   directory  directories that do so
 *   pid        the PIDs of processes that do so
 *   user       the names of users that do so
 *   group      those of groups
 *   list       nothing; the candidates are elements of a list: no space after one
 *   command    here a number N follows the tab: words[N] and those after it are a command of their
 *              own, to be completed as such (words[N] itself as a command's name)
 * Then a candidate a line, a tab, its description (may be ""). Candidates are whole words, LEAD
 * included, of letters that no shell treats as special; one that ends in "=" goes on without a
 * space. */
void cli_complete(struct cli *cli, char **words, int count);

/* A word wrapper for help: paragraphs at most 80 columns wide. */
enum { CLI_HELP_WIDTH = 79 };
