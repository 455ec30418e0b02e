/* SPDX-License-Identifier: 0BSD
 *
 * osbox spawn: runs a program with everything that a process can be given.
 *
 * os.posix_spawn, os.posix_spawnp, os.spawn*, os.exec*, os.fork, os.nice,
 * os.umask, os.chroot, os.set*id, os.setgroups, os.initgroups, os.setpgid,
 * os.setsid, os.setns, os.unshare; without a program os.getpid, os.getresuid
 * and similar.
 *
 * Deviations: with --nowait (os.P_NOWAIT) standard input and output are
 * /dev/null unless a file action names them, so that $(...) ends. A file that
 * is not a program is not passed to a shell: status 126, as os.execvp fails.
 */
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>

#include "applets/common/scheduling.h"
#include "applets/spawn/spawn.h"

static const struct cli_choice namespaces[] = {
    { "cgroup", 0, "" }, { "ipc", 0, "" },  { "mnt", 0, "" }, { "net", 0, "" }, { "pid", 0, "" },
    { "time", 0, "" },   { "user", 0, "" }, { "uts", 0, "" }, CLI_CHOICES_END,
};

static const struct cli_choice propagations[] = {
    { "private", MS_PRIVATE, "what is mounted is seen nowhere else" },
    { "slave", MS_SLAVE, "what is mounted outside is seen, not the other way round" },
    { "shared", MS_SHARED, "what is mounted on either side is seen on both" },
    { "unchanged", 0, "as outside" },
    CLI_CHOICES_END,
};

static const struct cli_choice path_choices[] = {
    { "child", SPAWN_PATH_CHILD, "that of the program, after -i, -E and -u" },
    { "parent", SPAWN_PATH_PARENT, "that of osbox" },
    { "none", SPAWN_PATH_NONE, "none: CMD is a path" },
    CLI_CHOICES_END,
};

enum {
    CALL_ENV,
    CALL_UNSET,
    CALL_OPEN,
    CALL_CLOSE,
    CALL_DUP2,
    CALL_CLOSEFROM,
    CALL_CLOSERANGE,
    CALL_PIPE,
    CALL_CHDIR,
    CALL_FCHDIR,
    CALL_SETPGROUP,
    CALL_SETSID,
    CALL_SIGMASK,
    CALL_SIGDEF,
    CALL_SIGIGN,
    CALL_PDEATHSIG,
    CALL_RLIMIT,
    CALL_NICE,
    CALL_SCHEDULER,
    CALL_AFFINITY,
    CALL_UMASK,
    CALL_RESETIDS,
    CALL_BOUNDING,
    CALL_INHERITABLE,
    CALL_AMBIENT,
    CALL_IAB,
    CALL_NO_NEW_PRIVS,
    CALL_CHROOT,
    CALL_UNSHARE,
    CALL_SETNS,
};

static spawn_parse_fn *const parsers[] = {
    [CALL_ENV] = spawn_parse_env,
    [CALL_UNSET] = spawn_parse_unset,
    [CALL_OPEN] = spawn_parse_open,
    [CALL_CLOSE] = spawn_parse_close,
    [CALL_DUP2] = spawn_parse_dup2,
    [CALL_CLOSEFROM] = spawn_parse_closefrom,
    [CALL_CLOSERANGE] = spawn_parse_closerange,
    [CALL_PIPE] = spawn_parse_pipe,
    [CALL_CHDIR] = spawn_parse_chdir,
    [CALL_FCHDIR] = spawn_parse_fchdir,
    [CALL_SETPGROUP] = spawn_parse_setpgroup,
    [CALL_SETSID] = spawn_parse_setsid,
    [CALL_SIGMASK] = spawn_parse_sigmask,
    [CALL_SIGDEF] = spawn_parse_sigdef,
    [CALL_SIGIGN] = spawn_parse_sigign,
    [CALL_PDEATHSIG] = spawn_parse_pdeathsig,
    [CALL_RLIMIT] = spawn_parse_rlimit,
    [CALL_NICE] = spawn_parse_nice,
    [CALL_SCHEDULER] = spawn_parse_scheduler,
    [CALL_AFFINITY] = spawn_parse_affinity,
    [CALL_UMASK] = spawn_parse_umask,
    [CALL_RESETIDS] = spawn_parse_resetids,
    [CALL_BOUNDING] = spawn_parse_bounding,
    [CALL_INHERITABLE] = spawn_parse_inheritable,
    [CALL_AMBIENT] = spawn_parse_ambient,
    [CALL_IAB] = spawn_parse_iab,
    [CALL_NO_NEW_PRIVS] = spawn_parse_no_new_privs,
    [CALL_CHROOT] = spawn_parse_chroot,
    [CALL_UNSHARE] = spawn_parse_unshare,
    [CALL_SETNS] = spawn_parse_setns,
};

