/* SPDX-License-Identifier: 0BSD
 *
 * Look-ups in the user database. With glibc they go through NSS; the static build
 * with musl reads the files itself (account_file.h), because musl's readers accept
 * lines that are not entries.
 */
#pragma once

#include "os/account_file.h"

extern const char os_passwd_path[], os_group_path[];

/* Look up a name or, if that is NULL, an id. Return 1, 0 if there is none, or -errno: EBADMSG if
 * the entry is not valid, in the line found->number of the file; 0: it does not come from the file.
 */
int os_lookup_user(const char *name, unsigned uid, struct os_account_entry *found);
int os_lookup_group(const char *name, unsigned gid, struct os_account_entry *found);

/* Appends the groups of a user and `gid`. *damaged as in os_account_file_groups(). Returns 0 or
 * -errno. */
int os_lookup_groups(const char *user, unsigned gid, struct os_gid_list *gids,
                     unsigned long *damaged);
