/* SPDX-License-Identifier: 0BSD
 *
 * timerfd: the verbs on timers that are descriptors, and clocks.
 */
#include <unistd.h>

#include "applets/common/base_dir.h"
#include "applets/timerfd/timerfd.h"

static bool begin(struct cli *cli, const struct timerfd_args *args) {
    if (!cli_begin(cli))
        return false;
    if (args->fd < 0) {
        cli_usage(cli, NULL, "which timer? --fd says it");
        return false;
    }
    return base_dir_check_descriptor(cli, args->fd);
}

static void emit_timer(struct cli *cli, const struct os_timer *timer) {
    struct cli_value values[TIMERFD_FIELDS] = { 0 };
    values[TIMERFD_NEXT] = values[TIMERFD_NEXT_NS] = cli_ns(timer->next);
    values[TIMERFD_INTERVAL] = values[TIMERFD_INTERVAL_NS] = cli_ns(timer->interval);
    cli_emit(cli, values);
}

/* osbox becomes the program, which inherits the timer. */
static void become(struct cli *cli, const struct timerfd_args *args, int timer) {
    struct os_plan plan = os_plan_init();
    struct base_error e;
    program_name(cli, &plan, cli->call.program);
    os_plan_add(&plan, (struct os_step){ .kind = OS_STEP_DUP2, .dup2 = { timer, args->fd } });
    int r = os_plan_prepare(&plan, &e);
    if (r == 0)
        r = os_plan_apply(&plan, &e);
    if (r == 0)
        os_plan_exec(&plan, &e);
    program_report(cli, &plan, &e);
    os_plan_finish(&plan);
}

void timerfd_run_create(struct cli *cli, void *data) {
    const struct timerfd_args *args = data;
    struct timerfd_plan plan;
    struct base_error e;
    if (cli->call.operand_count || !cli->call.program || !cli->call.program[0] || args->fd < 0) {
        cli_usage(cli, NULL, "takes --fd=N and, behind '--', a program that gets the timer");
        return;
    }
    if (!timerfd_make_plan(cli, args, &plan))
        return;
    int fd = os_timer_create(plan.clock, args->nonblock, &e);
    int r = fd;
    if (fd >= 0 && timerfd_has_time(args))
        r = os_timer_set(fd, plan.flags, &plan.timer, NULL, &e);
    if (r < 0)
        cli_report(cli, &e);
    else
        become(cli, args, fd);
    if (fd >= 0)
        close(fd);
}

void timerfd_run_settime(struct cli *cli, void *data) {
    struct timerfd_args args = *(const struct timerfd_args *)data;
    struct timerfd_plan plan;
    struct os_timer old;
    struct base_error e;
    if (!begin(cli, &args))
        return;
    if (!timerfd_has_time(&args)) {
        cli_usage(cli, NULL, "when? --interval, --initial or --at say it");
        return;
    }
    args.clock = os_timer_clock(args.fd); /* -1: a time of day is accepted unchecked */
    if (!timerfd_make_plan(cli, &args, &plan))
        return;
    if (os_timer_set(args.fd, plan.flags, &plan.timer, &old, &e) < 0)
        cli_report(cli, &e);
    else
        emit_timer(cli, &old);
}

void timerfd_run_gettime(struct cli *cli, void *data) {
    const struct timerfd_args *args = data;
    struct os_timer timer;
    struct base_error e;
    if (!begin(cli, args))
        return;
    if (os_timer_get(args->fd, &timer, &e) < 0)
        cli_report(cli, &e);
    else
        emit_timer(cli, &timer);
}

void timerfd_run_read(struct cli *cli, void *data) {
    const struct timerfd_args *args = data;
    struct cli_value values[TIMERFD_FIELDS] = { 0 };
    struct os_timer timer;
    struct base_error e;
    uint64_t expirations = 0;
    if (!begin(cli, args))
        return;
    /* Fails if it is not a timer, which would be read as well. */
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
        values[TIMERFD_EXPIRATIONS] = cli_uint(expirations);
        cli_emit(cli, values);
    }
}

/* ---- clocks ---- */

/* Whether a timer can be created: an alarm clock needs privilege, and a machine that can wake. */
static void try_clock(struct cli *cli, clockid_t clock, struct cli_value *usable) {
    struct base_error e;
    int fd = os_timer_create(clock, false, &e);
    bool known = fd >= 0 || e.errnum == EPERM || e.errnum == EINVAL || e.errnum == EOPNOTSUPP;
    *usable = known ? cli_bool(fd >= 0) : cli_null();
    if (!known)
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

void timerfd_run_clocks(struct cli *cli, void *data) {
    (void)data;
    struct base_error e;
    if (!cli_begin(cli))
        return;
    for (const struct cli_choice *c = timerfd_clocks; c->name[0]; c++) {
        struct cli_value values[TIMERFD_FIELDS] = { 0 };
        values[TIMERFD_CLOCK] = cli_str(c->name);
        values[TIMERFD_CLOCKID] = cli_int(c->value);
        set_clock_ns(cli, os_clock_resolution(c->value, &e), &e, &values[TIMERFD_RESOLUTION_NS]);
        set_clock_ns(cli, os_clock_ns(c->value, &e), &e, &values[TIMERFD_NOW_NS]);
        try_clock(cli, c->value, &values[TIMERFD_USABLE]);
        cli_emit(cli, values);
    }
}
