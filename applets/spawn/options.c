/* SPDX-License-Identifier: 0BSD
 *
 * spawn's options: each becomes a step of the plan, as it is read or, where
 * names have to be looked up, in spawn_resolve().
 */
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "applets/common/scheduling.h"
#include "applets/spawn/spawn.h"
#include "cli/cpus.h"
#include "cli/parse.h"
#include "cli/signal.h"
#include "os/capability.h"
#include "os/namespace.h"
#include "os/sched.h"

/* ---- words ---- */

/* A part of an option's value as a text of its own: false when it is longer than any that is
 * right. */
static bool take_word(const char *text, size_t size, char word[static 32]) {
    if (size >= 32)
        return false;
    memcpy(word, text, size);
    word[size] = '\0';
    return true;
}

static const struct cli_choice *find_word(const struct cli_choice *table, const char *text,
                                          size_t size) {
    for (; table->name; table++)
        if (strlen(table->name) == size && memcmp(table->name, text, size) == 0)
            return table;
    return NULL;
}

static void add_step(void *args, struct os_step step) {
    struct spawn_args *a = args;
    bool adds_up =
        step.kind == OS_STEP_NICE || (step.kind >= OS_STEP_OPEN && step.kind <= OS_STEP_FCHDIR);
    if (adds_up)
        os_plan_add(&a->plan, step);
    else
        os_plan_set(&a->plan, step);
}

/* ---- file actions ---- */

static const struct cli_choice open_flags[] = {
    { "rdonly", O_RDONLY, NULL },
    { "wronly", O_WRONLY, NULL },
    { "rdwr", O_RDWR, NULL },
    { "creat", O_CREAT, NULL },
    { "excl", O_EXCL, NULL },
    { "trunc", O_TRUNC, NULL },
    { "append", O_APPEND, NULL },
    { "nofollow", O_NOFOLLOW, NULL },
    { "directory", O_DIRECTORY, NULL },
    { "nonblock", O_NONBLOCK, NULL },
    { "noctty", O_NOCTTY, NULL },
    { "noatime", O_NOATIME, NULL },
    { "sync", O_SYNC, NULL },
    { "dsync", O_DSYNC, NULL },
    { "direct", O_DIRECT, NULL },
    { "path", O_PATH, NULL },
    { "tmpfile", O_TMPFILE, NULL },
    { "cloexec", O_CLOEXEC, NULL },
    { NULL, 0, NULL },
};

static const char *parse_open_word(struct os_step *step, const char *word, bool *access) {
    if (word[0] >= '0' && word[0] <= '9')
        return cli_parse_mode(word, &step->open.mode);
    const struct cli_choice *flag = find_word(open_flags, word, strlen(word));
    if (!flag)
        return "no such flag: they are os.O_* in lower case, without O_";
    bool is_access = flag->value == O_RDONLY || flag->value == O_WRONLY || flag->value == O_RDWR;
    if (is_access && *access)
        return "more than one of rdonly, wronly and rdwr";
    *access = *access || is_access;
    step->open.flags |= flag->value;
    return NULL;
}

/* FD[,FLAG...][,MODE]:PATH */
static const char *parse_open(struct cli *cli, void *args, const char *text) {
    (void)cli;
    struct os_step step = { .kind = OS_STEP_OPEN, .open.mode = 0666 };
    const char *colon = strchr(text, ':'), *why = NULL;
    bool access = false;
    char word[32];
    if (!colon)
        return "not of the form FD[,FLAG...][,MODE]:PATH";
    for (const char *at = text; !why; at++) {
        size_t size = strcspn(at, ",:");
        if (!take_word(at, size, word))
            return "no such flag: they are os.O_* in lower case, without O_";
        why =
            at == text ? cli_parse_fd(word, &step.open.fd) : parse_open_word(&step, word, &access);
        at += size;
        if (at == colon)
            break;
    }
    step.object = colon + 1;
    if (!why)
        add_step(args, step);
    return why;
}

static const char *parse_close(struct cli *cli, void *args, const char *text) {
    (void)cli;
    struct os_step step = { .kind = OS_STEP_CLOSE, .object = text };
    const char *why = cli_parse_fd(text, &step.fd);
    if (!why)
        add_step(args, step);
    return why;
}

