/* SPDX-License-Identifier: 0BSD
 *
 * Processes as operands.
 */
#include <limits.h>

#include "applets/common/pid_operand.h"
#include "cli/parse.h"

/* A number as the kernel prints it: no sign, no blank, no base. */
static const char *parse_id(const char *text, uint64_t max, uint64_t *id) {
    const char *why = text[strspn(text, "0123456789")] ? "not a number" : NULL;
    if (!why)
        why = cli_parse_uint(text, max, id);
    return !why && *id == 0 ? "0 is no process" : why;
}

bool pid_operand_parse(struct cli *cli, char *text, struct pid_operand *t) {
    char *colon = strchr(text, ':');
    uint64_t pid = 0;
    *t = (struct pid_operand){ .text = text };
    if (colon)
        *colon = '\0';
    const char *why = parse_id(text, INT_MAX, &pid);
    if (colon)
        *colon = ':';
    if (!why && colon)
        why = parse_id(colon + 1, UINT64_MAX, &t->inode);
    if (why)
        cli_usage(cli, text, why);
    t->pid = (int)pid;
    return !why;
}
