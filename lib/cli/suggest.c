/* SPDX-License-Identifier: 0BSD
 *
 * What was probably meant by arguments that a command does not have.
 */
#include "cli/suggest.h"
#include "cli/nearest.h"
#include "cli/quote.h"

/* The characters that a shell leaves alone. */
static const char plain[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./+-,:@%";

static bool is_plain(const char *word) {
    return word[0] && !word[strspn(word, plain)];
}

/* ---- a program ---- */

/* Whether a word is a program rather than a number, an assignment or a command for a shell. */
static bool is_program(const char *word) {
    return is_plain(word) && !strchr("0123456789+-,:@%", word[0]);
}

static bool is_near_verb(const struct cli_command *command, const char *word) {
    struct cli_nearest near = { .word = word, .size = strlen(word) };
    const struct cli_command *const *below = command->commands;
    for (; below && *below; below++)
        cli_nearest_try(&near, (*below)->name);
    return near.name;
}

bool cli_takes_no_word(const struct cli_command *command) {
    return command->no_operands || command->operands == CLI_COMPLETE_PID;
}

static void add_word(struct buf *b, const char *word) {
    /* The "=" of an option needs no quotes. */
    size_t name = word[0] == '-' ? strcspn(word, "=") : 0;
    buf_add_char(b, ' ');
    if (is_plain(word) || (name && word[name] && is_plain(word + name + 1)))
        buf_add_str(b, word);
    else
        cli_quote_sh(b, word, strlen(word), true);
}

enum { SHOWN = 160 /* bytes of the arguments; of longer ones the beginning */ };

static void add_arguments(struct buf *b, const struct cli_call *call,
                          const struct cli_given *given) {
    size_t start = b->len;
    for (int i = 1; i < call->argc; i++) {
        if (i == given->operand)
            buf_add_str(b, " --");
        if (b->len - start > SHOWN && i > given->operand) {
            buf_add_str(b, " ...");
            return;
        }
        add_word(b, i == 1 ? given->overwritten : call->argv[i]);
    }
}

bool cli_means_program(const struct cli_call *call) {
    if (!call->command->dashes_program || call->program || !call->operand_count)
        return false;
    const char *word = call->operands[0];
    return is_program(word) && !is_near_verb(call->command, word);
}

void cli_suggest_program(struct buf *message, const struct cli_call *call,
                         const struct cli_given *given) {
    buf_add_str(message, "; to run a program, put -- before it: ");
    buf_add_str(message, call->root->name);
    buf_add_char(message, ' ');
    buf_add_str(message, call->label);
    add_arguments(message, call, given);
}

/* ---- an option ---- */

static void try_names(struct cli_nearest *near, const struct cli_option_set *options) {
    for (unsigned i = 0; i < options->count; i++)
        if (options->uses[i].row->kind != CLI_OPT_HEADING)
            cli_nearest_try(near, options->uses[i].row->name);
}

const char *cli_nearest_option(const struct cli_option_set *options, const char *name,
                               size_t size) {
    struct cli_nearest near = { .word = name, .size = size };
    try_names(&near, options);
    return near.name;
}

const char *cli_option_of_dash(const struct cli_option_set *options, const char *argument,
                               bool exact) {
    struct cli_nearest near = { .word = argument + 1, .size = strcspn(argument + 1, "=") };
    if (near.size > 2)
        try_names(&near, options);
    return exact && near.distance ? NULL : near.name;
}

void cli_suggest_option(struct buf *message, const char *name) {
    buf_add_str(message, "; did you mean '--");
    buf_add_str(message, name);
    buf_add_str(message, "'?");
}

const struct cli_choice *cli_nearest_choice(const struct cli_choice *choices, const char *text) {
    struct cli_nearest near = { .word = text, .size = strlen(text) };
    for (const struct cli_choice *c = choices; c->name[0]; c++)
        cli_nearest_try(&near, c->name);
    return near.name ? cli_find_choice(choices, near.name) : NULL;
}

void cli_suggest_choice(struct buf *message, const struct cli_choice *choices, const char *text) {
    const struct cli_choice *near = cli_nearest_choice(choices, text);
    const char *separator = "not one of ";
    for (const struct cli_choice *c = choices; c->name[0]; c++) {
        buf_add_str(message, separator);
        buf_add_str(message, c->name);
        separator = ", ";
    }
    if (!near)
        return;
    buf_add_str(message, "; did you mean '");
    buf_add_str(message, near->name);
    buf_add_str(message, "'?");
}
