/* SPDX-License-Identifier: 0BSD
 *
 * The option parser: what it stores, what are operands, and the one line of each
 * usage error.
 */
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "cli/output.h"
#include "cli/parser.h"

struct args {
    bool flag;
    bool other;
    int level;
    int fd;
    int choice;
    const char *text;
    const char *maybe;
    int called; /* length of --call's value */
};

static const struct cli_choice colours[] = {
    { "red", 1, "" }, { "green", 2, "" }, { "blue", 3, "" }, CLI_CHOICES_END
};

static const char *parse_call(void *data, int which, const char *text) {
    if (which != 7)
        return "not mine";
    if (strcmp(text, "bad") == 0)
        return "not good";
    ((struct args *)data)->called = (int)strlen(text);
    return NULL;
}

static const struct cli_option options[] = {
    CLI_GROUP("A heading is no option"),
    { CLI_FLAG(struct args, flag), .letter = 'f', .name = "flag", .conflicts = "other",
      .help = "" },
    { CLI_FLAG(struct args, other), .name = "other", .help = "" },
    { CLI_SET(struct args, level, 1), .letter = 'q', .name = "quiet", .help = "" },
    { CLI_SET(struct args, level, 9), .letter = 'v', .name = "verbose", .conflicts = "null",
      .help = "" },
    { CLI_TEXT(struct args, text), .letter = 't', .name = "text", .metavar = "T", .help = "" },
    { CLI_TEXT(struct args, maybe), .letter = 'm', .name = "maybe", .metavar = "M",
      .optional = true, .help = "" },
    { CLI_FD(struct args, fd), .letter = 'd', .name = "fd", .metavar = "N", .help = "" },
    { CLI_CHOICE(struct args, choice, 1), .letter = 'c', .name = "colour", .metavar = "C",
      .help = "" },
    { CLI_CALL(7), .name = "call", .metavar = "X", .help = "" },
    CLI_OPTIONS_END,
};

static const struct cli_field fields[] = {
    { .name = "size", .type = CLI_UINT, .views = 1, .defaults = 1, .help = "" },
};

static struct cli_command command = {
    .name = "test",
    .summary = "",
    .usage = "",
    .options = options,
    .choices = (const struct cli_choice *const[]){ NULL, colours },
    .parse = parse_call,
    .fields = fields,
    .field_count = 1,
    .args_size = sizeof(struct args),
};

static struct cli cli;
static struct cli_output output;
static struct args args;
static const struct cli_command *called = &command;
static void *called_args = &args;
static char said[4096]; /* what went to stderr */

enum { WORDS_MAX = 24 };

/* Parses words, which NULL ends; stderr is in `said`. */
static bool parse(const char *const *words) {
    static char *argv[WORDS_MAX + 2];
    static char name[] = "test";
    int argc = 0;
    argv[argc++] = name;
    for (; *words && argc <= WORDS_MAX; words++)
        argv[argc++] = (char *)(uintptr_t)*words; /* the parser moves words, it changes none */
    argv[argc] = NULL;
    memset(&cli, 0, sizeof cli);
    memset(&output, 0, sizeof output);
    cli_output_init(&output);
    cli.output = &output;
    cli.call.root = cli.call.command = called;
    cli.call.argv = argv;
    cli.call.argc = argc;
    cli.call.common.sh_prefix = "os_";
    strcpy(cli.call.label, "test");
    args = (struct args){ .fd = -1 };

    fflush(stdout);
    int memory = memfd_create("stderr", MFD_CLOEXEC), old = dup(STDERR_FILENO);
    dup2(memory, STDERR_FILENO);
    bool ok = cli_parse_options(&cli, called_args);
    if (ok && !cli.call.common.help)
        ok = cli_check_rules(&cli, called_args);
    dup2(old, STDERR_FILENO);
    ssize_t size = pread(memory, said, sizeof said - 1, 0);
    said[size > 0 ? size : 0] = '\0';
    close(memory);
    close(old);
    return ok;
}

#define PARSE(...) parse((const char *const[]){ __VA_ARGS__, NULL })

/* Success without a word on stderr. */
#define ACCEPT(...)                                                                                \
    do {                                                                                           \
        CHECK(PARSE(__VA_ARGS__));                                                                 \
        CHECK_STR(said, "");                                                                       \
        CHECK_INT(cli.outcome.status, 0);                                                          \
    } while (0)

