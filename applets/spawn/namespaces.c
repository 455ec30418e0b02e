/* SPDX-License-Identifier: 0BSD
 *
 * spawn's namespaces and root directory.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "applets/spawn/spawn.h"
#include "cli/parse.h"
#include "os/namespace.h"

const char *spawn_parse_chroot(void *args, const char *text) {
    spawn_add_step(args, (struct os_step){ .kind = OS_STEP_CHROOT, .object = text });
    return NULL;
}

/* A list of names as CLONE_NEW*. */
static const char *parse_namespaces(const char *text, size_t size, int *flags) {
    const char *end = text + size;
    *flags = 0;
    for (;;) {
        size_t length = strcspn(text, ",@");
        if (length > (size_t)(end - text))
            length = (size_t)(end - text);
        int flag = os_namespace_flag(text, length);
        if (!flag)
            return ""; /* their names are listed */
        *flags |= flag;
        text += length;
        if (text >= end)
            return NULL;
        text++;
    }
}

const char *spawn_parse_unshare(void *args, const char *text) {
    struct spawn_args *a = args;
    int flags;
    const char *why = parse_namespaces(text, strlen(text), &flags);
    if (!why)
        a->unshare |= flags;
    return why;
}

/* What follows LIST@. */
static const char *target_of(const char *text) {
    size_t size = strcspn(text, "@/");
    return text[size] == '@' ? text + size + 1 : text;
}

/* The target is looked up later, except for the number of a descriptor, which no descriptor of our
 * own may get. */
const char *spawn_parse_setns(void *args, const char *text) {
    struct spawn_args *a = args;
    struct os_step step = { .kind = OS_STEP_SETNS, .setns.fd = -1, .object = text };
    const char *target = target_of(text);
    if (!text[0])
        return "empty";
    if (strncmp(target, "fd:", 3) == 0 && cli_parse_fd(target + 3, &step.setns.fd))
        return "not of the form [LIST@]fd:N";
    os_plan_add(&a->plan, step);
    return NULL;
}

static bool report_target(struct cli *cli, struct spawn_args *args, const struct base_error *e,
                          const char *text) {
    spawn_keep_failure(args, e, text);
    cli_report(cli, e);
    return false;
}

/* Before anything is opened, which could get the number of one that is not open. */
static bool check_descriptor(struct cli *cli, struct spawn_args *args, const struct os_step *s) {
    struct base_error e;
    if (s->setns.fd < 0 || cli_is_open(&cli->call, s->setns.fd))
        return true;
    base_fail(&e, EBADF, "fcntl", NULL);
    e.fd = s->setns.fd;
    return report_target(cli, args, &e, s->object);
}

static bool resolve_namespace(struct cli *cli, struct spawn_args *args, struct os_step *s) {
    struct base_error e;
    const char *target = target_of(s->object);
    size_t list = (size_t)(target - s->object);
    if (list && parse_namespaces(s->object, list - 1, &s->setns.flags)) {
        cli_usage(cli, s->object, "no such namespace: cgroup, ipc, mnt, net, pid, time, user, uts");
        return false;
    }
    s->setns.fd = s->setns.fd >= 0
                      ? os_namespace_copy(s->setns.fd, &s->setns.flags, &e)
                      : os_namespace_open(target, &s->setns.flags, args->plan.deadline, &e);
    return s->setns.fd >= 0 || report_target(cli, args, &e, s->object);
}

/* Removes the steps for processes that are in the same namespaces as we are. */
static void remove_empty(struct os_step_list *steps) {
    size_t kept = 0;
    for (size_t i = 0; i < steps->count; i++) {
        const struct os_step *s = &steps->items[i];
        if (s->kind == OS_STEP_SETNS && !s->setns.flags)
            close(s->setns.fd);
        else
            steps->items[kept++] = *s;
    }
    steps->count = kept;
}

static bool resolve_targets(struct cli *cli, struct spawn_args *args) {
    struct os_step_list *steps = &args->plan.steps;
    for (size_t i = 0; i < steps->count; i++)
        if (steps->items[i].kind == OS_STEP_SETNS && !check_descriptor(cli, args, &steps->items[i]))
            return false;
    for (size_t i = 0; i < steps->count; i++)
        if (steps->items[i].kind == OS_STEP_SETNS &&
            !resolve_namespace(cli, args, &steps->items[i]))
            return false;
    remove_empty(steps);
    return true;
}

/* All that is unshared, whatever options it is from. */
static bool add_unshare(struct spawn_args *args) {
    struct buf names = { 0 };
    os_namespace_names(args->unshare, &names);
    const char *object = buf_cstr(&names);
    if (!spawn_keep(args, names.data) || !object)
        return false;
    os_plan_set(
        &args->plan,
        (struct os_step){ .kind = OS_STEP_UNSHARE, .unshare = args->unshare, .object = object });
    return true;
}

/* What the program mounts in a mount namespace of its own stays there: unless mounts are private,
 * it would appear outside wherever they are shared, as systemd makes them (mount_namespaces(7)). */
static void add_propagation(struct spawn_args *args) {
    if (!(args->unshare & CLONE_NEWNS) || !args->propagation)
        return;
    const char *object = args->propagation == MS_PRIVATE ? "private"
                         : args->propagation == MS_SLAVE ? "slave"
                                                         : "shared";
    os_plan_set(&args->plan, (struct os_step){ .kind = OS_STEP_PROPAGATION,
                                               .propagation = (unsigned)args->propagation,
                                               .object = object });
}

bool spawn_resolve_namespaces(struct cli *cli, struct spawn_args *args) {
    if (!resolve_targets(cli, args))
        return false;
    if (args->map_root)
        args->unshare |= CLONE_NEWUSER;
    if (args->unshare && !add_unshare(args)) {
        cli_complain(cli, CLI_EX_OSERR, NULL, "out of memory");
        return false;
    }
    add_propagation(args);
    if (args->map_root)
        os_plan_set(&args->plan, (struct os_step){ .kind = OS_STEP_MAP_ROOT,
                                                   .map_root = { geteuid(), getegid() } });
    return true;
}
