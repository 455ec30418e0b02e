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
 * /dev/null where no file action names them, so that $(...) ends. A file that
 * is not a program is not passed to a shell: status 126, as os.execvp fails.
 */
#include <signal.h>

#include "applets/common/scheduling.h"
#include "applets/spawn/spawn.h"

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

static const struct cli_option options[] = {
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
    { CLI_CALL(spawn_parse_env), .letter = 'E', .name = "env", .metavar = "NAME=VALUE",
      .help = "set a variable" },
    { CLI_CALL(spawn_parse_unset), .letter = 'u', .name = "unset", .metavar = "NAME",
      .help = "remove a variable" },
    CLI_GROUP("File actions, done in the order given"),
    { CLI_CALL(spawn_parse_open), .name = "open", .metavar = "FD[,FLAG...][,MODE]:PATH",
      .help = "open PATH as FD; flags are os.O_* in lower case: 1,wronly,creat,0644:out" },
    { CLI_CALL(spawn_parse_close), .name = "close", .metavar = "FD", .help = "close FD" },
    { CLI_CALL(spawn_parse_dup2), .name = "dup2", .metavar = "FD:NEWFD",
      .help = "make NEWFD a copy of FD" },
    { CLI_CALL(spawn_parse_closefrom), .name = "closefrom", .metavar = "FD",
      .help = "close FD and all above it" },
    { CLI_CALL(spawn_parse_chdir), .name = "chdir", .metavar = "DIR",
      .complete = CLI_COMPLETE_DIRECTORY, .help = "change the working directory" },
    { CLI_CALL(spawn_parse_fchdir), .name = "fchdir", .metavar = "FD",
      .help = "change it to an open directory" },
    CLI_GROUP("Process, signals, limits, scheduling"),
    { CLI_CALL(spawn_parse_setpgroup), .name = "setpgroup", .metavar = "PGID", .optional = true,
      .conflicts = "setsid", .help = "put it into a process group: one of its own, or PGID" },
    { CLI_CALL(spawn_parse_setsid), .name = "setsid", .help = "give it a session of its own" },
    { CLI_CALL(spawn_parse_sigmask), .name = "setsigmask", .metavar = "SIGS",
      .complete = CLI_COMPLETE_SIGNAL, .help = "block these signals and no others" },
    { CLI_CALL(spawn_parse_sigdef), .name = "setsigdef", .metavar = "SIGS",
      .complete = CLI_COMPLETE_SIGNAL, .help = "give these signals their default action" },
    { CLI_CALL(spawn_parse_sigign), .name = "setsigign", .metavar = "SIGS",
      .complete = CLI_COMPLETE_SIGNAL, .help = "ignore these signals" },
    { CLI_CALL(spawn_parse_pdeathsig), .name = "pdeathsig", .metavar = "SIG",
      .complete = CLI_COMPLETE_SIGNAL, .help = "the signal that it gets when its parent dies" },
    { CLI_CALL(spawn_parse_rlimit), .name = "rlimit", .metavar = "NAME=SOFT[:HARD]",
      .choices = spawn_limits, .help = "set resource limits, such as nofile=1024" },
    { CLI_CALL(spawn_parse_nice), .name = "nice", .metavar = "N",
      .help = "add N to its nice value" },
    { CLI_CALL(spawn_parse_scheduler), .name = "scheduler", .metavar = "POLICY[+reset-on-fork][:N]",
      .choices = scheduling_policies,
      .help = "set its scheduling policy and priority (:N keeps the policy)" },
    { CLI_CALL(spawn_parse_affinity), .name = "affinity", .metavar = "CPUS",
      .help = "the CPUs it may run on: 0-3,8" },
    { CLI_CALL(spawn_parse_umask), .name = "umask", .metavar = "MODE",
      .help = "its umask, in octal" },
    CLI_GROUP("User, privileges, namespaces"),
    { CLI_TEXT(struct spawn_args, user), .name = "user", .metavar = "U[:G]",
      .conflicts = "resetids", .complete = CLI_COMPLETE_USER,
      .help = "run as user U and group G (U's own), with U's groups" },
    { CLI_TEXT(struct spawn_args, groups), .name = "groups", .metavar = "LIST|init|none",
      .complete = CLI_COMPLETE_GROUP, .help = "the supplementary groups; init: those of the user" },
    { CLI_CALL(spawn_parse_resetids), .name = "resetids",
      .help = "make the effective ids the real ones" },
    { CLI_CALL(spawn_parse_bounding), .name = "cap-bounding", .metavar = "CAPS",
      .complete = CLI_COMPLETE_CAPABILITY, .conflicts = "cap-iab",
      .help = "keep these capabilities in the bounding set" },
    { CLI_CALL(spawn_parse_inheritable), .name = "cap-inheritable", .metavar = "CAPS",
      .complete = CLI_COMPLETE_CAPABILITY, .conflicts = "cap-iab",
      .help = "the inheritable capabilities" },
    { CLI_CALL(spawn_parse_ambient), .name = "cap-ambient", .metavar = "CAPS",
      .complete = CLI_COMPLETE_CAPABILITY, .conflicts = "cap-iab",
      .help = "the ambient capabilities, which the program has" },
    { CLI_CALL(spawn_parse_iab), .name = "cap-iab", .metavar = "TEXT",
      .help = "all three, as libcap writes them: '!cap_chown,^cap_net_raw'" },
    { CLI_CALL(spawn_parse_no_new_privs), .name = "no-new-privs",
      .help = "no execution gives it privileges" },
    { CLI_CALL(spawn_parse_chroot), .name = "chroot", .metavar = "DIR",
      .complete = CLI_COMPLETE_DIRECTORY, .help = "make DIR its root and working directory" },
    { CLI_CALL(spawn_parse_unshare), .name = "unshare", .metavar = "LIST", .choices = namespaces,
      .complete = CLI_COMPLETE_LIST, .help = "give it namespaces of its own, as a list" },
    { CLI_FLAG(struct spawn_args, map_root), .name = "map-root-user", .conflicts = "user groups",
      .help = "be root in a user namespace of its own" },
    { CLI_CALL(spawn_parse_setns), .name = "setns", .metavar = "[LIST@]PID|PATH",
      .complete = CLI_COMPLETE_PID,
      .help = "join the namespaces of a process, or one that is a file" },
    CLI_OPTIONS_END,
};

static void run(struct cli *cli, const void *data) {
    struct spawn_args args = *(const struct spawn_args *)data;
    if (cli->program || args.mode == SPAWN_DRY_RUN)
        spawn_run_program(cli, &args);
    else if (args.mode != SPAWN_WAIT || args.status || args.timeout)
        cli_usage(cli, NULL, "a program is missing");
    else
        spawn_show_process(cli, &args);
    spawn_args_finish(&args);
}

static const struct spawn_args presets = { .plan = { .exec_fd = -1 },
                                           .exec_fd = -1,
                                           .signo = SIGTERM };

const struct cli_command applet_spawn = {
    .name = "spawn",
    .summary = "run a program, as os.posix_spawn",
    .usage = "[OPTION]... CMD [ARG]...\n[OPTION]...",
    .description = "Without CMD: print the parameters that a process would have.",
    .options = options,
    .fields = spawn_fields,
    .views = spawn_views,
    .field_count = SPAWN_FIELDS,
    .args_size = sizeof(struct spawn_args),
    .presets = &presets,
    .default_format = CLI_FORMAT_TEXT,
    .stop_at_operand = true,
    .runs_program = true,
    .run = run,
};