/* A usage error of that one line. */
#define REFUSE(line, ...)                                                                          \
    do {                                                                                           \
        CHECK(!PARSE(__VA_ARGS__));                                                                \
        CHECK_STR(said, "test: " line "\n");                                                       \
        CHECK_INT(cli.outcome.status, CLI_EX_USAGE);                                               \
        CHECK_STR(cli.outcome.error, "EX_USAGE");                                                  \
    } while (0)

static void check_operands(const char *const *want) {
    int count = 0;
    for (; want[count]; count++)
        CHECK_STR(count < cli.call.operand_count ? cli.call.operands[count] : NULL, want[count]);
    CHECK_INT(cli.call.operand_count, count);
}

#define OPERANDS(...) check_operands((const char *const[]){ __VA_ARGS__, NULL })

static void test_nothing_is_nothing(void) {
    CHECK(parse((const char *const[]){ NULL }));
    CHECK_INT(cli.call.operand_count, 0);
    CHECK(!args.flag && !args.text && args.fd == -1);
}

static void test_long_options(void) {
    ACCEPT("--flag", "--text=a=b", "--fd=7", "--colour=green", "--call=xyz");
    CHECK(args.flag);
    CHECK_STR(args.text, "a=b");
    CHECK_INT(args.fd, 7);
    CHECK_INT(args.choice, 2);
    CHECK_INT(args.called, 3);
    ACCEPT("--text", "value", "--fd", "0", "--colour", "red");
    CHECK_STR(args.text, "value");
    CHECK_INT(args.fd, 0);
    CHECK_INT(args.choice, 1);
    CHECK_INT(cli.call.operand_count, 0);
}

static void test_letters(void) {
    ACCEPT("-f", "-t", "x", "-d3");
    CHECK(args.flag);
    CHECK_STR(args.text, "x");
    CHECK_INT(args.fd, 3);
    ACCEPT("-fqtvalue");
    CHECK(args.flag);
    CHECK_INT(args.level, 1);
    CHECK_STR(args.text, "value");
    ACCEPT("-fqt", "-v");
    CHECK_STR(args.text, "-v");
    CHECK_INT(args.level, 1);
    ACCEPT("-t=x");
    CHECK_STR(args.text, "=x");
}

static void test_a_value_may_look_like_an_option(void) {
    ACCEPT("--text", "--flag");
    CHECK_STR(args.text, "--flag");
    CHECK(!args.flag);
    ACCEPT("--text", "--", "-f");
    CHECK_STR(args.text, "--");
    CHECK(args.flag);
    ACCEPT("--text=", "x");
    CHECK_STR(args.text, "");
    OPERANDS("x");
    ACCEPT("-t", "");
    CHECK_STR(args.text, "");
}

static void test_an_optional_value_is_given_with_equals_only(void) {
    ACCEPT("--maybe", "x");
    CHECK_STR(args.maybe, "");
    OPERANDS("x");
    ACCEPT("--maybe=x");
    CHECK_STR(args.maybe, "x");
    REFUSE("'--maybe=': the value is missing after '='", "--maybe=");
    ACCEPT("-mf");
    CHECK_STR(args.maybe, "");
    CHECK(args.flag);
    ACCEPT("a");
    CHECK_STR(args.maybe, NULL);
}

static void test_options_and_operands_in_any_order(void) {
    ACCEPT("a", "-f", "b", "--text", "c", "d", "-");
    CHECK(args.flag);
    CHECK_STR(args.text, "c");
    OPERANDS("a", "b", "d", "-");
    setenv("POSIXLY_CORRECT", "1", 1);
    ACCEPT("a", "-f");
    CHECK(args.flag);
    OPERANDS("a");
    unsetenv("POSIXLY_CORRECT");
}

static void test_two_dashes_end_the_options(void) {
    ACCEPT("-f", "--", "--other", "-q", "--", "x");
    CHECK(args.flag && !args.other);
    CHECK_INT(args.level, 0);
    OPERANDS("--other", "-q", "--", "x");
    ACCEPT("a", "--", "-b");
    OPERANDS("a", "-b");
}

static void test_an_empty_word_is_an_operand(void) {
    ACCEPT("", "-f", "");
    OPERANDS("", "");
}

static void test_a_command_that_runs_another_stops_at_the_first_operand(void) {
    command.stop_at_operand = true;
    ACCEPT("-f", "cmd", "-q", "--nonsense", "--");
    CHECK(args.flag);
    CHECK_INT(args.level, 0);
    OPERANDS("cmd", "-q", "--nonsense", "--");
    ACCEPT("-f", "--", "-q", "x");
    OPERANDS("-q", "x");
    command.stop_at_operand = false;
}

