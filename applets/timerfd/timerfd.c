/* SPDX-License-Identifier: 0BSD
 *
 * osbox timerfd: periodic ticks, and timers that are descriptors.
 *
 * os.timerfd_create, os.timerfd_settime, os.timerfd_settime_ns,
 * os.timerfd_gettime, os.timerfd_gettime_ns, os.read of a timer.
 *
 * Deviations: --initial defaults to the interval; an explicit 0 disarms, as in the
 * kernel, and is an error where osbox itself waits for ticks.
 */
#include "applets/timerfd/timerfd.h"
#include "cli/parse.h"

/* ---- options ---- */

static const struct cli_choice overlaps[] = {
    { "skip", TIMERFD_SKIP, "ticks are counted, and reported when it has ended" },
    { "queue", TIMERFD_QUEUE, "it is run when the one before has ended" },
    { "kill", TIMERFD_KILL, "the one before is sent a signal" },
    CLI_CHOICES_END,
};

static const char *parse_count(struct timerfd_args *args, const char *text) {
    uint64_t count;
    const char *why = cli_parse_uint(text, INT64_MAX, &count);
    if (!why && count == 0)
        why = "too small";
    if (!why)
        args->count = count;
    return why;
}

enum { CALL_AT, CALL_UNTIL, CALL_COUNT };
enum { CHOICES_CLOCK = 1, CHOICES_OVERLAP };

static const struct cli_choice *const choices[] = {
    [CHOICES_CLOCK] = timerfd_clocks,
    [CHOICES_OVERLAP] = overlaps,
};

static const char *parse_time(const char *text, struct cli_timepoint *point) {
    return cli_parse_next_time(text, os_timespec(os_clock_ns(CLOCK_REALTIME, NULL)), point);
}

static const char *parse_option(void *data, int which, const char *text) {
    struct timerfd_args *args = data;
    switch (which) {
    case CALL_AT:
        args->at_text = text;
        return parse_time(text, &args->at);
    case CALL_UNTIL:
        args->until_text = text;
        return parse_time(text, &args->until);
    default:
        return parse_count(args, text);
    }
}

static const struct cli_option clock_options[] = {
    { CLI_CHOICE(struct timerfd_args, clock, CHOICES_CLOCK), .name = "clock", .metavar = "CLOCK",
      .preset = "monotonic; realtime for time of day", .help = "which clock the timer counts on" },
    CLI_OPTIONS_END,
};

static const struct cli_option time_options[] = {
    { CLI_TIME(struct timerfd_args, initial), .name = "initial", .metavar = "T", .conflicts = "at",
      .help = "time until the first expiration (the interval, if not given); 0 disarms" },
    { CLI_TIME(struct timerfd_args, interval), .name = "interval", .metavar = "T",
      .help = "time between expirations" },
    { CLI_CALL(CALL_AT), .name = "at", .metavar = "TIME",
      .help =
          "the first expiration: ISO 8601, HH:MM[:SS] (the next one), or @SECONDS on the clock" },
    { CLI_FLAG(struct timerfd_args, cancel_on_set), .name = "cancel-on-set", .needs = "at",
      .help = "tell when the clock is set" },
    CLI_OPTIONS_END,
};

enum { INCLUDE_CLOCK, INCLUDE_TIME };

static const struct cli_option *const includes[] = {
    [INCLUDE_CLOCK] = clock_options,
    [INCLUDE_TIME] = time_options,
};

#define FD_ROW(what)                                                                               \
    { CLI_FD(struct timerfd_args, fd), .name = "fd", .metavar = "N", .help = what }

