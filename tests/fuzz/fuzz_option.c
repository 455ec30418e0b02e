/* SPDX-License-Identifier: 0BSD
 *
 * Fuzz target: the option parser, with an option of every kind. The first byte
 * chooses what the command is (its low three bits), the rest is cut into words at
 * each NUL and newline. Beyond not crashing: what is stored is in its range or a
 * part of a word, operands and the program are words in their order, an error is
 * one line that is safe to print, and the same words have the same result.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/output.h"
#include "cli/parser.h"
#include "cli/quote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WORDS_MAX = 64, INPUT_MAX = 4096, SAID_MAX = 16 * INPUT_MAX };

struct args {
    bool flag, other;
    int level, fd, choice, signal;
    unsigned number;
    uint64_t size;
    int64_t time;
    const char *text, *maybe, *called;
};

/* What comes of words. */
struct result {
    struct cli cli;
    struct cli_output output;
    struct args args;
    char *argv[WORDS_MAX + 2];
    bool ok;
    size_t said_size;
    char said[SAID_MAX];
};

/* Not assert(): NDEBUG must not matter. */
static void require(bool condition) {
    if (!condition)
        abort();
}

static const char *parse_call(void *data, int which, const char *text) {
    (void)which;
    if (strcmp(text, "bad") == 0)
        return "not good";
    ((struct args *)data)->called = text;
    return NULL;
}

static const struct cli_choice colours[] = { { "red", 1, "" }, { "blue", 2, "" }, CLI_CHOICES_END };

static const struct cli_option options[] = {
    CLI_GROUP("A heading is no option"),
    { CLI_FLAG(struct args, flag), .letter = 'f', .name = "flag", .conflicts = "other text" },
    { CLI_FLAG(struct args, other), .name = "other", .needs = "text" },
    { CLI_SET(struct args, level, 1), .letter = 'q', .name = "quiet", .conflicts = "null" },
    { CLI_SET(struct args, level, 9), .letter = 'v', .name = "verbose" },
    { CLI_TEXT(struct args, text), .letter = 't', .name = "text", .metavar = "T" },
    { CLI_TEXT(struct args, maybe), .letter = 'm', .name = "maybe", .metavar = "M",
      .optional = true },
    CLI_GROUP("Another"),
    { CLI_FD(struct args, fd), .letter = 'd', .name = "fd", .metavar = "N" },
    { CLI_CHOICE(struct args, choice, 1), .letter = 'c', .name = "colour", .metavar = "C" },
    { CLI_UNSIGNED(struct args, number), .letter = 'n', .name = "number", .metavar = "N" },
    { CLI_SIZE(struct args, size), .letter = 's', .name = "size", .metavar = "N" },
    { CLI_TIME(struct args, time), .name = "time", .metavar = "T" },
    { CLI_SIGNAL(struct args, signal), .letter = 'S', .name = "signal", .metavar = "SIG" },
    { CLI_CALL(0), .letter = 'C', .name = "call", .metavar = "X" },
    CLI_OPTIONS_END,
};

static struct cli_command command = {
    .name = "test",
    .options = options,
    .choices = (const struct cli_choice *const[]){ NULL, colours },
    .parse = parse_call,
    .args_size = sizeof(struct args),
};

static void parse(struct result *r, char *const *words, int count) {
    static char name[] = "test";
    static int memory = -1, saved = -1;
    if (memory < 0) {
        memory = memfd_create("stderr", MFD_CLOEXEC);
        saved = dup(STDERR_FILENO);
        require(memory >= 0 && saved >= 0);
    }
    memset(r, 0, offsetof(struct result, said));
    r->argv[0] = name;
    memcpy(r->argv + 1, words, (size_t)count * sizeof *words);
    cli_output_init(&r->output);
    r->cli.output = &r->output;
    r->cli.call.root = r->cli.call.command = &command;
    r->cli.call.argv = r->argv;
    r->cli.call.argc = count + 1;
    r->cli.call.common.sh_prefix = "os_";
    strcpy(r->cli.call.label, "test");
    r->args.fd = -1;

    require(ftruncate(memory, 0) == 0 && lseek(memory, 0, SEEK_SET) == 0);
    dup2(memory, STDERR_FILENO);
    r->ok = cli_parse_options(&r->cli, &r->args);
    dup2(saved, STDERR_FILENO);
    ssize_t size = pread(memory, r->said, sizeof r->said, 0);
    require(size >= 0 && (size_t)size < sizeof r->said);
    r->said_size = (size_t)size;
}

