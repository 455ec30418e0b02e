/* SPDX-License-Identifier: 0BSD
 *
 * Names of users and groups. A look-up goes through NSS and may be slow: only
 * asked for when a name is shown. The static build reads /etc/passwd and
 * /etc/group alone.
 */
#pragma once

#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/vec.h"

struct os_gid_list BASE_VEC(gid_t);

/* The last answer, as most files of a listing have the same owner. Zero at first. */
struct os_name_cache {
    struct buf name;
    unsigned id;
    bool asked; /* `name` and `error` are the answer for `id` */
    bool known;
    int error; /* errno of a look-up that failed; 0: none */
};

void os_name_cache_finish(struct os_name_cache *c);

/* The name, valid until the next call with this cache; *name is NULL where the id has none. 0, or
 * -errno when the look-up itself failed (EIO, EMFILE, ...). */
int os_user_name(struct os_name_cache *c, unsigned uid, const char **name, struct base_error *e);
int os_group_name(struct os_name_cache *c, unsigned gid, const char **name, struct base_error *e);

/* An account, as a process that is to run as its user needs it. */
struct os_account {
    uid_t uid;
    bool known;      /* it has an entry in the database: */
    gid_t gid;       /* its primary group, */
    struct buf name; /* and its name, NUL-terminated */
};

void os_account_finish(struct os_account *a);

/* The account of a name, or else, where it is all digits, of a number, which need not have an
 * entry. ENOENT: there is no such user; others: the look-up itself failed. */
int os_account_find(const char *text, struct os_account *a, struct base_error *e);

/* The same for a group. */
int os_group_find(const char *text, gid_t *gid, struct base_error *e);

/* Appends the groups of a user, `gid` among them. Returns 0, or -errno: ENOMEM, EIO if the look-up
 * itself failed. os.getgrouplist, getgrouplist(3). */
int os_group_list(const char *user, gid_t gid, struct os_gid_list *gids, struct base_error *e);
