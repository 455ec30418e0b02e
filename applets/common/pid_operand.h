/* SPDX-License-Identifier: 0BSD
 *
 * Processes as operands: PID, or PID:INODE, which is the one process that
 * `spawn --nowait` printed and no other that has its PID by now.
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

/* False after a usage error. `text` is unchanged afterwards. */
bool pid_operand_parse(struct cli *cli, char *text, struct pid_operand *t);