static void test_of_two_with_one_destination_the_last_wins(void) {
    ACCEPT("-q", "-v");
    CHECK_INT(args.level, 9);
    ACCEPT("-v", "-q");
    CHECK_INT(args.level, 1);
    ACCEPT("--text=a", "--text=b");
    CHECK_STR(args.text, "b");
    ACCEPT("--colour=red", "-c", "blue");
    CHECK_INT(args.choice, 3);
}

static void test_unknown_options(void) {
    REFUSE("'--zzqqxx': unknown option; --help lists them", "--zzqqxx");
    REFUSE("'--zzqqxx': unknown option; --help lists them", "--zzqqxx=value");
    REFUSE("'--txt': unknown option; did you mean '--text'?", "--txt");
    REFUSE("'--quite': unknown option; did you mean '--quiet'?", "--quite=3");
    REFUSE("'--outptu': unknown option; did you mean '--output'?", "--outptu");
    REFUSE("'-x': unknown option; --help lists them", "-x");
    REFUSE("'-x': unknown option; --help lists them", "-fxq");
    REFUSE("'--': unknown option; --help lists them", "--=x");
}

static void test_an_abbreviation_is_unknown(void) {
    REFUSE("'--fla': unknown option; did you mean '--flag'?", "--fla");
    REFUSE("'--verb': unknown option; did you mean '--verbose'?", "--verb");
    REFUSE("'--flagx': unknown option; did you mean '--flag'?", "--flagx");
}

static void test_names_are_shown_escaped(void) {
    REFUSE("'--\\x1b[31m\\n\\xff': unknown option; --help lists them", "--\x1b[31m\n\xff");
    REFUSE("'-\\xff': unknown option; --help lists them", "-\xff");
    REFUSE("'--fd=\\x1b': not a descriptor number", "--fd=\x1b");
}

static void test_a_flag_takes_no_value(void) {
    REFUSE("'--flag=x': the option takes no value", "--flag=x");
    REFUSE("'--flag=': the option takes no value", "--flag=");
    CHECK(!args.flag);
    REFUSE("'--json=1': the option takes no value", "--json=1");
}

static void test_a_missing_value(void) {
    REFUSE("'--text': the option needs a value", "--text");
    REFUSE("'-t': the option needs a value", "-ft");
    REFUSE("'--fd': the option needs a value", "x", "--fd");
}

static void test_descriptor_numbers(void) {
    ACCEPT("--fd=2147483647");
    CHECK_INT(args.fd, INT_MAX);
    REFUSE("'--fd=2147483648': too large", "--fd=2147483648");
    REFUSE("'--fd=-1': not a descriptor number", "--fd=-1");
    REFUSE("'--fd=3x': not a descriptor number", "--fd=3x");
    REFUSE("'--fd= 3': not a descriptor number", "--fd= 3");
    REFUSE("'--fd': empty", "--fd=");
    CHECK_INT(args.fd, -1);
}

static void test_choices(void) {
    REFUSE("'--colour=grn': not one of red, green, blue; did you mean 'green'?", "--colour=grn");
    REFUSE("'--colour=zzqq': not one of red, green, blue", "-c", "zzqq");
    REFUSE("'--colour=RED': not one of red, green, blue", "--colour=RED");
    REFUSE("'--colour': not one of red, green, blue", "--colour=");
    CHECK_INT(args.choice, 0);
}

static void test_a_parser_of_its_own(void) {
    REFUSE("'--call=bad': not good", "--call=bad");
    REFUSE("'--call=bad': not good", "--call", "bad");
    CHECK_INT(args.called, 0);
}

static void test_conflicts(void) {
    REFUSE("'--flag': cannot be given with --other", "--flag", "--other");
    REFUSE("'--flag': cannot be given with --other", "--other", "x", "-f");
    REFUSE("'--verbose': cannot be given with --null", "-v", "-0");
    ACCEPT("-f", "-q", "-J");
}

static void test_the_first_error_is_the_one_reported(void) {
    REFUSE("'--bogus-one': unknown option; --help lists them", "--bogus-one", "--zz", "--fd=x");
    REFUSE("'--fd=x': not a descriptor number", "--fd=x", "--flag", "--other", "--bogus-two");
}

