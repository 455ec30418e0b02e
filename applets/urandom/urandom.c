/* SPDX-License-Identifier: 0BSD
 *
 * osbox urandom: random bytes of the kernel's generator, and values made of
 * them.
 *
 * os.urandom, os.getrandom.
 *
 * Deviations: os.getrandom may return fewer bytes than requested, this never does.
 * Without a SIZE there are 32 bytes, the secrets module's default.
 */
#include "applets/urandom/urandom.h"
#include "cli/parse.h"
#include "cli/quote.h"
#include "os/clock.h"
#include "os/cpuset.h"
#include "os/random_wait.h"

static const struct cli_choice uuid_choices[] = {
    { "4", 4, "random" },
    { "7", 7, "the time in milliseconds, then random; each is greater than the one before" },
    CLI_CHOICES_END,
};

/* The end of a range, as a 64-bit integer of either kind. */
static const char *parse_end(const char *text, size_t size, bool *negative, uint64_t *value) {
    char copy[72]; /* more digits than any base has for 64 bits */
    int64_t number;
    if (size >= sizeof copy)
        return "a number of the range is too long";
    memcpy(copy, text, size);
    copy[size] = '\0';
    if (copy[0] != '-') {
        *negative = false;
        return cli_parse_uint(copy + (copy[0] == '+'), UINT64_MAX, value);
    }
    const char *why = cli_parse_int(copy, INT64_MIN, INT64_MAX, &number);
    if (why)
        return why;
    *value = (uint64_t)number;
    *negative = number < 0;
    return NULL;
}

static const char *parse_range(struct urandom_args *a, const char *text) {
    struct urandom_range r;
    uint64_t high;
    bool high_negative;
    const char *colon = strchr(text, ':');
    if (!colon)
        return "not of the form LO:HI";
    const char *why = parse_end(text, (size_t)(colon - text), &r.negative, &r.low);
    if (!why)
        why = parse_end(colon + 1, strlen(colon + 1), &high_negative, &high);
    if (why)
        return why;
    if (r.negative == high_negative ? r.low > high : high_negative)
        return "the first number is above the second";
    r.last = high - r.low;
    if (r.negative && !high_negative && r.last < high)
        return "has more than 2^64 integers";
    r.view = URANDOM_VIEW_INT;
    if (!high_negative && high > INT64_MAX)
        r.view = r.negative ? URANDOM_VIEW_VALUE : URANDOM_VIEW_UINT;
    a->range = r;
    a->form = URANDOM_INT;
    return NULL;
}

static const char *parse_wait(struct urandom_args *a, const char *text) {
    a->wait = true;
    a->timeout = OS_NEVER;
    return text[0] ? cli_parse_ns(text, &a->timeout) : NULL;
}

enum { CALL_INT, CALL_ALPHABET, CALL_COUNT, CALL_WAIT };
enum { CHOICES_UUID = 1 };

static const struct cli_choice *const choices[] = { [CHOICES_UUID] = uuid_choices };

static const char *parse_option(void *data, int which, const char *text) {
    struct urandom_args *args = data;
    switch (which) {
    case CALL_INT:
        return parse_range(args, text);
    case CALL_ALPHABET:
        args->alphabet = text;
        args->form = URANDOM_ALPHABET;
        return NULL;
    case CALL_COUNT:
        return cli_parse_uint(text, UINT64_MAX, &args->count);
    default:
        return parse_wait(args, text);
    }
}

