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

/* getpwnam(3) lists what implementations answer for an entry that does not exist. */
static bool is_not_found(int errnum) {
    return errnum == 0 || errnum == ENOENT || errnum == ESRCH;
}

static void ask(struct os_name_cache *c, unsigned id, lookup_fn *lookup) {
    struct buf room = { 0 };
    const char *name = NULL;
    int errnum = ERANGE;
    for (size_t size = FIRST_ROOM; errnum == ERANGE && size <= LAST_ROOM; size *= 4)
        errnum = buf_reserve(&room, size) ? lookup(id, room.data, size, &name) : ENOMEM;
    buf_clear(&c->name);
    if (name)
        buf_add(&c->name, name, strlen(name) + 1);
    c->known = name && !c->name.failed;
    c->error = is_not_found(errnum) ? 0 : errnum;
    c->asked = true;
    c->id = id;
    buf_finish(&room);
}

static int name_of(struct os_name_cache *c, unsigned id, lookup_fn *lookup, const char *operation,
                   const char **name, struct base_error *e) {
    if (!c->asked || c->id != id)
        ask(c, id, lookup);
    *name = c->known ? c->name.data : NULL;
    return c->error ? base_fail(e, c->error, operation, NULL) : 0;
}

int os_user_name(struct os_name_cache *c, unsigned uid, const char **name, struct base_error *e) {
    return name_of(c, uid, lookup_user, "getpwuid_r", name, e);
}

int os_group_name(struct os_name_cache *c, unsigned gid, const char **name, struct base_error *e) {
    return name_of(c, gid, lookup_group, "getgrgid_r", name, e);
}

void os_name_cache_finish(struct os_name_cache *c) {
    buf_finish(&c->name);
    *c = (struct os_name_cache){ 0 };
}
