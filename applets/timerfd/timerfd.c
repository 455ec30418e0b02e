/* SPDX-License-Identifier: 0BSD
 *
 * osbox timerfd: ticks on time, and timers that are descriptors.
 *
 * os.timerfd_create, os.timerfd_settime, os.timerfd_settime_ns,
 * os.timerfd_gettime, os.timerfd_gettime_ns, os.read of a timer.
 *
 * Deviations: --initial is the interval where it is not given; an explicit 0
 * disarms, as for the kernel, and is an error where ticks are waited for.
 */
#include <unistd.h>

#include "applets/timerfd/timerfd.h"
#include "cli/main.h"
#include "cli/parse.h"

/* ---- options ---- */

static const struct cli_choice clocks[] = {
    { "monotonic", CLOCK_MONOTONIC, "stands still while the machine sleeps" },
    { "realtime", CLOCK_REALTIME, "the time of day, which can be set" },
    { "boottime", CLOCK_BOOTTIME, "goes on while the machine sleeps" },
    { "realtime_alarm", CLOCK_REALTIME_ALARM, "realtime, and wakes the machine" },
    { "boottime_alarm", CLOCK_BOOTTIME_ALARM, "boottime, and wakes the machine" },
    { NULL, 0, NULL },
};

static const struct cli_choice overlaps[] = {
    { "skip", TIMER_SKIP, "the tick is counted, and nothing is run" },
    { "queue", TIMER_QUEUE, "it is run when the one before has ended" },
    { "kill", TIMER_KILL, "the one before is sent a signal" },
    { NULL, 0, NULL },
};

const char *timer_clock_name(clockid_t clock) {
    for (const struct cli_choice *c = clocks; c->name; c++)
        if (c->value == clock)
            return c->name;
    return NULL;
}

static const char *parse_at(struct cli *cli, void *data, const char *text) {
    (void)cli;
    struct timerfd_args *args = data;
    args->at_text = text;
    return cli_parse_timepoint(text, &args->at);
}

static const char *parse_until(struct cli *cli, void *data, const char *text) {
    (void)cli;
    struct timerfd_args *args = data;
    args->until_text = text;
    return cli_parse_timepoint(text, &args->until);
}

static const char *parse_count(struct cli *cli, void *data, const char *text) {
    (void)cli;
    struct timerfd_args *args = data;
    uint64_t count;
    const char *why = cli_parse_uint(text, INT64_MAX, &count);
    if (!why && count == 0)
        why = "too small";
    if (!why)
        args->count = count;
    return why;
}

#define CLOCK_ROW                                                                                  \
    {                                                                                              \
        CLI_CHOICE(struct timerfd_args, clock, clocks),                                            \
            .name = "clock", .metavar = "CLOCK", .preset = "monotonic; realtime with --at=ISO",    \
            .help = "which clock the timer counts on"                                              \
    }
#define WHEN_ROWS                                                                                  \
    { CLI_TIME(struct timerfd_args, initial), .name = "initial", .metavar = "T",                   \
      .conflicts = "at",                                                                           \
      .help = "time until the first expiration (the interval, if not given); 0 disarms" },         \
        { CLI_TIME(struct timerfd_args, interval), .name = "interval", .metavar = "T",             \
          .help = "time between expirations" },                                                    \
        { CLI_CALL(parse_at), .name = "at", .metavar = "TIME",                                     \
          .help = "the first expiration: ISO 8601, or @SECONDS on the clock" },                    \
    {                                                                                              \
        CLI_FLAG(struct timerfd_args, cancel_on_set), .name = "cancel-on-set", .needs = "at",      \
                                                      .help = "tell when the clock is set"         \
    }
#define FD_ROW(what)                                                                               \
    { CLI_FD(struct timerfd_args, fd), .name = "fd", .metavar = "N", .help = what }

