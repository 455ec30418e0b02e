/* SPDX-License-Identifier: 0BSD
 *
 * The table of steps, and what does them in turn.
 */
#include <linux/capability.h>
#include <string.h>

#include "base/device.h"
#include "base/io.h"
#include "os/spawn_private.h"

/* os_spawn() makes the child; if there is none, as with --overlay, there is nothing to do. */
static int pass_over(const struct os_step *s) {
    (void)s;
    return 0;
}

static os_step_fn verify;

static const struct {
    char name[12];
    short capability; /* -1: none */
    os_step_fn *set;
    os_step_fn *check; /* of a credential; the others are read back as they are set */
} rows[OS_STEPS] = {
    [OS_STEP_SETSID] = { "setsid", -1, os_step_setsid, NULL },
    [OS_STEP_SETPGID] = { "setpgid", -1, os_step_setpgid, NULL },
    [OS_STEP_RLIMIT] = { "setrlimit", CAP_SYS_RESOURCE, os_step_rlimit, NULL },
    [OS_STEP_NICE] = { "nice", CAP_SYS_NICE, os_step_nice, NULL },
    [OS_STEP_SCHEDULER] = { "scheduler", CAP_SYS_NICE, os_step_scheduler, NULL },
    [OS_STEP_AFFINITY] = { "affinity", CAP_SYS_NICE, os_step_affinity, NULL },
    [OS_STEP_UMASK] = { "umask", -1, os_step_umask, NULL },
    [OS_STEP_SETNS] = { "setns", CAP_SYS_ADMIN, os_step_setns, NULL },
    [OS_STEP_UNSHARE] = { "unshare", CAP_SYS_ADMIN, os_step_unshare, NULL },
    [OS_STEP_PROPAGATION] = { "propagation", CAP_SYS_ADMIN, os_step_propagation, NULL },
    [OS_STEP_MAP_ROOT] = { "uid_map", CAP_SETUID, os_step_map_root, NULL },
    [OS_STEP_FORK] = { "fork", -1, pass_over, NULL },
    [OS_STEP_CHROOT] = { "chroot", CAP_SYS_CHROOT, os_step_chroot, NULL },
    [OS_STEP_BOUNDING] = { "bounding", CAP_SETPCAP, os_step_bounding, os_check_bounding },
    [OS_STEP_SETGROUPS] = { "setgroups", CAP_SETGID, os_step_setgroups, os_check_groups },
    [OS_STEP_SETGID] = { "setgid", CAP_SETGID, os_step_setgid, os_check_gid },
    [OS_STEP_SETRESGID] = { "setresgid", CAP_SETGID, os_step_setresgid, os_check_resgid },
    [OS_STEP_SETUID] = { "setuid", CAP_SETUID, os_step_setuid, os_check_uid },
    [OS_STEP_SETRESUID] = { "setresuid", CAP_SETUID, os_step_setresuid, os_check_resuid },
    [OS_STEP_RESETIDS] = { "resetids", -1, os_step_resetids, os_check_resetids },
    [OS_STEP_INHERITABLE] = { "inheritable", CAP_SETPCAP, os_step_inheritable,
                              os_check_inheritable },
    [OS_STEP_AMBIENT] = { "ambient", CAP_SETPCAP, os_step_ambient, os_check_ambient },
    [OS_STEP_DROP] = { "drop", -1, os_step_drop, os_check_drop },
    [OS_STEP_VERIFY] = { "verify", -1, verify, NULL },
    [OS_STEP_OPEN] = { "open", CAP_DAC_OVERRIDE, os_step_open, NULL },
    [OS_STEP_CLOSE] = { "close", -1, os_step_close, NULL },
    [OS_STEP_DUP2] = { "dup2", -1, os_step_dup2, NULL },
    [OS_STEP_CLOSEFROM] = { "closefrom", -1, os_step_close_range, NULL },
    [OS_STEP_CLOSERANGE] = { "closerange", -1, os_step_close_range, NULL },
    [OS_STEP_PIPE] = { "pipe", -1, os_step_pipe, NULL },
    [OS_STEP_CHDIR] = { "chdir", CAP_DAC_READ_SEARCH, os_step_chdir, NULL },
    [OS_STEP_FCHDIR] = { "fchdir", CAP_DAC_READ_SEARCH, os_step_fchdir, NULL },
    [OS_STEP_NO_NEW_PRIVS] = { "nonewprivs", -1, os_step_no_new_privs, NULL },
    [OS_STEP_PDEATHSIG] = { "pdeathsig", -1, os_step_pdeathsig, NULL },
    [OS_STEP_SIGDEF] = { "sigdef", -1, os_step_sigdef, NULL },
    [OS_STEP_SIGIGN] = { "sigign", -1, os_step_sigign, NULL },
    [OS_STEP_SIGMASK] = { "sigmask", -1, os_step_sigmask, NULL },
    [OS_STEP_EXEC] = { "exec", -1, os_step_exec, NULL },
};

/* An enum can have values without a name. */
static bool is_known(enum os_step_kind kind) {
    return (unsigned)kind < OS_STEPS && rows[kind].set;
}

const char *os_step_name(enum os_step_kind kind) {
    return is_known(kind) ? rows[kind].name : "unknown";
}

int os_step_capability(enum os_step_kind kind) {
    return is_known(kind) ? rows[kind].capability : -1;
}

static int verify(const struct os_step *s) {
    int r = 0;
    for (size_t i = 0; i < s->verify.count && r == 0; i++) {
        const struct os_step *step = &s->verify.steps[i];
        if (is_known(step->kind) && rows[step->kind].check)
            r = rows[step->kind].check(step);
    }
    return r;
}

/* user_namespaces(7): setgroups(2) is denied until groups are mapped, and for ever if an
 * unprivileged user has mapped them. */
static const char *setgroups_hint(void) {
    char text[8];
    if (base_read_text("/proc/self/gid_map", text, sizeof text) == 0)
        return "no groups are mapped in this user namespace";
    if (base_read_text("/proc/self/setgroups", text, sizeof text) > 0 &&
        strncmp(text, "deny", 4) == 0)
        return "this user namespace denies setgroups";
    return NULL;
}

const char *os_step_hint(const struct os_step *s, int r) {
    bool is_id = s->kind >= OS_STEP_SETGROUPS && s->kind <= OS_STEP_SETRESUID;
    if (s->kind == OS_STEP_OPEN && strcmp(s->object, base_device_path(BASE_NULL)) == 0)
        return base_device_hint(BASE_NULL, -r);
    if (s->kind == OS_STEP_MAP_ROOT && r == -ENOENT)
        return "/proc is not mounted";
    if (s->kind == OS_STEP_SETGROUPS && r == -EPERM)
        return setgroups_hint();
    if (is_id && r == -EINVAL)
        return "not mapped in this user namespace";
    if (s->kind == OS_STEP_PROPAGATION && r == -EINVAL)
        return "the root directory is not a mount point";
    if (s->kind == OS_STEP_FORK && r == -ENOMEM)
        return "the first process of the PID namespace has ended";
    return NULL;
}

int os_steps_do(const struct os_step *steps, size_t first, size_t end, size_t *current) {
    int r = 0;
    for (size_t i = first; i < end && r == 0; i++) {
        *current = i;
        r = is_known(steps[i].kind) ? rows[steps[i].kind].set(&steps[i]) : -EINVAL;
    }
    return r;
}
