/* SPDX-License-Identifier: 0BSD
 *
 * What the files of timerfd share: timerfd.c is the command, tick.c ticks, verbs.c
 * has the verbs on descriptors, plan.c makes a timer from the options, summary.c
 * prints how late the ticks were.
 */
#pragma once

#include "applets/common/program.h"
#include "cli/time.h"
#include "os/clock.h"
#include "os/timerfd.h"

enum timerfd_overlap { TIMERFD_DEFAULT, TIMERFD_SKIP, TIMERFD_QUEUE, TIMERFD_KILL };

struct timerfd_args {
    int clock;        /* clockid_t; -1: not given */
    int64_t initial;  /* nanoseconds; -1: not given */
    int64_t interval; /* nanoseconds; 0: none */
    const char *at_text, *until_text;
    struct cli_timepoint at, until;
    bool cancel_on_set;
    bool rearm;
    bool now;
    bool summary;
    bool nonblock;
    int fd;      /* -1: none */
    int overlap; /* enum timerfd_overlap */
    int signo;   /* 0: not given */
    int64_t kill_after;
    uint64_t count; /* 0: no limit */
    const char *status;
};

/* The timer that the options describe. Times are on `clock`. */
struct timerfd_plan {
    clockid_t clock;
    int flags; /* OS_TIMER_* */
    struct os_timer timer;
    int64_t until; /* INT64_MAX: none */
};

/* Returns false after a report. */
bool timerfd_make_plan(struct cli *cli, const struct timerfd_args *args, struct timerfd_plan *plan);

/* Returns whether an option sets a time at which the timer expires. */
bool timerfd_has_time(const struct timerfd_args *args);

/* The clocks of --clock. */
extern const struct cli_choice timerfd_clocks[];

/* "monotonic", as in --clock. */
const char *timerfd_clock_name(clockid_t clock);

enum timerfd_view {
    TIMERFD_VIEW_TICK,
    TIMERFD_VIEW_COMMAND, /* with CMD */
    TIMERFD_VIEW_TIMER,   /* of settime and gettime */
    TIMERFD_VIEW_READ,
    TIMERFD_VIEW_CLOCK,
};

enum timerfd_field {
    TIMERFD_WAIT, /* enum wait_field */
    TIMERFD_EVENT = TIMERFD_WAIT + WAIT_FIELDS,
    TIMERFD_SEQ,
    TIMERFD_EXPIRATIONS,
    TIMERFD_MISSED,
    TIMERFD_SCHEDULED_NS,
    TIMERFD_NOW_NS,
    TIMERFD_LATE_NS,
    TIMERFD_RUN,
    TIMERFD_SCHEDULED,
    TIMERFD_NOW,
    TIMERFD_LATE,
    TIMERFD_NEXT,
    TIMERFD_NEXT_NS,
    TIMERFD_INTERVAL,
    TIMERFD_INTERVAL_NS,
    TIMERFD_CLOCK,
    TIMERFD_CLOCKID,
    TIMERFD_RESOLUTION_NS,
    TIMERFD_USABLE,
    TIMERFD_START,                              /* enum start_field */
    TIMERFD_WHY = TIMERFD_START + START_FIELDS, /* enum step_field */
    TIMERFD_FIELDS = TIMERFD_WHY + STEP_FIELDS,
};

/* The verbs. */
void timerfd_run_create(struct cli *cli, void *data);
void timerfd_run_settime(struct cli *cli, void *data);
void timerfd_run_gettime(struct cli *cli, void *data);
void timerfd_run_read(struct cli *cli, void *data);
void timerfd_run_clocks(struct cli *cli, void *data);

/* Ticks, with or without a program. */
void timerfd_tick(struct cli *cli, const struct timerfd_args *args);

/* How late the ticks were. The histogram has 16 steps for each power of two: it is exact to a
 * sixteenth. */
enum { TIMERFD_STEPS = 16, TIMERFD_BUCKETS = 64 * TIMERFD_STEPS };

struct timerfd_summary {
    uint64_t reads, expirations, missed;
    int64_t min, max;
    uint32_t *buckets; /* owned, TIMERFD_BUCKETS of them; NULL: no summary */
};

/* Counts one read of the timer and how late it was. */
void timerfd_summary_add(struct timerfd_summary *s, uint64_t expirations, int64_t late_ns);

/* Prints it on standard error. A write that fails sets the exit status. */
void timerfd_summary_print(struct cli *cli, const struct timerfd_summary *s);
