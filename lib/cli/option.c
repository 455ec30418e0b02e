/* SPDX-License-Identifier: 0BSD
 *
 * The option parser: exact long names, --name=value and --name value, bundled
 * letters, options and operands in any order, "--" ends options. getopt_long(3)
 * abbreviates names, keeps globals and obeys POSIXLY_CORRECT.
 */
#include <limits.h>

#include "cli/cli.h"
#include "cli/nearest.h"
#include "cli/parse.h"
#include "cli/signal.h"

static const char *parse_output(struct cli *cli, void *args, const char *text);
static const char *parse_get(struct cli *cli, void *args, const char *text);
static const char *parse_sh_prefix(struct cli *cli, void *args, const char *text);

static const struct cli_choice json_bytes_choices[] = {
    { "base64", CLI_JSON_BASE64, "{\"b64\":\"...\"}, lossless for every reader" },
    { "surrogateescape", CLI_JSON_SURROGATEESCAPE, "\\udcXX, as Python's os.fsdecode" },
    { NULL, 0, NULL },
};

static const struct cli_choice json_int64_choices[] = {
    { "number", 0, "exact, for parsers that keep 64 bits" },
    { "string", 1, "for parsers that keep doubles" },
    { NULL, 0, NULL },
};

static const struct cli_choice color_choices[] = {
    { "auto", CLI_COLOR_AUTO, "on a terminal, unless NO_COLOR is set" },
    { "always", CLI_COLOR_ALWAYS, NULL },
    { "never", CLI_COLOR_NEVER, NULL },
    { NULL, 0, NULL },
};

const struct cli_option cli_common_options[] = {
    CLI_GROUP("Output"),
    { CLI_CALL(parse_output), .letter = 'o', .name = "output", .metavar = "FORMAT",
      .choices = cli_formats, .help = "print records in this format" },
    { CLI_SET(struct cli_common, format, CLI_FORMAT_JSON), .letter = 'J', .name = "json",
      .help = "the same as -o json" },
    { CLI_TEXT(struct cli_common, fields), .letter = 'F', .name = "fields", .metavar = "LIST",
      .complete = CLI_COMPLETE_FIELDS,
      .help = "print these fields, in this order; +LIST adds to the default ones; 'all'; "
              "'help' lists them" },
    { CLI_CALL(parse_get), .letter = 'g', .name = "get", .metavar = "LIST",
      .complete = CLI_COMPLETE_FIELDS, .help = "the same as -F LIST -o value" },
    { CLI_FLAG(struct cli_common, null), .letter = '0', .name = "null",
      .help = "with -o value: end each value with a NUL" },
    { CLI_CHOICE(struct cli_common, json_bytes, json_bytes_choices), .name = "json-bytes",
      .metavar = "HOW", .preset = "base64", .help = "what stands for bytes that are not UTF-8" },
    { CLI_CHOICE(struct cli_common, json_int64, json_int64_choices), .name = "json-int64",
      .metavar = "HOW", .preset = "number", .help = "how json writes integers" },
    { CLI_CALL(parse_sh_prefix), .name = "sh-prefix", .metavar = "PREFIX", .preset = "os_",
      .help = "begins the names that -o sh sets" },
    { CLI_CHOICE(struct cli_common, color, color_choices), .name = "color", .metavar = "WHEN",
      .preset = "auto", .help = "use bold type" },
    { CLI_FLAG(struct cli_common, describe), .name = "describe",
      .help = "print what this command takes and prints, as JSON" },
    { CLI_FLAG(struct cli_common, help), .letter = 'h', .name = "help", .help = "print this help" },
    { CLI_FLAG(struct cli_common, version), .letter = 'V', .name = "version",
      .help = "print the version" },
    CLI_OPTIONS_END,
};

/* ---- values ---- */

