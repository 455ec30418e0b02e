/* SPDX-License-Identifier: 0BSD
 *
 * timerfd: the clocks, and the timer that the options describe.
 */
#include "applets/timerfd/timerfd.h"

const struct cli_choice timerfd_clocks[] = {
    { "monotonic", CLOCK_MONOTONIC, "stands still while the machine sleeps" },
    { "realtime", CLOCK_REALTIME, "the time of day, which can be set" },
    { "boottime", CLOCK_BOOTTIME, "goes on while the machine sleeps" },
    { "realtime_alarm", CLOCK_REALTIME_ALARM, "realtime, and wakes the machine" },
    { "boottime_alarm", CLOCK_BOOTTIME_ALARM, "boottime, and wakes the machine" },
    CLI_CHOICES_END,
};

const char *timerfd_clock_name(clockid_t clock) {
    for (const struct cli_choice *c = timerfd_clocks; c->name[0]; c++)
        if (c->value == clock)
            return c->name;
    return NULL;
}

static bool to_ns(struct cli *cli, const char *text, const struct cli_timepoint *point,
                  int64_t *ns) {
    int64_t seconds;
    if (!__builtin_mul_overflow((int64_t)point->time.tv_sec, OS_NS_PER_S, &seconds) &&
        !__builtin_add_overflow(seconds, point->time.tv_nsec, ns) && *ns >= 0)
        return true;
    cli_usage(cli, text, "the kernel has no such time");
    return false;
}

static bool is_time_of_day(int clock) {
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM;
}

/* On another clock a time of day is as far from now as it is on CLOCK_REALTIME. */
static bool plan_until(struct cli *cli, const struct timerfd_args *args,
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

static bool plan_at(struct cli *cli, const struct timerfd_args *args, struct timerfd_plan *plan) {
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
        plan->timer.next = 1; /* @0: to the kernel, 0 means to disarm */
    return true;
}

bool timerfd_make_plan(struct cli *cli, const struct timerfd_args *args,
                       struct timerfd_plan *plan) {
    bool wall = args->at_text && !args->at.clock_relative;
    *plan = (struct timerfd_plan){
        .clock = args->clock >= 0 ? args->clock
                 : wall           ? CLOCK_REALTIME
                                  : CLOCK_MONOTONIC,
        .timer = { args->initial >= 0 ? args->initial : args->interval, args->interval },
    };
    if (args->at_text && !plan_at(cli, args, plan))
        return false;
    return plan_until(cli, args, plan);
}

bool timerfd_has_time(const struct timerfd_args *args) {
    return args->at_text || args->initial >= 0 || args->interval > 0;
}
