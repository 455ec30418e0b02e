/* SPDX-License-Identifier: 0BSD
 *
 * Finds the command that is called.
 */
#include "cli/dispatch.h"
#include "cli/nearest.h"

/* "stat", "xattr get": the root's name is shown for the root only. */
static void add_label(struct cli_call *call, const char *name) {
    size_t at = call->command == call->root ? 0 : strlen(call->label);
    size_t size = strlen(name);
    if (at && at + 1 < sizeof call->label)
        call->label[at++] = ' ';
    if (size >= sizeof call->label - at)
        size = sizeof call->label - at - 1;
    memcpy(call->label + at, name, size);
    call->label[at + size] = '\0';
}

void cli_set_label(struct cli *cli, const char *name) {
    cli->call.command = cli->call.root;
    add_label(&cli->call, name);
}

bool cli_descend(struct cli *cli, const char *name) {
    struct cli_call *call = &cli->call;
    const struct cli_command *below = name ? cli_find_command(call->command, name) : call->root;
    if (!name)
        call->command = call->root;
    if (!below)
        return false;
    add_label(call, below->name);
    call->command = below;
    return true;
}

/* NULL: none is near. */
static const struct cli_command *nearest_command(const struct cli_command *above,
                                                 const char *name) {
    struct cli_nearest near = { .word = name, .size = strlen(name) };
    const struct cli_command *const *below = above->commands;
    for (; below && *below; below++)
        cli_nearest_try(&near, (*below)->name);
    return near.name ? cli_find_command(above, near.name) : NULL;
}

void cli_guess_command(struct cli *cli, const char *name) {
    struct cli_call *call = &cli->call;
    const struct cli_command *near = nearest_command(call->command, name);
    while (near) {
        bool has_verb = near->commands && call->argc > 1 && call->argv[1][0] != '-';
        call->command = near;
        near = has_verb ? nearest_command(near, call->argv[1]) : NULL;
        call->argv += near != NULL;
        call->argc -= near != NULL;
    }
}

void cli_unknown_command(struct cli *cli, const char *name) {
    const struct cli_call *call = &cli->call;
    bool is_applet = call->command == call->root;
    const struct cli_command *near = nearest_command(call->command, name);
    struct buf message = { 0 };
    buf_add_str(&message, is_applet ? "no such applet; " : "no such command; ");
    if (near) {
        buf_add_str(&message, "did you mean '");
        buf_add_str(&message, near->name);
        buf_add_str(&message, "'?");
    } else {
        buf_add_str(&message, is_applet ? "'osbox --list' lists them" : "--help lists them");
    }
    cli_usage(cli, name, buf_cstr(&message));
    if (is_applet)
        cli->outcome.status = CLI_EX_NOTFOUND;
    buf_finish(&message);
}
