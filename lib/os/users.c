/* SPDX-License-Identifier: 0BSD
 *
 * Names of users and groups.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>

#include "os/users.h"

enum { FIRST_ROOM = 1024, LAST_ROOM = 1 << 20 };

/* getpwuid_r or getgrgid_r with a buffer of that size; ERANGE: larger, please. */
typedef int lookup_fn(unsigned id, char *room, size_t size, const char **name);

static int lookup_user(unsigned id, char *room, size_t size, const char **name) {
    struct passwd entry, *found = NULL;
    int errnum = getpwuid_r(id, &entry, room, size, &found);
    *name = found ? found->pw_name : NULL;
    return errnum;
}

static int lookup_group(unsigned id, char *room, size_t size, const char **name) {
    struct group entry, *found = NULL;
    int errnum = getgrgid_r(id, &entry, room, size, &found);
    *name = found ? found->gr_name : NULL;
    return errnum;
}

static void ask(struct os_name_cache *c, unsigned id, lookup_fn *lookup) {
    struct buf room = { 0 };
    const char *name = NULL;
    int errnum = ERANGE;
    for (size_t size = FIRST_ROOM; errnum == ERANGE && size <= LAST_ROOM; size *= 4) {
        if (!buf_reserve(&room, size))
            break;
        errnum = lookup(id, room.data, size, &name);
    }
    buf_clear(&c->name);
    if (name)
        buf_add(&c->name, name, strlen(name) + 1);
    c->known = name && !c->name.failed;
    c->asked = true;
    c->id = id;
    buf_finish(&room);
}

static const char *name_of(struct os_name_cache *c, unsigned id, lookup_fn *lookup) {
    if (!c->asked || c->id != id)
        ask(c, id, lookup);
    return c->known ? c->name.data : NULL;
}

const char *os_user_name(struct os_name_cache *c, unsigned uid) {
    return name_of(c, uid, lookup_user);
}

const char *os_group_name(struct os_name_cache *c, unsigned gid) {
    return name_of(c, gid, lookup_group);
}

void os_name_cache_finish(struct os_name_cache *c) {
    buf_finish(&c->name);
    *c = (struct os_name_cache){ 0 };
}
