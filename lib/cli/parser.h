/* SPDX-License-Identifier: 0BSD
 *
 * The option parser.
 */
#pragma once

#include "cli/cli.h"

/* Parses call.argv[1...] into args, call.common and the rest of the call, and sets the output's
 * format and place. Returns false after an error, which was reported. After an error the other
 * arguments are read all the same, and a FILE that records go to is truncated, so that the report
 * has the requested format and place. */
bool cli_parse_options(struct cli *cli, void *args);

/* Reads the arguments of a call that is refused for another reason, and reports nothing: only the
 * format and the place of the report are wanted. */
void cli_scan_options(struct cli *cli, void *args);

/* Checks the rules of the command. Returns false after a usage error, which was reported. */
bool cli_check_rules(struct cli *cli, const void *args);
