/* SPDX-License-Identifier: 0BSD
 *
 * osbox popen: a command's output, for scripts.
 *
 * os.popen, os.popen2, os.popen3, os.popen4, os.system, os.forkpty, os.openpty.
 *
 * Deviations: without --input, the modes 2 to 4 give the command an empty input
 * (and so do not eat that of a loop around them). With --input the command reads
 * the file itself: there is no pipe between.
 */
#include <fcntl.h>
#include <limits.h>
#include <termios.h>
#include <unistd.h>

#include "applets/popen/popen.h"
#include "base/io.h"
#include "cli/parse.h"

/* ---- options ---- */

static const struct cli_choice modes[] = {
    { "r", POPEN_R, "standard output is captured (the default of raw output)" },
    { "w", POPEN_W, "standard input is what osbox's is; nothing is captured" },
    { "2", POPEN_2, "as popen2: input and output" },
    { "3", POPEN_3, "as popen3: input, output and errors apart (the default of records)" },
    { "4", POPEN_4, "as popen4: input, and output and errors as one" },
    { "system", POPEN_SYSTEM, "nothing is captured" },
    { NULL, 0, NULL },
};

static const struct cli_choice exit_choices[] = {
    { "wait-eof", POPEN_WAIT_EOF, "read on until all have closed it, as os.popen" },
    { "drain", POPEN_DRAIN, "read what is there" },
    { "close", POPEN_CLOSE, "read no more" },
    { "kill", POPEN_KILL, "kill the command's process group, then read on" },
    { NULL, 0, NULL },
};

static const struct cli_choice kill_choices[] = {
    { "group", 0, "the command's process group" },
    { "child", 1, "the command alone" },
    { NULL, 0, NULL },
};

static const char *parse_buffering(struct cli *cli, void *data, const char *text) {
    (void)cli;
    struct popen_args *args = data;
    int64_t value;
    const char *why = cli_parse_int(text, -1, INT_MAX, &value);
    if (!why)
        args->buffering = (int)value;
    return why;
}

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

static const char *parse_pty(struct cli *cli, void *data, const char *text) {
    (void)cli;
    struct popen_args *args = data;
    args->pty = true;
    args->size = (struct winsize){ 0 };
    return text[0] ? parse_size(text, &args->size) : NULL;
}

static const struct cli_option options[] = {
    CLI_GROUP("The command"),
    { CLI_TEXT(struct popen_args, command), .letter = 'c', .name = "command", .metavar = "STRING",
      .help = "run this string with sh, as the operand" },
    { CLI_TEXT(struct popen_args, input), .name = "input", .metavar = "FILE",
      .complete = CLI_COMPLETE_FILE,
      .help = "its standard input: a file, or '-' for that of osbox" },
    { CLI_CALL(parse_pty), .name = "pty", .metavar = "COLUMNSxLINES", .optional = true,
      .help = "run it in a terminal of its own, of that size or the current one" },
    CLI_GROUP("What is captured"),
    { CLI_CHOICE(struct popen_args, mode, modes), .name = "mode", .metavar = "MODE",
      .help = "what of it is captured" },
    { CLI_FLAG(struct popen_args, tee), .name = "tee",
      .help = "capture what passes through, too, or show what is captured (on standard error)" },
    { CLI_FLAG(struct popen_args, events), .name = "events", .conflicts = "tee",
      .help = "print each line as a record when it comes, and the end as the last one" },
    { CLI_SIZE(struct popen_args, limit), .name = "limit", .metavar = "SIZE",
      .help = "keep no more than that of each stream; the rest is read and counted" },
    { CLI_CALL(parse_buffering), .name = "buffering", .metavar = "N", .preset = "-1",
      .help = "pass output on as it comes (-1, 0), by lines (1) or in blocks of N bytes" },
    { CLI_TEXT(struct popen_args, status), .name = "status", .metavar = "FILE|fd:N",
      .complete = CLI_COMPLETE_FILE, .help = "write the record there; output passes through" },
    { CLI_FLAG(struct popen_args, progress), .name = "progress",
      .help = "show time and bytes on standard error" },
    CLI_GROUP("Its time"),
    { CLI_TIME(struct popen_args, timeout), .name = "timeout", .metavar = "T",
      .help = "send it a signal after that time; the status is 124" },
    { CLI_SIGNAL(struct popen_args, signo), .name = "signal", .metavar = "SIG", .preset = "TERM",
      .needs = "timeout", .help = "the signal of --timeout" },
    { CLI_TIME(struct popen_args, kill_after), .name = "kill-after", .metavar = "T",
      .needs = "timeout", .help = "and SIGKILL that time later; the status is 137" },
    { CLI_CHOICE(struct popen_args, child_only, kill_choices), .name = "kill", .metavar = "WHOM",
      .preset = "group", .needs = "timeout", .help = "whom the signals are for" },
    { CLI_CHOICE(struct popen_args, on_exit, exit_choices), .name = "on-exit", .metavar = "HOW",
      .preset = "wait-eof", .help = "when it has ended, but others hold its output" },
    CLI_OPTIONS_END,
};

