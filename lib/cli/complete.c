/* SPDX-License-Identifier: 0BSD
 *
 * Completion: the candidates for the last of some words. The scripts for bash,
 * zsh and fish only pass the words on and show the answer. Words are
 * interpreted as in main.c and parser.c.
 */
#include <fcntl.h>
#include <sys/capability.h>

#include "cli/help.h"
#include "cli/records.h"
#include "cli/signal.h"

/* What is being completed: the candidates are words that begin with `word`. */
struct completion {
    const struct cli_command *command;
    const struct cli_command *named; /* by the operands of "help COMMAND"; NULL: nothing */
    struct cli_option_set options;
    const char *word;
    size_t lead;       /* bytes of `word` before the value or the list's last element */
    const char *shell; /* what the shell adds */
    struct buf found;  /* lines of candidates */
};

/* ---- candidates ---- */

static void offer(struct completion *c, const char *name, const char *help) {
    const char *typed = c->word + c->lead;
    if (!name) { /* memory is short */
        c->found.failed = true;
        return;
    }
    if (strncmp(name, typed, strlen(typed)) != 0)
        return;
    buf_add(&c->found, c->word, c->lead);
    buf_add_str(&c->found, name);
    buf_add_char(&c->found, '\t');
    buf_add_str(&c->found, help ? help : "");
    buf_add_char(&c->found, '\n');
}

static void offer_commands(struct completion *c, const struct cli_command *above) {
    const struct cli_command *const *below = above ? above->commands : NULL;
    for (; below && *below; below++)
        offer(c, (*below)->name, (*below)->summary);
}

/* Goes to the last element of a comma-separated list. */
static void enter_list(struct completion *c) {
    const char *comma = strrchr(c->word + c->lead, ',');
    if (!comma)
        return;
    c->lead = (size_t)(comma + 1 - c->word);
    c->shell = "list";
}

/* Once something was typed, names without SIG are candidates, too. */
static void offer_signal(const char *name, void *data) {
    struct completion *c = data;
    offer(c, name, NULL);
    if (c->word[c->lead])
        offer(c, name + strlen("SIG"), NULL);
}

/* Whether each name before the last comma is a field's; sets its bit. */
static bool read_fields(const struct cli_command *command, const char *list, size_t size,
                        bool *listed) {
    while (size) {
        size_t length = strcspn(list, ",");
        const struct cli_field *field = cli_find_field(command, list, length);
        if (!field)
            return false;
        listed[field - command->fields] = true;
        list += length + 1;
        size -= length + 1;
    }
    return true;
}

static void offer_fields(struct completion *c) {
    bool listed[CLI_FIELDS_MAX] = { false };
    size_t list = c->lead;
    if (c->word[list] == '+')
        list = ++c->lead;
    else if (!strchr(c->word + list, ',')) {
        offer(c, "all", "every field");
        offer(c, "help", "list the fields");
    }
    enter_list(c);
    if (!read_fields(c->command, c->word + list, c->lead - list, listed))
        return;
    c->shell = "list";
    for (unsigned i = 0; i < c->command->field_count; i++) {
        const struct cli_field *field = &c->command->fields[i];
        /* The view may depend on options that are not typed yet. */
        bool fits = cli_can_print(c->command, field);
        if (fits && !listed[i])
            offer(c, field->name, field->help);
    }
}

static void offer_capabilities(struct completion *c) {
    enter_list(c);
    c->shell = "list";
    for (cap_value_t capability = 0; capability < cap_max_bits(); capability++) {
        char *name = cap_to_name(capability);
        if (name)
            offer(c, name, NULL);
        cap_free(name);
    }
}

/* Those that the shell let us inherit: at this point there are no others. */
static void offer_descriptors(struct completion *c) {
    enum { MOST = 256 };
    for (int fd = 0; fd < MOST; fd++) {
        char number[] = { (char)('0' + fd / 100), (char)('0' + fd / 10 % 10), (char)('0' + fd % 10),
                          '\0' };
        if (fcntl(fd, F_GETFD) >= 0)
            offer(c, number + (fd < 100) + (fd < 10), NULL);
    }
}

