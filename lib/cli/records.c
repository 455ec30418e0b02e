/* SPDX-License-Identifier: 0BSD
 *
 * The records of a call: their fields, and their output.
 */
#include "cli/records.h"
#include "cli/nearest.h"
#include "cli/output.h"

unsigned cli_view(const struct cli_call *call, const void *args) {
    const struct cli_command *command = call->command;
    return command->choose_view ? command->choose_view(call, args) : command->view;
}

static void select_field(struct cli_writer *w, unsigned index) {
    w->selection[w->selected++] = (uint8_t)index;
}

static void select_of_view(struct cli *cli, bool all) {
    const struct cli_command *command = cli->call.command;
    struct cli_output *o = cli->output;
    for (unsigned i = 0; i < command->field_count; i++) {
        unsigned views = all ? command->fields[i].views : command->fields[i].defaults;
        if (views >> o->view & 1)
            select_field(&o->writer, i);
    }
}

/* Reports "no such field", or that the field belongs to other records of the command. */
static void refuse_field(struct cli *cli, const char *name, size_t size,
                         const struct cli_field *field) {
    const struct cli_command *command = cli->call.command;
    struct cli_nearest near = { .word = name, .size = size };
    for (unsigned i = 0; i < command->field_count && !field; i++)
        cli_nearest_try(&near, command->fields[i].name);
    struct buf object = { 0 }, message = { 0 };
    buf_add(&object, name, size);
    buf_add_str(&message, field ? "not a field of these records; " : "no such field; ");
    if (near.name) {
        buf_add_str(&message, "did you mean '");
        buf_add_str(&message, near.name);
        buf_add_str(&message, "'?");
    } else {
        buf_add_str(&message, "-F help lists them");
    }
    cli_usage(cli, buf_cstr(&object), buf_cstr(&message));
    buf_finish(&object);
    buf_finish(&message);
}

/* One name of the list. With `added`, a field that is selected already is not an error. */
static bool select_named(struct cli *cli, const char *name, size_t size, bool added) {
    const struct cli_command *command = cli->call.command;
    const struct cli_field *field = cli_find_field(command, name, size);
    if (!field || !cli_is_in_view(field, cli->output->view)) {
        refuse_field(cli, name, size, field);
        return false;
    }
    unsigned index = (unsigned)(field - command->fields);
    if (cli_wants(&cli->output->writer, index)) {
        if (!added)
            cli_usage(cli, field->name, "field given twice");
        return added;
    }
    select_field(&cli->output->writer, index);
    return true;
}

static bool select_fields(struct cli *cli) {
    const char *list = cli->call.common.fields;
    cli->output->writer.selected = 0;
    if (!list || list[0] == '+')
        select_of_view(cli, false);
    if (!list)
        return true;
    bool added = list[0] == '+';
    list += added;
    if (!added && strcmp(list, "all") == 0) {
        select_of_view(cli, true);
        return true;
    }
    for (;;) {
        size_t size = (size_t)(strchrnul(list, ',') - list);
        if (!select_named(cli, list, size, added))
            return false;
        if (!list[size])
            return true;
        list += size + 1;
    }
}

bool cli_check_null(struct cli *cli) {
    if (!cli->call.common.null || cli->output->writer.format == CLI_FORMAT_VALUE)
        return true;
    cli_usage(cli, "--null", "goes with -o value or -g only");
    return false;
}

bool cli_begin(struct cli *cli) {
    const struct cli_command *command = cli->call.command;
    cli->output->writer.fields = command->fields;
    if (!select_fields(cli) || !cli_check_null(cli))
        return false;
    cli->output->begun = true;
    return true;
}

bool cli_begin_view(struct cli *cli, unsigned view) {
    cli->output->view = view;
    return cli_begin(cli);
}

bool cli_expect_records(struct cli *cli, size_t count) {
    if (cli->output->writer.format != CLI_FORMAT_SH || count == 1)
        return true;
    cli_usage(cli, "-o sh", "prints one record, not several");
    return false;
}

void cli_emit(struct cli *cli, const struct cli_value *values) {
    struct cli_output *o = cli->output;
    if (o->writer.format != CLI_FORMAT_SH || o->records == 0)
        cli_output_record(cli, values);
    else if (!cli->outcome.error) /* reported once */
        cli_expect_records(cli, 2);
}