const struct cli_choice *cli_choices(const struct cli_command *command,
                                     const struct cli_option *row) {
    bool raw = row->choices == cli_formats && command->default_format == CLI_FORMAT_RAW;
    return raw ? cli_formats_and_raw : row->choices;
}

static const struct cli_choice *find_choice(const struct cli_choice *choices, const char *name) {
    for (; choices->name; choices++)
        if (strcmp(choices->name, name) == 0)
            return choices;
    return NULL;
}

static const char *parse_output(struct cli *cli, void *args, const char *text) {
    (void)args;
    const struct cli_option *row = cli_find_option(cli_common_options, "output", strlen("output"));
    const struct cli_choice *choice = find_choice(cli_choices(cli->command, row), text);
    if (choice) {
        cli->common.format = choice->value;
        return NULL;
    }
    for (unsigned i = 0; i < cli->command->field_count; i++)
        if (strcmp(cli->command->fields[i].name, text) == 0)
            return "is a field, not a format; did you mean -g?";
    return "";
}

static const char *parse_get(struct cli *cli, void *args, const char *text) {
    (void)args;
    cli->common.fields = text;
    cli->common.format = CLI_FORMAT_VALUE;
    return NULL;
}

/* Names only, and never empty: `path=` would destroy zsh's PATH. */
static const char *parse_sh_prefix(struct cli *cli, void *args, const char *text) {
    (void)args;
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    if (!text[0] || (text[0] >= '0' && text[0] <= '9') || text[strspn(text, letters)])
        return "not the beginning of a variable's name";
    cli->common.sh_prefix = text;
    return NULL;
}

/* ---- the parser ---- */

/* A table and where its destinations are. */
struct option_set {
    const struct cli_option *table;
    void *args;
    uint64_t given; /* bit set of rows */
};

struct parser {
    struct cli *cli;
    struct option_set sets[2]; /* the command's own, the common ones */
    int next;                  /* index of the next argument */
    bool failed;               /* the first error, reported when all arguments are read: */
    struct buf object;         /* a later -J decides how */
    struct buf message;
};

static bool is_option(const struct cli_option *row) {
    return row->kind != CLI_OPT_HEADING;
}

const struct cli_option *cli_find_option(const struct cli_option *table, const char *name,
                                         size_t size) {
    for (const struct cli_option *row = table; row && row->kind != CLI_OPT_END; row++)
        if (is_option(row) && strlen(row->name) == size && memcmp(row->name, name, size) == 0)
            return row;
    return NULL;
}

static const struct cli_option *find_letter(const struct cli_option *table, char letter) {
    for (const struct cli_option *row = table; row && row->kind != CLI_OPT_END; row++)
        if (is_option(row) && row->letter == letter)
            return row;
    return NULL;
}

/* Only the first error counts. */
static void fail(struct parser *p, const char *object, const char *message) {
    if (p->failed)
        return;
    p->failed = true;
    buf_add_str(&p->object, object);
    buf_add_str(&p->message, message);
}

/* "not one of a, b, c; did you mean 'b'?" */
static void fail_choice(struct parser *p, const struct cli_option *row, const char *object,
                        const char *text) {
    struct buf message = { 0 };
    struct cli_nearest near = { .word = text, .size = strlen(text) };
    const char *separator = "not one of ";
    for (const struct cli_choice *c = cli_choices(p->cli->command, row); c->name; c++) {
        buf_add_str(&message, separator);
        buf_add_str(&message, c->name);
        separator = ", ";
        cli_nearest_try(&near, c->name);
    }
    if (near.name) {
        buf_add_str(&message, "; did you mean '");
        buf_add_str(&message, near.name);
        buf_add_str(&message, "'?");
    }
    fail(p, object, buf_cstr(&message));
    buf_finish(&message);
}

