/* SPDX-License-Identifier: 0BSD
 *
 * getfattr(1) and setfattr(1) of attr 2.5: what osbox is when argv[0] says so.
 * This is what both of them print besides their output.
 */
#pragma once

#include "cli/cli.h"

/* Appends bytes as attr quotes them: control characters, backslashes and the characters of `more`
 * are \OOO; with `display`, so is everything that a terminal must not get. */
void attr_quote(struct buf *b, const char *bytes, size_t size, const char *more, bool display);

/* Prints "FIRST: SECOND: WHAT" on standard error (SECOND NULL: none; WHAT NULL: memory was short
 * for it), and sets status 1. */
void attr_say(struct cli *cli, const char *first, const char *second, const char *what);

/* An errno in attr's words. */
const char *attr_strerror(int errnum);

/* Prints what is wrong with an option, as getopt_long(3) returned it, which would print it raw. */
void attr_say_option(struct cli *cli, int option);

/* Prints the usage on standard error, and sets status 2. */
void attr_say_usage(struct cli *cli, const char *usage);