/* ---- what is asked for ---- */

/* A run, as the options together mean it. */
struct plan {
    struct os_plan os;
    bool to_stdout; /* the record goes there */
    bool records;
    bool captures;
    bool passes; /* output passes on */
    enum popen_mode mode;
    struct buf pty_name;
    int pty;     /* our side of the terminal; -1: none */
    int ends[2]; /* our ends of the pipes of stdout and stderr; -1: none */
    int child_ends[2];
    char *argv[5];
};

static void decide(struct plan *plan, const struct cli *cli, const struct popen_args *args) {
    bool raw = cli->writer.format == CLI_FORMAT_RAW && !args->events;
    plan->to_stdout = !args->status && !raw;
    plan->records = args->status || !raw;
    plan->captures = (plan->to_stdout && !args->events) || args->tee;
    plan->passes = !plan->to_stdout || args->tee;
    plan->mode = (enum popen_mode)args->mode;
    if (plan->mode == POPEN_DEFAULT)
        plan->mode = plan->captures || args->events ? POPEN_3 : POPEN_R;
}

static bool pipes_stdout(const struct plan *plan) {
    return plan->mode != POPEN_W && plan->mode != POPEN_SYSTEM;
}

enum { PIPE_ROOM = 1 << 20 };

static int make_pipe(struct plan *plan, int which, struct base_error *e) {
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) < 0)
        return base_fail(e, errno, "pipe2", NULL);
    plan->ends[which] = fds[0];
    plan->child_ends[which] = fds[1];
    /* Fewer turns for much output; where a user has too much in pipes, it stays as it is. */
    (void)fcntl(fds[1], F_SETPIPE_SZ, PIPE_ROOM);
    os_plan_add(&plan->os, (struct os_step){ .kind = OS_STEP_DUP2,
                                             .dup2 = { fds[1], STDOUT_FILENO + which },
                                             .object = which ? "stderr" : "stdout" });
    if (which == 0 && plan->mode == POPEN_4)
        os_plan_add(&plan->os, (struct os_step){ .kind = OS_STEP_DUP2,
                                                 .dup2 = { fds[1], STDERR_FILENO },
                                                 .object = "stderr" });
    return 0;
}

static void add_open(struct plan *plan, int fd, int flags, const char *path) {
    os_plan_add(&plan->os,
                (struct os_step){ .kind = OS_STEP_OPEN, .open = { fd, flags, 0 }, .object = path });
}

/* The file that the command's input is; NULL: what osbox's is. */
static const char *input_path(const struct plan *plan, const struct popen_args *args) {
    bool own = plan->mode == POPEN_R || plan->mode == POPEN_W || plan->mode == POPEN_SYSTEM;
    if (args->input)
        return strcmp(args->input, "-") == 0 ? NULL : args->input;
    return own ? NULL : "/dev/null";
}

static void add_input(struct plan *plan, const struct popen_args *args) {
    const char *path = input_path(plan, args);
    if (path)
        add_open(plan, STDIN_FILENO, O_RDONLY, path);
}

/* The command leads a session whose terminal is the one it opens (login_tty(3)). */
static int add_terminal(struct plan *plan, const struct popen_args *args, struct base_error *e) {
    plan->pty = os_pty_open(args->size.ws_col ? &args->size : NULL, &plan->pty_name, e);
    if (plan->pty < 0)
        return plan->pty;
    fcntl(plan->pty, F_SETFL, O_RDWR | O_NONBLOCK);
    os_plan_add(&plan->os, (struct os_step){ .kind = OS_STEP_SETSID });
    add_open(plan, STDIN_FILENO, O_RDWR, plan->pty_name.data);
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
        os_plan_add(&plan->os, (struct os_step){ .kind = OS_STEP_DUP2,
                                                 .dup2 = { STDIN_FILENO, fd },
                                                 .object = plan->pty_name.data });
    return 0;
}

static int add_pipes(struct plan *plan, const struct popen_args *args, struct base_error *e) {
    int r = 0;
    add_input(plan, args);
    if (pipes_stdout(plan))
        r = make_pipe(plan, 0, e);
    if (r == 0 && plan->mode == POPEN_3)
        r = make_pipe(plan, 1, e);
    return r;
}

