/* SPDX-License-Identifier: 0BSD
 *
 * Look-ups through NSS. A result is checked like a line of a file: with an invalid
 * id it is no entry.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>

#include "os/account.h"

const char os_passwd_path[] = "/etc/passwd", os_group_path[] = "/etc/group";

enum { FIRST_ROOM = 1024, LAST_ROOM = 1 << 20 };

/* An entry with this id is no entry: the calls that set ids leave them alone then. */
static bool is_id(unsigned id) {
    return id != UINT32_MAX;
}

static int keep(const char *name, unsigned id, unsigned gid, struct os_account_entry *found) {
    found->id = id;
    found->gid = gid;
    buf_clear(&found->name);
    buf_add(&found->name, name, strlen(name) + 1);
    if (found->name.failed)
        return -ENOMEM;
    return is_id(id) && is_id(gid) ? 1 : -EBADMSG;
}

/* One call with a buffer of that size. Returns 1, 0, or -errno: ERANGE if it is too small. */
typedef int lookup_fn(const char *name, unsigned id, struct buf *room, size_t size,
                      struct os_account_entry *found);

/* getpwnam(3) lists what implementations return for an entry that does not exist. */
static int error_of(int errnum) {
    return errnum == ENOENT || errnum == ESRCH ? 0 : -errnum;
}

static int lookup_user(const char *name, unsigned id, struct buf *room, size_t size,
                       struct os_account_entry *found) {
    struct passwd entry, *answer = NULL;
    int errnum = name ? getpwnam_r(name, &entry, room->data, size, &answer)
                      : getpwuid_r(id, &entry, room->data, size, &answer);
    return answer ? keep(entry.pw_name, entry.pw_uid, entry.pw_gid, found) : error_of(errnum);
}

static int lookup_group(const char *name, unsigned id, struct buf *room, size_t size,
                        struct os_account_entry *found) {
    struct group entry, *answer = NULL;
    int errnum = name ? getgrnam_r(name, &entry, room->data, size, &answer)
                      : getgrgid_r(id, &entry, room->data, size, &answer);
    return answer ? keep(entry.gr_name, entry.gr_gid, 0, found) : error_of(errnum);
}

static int look_up(lookup_fn *lookup, const char *name, unsigned id,
                   struct os_account_entry *found) {
    struct buf room = { 0 };
    int r = -ERANGE;
    found->number = 0;
    for (size_t size = FIRST_ROOM; r == -ERANGE && size <= LAST_ROOM; size *= 4)
        r = buf_reserve(&room, size) ? lookup(name, id, &room, size, found) : -ENOMEM;
    buf_finish(&room);
    return r;
}

int os_lookup_user(const char *name, unsigned uid, struct os_account_entry *found) {
    return look_up(lookup_user, name, uid, found);
}

int os_lookup_group(const char *name, unsigned gid, struct os_account_entry *found) {
    return look_up(lookup_group, name, gid, found);
}

static void keep_valid(struct os_gid_list *gids, size_t first, size_t count) {
    gids->count = first;
    for (size_t i = first; i < first + count; i++)
        if (is_id(gids->items[i]))
            gids->items[gids->count++] = gids->items[i];
}

int os_lookup_groups(const char *user, unsigned gid, struct os_gid_list *gids,
                     unsigned long *damaged) {
    int count = 64, room = 0;
    *damaged = 0;
    /* If there is not enough room, getgrouplist(3) stores the required number in `count`. */
    while (count > room) {
        room = count;
        if (!vec_reserve(gids, (size_t)room))
            return -ENOMEM;
        if (getgrouplist(user, gid, gids->items + gids->count, &count) >= 0) {
            keep_valid(gids, gids->count, (size_t)count);
            return 0;
        }
    }
    return -EIO;
}
