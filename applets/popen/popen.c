/* SPDX-License-Identifier: 0BSD
 *
 * osbox popen: a command's output, for scripts.
 *
 * os.popen, os.popen2, os.popen3, os.popen4, os.system, os.forkpty, os.openpty.
 *
 * Deviations: the modes 2 to 4 do not give the command a pipe to read from: it
 * inherits standard input, or reads the file of --input itself.
 */
#include <limits.h>

#include "applets/popen/run.h"
#include "cli/parse.h"

/* ---- options ---- */

static const struct cli_choice modes[] = {
    { "r", POPEN_R, "standard output (the default of raw output)" },
    { "w", POPEN_W, "nothing, as popen with 'w': what osbox is sent, the command reads" },
    { "2", POPEN_2, "standard output, as popen2" },
    { "3", POPEN_3, "standard output and error, as popen3 (the default of records)" },
    { "4", POPEN_4, "both as one stream, as popen4" },
    { "system", POPEN_SYSTEM, "nothing, as system" },
    CLI_CHOICES_END,
};

static const struct cli_choice exit_choices[] = {
    { "wait-eof", POPEN_WAIT_EOF, "read on until all have closed it, as os.popen" },
    { "drain", POPEN_DRAIN, "read what is there" },
    { "close", POPEN_CLOSE, "read no more" },
    { "kill", POPEN_KILL, "kill the command's process group, then read on" },
    CLI_CHOICES_END,
};

static const struct cli_choice kill_choices[] = {
    { "group", 0, "the command's process group" },
    { "child", 1, "the command alone" },
    CLI_CHOICES_END,
};

/* COLUMNSxLINES */
static const char *parse_size(const char *text, struct winsize *size) {
    char columns[16];
    size_t digits = strspn(text, "0123456789");
    int64_t x, y;
    if (digits >= sizeof columns || text[digits] != 'x')
        return "not of the form COLUMNSxLINES";
    memcpy(columns, text, digits);
    columns[digits] = '\0';
    const char *why = cli_parse_int(columns, 1, USHRT_MAX, &x);
    if (!why)
        why = cli_parse_int(text + digits + 1, 1, USHRT_MAX, &y);
    if (!why)
        *size = (struct winsize){ .ws_col = (unsigned short)x, .ws_row = (unsigned short)y };
    return why;
}

/* --pty */
static const char *parse_option(void *data, int which, const char *text) {
    struct popen_args *args = data;
    (void)which;
    args->pty = true;
    args->size = (struct winsize){ 0 };
    return text[0] ? parse_size(text, &args->size) : NULL;
}

enum { CHOICES_MODE = 1, CHOICES_ON_EXIT, CHOICES_KILL };

static const struct cli_choice *const choices[] = {
    [CHOICES_MODE] = modes,
    [CHOICES_ON_EXIT] = exit_choices,
    [CHOICES_KILL] = kill_choices,
};

enum { INCLUDE_TIME };

static const struct cli_option *const includes[] = { [INCLUDE_TIME] = program_time_options };

static const struct cli_option options[] = {
    CLI_GROUP("The command"),
    { CLI_TEXT(struct popen_args, command), .letter = 'c', .name = "command", .metavar = "STRING",
      .help = "run this string with sh, as the operand" },
    { CLI_TEXT(struct popen_args, input), .name = "input", .metavar = "FILE|-",
      .complete = CLI_COMPLETE_FILE,
      .help = "read its standard input from there; '-' (the default) inherits it" },
    { CLI_CALL(0), .name = "pty", .metavar = "COLUMNSxLINES", .optional = true,
      .help = "run it in a terminal of its own, of that size or the current one" },
    CLI_GROUP("What is captured"),
    { CLI_CHOICE(struct popen_args, mode, CHOICES_MODE), .name = "mode", .metavar = "MODE",
      .help = "what of it is captured" },
    { CLI_FLAG(struct popen_args, tee), .name = "tee",
      .help = "capture what passes through, too, or show what is captured (on standard error)" },
    { CLI_FLAG(struct popen_args, events), .name = "events", .conflicts = "tee",
      .help = "print each line as a record when it comes, and the end as the last one" },
    { CLI_SIZE(struct popen_args, limit), .name = "limit", .metavar = "SIZE",
      .help = "keep no more than that of each stream; the rest is read and counted" },
    { CLI_INT_IN(struct popen_args, buffering, -1, INT_MAX), .name = "buffering", .metavar = "N",
      .preset = "-1",
      .help = "pass output on as it comes (-1, 0), by lines (1) or in blocks of N bytes" },
    { CLI_PLACE(struct popen_args, status), .name = "status", .metavar = "FILE|fd:N",
      .help = "write the record there; output passes through" },
    { CLI_FLAG(struct popen_args, progress), .name = "progress",
      .help = "show time and bytes on standard error" },
    CLI_GROUP("Its time"),
    CLI_INCLUDE(struct popen_args, time, struct program_time, INCLUDE_TIME),
    { CLI_CHOICE(struct popen_args, child_only, CHOICES_KILL), .name = "kill", .metavar = "WHOM",
      .preset = "group", .needs = "timeout", .help = "whom the signals are for" },
    { CLI_CHOICE(struct popen_args, on_exit, CHOICES_ON_EXIT), .name = "on-exit", .metavar = "HOW",
      .preset = "wait-eof", .help = "when it has ended, but others hold its output" },
    CLI_OPTIONS_END,
};

static unsigned choose_view(const struct cli_call *call, const void *data) {
    const struct popen_args *args = data;
    (void)call;
    return args->events ? POPEN_VIEW_EVENT : POPEN_VIEW_RESULT;
}

static void run(struct cli *cli, void *data) {
    const struct popen_args *args = data;
    struct popen_plan plan = popen_plan_init();
    int given = (args->command != NULL) + (cli->call.program != NULL) + cli->call.operand_count;
    popen_plan_decide(&plan, cli, args);
    if (args->events && !cli_expect_records(cli, 2))
        return;
    if (given != 1 || (cli->call.program && !cli->call.program[0])) {
        cli_usage(cli, NULL, "takes one command: a string for sh, or '--' and a program");
        return;
    }
    plan.os.deadline = os_deadline(os_child_limit(args->time.timeout));
    if (!program_own_status(cli, &plan.os))
        return;
    bool implied = cli_writer(cli)->format == CLI_FORMAT_RAW || !cli->call.format_given;
    if (plan.records && implied)
        cli_set_format(cli, args->events ? CLI_FORMAT_JSON : CLI_FORMAT_TEXT);
    if (!plan.records || cli_begin(cli))
        popen_capture(cli, args, &plan);
    popen_plan_finish(&plan);
}

static const struct popen_args presets = { .time.signo = SIGTERM,
                                           .buffering = -1,
                                           .limit = UINT64_MAX };

const struct cli_command applet_popen = {
    .name = "popen",
    .summary = "run a command and capture its output, as os.popen",
    .usage = "[OPTION]... 'SHELL COMMAND'\n[OPTION]... -c 'SHELL COMMAND'\n"
             "[OPTION]... -- CMD [ARG]...",
    .options = options,
    .includes = includes,
    .choices = choices,
    .parse = parse_option,
    .choose_view = choose_view,
    .failure_views = 1 << POPEN_VIEW_RESULT | 1 << POPEN_VIEW_EVENT,
    .fields = popen_fields,
    .views = "result event",
    .field_count = POPEN_FIELDS,
    .args_size = sizeof(struct popen_args),
    .presets = &presets,
    .default_format = CLI_FORMAT_RAW,
    .dashes_program = true,
    .runs_program = true,
    .run = run,
};
