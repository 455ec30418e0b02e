/* SPDX-License-Identifier: 0BSD
 *
 * The common options and exit statuses.
 */
#include "cli/common.h"
#include "cli/format.h"
#include "cli/quote.h"

enum { CHOICES_NONE, CHOICES_FORMAT, CHOICES_JSON_BYTES, CHOICES_JSON_INT64, CHOICES_COLOR };

static const struct cli_choice json_bytes_choices[] = {
    { "base64", CLI_JSON_BASE64, "{\"b64\":\"...\"}, lossless for every reader" },
    { "surrogateescape", CLI_JSON_SURROGATEESCAPE, "\\udcXX, as Python's os.fsdecode" },
    CLI_CHOICES_END,
};

static const struct cli_choice json_int64_choices[] = {
    { "number", 0, "exact, for parsers that keep 64 bits" },
    { "string", 1, "for parsers that keep doubles" },
    CLI_CHOICES_END,
};

static const struct cli_choice color_choices[] = {
    { "auto", CLI_COLOR_AUTO, "on a terminal, unless NO_COLOR is set" },
    { "always", CLI_COLOR_ALWAYS, "" },
    { "never", CLI_COLOR_NEVER, "" },
    CLI_CHOICES_END,
};

const struct cli_choice *cli_common_choices(unsigned number, bool raw) {
    switch (number) {
    case CHOICES_FORMAT:
        return raw ? cli_formats_and_raw : cli_formats;
    case CHOICES_JSON_BYTES:
        return json_bytes_choices;
    case CHOICES_JSON_INT64:
        return json_int64_choices;
    case CHOICES_COLOR:
        return color_choices;
    default:
        return NULL;
    }
}

const struct cli_option cli_common_options[] = {
    CLI_GROUP("Output"),
    { CLI_CALL(CLI_COMMON_OUTPUT), .letter = 'o', .name = "output", .metavar = "FORMAT",
      .choices = CHOICES_FORMAT, .help = "print records in this format" },
    { CLI_SET(struct cli_common, format, CLI_FORMAT_JSON), .letter = 'J', .name = "json",
      .help = "the same as -o json" },
    { CLI_TEXT(struct cli_common, fields), .letter = 'F', .name = "fields", .metavar = "LIST",
      .complete = CLI_COMPLETE_FIELDS,
      .help = "print these fields, in this order; +LIST adds to the default ones; 'all'; "
              "'help' lists them" },
    { CLI_CALL(CLI_COMMON_GET), .letter = 'g', .name = "get", .metavar = "LIST",
      .complete = CLI_COMPLETE_FIELDS, .help = "the same as -F LIST -o value" },
    { CLI_FLAG(struct cli_common, null), .letter = '0', .name = "null",
      .help = "with -o value: end each value with a NUL" },
    { CLI_CHOICE(struct cli_common, json_bytes, CHOICES_JSON_BYTES), .name = "json-bytes",
      .metavar = "HOW", .preset = "base64", .help = "what stands for bytes that are not UTF-8" },
    { CLI_CHOICE(struct cli_common, json_int64, CHOICES_JSON_INT64), .name = "json-int64",
      .metavar = "HOW", .preset = "number", .help = "how json writes integers" },
    { CLI_CALL(CLI_COMMON_SH_PREFIX), .name = "sh-prefix", .metavar = "PREFIX", .preset = "os_",
      .help = "begins the names that -o sh sets" },
    { CLI_CHOICE(struct cli_common, color, CHOICES_COLOR), .name = "color", .metavar = "WHEN",
      .preset = "auto", .help = "use bold type" },
    { CLI_FLAG(struct cli_common, describe), .name = "describe",
      .help = "print what this command takes and prints, as JSON" },
    { CLI_FLAG(struct cli_common, help), .letter = 'h', .name = "help", .help = "print this help" },
    { CLI_FLAG(struct cli_common, version), .letter = 'V', .name = "version",
      .help = "print the version" },
    CLI_OPTIONS_END,
};

const struct cli_exit cli_common_exits[] = {
    { CLI_EX_OK, "success" },
    { CLI_EX_USAGE, "usage error" },
    { CLI_EX_DATAERR, "bad input data" },
    { CLI_EX_NOINPUT, "no such file, attribute, process or child" },
    { CLI_EX_NOUSER, "no such user or group" },
    { CLI_EX_UNAVAILABLE, "not supported here" },
    { CLI_EX_OSERR, "another system error" },
    { CLI_EX_CANTCREAT, "exists already, or the file system is read-only" },
    { CLI_EX_IOERR, "output was lost" },
    { CLI_EX_TEMPFAIL, "busy or would block: try again" },
    { CLI_EX_NOPERM, "no permission" },
    CLI_EXITS_END,
};

const struct cli_exit cli_program_exits[] = {
    { CLI_EX_TIMEOUT, "the program's time ran out (137: and SIGKILL was sent)" },
    { CLI_EX_RUN, "osbox failed before it could run the program; usage errors too" },
    { CLI_EX_NOTEXEC, "the program was found, but cannot be executed" },
    { CLI_EX_NOTFOUND, "the program was not found" },
    { CLI_EX_SIGNALLED, "and N: the program was killed by signal N; else its own status" },
    CLI_EXITS_END,
};
