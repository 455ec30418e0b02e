/* SPDX-License-Identifier: 0BSD
 *
 * Reports about the user database.
 */
#pragma once

#include "cli/cli.h"

/* Reports an error of os_account_find() or os_group_find(). `what` is the message if there is no
 * such user or group. */
void account_report(struct cli *cli, const struct base_error *e, const char *what);

/* Notes that a line of /etc/group gives no membership; 0: none. */
void account_note_damage(struct cli *cli, unsigned long line);