static const char *parse_option(void *args, int which, const char *text) {
    return parsers[which](args, text);
}

enum { CHOICES_NAMESPACE = 1, CHOICES_PATH, CHOICES_LIMIT, CHOICES_POLICY, CHOICES_PROPAGATION };

static const struct cli_choice *const choices[] = {
    [CHOICES_NAMESPACE] = namespaces,     [CHOICES_PATH] = path_choices,
    [CHOICES_LIMIT] = spawn_limits,       [CHOICES_POLICY] = scheduling_policies,
    [CHOICES_PROPAGATION] = propagations,
};

enum { INCLUDE_TIME };

static const struct cli_option *const includes[] = { [INCLUDE_TIME] = program_time_options };

static const struct cli_option options[] = {
    CLI_GROUP("How it is run"),
    { CLI_SET(struct spawn_args, mode, SPAWN_NOWAIT), .name = "nowait",
      .conflicts = "overlay dry-run timeout pdeathsig",
      .help = "print the new process and do not wait for it" },
    { CLI_SET(struct spawn_args, mode, SPAWN_OVERLAY), .name = "overlay",
      .conflicts = "dry-run timeout", .help = "become the program, as os.execv" },
    { CLI_SET(struct spawn_args, mode, SPAWN_DRY_RUN), .name = "dry-run",
      .conflicts = "timeout status",
      .help =
          "do nothing: print the steps in their order, or the process that they would lead to" },
    { CLI_PLACE(struct spawn_args, status), .name = "status", .metavar = "FILE|fd:N",
      .help = "write a record of how it ended, or why it was not run" },
    CLI_INCLUDE(struct spawn_args, time, struct program_time, INCLUDE_TIME),
    { CLI_FLAG(struct spawn_args, foreground), .name = "foreground", .needs = "timeout",
      .help = "with --timeout: no process group of its own; the signal is for it alone" },
    CLI_GROUP("The program and its environment"),
    { CLI_TEXT(struct spawn_args, argv0), .name = "argv0", .metavar = "NAME",
      .help = "what it is told as its own name" },
    { CLI_FD(struct spawn_args, exec_fd), .name = "exec-fd", .metavar = "N", .conflicts = "path",
      .help = "run the file that is open there; CMD is only its name" },
    { CLI_CHOICE(struct spawn_args, path, CHOICES_PATH), .name = "path", .metavar = "WHOSE",
      .preset = "child", .help = "which PATH finds CMD" },
    { CLI_FLAG(struct spawn_args, clear), .letter = 'i', .name = "ignore-environment",
      .help = "begin with an empty environment" },
    { CLI_CALL(CALL_ENV), .letter = 'E', .name = "env", .metavar = "NAME=VALUE",
      .help = "set a variable" },
    { CLI_CALL(CALL_UNSET), .letter = 'u', .name = "unset", .metavar = "NAME",
      .help = "remove a variable" },
    CLI_GROUP("File actions, done in the order given"),
    { CLI_CALL(CALL_OPEN), .name = "open", .metavar = "FD[,FLAG...][,MODE]:PATH",
      .help = "open PATH as FD; flags are os.O_* in lower case: 1,wronly,creat,0644:out" },
    { CLI_CALL(CALL_CLOSE), .name = "close", .metavar = "FD", .complete = CLI_COMPLETE_DESCRIPTOR,
      .help = "close FD" },
    { CLI_CALL(CALL_DUP2), .name = "dup2", .metavar = "FD:NEWFD",
      .help = "make NEWFD a copy of FD" },
    { CLI_CALL(CALL_CLOSEFROM), .name = "closefrom", .metavar = "FD",
      .help = "close FD and all above it" },
    { CLI_CALL(CALL_CLOSERANGE), .name = "closerange", .metavar = "LOW:HIGH",
      .help = "close the descriptors from LOW to HIGH - 1" },
    { CLI_CALL(CALL_PIPE), .name = "pipe", .metavar = "R:W[,FLAG...]",
      .help = "create a pipe, with its read end as R and its write end as W; flags are direct and "
              "nonblock" },
    { CLI_CALL(CALL_CHDIR), .name = "chdir", .metavar = "DIR", .complete = CLI_COMPLETE_DIRECTORY,
      .help = "change the working directory" },
    { CLI_CALL(CALL_FCHDIR), .name = "fchdir", .metavar = "FD", .complete = CLI_COMPLETE_DESCRIPTOR,
      .help = "change it to an open directory" },
    CLI_GROUP("Process, signals, limits, scheduling"),
    { CLI_CALL(CALL_SETPGROUP), .name = "setpgroup", .metavar = "PGID", .optional = true,
      .conflicts = "setsid", .help = "put it into a process group: one of its own, or PGID" },
    { CLI_CALL(CALL_SETSID), .name = "setsid", .help = "give it a session of its own" },
    { CLI_CALL(CALL_SIGMASK), .name = "setsigmask", .metavar = "SIGS",
      .complete = CLI_COMPLETE_SIGNAL, .help = "block these signals and no others" },
    { CLI_CALL(CALL_SIGDEF), .name = "setsigdef", .metavar = "SIGS",
      .complete = CLI_COMPLETE_SIGNAL, .help = "give these signals their default action" },
    { CLI_CALL(CALL_SIGIGN), .name = "setsigign", .metavar = "SIGS",
      .complete = CLI_COMPLETE_SIGNAL, .help = "ignore these signals" },
    { CLI_CALL(CALL_PDEATHSIG), .name = "pdeathsig", .metavar = "SIG",
      .complete = CLI_COMPLETE_SIGNAL, .help = "the signal that it gets when its parent dies" },
    { CLI_CALL(CALL_RLIMIT), .name = "rlimit", .metavar = "NAME=SOFT[:HARD]",
      .choices = CHOICES_LIMIT, .help = "set resource limits, such as nofile=1024" },
    { CLI_CALL(CALL_NICE), .name = "nice", .metavar = "N", .help = "add N to its nice value" },
    { CLI_CALL(CALL_SCHEDULER), .name = "scheduler", .metavar = "POLICY[+reset-on-fork][:N]",
      .choices = CHOICES_POLICY,
      .help = "set its scheduling policy and priority (:N keeps the policy)" },
    { CLI_CALL(CALL_AFFINITY), .name = "affinity", .metavar = "CPUS",
      .help = "the CPUs it may run on: 0-3,8" },
    { CLI_CALL(CALL_UMASK), .name = "umask", .metavar = "MODE", .help = "its umask, in octal" },
    CLI_GROUP("User, privileges, namespaces"),
    { CLI_TEXT(struct spawn_args, user), .name = "user", .metavar = "U[:G]",
      .conflicts = "resetids", .complete = CLI_COMPLETE_USER,
      .help = "run as user U and group G (U's own), with U's groups" },
    { CLI_TEXT(struct spawn_args, groups), .name = "groups", .metavar = "LIST|init|none|keep",
      .complete = CLI_COMPLETE_GROUP,
      .help = "the supplementary groups; init: those of the user; keep: unchanged" },
    { CLI_TEXT(struct spawn_args, setresuid), .name = "setresuid", .metavar = "R:E:S",
      .conflicts = "user resetids", .complete = CLI_COMPLETE_USER,
      .help = "set the real, effective and saved user id; an empty one is kept" },
    { CLI_TEXT(struct spawn_args, setresgid), .name = "setresgid", .metavar = "R:E:S",
      .conflicts = "user resetids", .complete = CLI_COMPLETE_GROUP,
      .help = "set the group ids the same way" },
    { CLI_CALL(CALL_RESETIDS), .name = "resetids", .help = "make the effective ids the real ones" },
    { CLI_CALL(CALL_BOUNDING), .name = "cap-bounding", .metavar = "CAPS",
      .complete = CLI_COMPLETE_CAPABILITY, .conflicts = "cap-iab",
      .help = "keep these capabilities in the bounding set" },
    { CLI_CALL(CALL_INHERITABLE), .name = "cap-inheritable", .metavar = "CAPS",
      .complete = CLI_COMPLETE_CAPABILITY, .conflicts = "cap-iab",
      .help = "the inheritable capabilities" },
    { CLI_CALL(CALL_AMBIENT), .name = "cap-ambient", .metavar = "CAPS",
      .complete = CLI_COMPLETE_CAPABILITY, .conflicts = "cap-iab",
      .help = "the ambient capabilities, which the program has" },
    { CLI_CALL(CALL_IAB), .name = "cap-iab", .metavar = "TEXT",
      .help = "all three, as libcap writes them: '!cap_chown,^cap_net_raw'" },
    { CLI_CALL(CALL_NO_NEW_PRIVS), .name = "no-new-privs",
      .help = "no execution gives it privileges" },
    { CLI_CALL(CALL_CHROOT), .name = "chroot", .metavar = "DIR", .complete = CLI_COMPLETE_DIRECTORY,
      .help = "make DIR its root and working directory" },
    { CLI_CALL(CALL_UNSHARE), .name = "unshare", .metavar = "LIST", .choices = CHOICES_NAMESPACE,
      .complete = CLI_COMPLETE_LIST, .help = "give it namespaces of its own, as a list" },
    { CLI_CHOICE(struct spawn_args, propagation, CHOICES_PROPAGATION), .name = "propagation",
      .metavar = "HOW", .preset = "private", .needs = "unshare",
      .help = "how mounts spread from and to a mount namespace of its own" },
    { CLI_FLAG(struct spawn_args, map_root), .name = "map-root-user", .conflicts = "user groups",
      .help = "be root in a user namespace of its own" },
    { CLI_CALL(CALL_SETNS), .name = "setns", .metavar = "[LIST@]PID|PATH|fd:N",
      .complete = CLI_COMPLETE_PID,
      .help = "join the namespaces of a process (fd:N: of a pidfd), or one that is a file" },
    CLI_OPTIONS_END,
};

