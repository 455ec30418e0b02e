/* SPDX-License-Identifier: 0BSD
 *
 * The options and exit statuses that all commands have. Tables only.
 */
#pragma once

#include <stdbool.h>

#include "cli/option.h"
#include "cli/status.h"

/* The values of the common options. */
struct cli_common {
    bool help;
    bool version;
    bool describe;
    bool null;          /* NUL after each value */
    bool get;           /* -g */
    int format;         /* enum cli_format_id; CLI_FORMAT_NOT_GIVEN */
    int json_bytes;     /* enum cli_json_bytes */
    int json_int64;     /* 1: integers are JSON strings */
    int color;          /* enum cli_color */
    const char *fields; /* -F, as given; NULL: the defaults */
    const char *sh_prefix;
};

enum { CLI_FORMAT_NOT_GIVEN = -1 };
enum cli_color { CLI_COLOR_AUTO, CLI_COLOR_ALWAYS, CLI_COLOR_NEVER };

/* .value of the rows that the option parser handles itself. */
enum cli_common_call { CLI_COMMON_OUTPUT, CLI_COMMON_GET, CLI_COMMON_SH_PREFIX };

extern const struct cli_option cli_common_options[];

/* Returns the table that .choices of these rows refers to. With `raw`, for a command that can print
 * raw bytes, the formats include raw. */
const struct cli_choice *cli_common_choices(unsigned number, bool raw);

/* The statuses of every command, and those of one that runs a program. */
extern const struct cli_exit cli_common_exits[];
extern const struct cli_exit cli_program_exits[];