static const char *store(struct parser *p, struct option_set *set, const struct cli_option *row,
                         const char *text) {
    void *dest = (char *)set->args + row->dest;
    const struct cli_choice *choice;
    int64_t number;
    const char *why;
    switch ((enum cli_option_kind)row->kind) {
    case CLI_OPT_FLAG:
        *(bool *)dest = true;
        return NULL;
    case CLI_OPT_SET:
        *(int *)dest = row->value;
        return NULL;
    case CLI_OPT_STRING:
        *(const char **)dest = text;
        return NULL;
    case CLI_OPT_FD:
        return cli_parse_fd(text, dest);
    case CLI_OPT_UINT:
        why = cli_parse_int(text, 0, UINT_MAX, &number);
        if (!why)
            *(unsigned *)dest = (unsigned)number;
        return why;
    case CLI_OPT_SIZE:
        return cli_parse_size(text, dest);
    case CLI_OPT_DURATION:
        return cli_parse_ns(text, dest);
    case CLI_OPT_SIGNAL:
        return cli_parse_signal(text, false, dest);
    case CLI_OPT_CHOICE:
        choice = find_choice(row->choices, text);
        if (choice)
            *(int *)dest = choice->value;
        return choice ? NULL : "";
    case CLI_OPT_CALL:
        return row->parse(p->cli, set->args, text);
    case CLI_OPT_END:
    case CLI_OPT_HEADING:
        break;
    }
    return "cannot be given";
}

/* Stores a value, "" where there is none, and notes that the row was given. */
static void take(struct parser *p, struct option_set *set, const struct cli_option *row,
                 const char *text) {
    set->given |= UINT64_C(1) << (row - set->table);
    const char *why = store(p, set, row, text);
    if (!why)
        return;
    struct buf object = { 0 };
    buf_add_str(&object, "--");
    buf_add_str(&object, row->name);
    if (text[0]) {
        buf_add_char(&object, '=');
        buf_add_str(&object, text);
    }
    if (!why[0] && row->choices)
        fail_choice(p, row, buf_cstr(&object), text);
    else
        fail(p, buf_cstr(&object), why);
    buf_finish(&object);
}

static void fail_unknown(struct parser *p, const char *argument, size_t size) {
    struct cli_nearest near = { .word = argument + 2, .size = size - 2 };
    struct buf message = { 0 };
    for (size_t s = 0; s < 2 && argument[1] == '-'; s++)
        for (const struct cli_option *row = p->sets[s].table; row && row->kind != CLI_OPT_END;
             row++)
            if (is_option(row))
                cli_nearest_try(&near, row->name);
    if (near.name) {
        buf_add_str(&message, "unknown option; did you mean '--");
        buf_add_str(&message, near.name);
        buf_add_str(&message, "'?");
    } else {
        buf_add_str(&message, "unknown option; --help lists them");
    }
    struct buf object = { 0 };
    buf_add(&object, argument, size);
    fail(p, buf_cstr(&object), buf_cstr(&message));
    buf_finish(&object);
    buf_finish(&message);
}

static const char *next_value(struct parser *p) {
    return p->next < p->cli->argc ? p->cli->argv[p->next++] : NULL;
}

static void parse_long(struct parser *p, const char *argument) {
    const char *name = argument + 2;
    size_t size = strcspn(name, "=");
    for (size_t s = 0; s < 2; s++) {
        const struct cli_option *row = cli_find_option(p->sets[s].table, name, size);
        if (!row)
            continue;
        const char *text = name[size] ? name + size + 1 : NULL;
        if (text && !row->metavar) {
            fail(p, argument, "the option takes no value");
            return;
        }
        if (!text && row->metavar)
            text = row->optional ? "" : next_value(p);
        if (!text && row->metavar)
            fail(p, argument, "the option needs a value");
        else
            take(p, &p->sets[s], row, text ? text : "");
        return;
    }
    fail_unknown(p, argument, size + 2);
}

