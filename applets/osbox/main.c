/* SPDX-License-Identifier: 0BSD
 *
 * osbox: the program. Its node of the command tree has the applets below it and
 * does what concerns all of them: --list, --install, help, completion.
 *
 * A map of the sources:
 *   applets/   osbox.c (this), NAME.c for each applet: what it does; NAME_PART.c:
 *              parts of it, as spawn_options.c, spawn_resolve.c, spawn_fields.c
 *              program.c: what all share that run a program; wait_fields.c: the record
 *              of how one ended; target.c: PIDs as operands
 *              base_directory.c: what --dir and --dir-fd name; getfattr.c, setfattr.c:
 *              what osbox is when it is called so
 *   lib/os/    how the calls behave; one header a subject; never prints
 *              kernel.h is what the C library's headers do not know yet
 *   lib/cli/   what a user sees: cli.h is what an applet calls
 *              main.c dispatch, option.c parsing, fields.c -F, format.c and
 *              table.c and quote.c formats, width.c columns, output.c buffering and the
 *              end, template.c and quote_gnu.c GNU's stat -c, json.c reading,
 *              diag.c and status.c errors, help.c, describe.c, complete.c, nearest.c,
 *              parse.c, cpus.c, signal.c, time.c values, paths.c operands,
 *              start.c the first calls of the process
 *   lib/base/  buf, utf8, io, spool, error: libc only
 */
#include <unistd.h>

#include "applets/osbox/applets.h"
#include "cli/cli.h"
#include "cli/dispatch.h"
#include "cli/help.h"
#include "cli/main.h"
#include "os/install_link.h"

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

/* The stubs are files of their own in completions/, copied into the program by the assembler. */
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
    /* Names alone, a line each, unless a format was asked for. */
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
    struct base_error e;
    struct buf program = { 0 }, name = { 0 };
    struct os_file w = { AT_FDCWD, cli->call.operands[0], true };
    int dir_fd = os_file_open_directory(&w, &e);
    const char *target = dir_fd < 0 || os_executable(&program, &e) < 0 ? NULL : buf_cstr(&program);
    if (!target)
        cli_report(cli, &e);
    for (const struct cli_command *const *c = commands; target && *c; c++) {
        if (!is_applet(*c))
            continue;
        buf_clear(&name);
        buf_add_str(&name, args->name_prefix ? args->name_prefix : "");
        buf_add_str(&name, (*c)->name);
        if (os_install_link(target, cli->call.root->name, dir_fd, buf_cstr(&name), args->hard,
                            args->force, &e) < 0)
            cli_report(cli, &e);
    }
    if (dir_fd >= 0)
        close(dir_fd);
    buf_finish(&program);
    buf_finish(&name);
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