static const struct cli_option tick_options[] = {
    CLI_GROUP("The timer"),
    CLOCK_ROW,
    WHEN_ROWS,
    { CLI_FLAG(struct timerfd_args, rearm), .name = "rearm", .needs = "cancel-on-set",
      .help = "go on when the clock was set (else the status is 75)" },
    CLI_GROUP("How long"),
    { CLI_CALL(parse_count), .name = "count", .metavar = "N", .help = "end after N expirations" },
    { CLI_CALL(parse_until), .name = "until", .metavar = "TIME",
      .help = "end before the first expiration after TIME, written as for --at" },
    CLI_GROUP("The program"),
    { CLI_CHOICE(struct timerfd_args, overlap, overlaps), .name = "overlap", .metavar = "HOW",
      .preset = "skip", .help = "when a tick comes while it still runs" },
    { CLI_SIGNAL(struct timerfd_args, signo), .name = "signal", .metavar = "SIG", .preset = "TERM",
      .help = "the signal of --overlap=kill" },
    { CLI_TIME(struct timerfd_args, kill_after), .name = "kill-after", .metavar = "T",
      .help = "and SIGKILL that time later" },
    { CLI_TEXT(struct timerfd_args, status), .name = "status", .metavar = "FILE|fd:N",
      .complete = CLI_COMPLETE_FILE, .help = "write the records of ticks and of its ends there" },
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
    CLOCK_ROW,
    WHEN_ROWS,
    CLI_OPTIONS_END,
};

static const struct cli_option settime_options[] = {
    CLI_GROUP("The timer"),
    FD_ROW("the descriptor of the timer"),
    WHEN_ROWS,
    CLI_OPTIONS_END,
};

static const struct cli_option fd_options[] = {
    CLI_GROUP("The timer"),
    FD_ROW("the descriptor of the timer"),
    CLI_OPTIONS_END,
};

/* ---- fields ---- */

enum {
    TICK = 1 << TIMER_VIEW_TICK,
    COMMAND = 1 << TIMER_VIEW_COMMAND,
    TIMER = 1 << TIMER_VIEW_TIMER,
    READ = 1 << TIMER_VIEW_READ,
    CLOCK = 1 << TIMER_VIEW_CLOCK,
    TICKS = TICK | COMMAND,
};

#define FIELD(views, name_, type_, help_)       WAIT_FIELD(views, name_, type_, help_)
#define MORE_FIELD(views_, name_, type_, help_) WAIT_MORE(views_, name_, type_, help_)

static const char *const views[] = { "tick", "command", "timer", "read", "clock", NULL };

static const struct cli_field fields[] = {
    WAIT_ROWS(TIMER_WAIT, 0, COMMAND, COMMAND),
    [TIMER_EVENT] = FIELD(TICKS, "event", CLI_ENUM,
                          "tick; clock_set, when the clock was set; exit, of the program"),
    [TIMER_SEQ] = FIELD(TICKS, "seq", CLI_UINT, "the number of the read, from 1"),
    [TIMER_EXPIRATIONS] =
        FIELD(TICKS | READ, "expirations", CLI_UINT, "how often it expired since the last read"),
    [TIMER_MISSED] = FIELD(TICKS, "missed", CLI_UINT, "expirations without a read of their own"),
    [TIMER_SCHEDULED_NS] =
        FIELD(TICKS, "scheduled_ns", CLI_INT, "when the last of them was due, on the clock"),
    [TIMER_NOW_NS] = FIELD(TICKS | CLOCK, "now_ns", CLI_INT, "the time of the clock"),
    [TIMER_LATE_NS] = FIELD(TICKS, "late_ns", CLI_INT, "now_ns - scheduled_ns"),
    [TIMER_SCHEDULED] = MORE_FIELD(TICKS, "scheduled", CLI_TIMESPEC, "scheduled_ns in seconds"),
    [TIMER_NOW] = MORE_FIELD(TICKS, "now", CLI_TIMESPEC, "now_ns in seconds"),
    [TIMER_LATE] = MORE_FIELD(TICKS, "late", CLI_DURATION, "late_ns in seconds"),
    [TIMER_NEXT] = FIELD(TIMER, "next_expiration", CLI_DURATION,
                         "time until the next expiration; 0: it is disarmed"),
    [TIMER_NEXT_NS] =
        FIELD(TIMER, "next_expiration_ns", CLI_DURATION_NS, "the same in nanoseconds"),
    [TIMER_INTERVAL] = FIELD(TIMER, "interval", CLI_DURATION, "time between expirations"),
    [TIMER_INTERVAL_NS] = FIELD(TIMER, "interval_ns", CLI_DURATION_NS, "the same in nanoseconds"),
    [TIMER_CLOCK] = FIELD(CLOCK, "clock", CLI_STRING, "the clock, as --clock takes it"),
    [TIMER_CLOCKID] = FIELD(CLOCK, "clockid", CLI_INT, "its number, as time.CLOCK_MONOTONIC"),
    [TIMER_RESOLUTION_NS] = FIELD(CLOCK, "resolution_ns", CLI_INT, "its resolution"),
    [TIMER_USABLE] = FIELD(CLOCK, "usable", CLI_BOOL, "whether a timer can be made of it here"),
    STEP_ROWS(TIMER_WHY, COMMAND, 0),
};

