/* SPDX-License-Identifier: 0BSD
 *
 * Reports about the user database.
 */
#include "applets/common/account.h"

/* "line 12: not a valid entry" */
static const char *add_line(struct buf *b, unsigned long line, const char *what) {
    buf_add_str(b, "line ");
    buf_add_uint(b, line);
    buf_add_str(b, ": ");
    buf_add_str(b, what);
    return buf_cstr(b);
}

void account_report(struct cli *cli, const struct base_error *e, const char *what) {
    struct buf message = { 0 };
    if (e->errnum != ENOENT)
        cli_report(cli, e);
    else if (e->line)
        cli_complain(cli, CLI_EX_NOUSER, e->path, add_line(&message, e->line, e->hint));
    else
        cli_complain(cli, CLI_EX_NOUSER, e->path, e->hint ? e->hint : what);
    buf_finish(&message);
}

void account_note_damage(struct cli *cli, unsigned long line) {
    struct buf message = { 0 };
    if (!line)
        return;
    buf_add_str(&message, "/etc/group: ");
    const char *text = add_line(&message, line, "not a valid entry; it gives no membership");
    cli_note(cli, text ? text : "out of memory");
    buf_finish(&message);
}
