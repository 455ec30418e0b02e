/* SPDX-License-Identifier: 0BSD
 *
 * spawn's identity of a process: user, groups, capabilities.
 */
#include <stdlib.h>
#include <string.h>

#include "applets/common/account.h"
#include "applets/spawn/spawn.h"
#include "os/capability.h"
#include "os/users.h"

/* ---- capabilities ---- */

static const char *add_capabilities(void *args, enum os_step_kind kind, const char *text) {
    uint64_t set, sets[OS_CAP_SETS];
    const char *why = os_capability_parse(text, &set);
    if (why)
        return why;
    /* "all" is what this process has: more cannot be given. */
    if (set == ~UINT64_C(0)) {
        if (os_capability_get(sets, NULL) < 0)
            return "the capabilities of this process cannot be read";
        set = sets[OS_CAP_PERMITTED];
    }
    spawn_add_step(args, (struct os_step){ .kind = kind, .capabilities = set, .object = text });
    return NULL;
}

const char *spawn_parse_bounding(void *args, const char *text) {
    struct os_step step = { .kind = OS_STEP_BOUNDING, .object = text };
    const char *why = os_capability_parse(text, &step.bounding.keep);
    if (!why)
        spawn_add_step(args, step);
    return why;
}

const char *spawn_parse_inheritable(void *args, const char *text) {
    return add_capabilities(args, OS_STEP_INHERITABLE, text);
}

const char *spawn_parse_ambient(void *args, const char *text) {
    return add_capabilities(args, OS_STEP_AMBIENT, text);
}

const char *spawn_parse_iab(void *args, const char *text) {
    uint64_t inheritable, ambient, bounding;
    const char *why = os_capability_parse_iab(text, &inheritable, &ambient, &bounding);
    if (why)
        return why;
    spawn_add_step(args, (struct os_step){ .kind = OS_STEP_BOUNDING,
                                           .bounding = { bounding, .lenient = true },
                                           .object = text });
    spawn_add_step(args, (struct os_step){ .kind = OS_STEP_INHERITABLE,
                                           .capabilities = inheritable,
                                           .object = text });
    spawn_add_step(
        args, (struct os_step){ .kind = OS_STEP_AMBIENT, .capabilities = ambient, .object = text });
    return NULL;
}

const char *spawn_parse_resetids(void *args, const char *text) {
    (void)text;
    spawn_add_step(args, (struct os_step){ .kind = OS_STEP_RESETIDS });
    return NULL;
}

const char *spawn_parse_no_new_privs(void *args, const char *text) {
    (void)text;
    spawn_add_step(args, (struct os_step){ .kind = OS_STEP_NO_NEW_PRIVS });
    return NULL;
}

/* ---- users and groups ---- */

/* An unknown user or group is bad data, not a system call that failed. `option` is the value that
 * names it. */
static void report_account(struct cli *cli, struct spawn_args *args, const struct base_error *e,
                           const char *option, const char *what) {
    spawn_keep_failure(args, e, option);
    account_report(cli, e, what);
}

