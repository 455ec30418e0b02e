/* SPDX-License-Identifier: 0BSD
 *
 * The option parser.
 */
#pragma once

#include "cli/cli.h"

/* Parses call.argv[1...] into args, call.common and the rest of the call, and sets the output's
 * format. Returns false after a usage error, which was reported. After an error the other arguments
 * are read all the same, so that the report has the requested format. */
bool cli_parse_options(struct cli *cli, void *args);

/* Checks the rules of the command. Returns false after a usage error, which was reported. */
bool cli_check_rules(struct cli *cli, const void *args);
