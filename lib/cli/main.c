/* SPDX-License-Identifier: 0BSD
 *
 * Dispatch on argv[0], and the course of a run: start, parse, run, finish.
 */
#include <signal.h>
#include <unistd.h>

#include "base/io.h"
#include "cli/help.h"
#include "cli/main.h"
#include "cli/nearest.h"
#include "cli/start.h"

enum { UNDECIDED = -1 }; /* no enum cli_format_id */

#ifndef OSBOX_VERSION
#error "the build defines OSBOX_VERSION"
#endif

const char *cli_applet_name(const char *program) {
    const char *slash = strrchr(program, '/');
    const char *name = slash ? slash + 1 : program;
    if (name[0] == '-')
        name++;
    if (strncmp(name, "osbox-", 6) == 0)
        name += 6;
    return name;
}

const struct cli_command *cli_find_command(const struct cli_command *above, const char *name) {
    for (const struct cli_command *const *below = above->commands; below && *below; below++)
        if (strcmp((*below)->name, name) == 0)
            return *below;
    return NULL;
}

/* "stat", "xattr get": the root's own name is shown for itself alone. */
static void add_label(struct cli *cli, const char *name) {
    size_t at = cli->command == cli->root ? 0 : strlen(cli->label);
    size_t size = strlen(name);
    if (at && at + 1 < sizeof cli->label)
        cli->label[at++] = ' ';
    if (size >= sizeof cli->label - at)
        size = sizeof cli->label - at - 1;
    memcpy(cli->label + at, name, size);
    cli->label[at + size] = '\0';
}

bool cli_descend(struct cli *cli, const char *name) {
    const struct cli_command *below = name ? cli_find_command(cli->command, name) : cli->root;
    if (!name)
        cli->command = cli->root;
    if (!below)
        return false;
    add_label(cli, below->name);
    cli->command = below;
    return true;
}

void cli_unknown_command(struct cli *cli, const char *name) {
    struct cli_nearest near = { .word = name, .size = strlen(name) };
    const struct cli_command *const *below = cli->command->commands;
    for (; below && *below; below++)
        cli_nearest_try(&near, (*below)->name);
    struct buf message = { 0 };
    buf_add_str(&message, cli->command == cli->root ? "no such applet; " : "no such command; ");
    if (near.name) {
        buf_add_str(&message, "did you mean '");
        buf_add_str(&message, near.name);
        buf_add_str(&message, "'?");
    } else {
        buf_add_str(&message,
                    cli->command == cli->root ? "'osbox --list' lists them" : "--help lists them");
    }
    cli_usage(cli, name, buf_cstr(&message));
    if (cli->command == cli->root)
        cli->status = CLI_EX_NOTFOUND;
    buf_finish(&message);
}

/* The command is the applet that argv[0] names, or else what the words after it name. */
static bool find_command(struct cli *cli) {
    const char *name = cli_applet_name(cli->argv[0]);
    if (strcmp(name, cli->root->name) != 0 && !cli_descend(cli, name)) {
        cli_unknown_command(cli, name);
        return false;
    }
    while (cli->command->commands && cli->argc > 1 && cli->argv[1][0] != '-') {
        if (!cli_descend(cli, cli->argv[1])) {
            if (cli->command != cli->root && cli->command->run)
                break; /* its verbs are optional */
            cli_unknown_command(cli, cli->argv[1]);
            return false;
        }
        cli->argv++;
        cli->argc--;
    }
    return true;
}

/* A report of a usage error has to know the format, whether or not fields were chosen; a script
 * that evaluates the output loses every variable that the command could have set. */
static void prepare_failure(struct cli *cli) {
    cli->writer.fields = cli->command->fields;
    for (unsigned i = 0; i < cli->command->field_count; i++)
        cli->writer.selection[cli->writer.selected++] = (uint8_t)i;
}

static void run_command(struct cli *cli) {
    const struct cli_command *command = cli->command;
    if (command->presets)
        memcpy(cli->args, command->presets, command->args_size);
    cli->common.format = UNDECIDED;
    bool parsed = cli_parse_options(cli, cli->args);
    if (cli->common.format == UNDECIDED) {
        cli->common.format = command->default_format;
        cli->text_errors = true;
        cli->format_implied = cli->common.format == CLI_FORMAT_RAW && cli->common.fields;
    }
    if (cli->format_implied)
        cli->common.format = CLI_FORMAT_TEXT; /* fields are a record's */
    cli->writer.format = (enum cli_format_id)cli->common.format;
    cli->writer.json_bytes = (enum cli_json_bytes)cli->common.json_bytes;
    cli->writer.json_int64_strings = cli->common.json_int64;
    cli->writer.sh_prefix = cli->common.sh_prefix;
    cli->writer.null = cli->common.null;
    cli_redirect(cli, STDOUT_FILENO, NULL);
    if (!parsed)
        prepare_failure(cli);
    else if (cli->common.help)
        cli_help(cli);
    else if (cli->common.version)
        buf_add_str(&cli->output.bytes, "osbox " OSBOX_VERSION "\n");
    else if (cli->common.describe)
        cli_describe(cli);
    else if (!command->run)
        cli_usage(cli, NULL, "a command is missing; --help lists them");
    else if (command->no_operands && cli->operand_count)
        cli_usage(cli, cli->operands[0], "the command takes no operand");
    else if (cli->common.fields && !command->fields)
        cli_usage(cli, "--fields", "the command prints no record");
    else if (cli->common.fields && cli->common.format == CLI_FORMAT_RAW)
        cli_usage(cli, "--fields", "the format raw has none");
    else if (cli->common.format != CLI_FORMAT_RAW || cli_check_null(cli))
        command->run(cli, cli->args);
}

static bool run_personality(struct cli *cli) {
    const char *name = cli_applet_name(cli->argv[0]);
    const struct cli_command *const *p = cli->root->personalities;
    while (p && *p && strcmp((*p)->name, name) != 0)
        p++;
    if (!p || !*p)
        return false;
    add_label(cli, name);
    cli->command = *p;
    cli_redirect(cli, STDOUT_FILENO, NULL);
    cli->command->run(cli, NULL);
    return true;
}

static void start(struct cli *cli) {
    if (cli_is_privileged())
        cli_complain(cli, CLI_EX_NOPERM, NULL,
                     "refuses to run from a set-id binary or one with file capabilities");
    else if (cli->argc < 1 || !cli->argv[0] || !cli->argv[0][0])
        cli_usage(cli, NULL, "the program's name (argv[0]) is empty");
    else if (run_personality(cli))
        return;
    /* The completion stubs' way in; not an option, as it has words that look like options. */
    else if (cli->argc > 3 && strcmp(cli->argv[1], "--complete") == 0)
        cli_complete(cli, cli->argv + 2, cli->argc - 2);
    else if (find_command(cli))
        run_command(cli);
}

/* A shell whose user interrupts it ends its script only when the program died of that, too. */
static void die(int signo) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signo);
    sigaction(signo, &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
    (void)raise(signo);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int cli_main(struct cli *cli, const struct cli_command *root, int argc, char **argv) {
    cli->root = root;
    cli->argv = argv;
    cli->argc = argc;
    cli->common.sh_prefix = "os_";
    cli->output.fd = STDOUT_FILENO;
    cli->closed = cli_open_standard();
    cli_descend(cli, NULL);
    start(cli);
    int status = cli_finish(cli);
    if (cli->last_signal)
        die(cli->last_signal);
    return status;
}