static const struct cli_option tick_options[] = {
    CLI_GROUP("The timer"),
    CLI_INCLUDE_ROWS(INCLUDE_CLOCK),
    CLI_INCLUDE_ROWS(INCLUDE_TIME),
    { CLI_FLAG(struct timerfd_args, rearm), .name = "rearm", .needs = "cancel-on-set",
      .help = "go on when the clock was set (else the status is 75)" },
    { CLI_FLAG(struct timerfd_args, now), .name = "now",
      .help = "tick once at the start, before the first expiration" },
    CLI_GROUP("How long"),
    { CLI_CALL(CALL_COUNT), .name = "count", .metavar = "N",
      .help = "end after N expirations; the tick of --now counts" },
    { CLI_CALL(CALL_UNTIL), .name = "until", .metavar = "TIME",
      .help = "end before the first expiration after TIME, written as for --at" },
    CLI_GROUP("The program"),
    { CLI_CHOICE(struct timerfd_args, overlap, CHOICES_OVERLAP), .name = "overlap",
      .metavar = "HOW", .preset = "skip", .help = "when a tick comes while it still runs" },
    { CLI_SIGNAL(struct timerfd_args, signo), .name = "signal", .metavar = "SIG", .preset = "TERM",
      .help = "the signal of --overlap=kill" },
    { CLI_TIME(struct timerfd_args, kill_after), .name = "kill-after", .metavar = "T",
      .help = "and SIGKILL that time later" },
    { CLI_PLACE(struct timerfd_args, status), .name = "status", .metavar = "FILE|fd:N",
      .help = "write the records of ticks and of its ends there" },
    CLI_GROUP("What is told"),
    { CLI_FLAG(struct timerfd_args, summary), .name = "summary",
      .help = "at the end, print on standard error how late the ticks were" },
    CLI_OPTIONS_END,
};

static const struct cli_option create_options[] = {
    CLI_GROUP("The timer"),
    FD_ROW("the descriptor that it becomes"),
    { CLI_FLAG(struct timerfd_args, nonblock), .name = "nonblock",
      .help = "a read does not wait (TFD_NONBLOCK)" },
    CLI_INCLUDE_ROWS(INCLUDE_CLOCK),
    CLI_INCLUDE_ROWS(INCLUDE_TIME),
    CLI_OPTIONS_END,
};

static const struct cli_option settime_options[] = {
    CLI_GROUP("The timer"),
    FD_ROW("the descriptor of the timer"),
    CLI_INCLUDE_ROWS(INCLUDE_TIME),
    CLI_OPTIONS_END,
};

static const struct cli_option fd_options[] = {
    CLI_GROUP("The timer"),
    FD_ROW("the descriptor of the timer"),
    CLI_OPTIONS_END,
};

/* ---- fields ---- */

enum {
    TICK = 1 << TIMERFD_VIEW_TICK,
    COMMAND = 1 << TIMERFD_VIEW_COMMAND,
    TIMER = 1 << TIMERFD_VIEW_TIMER,
    READ = 1 << TIMERFD_VIEW_READ,
    CLOCK = 1 << TIMERFD_VIEW_CLOCK,
    TICKS = TICK | COMMAND,
};

#define FIELD(views, name_, type_, help_)       WAIT_FIELD(views, name_, type_, help_)
#define MORE_FIELD(views_, name_, type_, help_) WAIT_MORE(views_, name_, type_, help_)

