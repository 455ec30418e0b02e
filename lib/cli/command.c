/* SPDX-License-Identifier: 0BSD
 *
 * Look-ups in the tables of a command.
 */
#include <string.h>

#include "cli/command.h"
#include "cli/common.h"
#include "cli/format.h"

const char *cli_applet_name(const char *program) {
    const char *slash = strrchr(program, '/');
    const char *name = slash ? slash + 1 : program;
    if (name[0] == '-')
        name++;
    if (strncmp(name, "osbox-", 6) == 0)
        name += 6;
    return name;
}

const struct cli_command *cli_find_command(const struct cli_command *above, const char *name) {
    for (const struct cli_command *const *below = above->commands; below && *below; below++)
        if (strcmp((*below)->name, name) == 0)
            return *below;
    return NULL;
}

/* ---- options ---- */

static void collect(struct cli_option_set *set, const struct cli_option *table, size_t base,
                    bool common) {
    for (const struct cli_option *row = table; row && row->kind != CLI_OPT_END; row++)
        if (set->count < CLI_OPTIONS_MAX)
            set->uses[set->count++] = (struct cli_option_use){ row, (uint16_t)base, common, false };
}

void cli_collect_options(const struct cli_command *command, struct cli_option_set *set) {
    set->count = 0;
    for (const struct cli_option *row = command->options; row && row->kind != CLI_OPT_END; row++) {
        if (row->kind == CLI_OPT_INCLUDE)
            collect(set, command->includes[row->number], row->dest, false);
        else if (set->count < CLI_OPTIONS_MAX)
            set->uses[set->count++] = (struct cli_option_use){ row, 0, false, false };
    }
    collect(set, cli_common_options, 0, true);
}

struct cli_option_use *cli_find_option(struct cli_option_set *set, const char *name, size_t size) {
    for (struct cli_option_use *use = set->uses; use < set->uses + set->count; use++)
        if (use->row->kind != CLI_OPT_HEADING && strncmp(use->row->name, name, size) == 0 &&
            !use->row->name[size])
            return use;
    return NULL;
}

struct cli_option_use *cli_find_letter(struct cli_option_set *set, char letter) {
    for (struct cli_option_use *use = set->uses; use < set->uses + set->count; use++)
        if (use->row->letter == letter)
            return use;
    return NULL;
}

const struct cli_choice *cli_choices(const struct cli_command *command,
                                     const struct cli_option_use *use) {
    unsigned number = use->row->choices;
    if (!number)
        return NULL;
    return use->common ? cli_common_choices(number, command->default_format == CLI_FORMAT_RAW)
                       : command->choices[number];
}

const struct cli_choice *cli_find_choice(const struct cli_choice *choices, const char *name) {
    for (; choices->name[0]; choices++)
        if (strcmp(choices->name, name) == 0)
            return choices;
    return NULL;
}

/* ---- fields ---- */

static const char type_names[][13] = {
    [CLI_STRING] = "string",       [CLI_BYTES] = "bytes",       [CLI_INT] = "int",
    [CLI_UINT] = "uint",           [CLI_BOOL] = "bool",         [CLI_MODE] = "mode",
    [CLI_MASK] = "mask",           [CLI_TIMESPEC] = "timespec", [CLI_TIMESPEC_NS] = "timespec_ns",
    [CLI_TIMESTAMP] = "timestamp", [CLI_DURATION] = "duration", [CLI_DURATION_NS] = "duration_ns",
    [CLI_ENUM] = "enum",           [CLI_LIST] = "list",         [CLI_RANGES] = "ranges",
};

const char *cli_type_name(enum cli_type type) {
    return type_names[type];
}

const struct cli_field *cli_find_field(const struct cli_command *command, const char *name,
                                       size_t size) {
    for (unsigned i = 0; i < command->field_count; i++)
        if (strncmp(command->fields[i].name, name, size) == 0 && !command->fields[i].name[size])
            return &command->fields[i];
    return NULL;
}

bool cli_is_in_view(const struct cli_field *field, unsigned view) {
    return (field->views | field->nameable) >> view & 1;
}

bool cli_can_print(const struct cli_command *command, const struct cli_field *field) {
    return command->choose_view || cli_is_in_view(field, command->view);
}

/* ---- exit statuses ---- */

static bool can_exit(const struct cli_command *command, int status) {
    if (status == CLI_EX_OK)
        return true;
    if (command->runs_program)
        return status == CLI_EX_IOERR;
    return !(command->never & CLI_NEVER(status));
}

void cli_exits_each(const struct cli_command *command,
                    void (*visit)(struct buf *b, const struct cli_exit *exit), struct buf *b) {
    struct cli_option_set set;
    cli_collect_options(command, &set);
    bool programs = command->runs_program || command->dashes_program;
    bool timeout = cli_find_option(&set, "timeout", strlen("timeout"));
    for (const struct cli_exit *x = cli_common_exits; x->meaning[0]; x++)
        if (can_exit(command, x->status))
            visit(b, x);
    for (const struct cli_exit *x = command->exits; x && x->meaning[0]; x++)
        visit(b, x);
    for (const struct cli_exit *x = cli_program_exits; programs && x->meaning[0]; x++)
        if (timeout || x->status != CLI_EX_TIMEOUT)
            visit(b, x);
}