/* Nothing at all, or the one line of a usage error. */
static void check_said(const struct result *r) {
    const struct cli *cli = &r->cli;
    if (r->ok) {
        require(!r->said_size && !cli->outcome.status && !cli->outcome.error);
        return;
    }
    bool runs = command.runs_program || cli->call.program;
    require(cli->outcome.status == (runs ? CLI_EX_RUN : CLI_EX_USAGE));
    require(cli->outcome.error && strcmp(cli->outcome.error, "EX_USAGE") == 0);
    require(r->said_size && r->said[r->said_size - 1] == '\n');
    require(cli_is_plain(r->said, r->said_size - 1));
}

/* The pointers are words, in the order of these. */
static void check_words(char *const *some, int size, char *const *words, int count) {
    int found = 0;
    for (int i = 0; i < count && found < size; i++)
        found += some[found] == words[i];
    require(found == size);
}

static bool is_option(const char *word) {
    return word[0] == '-' && word[1];
}

static void check_operands(const struct result *r, char *const *words, int count) {
    const struct cli *cli = &r->cli;
    int size = 0;
    while (cli->call.program && cli->call.program[size])
        size++;
    check_words(cli->call.program, size, words, count);
    check_words(cli->call.operands, cli->call.operand_count, words, count);
    require(cli->call.program || !cli->call.operands[cli->call.operand_count]);
    require(!command.stop_at_operand || command.dashes_program ||
            cli->call.program == (cli->call.operand_count ? cli->call.operands : NULL));
    if (command.stop_at_operand)
        return;
    for (int i = 0; i < count && strcmp(words[i], "--") != 0; i++)
        for (int j = 0; j < cli->call.operand_count; j++)
            require(cli->call.operands[j] != words[i] || !is_option(words[i]));
}

static void check_text(const char *text, char *const *words, int count) {
    bool found = !text || !*text;
    for (int i = 0; i < count; i++)
        found |= text >= words[i] && text <= words[i] + strlen(words[i]);
    require(found);
}

static void check_values(const struct result *r, char *const *words, int count) {
    const struct args *args = &r->args;
    require(args->level == 0 || args->level == 1 || args->level == 9);
    require(args->fd >= -1 && args->choice >= 0 && args->choice <= 2);
    require(args->signal >= 0 && args->signal <= 64 && args->time >= 0);
    require(!r->ok || !args->flag || (!args->other && !args->text));
    require(!r->ok || !args->other || args->text);
    check_text(args->text, words, count);
    check_text(args->maybe, words, count);
    check_text(args->called, words, count);
}

/* The structs are zero between their members, too. */
static void require_same(const void *a, const void *b, size_t size) {
    require(memcmp(a, b, size) == 0);
}

static void check_same(const struct result *a, const struct result *b) {
    require(a->ok == b->ok && a->cli.outcome.status == b->cli.outcome.status);
    require(!a->cli.call.program == !b->cli.call.program &&
            a->cli.call.operand_count == b->cli.call.operand_count);
    require_same(a->argv, b->argv, sizeof a->argv);
    require_same(&a->args, &b->args, sizeof a->args);
    require_same(&a->cli.call.common, &b->cli.call.common, sizeof a->cli.call.common);
    require(a->said_size == b->said_size);
    require_same(a->said, b->said, a->said_size);
}

/* Of the exact size, so that a sanitizer sees a read beyond the end. */
static char *word(const uint8_t *data, size_t size) {
    char *copy = malloc(size + 1);
    require(copy != NULL);
    memcpy(copy, data, size);
    copy[size] = '\0';
    return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct result first, second;
    char *words[WORDS_MAX];
    int count = 0;
    if (!size || size > INPUT_MAX)
        return 0;
    command.stop_at_operand = *data & 1;
    command.runs_program = *data & 2;
    command.dashes_program = *data & 4;
    for (size_t at = 1, end; at < size && count < WORDS_MAX; at = end + 1) {
        for (end = at; end < size && data[end] && data[end] != '\n';)
            end++;
        words[count++] = word(data + at, end - at);
    }
    parse(&first, words, count);
    parse(&second, words, count);
    check_said(&first);
    check_operands(&first, words, count);
    check_values(&first, words, count);
    check_same(&first, &second);
    while (count)
        free(words[--count]);
    return 0;
}
