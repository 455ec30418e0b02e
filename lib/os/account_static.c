/* SPDX-License-Identifier: 0BSD
 *
 * Look-ups in /etc/passwd and /etc/group, for a build without NSS.
 */
#include <errno.h>

#include "os/account.h"

const char os_passwd_path[] = "/etc/passwd", os_group_path[] = "/etc/group";

int os_lookup_user(const char *name, unsigned uid, struct os_account_entry *found) {
    return os_account_file_find(os_passwd_path, OS_PASSWD, name, uid, found);
}

int os_lookup_group(const char *name, unsigned gid, struct os_account_entry *found) {
    return os_account_file_find(os_group_path, OS_GROUP, name, gid, found);
}

int os_lookup_groups(const char *user, unsigned gid, struct os_gid_list *gids,
                     unsigned long *damaged) {
    if (!vec_push(gids, gid))
        return -ENOMEM;
    return os_account_file_groups(os_group_path, user, gids, damaged);
}
