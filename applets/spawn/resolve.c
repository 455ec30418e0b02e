/* SPDX-License-Identifier: 0BSD
 *
 * spawn: what has to be looked up before there is a plan: users and groups,
 * namespaces, the environment, whose PATH it is.
 */
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "applets/spawn/spawn.h"
#include "os/namespace.h"
#include "os/users.h"

/* ---- users and groups ---- */

/* A user or group that cannot be had: not found is no failure of a call. */
static void report_account(struct cli *cli, const struct base_error *e, const char *what) {
    if (e->errnum == ENOENT)
        cli_complain(cli, CLI_EX_NOUSER, e->path, what);
    else
        cli_report(cli, e);
}

static int compare_gids(const void *a, const void *b) {
    const gid_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* In the kernel's order, each once, so that they can be compared with what it then says. */
static bool add_groups(struct spawn_args *args, struct buf *gids, const char *text) {
    size_t count = gids->len / sizeof(gid_t), kept = 0;
    if (gids->failed || !spawn_keep(args, buf_reserve(gids, 1) ? gids->data : NULL))
        return false;
    gid_t *list = (gid_t *)(void *)gids->data;
    if (count)
        qsort(list, count, sizeof *list, compare_gids);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || list[i] != list[kept - 1])
            list[kept++] = list[i];
    os_plan_set(&args->plan, (struct os_step){ .kind = OS_STEP_SETGROUPS,
                                               .groups = { list, kept, NULL },
                                               .object = text });
    return true;
}

static bool list_groups(struct cli *cli, const char *text, struct buf *gids) {
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
            report_account(cli, &e, "no such group");
            return false;
        }
        buf_add(gids, &gid, sizeof gid);
        if (!text[size])
            return true;
        text += size + 1;
    }
}

/* --groups, or else those of --user. */
static bool resolve_groups(struct cli *cli, struct spawn_args *args,
                           const struct os_account *account, gid_t gid) {
    struct buf gids = { 0 };
    struct base_error e;
    const char *text = args->groups ? args->groups : "init";
    bool good = true;
    if (strcmp(text, "init") != 0) {
        good = strcmp(text, "none") == 0 || list_groups(cli, text, &gids);
    } else if (!account || !account->known) {
        cli_usage(cli, account ? args->user : "--groups=init",
                  account ? "has no entry that says its groups: give --groups"
                          : "goes with --user");
        good = false;
    } else if (os_group_list(account->name.data, gid, &gids, &e) < 0) {
        cli_report(cli, &e);
        good = false;
    }
    if (good && !add_groups(args, &gids, text)) {
        cli_complain(cli, CLI_EX_OSERR, NULL, "out of memory");
        good = false;
    } else if (!good) {
        buf_finish(&gids);
    }
    return good;
}

static bool resolve_account(struct cli *cli, struct spawn_args *args, char *user,
                            const char *group) {
    struct os_account account;
    struct base_error e;
    if (os_account_find(user, &account, &e) < 0) {
        report_account(cli, &e, "no such user");
        return false;
    }
    gid_t gid = account.gid;
    bool good = true;
    if (group && os_group_find(group, &gid, &e) < 0) {
        report_account(cli, &e, "no such group");
        good = false;
    } else if (!group && !account.known) {
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

/* ---- namespaces ---- */

static bool resolve_namespace(struct cli *cli, struct spawn_args *args, const char *text) {
    struct base_error e;
    struct os_step step = { .kind = OS_STEP_SETNS, .object = text };
    int *flags = &step.setns.flags;
    size_t size = strcspn(text, "@/");
    const char *target = text, *why = NULL;
    if (text[size] == '@') {
        why = spawn_parse_namespaces(text, size, flags);
        target = text + size + 1;
    }
    if (why) {
        cli_usage(cli, text, "no such namespace: cgroup, ipc, mnt, net, pid, time, user, uts");
        return false;
    }
    step.setns.fd = os_namespace_open(target, flags, &e);
    if (step.setns.fd < 0) {
        cli_report(cli, &e);
        return false;
    }
    if (*flags)
        os_plan_add(&args->plan, step);
    else
        close(step.setns.fd); /* it has the same ones */
    return true;
}

static bool resolve_namespaces(struct cli *cli, struct spawn_args *args) {
    const char *const *texts = (const char *const *)(const void *)args->namespaces.data;
    for (size_t i = 0; i < args->namespaces.len / sizeof *texts; i++)
        if (!resolve_namespace(cli, args, texts[i]))
            return false;
    if (args->map_root)
        args->unshare |= CLONE_NEWUSER;
    if (args->unshare)
        os_plan_set(&args->plan,
                    (struct os_step){ .kind = OS_STEP_UNSHARE,
                                      .unshare = args->unshare,
                                      .object = args->unshare_text ? args->unshare_text : "user" });
    if (args->map_root)
        os_plan_set(&args->plan, (struct os_step){ .kind = OS_STEP_MAP_ROOT,
                                                   .map_root = { geteuid(), getegid() } });
    return true;
}

/* ---- environment ---- */

/* Whether an entry is the variable of that name, with a value or, as execve(2) accepts it, without.
 */
static bool is_variable(const char *entry, const char *name, size_t size) {
    return strncmp(entry, name, size) == 0 && (entry[size] == '=' || !entry[size]);
}

static void change_environment(struct buf *entries, const char *change) {
    char **list = (char **)(void *)entries->data;
    size_t size = strcspn(change, "="), kept = 0;
    for (size_t i = 0; i < entries->len / sizeof *list; i++)
        if (!is_variable(list[i], change, size))
            list[kept++] = list[i];
    entries->len = kept * sizeof *list;
    if (change[size])
        buf_add(entries, &change, sizeof change);
}

static bool make_environment(struct spawn_args *args) {
    struct buf entries = { 0 };
    const char *const *changes = (const char *const *)(const void *)args->changes.data;
    char *end = NULL;
    for (char **entry = environ; !args->clear && entry && *entry; entry++)
        buf_add(&entries, entry, sizeof *entry);
    for (size_t i = 0; i < args->changes.len / sizeof *changes; i++)
        change_environment(&entries, changes[i]);
    buf_add(&entries, &end, sizeof end);
    args->plan.environ = (char **)(void *)entries.data;
    bool failed = entries.failed;
    return spawn_keep(args, entries.data) && !failed;
}

const char *spawn_path(char **variables) {
    /* As getenv(3): an entry without '=' has no value. */
    for (; variables && *variables; variables++)
        if (strncmp(*variables, "PATH=", 5) == 0)
            return *variables + 5;
    return os_default_path;
}

static const char *search_path(const struct spawn_args *args) {
    switch ((enum spawn_path)args->path) {
    case SPAWN_PATH_CHILD:
        return spawn_path(args->plan.environ);
    case SPAWN_PATH_PARENT:
        return spawn_path(environ);
    case SPAWN_PATH_NONE:
        break;
    }
    return NULL;
}

/* ---- all of it ---- */

bool spawn_resolve(struct cli *cli, struct spawn_args *args) {
    if (!resolve_user(cli, args) || !resolve_namespaces(cli, args))
        return false;
    if (!make_environment(args)) {
        cli_complain(cli, CLI_EX_OSERR, NULL, "out of memory");
        return false;
    }
    args->plan.search = search_path(args);
    args->plan.exec_fd = args->exec_fd;
    return true;
}