static bool has_argv0_alone(const struct cli_call *call, const void *data) {
    return !call->program && ((const struct spawn_args *)data)->argv0;
}

static bool has_exec_fd_alone(const struct cli_call *call, const void *data) {
    return !call->program && ((const struct spawn_args *)data)->exec_fd >= 0;
}

static bool has_path_alone(const struct cli_call *call, const void *data) {
    return !call->program && ((const struct spawn_args *)data)->path != SPAWN_PATH_DEFAULT;
}

static bool has_propagation_alone(const struct cli_call *call, const void *data) {
    const struct spawn_args *args = data;
    (void)call;
    return args->propagation != MS_PRIVATE && !(args->unshare & CLONE_NEWNS);
}

static bool mixes_fields(const struct cli_call *call, const void *data) {
    return ((const struct spawn_args *)data)->mode == SPAWN_DRY_RUN &&
           spawn_names_field(call, SPAWN_VIEW_PLAN) && spawn_names_field(call, SPAWN_VIEW_PROCESS);
}

static const struct cli_rule rules[] = {
    { has_propagation_alone, "--propagation", "requires --unshare=mnt" },
    { mixes_fields, "--fields", "fields of a step and of the process cannot be combined" },
    { has_argv0_alone, "--argv0", "requires CMD" },
    { has_exec_fd_alone, "--exec-fd", "requires CMD" },
    { has_path_alone, "--path", "requires CMD" },
    { NULL, NULL, NULL },
};

