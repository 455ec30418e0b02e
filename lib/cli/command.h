/* SPDX-License-Identifier: 0BSD
 *
 * The command tree: its node, and look-ups in the tables of a node. This is
 * below all other files that use commands.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "cli/option.h"
#include "cli/record.h"
#include "cli/status.h"

struct cli;
struct cli_call;

/* A requirement on the options of a call that their table cannot express: if the test is true, a
 * usage error about `object` is reported. A list ends with a NULL test. */
struct cli_rule {
    bool (*broken)(const struct cli_call *call, const void *args);
    const char *object; /* the option or operand that it is about; NULL: none */
    const char *message;
};

/* A node of the tree: a command that the user can call. */
struct cli_command {
    char name[16];
    const char *summary;     /* a verb phrase, without a full stop */
    const char *usage;       /* one synopsis per line, without the command's name */
    const char *manual;      /* the page's name; NULL: osbox-APPLET */
    const char *description; /* paragraphs for --help; NULL: none */
    const struct cli_command *const *commands; /* below it, NULL at the end; NULL: none */
    /* Of the root: the tools that the program replaces if argv[0] is their name, NULL at the end;
     * NULL: none. They are not in the tree. Only name and run of such a command are used; run
     * parses argv itself. */
    const struct cli_command *const *personalities;
    const struct cli_option *options;         /* its own; NULL: none */
    const struct cli_option *const *includes; /* tables that CLI_OPT_INCLUDE rows refer to */
    const struct cli_choice *const *choices;  /* tables that .choices of rows refer to, from 1 */
    const struct cli_rule *rules;
    const struct cli_exit *exits;   /* statuses of its own, besides the common ones; NULL: none */
    const struct cli_field *fields; /* its records; NULL: it prints none */
    const char *views;              /* names of the views of the field table, separated by spaces */
    const void *presets;            /* an args struct to start from; NULL: zeros */
    uint16_t args_size;             /* of the args struct, at most CLI_ARGS_MAX */
    uint16_t field_count;
    uint16_t failure_views; /* bit set: views of failures, which -o sh prints, too */
    uint16_t never;         /* CLI_NEVER() of each common exit status that it does not return */
    uint8_t view;           /* the bit number of its records' view, unless choose_view is set */
    uint8_t default_format; /* enum cli_format_id */
    uint8_t operands;       /* enum cli_complete: what operands are */
    bool stop_at_operand;   /* options end at the first operand, which is a program to run */
    bool runs_program;      /* always: its own failures, usage errors too, are CLI_EX_RUN */
    bool dashes_program;    /* what follows "--" is a program to run, and no operand */
    bool no_operands;       /* one is a usage error */
    /* Returns the view if it depends on the options. */
    unsigned (*choose_view)(const struct cli_call *call, const void *args);
    /* Stores the value of a CLI_OPT_CALL row, whose .value is `which`, in args. Returns NULL, or
     * why it is invalid, a literal. */
    const char *(*parse)(void *args, int which, const char *text);
    void (*run)(struct cli *cli, void *args);
    void (*finish_args)(void *args); /* releases what parse() stored, also after an error */
};

enum { CLI_ARGS_MAX = 1024 };

/* The bit of a common exit status in cli_command.never. */
#define CLI_NEVER(status) (1U << ((status)-CLI_EX_USAGE))

/* Returns the command of that name directly below another one, or NULL. */
const struct cli_command *cli_find_command(const struct cli_command *above, const char *name);

/* Returns the applet's name in a program name: the base name without a login shell's "-" and
 * without "osbox-". Points into `program`. */
const char *cli_applet_name(const char *program);

/* An option of a command. */
struct cli_option_use {
    const struct cli_option *row;
    uint16_t base; /* offset in the args struct of what the row's destination counts from */
    bool common;   /* one that every command has, stored in struct cli_common */
    bool given;    /* for the parser's and completion's use */
};

/* All options of a command in the order of --help: its own, included ones in their place, the
 * common ones; headings among them. */
enum { CLI_OPTIONS_MAX = 96 };
struct cli_option_set {
    unsigned count;
    struct cli_option_use uses[CLI_OPTIONS_MAX];
};

/* Collects the options of a command. None is given yet. */
void cli_collect_options(const struct cli_command *command, struct cli_option_set *set);

/* Return the option with that long name or that letter; NULL: none. */
struct cli_option_use *cli_find_option(struct cli_option_set *set, const char *name, size_t size);
struct cli_option_use *cli_find_letter(struct cli_option_set *set, char letter);

/* Returns the choices of an option; NULL: it has none. */
const struct cli_choice *cli_choices(const struct cli_command *command,
                                     const struct cli_option_use *use);

/* Returns the choice with that name, or NULL. */
const struct cli_choice *cli_find_choice(const struct cli_choice *choices, const char *name);

/* Returns the row of the command's field table with that name, or NULL. */
const struct cli_field *cli_find_field(const struct cli_command *command, const char *name,
                                       size_t size);

/* Returns whether a field can be selected in a view: it belongs to the view or is nameable there.
 */
bool cli_is_in_view(const struct cli_field *field, unsigned view);

/* Returns whether records of the command can have the field: several verbs may share a table. */
bool cli_can_print(const struct cli_command *command, const struct cli_field *field);

/* Returns the type's name in help and --describe, such as "uint". */
const char *cli_type_name(enum cli_type type);

/* Calls visit() for each exit status of the command itself. One that always runs a program has only
 * a few; otherwise it returns the program's. */
void cli_exits_each(const struct cli_command *command,
                    void (*visit)(struct buf *b, const struct cli_exit *exit), struct buf *b);
