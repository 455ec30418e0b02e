/* SPDX-License-Identifier: 0BSD
 *
 * What all commands have in common: options and exit statuses. Tables only.
 */
#pragma once

#include <stdbool.h>

#include "cli/option.h"
#include "cli/status.h"

/* What the common options say. */
struct cli_common {
    bool help;
    bool version;
    bool describe;
    bool null;          /* NUL after each value */
    int format;         /* enum cli_format_id; CLI_FORMAT_NOT_GIVEN */
    int json_bytes;     /* enum cli_json_bytes */
    int json_int64;     /* 1: integers are JSON strings */
    int color;          /* enum cli_color */
    const char *fields; /* -F, as given; NULL: the defaults */
    const char *sh_prefix;
};

enum { CLI_FORMAT_NOT_GIVEN = -1 };
enum cli_color { CLI_COLOR_AUTO, CLI_COLOR_ALWAYS, CLI_COLOR_NEVER };

/* .value of the rows that the option parser itself parses. */
enum cli_common_call { CLI_COMMON_OUTPUT, CLI_COMMON_GET, CLI_COMMON_SH_PREFIX };

extern const struct cli_option cli_common_options[];

/* What .choices of these rows numbers; for a command that can print raw bytes, `raw` is one more
 * format. */
const struct cli_choice *cli_common_choices(unsigned number, bool raw);

/* The statuses that every command can have, and those of one that runs a program. */
extern const struct cli_exit cli_common_exits[];
extern const struct cli_exit cli_program_exits[];
