/* SPDX-License-Identifier: 0BSD
 *
 * The option parser: exact long names, --name=value and --name value, bundled
 * letters, options and operands in any order, "--" ends options. It is not
 * getopt_long(3), which accepts abbreviations, has globals and obeys
 * POSIXLY_CORRECT.
 */
#include <limits.h>

#include "cli/output.h"
#include "cli/parse.h"
#include "cli/parser.h"
#include "cli/place.h"
#include "cli/signal.h"
#include "cli/suggest.h"

struct parser {
    struct cli *cli;
    void *args;
    struct cli_option_set options;
    int next; /* index of the next argument */
    struct cli_given given;
    bool failed;       /* the first error, reported when all arguments are read: */
    struct buf object; /* a later -J decides in which format */
    struct buf message;
};

/* Only the first error counts. */
static void fail(struct parser *p, const char *object, const char *message) {
    if (p->failed)
        return;
    p->failed = true;
    if (object)
        buf_add_str(&p->object, object);
    buf_add_str(&p->message, message);
}

/* "--name: cannot be given with --other" */
static void fail_together(struct parser *p, const struct cli_option *row, const char *verb,
                          const char *other, size_t size) {
    struct buf object = { 0 }, message = { 0 };
    buf_add_str(&object, "--");
    buf_add_str(&object, row->name);
    buf_add_str(&message, verb);
    buf_add_str(&message, " --");
    buf_add(&message, other, size);
    fail(p, buf_cstr(&object), buf_cstr(&message));
    buf_finish(&object);
    buf_finish(&message);
}

/* ---- values ---- */

static void fail_choice(struct parser *p, const struct cli_choice *choices, const char *object,
                        const char *text) {
    struct buf message = { 0 };
    cli_suggest_choice(&message, choices, text);
    fail(p, object, buf_cstr(&message));
    buf_finish(&message);
}

static const char *parse_output(struct cli_call *call, const struct cli_choice *formats,
                                const char *text) {
    const struct cli_choice *choice = cli_find_choice(formats, text);
    if (choice) {
        call->common.format = choice->value;
        return NULL;
    }
    bool is_field = cli_find_field(call->command, text, strlen(text));
    /* What was meant to be sh is evaluated. */
    choice = cli_nearest_choice(formats, text);
    if (choice && choice->value == CLI_FORMAT_SH)
        call->common.format = CLI_FORMAT_SH;
    return is_field ? "is a field, not a format; did you mean -g?" : "";
}

/* -g is a format, too. With sh it would take the record away from eval. */
static const char *parse_get(struct cli_call *call, const char *text) {
    call->common.fields = text;
    call->common.get = true;
    if (call->common.format != CLI_FORMAT_SH)
        call->common.format = CLI_FORMAT_VALUE;
    return NULL;
}

/* Names only, and never empty: `path=` would destroy zsh's PATH. */
static const char *parse_sh_prefix(struct cli_call *call, const char *text) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    if (!text[0] || (text[0] >= '0' && text[0] <= '9') || text[strspn(text, letters)])
        return "not the beginning of a variable's name";
    call->common.sh_prefix = text;
    return NULL;
}

static const char *parse_common(struct cli_call *call, const struct cli_option_use *use,
                                const char *text) {
    switch ((enum cli_common_call)use->row->value) {
    case CLI_COMMON_OUTPUT:
        return parse_output(call, cli_choices(call->command, use), text);
    case CLI_COMMON_GET:
        return parse_get(call, text);
    case CLI_COMMON_SH_PREFIX:
        return parse_sh_prefix(call, text);
    }
    return "cannot be given";
}

static const char *store_int(const struct cli_option *row, const char *text, int *value) {
    int64_t number;
    const char *why = cli_parse_int(text, row->min, row->max, &number);
    if (!why)
        *value = (int)number;
    return why;
}

static const char *store_uint(const char *text, unsigned *value) {
    int64_t number;
    const char *why = cli_parse_int(text, 0, UINT_MAX, &number);
    if (!why)
        *value = (unsigned)number;
    return why;
}

/* Returns NULL, or why the value is invalid; "" if it is not one of the choices. */
static const char *store(struct parser *p, const struct cli_option_use *use, const char *text) {
    struct cli_call *call = &p->cli->call;
    const struct cli_option *row = use->row;
    void *dest = (char *)(use->common ? &call->common : p->args) + use->base + row->dest;
    const struct cli_choice *choice;
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
    case CLI_OPT_PLACE:
        *(const char **)dest = text;
        why = cli_parse_place(call, text);
        if (why)
            fail(p, text, why);
        return NULL;
    case CLI_OPT_FD:
        return cli_parse_fd(text, dest);
    case CLI_OPT_INT:
        return store_int(row, text, dest);
    case CLI_OPT_UINT:
        return store_uint(text, dest);
    case CLI_OPT_SIZE:
        return cli_parse_size(text, dest);
    case CLI_OPT_DURATION:
        return cli_parse_ns(text, dest);
    case CLI_OPT_SIGNAL:
        return cli_parse_signal(text, false, dest);
    case CLI_OPT_CHOICE:
        choice = cli_find_choice(cli_choices(call->command, use), text);
        if (choice)
            *(int *)dest = choice->value;
        return choice ? NULL : "";
    case CLI_OPT_CALL:
        return use->common ? parse_common(call, use, text)
                           : call->command->parse(p->args, row->value, text);
    case CLI_OPT_END:
    case CLI_OPT_HEADING:
    case CLI_OPT_INCLUDE:
        break;
    }
    return "cannot be given";
}