static const struct cli_field fields[] = {
    WAIT_ROWS(TIMERFD_WAIT, 0, COMMAND, COMMAND, COMMAND),
    [TIMERFD_EVENT] = FIELD(TICKS, "event", CLI_ENUM,
                            "tick; clock_set, when the clock was set; exit, of the program"),
    [TIMERFD_SEQ] = FIELD(TICKS, "seq", CLI_UINT, "the number of the read, from 1"),
    [TIMERFD_EXPIRATIONS] =
        FIELD(TICKS | READ, "expirations", CLI_UINT, "how often it expired since the last read"),
    [TIMERFD_MISSED] = FIELD(TICKS, "missed", CLI_UINT, "expirations without a read of their own"),
    [TIMERFD_SCHEDULED_NS] =
        FIELD(TICKS, "scheduled_ns", CLI_INT, "when the last of them was due, on the clock"),
    [TIMERFD_NOW_NS] = FIELD(TICKS | CLOCK, "now_ns", CLI_INT, "the time of the clock"),
    [TIMERFD_LATE_NS] = FIELD(TICKS, "late_ns", CLI_INT, "now_ns - scheduled_ns"),
    [TIMERFD_RUN] = FIELD(TICKS, "run", CLI_ENUM,
                          "what it did to the program: started, skipped, queued or killed"),
    [TIMERFD_SCHEDULED] = MORE_FIELD(TICKS, "scheduled", CLI_TIMESPEC, "scheduled_ns in seconds"),
    [TIMERFD_NOW] = MORE_FIELD(TICKS, "now", CLI_TIMESPEC, "now_ns in seconds"),
    [TIMERFD_LATE] = MORE_FIELD(TICKS, "late", CLI_DURATION, "late_ns in seconds"),
    [TIMERFD_NEXT] = FIELD(TIMER, "next_expiration", CLI_DURATION,
                           "time until the next expiration; 0: it is disarmed"),
    [TIMERFD_NEXT_NS] =
        FIELD(TIMER, "next_expiration_ns", CLI_DURATION_NS, "the same in nanoseconds"),
    [TIMERFD_INTERVAL] = FIELD(TIMER, "interval", CLI_DURATION, "time between expirations"),
    [TIMERFD_INTERVAL_NS] = FIELD(TIMER, "interval_ns", CLI_DURATION_NS, "the same in nanoseconds"),
    [TIMERFD_CLOCK] = FIELD(CLOCK, "clock", CLI_STRING, "the clock, as --clock takes it"),
    [TIMERFD_CLOCKID] = FIELD(CLOCK, "clockid", CLI_INT, "its number, as time.CLOCK_MONOTONIC"),
    [TIMERFD_RESOLUTION_NS] = FIELD(CLOCK, "resolution_ns", CLI_INT, "its resolution"),
    [TIMERFD_USABLE] = FIELD(CLOCK, "usable", CLI_BOOL, "whether a timer can be made of it here"),
    START_ROWS(TIMERFD_START, COMMAND),
    STEP_ROWS(TIMERFD_WHY, COMMAND, 0),
};

/* ---- ticks ---- */

static unsigned choose_view_of_tick(const struct cli_call *call, const void *args) {
    (void)args;
    return call->program ? TIMERFD_VIEW_COMMAND : TIMERFD_VIEW_TICK;
}

/* ---- what the options must satisfy together ---- */

static bool has_status_alone(const struct cli_call *call, const void *data) {
    const struct timerfd_args *args = data;
    return !call->program && args->status;
}

static bool has_fields_alone(const struct cli_call *call, const void *data) {
    const struct timerfd_args *args = data;
    return call->program && !args->status && call->common.fields;
}

static bool has_overlap_alone(const struct cli_call *call, const void *data) {
    const struct timerfd_args *args = data;
    return !call->program && args->overlap != TIMERFD_DEFAULT;
}

static bool has_signal_alone(const struct cli_call *call, const void *data) {
    const struct timerfd_args *args = data;
    (void)call;
    return args->overlap != TIMERFD_KILL && args->signo;
}

static bool has_kill_after_alone(const struct cli_call *call, const void *data) {
    const struct timerfd_args *args = data;
    (void)call;
    return args->overlap != TIMERFD_KILL && args->kill_after;
}

static bool has_no_time(const struct cli_call *call, const void *data) {
    (void)call;
    return !timerfd_has_time(data);
}

static bool is_disarmed(const struct cli_call *call, const void *data) {
    const struct timerfd_args *args = data;
    (void)call;
    return !args->at_text && (args->initial == 0 || (args->initial < 0 && args->interval == 0));
}

static const struct cli_rule tick_rules[] = {
    { program_is_missing, "--", "a program is missing" },
    { has_status_alone, "--status", "goes with a program" },
    { has_fields_alone, "--fields", "goes with --status, where there is a program" },
    { has_overlap_alone, "--overlap", "goes with a program" },
    { has_signal_alone, "--signal", "goes with --overlap=kill" },
    { has_kill_after_alone, "--kill-after", "goes with --overlap=kill" },
    { has_no_time, NULL, "when? --interval, --initial or --at say it" },
    { is_disarmed, "--initial=0", "disarms the timer; use --now for a tick at the start" },
    { NULL, NULL, NULL },
};