static const char *parse_closefrom(struct cli *cli, void *args, const char *text) {
    (void)cli;
    struct os_step step = { .kind = OS_STEP_CLOSEFROM, .object = text };
    const char *why = cli_parse_fd(text, &step.closefrom.first);
    if (!why)
        add_step(args, step);
    return why;
}

static const char *parse_dup2(struct cli *cli, void *args, const char *text) {
    (void)cli;
    struct os_step step = { .kind = OS_STEP_DUP2, .object = text };
    size_t size = strcspn(text, ":");
    char word[32];
    if (!text[size] || !take_word(text, size, word))
        return "not of the form FD:NEWFD";
    const char *why = cli_parse_fd(word, &step.dup2.from);
    if (!why)
        why = cli_parse_fd(text + size + 1, &step.dup2.to);
    if (!why)
        add_step(args, step);
    return why;
}

static const char *parse_chdir(struct cli *cli, void *args, const char *text) {
    (void)cli;
    add_step(args, (struct os_step){ .kind = OS_STEP_CHDIR, .object = text });
    return NULL;
}

static const char *parse_fchdir(struct cli *cli, void *args, const char *text) {
    (void)cli;
    struct os_step step = { .kind = OS_STEP_FCHDIR, .object = text };
    const char *why = cli_parse_fd(text, &step.fd);
    if (!why)
        add_step(args, step);
    return why;
}

/* ---- process, limits, scheduling ---- */

static const char *parse_setpgroup(struct cli *cli, void *args, const char *text) {
    (void)cli;
    int64_t pgid = 0;
    const char *why = text[0] ? cli_parse_int(text, 0, INT_MAX, &pgid) : NULL;
    if (!why)
        add_step(args, (struct os_step){ .kind = OS_STEP_SETPGID,
                                         .pgid = (int)pgid,
                                         .object = text[0] ? text : "0" });
    return why;
}

static const char *parse_setsid(struct cli *cli, void *args, const char *text) {
    (void)cli, (void)text;
    add_step(args, (struct os_step){ .kind = OS_STEP_SETSID });
    return NULL;
}

static const char *parse_limit_value(const char *text, size_t size, uint64_t *value) {
    char word[32];
    if (!take_word(text, size, word))
        return "too large";
    if (!word[0]) {
        *value = OS_RLIMIT_KEEP;
        return NULL;
    }
    if (strcmp(word, "unlimited") == 0 || strcmp(word, "infinity") == 0) {
        *value = RLIM_INFINITY;
        return NULL;
    }
    const char *why = cli_parse_size(word, value);
    return !why && *value >= OS_RLIMIT_KEEP ? "too large" : why;
}

/* NAME=SOFT[:HARD]; SOFT alone is both, as with ulimit and prlimit; "SOFT:" and ":HARD" keep the
 * other one. */
static const char *parse_rlimit(struct cli *cli, void *args, const char *text) {
    (void)cli;
    struct os_step step = { .kind = OS_STEP_RLIMIT, .object = text };
    size_t name = strcspn(text, "=");
    const struct cli_choice *limit = find_word(spawn_limits, text, name);
    if (!limit)
        return ""; /* its names are listed */
    if (!text[name] || !text[name + 1] || strcmp(text + name, "=:") == 0)
        return "not of the form NAME=SOFT[:HARD]";
    const char *soft = text + name + 1, *colon = strchr(soft, ':');
    step.limit.resource = limit->value;
    const char *why = parse_limit_value(soft, strcspn(soft, ":"), &step.limit.soft);
    if (!why && colon)
        why = parse_limit_value(colon + 1, strlen(colon + 1), &step.limit.hard);
    else
        step.limit.hard = step.limit.soft;
    if (!why)
        add_step(args, step);
    return why;
}

static const char *parse_nice(struct cli *cli, void *args, const char *text) {
    (void)cli;
    int64_t increment;
    const char *why = cli_parse_int(text, INT_MIN, INT_MAX, &increment);
    if (!why)
        add_step(args, (struct os_step){
                           .kind = OS_STEP_NICE, .nice.value = (int)increment, .object = text });
    return why;
}