/* A bundle of letters; the first that takes a value has the rest, or the next argument. */
static void parse_letters(struct parser *p, const char *letters) {
    for (; *letters; letters++) {
        const struct cli_option *row = NULL;
        struct option_set *set = NULL;
        for (size_t s = 0; s < 2 && !row; s++) {
            set = &p->sets[s];
            row = find_letter(set->table, *letters);
        }
        char name[3] = { '-', *letters, '\0' };
        if (!row) {
            fail_unknown(p, name, 2);
            return;
        }
        if (!row->metavar || row->optional) {
            take(p, set, row, "");
            continue;
        }
        const char *text = letters[1] ? letters + 1 : next_value(p);
        if (text)
            take(p, set, row, text);
        else
            fail(p, name, "the option needs a value");
        return;
    }
}

static bool was_given(const struct option_set *set, const char *name, size_t size) {
    const struct cli_option *row = cli_find_option(set->table, name, size);
    return row && set->given >> (row - set->table) & 1;
}

static void check_conflicts(struct parser *p, const struct cli_option *row) {
    for (const char *name = row->conflicts; name && *name;) {
        size_t size = strcspn(name, " ");
        if (was_given(&p->sets[0], name, size) || was_given(&p->sets[1], name, size)) {
            struct buf message = { 0 };
            buf_add_str(&message, "cannot be given with --");
            buf_add(&message, name, size);
            struct buf object = { 0 };
            buf_add_str(&object, "--");
            buf_add_str(&object, row->name);
            fail(p, buf_cstr(&object), buf_cstr(&message));
            buf_finish(&object);
            buf_finish(&message);
            return;
        }
        name += size + strspn(name + size, " ");
    }
}

static void check_needs(struct parser *p, const struct cli_option *row) {
    if (!row->needs || was_given(&p->sets[0], row->needs, strlen(row->needs)))
        return;
    struct buf object = { 0 }, message = { 0 };
    buf_add_str(&object, "--");
    buf_add_str(&object, row->name);
    buf_add_str(&message, "goes with --");
    buf_add_str(&message, row->needs);
    fail(p, buf_cstr(&object), buf_cstr(&message));
    buf_finish(&object);
    buf_finish(&message);
}

static void check_given(struct parser *p) {
    for (size_t s = 0; s < 2; s++)
        for (const struct cli_option *row = p->sets[s].table; row && row->kind != CLI_OPT_END;
             row++)
            if (is_option(row) && p->sets[s].given >> (row - p->sets[s].table) & 1) {
                check_conflicts(p, row);
                check_needs(p, row);
            }
}

bool cli_parse_options(struct cli *cli, void *args) {
    struct parser p = {
        .cli = cli,
        .sets = { { cli->command->options, args, 0 }, { cli_common_options, &cli->common, 0 } },
        .next = 1,
    };
    bool options = true;
    /* Operands move to the front of argv: it is never longer than what was read. */
    cli->operands = cli->argc > 0 ? cli->argv + 1 : cli->argv;
    while (p.next < cli->argc) {
        char *argument = cli->argv[p.next++];
        bool operand = !options || argument[0] != '-' || !argument[1];
        if (!operand && strcmp(argument, "--") == 0) {
            options = false;
            if (cli->command->dashes_program) {
                cli->program = cli->argv + p.next;
                break;
            }
        } else if (operand) {
            cli->operands[cli->operand_count++] = argument;
            options = options && !cli->command->stop_at_operand;
        } else if (argument[1] == '-') {
            parse_long(&p, argument);
        } else {
            parse_letters(&p, argument + 1);
        }
    }
    if (!cli->program) /* one that is there has the end of argv, and a NULL after it, already */
        cli->operands[cli->operand_count] = NULL;
    if (cli->command->stop_at_operand && cli->operand_count)
        cli->program = cli->operands;
    check_given(&p);
    if (p.failed)
        cli_usage(cli, buf_cstr(&p.object), buf_cstr(&p.message));
    buf_finish(&p.object);
    buf_finish(&p.message);
    return !p.failed;
}
