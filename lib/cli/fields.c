/* SPDX-License-Identifier: 0BSD
 *
 * The choice of fields.
 */
#include "cli/fields.h"
#include "cli/help.h"
#include "cli/nearest.h"

static const char type_names[][13] = {
    [CLI_STRING] = "string",
    [CLI_BYTES] = "bytes",
    [CLI_INT] = "int",
    [CLI_UINT] = "uint",
    [CLI_BOOL] = "bool",
    [CLI_MODE] = "mode",
    [CLI_TIMESPEC] = "timespec",
    [CLI_TIMESPEC_NS] = "timespec_ns",
    [CLI_TIMESTAMP] = "timestamp",
    [CLI_DURATION] = "duration",
    [CLI_DURATION_NS] = "duration_ns",
    [CLI_ENUM] = "enum",
    [CLI_LIST] = "list",
    [CLI_RANGES] = "ranges",
};

const char *cli_type_name(enum cli_type type) {
    return type_names[type];
}

const struct cli_field *cli_find_field(const struct cli_command *command, const char *name,
                                       size_t size) {
    for (unsigned i = 0; i < command->field_count; i++)
        if (strlen(command->fields[i].name) == size &&
            memcmp(command->fields[i].name, name, size) == 0)
            return &command->fields[i];
    return NULL;
}

static void select_where(struct cli *cli, unsigned view, bool all) {
    const struct cli_command *command = cli->command;
    for (unsigned i = 0; i < command->field_count; i++) {
        unsigned views = all ? command->fields[i].views : command->fields[i].defaults;
        if (views >> view & 1)
            cli->writer.selection[cli->writer.selected++] = (uint8_t)i;
    }
}

static void unknown_field(struct cli *cli, const char *name, size_t size) {
    struct cli_nearest near = { .word = name, .size = size };
    for (unsigned i = 0; i < cli->command->field_count; i++)
        cli_nearest_try(&near, cli->command->fields[i].name);
    struct buf object = { 0 }, message = { 0 };
    buf_add(&object, name, size);
    buf_add_str(&message, "no such field; ");
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

/* One name of the list. With `added`, a field that is there already is no error. */
static bool select_named(struct cli *cli, const char *name, size_t size, bool added) {
    const struct cli_field *field = cli_find_field(cli->command, name, size);
    if (!field) {
        unknown_field(cli, name, size);
        return false;
    }
    unsigned index = (unsigned)(field - cli->command->fields);
    if (cli_wants(&cli->writer, index)) {
        if (!added)
            cli_usage(cli, field->name, "field given twice");
        return added;
    }
    cli->writer.selection[cli->writer.selected++] = (uint8_t)index;
    return true;
}

bool cli_select_fields(struct cli *cli, unsigned view) {
    const char *list = cli->common.fields;
    cli->writer.selected = 0;
    if (!list || list[0] == '+')
        select_where(cli, view, false);
    if (!list)
        return true;
    bool added = list[0] == '+';
    list += added;
    if (!added && strcmp(list, "help") == 0) {
        cli_help_fields(cli, view);
        return false;
    }
    if (!added && strcmp(list, "all") == 0) {
        select_where(cli, view, true);
        return true;
    }
    for (;;) {
        size_t size = strcspn(list, ",");
        if (!select_named(cli, list, size, added))
            return false;
        if (!list[size])
            return true;
        list += size + 1;
    }
}