static const struct cli_option options[] = {
    CLI_GROUP("What is made"),
    { CLI_SET(struct urandom_args, form, URANDOM_HEX), .name = "hex",
      .conflicts = "int alphabet uuid", .help = "SIZE bytes, each as two hexadecimal digits" },
    { CLI_SET(struct urandom_args, form, URANDOM_BASE64), .name = "base64",
      .conflicts = "int alphabet uuid", .help = "SIZE bytes in base64, with padding" },
    { CLI_SET(struct urandom_args, form, URANDOM_BASE64URL), .name = "base64url",
      .conflicts = "int alphabet uuid",
      .help = "SIZE bytes in base64 with - and _, without padding, as secrets.token_urlsafe" },
    { CLI_CALL(CALL_INT), .name = "int", .metavar = "LO:HI", .conflicts = "alphabet uuid",
      .help = "an integer, LO and HI and all between them equally likely" },
    { CLI_CALL(CALL_ALPHABET), .name = "alphabet", .metavar = "SET", .needs = "length",
      .conflicts = "uuid", .help = "symbols of SET, such as a-zA-Z0-9, all equally likely" },
    { CLI_UNSIGNED(struct urandom_args, length), .name = "length", .metavar = "N",
      .needs = "alphabet", .help = "how many symbols" },
    { CLI_CHOICE(struct urandom_args, uuid, CHOICES_UUID), .name = "uuid", .metavar = "VERSION",
      .help = "a UUID of RFC 9562" },
    { CLI_CALL(CALL_COUNT), .name = "count", .metavar = "K", .preset = "1",
      .help = "so many of them" },
    CLI_GROUP("How the kernel is asked"),
    { CLI_FLAG(struct urandom_args, nonblock), .name = "nonblock",
      .help = "do not wait until the generator is seeded: that is EAGAIN, status 75" },
    { CLI_FLAG(struct urandom_args, random), .name = "random", .conflicts = "insecure",
      .help = "as /dev/random has it (GRND_RANDOM)" },
    { CLI_FLAG(struct urandom_args, insecure), .name = "insecure",
      .help = "never wait, even if what comes can be foretold (GRND_INSECURE)" },
    { CLI_CALL(CALL_WAIT), .name = "wait-seeded", .metavar = "T", .optional = true,
      .conflicts = "nonblock insecure",
      .help = "first wait until the generator is seeded, for T at most; alone, make nothing" },
    CLI_GROUP("How"),
    { CLI_UNSIGNED(struct urandom_args, jobs), .letter = 'j', .name = "jobs", .metavar = "N",
      .help = "threads at the most, where there is much to do (default: the usable CPUs)" },
    { CLI_FLAG(struct urandom_args, force), .name = "force",
      .help = "write to a terminal what it may obey" },
    { CLI_FLAG(struct urandom_args, stats), .name = "stats",
      .help = "tell on standard error who was asked, how often, and for how much" },
    { CLI_FLAG(struct urandom_args, progress), .name = "progress",
      .help = "tell of the progress on standard error" },
    CLI_OPTIONS_END,
};

enum {
    VALUE = 1 << URANDOM_VIEW_VALUE,
    INT = 1 << URANDOM_VIEW_INT,
    UINT = 1 << URANDOM_VIEW_UINT,
    ALL = VALUE | INT | UINT,
};

static const struct cli_field fields[URANDOM_FIELDS] = {
    [URANDOM_VALUE] = { .name = "value",
                        .type = CLI_BYTES,
                        .views = ALL,
                        .defaults = VALUE,
                        .may_hold_nul = true,
                        .help = "the bytes, or the text in raw format" },
    [URANDOM_INTEGER] = { .name = "int",
                          .type = CLI_INT,
                          .views = INT,
                          .defaults = INT,
                          .help = "the integer of --int; null when it is above 2^63-1" },
    [URANDOM_UNSIGNED] = { .name = "uint",
                           .type = CLI_UINT,
                           .views = INT | UINT,
                           .defaults = UINT,
                           .help = "the same; null when it is below 0" },
    [URANDOM_BITS] = { .name = "bits",
                       .type = CLI_UINT,
                       .views = ALL,
                       .help = "how many random bits it is the choice of, rounded down" },
    [URANDOM_SOURCE] = { .name = "source",
                         .type = CLI_ENUM,
                         .views = ALL,
                         .help =
                             "who was asked: vdso, getrandom, urandom, random; null if nobody" },
};

/* ---- checks ---- */

static bool makes_bytes(const struct urandom_args *args) {
    return args->form <= URANDOM_BASE64URL;
}

static bool read_size(struct urandom_run *u) {
    struct cli *cli = u->cli;
    u->size = URANDOM_DEFAULT_SIZE;
    if (!cli->call.operand_count)
        return true;
    const char *why = NULL;
    if (!makes_bytes(u->args))
        why = "a SIZE goes with bytes only";
    else if (cli->call.operand_count > 1)
        why = "there is one SIZE";
    const char *operand = cli->call.operands[cli->call.operand_count > 1];
    if (!why)
        why = cli_parse_size(operand, &u->size);
    if (why)
        cli_usage(cli, operand, why);
    return !why;
}

