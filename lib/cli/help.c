/* SPDX-License-Identifier: 0BSD
 *
 * --help and -F help, made from the tables.
 */
#include "cli/help.h"
#include "cli/records.h"

enum { HELP_INDENT = 2, HELP_COLUMN = 28 };

static void add_spaces(struct buf *b, size_t count) {
    while (count--)
        buf_add_char(b, ' ');
}

/* Appends the words of `text` from column `at` on, wrapped to lines indented by `indent`. */
static void add_wrapped(struct buf *b, const char *text, size_t at, size_t indent) {
    bool first = true;
    b->failed |= !text; /* memory is short */
    while (text && *text) {
        size_t size = strcspn(text, " \n");
        if (!first && at + 1 + size > CLI_HELP_WIDTH) {
            buf_add_char(b, '\n');
            add_spaces(b, indent);
            at = indent;
        } else if (!first) {
            buf_add_char(b, ' ');
            at++;
        }
        buf_add(b, text, size);
        at += size;
        text += size;
        first = false;
        if (*text == '\n') { /* a new paragraph */
            buf_add_str(b, "\n\n");
            add_spaces(b, indent);
            at = indent;
            first = true;
        }
        text += *text != '\0';
    }
    buf_add_char(b, '\n');
}

static void add_heading(struct buf *b, const struct cli *cli, const char *text) {
    buf_add_char(b, '\n');
    if (cli_writer(cli)->color)
        buf_add_str(b, "\033[1m");
    buf_add_str(b, text);
    buf_add_char(b, ':');
    if (cli_writer(cli)->color)
        buf_add_str(b, "\033[0m");
    buf_add_char(b, '\n');
}

/* Appends a term in the left column and its explanation in the right one. */
static void add_entry(struct buf *b, const struct buf *term, const char *text) {
    size_t at = HELP_INDENT + term->len;
    add_spaces(b, HELP_INDENT);
    buf_add(b, term->data, term->len);
    if (at + 2 > HELP_COLUMN) {
        buf_add_char(b, '\n');
        at = 0;
    }
    add_spaces(b, HELP_COLUMN - at);
    add_wrapped(b, text, HELP_COLUMN, HELP_COLUMN);
    b->failed |= term->failed;
}

static void add_usage(struct buf *b, const struct cli *cli) {
    const char *lead = "Usage: ";
    const char *line = cli->call.command->usage;
    do {
        size_t size = strcspn(line, "\n");
        buf_add_str(b, lead);
        buf_add_str(b, cli->call.command == cli->call.root ? "" : "osbox ");
        buf_add_str(b, cli->call.label);
        if (size)
            buf_add_char(b, ' ');
        buf_add(b, line, size);
        buf_add_char(b, '\n');
        line += size + (line[size] != '\0');
        lead = "       ";
    } while (*line);
}

static void add_choices(struct buf *b, const struct cli *cli, const struct cli_option_use *use) {
    const char *separator = ": ";
    const struct cli_choice *c = cli_choices(cli->call.command, use);
    for (; c && c->name[0]; c++) {
        buf_add_str(b, separator);
        buf_add_str(b, c->name);
        separator = ", ";
    }
    if (use->row->preset[0]) {
        buf_add_str(b, " (default: ");
        buf_add_str(b, use->row->preset);
        buf_add_char(b, ')');
    }
}

static void add_option(struct buf *b, const struct cli *cli, const struct cli_option_use *use) {
    const struct cli_option *row = use->row;
    struct buf term = { 0 }, text = { 0 };
    if (row->letter) {
        buf_add_char(&term, '-');
        buf_add_char(&term, row->letter);
        buf_add_str(&term, ", ");
    } else {
        buf_add_str(&term, "    ");
    }
    buf_add_str(&term, "--");
    buf_add_str(&term, row->name);
    if (row->metavar[0]) {
        buf_add_str(&term, row->optional ? "[=" : "=");
        buf_add_str(&term, row->metavar);
        buf_add_str(&term, row->optional ? "]" : "");
    }
    buf_add_str(&text, row->help);
    add_choices(&text, cli, use);
    add_entry(b, &term, buf_cstr(&text));
    b->failed |= text.failed;
    buf_finish(&term);
    buf_finish(&text);
}

