/* SPDX-License-Identifier: 0BSD
 *
 * Dispatch on argv[0], and one call of the program: start, parse, run, finish.
 */
#include <signal.h>
#include <unistd.h>

#include "cli/diag.h"
#include "cli/dispatch.h"
#include "cli/help.h"
#include "cli/main.h"
#include "cli/output.h"
#include "cli/parser.h"
#include "cli/records.h"
#include "cli/start.h"

#ifndef OSBOX_VERSION
#error "the build defines OSBOX_VERSION"
#endif

/* Finds the applet that argv[0] names, or else the command that the words after it name. Returns
 * NULL, or the name of one that does not exist. */
static const char *find_command(struct cli *cli) {
    struct cli_call *call = &cli->call;
    const char *name = cli_applet_name(call->argv[0]);
    bool is_root = !call->argv[0][0] || strcmp(name, call->root->name) == 0;
    if (!is_root && !cli_descend(cli, name))
        return name;
    while (call->command->commands && call->argc > 1 && call->argv[1][0] != '-') {
        bool found = cli_descend(cli, call->argv[1]);
        if (!found && call->command != call->root && call->command->run)
            break; /* its verbs are optional */
        call->argv++;
        call->argc--;
        if (!found)
            return call->argv[0];
    }
    return NULL;
}

/* Returns false after a usage error about the selected fields, or after -F help. */
static bool check_fields(struct cli *cli) {
    const struct cli_call *call = &cli->call;
    const char *fields = call->common.fields;
    bool raw = cli_writer(cli)->format == CLI_FORMAT_RAW;
    if (!fields)
        return !raw || cli_check_null(cli);
    bool helps = call->command->fields && strcmp(fields, "help") == 0;
    if (helps && cli_writer(cli)->format == CLI_FORMAT_SH)
        cli_usage(cli, "--fields=help", "cannot be given with -o sh");
    else if (helps)
        cli_help_fields(cli, cli->output->view);
    else if (!call->command->fields)
        cli_usage(cli, "--fields", "the command prints no record");
    else if (raw)
        cli_usage(cli, "--fields", "the format raw has none");
    else
        return true;
    return false;
}

static void refuse_operand(struct cli *cli) {
    const struct cli_call *call = &cli->call;
    if (call->command->commands)
        cli_unknown_command(cli, call->operands[0]); /* only its verbs can stand there */
    else
        cli_usage(cli, call->operands[0], "the command takes no operand");
}

static void call_command(struct cli *cli, void *args) {
    const struct cli_call *call = &cli->call;
    if (!call->command->run)
        cli_usage(cli, NULL, "a command is missing; --help lists them");
    else if (call->command->no_operands && call->operand_count)
        refuse_operand(cli);
    else if (check_fields(cli) && cli_check_rules(cli, args))
        call->command->run(cli, args);
}

/* The args struct of a command. */
struct args {
    _Alignas(max_align_t) unsigned char bytes[CLI_ARGS_MAX];
};

static void init_args(const struct cli_command *command, struct args *args) {
    memset(args->bytes, 0, command->args_size);
    if (command->presets)
        memcpy(args->bytes, command->presets, command->args_size);
}

static void finish_args(const struct cli_command *command, struct args *args) {
    if (command->finish_args)
        command->finish_args(args->bytes);
}

/* An operand may have been meant to be a verb: an option precedes it, or it is misspelt. */
static void guess_verb(struct cli *cli) {
    const struct cli_call call = cli->call;
    if (!call.command->commands || !call.operand_count)
        return;
    cli->call.argv++;
    cli->call.argc = call.operand_count;
    cli_guess_command(cli, call.operands[0]);
    cli->output->verb = cli->call.command == call.command ? NULL : cli->call.command;
    cli->call = call;
}

static void run_command(struct cli *cli) {
    const struct cli_command *command = cli->call.command;
    const struct cli_common *common = &cli->call.common;
    struct args args;
    init_args(command, &args);
    bool parsed = cli_parse_options(cli, args.bytes);
    guess_verb(cli);
    cli->output->view = cli_view(&cli->call, args.bytes);
    if (parsed && common->help)
        cli_help(cli);
    else if (parsed && common->version)
        cli_write_str(cli, "osbox " OSBOX_VERSION "\n");
    else if (parsed && common->describe)
        cli_describe(cli);
    else if (parsed)
        call_command(cli, args.bytes);
    finish_args(command, &args);
}

