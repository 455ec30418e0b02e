/* SPDX-License-Identifier: 0BSD
 *
 * What the parts of timerfd share: timerfd.c has the options, the fields and the
 * clocks, timerfd_verbs.c does what is done to a descriptor, timerfd_tick.c ticks,
 * timerfd_summary.c tells how late.
 */
#pragma once

#include "applets/common/program.h"
#include "cli/time.h"
#include "os/clock.h"
#include "os/timerfd.h"

enum timer_overlap { TIMER_DEFAULT, TIMER_SKIP, TIMER_QUEUE, TIMER_KILL };

struct timerfd_args {
    int clock;        /* clockid_t; -1: not given */
    int64_t initial;  /* nanoseconds; -1: not given */
    int64_t interval; /* nanoseconds; 0: none */
    const char *at_text, *until_text;
    struct cli_timepoint at, until;
    bool cancel_on_set;
    bool rearm;
    bool summary;
    bool nonblock;
    int fd;      /* -1: none */
    int overlap; /* enum timer_overlap */
    int signo;   /* 0: not given */
    int64_t kill_after;
    uint64_t count; /* 0: no end */
    const char *status;
};

/* What the options mean: times are on `clock`. */
struct timerfd_plan {
    clockid_t clock;
    int flags; /* OS_TIMER_* */
    struct os_timer timer;
    int64_t until; /* INT64_MAX: none */
};

/* False after a report. `now` stands for what is relative. */
bool timer_decide(struct cli *cli, const struct timerfd_args *args, struct timerfd_plan *plan);

/* Whether the options say when the timer expires. */
bool timer_says_when(const struct timerfd_args *args);

/* "monotonic", as --clock takes it. */
const char *timer_clock_name(clockid_t clock);

enum timer_view {
    TIMER_VIEW_TICK,
    TIMER_VIEW_COMMAND, /* with CMD */
    TIMER_VIEW_TIMER,   /* of settime and gettime */
    TIMER_VIEW_READ,
    TIMER_VIEW_CLOCK,
};

enum timer_field {
    TIMER_WAIT, /* enum wait_field */
    TIMER_EVENT = TIMER_WAIT + WAIT_FIELDS,
    TIMER_SEQ,
    TIMER_EXPIRATIONS,
    TIMER_MISSED,
    TIMER_SCHEDULED_NS,
    TIMER_NOW_NS,
    TIMER_LATE_NS,
    TIMER_SCHEDULED,
    TIMER_NOW,
    TIMER_LATE,
    TIMER_NEXT,
    TIMER_NEXT_NS,
    TIMER_INTERVAL,
    TIMER_INTERVAL_NS,
    TIMER_CLOCK,
    TIMER_CLOCKID,
    TIMER_RESOLUTION_NS,
    TIMER_USABLE,
    TIMER_WHY, /* enum step_field */
    TIMER_FIELDS = TIMER_WHY + STEP_FIELDS,
};

/* The verbs on descriptors. */
void timer_run_create(struct cli *cli, const void *data);
void timer_run_settime(struct cli *cli, const void *data);
void timer_run_gettime(struct cli *cli, const void *data);
void timer_run_read(struct cli *cli, const void *data);

/* Ticks, with or without a program. */
void timer_tick(struct cli *cli, const struct timerfd_args *args);

/* How late the ticks were. The histogram has 16 steps for each power of two, so that what it tells
 * is right to a sixteenth. */
enum { TIMER_STEPS = 16, TIMER_BUCKETS = 64 * TIMER_STEPS };

struct timerfd_summary {
    uint64_t reads, expirations, missed;
    int64_t min, max;
    uint32_t *buckets; /* owned, TIMER_BUCKETS of them; NULL: nothing is summed up */
};

void timer_summary_add(struct timerfd_summary *s, uint64_t expirations, int64_t late_ns);

/* If it cannot be written, the status tells. */
void timer_summary_print(struct cli *cli, const struct timerfd_summary *s);