static void test_common_options(void) {
    ACCEPT("-J", "-F", "a,b", "-0h", "--json-int64=string", "--sh-prefix=x_");
    CHECK_INT(cli.call.common.format, CLI_FORMAT_JSON);
    CHECK_STR(cli.call.common.fields, "a,b");
    CHECK(cli.call.common.null && cli.call.common.help && !cli.call.common.version);
    CHECK_INT(cli.call.common.json_int64, 1);
    CHECK_STR(cli.call.common.sh_prefix, "x_");
    ACCEPT("-g", "size", "-V");
    CHECK_INT(cli.call.common.format, CLI_FORMAT_VALUE);
    CHECK_STR(cli.call.common.fields, "size");
    CHECK(cli.call.common.version);
    ACCEPT("-o", "csv", "-otable");
    CHECK_INT(cli.call.common.format, CLI_FORMAT_TABLE);
    REFUSE("'--output=size': is a field, not a format; did you mean -g?", "-o", "size");
    REFUSE("'--output=jsn': not one of text, json, csv, tsv, sh, value, table; did you mean "
           "'json'?",
           "-o", "jsn");
}

static void test_sh_prefix_is_the_beginning_of_a_name(void) {
    static const char *const bad[] = { "", "1a", "a-b", "a b", "a;b", "\xc3\xa4", "a\n", "$" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(!PARSE("--sh-prefix", bad[i]));
        CHECK(strstr(said, ": not the beginning of a variable's name\n"));
        CHECK_STR(cli.call.common.sh_prefix, "os_");
    }
    ACCEPT("--sh-prefix=_A9");
    CHECK_STR(cli.call.common.sh_prefix, "_A9");
}

static void test_errors_are_json_when_j_is_given_before_or_after(void) {
    static const char want[] = "{\"error\":\"EX_USAGE\",\"errno\":null,\"applet\":\"test\","
                               "\"operation\":\"usage\",\"path\":null,"
                               "\"message\":\"'--zzqqxx': unknown option; --help lists them\"}\n";
    CHECK(!PARSE("-J", "--zzqqxx"));
    CHECK_STR(said, want);
    CHECK(!PARSE("--zzqqxx", "-J"));
    CHECK_STR(said, want);
}

static void test_a_usage_error_of_a_command_that_runs_a_program_is_125(void) {
    command.stop_at_operand = true;
    command.runs_program = true;
    CHECK(!PARSE("--bogus"));
    CHECK_INT(cli.outcome.status, 125);
    CHECK(!PARSE("--bogus", "program", "--more"));
    CHECK_STR(cli.call.program[0], "program");
    CHECK_STR(cli.call.program[1], "--more");
    CHECK(!cli.call.program[2]);
    command.runs_program = false;
    command.stop_at_operand = false;
}

static void test_what_follows_dashes_is_a_program_where_the_command_says_so(void) {
    command.dashes_program = true;
    CHECK(!PARSE("--bogus"));
    CHECK_INT(cli.outcome.status, 64);
    CHECK(!PARSE("--bogus", "--", "program", "--", "x"));
    CHECK_INT(cli.outcome.status, 125);
    CHECK_INT(cli.call.operand_count, 0);
    CHECK_STR(cli.call.program[0], "program");
    CHECK_STR(cli.call.program[1], "--");
    CHECK_STR(cli.call.program[2], "x");
    CHECK(!cli.call.program[3]);
    command.dashes_program = false;
}

static void test_options_are_found_by_their_exact_name(void) {
    struct cli_option_set set;
    cli_collect_options(&command, &set);
    CHECK(cli_find_option(&set, "flag", 4)->row == &options[1]);
    CHECK(cli_find_option(&set, "flags", 4)->row == &options[1]);
    CHECK(!cli_find_option(&set, "flag", 3));
    CHECK(!cli_find_option(&set, "", 0));
    CHECK(cli_find_option(&set, "json", 4)->common);
    CHECK(cli_find_letter(&set, 'v')->row->value == 9);
    CHECK(!cli_find_letter(&set, 'Z'));
}

/* ---- what a command adds to the table ---- */

struct limits {
    int least;
    bool hard;
};

struct outer {
    bool before, after;
    struct limits limits;
};

static const struct cli_option limit_options[] = {
    { CLI_INT_IN(struct limits, least, -3, 20), .name = "least", .metavar = "N" },
    { CLI_FLAG(struct limits, hard), .name = "hard", .conflicts = "after" },
    CLI_OPTIONS_END,
};

static const struct cli_option outer_options[] = {
    { CLI_FLAG(struct outer, before), .letter = 'b', .name = "before", .required = true },
    CLI_INCLUDE(struct outer, limits, struct limits, 0),
    { CLI_FLAG(struct outer, after), .name = "after" },
    CLI_OPTIONS_END,
};