/* Reads the arguments of a call that is refused whatever they are. What they say of the format and
 * the place of the report is obeyed, so that a script which evaluates it notices. */
static void scan_arguments(struct cli *cli) {
    const struct cli_command *command = cli->call.command;
    struct args args;
    init_args(command, &args);
    cli_scan_options(cli, args.bytes);
    finish_args(command, &args);
    cli->call.program = NULL;
}

static void refuse_command(struct cli *cli, const char *name) {
    const struct cli_command *above = cli->call.command;
    cli_guess_command(cli, name);
    scan_arguments(cli);
    cli->call.command = above;
    cli_unknown_command(cli, name);
}

/* Before anything is known of the call. */
static void scan_call(struct cli *cli) {
    struct cli_call *call = &cli->call;
    if (call->argc < 1 || !call->argv[0])
        return;
    const char *unknown = find_command(cli);
    if (unknown)
        cli_guess_command(cli, unknown);
    scan_arguments(cli);
    cli_descend(cli, NULL);
}

static bool run_personality(struct cli *cli) {
    const char *name = cli_applet_name(cli->call.argv[0]);
    const struct cli_command *const *p = cli->call.root->personalities;
    while (p && *p && strcmp((*p)->name, name) != 0)
        p++;
    if (!p || !*p)
        return false;
    cli_set_label(cli, name);
    cli->call.command = *p;
    cli_redirect(cli, STDOUT_FILENO, NULL);
    (*p)->run(cli, NULL);
    return true;
}

static void dispatch(struct cli *cli) {
    const struct cli_call *call = &cli->call;
    const char *unknown;
    if (run_personality(cli))
        return;
    /* Called by the completion scripts; not an option, because its words may look like options. */
    if (call->argc > 3 && strcmp(call->argv[1], "--complete") == 0)
        cli_complete(cli, call->argv + 2, call->argc - 2);
    else if ((unknown = find_command(cli)))
        refuse_command(cli, unknown);
    else
        run_command(cli);
}

static void start(struct cli *cli) {
    const struct cli_call *call = &cli->call;
    if (cli_is_privileged()) {
        scan_call(cli);
        cli_complain(cli, CLI_EX_NOPERM, NULL,
                     "refuses to run from a set-id binary or one with file capabilities");
    } else if (call->argc < 1 || !call->argv[0] || !call->argv[0][0]) {
        scan_call(cli);
        cli_usage(cli, NULL, "the program's name (argv[0]) is empty");
    } else {
        dispatch(cli);
    }
}

/* Completes the output, checks that all of it arrived, and returns the exit status: the only way to
 * exit 0. */
static int finish(struct cli *cli) {
    struct cli_output *o = cli->output;
    cli_output_complete(cli);
    cli_output_close(o);
    if (o->error && !cli_ends_quietly(cli, o->error)) {
        struct base_error lost;
        base_fail(&lost, o->error, "write", o->name);
        lost.fd = o->name ? -1 : o->fd;
        cli_diagnose(cli, &lost);
        cli->outcome.status = CLI_EX_IOERR;
    }
    return cli->outcome.status;
}

/* A shell that is interrupted ends its script only if the program died of the signal, too. Returns
 * as process 1, which the kernel does not end by a signal of its own. */
static void die(int signo, bool group) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signo);
    sigaction(signo, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
    if (group)
        kill(0, signo);
    else
        (void)raise(signo);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

int cli_main(const struct cli_command *root, int argc, char **argv) {
    struct cli_output output;
    struct cli cli = { .call = { .root = root, .argv = argv, .argc = argc }, .output = &output };
    memset(&output, 0, offsetof(struct cli_output, room));
    cli_output_init(&output);
    cli.call.common.sh_prefix = "os_";
    cli.call.closed = cli_open_standard();
    cli_descend(&cli, NULL);
    start(&cli);
    int status = finish(&cli);
    cli_output_finish(&output);
    if (!cli.outcome.signal)
        return status;
    die(cli.outcome.signal, cli.outcome.signals_group);
    return CLI_EX_SIGNALLED + cli.outcome.signal;
}
