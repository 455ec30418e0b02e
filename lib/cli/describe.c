/* SPDX-License-Identifier: 0BSD
 *
 * --describe: the command tree as JSON, for programs and for the tests that
 * compare help, manual pages and completions with the tables.
 */
#include "cli/help.h"
#include "cli/records.h"

static const char *const complete_names[] = {
    [CLI_COMPLETE_NONE] = "none",
    [CLI_COMPLETE_FILE] = "file",
    [CLI_COMPLETE_DIRECTORY] = "directory",
    [CLI_COMPLETE_LIST] = "list",
    [CLI_COMPLETE_FIELDS] = "fields",
    [CLI_COMPLETE_CAPABILITY] = "capability",
    [CLI_COMPLETE_SIGNAL] = "signal",
    [CLI_COMPLETE_COMMAND] = "command",
    [CLI_COMPLETE_PID] = "pid",
    [CLI_COMPLETE_USER] = "user",
    [CLI_COMPLETE_GROUP] = "group",
    [CLI_COMPLETE_DESCRIPTOR] = "descriptor",
};

/* Begins a member, with a comma unless it is the first of its object. */
static void add_key(struct buf *b, const char *name) {
    char last = b->data && b->len ? b->data[b->len - 1] : '{';
    if (last != '{')
        buf_add_char(b, ',');
    buf_add_char(b, '"');
    buf_add_str(b, name);
    buf_add_str(b, "\":");
}

static void add_text(struct buf *b, const char *name, const char *text) {
    add_key(b, name);
    if (text)
        cli_quote_json(b, text, strlen(text), CLI_JSON_BASE64);
    else
        buf_add_str(b, "null");
}

static void add_bool(struct buf *b, const char *name, bool value) {
    add_key(b, name);
    buf_add_str(b, value ? "true" : "false");
}

/* Appends what separates the elements of an array. */
static void add_separator(struct buf *b) {
    if (b->data && b->len && b->data[b->len - 1] != '[')
        buf_add_char(b, ',');
}

static void add_words(struct buf *b, const char *name, const char *words) {
    add_key(b, name);
    buf_add_char(b, '[');
    while (words && *words) {
        size_t size = strcspn(words, " ");
        add_separator(b);
        cli_quote_json(b, words, size, CLI_JSON_BASE64);
        words += size + strspn(words + size, " ");
    }
    buf_add_char(b, ']');
}

static void add_choices(struct buf *b, const struct cli_choice *choices) {
    add_key(b, "choices");
    if (!choices) {
        buf_add_str(b, "null");
        return;
    }
    buf_add_char(b, '[');
    for (; choices->name[0]; choices++) {
        add_separator(b);
        cli_quote_json(b, choices->name, strlen(choices->name), CLI_JSON_BASE64);
    }
    buf_add_char(b, ']');
}

/* Appends a text; "" is null. */
static void add_any_text(struct buf *b, const char *name, const char *text) {
    add_text(b, name, text[0] ? text : NULL);
}

static void add_option(struct buf *b, const struct cli_command *command,
                       const struct cli_option_use *use) {
    const struct cli_option *row = use->row;
    char letter[2] = { row->letter, '\0' };
    add_separator(b);
    buf_add_char(b, '{');
    add_text(b, "long", row->name);
    add_any_text(b, "short", letter);
    add_any_text(b, "metavar", row->metavar);
    add_bool(b, "optional", row->optional);
    add_bool(b, "required", row->required);
    add_bool(b, "common", use->common);
    add_any_text(b, "default", row->preset);
    add_choices(b, cli_choices(command, use));
    add_words(b, "conflicts", row->conflicts);
    add_any_text(b, "needs", row->needs);
    add_text(b, "complete", complete_names[row->complete]);
    add_text(b, "help", row->help);
    buf_add_char(b, '}');
}

static void add_options(struct buf *b, const struct cli_command *command) {
    struct cli_option_set set;
    cli_collect_options(command, &set);
    add_key(b, "options");
    buf_add_char(b, '[');
    for (unsigned i = 0; i < set.count; i++)
        if (set.uses[i].row->kind != CLI_OPT_HEADING)
            add_option(b, command, &set.uses[i]);
    buf_add_char(b, ']');
}

static void add_views(struct buf *b, const struct cli_command *command, const char *name,
                      unsigned views) {
    add_key(b, name);
    buf_add_char(b, '[');
    const char *view = command->views;
    for (unsigned i = 0; view && *view; i++) {
        size_t size = strcspn(view, " ");
        if (views >> i & 1) {
            add_separator(b);
            cli_quote_json(b, view, size, CLI_JSON_BASE64);
        }
        view += size + strspn(view + size, " ");
    }
    buf_add_char(b, ']');
}

static void add_fields(struct buf *b, const struct cli_command *command) {
    add_key(b, "fields");
    buf_add_char(b, '[');
    for (unsigned i = 0; i < command->field_count; i++) {
        const struct cli_field *field = &command->fields[i];
        if (!cli_can_print(command, field))
            continue;
        add_separator(b);
        buf_add_char(b, '{');
        add_text(b, "name", field->name);
        add_text(b, "type", cli_type_name((enum cli_type)field->type));
        add_text(b, "item",
                 field->type == CLI_LIST ? cli_type_name((enum cli_type)field->item) : NULL);
        add_views(b, command, "views", field->views);
        add_views(b, command, "default", field->defaults);
        add_text(b, "help", field->help);
        buf_add_char(b, '}');
    }
    buf_add_char(b, ']');
}

static void add_exit(struct buf *b, const struct cli_exit *exit) {
    add_separator(b);
    buf_add_char(b, '{');
    add_key(b, "status");
    buf_add_int(b, exit->status);
    add_text(b, "meaning", exit->meaning);
    buf_add_char(b, '}');
}

/* The tree is as deep as its nesting in the sources: osbox, applet, verb. */
static void add_command(struct buf *b, const struct cli_command *command) {
    buf_add_char(b, '{');
    add_text(b, "name", command->name);
    add_text(b, "summary", command->summary);
    add_text(b, "usage", command->usage);
    add_options(b, command);
    add_fields(b, command);
    add_text(b, "format", cli_format_name(command->default_format));
    add_text(b, "operands", complete_names[command->operands]);
    add_bool(b, "stop_at_operand", command->stop_at_operand);
    add_bool(b, "dashes_program", command->dashes_program);
    add_key(b, "exits");
    buf_add_char(b, '[');
    cli_exits_each(command, add_exit, b);
    buf_add_char(b, ']');
    add_key(b, "commands");
    buf_add_char(b, '[');
    for (const struct cli_command *const *below = command->commands; below && *below; below++) {
        add_separator(b);
        add_command(b, *below); /* NOLINT(misc-no-recursion): bounded by the tree's depth */
    }
    buf_add_str(b, "]}");
}

void cli_describe(struct cli *cli) {
    struct buf b = { 0 };
    add_command(&b, cli->call.command);
    buf_add_char(&b, '\n');
    cli_write_buf(cli, &b);
    buf_finish(&b);
}
