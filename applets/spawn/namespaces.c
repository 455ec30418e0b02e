/* SPDX-License-Identifier: 0BSD
 *
 * spawn's namespaces and root directory.
 */
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "applets/spawn/spawn.h"
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

const char *spawn_parse_setns(void *args, const char *text) {
    struct spawn_args *a = args;
    if (!text[0])
        return "empty";
    return vec_push(&a->namespaces, text) ? NULL : "out of memory";
}

static bool resolve_namespace(struct cli *cli, struct spawn_args *args, const char *text) {
    struct base_error e;
    struct os_step step = { .kind = OS_STEP_SETNS, .object = text };
    int *flags = &step.setns.flags;
    size_t size = strcspn(text, "@/");
    const char *target = text, *why = NULL;
    if (text[size] == '@') {
        why = parse_namespaces(text, size, flags);
        target = text + size + 1;
    }
    if (why) {
        cli_usage(cli, text, "no such namespace: cgroup, ipc, mnt, net, pid, time, user, uts");
        return false;
    }
    step.setns.fd = os_namespace_open(target, flags, args->plan.deadline, &e);
    if (step.setns.fd < 0) {
        spawn_keep_failure(args, &e, text);
        cli_report(cli, &e);
        return false;
    }
    if (*flags)
        os_plan_add(&args->plan, step);
    else
        close(step.setns.fd); /* the process is in the same ones as we are */
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
    for (size_t i = 0; i < args->namespaces.count; i++)
        if (!resolve_namespace(cli, args, args->namespaces.items[i]))
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