static void offer_kind(struct completion *c, int kind) {
    switch ((enum cli_complete)kind) {
    case CLI_COMPLETE_NONE:
        break;
    case CLI_COMPLETE_LIST:
        c->shell = "list";
        break;
    case CLI_COMPLETE_CAPABILITY:
        offer_capabilities(c);
        break;
    case CLI_COMPLETE_FILE:
        c->shell = "file";
        break;
    case CLI_COMPLETE_DIRECTORY:
        c->shell = "directory";
        break;
    case CLI_COMPLETE_PID:
        c->shell = "pid";
        break;
    case CLI_COMPLETE_USER:
        c->shell = "user";
        break;
    case CLI_COMPLETE_GROUP:
        c->shell = "group";
        break;
    case CLI_COMPLETE_FIELDS:
        offer_fields(c);
        break;
    case CLI_COMPLETE_DESCRIPTOR:
        offer_descriptors(c);
        break;
    case CLI_COMPLETE_SIGNAL:
        enter_list(c);
        cli_signal_each(offer_signal, c);
        break;
    case CLI_COMPLETE_COMMAND:
        offer_commands(c, c->named);
        break;
    }
}

/* ---- options ---- */

static bool needs_value(const struct cli_option *row) {
    return row->metavar[0] && !row->optional;
}

static bool has_name(const char *names, const char *name) {
    for (size_t size; *names; names += size + strspn(names + size, " ")) {
        size = strcspn(names, " ");
        if (strlen(name) == size && memcmp(names, name, size) == 0)
            return true;
    }
    return false;
}

/* Whether the given options exclude this one. A CLI_OPT_CALL may be cumulative. */
static bool is_excluded(const struct completion *c, const struct cli_option *row) {
    for (unsigned i = 0; i < c->options.count; i++) {
        const struct cli_option *r = c->options.uses[i].row;
        if (c->options.uses[i].given &&
            ((r == row && row->kind != CLI_OPT_CALL) || has_name(r->conflicts, row->name) ||
             has_name(row->conflicts, r->name)))
            return true;
    }
    return false;
}

/* Marks an option as given; NULL: none. */
static const struct cli_option_use *give(struct cli_option_use *use) {
    if (use)
        use->given = true;
    return use;
}

/* The option of a word that begins with "-", and its value: NULL when the word has none. Of a
 * bundle it is the first letter that needs a value (which may be "": `-o`), or else the last one.
 */
static const struct cli_option_use *take_word(struct completion *c, const char *word,
                                              const char **value) {
    *value = NULL;
    if (word[1] == '-') {
        size_t size = strcspn(word, "=");
        *value = word[size] ? word + size + 1 : NULL;
        return give(cli_find_option(&c->options, word + 2, size - 2));
    }
    const struct cli_option_use *use = NULL;
    for (const char *letter = word + 1; *letter && !*value; letter++) {
        use = give(cli_find_letter(&c->options, *letter));
        if (!use)
            return NULL;
        *value = needs_value(use->row) ? letter + 1 : NULL;
    }
    return use;
}

/* The option in `word` whose value is the next word; NULL: none. */
static const struct cli_option_use *take_before(struct completion *c, const char *word) {
    const char *value;
    const struct cli_option_use *use = take_word(c, word, &value);
    bool attached = value && (*value || word[1] == '-');
    return use && needs_value(use->row) && !attached ? use : NULL;
}

/* ---- the word ---- */

static void complete_value(struct completion *c, const struct cli_option_use *use,
                           const char *value) {
    c->lead = (size_t)(value - c->word);
    const struct cli_choice *choice = cli_choices(c->command, use);
    if (use->row->complete == CLI_COMPLETE_LIST)
        enter_list(c);
    for (; choice && choice->name[0]; choice++)
        offer(c, choice->name, choice->help);
    offer_kind(c, use->row->complete);
}