/* What it runs: the program behind "--", or sh with the string. */
static void add_program(struct plan *plan, const struct cli *cli, const struct popen_args *args) {
    static char shell[] = "/bin/sh", option[] = "-c", end[] = "--";
    const char *command = args->command ? args->command : cli->operands[0];
    plan->argv[0] = shell;
    plan->argv[1] = option;
    plan->argv[2] = end; /* a command may begin with '-' */
    plan->argv[3] = (char *)(uintptr_t)command;
    program_name(cli, &plan->os, cli->program ? cli->program : plan->argv);
}

/* A process group of its own, where one is signalled: unless it has a session of its own. */
static bool needs_group(const struct popen_args *args) {
    return (args->timeout && !args->child_only) || args->on_exit == POPEN_KILL;
}

static int prepare(struct plan *plan, const struct cli *cli, const struct popen_args *args,
                   struct base_error *e) {
    add_program(plan, cli, args);
    int r = args->pty ? add_terminal(plan, args, e) : add_pipes(plan, args, e);
    if (r < 0)
        return r;
    if (needs_group(args) && !args->pty)
        os_plan_add(&plan->os, (struct os_step){ .kind = OS_STEP_SETPGID, .object = "0" });
    return os_plan_prepare(&plan->os, e);
}

/* ---- running it ---- */

