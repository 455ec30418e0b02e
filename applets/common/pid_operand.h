/* SPDX-License-Identifier: 0BSD
 *
 * Processes as operands: PID, or PID:INODE, which is the process that
 * `spawn --nowait` printed and not a later one with the same PID.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cli/cli.h"

struct pid_operand {
    int pid;
    uint64_t inode; /* of its pidfd; 0: any */
    const char *text;
};

/* Parses an operand; `text` is the same afterwards. Returns false after a usage error. */
bool pid_operand_parse(struct cli *cli, char *text, struct pid_operand *t);
