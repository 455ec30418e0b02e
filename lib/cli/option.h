/* SPDX-License-Identifier: 0BSD
 *
 * The option table: one row drives parsing, --help, completion and --describe.
 * A table ends with an empty row; a row of kind CLI_OPT_HEADING starts a group
 * of --help. If rows have the same destination, the option given last wins.
 *
 * Rows contain their texts and no pointers: pointers in a constant table are
 * relocated at every start of the program, whichever command is called. So a
 * row refers to choices, another table or a parser by a number, which the
 * command resolves (cli/command.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cli_option_kind {
    CLI_OPT_END,
    CLI_OPT_HEADING,  /* .help is the heading */
    CLI_OPT_INCLUDE,  /* rows of includes[.number]; their destinations count from .dest */
    CLI_OPT_FLAG,     /* no value: stores true in a bool */
    CLI_OPT_SET,      /* no value: stores .value in an int */
    CLI_OPT_STRING,   /* const char *; "" when an optional value is left out */
    CLI_OPT_PLACE,    /* const char *: FILE or fd:N, which the record is written to */
    CLI_OPT_CHOICE,   /* int: the value of the choice with that name */
    CLI_OPT_FD,       /* int: a descriptor number, 0 to INT_MAX */
    CLI_OPT_INT,      /* int: .min to .max */
    CLI_OPT_UINT,     /* unsigned, 0 to UINT_MAX */
    CLI_OPT_SIZE,     /* uint64_t: bytes, as cli_parse_size() */
    CLI_OPT_DURATION, /* int64_t: nanoseconds, as cli_parse_duration() */
    CLI_OPT_SIGNAL,   /* int: as cli_parse_signal() */
    CLI_OPT_CALL,     /* stored by the command's parse(), which receives .value */
};

/* What a value (or an operand) completes to. */
enum cli_complete {
    CLI_COMPLETE_NONE,
    CLI_COMPLETE_FILE,
    CLI_COMPLETE_DIRECTORY,
    CLI_COMPLETE_LIST,       /* a comma-separated list of choices */
    CLI_COMPLETE_FIELDS,     /* a comma-separated list of the command's fields */
    CLI_COMPLETE_CAPABILITY, /* a comma-separated list of capabilities */
    CLI_COMPLETE_SIGNAL,
    CLI_COMPLETE_COMMAND, /* a name of the command tree */
    CLI_COMPLETE_PID,
    CLI_COMPLETE_USER,
    CLI_COMPLETE_GROUP,
    CLI_COMPLETE_DESCRIPTOR, /* one that is open in the shell */
};

/* Texts end with a NUL in their arrays. C does not require this; tests/contract/commands.py checks
 * it.
 *
 * A named value; a table ends with an empty name. Help, errors and completion list choices. */
struct cli_choice {
    char name[24];
    int value;
    char help[76]; /* "": the name says it */
};

struct cli_option {
    char letter;      /* 0: none */
    uint8_t kind;     /* enum cli_option_kind */
    uint8_t complete; /* enum cli_complete */
    bool optional;    /* the value may be left out; then only --name=VALUE gives one */
    bool required;    /* a call without it is a usage error */
    uint8_t choices;  /* number in the command's choices; 0: none */
    uint16_t dest;    /* offset into the args struct */
    union {
        int value;  /* CLI_OPT_SET, CLI_OPT_CALL */
        int min;    /* CLI_OPT_INT */
        int number; /* CLI_OPT_INCLUDE */
    };
    int max;            /* CLI_OPT_INT */
    char name[20];      /* the long name */
    char metavar[28];   /* "": takes no value */
    char needs[16];     /* the long name of an option that must be given, too */
    char preset[36];    /* the default as --help shows it; "": none */
    char conflicts[76]; /* long names it cannot be given with, separated by spaces */
    char help[124];
};

/* The offset of a member, which must have that type: a row of the wrong kind does not compile. */
#define CLI_DEST(struct_type, member, type)                                                        \
    _Generic(((struct_type *)0)->member, type : offsetof(struct_type, member))

#define CLI_FLAG(struct_type, member)                                                              \
    .kind = CLI_OPT_FLAG, .dest = CLI_DEST(struct_type, member, bool)
#define CLI_SET(struct_type, member, constant)                                                     \
    .kind = CLI_OPT_SET, .dest = CLI_DEST(struct_type, member, int), .value = (constant)
#define CLI_TEXT(struct_type, member)                                                              \
    .kind = CLI_OPT_STRING, .dest = CLI_DEST(struct_type, member, const char *)
#define CLI_PLACE(struct_type, member)                                                             \
    .kind = CLI_OPT_PLACE, .dest = CLI_DEST(struct_type, member, const char *),                    \
    .complete = CLI_COMPLETE_FILE
#define CLI_CHOICE(struct_type, member, number_of_choices)                                         \
    .kind = CLI_OPT_CHOICE, .dest = CLI_DEST(struct_type, member, int),                            \
    .choices = (number_of_choices)
#define CLI_FD(struct_type, member)                                                                \
    .kind = CLI_OPT_FD, .dest = CLI_DEST(struct_type, member, int),                                \
    .complete = CLI_COMPLETE_DESCRIPTOR
#define CLI_INT_IN(struct_type, member, least, greatest)                                           \
    .kind = CLI_OPT_INT, .dest = CLI_DEST(struct_type, member, int), .min = (least),               \
    .max = (greatest)
#define CLI_UNSIGNED(struct_type, member)                                                          \
    .kind = CLI_OPT_UINT, .dest = CLI_DEST(struct_type, member, unsigned)
#define CLI_SIZE(struct_type, member)                                                              \
    .kind = CLI_OPT_SIZE, .dest = CLI_DEST(struct_type, member, uint64_t)
#define CLI_TIME(struct_type, member)                                                              \
    .kind = CLI_OPT_DURATION, .dest = CLI_DEST(struct_type, member, int64_t)
#define CLI_SIGNAL(struct_type, member)                                                            \
    .kind = CLI_OPT_SIGNAL, .dest = CLI_DEST(struct_type, member, int),                            \
    .complete = CLI_COMPLETE_SIGNAL
#define CLI_CALL(which) .kind = CLI_OPT_CALL, .value = (which)
#define CLI_INCLUDE(struct_type, member, member_type, include)                                     \
    {                                                                                              \
        .kind = CLI_OPT_INCLUDE, .number = (include),                                              \
        .dest = CLI_DEST(struct_type, member, member_type)                                         \
    }
#define CLI_INCLUDE_ROWS(include)                                                                  \
    { .kind = CLI_OPT_INCLUDE, .number = (include) }
#define CLI_GROUP(heading)                                                                         \
    { .kind = CLI_OPT_HEADING, .help = heading }
#define CLI_OPTIONS_END                                                                            \
    { .kind = CLI_OPT_END }
#define CLI_CHOICES_END                                                                            \
    { .name = "" }