/* [POLICY[+reset-on-fork]][:PRIO] */
static const char *parse_scheduler(struct cli *cli, void *args, const char *text) {
    (void)cli;
    struct os_step step = { .kind = OS_STEP_SCHEDULER, .scheduler.policy = -1, .object = text };
    size_t size = strcspn(text, ":"), word = strcspn(text, "+:");
    int64_t priority = 0;
    if (!text[0] || strcmp(text, ":") == 0)
        return "not of the form [POLICY[+reset-on-fork]][:PRIORITY]";
    if (size) {
        const struct cli_choice *policy = find_word(scheduling_policies, text, word);
        if (!policy)
            return ""; /* their names are listed */
        step.scheduler.policy = policy->value;
    }
    if (word < size) {
        if (size - word != 14 || memcmp(text + word, "+reset-on-fork", 14) != 0)
            return "no such flag of a policy: reset-on-fork";
        step.scheduler.policy |= OS_SCHED_RESET_ON_FORK;
    }
    const char *why = text[size] ? cli_parse_int(text + size + 1, 0, INT_MAX, &priority) : NULL;
    step.scheduler.priority = (int)priority;
    if (!why)
        add_step(args, step);
    return why;
}

bool spawn_keep(struct spawn_args *args, void *data) {
    buf_add(&args->data, &data, sizeof data);
    return data && !args->data.failed;
}

static const char *parse_affinity(struct cli *cli, void *args, const char *text) {
    (void)cli;
    struct cli_cpus cpus;
    const char *why = cli_parse_cpus(text, &cpus);
    if (why)
        return why;
    if (!spawn_keep(args, cpus.bits))
        return "out of memory";
    add_step(args, (struct os_step){ .kind = OS_STEP_AFFINITY,
                                     .affinity = { cpus.bits, cpus.words * sizeof *cpus.bits },
                                     .object = text });
    return NULL;
}

static const char *parse_umask(struct cli *cli, void *args, const char *text) {
    (void)cli;
    unsigned mode;
    const char *why = cli_parse_mode(text, &mode);
    if (!why && mode > 0777)
        why = "too large";
    if (!why)
        add_step(args, (struct os_step){ .kind = OS_STEP_UMASK, .umask = mode, .object = text });
    return why;
}

/* ---- namespaces, privileges ---- */