/* Stores a value, "" if there is none, and marks the option as given. */
static void take(struct parser *p, struct cli_option_use *use, const char *text) {
    use->given = true;
    const char *why = store(p, use, text);
    if (!why)
        return;
    struct buf object = { 0 };
    buf_add_str(&object, "--");
    buf_add_str(&object, use->row->name);
    if (text[0]) {
        buf_add_char(&object, '=');
        buf_add_str(&object, text);
    }
    const struct cli_choice *choices = cli_choices(p->cli->call.command, use);
    if (!why[0] && choices)
        fail_choice(p, choices, buf_cstr(&object), text);
    else
        fail(p, buf_cstr(&object), why);
    buf_finish(&object);
}

/* ---- words ---- */

/* `name` is an option that may have been meant; NULL: none. */
static void fail_unknown(struct parser *p, const char *argument, size_t size, const char *name) {
    struct buf message = { 0 }, object = { 0 };
    buf_add(&object, argument, size);
    buf_add_str(&message, "unknown option");
    if (name)
        cli_suggest_option(&message, name);
    else if (cli_means_program(&p->cli->call))
        cli_suggest_program(&message, &p->cli->call, &p->given);
    else
        buf_add_str(&message, "; --help lists them");
    fail(p, buf_cstr(&object), buf_cstr(&message));
    buf_finish(&object);
    buf_finish(&message);
}

/* Reports an operand if the first one is a program. */
static void check_operand(struct parser *p, const char *operand) {
    if (!cli_means_program(&p->cli->call))
        return;
    struct buf message = { 0 };
    buf_add_str(&message, "unexpected operand");
    cli_suggest_program(&message, &p->cli->call, &p->given);
    fail(p, operand, buf_cstr(&message));
    buf_finish(&message);
}

static const char *next_value(struct parser *p) {
    const struct cli_call *call = &p->cli->call;
    return p->next < call->argc ? call->argv[p->next++] : NULL;
}

static void parse_long(struct parser *p, const char *argument) {
    const char *name = argument + 2;
    size_t size = (size_t)(strchrnul(name, '=') - name);
    const char *text = name[size] ? name + size + 1 : NULL;
    struct cli_option_use *use = cli_find_option(&p->options, name, size);
    if (!use) {
        fail_unknown(p, argument, size + 2, cli_nearest_option(&p->options, name, size));
        return;
    }
    bool valued = use->row->metavar[0];
    if (text && !valued) {
        fail(p, argument, "the option takes no value");
        return;
    }
    if (text && !text[0] && use->row->optional) {
        fail(p, argument, "the value is missing after '='");
        return;
    }
    if (!text && valued)
        text = use->row->optional ? "" : next_value(p);
    if (!text && valued)
        fail(p, argument, "the option needs a value");
    else
        take(p, use, text ? text : "");
}

/* Parses a bundle of letters; the value of the first that takes one is the rest, or the next
 * argument. */
static void parse_letters(struct parser *p, const char *letters) {
    for (; *letters; letters++) {
        struct cli_option_use *use = cli_find_letter(&p->options, *letters);
        char name[3] = { '-', *letters, '\0' };
        if (!use) {
            fail_unknown(p, name, 2, NULL);
            continue;
        }
        if (!use->row->metavar[0] || use->row->optional) {
            take(p, use, "");
            continue;
        }
        const char *text = letters[1] ? letters + 1 : next_value(p);
        if (text)
            take(p, use, text);
        else
            fail(p, name, "the option needs a value");
        return;
    }
}

/* Letters that fail may be a long option with one dash too few: "-format" is -f and -o rmat. */
static void parse_bundle(struct parser *p, const char *argument) {
    bool failed = p->failed;
    parse_letters(p, argument + 1);
    if (failed || !p->failed)
        return;
    const char *message = buf_cstr(&p->message);
    bool unknown = message && strncmp(message, "unknown", 7) == 0;
    const char *name = cli_option_of_dash(&p->options, argument, !unknown);
    if (!name)
        return;
    p->failed = false;
    buf_clear(&p->object);
    buf_clear(&p->message);
    fail_unknown(p, argument, strlen(argument), name);
}

/* Operands move to the front of argv, which never overtakes the arguments that were read. */
static void take_operand(struct parser *p, char *operand) {
    struct cli_call *call = &p->cli->call;
    if (call->operand_count == 0)
        p->given = (struct cli_given){ p->next - 1, call->argv[1] };
    else if (call->operand_count == 1)
        check_operand(p, operand);
    call->operands[call->operand_count++] = operand;
}

