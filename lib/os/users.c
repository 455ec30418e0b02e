/* SPDX-License-Identifier: 0BSD
 *
 * Names of users and groups.
 */
#include <errno.h>
#include <string.h>

#include "os/account.h"

typedef int lookup_fn(const char *name, unsigned id, struct os_account_entry *found);

/* An entry that is not valid gives no name. */
static void look_up(struct os_name_cache *c, unsigned id, lookup_fn *lookup) {
    struct os_account_entry found = { 0 };
    int r = lookup(NULL, id, &found);
    buf_clear(&c->name);
    if (r > 0)
        buf_add(&c->name, found.name.data, found.name.len);
    c->found = r > 0 && !c->name.failed;
    c->error = c->name.failed ? ENOMEM : r < 0 && r != -EBADMSG ? -r : 0;
    c->valid = true;
    c->id = id;
    buf_finish(&found.name);
}

static int name_of(struct os_name_cache *c, unsigned id, lookup_fn *lookup, const char *operation,
                   const char **name, struct base_error *e) {
    if (!c->valid || c->id != id)
        look_up(c, id, lookup);
    *name = c->found ? c->name.data : NULL;
    return c->error ? base_fail(e, c->error, operation, NULL) : 0;
}

int os_user_name(struct os_name_cache *c, unsigned uid, const char **name, struct base_error *e) {
    return name_of(c, uid, os_lookup_user, "getpwuid_r", name, e);
}

int os_group_name(struct os_name_cache *c, unsigned gid, const char **name, struct base_error *e) {
    return name_of(c, gid, os_lookup_group, "getgrgid_r", name, e);
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

/* The entry is not valid: nothing is guessed. */
static int refuse_entry(struct base_error *e, const struct os_account_entry *found,
                        const char *operation, const char *path, const char *text) {
    base_fail(e, ENOENT, operation, found->number ? path : text);
    if (!e)
        return -ENOENT;
    e->line = found->number;
    e->hint =
        found->number ? "not a valid entry" : "its entry has the id 4294967295, which is not valid";
    return -ENOENT;
}

void os_account_finish(struct os_account *a) {
    buf_finish(&a->name);
}

int os_account_find(const char *text, struct os_account *a, struct base_error *e) {
    struct os_account_entry found = { 0 };
    *a = (struct os_account){ 0 };
    int r = os_lookup_user(text, 0, &found);
    bool number = r == 0 && parse_id(text, &a->uid);
    if (number)
        r = os_lookup_user(NULL, a->uid, &found);
    if (r > 0) {
        a->has_entry = true;
        a->uid = found.id;
        a->gid = found.gid;
        a->name = found.name;
        return 0;
    }
    buf_finish(&found.name);
    if (r == -EBADMSG)
        return refuse_entry(e, &found, "getpwnam_r", os_passwd_path, text);
    if (r == 0 && number)
        return 0;
    return base_fail(e, r ? -r : ENOENT, "getpwnam_r", text);
}

int os_group_find(const char *text, gid_t *gid, struct base_error *e) {
    struct os_account_entry found = { 0 };
    int r = os_lookup_group(text, 0, &found);
    if (r > 0)
        *gid = found.id;
    buf_finish(&found.name);
    if (r == -EBADMSG)
        return refuse_entry(e, &found, "getgrnam_r", os_group_path, text);
    if (r > 0 || (r == 0 && parse_id(text, gid)))
        return 0;
    return base_fail(e, r ? -r : ENOENT, "getgrnam_r", text);
}

int os_group_list(const char *user, gid_t gid, struct os_gid_list *gids, unsigned long *damaged,
                  struct base_error *e) {
    int r = os_lookup_groups(user, gid, gids, damaged);
    return r < 0 ? base_fail(e, -r, "getgrouplist", user) : 0;
}