static bool read_alphabet(struct urandom_run *u) {
    if (u->args->form != URANDOM_ALPHABET)
        return true;
    const char *why = urandom_read_alphabet(u->args->alphabet, &u->alphabet);
    if (why)
        cli_usage(u->cli, "--alphabet", why);
    return !why;
}

/* Symbols can be control characters. */
static bool check_terminal(const struct urandom_run *u) {
    const struct urandom_args *args = u->args;
    bool obeyed = args->form == URANDOM_BYTES && u->size;
    if (args->form == URANDOM_ALPHABET)
        obeyed = args->length && !cli_is_plain(args->alphabet, strlen(args->alphabet));
    obeyed = obeyed && args->count;
    if (!u->raw || !cli_writer(u->cli)->terminal || !obeyed || args->force)
        return true;
    cli_usage(u->cli, NULL,
              "not written to a terminal; --hex, --base64, -o text, or --force do that");
    return false;
}

static unsigned choose_view(const struct cli_call *call, const void *data) {
    const struct urandom_args *args = data;
    (void)call;
    return args->form == URANDOM_INT && !args->uuid ? args->range.view : URANDOM_VIEW_VALUE;
}

static bool check_records(const struct urandom_run *u) {
    struct cli *cli = u->cli;
    if (u->raw)
        return true;
    size_t count = u->args->count < SIZE_MAX ? (size_t)u->args->count : SIZE_MAX;
    if (!cli_begin(cli) || !cli_expect_records(cli, count))
        return false;
    bool large = makes_bytes(u->args) ? u->size > URANDOM_RECORD_MOST
                                      : u->args->length > URANDOM_RECORD_MOST;
    if (large)
        cli_usage(cli, NULL, "too much for a record, which has 64M at most; -o raw has no limit");
    return !large;
}

/* Returns about how many random bytes a value needs, and how many characters it has. */
static void estimate(const struct urandom_run *u, uint64_t *bytes, uint64_t *characters) {
    *bytes = *characters = u->size;
    switch ((enum urandom_form)u->args->form) {
    case URANDOM_INT:
        *bytes = os_random_cost(u->args->range.last);
        *characters = 20;
        break;
    case URANDOM_ALPHABET:
        *bytes = os_random_cost(u->alphabet.count - 1) * u->args->length;
        *characters = 4 * (uint64_t)u->args->length;
        break;
    case URANDOM_UUID:
        *bytes = OS_UUID_SIZE;
        *characters = 36;
        break;
    default:
        if (u->args->form != URANDOM_BYTES && u->size <= UINT64_MAX / 4)
            *characters = 2 * u->size + 4;
        break;
    }
}