static void complete_name(struct completion *c) {
    struct buf name = { 0 };
    for (unsigned i = 0; i < c->options.count; i++) {
        const struct cli_option *row = c->options.uses[i].row;
        if (row->kind == CLI_OPT_HEADING || is_excluded(c, row))
            continue;
        buf_clear(&name);
        buf_add_str(&name, "--");
        buf_add_str(&name, row->name);
        if (!needs_value(row))
            offer(c, buf_cstr(&name), row->help);
        buf_add_char(&name, '=');
        if (row->metavar[0])
            offer(c, buf_cstr(&name), row->help);
    }
    buf_finish(&name);
}

static void complete_option(struct completion *c) {
    const char *value;
    bool bundle = c->word[1] && c->word[1] != '-';
    if (!bundle && !strchr(c->word, '=')) {
        complete_name(c);
        return;
    }
    const struct cli_option_use *use = take_word(c, c->word, &value);
    if (use && use->row->metavar[0] && value)
        complete_value(c, use, value);
    if (use && bundle && !(value && *value) && !c->found.len) {
        /* The letters are a complete word, as far as can be seen. */
        c->lead = 0;
        c->shell = "none";
        offer(c, c->word, use->row->help);
    }
}

static void enter(struct completion *c, const struct cli_command *command) {
    c->command = command;
    cli_collect_options(command, &c->options);
}

/* The state of parsing before the word to complete. */
struct expected {
    const struct cli_option_use *value; /* of this option; NULL: none */
    bool verb;
    bool option;
    int program; /* index of the first word of a program to run; 0: none */
};

static void read_words(struct completion *c, char **words, int count, struct expected *e) {
    for (int i = 1; i < count; i++) {
        const struct cli_command *verb = e->verb ? cli_find_command(c->command, words[i]) : NULL;
        e->verb = verb;
        if (verb) {
            enter(c, verb);
        } else if (e->value) {
            e->value = NULL;
        } else if (e->option && strcmp(words[i], "--") == 0) {
            e->option = false;
            if (c->command->dashes_program) {
                e->program = i + 1;
                return;
            }
        } else if (e->option && words[i][0] == '-' && words[i][1]) {
            e->value = take_before(c, words[i]);
        } else if (c->command->stop_at_operand) {
            e->program = i;
            return;
        } else {
            c->named = c->named ? cli_find_command(c->named, words[i]) : NULL;
        }
    }
}

/* Control characters would forge a line of the answer. */
static bool is_plain(const char *text, size_t size) {
    while (size--)
        if ((unsigned char)*text++ < ' ')
            return false;
    return true;
}

static void complete_word(struct completion *c, struct expected *e, int index) {
    if (e->value) {
        complete_value(c, e->value, c->word);
    } else if (e->option && c->word[0] == '-') {
        complete_option(c);
    } else {
        if (e->verb)
            offer_commands(c, c->command);
        if (c->command->stop_at_operand)
            e->program = index;
        else
            offer_kind(c, c->command->operands);
    }
}

void cli_complete(struct cli *cli, char **words, int count) {
    struct completion c = { .named = cli->call.root, .word = words[count - 1], .shell = "none" };
    struct expected e = { .verb = true, .option = true };
    const struct cli_command *command = cli_find_command(cli->call.root, cli_applet_name(words[0]));
    enter(&c, command ? command : cli->call.root);
    read_words(&c, words, count - 1, &e);
    if (!e.program)
        complete_word(&c, &e, count - 1);

    struct buf b = { 0 };
    if (e.program) {
        buf_add_str(&b, "command\t");
        buf_add_int(&b, e.program);
    } else if (is_plain(c.word, c.lead)) {
        buf_add_str(&b, c.shell);
        buf_add_char(&b, '\t');
        buf_add(&b, c.word, c.lead);
    } else {
        buf_add_str(&b, "none\t");
        buf_clear(&c.found);
    }
    buf_add_char(&b, '\n');
    cli_write_buf(cli, &b);
    cli_write_buf(cli, &c.found);
    buf_finish(&b);
    buf_finish(&c.found);
}
