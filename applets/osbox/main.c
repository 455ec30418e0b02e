/* SPDX-License-Identifier: 0BSD
 *
 * osbox: the program and the root of the command tree: the applets, --list,
 * --install, help and completion.
 *
 * The sources by role (HACKING.md has more):
 *
 *     applets/NAME/       an applet; NAME.c has its options, its fields and run()
 *     applets/common/     fields, options and calls that several applets share
 *     lib/cli/main.h      one call from argv to exit status: dispatch, options, run()
 *     lib/cli/command.h   what a command is: struct cli_command
 *     lib/cli/option.h    option tables; parser.h parses, help.h prints them
 *     lib/cli/record.h    field tables and values; format.h has the output formats
 *     lib/cli/cli.h       what applets call: begin, emit, write, report
 *     lib/os/file.h       files: stat.h, statvfs.h, xattr.h, walk.h
 *     lib/os/spawn.h      programs: spawn_step.h, child.h, wait_status.h, wait_many.h
 *     lib/os/process.h    processes: process_state.h, sched.h, signal.h, users.h
 *     lib/os/random.h     random bytes
 *     lib/os/timerfd.h    timers; clock.h has deadlines
 *     lib/base/           buf.h, vec.h, error.h, io.h: what all others stand on
 */
#include "cli/main.h"
#include "applets/osbox/applets.h"
#include "applets/osbox/install.h"
#include "cli/cli.h"
#include "cli/dispatch.h"
#include "cli/help.h"

struct osbox_args {
    bool list;
    bool force;
    int hard;
    bool install;
    const char *name_prefix;
};

static const struct cli_option options[] = {
    CLI_GROUP("Applets"),
    { CLI_FLAG(struct osbox_args, list), .name = "list", .conflicts = "install",
      .help = "print the applets' names" },
    { CLI_FLAG(struct osbox_args, install), .name = "install",
      .help = "make a link for each applet in the directory DIR; a file that is no link to osbox "
              "is kept" },
    { CLI_SET(struct osbox_args, hard, 0), .name = "symbolic", .needs = "install",
      .help = "with --install: symbolic links (the default)" },
    { CLI_SET(struct osbox_args, hard, 1), .name = "hard", .needs = "install",
      .help = "with --install: hard links" },
    { CLI_TEXT(struct osbox_args, name_prefix), .name = "name-prefix", .metavar = "PREFIX",
      .needs = "install", .help = "with --install: begins the links' names, such as 'osbox-'" },
    { CLI_FLAG(struct osbox_args, force), .name = "force", .needs = "install",
      .help = "with --install: replace other files too" },
    CLI_OPTIONS_END,
};

enum { FIELD_NAME, FIELD_SUMMARY, FIELDS };

static const struct cli_field fields[] = {
    [FIELD_NAME] = { .name = "name",
                     .type = CLI_STRING,
                     .views = 1,
                     .defaults = 1,
                     .help = "the applet's name" },
    [FIELD_SUMMARY] = { .name = "summary",
                        .type = CLI_STRING,
                        .views = 1,
                        .help = "what it does, in a line" },
};

/* ---- help, completion ---- */

static void run_help(struct cli *cli, void *args) {
    (void)args;
    cli_descend(cli, NULL);
    for (int i = 0; i < cli->call.operand_count; i++) {
        if (!cli_descend(cli, cli->call.operands[i])) {
            cli_unknown_command(cli, cli->call.operands[i]);
            return;
        }
    }
    cli_help(cli);
}

static const struct cli_command help_command = {
    .name = "help",
    .summary = "print the help of a command",
    .manual = "osbox",
    .usage = "[COMMAND [VERB]]",
    .operands = CLI_COMPLETE_COMMAND,
    .run = run_help,
};