static uint64_t times(uint64_t a, uint64_t b) {
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

/* Reserves room for all, because a buffer that grows leaves copies of its contents in memory. */
static void prepare(struct urandom_run *u, uint64_t count) {
    const uint64_t most = 65536 + 8192;
    const struct urandom_args *args = u->args;
    unsigned flags = (args->nonblock ? OS_RANDOM_NONBLOCK : 0U) |
                     (args->random ? OS_RANDOM_RANDOM : 0U) |
                     (args->insecure ? OS_RANDOM_INSECURE : 0U);
    uint64_t bytes, characters;
    estimate(u, &bytes, &characters);
    bool streams =
        makes_bytes(args) && u->size > URANDOM_POOLED; /* its threads begin on their own */
    u->source.expected = times(bytes, count);
    os_random_init(&u->random, flags, streams ? 0 : u->source.expected);
    u->source.random = &u->random;
    u->jobs = args->jobs ? args->jobs : os_usable_cpus();
    if (u->raw) {
        characters = times(characters + 1, count);
        characters = characters < most ? characters : most;
    }
    buf_reserve(&u->text, (size_t)characters);
}

/* ---- the run ---- */

static void emit(struct urandom_run *u) {
    struct cli_value values[URANDOM_FIELDS] = { 0 };
    values[URANDOM_VALUE] = cli_bytes(u->text.data ? u->text.data : "", u->text.len);
    if (u->args->form == URANDOM_INT) {
        if (u->negative || u->integer <= INT64_MAX)
            values[URANDOM_INTEGER] = cli_int((int64_t)u->integer);
        if (!u->negative)
            values[URANDOM_UNSIGNED] = cli_uint(u->integer);
    }
    values[URANDOM_BITS] = cli_uint(u->value_bits);
    values[URANDOM_SOURCE] =
        cli_str(u->random.calls ? os_random_source_name(u->random.source) : NULL);
    cli_emit(u->cli, values);
    if (u->text.data)
        explicit_bzero(u->text.data, u->text.len);
    buf_clear(&u->text);
}

static bool make_one(struct urandom_run *u) {
    if (!urandom_make(u))
        return false;
    if (u->text.failed) {
        struct base_error e;
        base_fail(&e, ENOMEM, "malloc", NULL);
        cli_report(u->cli, &e);
        return false;
    }
    if (!u->raw)
        emit(u);
    else if (u->args->form != URANDOM_BYTES)
        buf_add_char(&u->text, '\n');
    if (!u->counts_bytes)
        urandom_count(u, 1);
    return !cli_is_broken(u->cli) && (u->text.len < 65536 || urandom_flush(u));
}

static void make_all(struct urandom_run *u) {
    uint64_t count = u->args->count;
    if (u->raw && u->args->form == URANDOM_BYTES) { /* without separators */
        if (__builtin_mul_overflow(u->size, count, &u->size)) {
            cli_usage(u->cli, "--count", "SIZE times K is too large");
            return;
        }
        count = 1;
    }
    u->counts_bytes = count == 1 && makes_bytes(u->args);
    urandom_start_count(u, u->counts_bytes ? u->size : count);
    prepare(u, count);
    while (count-- > 0 && make_one(u))
        ;
    if (u->raw)
        urandom_flush(u);
    os_random_finish(&u->random);
    os_random_values_finish(&u->source);
    urandom_finish_count(u);
}

/* Waits for --wait-seeded. Returns false if nothing else is requested, or after a failure. */
static bool wait_first(struct urandom_run *u) {
    const struct urandom_args *args = u->args;
    struct base_error e;
    if (!args->wait)
        return true;
    if (os_random_wait(args->timeout, &e) < 0) {
        cli_report(u->cli, &e);
        return false;
    }
    return !u->raw || args->form != URANDOM_BYTES || u->cli->call.operand_count;
}

static void run(struct cli *cli, void *data) {
    struct urandom_args args = *(const struct urandom_args *)data;
    struct urandom_run u = { .cli = cli, .args = &args };
    u.raw = cli_writer(cli)->format == CLI_FORMAT_RAW;
    if (args.uuid)
        args.form = URANDOM_UUID;
    bool alone = args.wait && u.raw && args.form == URANDOM_BYTES && !cli->call.operand_count;
    if (read_size(&u) && read_alphabet(&u) && check_records(&u) && (alone || check_terminal(&u)) &&
        wait_first(&u))
        make_all(&u);
    if (args.stats && !cli->outcome.error)
        urandom_show_stats(&u);
    if (u.text.data)
        explicit_bzero(u.text.data, u.text.cap);
    buf_finish(&u.text);
    vec_finish(&u.alphabet);
}

static const struct urandom_args presets = { .count = 1 };

const struct cli_command applet_urandom = {
    .never = CLI_NEVER(CLI_EX_DATAERR) | CLI_NEVER(CLI_EX_NOUSER) | CLI_NEVER(CLI_EX_CANTCREAT),
    .name = "urandom",
    .summary = "print random bytes of the kernel, as os.urandom",
    .usage = "[OPTION]... [SIZE]\n[OPTION]... --int=LO:HI\n"
             "[OPTION]... --alphabet=SET --length=N\n[OPTION]... --uuid=4|7",
    .description = "SIZE is a number of bytes, such as 16, 4K or 1.5G; without it there are 32.",
    .options = options,
    .choices = choices,
    .parse = parse_option,
    .choose_view = choose_view,
    .fields = fields,
    .views = "value int uint",
    .field_count = URANDOM_FIELDS,
    .args_size = sizeof(struct urandom_args),
    .presets = &presets,
    .default_format = CLI_FORMAT_RAW,
    .run = run,
};