static bool is_hard_without_least(const struct cli_call *call, const void *data) {
    (void)call;
    const struct outer *outer = data;
    return outer->limits.hard && outer->limits.least == 0;
}

static bool has_operand(const struct cli_call *call, const void *data) {
    (void)data;
    return call->operand_count;
}

static const struct cli_rule rules[] = {
    { is_hard_without_least, "--hard", "goes with --least" },
    { has_operand, NULL, "no operand here" },
    { NULL, NULL, NULL },
};

static const struct cli_command outer_command = {
    .name = "test",
    .options = outer_options,
    .includes = (const struct cli_option *const[]){ limit_options },
    .rules = rules,
    .args_size = sizeof(struct outer),
};

static struct outer outer;

static bool parse_outer(const char *const *words) {
    called = &outer_command;
    called_args = &outer;
    outer = (struct outer){ 0 };
    bool ok = parse(words);
    called = &command;
    called_args = &args;
    return ok;
}

#define OUTER(...) parse_outer((const char *const[]){ __VA_ARGS__, NULL })

static void test_an_included_table_fills_its_own_struct(void) {
    CHECK(OUTER("--after", "-b", "--least=-3"));
    CHECK(outer.before && outer.after && !outer.limits.hard);
    CHECK_INT(outer.limits.least, -3);
    CHECK(OUTER("--hard", "-b", "--least", "20"));
    CHECK(outer.limits.hard && !outer.after);
    CHECK(!OUTER("-b", "--hard", "--least=1", "--after"));
    CHECK_STR(said, "test: '--hard': cannot be given with --after\n");
}

static void test_an_integer_has_bounds(void) {
    CHECK(!OUTER("-b", "--least=21"));
    CHECK_STR(said, "test: '--least=21': too large\n");
    CHECK(!OUTER("-b", "--least=-4"));
    CHECK_STR(said, "test: '--least=-4': too small\n");
}

static void test_a_required_option_is_missed(void) {
    CHECK(!OUTER("--after"));
    CHECK_STR(said, "test: missing --before\n");
    CHECK_INT(cli.outcome.status, CLI_EX_USAGE);
    CHECK(OUTER("--help"));
}

static void test_rules_are_checked_in_order_and_after_the_table(void) {
    CHECK(!OUTER("-b", "--hard", "x"));
    CHECK_STR(said, "test: '--hard': goes with --least\n");
    CHECK(!OUTER("-b", "x"));
    CHECK_STR(said, "test: no operand here\n");
    CHECK(!OUTER("-b", "x", "--nonsense"));
    CHECK_STR(said, "test: '--nonsense': unknown option; --help lists them\n");
    CHECK(OUTER("-b", "x", "--help"));
}

int main(void) {
    RUN(test_nothing_is_nothing);
    RUN(test_long_options);
    RUN(test_letters);
    RUN(test_a_value_may_look_like_an_option);
    RUN(test_an_optional_value_is_given_with_equals_only);
    RUN(test_options_and_operands_in_any_order);
    RUN(test_two_dashes_end_the_options);
    RUN(test_an_empty_word_is_an_operand);
    RUN(test_a_command_that_runs_another_stops_at_the_first_operand);
    RUN(test_of_two_with_one_destination_the_last_wins);
    RUN(test_unknown_options);
    RUN(test_an_abbreviation_is_unknown);
    RUN(test_names_are_shown_escaped);
    RUN(test_a_flag_takes_no_value);
    RUN(test_a_missing_value);
    RUN(test_descriptor_numbers);
    RUN(test_choices);
    RUN(test_a_parser_of_its_own);
    RUN(test_conflicts);
    RUN(test_the_first_error_is_the_one_reported);
    RUN(test_common_options);
    RUN(test_sh_prefix_is_the_beginning_of_a_name);
    RUN(test_errors_are_json_when_j_is_given_before_or_after);
    RUN(test_a_usage_error_of_a_command_that_runs_a_program_is_125);
    RUN(test_what_follows_dashes_is_a_program_where_the_command_says_so);
    RUN(test_options_are_found_by_their_exact_name);
    RUN(test_an_included_table_fills_its_own_struct);
    RUN(test_an_integer_has_bounds);
    RUN(test_a_required_option_is_missed);
    RUN(test_rules_are_checked_in_order_and_after_the_table);
    return check_done();
}