static bool asks_for_help(const struct cli_common *common) {
    return common->help || common->version || common->describe;
}

/* After an error the other arguments are still read: a later one may set the format of the report
 * or its place. An unknown option has no value. */
static void parse_words(struct parser *p) {
    struct cli_call *call = &p->cli->call;
    bool options = true;
    call->operands = call->argc > 0 ? call->argv + 1 : call->argv;
    while (p->next < call->argc) {
        char *argument = call->argv[p->next++];
        bool operand = !options || argument[0] != '-' || !argument[1];
        if (!operand && strcmp(argument, "--") == 0) {
            options = false;
            if (call->command->dashes_program) {
                call->program = call->argv + p->next;
                break;
            }
        } else if (operand) {
            take_operand(p, argument);
            options = options && !call->command->stop_at_operand;
        } else if (argument[1] == '-') {
            parse_long(p, argument);
        } else {
            parse_bundle(p, argument);
        }
    }
    if (call->operand_count == 1 && cli_takes_no_word(call->command) &&
        !asks_for_help(&call->common))
        check_operand(p, call->operands[0]);
    if (!call->program) /* an existing program is at the end of argv already, followed by NULL */
        call->operands[call->operand_count] = NULL;
    if (call->command->stop_at_operand && call->operand_count)
        call->program = call->operands;
}

/* ---- all of them together ---- */

static void check_conflicts(struct parser *p, const struct cli_option *row) {
    for (const char *name = row->conflicts; *name;) {
        size_t size = strcspn(name, " ");
        struct cli_option_use *other = cli_find_option(&p->options, name, size);
        if (other && other->given) {
            fail_together(p, row, "cannot be given with", name, size);
            return;
        }
        name += size + strspn(name + size, " ");
    }
}

static void check_needs(struct parser *p, const struct cli_option *row) {
    size_t size = strlen(row->needs);
    struct cli_option_use *other = size ? cli_find_option(&p->options, row->needs, size) : NULL;
    if (other && !other->given)
        fail_together(p, row, "goes with", row->needs, size);
}

static void check_given(struct parser *p) {
    const struct cli_common *common = &p->cli->call.common;
    if (common->get && common->format == CLI_FORMAT_SH)
        fail(p, "--get", "cannot be given with -o sh; use -F");
    for (const struct cli_option_use *use = p->options.uses;
         use < p->options.uses + p->options.count; use++) {
        if (use->given) {
            check_conflicts(p, use->row);
            check_needs(p, use->row);
        }
    }
}

static void check_required(struct parser *p) {
    for (unsigned i = 0; i < p->options.count; i++) {
        const struct cli_option_use *use = &p->options.uses[i];
        if (!use->row->required || use->given)
            continue;
        struct buf message = { 0 };
        buf_add_str(&message, "missing --");
        buf_add_str(&message, use->row->name);
        fail(p, NULL, buf_cstr(&message));
        buf_finish(&message);
    }
}

/* Only records have fields: -F replaces raw bytes by the command's records, as text. */
static void decide_format(struct cli_call *call) {
    call->format_given = call->common.format != CLI_FORMAT_NOT_GIVEN;
    if (!call->format_given)
        call->common.format = call->command->default_format;
    if (!call->format_given && call->common.format == CLI_FORMAT_RAW && call->common.fields)
        call->common.format = CLI_FORMAT_TEXT;
}

static void read_arguments(struct parser *p) {
    struct cli *cli = p->cli;
    p->next = 1;
    cli_collect_options(cli->call.command, &p->options);
    cli->call.common.format = CLI_FORMAT_NOT_GIVEN;
    parse_words(p);
    decide_format(&cli->call);
    cli_output_set_common(cli);
}

static void finish_parser(struct parser *p) {
    buf_finish(&p->object);
    buf_finish(&p->message);
}

bool cli_parse_options(struct cli *cli, void *args) {
    struct parser p = { .cli = cli, .args = args };
    struct base_error e;
    read_arguments(&p);
    bool helps = asks_for_help(&cli->call.common);
    int r = helps ? 0 : cli_claim_place(cli, &e);
    check_given(&p);
    if (!helps)
        check_required(&p);
    if (p.failed)
        cli_usage(cli, p.object.data ? buf_cstr(&p.object) : NULL, buf_cstr(&p.message));
    else if (r < 0)
        cli_report(cli, &e);
    finish_parser(&p);
    return !p.failed && r == 0;
}

void cli_scan_options(struct cli *cli, void *args) {
    struct parser p = { .cli = cli, .args = args };
    struct base_error e;
    read_arguments(&p);
    (void)cli_claim_place(cli, &e); /* if it cannot be opened, standard output is left */
    finish_parser(&p);
}

bool cli_check_rules(struct cli *cli, const void *args) {
    const struct cli_call *call = &cli->call;
    for (const struct cli_rule *rule = call->command->rules; rule && rule->broken; rule++) {
        if (rule->broken(call, args)) {
            cli_usage(cli, rule->object, rule->message);
            return false;
        }
    }
    return true;
}