static void close_fd(int *fd) {
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void add_stream(struct popen_run *p, const struct plan *plan, const char *name, int fd,
                       int out) {
    struct popen_stream *s = &p->streams[p->count++];
    popen_stream_open(s, name, fd, plan->passes ? out : -1, p->args);
    s->captured = plan->captures;
    s->events = p->args->events;
    s->terminal = plan->pty >= 0;
    s->splices = s->out >= 0 && !s->captured && !s->events && !s->terminal && s->buffering <= 0;
}

static void add_streams(struct popen_run *p, struct plan *plan) {
    /* With --tee the record has standard output. */
    int out = plan->to_stdout ? STDERR_FILENO : STDOUT_FILENO;
    if (plan->pty >= 0)
        add_stream(p, plan, "stdout", plan->pty, out);
    if (plan->ends[0] >= 0)
        add_stream(p, plan, "stdout", plan->ends[0], out);
    if (plan->ends[1] >= 0)
        add_stream(p, plan, "stderr", plan->ends[1], STDERR_FILENO);
    plan->ends[0] = plan->ends[1] = -1;
}

/* What is typed into the terminal: --input, or else what is typed to osbox where that makes sense.
 */
static int open_input(struct popen_run *p, const struct plan *plan, struct base_error *e) {
    const char *path = input_path(plan, p->args);
    p->input = (struct popen_input){ .fd = -1, .terminal = plan->pty };
    if (plan->pty < 0)
        return 0;
    if (!path && p->cli->closed & 1U << STDIN_FILENO)
        path = "/dev/null";
    p->input.fd = path ? base_open(AT_FDCWD, path, O_RDONLY) : STDIN_FILENO;
    return p->input.fd < 0 ? base_fail(e, -p->input.fd, "open", path) : 0;
}

/* A terminal's keys go to the command's terminal as they are. */
static bool make_raw(const struct popen_run *p, struct termios *before) {
    if (p->input.fd != STDIN_FILENO || p->input.terminal < 0 || tcgetattr(STDIN_FILENO, before) < 0)
        return false;
    struct termios raw = *before;
    cfmakeraw(&raw);
    return tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

static int move(struct popen_run *p, struct base_error *e) {
    struct termios before;
    bool raw = make_raw(p, &before);
    int r = popen_loop(p, e);
    if (raw)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
    for (unsigned i = 0; i < p->count; i++)
        popen_stream_close(&p->streams[i]);
    os_child_finish(&p->child);
    return r;
}

/* Output that did not arrive; a reader that has gone is what SIGPIPE says, where it is not ignored.
 */
static void report_lost(struct popen_run *p) {
    if (p->cli->output.error == EPIPE)
        cli_lose_reader(p->cli);
    for (unsigned i = 0; i < p->count; i++) {
        const struct popen_stream *s = &p->streams[i];
        if (!s->lost)
            continue;
        if (s->lost == EPIPE)
            (void)raise(SIGPIPE);
        cli_report_lost(p->cli, popen_is_stderr(s) ? STDERR_FILENO : STDOUT_FILENO, s->lost);
    }
}

/* What was typed into the terminal may not have been all. */
static void report_input(struct popen_run *p) {
    struct base_error e;
    if (!p->input.lost)
        return;
    base_fail(&e, p->input.lost, "read", p->args->input);
    if (!p->args->input)
        e.fd = STDIN_FILENO;
    cli_report_as(p->cli, CLI_EX_IOERR, &e);
}

/* Where no record says it. */
static void note_writers(struct popen_run *p, const struct plan *plan) {
    for (unsigned i = 0; i < p->count && !plan->records; i++)
        if (p->streams[i].leaked)
            cli_note(p->cli, popen_is_stderr(&p->streams[i])
                                 ? "somebody still holds its standard error"
                                 : "somebody still holds its standard output");
}

static void report_failure(struct popen_run *p, const struct plan *plan,
                           const struct base_error *e) {
    struct cli_value values[POPEN_FIELDS] = { 0 };
    program_fail(p->cli, e, values + POPEN_WHY);
    if (plan->records && !p->args->events)
        cli_emit(p->cli, values);
}

static void run_plan(struct cli *cli, const struct popen_args *args, struct plan *plan) {
    struct base_error e;
    struct popen_run p = { .cli = cli,
                           .args = args,
                           .child = { .group = needs_group(args),
                                      .timeout = os_child_limit(args->timeout),
                                      .kill_after = os_child_limit(args->kill_after),
                                      .signo = args->signo } };
    int r = prepare(plan, cli, args, &e);
    if (r == 0)
        r = open_input(&p, plan, &e);
    if (r == 0)
        r = os_child_start(&p.child, &plan->os, &e);
    close_fd(&plan->child_ends[0]);
    close_fd(&plan->child_ends[1]);
    if (r < 0) {
        report_failure(&p, plan, &e);
        return;
    }
    cli->program_ran = true;
    add_streams(&p, plan);
    popen_stream_open(&p.events, "events", -1, cli->output.fd, args);
    p.events.buffering = 0;
    r = move(&p, &e);
    report_input(&p);
    note_writers(&p, plan);
    if (r < 0)
        cli_report(cli, &e);
    else if (plan->records)
        popen_emit_result(&p);
    if (r == 0 && (!plan->to_stdout || args->events))
        program_answer(cli, &p.child);
    report_lost(&p);
    for (unsigned i = 0; i < p.count; i++)
        popen_stream_finish(&p.streams[i]);
    popen_stream_finish(&p.events);
    buf_finish(&p.input.pending);
}

static void run(struct cli *cli, const void *data) {
    const struct popen_args *args = data;
    struct plan plan = {
        .os = os_plan_init(), .pty = -1, .ends = { -1, -1 }, .child_ends = { -1, -1 }
    };
    int given = (args->command != NULL) + (cli->program != NULL) + cli->operand_count;
    decide(&plan, cli, args);
    unsigned view = args->events ? POPEN_VIEW_EVENT : POPEN_VIEW_RESULT;
    if (cli->common.fields && strcmp(cli->common.fields, "help") == 0) {
        cli_begin(cli, view);
        return;
    }
    if (args->events && !cli_expect_records(cli, 2))
        return;
    if (given != 1 || (cli->program && !cli->program[0])) {
        cli_usage(cli, NULL, "takes one command: a string for sh, or '--' and a program");
        return;
    }
    int fd = program_open_status(cli, &plan.os, args->status);
    if (fd < -1)
        return;
    if (fd >= 0)
        cli_redirect(cli, fd, args->status);
    bool implied = cli->writer.format == CLI_FORMAT_RAW || cli->format_implied;
    if (plan.records && implied)
        cli_set_format(cli, args->events ? CLI_FORMAT_JSON : CLI_FORMAT_TEXT);
    cli->record_tells_error = true;
    if (!plan.records || cli_begin(cli, view))
        run_plan(cli, args, &plan);
    close_fd(&plan.ends[0]);
    close_fd(&plan.ends[1]);
    buf_finish(&plan.pty_name);
    os_plan_finish(&plan.os);
}

static const struct popen_args presets = { .signo = SIGTERM, .buffering = -1, .limit = UINT64_MAX };

const struct cli_command applet_popen = {
    .name = "popen",
    .summary = "run a command and capture its output, as os.popen",
    .usage = "[OPTION]... 'SHELL COMMAND'\n[OPTION]... -c 'SHELL COMMAND'\n"
             "[OPTION]... -- CMD [ARG]...",
    .options = options,
    .fields = popen_fields,
    .views = popen_views,
    .field_count = POPEN_FIELDS,
    .args_size = sizeof(struct popen_args),
    .presets = &presets,
    .default_format = CLI_FORMAT_RAW,
    .dashes_program = true,
    .runs_program = true,
    .run = run,
};