/* The scripts are files in completions/ that the assembler copies into the program. */
#define STUB(shell, file)                                                                          \
    __asm__(".section .rodata\n"                                                                   \
            "stub_" #shell ": .incbin \"" file "\"\n"                                              \
            "stub_" #shell "_end:\n"                                                               \
            ".previous\n");                                                                        \
    extern const char stub_##shell[], stub_##shell##_end[];                                        \
    static void run_##shell(struct cli *cli, void *args) {                                         \
        (void)args;                                                                                \
        cli_write(cli, stub_##shell, (size_t)(stub_##shell##_end - stub_##shell));                 \
    }                                                                                              \
    static const struct cli_command shell##_command = {                                            \
        .name = #shell,                                                                            \
        .summary = "print the completion for " #shell,                                             \
        .manual = "osbox",                                                                         \
        .no_operands = true,                                                                       \
        .usage = "",                                                                               \
        .run = run_##shell,                                                                        \
    }

STUB(bash, OSBOX_SOURCE "/completions/osbox.bash");
STUB(zsh, OSBOX_SOURCE "/completions/_osbox");
STUB(fish, OSBOX_SOURCE "/completions/osbox.fish");

static const struct cli_command *const shells[] = { &bash_command, &zsh_command, &fish_command,
                                                    NULL };

static const struct cli_command completion_command = {
    .name = "completion",
    .summary = "print the completion script for a shell",
    .manual = "osbox",
    .usage = "bash|zsh|fish",
    .commands = shells,
};

/* ---- the applets ---- */

static const struct cli_command *const commands[] = { OSBOX_APPLETS, &help_command,
                                                      &completion_command, NULL };

static const struct cli_command *const personalities[] = { OSBOX_PERSONALITIES, NULL };

static bool is_applet(const struct cli_command *command) {
    return command != &help_command && command != &completion_command;
}

static void list_applets(struct cli *cli) {
    /* One name per line, by default. */
    if (!cli_begin(cli))
        return;
    for (const struct cli_command *const *c = commands; *c; c++) {
        struct cli_value values[FIELDS] = {
            [FIELD_NAME] = cli_str((*c)->name),
            [FIELD_SUMMARY] = cli_str((*c)->summary),
        };
        if (is_applet(*c))
            cli_emit(cli, values);
    }
}

static void install_links(struct cli *cli, const struct osbox_args *args) {
    struct install in = {
        .cli = cli, .hard = args->hard, .force = args->force, .prefix = args->name_prefix
    };
    bool opened = install_open(&in, cli->call.operands[0]);
    for (const struct cli_command *const *c = commands; opened && *c; c++)
        if (is_applet(*c))
            install_link(&in, (*c)->name);
    install_close(&in);
}

static void run_install(struct cli *cli, const struct osbox_args *args) {
    if (cli->call.operand_count != 1)
        cli_usage(cli, "--install", "takes one operand, the directory");
    else if (args->name_prefix && strchr(args->name_prefix, '/'))
        cli_usage(cli, args->name_prefix, "a name's prefix has no slash");
    else
        install_links(cli, args);
}

static void run_osbox(struct cli *cli, void *data) {
    const struct osbox_args *args = data;
    if (args->install)
        run_install(cli, args);
    else if (cli->call.operand_count && cli_find_command(cli->call.root, cli->call.operands[0]))
        cli_usage(cli, cli->call.operands[0], "options go behind the applet's name");
    else if (cli->call.operand_count)
        cli_unknown_command(cli, cli->call.operands[0]);
    else if (args->list)
        list_applets(cli);
    else
        cli_usage(cli, NULL, "an applet is missing; 'osbox --list' lists them");
}

static const struct cli_exit exits[] = {
    { CLI_EX_NOTFOUND, "no such applet" },
    CLI_EXITS_END,
};

static const struct cli_command osbox_command = {
    .name = "osbox",
    .manual = "osbox",
    .summary = "Python's os module for the shell",
    .usage = "APPLET [ARGUMENT]...\n--list\n--install [--symbolic|--hard] [--name-prefix=PREFIX] "
             "[--force] DIR\n"
             "help [APPLET [VERB]]\ncompletion bash|zsh|fish",
    .options = options,
    .fields = fields,
    .views = "applet",
    .commands = commands,
    .personalities = personalities,
    .exits = exits,
    .args_size = sizeof(struct osbox_args),
    .field_count = FIELDS,
    .default_format = CLI_FORMAT_VALUE,
    .operands = CLI_COMPLETE_NONE,
    .run = run_osbox,
};

int main(int argc, char **argv) {
    return cli_main(&osbox_command, argc, argv);
}