const char *spawn_parse_namespaces(const char *text, size_t size, int *flags) {
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

static const char *parse_unshare(struct cli *cli, void *args, const char *text) {
    (void)cli;
    struct spawn_args *a = args;
    int flags;
    const char *why = spawn_parse_namespaces(text, strlen(text), &flags);
    if (!why)
        a->unshare |= flags;
    a->unshare_text = text;
    return why;
}

static const char *parse_setns(struct cli *cli, void *args, const char *text) {
    (void)cli;
    struct spawn_args *a = args;
    if (!text[0])
        return "empty";
    buf_add(&a->namespaces, &text, sizeof text);
    return NULL;
}

static const char *parse_chroot(struct cli *cli, void *args, const char *text) {
    (void)cli;
    add_step(args, (struct os_step){ .kind = OS_STEP_CHROOT, .object = text });
    return NULL;
}

static const char *add_capabilities(void *args, enum os_step_kind kind, const char *text) {
    uint64_t set, sets[OS_CAP_SETS];
    const char *why = os_capability_parse(text, &set);
    if (why)
        return why;
    /* "all" is what there is: nobody can give more. */
    if (set == ~UINT64_C(0)) {
        if (os_capability_get(sets, NULL) < 0)
            return "the capabilities of this process cannot be read";
        set = sets[OS_CAP_PERMITTED];
    }
    add_step(args, (struct os_step){ .kind = kind, .capabilities = set, .object = text });
    return NULL;
}

static const char *parse_bounding(struct cli *cli, void *args, const char *text) {
    (void)cli;
    struct os_step step = { .kind = OS_STEP_BOUNDING, .object = text };
    const char *why = os_capability_parse(text, &step.bounding.keep);
    if (!why)
        add_step(args, step);
    return why;
}

static const char *parse_inheritable(struct cli *cli, void *args, const char *text) {
    (void)cli;
    return add_capabilities(args, OS_STEP_INHERITABLE, text);
}

static const char *parse_ambient(struct cli *cli, void *args, const char *text) {
    (void)cli;
    return add_capabilities(args, OS_STEP_AMBIENT, text);
}

static const char *parse_iab(struct cli *cli, void *args, const char *text) {
    (void)cli;
    uint64_t inheritable, ambient, bounding;
    const char *why = os_capability_parse_iab(text, &inheritable, &ambient, &bounding);
    if (why)
        return why;
    add_step(args, (struct os_step){ .kind = OS_STEP_BOUNDING,
                                     .bounding = { bounding, .lenient = true },
                                     .object = text });
    add_step(args, (struct os_step){
                       .kind = OS_STEP_INHERITABLE, .capabilities = inheritable, .object = text });
    add_step(args,
             (struct os_step){ .kind = OS_STEP_AMBIENT, .capabilities = ambient, .object = text });
    return NULL;
}

static const char *parse_resetids(struct cli *cli, void *args, const char *text) {
    (void)cli, (void)text;
    add_step(args, (struct os_step){ .kind = OS_STEP_RESETIDS });
    return NULL;
}

static const char *parse_no_new_privs(struct cli *cli, void *args, const char *text) {
    (void)cli, (void)text;
    add_step(args, (struct os_step){ .kind = OS_STEP_NO_NEW_PRIVS });
    return NULL;
}

static const char *parse_pdeathsig(struct cli *cli, void *args, const char *text) {
    (void)cli;
    struct os_step step = { .kind = OS_STEP_PDEATHSIG, .object = text };
    const char *why = cli_parse_signal(text, false, &step.pdeathsig.signo);
    if (!why)
        add_step(args, step);
    return why;
}

/* ---- signals ---- */

static const char *add_signals(void *args, enum os_step_kind kind, const char *text) {
    struct os_step step = { .kind = kind, .object = text };
    const char *why = cli_parse_signals(text, &step.signals);
    if (!why)
        add_step(args, step);
    return why;
}

static const char *parse_sigmask(struct cli *cli, void *args, const char *text) {
    (void)cli;
    return add_signals(args, OS_STEP_SIGMASK, text);
}

static const char *parse_sigdef(struct cli *cli, void *args, const char *text) {
    (void)cli;
    return add_signals(args, OS_STEP_SIGDEF, text);
}

static const char *parse_sigign(struct cli *cli, void *args, const char *text) {
    (void)cli;
    return add_signals(args, OS_STEP_SIGIGN, text);
}

/* ---- environment ---- */

static const char *parse_env(struct cli *cli, void *args, const char *text) {
    (void)cli;
    struct spawn_args *a = args;
    if (text[0] == '=' || !strchr(text, '='))
        return "not of the form NAME=VALUE";
    buf_add(&a->changes, &text, sizeof text);
    return a->changes.failed ? "out of memory" : NULL;
}

static const char *parse_unset(struct cli *cli, void *args, const char *text) {
    (void)cli;
    struct spawn_args *a = args;
    if (!text[0] || strchr(text, '='))
        return "not the name of a variable";
    buf_add(&a->changes, &text, sizeof text);
    return a->changes.failed ? "out of memory" : NULL;
}

static const struct cli_choice namespaces[] = {
    { "cgroup", 0, NULL }, { "ipc", 0, NULL }, { "mnt", 0, NULL },
    { "net", 0, NULL },    { "pid", 0, NULL }, { "time", 0, NULL },
    { "user", 0, NULL },   { "uts", 0, NULL }, { NULL, 0, NULL },
};

static const struct cli_choice path_choices[] = {
    { "child", SPAWN_PATH_CHILD, "that of the program, after -i, -E and -u" },
    { "parent", SPAWN_PATH_PARENT, "that of osbox" },
    { "none", SPAWN_PATH_NONE, "none: CMD is a path" },
    { NULL, 0, NULL },
};

const struct cli_option spawn_options[] = {
    CLI_GROUP("How it is run"),
    { CLI_SET(struct spawn_args, mode, SPAWN_NOWAIT), .name = "nowait",
      .conflicts = "overlay dry-run timeout pdeathsig",
      .help = "print the new process and do not wait for it" },
    { CLI_SET(struct spawn_args, mode, SPAWN_OVERLAY), .name = "overlay",
      .conflicts = "dry-run timeout", .help = "become the program, as os.execv" },
    { CLI_SET(struct spawn_args, mode, SPAWN_DRY_RUN), .name = "dry-run",
      .conflicts = "timeout status", .help = "print the steps in their order, and do none" },
    { CLI_TEXT(struct spawn_args, status), .name = "status", .metavar = "FILE|fd:N",
      .complete = CLI_COMPLETE_FILE,
      .help = "write a record of how it ended, or why it was not run" },
    { CLI_TIME(struct spawn_args, timeout), .name = "timeout", .metavar = "T",
      .help = "send it a signal after that time; the status is 124" },
    { CLI_SIGNAL(struct spawn_args, signo), .name = "signal", .metavar = "SIG", .preset = "TERM",
      .needs = "timeout", .help = "the signal of --timeout" },
    { CLI_TIME(struct spawn_args, kill_after), .name = "kill-after", .metavar = "T",
      .needs = "timeout", .help = "and SIGKILL that time later; the status is 137" },
    { CLI_FLAG(struct spawn_args, foreground), .name = "foreground", .needs = "timeout",
      .help = "with --timeout: no process group of its own; the signal is for it alone" },
    CLI_GROUP("The program and its environment"),
    { CLI_TEXT(struct spawn_args, argv0), .name = "argv0", .metavar = "NAME",
      .help = "what it is told as its own name" },
    { CLI_FD(struct spawn_args, exec_fd), .name = "exec-fd", .metavar = "N", .conflicts = "path",
      .help = "run the file that is open there; CMD is only its name" },
    { CLI_CHOICE(struct spawn_args, path, path_choices), .name = "path", .metavar = "WHOSE",
      .preset = "child", .help = "which PATH finds CMD" },
    { CLI_FLAG(struct spawn_args, clear), .letter = 'i', .name = "ignore-environment",
      .help = "begin with an empty environment" },
    { CLI_CALL(parse_env), .letter = 'E', .name = "env", .metavar = "NAME=VALUE",
      .help = "set a variable" },
    { CLI_CALL(parse_unset), .letter = 'u', .name = "unset", .metavar = "NAME",
      .help = "remove a variable" },
    CLI_GROUP("File actions, done in the order given"),
    { CLI_CALL(parse_open), .name = "open", .metavar = "FD[,FLAG...][,MODE]:PATH",
      .help = "open PATH as FD; flags are os.O_* in lower case: 1,wronly,creat,0644:out" },
    { CLI_CALL(parse_close), .name = "close", .metavar = "FD", .help = "close FD" },
    { CLI_CALL(parse_dup2), .name = "dup2", .metavar = "FD:NEWFD",
      .help = "make NEWFD a copy of FD" },
    { CLI_CALL(parse_closefrom), .name = "closefrom", .metavar = "FD",
      .help = "close FD and all above it" },
    { CLI_CALL(parse_chdir), .name = "chdir", .metavar = "DIR", .complete = CLI_COMPLETE_DIRECTORY,
      .help = "change the working directory" },
    { CLI_CALL(parse_fchdir), .name = "fchdir", .metavar = "FD",
      .help = "change it to an open directory" },
    CLI_GROUP("Process, signals, limits, scheduling"),
    { CLI_CALL(parse_setpgroup), .name = "setpgroup", .metavar = "PGID", .optional = true,
      .conflicts = "setsid", .help = "put it into a process group: one of its own, or PGID" },
    { CLI_CALL(parse_setsid), .name = "setsid", .help = "give it a session of its own" },
    { CLI_CALL(parse_sigmask), .name = "setsigmask", .metavar = "SIGS",
      .complete = CLI_COMPLETE_SIGNAL, .help = "block these signals and no others" },
    { CLI_CALL(parse_sigdef), .name = "setsigdef", .metavar = "SIGS",
      .complete = CLI_COMPLETE_SIGNAL, .help = "give these signals their default action" },
    { CLI_CALL(parse_sigign), .name = "setsigign", .metavar = "SIGS",
      .complete = CLI_COMPLETE_SIGNAL, .help = "ignore these signals" },
    { CLI_CALL(parse_pdeathsig), .name = "pdeathsig", .metavar = "SIG",
      .complete = CLI_COMPLETE_SIGNAL, .help = "the signal that it gets when its parent dies" },
    { CLI_CALL(parse_rlimit), .name = "rlimit", .metavar = "NAME=SOFT[:HARD]",
      .choices = spawn_limits, .help = "set resource limits, such as nofile=1024" },
    { CLI_CALL(parse_nice), .name = "nice", .metavar = "N", .help = "add N to its nice value" },
    { CLI_CALL(parse_scheduler), .name = "scheduler", .metavar = "POLICY[+reset-on-fork][:N]",
      .choices = scheduling_policies,
      .help = "set its scheduling policy and priority (:N keeps the policy)" },
    { CLI_CALL(parse_affinity), .name = "affinity", .metavar = "CPUS",
      .help = "the CPUs it may run on: 0-3,8" },
    { CLI_CALL(parse_umask), .name = "umask", .metavar = "MODE", .help = "its umask, in octal" },
    CLI_GROUP("User, privileges, namespaces"),
    { CLI_TEXT(struct spawn_args, user), .name = "user", .metavar = "U[:G]",
      .conflicts = "resetids", .complete = CLI_COMPLETE_USER,
      .help = "run as user U and group G (U's own), with U's groups" },
    { CLI_TEXT(struct spawn_args, groups), .name = "groups", .metavar = "LIST|init|none",
      .complete = CLI_COMPLETE_GROUP, .help = "the supplementary groups; init: those of the user" },
    { CLI_CALL(parse_resetids), .name = "resetids",
      .help = "make the effective ids the real ones" },
    { CLI_CALL(parse_bounding), .name = "cap-bounding", .metavar = "CAPS",
      .complete = CLI_COMPLETE_CAPABILITY, .conflicts = "cap-iab",
      .help = "keep these capabilities in the bounding set" },
    { CLI_CALL(parse_inheritable), .name = "cap-inheritable", .metavar = "CAPS",
      .complete = CLI_COMPLETE_CAPABILITY, .conflicts = "cap-iab",
      .help = "the inheritable capabilities" },
    { CLI_CALL(parse_ambient), .name = "cap-ambient", .metavar = "CAPS",
      .complete = CLI_COMPLETE_CAPABILITY, .conflicts = "cap-iab",
      .help = "the ambient capabilities, which the program has" },
    { CLI_CALL(parse_iab), .name = "cap-iab", .metavar = "TEXT",
      .help = "all three, as libcap writes them: '!cap_chown,^cap_net_raw'" },
    { CLI_CALL(parse_no_new_privs), .name = "no-new-privs",
      .help = "no execution gives it privileges" },
    { CLI_CALL(parse_chroot), .name = "chroot", .metavar = "DIR",
      .complete = CLI_COMPLETE_DIRECTORY, .help = "make DIR its root and working directory" },
    { CLI_CALL(parse_unshare), .name = "unshare", .metavar = "LIST", .choices = namespaces,
      .complete = CLI_COMPLETE_LIST, .help = "give it namespaces of its own, as a list" },
    { CLI_FLAG(struct spawn_args, map_root), .name = "map-root-user", .conflicts = "user groups",
      .help = "be root in a user namespace of its own" },
    { CLI_CALL(parse_setns), .name = "setns", .metavar = "[LIST@]PID|PATH",
      .complete = CLI_COMPLETE_PID,
      .help = "join the namespaces of a process, or one that is a file" },
    CLI_OPTIONS_END,
};

void spawn_args_finish(struct spawn_args *args) {
    void **data = (void **)(void *)args->data.data;
    for (size_t i = 0; i < args->data.len / sizeof *data; i++)
        free(data[i]);
    buf_finish(&args->data);
    buf_finish(&args->namespaces);
    buf_finish(&args->changes);
    os_plan_finish(&args->plan);
}
