/* SPDX-License-Identifier: 0BSD
 *
 * osbox waitid: wait for any process and print how it ended.
 *
 * os.waitid, os.wait, os.wait3, os.wait4, os.waitpid, os.pidfd_open, os.kill,
 * os.killpg; W* and os.waitstatus_to_exitcode in decode.c.
 *
 * Deviations: a process need not be our child. All processes are waited for,
 * not only the first one that ends. WEXITED is implied. Resource usage is
 * unavailable for a process that another process reaps.
 */
#include <limits.h>

#include "applets/waitid/run.h"
#include "cli/parse.h"
#include "cli/signal.h"

/* ---- options ---- */

/* --signal: 0 is valid, it only checks the permission. */
static const char *parse_option(void *args, int which, const char *text) {
    (void)which;
    return cli_parse_signal(text, true, &((struct waitid_args *)args)->signo);
}

static const struct cli_choice exit_choices[] = {
    { "target", WAITID_EXIT_TARGET, "that of the process, 128 and more for a signal" },
    { "first-failure", WAITID_EXIT_FIRST_FAILURE, "the first that is not 0" },
    { "none", WAITID_EXIT_NONE, "0, however they ended" },
    CLI_CHOICES_END,
};

enum { CHOICES_EXIT = 1 };

static const struct cli_choice *const choices[] = { [CHOICES_EXIT] = exit_choices };

static const struct cli_option options[] = {
    CLI_GROUP("What to wait for"),
    { CLI_FLAG(struct waitid_args, all), .name = "all", .conflicts = "pgid pidfd subreaper signal",
      .help = "every child of ours, when a shell has become this command by exec" },
    { CLI_INT_IN(struct waitid_args, pgid, 0, INT_MAX), .name = "pgid", .metavar = "N",
      .conflicts = "pidfd subreaper",
      .help = "every child of ours in the process group N (0: in our own)" },
    { CLI_FD(struct waitid_args, pidfd), .name = "pidfd", .metavar = "N", .conflicts = "subreaper",
      .help = "the process of the open pidfd N" },
    { CLI_FLAG(struct waitid_args, subreaper), .name = "subreaper", .conflicts = "signal",
      .help = "with -- CMD: every descendant that is left to us" },
    CLI_GROUP("Which changes"),
    { CLI_FLAG(struct waitid_args, stopped), .name = "stopped",
      .help = "tell also when a child of ours is stopped" },
    { CLI_FLAG(struct waitid_args, continued), .name = "continued",
      .help = "tell also when a child of ours goes on" },
    { CLI_FLAG(struct waitid_args, peek), .name = "peek",
      .help = "leave children of ours to be waited for (WNOWAIT)" },
    CLI_GROUP("How long"),
    { CLI_FLAG(struct waitid_args, nohang), .name = "nohang", .conflicts = "timeout",
      .help = "do not wait: print what is known now, or nothing" },
    { CLI_TIME(struct waitid_args, timeout), .name = "timeout", .metavar = "T",
      .help = "wait no longer than T (0: not at all); status 124" },
    { CLI_SET(struct waitid_args, count, 1), .name = "any", .conflicts = "count",
      .help = "end after the first record" },
    { CLI_INT_IN(struct waitid_args, count, 1, INT_MAX), .name = "count", .metavar = "N",
      .help = "end after N records" },
    CLI_GROUP("What to do"),
    { CLI_CALL(0), .name = "signal", .metavar = "SIG", .complete = CLI_COMPLETE_SIGNAL,
      .help = "send them SIG first (0: only ask whether it is allowed)" },
    { CLI_TIME(struct waitid_args, kill_after), .name = "kill-after", .metavar = "T",
      .needs = "signal", .conflicts = "nohang",
      .help = "send SIGKILL to those that are there after T" },
    { CLI_CHOICE(struct waitid_args, exit_with, CHOICES_EXIT), .name = "exit-with",
      .metavar = "WHAT", .help = "which exit status to take (default: none; target after --)" },
    CLI_OPTIONS_END,
};

/* ---- fields ---- */

static const struct cli_field fields[] = {
    WAIT_ROWS(WAITID_WAIT, 1, 0, 0, 0),
    START_ROWS(WAITID_START, 1),
    [WAITID_VIA] = WAIT_FIELD(1, "via", CLI_ENUM, "who told: waitid, pidfd_info or procstat"),
    [WAITID_REASON] = WAIT_FIELD(1, "reason", CLI_ENUM,
                                 "why nothing is known: timeout, unreaped, kernel or namespace"),
    [WAITID_PIDFD_INO] = WAIT_MORE(1, "pidfd_ino", CLI_UINT, "the INODE that no other process has"),
    [WAITID_PPID] = WAIT_MORE(1, "ppid", CLI_INT, "its parent, when it was last seen"),
    [WAITID_CGROUPID] = WAIT_MORE(1, "cgroupid", CLI_UINT, "its cgroup, when it was last seen"),
};