/* ---- what the options mean ---- */

static bool to_ns(struct cli *cli, const char *text, const struct cli_timepoint *point,
                  int64_t *ns) {
    int64_t seconds;
    if (!__builtin_mul_overflow((int64_t)point->time.tv_sec, 1000000000, &seconds) &&
        !__builtin_add_overflow(seconds, point->time.tv_nsec, ns) && *ns >= 0)
        return true;
    cli_usage(cli, text, "the kernel has no such time");
    return false;
}

static bool is_time_of_day(int clock) {
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM;
}

/* A time of day on another clock is as far from now as it is on the wall. */
static bool decide_until(struct cli *cli, const struct timerfd_args *args,
                         struct timerfd_plan *plan) {
    plan->until = INT64_MAX;
    if (!args->until_text)
        return true;
    if (!to_ns(cli, args->until_text, &args->until, &plan->until))
        return false;
    if (!args->until.clock_relative && !is_time_of_day(plan->clock))
        plan->until += os_clock_ns(plan->clock, NULL) - os_clock_ns(CLOCK_REALTIME, NULL);
    return true;
}

static bool decide_at(struct cli *cli, const struct timerfd_args *args, struct timerfd_plan *plan) {
    plan->flags = OS_TIMER_ABSTIME | (args->cancel_on_set ? OS_TIMER_CANCEL_ON_SET : 0);
    if (!args->at.clock_relative && !is_time_of_day(plan->clock)) {
        cli_usage(cli, args->at_text, "a time of day goes with --clock=realtime");
        return false;
    }
    if (args->cancel_on_set && !is_time_of_day(plan->clock)) {
        cli_usage(cli, "--cancel-on-set", "goes with --clock=realtime: no other clock is ever set");
        return false;
    }
    if (!to_ns(cli, args->at_text, &args->at, &plan->timer.next))
        return false;
    if (plan->timer.next == 0)
        plan->timer.next = 1; /* @0: the kernel takes 0 for "disarm" */
    return true;
}

bool timer_decide(struct cli *cli, const struct timerfd_args *args, struct timerfd_plan *plan) {
    bool wall = args->at_text && !args->at.clock_relative;
    *plan = (struct timerfd_plan){
        .clock = args->clock >= 0 ? args->clock
                 : wall           ? CLOCK_REALTIME
                                  : CLOCK_MONOTONIC,
        .timer = { args->initial >= 0 ? args->initial : args->interval, args->interval },
    };
    if (args->at_text && !decide_at(cli, args, plan))
        return false;
    return decide_until(cli, args, plan);
}

bool timer_says_when(const struct timerfd_args *args) {
    return args->at_text || args->initial >= 0 || args->interval > 0;
}

/* ---- ticks ---- */

static void run_tick(struct cli *cli, const void *data) {
    const struct timerfd_args *args = data;
    bool records = !cli->program || args->status;
    if (records && !cli_begin(cli, cli->program ? TIMER_VIEW_COMMAND : TIMER_VIEW_TICK))
        return;
    if (cli->operand_count)
        cli_unknown_command(cli, cli->operands[0]); /* a program stands behind "--" */
    else if (cli->program && !cli->program[0])
        cli_usage(cli, "--", "a program is missing");
    else if (!cli->program && args->status)
        cli_usage(cli, "--status", "goes with a program");
    else if (cli->program && !args->status && cli->common.fields)
        cli_usage(cli, "--fields", "goes with --status, where there is a program");
    else if (!cli->program && args->interval && args->count != 1 && !cli_expect_records(cli, 2))
        return; /* said */
    else if (!cli->program && args->overlap != TIMER_DEFAULT)
        cli_usage(cli, "--overlap", "goes with a program");
    else if (args->overlap != TIMER_KILL && (args->signo || args->kill_after))
        cli_usage(cli, args->signo ? "--signal" : "--kill-after", "goes with --overlap=kill");
    else if (!timer_says_when(args))
        cli_usage(cli, NULL, "when? --interval, --initial or --at say it");
    else if (!args->at_text && (args->initial == 0 || (args->initial < 0 && args->interval == 0)))
        cli_usage(cli, "--initial=0", "a timer that is disarmed never ticks");
    else
        timer_tick(cli, args);
}

