/* SPDX-License-Identifier: 0BSD
 *
 * The paths that a command handles: its operands, or a NUL-separated list that
 * is read as it arrives (--files0-from).
 */
#pragma once

#include "base/lines.h"
#include "cli/cli.h"

enum { CLI_PATH_LONGEST = 16 * 1024 * 1024 };

struct cli_paths {
    struct cli *cli;
    int next;         /* index of the next operand */
    int fd;           /* of the list; -1: operands */
    const char *list; /* its name */
    struct base_lines lines;
};

/* Opens the list that --files0-from names ("-": stdin); NULL: the operands. Returns false after an
 * error, which was reported: operands besides a list, neither of them, an unreadable list. */
bool cli_paths_open(struct cli_paths *p, struct cli *cli, const char *list);
void cli_paths_close(struct cli_paths *p);

/* Returns the next path, valid until the next call; NULL at the end or after an error, which was
 * reported. A name in a list that is empty or longer than CLI_PATH_LONGEST is reported and skipped.
 * The output is flushed before more of the list is read. */
const char *cli_paths_next(struct cli_paths *p);
