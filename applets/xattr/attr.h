/* SPDX-License-Identifier: 0BSD
 *
 * getfattr(1) and setfattr(1) of attr 2.5, which osbox becomes if argv[0] is
 * their name. This file has the messages and the quoting of both.
 */
#pragma once

#include "cli/cli.h"

/* Appends bytes as attr quotes them: control characters, backslashes and the characters of `more`
 * are \OOO; with `display`, so are all characters that are unsafe on a terminal. */
void attr_quote(struct buf *b, const char *bytes, size_t size, const char *more, bool display);

/* Prints "FIRST: SECOND: WHAT" on standard error (SECOND NULL: none; WHAT NULL: memory was short
 * for it), and sets status 1. */
void attr_say(struct cli *cli, const char *first, const char *second, const char *what);

/* Returns attr's text for an errno. */
const char *attr_strerror(int errnum);

/* Prints the error for an option that getopt_long(3) rejected, which would print the option raw. */
void attr_say_option(struct cli *cli, int option);

/* Prints the usage on standard error, and sets status 2. */
void attr_say_usage(struct cli *cli, const char *usage);