static void run(struct cli *cli, void *data) {
    struct spawn_args *args = data;
    if (cli->call.program || args->mode == SPAWN_DRY_RUN)
        spawn_run_program(cli, args);
    else if (args->mode != SPAWN_WAIT || args->status || args->time.timeout)
        cli_usage(cli, NULL, "a program is missing");
    else
        spawn_show_process(cli, args);
}

static const struct spawn_args presets = {
    .plan = OS_PLAN_INIT, .exec_fd = -1, .propagation = MS_PRIVATE, .time.signo = SIGTERM
};

const struct cli_command applet_spawn = {
    .name = "spawn",
    .summary = "run a program, as os.posix_spawn",
    .usage = "[OPTION]... CMD [ARG]...\n[OPTION]...",
    .description = "Without CMD: print the parameters that a process would have.",
    .options = options,
    .includes = includes,
    .choices = choices,
    .parse = parse_option,
    .choose_view = spawn_choose_view,
    .failure_views =
        1 << SPAWN_VIEW_STATUS | 1 << SPAWN_VIEW_STARTED | 1 << SPAWN_VIEW_STARTED_STATUS,
    .rules = rules,
    .finish_args = spawn_args_finish,
    .fields = spawn_fields,
    .views = "status process started plan started-status",
    .field_count = SPAWN_FIELDS,
    .args_size = sizeof(struct spawn_args),
    .presets = &presets,
    .default_format = CLI_FORMAT_TEXT,
    .stop_at_operand = true,
    .runs_program = true,
    .run = run,
};