/* ---- what the options must satisfy together ---- */

static bool is_set(const struct waitid_args *args) {
    return args->all || args->pgid >= 0;
}

static bool is_chosen(const struct waitid_args *args) {
    return is_set(args) || args->pidfd >= 0;
}

static bool has_processes_and_program(const struct cli_call *call, const void *data) {
    const struct waitid_args *args = data;
    return call->program && (is_chosen(args) || call->operand_count);
}

static bool signals_program(const struct cli_call *call, const void *data) {
    const struct waitid_args *args = data;
    return call->program && args->signo >= 0;
}

static bool has_subreaper_alone(const struct cli_call *call, const void *data) {
    const struct waitid_args *args = data;
    return !call->program && args->subreaper;
}

static bool has_pids_and_choice(const struct cli_call *call, const void *data) {
    const struct waitid_args *args = data;
    return is_chosen(args) && call->operand_count;
}

static bool has_nothing(const struct cli_call *call, const void *data) {
    const struct waitid_args *args = data;
    return !is_chosen(args) && !call->operand_count && !call->program;
}

static bool signals_every_process(const struct cli_call *call, const void *data) {
    const struct waitid_args *args = data;
    (void)call;
    return args->signo >= 0 && args->pgid == 1;
}

static bool has_several_targets(const struct cli_call *call, const void *data) {
    const struct waitid_args *args = data;
    return args->exit_with == WAITID_EXIT_TARGET && (is_set(args) || call->operand_count > 1) &&
           args->count > 1;
}

static bool peeks_again(const struct cli_call *call, const void *data) {
    const struct waitid_args *args = data;
    (void)call;
    return args->peek && (is_set(args) || args->subreaper) && args->count > 1;
}

static const struct cli_rule rules[] = {
    { program_is_missing, NULL, "a command is missing behind --" },
    { has_processes_and_program, NULL,
      "a command behind -- goes with no PID, --all, --pgid or --pidfd" },
    { signals_program, NULL,
      "--signal is for processes that run; osbox spawn --timeout ends a command" },
    { has_subreaper_alone, NULL, "--subreaper goes with -- CMD" },
    { has_pids_and_choice, NULL, "no PID goes with --all, --pgid and --pidfd" },
    { has_nothing, NULL, "a PID is missing; --all is for every child of ours" },
    { signals_every_process, NULL,
      "--signal is for no group 1: kill(2) would send it to every process" },
    { has_several_targets, NULL,
      "--exit-with=target is for one process; with --any it is the first" },
    { peeks_again, NULL, "--peek would find the same child again and again; it goes with --any" },
    { NULL, NULL, NULL },
};

/* ---- run ---- */

/* Returns the maximum number of records; 2 means many. */
static size_t max_records(const struct cli *cli, const struct waitid_args *args) {
    if (args->count == 1)
        return 1;
    bool is_set = args->all || args->pgid >= 0 || args->subreaper;
    return is_set || waitid_reports_stops(args) || cli->call.operand_count > 1 ? 2 : 1;
}

static void run(struct cli *cli, void *data) {
    const struct waitid_args *args = data;
    struct waitid_run w = { .cli = cli, .args = args };
    if (!cli_begin(cli) || !cli_expect_records(cli, max_records(cli, args)))
        return;
    if (cli->call.program) { /* it inherits the action of SIGCHLD */
        waitid_program(&w);
        return;
    }
    os_keep_children();
    if (args->all || args->pgid >= 0)
        waitid_children(&w);
    else if (args->pidfd >= 0)
        waitid_pidfd(&w);
    else
        waitid_processes(&w);
}

static const struct waitid_args presets = {
    .pgid = -1, .pidfd = -1, .timeout = -1, .signo = -1, .kill_after = -1, .count = INT_MAX
};

static const struct cli_command *const verbs[] = { &applet_waitid_decode, NULL };

const struct cli_command applet_waitid = {
    .never = CLI_NEVER(CLI_EX_DATAERR) | CLI_NEVER(CLI_EX_NOUSER) | CLI_NEVER(CLI_EX_CANTCREAT),
    .name = "waitid",
    .summary = "wait for processes and print how they ended, as os.waitid",
    .usage = "[OPTION]... PID[:INODE]...\n[OPTION]... {--all | --pgid=N | --pidfd=N}\n"
             "[OPTION]... [--subreaper] -- CMD [ARG]...",
    .options = options,
    .rules = rules,
    .choices = choices,
    .parse = parse_option,
    .fields = fields,
    .views = "wait",
    .commands = verbs,
    .args_size = sizeof(struct waitid_args),
    .presets = &presets,
    .field_count = WAITID_FIELDS,
    .default_format = CLI_FORMAT_TEXT,
    .operands = CLI_COMPLETE_PID,
    .dashes_program = true,
    .run = run,
};
