/* SPDX-License-Identifier: 0BSD
 *
 * The option table: one row drives parsing, --help, completion and --describe.
 * A table ends with an empty row; a row of kind CLI_OPT_HEADING starts a group
 * of --help. Of two rows with the same destination the one given last wins.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct cli;
struct cli_command;

enum cli_option_kind {
    CLI_OPT_END,
    CLI_OPT_HEADING,  /* .help is the heading */
    CLI_OPT_FLAG,     /* no value: stores true in a bool */
    CLI_OPT_SET,      /* no value: stores .value in an int */
    CLI_OPT_STRING,   /* const char *; "" when an optional value is left out */
    CLI_OPT_CHOICE,   /* int: the value of the row of .choices with that name */
    CLI_OPT_FD,       /* int: a descriptor number, 0 to INT_MAX */
    CLI_OPT_UINT,     /* unsigned, 0 to UINT_MAX */
    CLI_OPT_SIZE,     /* uint64_t: bytes, as cli_parse_size() */
    CLI_OPT_DURATION, /* int64_t: nanoseconds, as cli_parse_duration() */
    CLI_OPT_SIGNAL,   /* int: as cli_parse_signal() */
    CLI_OPT_CALL,     /* .parse decides; its destination is the whole args struct */
};

/* What a value (or an operand) completes to. */
enum cli_complete {
    CLI_COMPLETE_NONE,
    CLI_COMPLETE_FILE,
    CLI_COMPLETE_DIRECTORY,
    CLI_COMPLETE_LIST,       /* a comma-separated list of .choices */
    CLI_COMPLETE_FIELDS,     /* the same of the command's fields */
    CLI_COMPLETE_CAPABILITY, /* the same of capabilities */
    CLI_COMPLETE_SIGNAL,
    CLI_COMPLETE_COMMAND, /* a name of the command tree */
    CLI_COMPLETE_PID,
    CLI_COMPLETE_USER,
    CLI_COMPLETE_GROUP,
};

/* A named value; a table ends with a NULL name. Choices are listed in help, errors, completion. */
struct cli_choice {
    const char *name;
    int value;
    const char *help; /* NULL: the name says it */
};

struct cli_option {
    char letter;         /* 0: none */
    uint8_t kind;        /* enum cli_option_kind */
    uint8_t complete;    /* enum cli_complete */
    bool optional;       /* the value may be left out; then only --name=VALUE gives one */
    int value;           /* CLI_OPT_SET */
    size_t dest;         /* offset into the args struct */
    const char *name;    /* long name */
    const char *metavar; /* NULL: takes no value */
    const struct cli_choice *choices;
    const char *conflicts; /* long names it cannot be given with, separated by spaces */
    const char *needs;     /* a long name that has to be given too */
    const char *preset;    /* the default as --help shows it; NULL: none */
    const char *help;
    /* CLI_OPT_CALL: stores into args; NULL, or the reason why not (a literal). */
    const char *(*parse)(struct cli *cli, void *args, const char *text);
};

/* The offset of a member, which must be of that type: a wrong kind does not compile. */
#define CLI_DEST(struct_type, member, type)                                                        \
    _Generic(((struct_type *)0)->member, type : offsetof(struct_type, member))

#define CLI_FLAG(struct_type, member)                                                              \
    .kind = CLI_OPT_FLAG, .dest = CLI_DEST(struct_type, member, bool)
#define CLI_SET(struct_type, member, constant)                                                     \
    .kind = CLI_OPT_SET, .dest = CLI_DEST(struct_type, member, int), .value = (constant)
#define CLI_TEXT(struct_type, member)                                                              \
    .kind = CLI_OPT_STRING, .dest = CLI_DEST(struct_type, member, const char *)
#define CLI_CHOICE(struct_type, member, table)                                                     \
    .kind = CLI_OPT_CHOICE, .dest = CLI_DEST(struct_type, member, int), .choices = (table)
#define CLI_FD(struct_type, member) .kind = CLI_OPT_FD, .dest = CLI_DEST(struct_type, member, int)
#define CLI_UNSIGNED(struct_type, member)                                                          \
    .kind = CLI_OPT_UINT, .dest = CLI_DEST(struct_type, member, unsigned)
#define CLI_SIZE(struct_type, member)                                                              \
    .kind = CLI_OPT_SIZE, .dest = CLI_DEST(struct_type, member, uint64_t)
#define CLI_TIME(struct_type, member)                                                              \
    .kind = CLI_OPT_DURATION, .dest = CLI_DEST(struct_type, member, int64_t)
#define CLI_SIGNAL(struct_type, member)                                                            \
    .kind = CLI_OPT_SIGNAL, .dest = CLI_DEST(struct_type, member, int),                            \
    .complete = CLI_COMPLETE_SIGNAL
#define CLI_CALL(function) .kind = CLI_OPT_CALL, .parse = (function)
#define CLI_GROUP(heading)                                                                         \
    { .kind = CLI_OPT_HEADING, .help = (heading) }
#define CLI_OPTIONS_END                                                                            \
    { .kind = CLI_OPT_END }

/* Options in a table at the most: the parser keeps one bit for each. */
enum { CLI_OPTIONS_MAX = 64 };

/* The options that every command has; their destination is struct cli_common. */
extern const struct cli_option cli_common_options[];

/* The row with that long name, or NULL. */
const struct cli_option *cli_find_option(const struct cli_option *table, const char *name,
                                         size_t size);

/* The choices of an option of a command; NULL: none. */
const struct cli_choice *cli_choices(const struct cli_command *command,
                                     const struct cli_option *row);

/* Parses cli->argv[1...] into args, cli->common and cli->operands. False after a usage error, which
 * has then been reported. All of the arguments are read also after an error, so that the report
 * has the format that was asked for. */
bool cli_parse_options(struct cli *cli, void *args);
