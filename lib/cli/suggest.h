/* SPDX-License-Identifier: 0BSD
 *
 * What was probably meant by arguments that a command does not have: another
 * word, "--" before a program, or a second dash before a long option.
 */
#pragma once

#include "cli/cli.h"

/* The arguments of a call as they were given. Operands move to the front of argv: the first one
 * overwrites argv[1], the second one anything. */
struct cli_given {
    int operand;       /* index of the first operand; 0: none yet */
    char *overwritten; /* argv[1] before that */
};

/* Returns whether the first operand can be the name of a program, which the command would run after
 * "--". */
bool cli_means_program(const struct cli_call *call);

/* Returns whether the command has no use for an operand that is a word. */
bool cli_takes_no_word(const struct cli_command *command);

/* Appends "; to run a program, put -- before it: osbox popen -- ls -l". Call it before the second
 * operand has moved. */
void cli_suggest_program(struct buf *message, const struct cli_call *call,
                         const struct cli_given *given);

/* Returns the name of the option that is nearest to a word; NULL: none is near. */
const char *cli_nearest_option(const struct cli_option_set *options, const char *name, size_t size);

/* The same of an argument with a single dash, such as "-format" or "-format=x". With `exact` it is
 * the name itself. */
const char *cli_option_of_dash(const struct cli_option_set *options, const char *argument,
                               bool exact);

/* Appends "; did you mean '--format'?". */
void cli_suggest_option(struct buf *message, const char *name);

/* Returns the choice whose name is nearest to a word; NULL: none is near. */
const struct cli_choice *cli_nearest_choice(const struct cli_choice *choices, const char *text);

/* Appends "not one of a, b, c; did you mean 'b'?" */
void cli_suggest_choice(struct buf *message, const struct cli_choice *choices, const char *text);