/* ---- clocks ---- */

/* Whether a timer can be made of it: not without privilege, or a machine that can be woken. */
static void try_clock(struct cli *cli, clockid_t clock, struct cli_value *usable) {
    struct base_error e;
    int fd = os_timer_create(clock, false, &e);
    bool told = fd >= 0 || e.errnum == EPERM || e.errnum == EINVAL || e.errnum == EOPNOTSUPP;
    *usable = told ? cli_bool(fd >= 0) : cli_null();
    if (!told)
        cli_report_part(cli, &e);
    if (fd >= 0)
        close(fd);
}

static void set_clock_ns(struct cli *cli, int64_t ns, const struct base_error *e,
                         struct cli_value *value) {
    if (ns >= 0)
        *value = cli_int(ns);
    else
        cli_report_part(cli, e);
}

static void run_clocks(struct cli *cli, const void *data) {
    (void)data;
    struct base_error e;
    if (!cli_begin(cli, TIMER_VIEW_CLOCK))
        return;
    for (const struct cli_choice *c = clocks; c->name; c++) {
        struct cli_value values[TIMER_FIELDS] = { 0 };
        values[TIMER_CLOCK] = cli_str(c->name);
        values[TIMER_CLOCKID] = cli_int(c->value);
        set_clock_ns(cli, os_clock_resolution(c->value, &e), &e, &values[TIMER_RESOLUTION_NS]);
        set_clock_ns(cli, os_clock_ns(c->value, &e), &e, &values[TIMER_NOW_NS]);
        try_clock(cli, c->value, &values[TIMER_USABLE]);
        cli_emit(cli, values);
    }
}

/* ---- the commands ---- */

static const struct timerfd_args presets = { .clock = -1, .initial = -1, .fd = -1 };

#define TIMER_COMMON                                                                               \
    .manual = "osbox-timerfd", .fields = fields, .views = views, .field_count = TIMER_FIELDS,      \
    .args_size = sizeof(struct timerfd_args), .presets = &presets,                                 \
    .default_format = CLI_FORMAT_TEXT

/* It prints no record: it becomes the program. */
static const struct cli_command create_command = {
    .name = "create",
    .summary = "run a program that has a timer as a descriptor, as os.timerfd_create",
    .usage = "--fd=N [OPTION]... -- CMD [ARG]...",
    .options = create_options,
    .manual = "osbox-timerfd",
    .args_size = sizeof(struct timerfd_args),
    .presets = &presets,
    .dashes_program = true,
    .run = timer_run_create,
};

static const struct cli_command settime_command = {
    .name = "settime",
    .summary = "arm a timer and print what it was, as os.timerfd_settime",
    .usage = "--fd=N [OPTION]...",
    .options = settime_options,
    .no_operands = true,
    .run = timer_run_settime,
    TIMER_COMMON,
};

static const struct cli_command gettime_command = {
    .name = "gettime",
    .summary = "print what a timer is set to, as os.timerfd_gettime",
    .usage = "--fd=N",
    .options = fd_options,
    .no_operands = true,
    .run = timer_run_gettime,
    TIMER_COMMON,
};

static const struct cli_command read_command = {
    .name = "read",
    .summary = "wait for a timer and print how often it expired",
    .usage = "--fd=N",
    .options = fd_options,
    .no_operands = true,
    .run = timer_run_read,
    TIMER_COMMON,
};

static const struct cli_command clocks_command = {
    .name = "clocks",
    .summary = "print the clocks that timers count on",
    .usage = "",
    .no_operands = true,
    .run = run_clocks,
    TIMER_COMMON,
};

static const struct cli_command *const verbs[] = { &create_command,  &settime_command,
                                                   &gettime_command, &read_command,
                                                   &clocks_command,  NULL };

const struct cli_command applet_timerfd = {
    .name = "timerfd",
    .summary = "tick on time, as os.timerfd_create",
    .usage = "[OPTION]... [-- CMD [ARG]...]\n"
             "create --fd=N [OPTION]... -- CMD [ARG]...\n"
             "settime|gettime|read --fd=N\nclocks",
    .options = tick_options,
    .commands = verbs,
    .dashes_program = true,
    .run = run_tick,
    TIMER_COMMON,
};
