/* SPDX-License-Identifier: 0BSD
 *
 * The paths that a command works on: its operands, or a NUL-separated list that
 * is read as it comes (--files0-from).
 */
#pragma once

#include "cli/cli.h"

struct cli_paths {
    struct cli *cli;
    int next;         /* index of the next operand */
    int fd;           /* of the list; -1: operands */
    const char *list; /* the list's name */
    struct buf bytes; /* of the list: read, not yet returned */
    size_t at;        /* offset of the next path in it */
    bool ended;
};

/* `list` is the value of --files0-from: NULL takes the operands, "-" is stdin. False after an
 * error, which was reported: operands besides a list, neither of them, an unreadable list. */
bool cli_paths_open(struct cli_paths *p, struct cli *cli, const char *list);
void cli_paths_close(struct cli_paths *p);

/* The next path, valid until the call after; NULL at the end. An empty name in a list is reported
 * and passed over. Before a wait for more of the list, the output so far is flushed. */
const char *cli_paths_next(struct cli_paths *p);