/* The command's own options always have a heading. */
static void add_options(struct buf *b, const struct cli *cli) {
    struct cli_option_set set;
    cli_collect_options(cli->call.command, &set);
    if (set.uses[0].row->kind != CLI_OPT_HEADING)
        add_heading(b, cli, "Options");
    for (unsigned i = 0; i < set.count; i++) {
        if (set.uses[i].row->kind == CLI_OPT_HEADING)
            add_heading(b, cli, set.uses[i].row->help);
        else
            add_option(b, cli, &set.uses[i]);
    }
}

static void add_commands(struct buf *b, const struct cli *cli) {
    const struct cli_command *const *below = cli->call.command->commands;
    if (!below)
        return;
    add_heading(b, cli, "Commands");
    for (; *below; below++) {
        struct buf term = { 0 };
        buf_add_str(&term, (*below)->name);
        add_entry(b, &term, (*below)->summary);
        buf_finish(&term);
    }
}

static void add_exit(struct buf *b, const struct cli_exit *exit) {
    struct buf term = { 0 };
    buf_add_int(&term, exit->status);
    add_entry(b, &term, exit->meaning);
    buf_finish(&term);
}

/* Makes a summary a sentence: "Print ...". */
static void add_sentence(struct buf *b, const char *summary) {
    struct buf text = { 0 };
    buf_add_char(&text, summary[0] >= 'a' && summary[0] <= 'z' ? (char)(summary[0] - 'a' + 'A')
                                                               : summary[0]);
    buf_add_str(&text, summary + 1);
    buf_add_char(&text, '.');
    add_wrapped(b, buf_cstr(&text), 0, 0);
    b->failed |= text.failed;
    buf_finish(&text);
}

static void add_manual(struct buf *b, const struct cli *cli) {
    buf_add_str(b, "\nManual: man ");
    if (cli->call.command->manual) {
        buf_add_str(b, cli->call.command->manual);
    } else {
        buf_add_str(b, "osbox-");
        buf_add(b, cli->call.label, strcspn(cli->call.label, " "));
    }
    buf_add_char(b, '\n');
}

void cli_help(struct cli *cli) {
    struct buf b = { 0 };
    add_usage(&b, cli);
    buf_add_char(&b, '\n');
    add_sentence(&b, cli->call.command->summary);
    if (cli->call.command->description) {
        buf_add_char(&b, '\n');
        add_wrapped(&b, cli->call.command->description, 0, 0);
    }
    add_commands(&b, cli);
    add_options(&b, cli);
    add_heading(&b, cli, "Exit status");
    cli_exits_each(cli->call.command, add_exit, &b);
    add_manual(&b, cli);
    cli_write_buf(cli, &b);
    buf_finish(&b);
}

/* "duration (seconds)", "list of enum" */
static void add_type(struct buf *b, const struct cli_field *field) {
    enum cli_type type = (enum cli_type)field->type;
    buf_add_str(b, cli_type_name(type));
    if (type == CLI_LIST) {
        buf_add_str(b, " of ");
        buf_add_str(b, cli_type_name((enum cli_type)field->item));
    } else if (type == CLI_TIMESPEC || type == CLI_DURATION) {
        buf_add_str(b, " (seconds)");
    } else if (type == CLI_TIMESPEC_NS || type == CLI_DURATION_NS) {
        buf_add_str(b, " (nanoseconds)");
    }
}

static void add_field(struct buf *b, const struct cli_field *field, unsigned view) {
    struct buf term = { 0 }, text = { 0 };
    buf_add_char(&term, field->defaults >> view & 1 ? '*' : ' ');
    buf_add_str(&term, field->name);
    add_type(&text, field);
    buf_add_str(&text, ": ");
    buf_add_str(&text, field->help);
    add_entry(b, &term, buf_cstr(&text));
    buf_finish(&term);
    buf_finish(&text);
}

void cli_help_fields(struct cli *cli, unsigned view) {
    const struct cli_command *command = cli->call.command;
    struct buf b = { 0 };
    buf_add_str(&b, "Fields (* default), type, meaning:\n");
    for (unsigned i = 0; i < command->field_count; i++)
        if (cli_is_in_view(&command->fields[i], view))
            add_field(&b, &command->fields[i], view);
    cli_write_buf(cli, &b);
    buf_finish(&b);
}
