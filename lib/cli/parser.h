/* SPDX-License-Identifier: 0BSD
 *
 * The option parser.
 */
#pragma once

#include "cli/cli.h"

/* Parses call.argv[1...] into args, call.common and the rest of the call, and decides the output's
 * format. False after a usage error, which has then been reported. All of the arguments are read
 * also after an error, so that the report has the format that was asked for. */
bool cli_parse_options(struct cli *cli, void *args);
