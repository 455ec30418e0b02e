/* SPDX-License-Identifier: 0BSD
 *
 * Names of users and groups. A look-up goes through NSS and may be slow: do it
 * only for what is printed. The static build with musl reads /etc/passwd and
 * /etc/group itself.
 */
#pragma once

#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/vec.h"

struct os_gid_list BASE_VEC(gid_t);

/* The result of the last look-up, because most files of a listing have the same owner. Zero at
 * first. */
struct os_name_cache {
    struct buf name;
    unsigned id;
    bool valid; /* the other members are the result for `id` */
    bool found;
    int error; /* errno of a look-up that failed; 0: none */
};

void os_name_cache_finish(struct os_name_cache *c);

/* Stores the name of an id in *name, NULL if it has none; it is valid until the next call with this
 * cache. Returns 0, or -errno if the look-up itself failed: EIO, EMFILE and others. getpwuid_r(3).
 */
int os_user_name(struct os_name_cache *c, unsigned uid, const char **name, struct base_error *e);
int os_group_name(struct os_name_cache *c, unsigned gid, const char **name, struct base_error *e);

/* What running a process as a user needs. */
struct os_account {
    uid_t uid;
    bool has_entry;  /* in the user database; if so: */
    gid_t gid;       /* its primary group, */
    struct buf name; /* and its name, NUL-terminated */
};

void os_account_finish(struct os_account *a);

/* Looks up a name or, if there is none and it is all digits, a uid, which need not have an entry.
 * Returns 0, or -errno: ENOENT if there is no such user, or one with an id that is not valid,
 * others if the look-up itself failed. getpwnam_r(3). */
int os_account_find(const char *text, struct os_account *a, struct base_error *e);

/* The same for a group. getgrnam_r(3). */
int os_group_find(const char *text, gid_t *gid, struct base_error *e);

/* Appends the groups of a user, `gid` among them, except one with an id that is not valid. *damaged
 * is the number of the first line of /etc/group that is not an entry, if osbox reads the file
 * itself; 0: none. Returns 0, or -errno: ENOMEM, EIO if the look-up itself failed. os.getgrouplist,
 * getgrouplist(3). */
int os_group_list(const char *user, gid_t gid, struct os_gid_list *gids, unsigned long *damaged,
                  struct base_error *e);