static int compare_gids(const void *a, const void *b) {
    const gid_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Takes ownership of the list. In the kernel's order, each once, so that it can be compared with
 * what is read back. */
static bool add_groups(struct spawn_args *args, struct os_gid_list *gids, const char *text) {
    size_t kept = 0;
    bool allocated = vec_reserve(gids, 1); /* also for an empty list */
    if (!spawn_keep(args, gids->items) || !allocated)
        return false;
    gid_t *list = gids->items;
    qsort(list, gids->count, sizeof *list, compare_gids);
    for (size_t i = 0; i < gids->count; i++)
        if (i == 0 || list[i] != list[kept - 1])
            list[kept++] = list[i];
    os_plan_set(&args->plan, (struct os_step){ .kind = OS_STEP_SETGROUPS,
                                               .groups = { list, kept, NULL },
                                               .object = text });
    return true;
}

static void report_memory(struct cli *cli) {
    cli_complain(cli, CLI_EX_OSERR, NULL, "out of memory");
}

static bool list_groups(struct cli *cli, struct spawn_args *args, const char *text,
                        struct os_gid_list *gids) {
    struct base_error e;
    char name[256];
    for (;;) {
        size_t size = strcspn(text, ",");
        gid_t gid;
        if (size == 0 || size >= sizeof name) {
            cli_usage(cli, text, "not a list of groups");
            return false;
        }
        memcpy(name, text, size);
        name[size] = '\0';
        if (os_group_find(name, &gid, &e) < 0) {
            report_account(cli, args, &e, args->groups, "no such group");
            return false;
        }
        if (!vec_push(gids, gid)) {
            report_memory(cli);
            return false;
        }
        if (!text[size])
            return true;
        text += size + 1;
    }
}

/* --groups, or else those of --user. */
static bool resolve_groups(struct cli *cli, struct spawn_args *args,
                           const struct os_account *account, gid_t gid) {
    struct os_gid_list gids = { 0 };
    struct base_error e;
    unsigned long damaged;
    const char *text = args->groups ? args->groups : "init";
    bool good = true;
    if (strcmp(text, "keep") == 0)
        return true;
    if (strcmp(text, "init") != 0) {
        good = strcmp(text, "none") == 0 || list_groups(cli, args, text, &gids);
    } else if (!account || !account->has_entry) {
        cli_usage(cli, account ? args->user : "--groups=init",
                  account ? "has no entry that says its groups: give --groups"
                          : "goes with --user");
        good = false;
    } else if (os_group_list(account->name.data, gid, &gids, &damaged, &e) < 0) {
        spawn_keep_failure(args, &e, args->user);
        cli_report(cli, &e);
        good = false;
    } else {
        account_note_damage(cli, damaged);
    }
    if (good && !add_groups(args, &gids, text)) {
        report_memory(cli);
        good = false;
    } else if (!good) {
        vec_finish(&gids);
    }
    return good;
}

static bool resolve_account(struct cli *cli, struct spawn_args *args, char *user,
                            const char *group) {
    struct os_account account;
    struct base_error e;
    if (os_account_find(user, &account, &e) < 0) {
        report_account(cli, args, &e, args->user, "no such user");
        return false;
    }
    gid_t gid = account.gid;
    bool good = true;
    if (group && os_group_find(group, &gid, &e) < 0) {
        report_account(cli, args, &e, args->user, "no such group");
        good = false;
    } else if (!group && !account.has_entry) {
        cli_usage(cli, args->user, "has no entry that says its group: give U:G and --groups");
        good = false;
    }
    good = good && resolve_groups(cli, args, &account, gid);
    if (good) {
        os_plan_set(&args->plan,
                    (struct os_step){ .kind = OS_STEP_SETGID, .gid = gid, .object = args->user });
        os_plan_set(&args->plan, (struct os_step){ .kind = OS_STEP_SETUID,
                                                   .uid.id = account.uid,
                                                   .object = args->user });
    }
    os_account_finish(&account);
    return good;
}

/* U[:G] */
static bool resolve_user(struct cli *cli, struct spawn_args *args) {
    if (!args->user)
        return !args->groups || resolve_groups(cli, args, NULL, 0);
    struct buf user = { 0 };
    size_t size = strcspn(args->user, ":");
    buf_add(&user, args->user, size);
    const char *group = args->user[size] ? args->user + size + 1 : NULL;
    struct base_error e;
    bool good = buf_cstr(&user);
    if (good) {
        good = resolve_account(cli, args, user.data, group);
    } else {
        base_fail(&e, ENOMEM, "malloc", NULL);
        cli_report(cli, &e);
    }
    buf_finish(&user);
    return good;
}

/* ---- real, effective and saved ids ---- */

static bool find_id(struct cli *cli, struct spawn_args *args, const struct os_step *s,
                    const char *name, unsigned *id) {
    struct os_account account;
    struct base_error e;
    bool user = s->kind == OS_STEP_SETRESUID;
    int r = user ? os_account_find(name, &account, &e) : os_group_find(name, id, &e);
    if (r < 0) {
        report_account(cli, args, &e, s->object, user ? "no such user" : "no such group");
        return false;
    }
    if (user) {
        *id = account.uid;
        os_account_finish(&account);
    }
    return true;
}

/* One of R, E and S; stores where the next one begins. */
static bool resolve_id(struct cli *cli, struct spawn_args *args, const struct os_step *s,
                       const char **text, unsigned *id) {
    char name[256];
    size_t size = strcspn(*text, ":");
    if (size >= sizeof name) {
        cli_usage(cli, s->object, "not R:E:S");
        return false;
    }
    memcpy(name, *text, size);
    name[size] = '\0';
    *text += size + ((*text)[size] == ':');
    *id = OS_ID_KEEP;
    return !size || find_id(cli, args, s, name, id);
}

/* R:E:S */
static bool resolve_ids(struct cli *cli, struct spawn_args *args, enum os_step_kind kind,
                        const char *text) {
    struct os_step s = { .kind = kind, .object = text };
    unsigned colons = 0;
    if (!text)
        return true;
    for (const char *c = text; *c; c++)
        colons += *c == ':';
    if (colons != 2) {
        cli_usage(cli, text, "not R:E:S");
        return false;
    }
    bool good = resolve_id(cli, args, &s, &text, &s.ids.real) &&
                resolve_id(cli, args, &s, &text, &s.ids.effective) &&
                resolve_id(cli, args, &s, &text, &s.ids.saved);
    if (good)
        os_plan_set(&args->plan, s);
    return good;
}

bool spawn_resolve_user(struct cli *cli, struct spawn_args *args) {
    return resolve_user(cli, args) && resolve_ids(cli, args, OS_STEP_SETRESGID, args->setresgid) &&
           resolve_ids(cli, args, OS_STEP_SETRESUID, args->setresuid);
}
