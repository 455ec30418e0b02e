/* SPDX-License-Identifier: 0BSD
 *
 * Completion: what could stand at the last of some words. The stubs for bash,
 * zsh and fish only pass the words on and show the answer.
 */
#include "cli/fields.h"
#include "cli/help.h"
#include "cli/main.h"
#include "cli/parse.h"
#include "cli/signal.h"

/* What is being completed: candidates that begin with `prefix`, shown behind `lead`. */
struct completion {
    struct cli *cli;
    struct buf found;
    const char *lead; /* text of the word before the part that is completed */
    size_t lead_size;
    const char *prefix;
    const char *shell; /* what the shell is to add: "file", "directory", "command", "none" */
};

static void offer_bytes(struct completion *c, const char *name, size_t size, const char *help) {
    size_t prefix = strlen(c->prefix);
    if (size < prefix || memcmp(name, c->prefix, prefix) != 0)
        return;
    buf_add(&c->found, c->lead, c->lead_size);
    buf_add(&c->found, name, size);
    buf_add_char(&c->found, '\t');
    buf_add_str(&c->found, help ? help : "");
    buf_add_char(&c->found, '\n');
}

static void offer(struct completion *c, const char *name, const char *help) {
    offer_bytes(c, name, strlen(name), help);
}

static void offer_signal(const char *name, void *data) {
    offer(data, name, NULL);
}

static void offer_commands(struct completion *c, const struct cli_command *command) {
    const struct cli_command *const *below = command->commands;
    for (; below && *below; below++)
        if (!(*below)->hidden)
            offer(c, (*below)->name, (*below)->summary);
}

/* The last element of a comma-separated list. */
static void offer_fields(struct completion *c, const struct cli_command *command) {
    const char *comma = strrchr(c->prefix, ',');
    if (!comma && c->prefix[0] == '+')
        comma = c->prefix;
    if (!comma) {
        offer(c, "all", "every field");
        offer(c, "help", "list the fields");
    } else {
        /* The lead and the list so far are one run of the word. */
        c->lead_size += (size_t)(comma + 1 - c->prefix);
        c->prefix = comma + 1;
    }
    for (unsigned i = 0; i < command->field_count; i++)
        offer(c, command->fields[i].name, command->fields[i].help);
}

static void offer_kind(struct completion *c, const struct cli_command *command, int kind) {
    switch ((enum cli_complete)kind) {
    case CLI_COMPLETE_NONE:
        break;
    case CLI_COMPLETE_FILE:
        c->shell = "file";
        break;
    case CLI_COMPLETE_DIRECTORY:
        c->shell = "directory";
        break;
    case CLI_COMPLETE_FIELDS:
        offer_fields(c, command);
        break;
    case CLI_COMPLETE_SIGNAL:
        cli_signal_each(offer_signal, c);
        break;
    case CLI_COMPLETE_COMMAND:
        offer_commands(c, c->cli->root);
        break;
    }
}

/* A value: what is behind `lead_size` bytes of the word. */
static void offer_value(struct completion *c, const struct cli_command *command,
                        const struct cli_option *row, const char *word, size_t lead_size) {
    c->lead = word;
    c->lead_size = lead_size;
    c->prefix = word + lead_size;
    for (const struct cli_choice *choice = row->choices; choice && choice->name; choice++)
        offer(c, choice->name, choice->help);
    offer_kind(c, command, row->complete);
}

static void offer_options(struct completion *c, const struct cli_option *table) {
    struct buf name = { 0 };
    for (const struct cli_option *row = table; row && row->kind != CLI_OPT_END; row++) {
        if (row->kind == CLI_OPT_HEADING)
            continue;
        buf_clear(&name);
        buf_add_str(&name, "--");
        buf_add_str(&name, row->name);
        if (row->metavar && !row->optional)
            buf_add_char(&name, '=');
        offer_bytes(c, name.data, name.len, row->help);
    }
    buf_finish(&name);
}

static const struct cli_option *find_row(const struct cli_command *command, const char *name,
                                         size_t size) {
    const struct cli_option *row = cli_find_option(command->options, name, size);
    return row ? row : cli_find_option(cli_common_options, name, size);
}

static const struct cli_option *find_letter_row(const struct cli_command *command, char letter) {
    const struct cli_option *tables[2] = { command->options, cli_common_options };
    for (size_t t = 0; t < 2; t++)
        for (const struct cli_option *row = tables[t]; row && row->kind != CLI_OPT_END; row++)
            if (row->kind != CLI_OPT_HEADING && row->letter == letter)
                return row;
    return NULL;
}

/* The option whose value the next word is, if `word` is one: "--output", "-o", "-Jo". */
static const struct cli_option *option_waiting(const struct cli_command *command,
                                               const char *word) {
    const struct cli_option *row;
    if (word[0] != '-' || !word[1])
        return NULL;
    if (word[1] == '-')
        row = strchr(word, '=') ? NULL : find_row(command, word + 2, strlen(word + 2));
    else
        row = find_letter_row(command, word[strlen(word) - 1]);
    return row && row->metavar && !row->optional ? row : NULL;
}

static void complete_word(struct completion *c, const struct cli_command *command,
                          const struct cli_option *waiting, bool options, const char *word) {
    const char *equals = strchr(word, '=');
    if (waiting) {
        offer_value(c, command, waiting, word, 0);
    } else if (options && strncmp(word, "--", 2) == 0 && equals) {
        const struct cli_option *row = find_row(command, word + 2, (size_t)(equals - word - 2));
        if (row && row->metavar)
            offer_value(c, command, row, word, (size_t)(equals + 1 - word));
    } else if (options && word[0] == '-') {
        c->prefix = word;
        offer_options(c, command->options);
        offer_options(c, cli_common_options);
    } else {
        c->prefix = word;
        offer_commands(c, command);
        offer_kind(c, command, command->operands);
    }
}

void cli_complete(struct cli *cli, char **words, int count) {
    struct completion c = { .cli = cli, .lead = "", .prefix = "", .shell = "none" };
    const struct cli_command *command = cli_find_command(cli->root, cli_applet_name(words[0]));
    if (!command)
        command = cli->root;
    const struct cli_option *waiting = NULL;
    bool options = true, descend = true;
    for (int i = 1; i + 1 < count; i++) {
        const struct cli_command *below = descend ? cli_find_command(command, words[i]) : NULL;
        if (waiting) {
            waiting = NULL;
        } else if (options && strcmp(words[i], "--") == 0) {
            options = false;
        } else if (below) {
            command = below;
        } else if (options) {
            waiting = option_waiting(command, words[i]);
            descend = descend && words[i][0] == '-';
            options = words[i][0] == '-' || !command->stop_at_operand;
        }
    }
    complete_word(&c, command, waiting, options, words[count - 1]);
    struct buf *b = &cli->output.bytes;
    buf_add_str(b, c.shell);
    buf_add_char(b, '\n');
    buf_add(b, c.found.data, c.found.len);
    b->failed |= c.found.failed;
    buf_finish(&c.found);
}
