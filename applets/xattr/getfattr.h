/* SPDX-License-Identifier: 0BSD
 *
 * getfattr(1) and setfattr(1) of attr 2.5: what osbox is when argv[0] says so.
 */
#pragma once

#include "cli/cli.h"

/* "FIRST: SECOND: WHAT" on stderr (SECOND NULL: none), and status 1. */
void getfattr_say(struct cli *cli, const char *first, const char *second, const char *what);

/* An errno in attr's words. */
const char *getfattr_strerror(int errnum);

/* What is wrong with an option, as getopt_long(3) returned it. */
void getfattr_bad_option(struct cli *cli, int option);

/* The usage on stderr, and status 2. */
void getfattr_synopsis(struct cli *cli, const char *usage);