static void run_tick(struct cli *cli, void *data) {
    const struct timerfd_args *args = data;
    bool records = !cli->call.program || args->status;
    /* With a program: at least a tick and an end. */
    bool several = cli->call.program ? args->status != NULL
                                     : (args->interval || args->now) && args->count != 1;
    if (records && !cli_begin(cli))
        return;
    if (!several || cli_expect_records(cli, 2))
        timerfd_tick(cli, args);
}

/* ---- the commands ---- */

static const struct timerfd_args presets = { .clock = -1, .initial = -1, .fd = -1 };

#define TIMERFD_COMMON                                                                             \
    .manual = "osbox-timerfd", .includes = includes, .choices = choices, .parse = parse_option,    \
    .fields = fields, .views = "tick command timer read clock", .field_count = TIMERFD_FIELDS,     \
    .args_size = sizeof(struct timerfd_args), .presets = &presets,                                 \
    .default_format = CLI_FORMAT_TEXT

/* It prints no record: it becomes the program. */
/* There are no files, processes or users. */
enum {
    NEVER = CLI_NEVER(CLI_EX_DATAERR) | CLI_NEVER(CLI_EX_NOINPUT) | CLI_NEVER(CLI_EX_NOUSER) |
            CLI_NEVER(CLI_EX_CANTCREAT)
};

static const struct cli_command create_command = {
    .never = NEVER,
    .name = "create",
    .summary = "run a program that has a timer as a descriptor, as os.timerfd_create",
    .usage = "--fd=N [OPTION]... -- CMD [ARG]...",
    .options = create_options,
    .includes = includes,
    .choices = choices,
    .parse = parse_option,
    .manual = "osbox-timerfd",
    .args_size = sizeof(struct timerfd_args),
    .presets = &presets,
    .dashes_program = true,
    .no_operands = true,
    .run = timerfd_run_create,
};

static const struct cli_command settime_command = {
    .never = NEVER,
    .name = "settime",
    .summary = "arm a timer and print what it was, as os.timerfd_settime",
    .usage = "--fd=N --initial=T|--interval=T [OPTION]...\n--fd=N --at=TIME [OPTION]...",
    .options = settime_options,
    .no_operands = true,
    .view = TIMERFD_VIEW_TIMER,
    .run = timerfd_run_settime,
    TIMERFD_COMMON,
};

static const struct cli_command gettime_command = {
    .never = NEVER,
    .name = "gettime",
    .summary = "print what a timer is set to, as os.timerfd_gettime",
    .usage = "--fd=N",
    .options = fd_options,
    .no_operands = true,
    .view = TIMERFD_VIEW_TIMER,
    .run = timerfd_run_gettime,
    TIMERFD_COMMON,
};

static const struct cli_command read_command = {
    .never = NEVER,
    .name = "read",
    .summary = "wait for a timer and print how often it expired",
    .usage = "--fd=N",
    .options = fd_options,
    .no_operands = true,
    .view = TIMERFD_VIEW_READ,
    .run = timerfd_run_read,
    TIMERFD_COMMON,
};

static const struct cli_command clocks_command = {
    .never = NEVER,
    .name = "clocks",
    .summary = "print the clocks that timers count on",
    .usage = "",
    .no_operands = true,
    .view = TIMERFD_VIEW_CLOCK,
    .run = timerfd_run_clocks,
    TIMERFD_COMMON,
};

static const struct cli_command *const verbs[] = { &create_command,  &settime_command,
                                                   &gettime_command, &read_command,
                                                   &clocks_command,  NULL };

const struct cli_command applet_timerfd = {
    .never = NEVER,
    .name = "timerfd",
    .summary = "tick on time, as os.timerfd_create",
    .usage = "[OPTION]... [-- CMD [ARG]...]\n"
             "create --fd=N [OPTION]... -- CMD [ARG]...\n"
             "settime|gettime|read --fd=N\nclocks",
    .options = tick_options,
    .commands = verbs,
    .dashes_program = true,
    .rules = tick_rules,
    .no_operands = true, /* but verbs */
    .choose_view = choose_view_of_tick,
    .run = run_tick,
    TIMERFD_COMMON,
};
