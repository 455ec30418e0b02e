/* SPDX-License-Identifier: 0BSD
 *
 * timerfd's verbs on timers that are descriptors.
 */
#include <unistd.h>

#include "applets/common/base_dir.h"
#include "applets/timerfd/timerfd.h"

static bool begin(struct cli *cli, const struct timerfd_args *args, unsigned view) {
    if (!cli_begin(cli, view))
        return false;
    if (args->fd < 0) {
        cli_usage(cli, NULL, "which timer? --fd says it");
        return false;
    }
    return base_dir_check_descriptor(cli, args->fd);
}

static void emit_timer(struct cli *cli, const struct os_timer *timer) {
    struct cli_value values[TIMER_FIELDS] = { 0 };
    values[TIMER_NEXT] = values[TIMER_NEXT_NS] = cli_ns(timer->next);
    values[TIMER_INTERVAL] = values[TIMER_INTERVAL_NS] = cli_ns(timer->interval);
    cli_emit(cli, values);
}

/* The timer is inherited by the program alone: osbox becomes it. */
static void become(struct cli *cli, const struct timerfd_args *args, int timer) {
    struct os_plan plan = os_plan_init();
    struct cli_value values[STEP_FIELDS];
    struct base_error e;
    program_name(cli, &plan, cli->program);
    os_plan_add(&plan, (struct os_step){ .kind = OS_STEP_DUP2, .dup2 = { timer, args->fd } });
    int r = os_plan_prepare(&plan, &e);
    if (r == 0)
        r = os_plan_apply(&plan, &e);
    if (r == 0)
        os_plan_exec(&plan, &e);
    program_fail(cli, &e, values);
    os_plan_finish(&plan);
}

void timer_run_create(struct cli *cli, const void *data) {
    const struct timerfd_args *args = data;
    struct timerfd_plan plan;
    struct base_error e;
    if (cli->operand_count || !cli->program || !cli->program[0] || args->fd < 0) {
        cli_usage(cli, NULL, "takes --fd=N and, behind '--', a program that gets the timer");
        return;
    }
    if (!timer_decide(cli, args, &plan))
        return;
    int fd = os_timer_create(plan.clock, args->nonblock, &e);
    int r = fd;
    if (fd >= 0 && timer_says_when(args))
        r = os_timer_set(fd, plan.flags, &plan.timer, NULL, &e);
    if (r < 0)
        cli_report(cli, &e);
    else
        become(cli, args, fd);
    if (fd >= 0)
        close(fd);
}

void timer_run_settime(struct cli *cli, const void *data) {
    struct timerfd_args args = *(const struct timerfd_args *)data;
    struct timerfd_plan plan;
    struct os_timer old;
    struct base_error e;
    if (!begin(cli, &args, TIMER_VIEW_TIMER))
        return;
    if (!timer_says_when(&args)) {
        cli_usage(cli, NULL, "when? --interval, --initial or --at say it");
        return;
    }
    args.clock = os_timer_clock(args.fd); /* else a time of day is taken on trust */
    if (!timer_decide(cli, &args, &plan))
        return;
    if (os_timer_set(args.fd, plan.flags, &plan.timer, &old, &e) < 0)
        cli_report(cli, &e);
    else
        emit_timer(cli, &old);
}

void timer_run_gettime(struct cli *cli, const void *data) {
    const struct timerfd_args *args = data;
    struct os_timer timer;
    struct base_error e;
    if (!begin(cli, args, TIMER_VIEW_TIMER))
        return;
    if (os_timer_get(args->fd, &timer, &e) < 0)
        cli_report(cli, &e);
    else
        emit_timer(cli, &timer);
}

void timer_run_read(struct cli *cli, const void *data) {
    const struct timerfd_args *args = data;
    struct cli_value values[TIMER_FIELDS] = { 0 };
    struct os_timer timer;
    struct base_error e;
    uint64_t expirations = 0;
    if (!begin(cli, args, TIMER_VIEW_READ))
        return;
    /* What is no timer would be read, too. */
    int r = os_timer_get(args->fd, &timer, &e);
    if (r == 0 && os_timer_is_idle(args->fd)) {
        cli_usage(cli, "--fd", "the timer is disarmed: the read would never end");
        return;
    }
    if (r == 0)
        r = os_timer_read(args->fd, &expirations, &e);
    if (r < 0) {
        cli_report(cli, &e);
    } else {
        values[TIMER_EXPIRATIONS] = cli_uint(expirations);
        cli_emit(cli, values);
    }
}
