/* SPDX-License-Identifier: 0BSD
 *
 * Names of users and groups.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>

#include "os/users.h"

enum { FIRST_ROOM = 1024, LAST_ROOM = 1 << 20 };

/* getpwuid_r or getgrgid_r with a buffer of that size; ERANGE: it is too small. */
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

/* getpwnam(3) lists what implementations return for an entry that does not exist. */
static bool is_not_found(int errnum) {
    return errnum == 0 || errnum == ENOENT || errnum == ESRCH;
}

/* getpwnam_r and similar: *entry points into room. Returns 0 or a positive errno. */
typedef int find_fn(const char *text, char *room, size_t size, void *entry, bool *found);

static int find_user_name(const char *text, char *room, size_t size, void *entry, bool *found) {
    struct passwd *answer = NULL;
    int errnum = getpwnam_r(text, entry, room, size, &answer);
    *found = answer;
    return errnum;
}

static int find_user_id(const char *text, char *room, size_t size, void *entry, bool *found) {
    struct passwd *answer = NULL;
    int errnum = getpwuid_r((uid_t)strtoul(text, NULL, 10), entry, room, size, &answer);
    *found = answer;
    return errnum;
}

static int find_group_name(const char *text, char *room, size_t size, void *entry, bool *found) {
    struct group *answer = NULL;
    int errnum = getgrnam_r(text, entry, room, size, &answer);
    *found = answer;
    return errnum;
}

static int find(find_fn *look, const char *text, struct buf *room, void *entry, bool *found) {
    int errnum = ERANGE;
    *found = false;
    for (size_t size = FIRST_ROOM; errnum == ERANGE && size <= LAST_ROOM; size *= 4)
        errnum = buf_reserve(room, size) ? look(text, room->data, size, entry, found) : ENOMEM;
    return is_not_found(errnum) ? 0 : errnum;
}

static void look_up(struct os_name_cache *c, unsigned id, lookup_fn *lookup) {
    struct buf room = { 0 };
    const char *name = NULL;
    int errnum = ERANGE;
    for (size_t size = FIRST_ROOM; errnum == ERANGE && size <= LAST_ROOM; size *= 4)
        errnum = buf_reserve(&room, size) ? lookup(id, room.data, size, &name) : ENOMEM;
    buf_clear(&c->name);
    if (name)
        buf_add(&c->name, name, strlen(name) + 1);
    c->found = name && !c->name.failed;
    c->error = c->name.failed ? ENOMEM : is_not_found(errnum) ? 0 : errnum;
    c->valid = true;
    c->id = id;
    buf_finish(&room);
}

static int name_of(struct os_name_cache *c, unsigned id, lookup_fn *lookup, const char *operation,
                   const char **name, struct base_error *e) {
    if (!c->valid || c->id != id)
        look_up(c, id, lookup);
    *name = c->found ? c->name.data : NULL;
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

/* An id in decimal; -1 is not one (setresuid(2)). */
static bool parse_id(const char *text, unsigned *id) {
    uint64_t value = 0;
    if (!*text)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || value > UINT32_MAX)
            return false;
        value = value * 10 + (unsigned)(*text - '0');
    }
    *id = (unsigned)value;
    return value < UINT32_MAX;
}

/* An entry with this id is no entry: the calls that set ids leave them alone then. */
static bool is_id(unsigned id) {
    return id != UINT32_MAX;
}

static int refuse_entry(struct base_error *e, const char *operation, const char *text) {
    base_fail(e, ENOENT, operation, text);
    if (e)
        e->hint = "its entry has the id 4294967295, which is not valid";
    return -ENOENT;
}

void os_account_finish(struct os_account *a) {
    buf_finish(&a->name);
}

int os_account_find(const char *text, struct os_account *a, struct base_error *e) {
    struct buf room = { 0 };
    struct passwd entry;
    bool found;
    *a = (struct os_account){ 0 };
    int errnum = find(find_user_name, text, &room, &entry, &found);
    bool number = errnum == 0 && !found && parse_id(text, &a->uid);
    if (number)
        errnum = find(find_user_id, text, &room, &entry, &found);
    if (errnum == 0 && found) {
        a->has_entry = true;
        a->uid = entry.pw_uid;
        a->gid = entry.pw_gid;
        buf_add(&a->name, entry.pw_name, strlen(entry.pw_name) + 1);
        errnum = a->name.failed ? ENOMEM : 0;
    }
    buf_finish(&room);
    if (a->has_entry && (!is_id(a->uid) || !is_id(a->gid))) {
        os_account_finish(a);
        return refuse_entry(e, "getpwnam_r", text);
    }
    if (errnum == 0 && !found && !number)
        errnum = ENOENT;
    return errnum ? base_fail(e, errnum, "getpwnam_r", text) : 0;
}

int os_group_find(const char *text, gid_t *gid, struct base_error *e) {
    struct buf room = { 0 };
    struct group entry;
    bool found;
    int errnum = find(find_group_name, text, &room, &entry, &found);
    if (errnum == 0 && found)
        *gid = entry.gr_gid;
    else if (errnum == 0 && !parse_id(text, gid))
        errnum = ENOENT;
    buf_finish(&room);
    if (errnum == 0 && !is_id(*gid))
        return refuse_entry(e, "getgrnam_r", text);
    return errnum ? base_fail(e, errnum, "getgrnam_r", text) : 0;
}

int os_group_list(const char *user, gid_t gid, struct os_gid_list *gids, struct base_error *e) {
    int count = 64, room = 0;
    size_t first = gids->count;
    /* If there is not enough room, getgrouplist(3) stores the required number in `count`. */
    while (count > room) {
        room = count;
        if (!vec_reserve(gids, (size_t)room))
            return base_fail(e, ENOMEM, "malloc", NULL);
        if (getgrouplist(user, gid, gids->items + gids->count, &count) >= 0) {
            for (int i = 0; i < count; i++)
                if (is_id(gids->items[first + (size_t)i]))
                    gids->items[gids->count++] = gids->items[first + (size_t)i];
            return 0;
        }
    }
    return base_fail(e, EIO, "getgrouplist", user);
}
