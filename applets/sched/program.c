/* SPDX-License-Identifier: 0BSD
 *
 * osbox sched set: runs a program.
 */
#include "applets/common/program.h"
#include "applets/sched/sched.h"

/* The objects of the steps, as text. */
struct objects {
    struct buf policy, nice;
};

static void add_steps(const struct sched_args *args, const struct os_sched_attr *attr,
                      struct objects *objects, struct os_plan *plan) {
    if (args->nice != SCHED_NO_NICE) {
        buf_add_int(&objects->nice, args->nice);
        os_plan_add(plan, (struct os_step){ .kind = OS_STEP_NICE,
                                            .nice = { args->nice, .absolute = true },
                                            .object = buf_cstr(&objects->nice) });
    }
    if (sched_changes_attr(args)) {
        const char *name = scheduling_policy_name(attr->sched_policy);
        buf_add_str(&objects->policy, name ? name : "");
        buf_add_char(&objects->policy, ':');
        buf_add_uint(&objects->policy, attr->sched_priority);
        os_plan_add(plan, (struct os_step){ .kind = OS_STEP_SCHEDULER,
                                            .scheduler.attr = attr,
                                            .object = buf_cstr(&objects->policy) });
    }
}

/* The program was not run, for a reason that was reported. */
static void emit_error(struct cli *cli, const struct sched_args *args,
                       const struct program_start *start) {
    struct cli_value values[SCHED_FIELDS] = { 0 };
    program_fill_start(start, values + SCHED_START);
    program_fill_error(cli, values + SCHED_WHY);
    if (args->status)
        cli_emit(cli, values);
}

static void fail(struct cli *cli, const struct sched_args *args, const struct os_plan *plan,
                 const struct program_start *start, const struct base_error *e) {
    struct cli_value values[SCHED_FIELDS] = { 0 };
    program_fill_start(start, values + SCHED_START);
    program_fail(cli, plan, e, values + SCHED_WAIT, values + SCHED_WHY);
    if (args->explain && (e->errnum == EPERM || e->errnum == EACCES))
        sched_explain(cli, 0);
    if (args->status)
        cli_emit(cli, values);
}

static void run_and_wait(struct cli *cli, const struct sched_args *args, struct os_plan *plan,
                         const struct program_start *start) {
    struct cli_value values[SCHED_FIELDS] = { 0 };
    struct os_child child = { .kill_after = OS_NEVER };
    struct base_error e;
    char name[16];
    if (os_child_start(&child, plan, &e) < 0) {
        fail(cli, args, plan, start, &e);
        return;
    }
    cli->outcome.program_ran = true;
    if (program_wait(&child, &e) < 0) {
        cli_report(cli, &e);
        return;
    }
    program_fill(&child, name, values + SCHED_WAIT);
    program_fill_start(start, values + SCHED_START);
    cli_emit(cli, values);
    program_answer(cli, &child);
}

/* If it is refused, the step reports that. */
static bool set_slice(struct cli *cli, const struct sched_args *args,
                      const struct os_sched_attr *attr) {
    const struct sched_thread self = { 0, false };
    if (args->runtime == SCHED_NO_RUNTIME || args->deadline || os_sched_set(0, attr, NULL) < 0)
        return true;
    return sched_check_slice(cli, args, &self);
}

/* The CPUs and the slice are set for osbox first: so missing ones, and another slice, can be
 * reported. The program inherits the CPUs.
 * Without --status osbox becomes the program, as chrt(1) and taskset(1) do. */
static void run_program(struct cli *cli, const struct sched_args *args, struct os_plan *plan,
                        const struct program_start *start) {
    const struct sched_thread self = { 0, false };
    struct objects objects = { 0 };
    struct os_sched_attr attr = { 0 };
    struct base_error e;
    int r = sched_changes_attr(args) ? os_sched_get_attr(0, &attr) : 0;
    if (r < 0) {
        base_fail(&e, -r, "sched_getattr", NULL);
        cli_report(cli, &e);
        emit_error(cli, args, start);
        return;
    }
    attr = sched_change_attr(args, attr);
    if (!sched_check_runtime(cli, args, attr.sched_policy)) {
        emit_error(cli, args, start);
        return;
    }
    if (args->affinity.count && !sched_set_affinity(cli, args, &self, NULL)) {
        emit_error(cli, args, start);
        return;
    }
    if (!set_slice(cli, args, &attr)) {
        emit_error(cli, args, start);
        return;
    }
    add_steps(args, &attr, &objects, plan);
    program_name(cli, plan, cli->call.program);
    if (os_plan_prepare(plan, &e) < 0) {
        fail(cli, args, plan, start, &e);
    } else if (args->status) {
        run_and_wait(cli, args, plan, start);
    } else {
        if (os_plan_apply(plan, &e) == 0)
            os_plan_exec(plan, &e);
        fail(cli, args, plan, start, &e);
    }
    buf_finish(&objects.policy);
    buf_finish(&objects.nice);
}

void sched_run(struct cli *cli, const struct sched_args *args) {
    struct os_plan plan = os_plan_init();
    struct program_start start = { 0 };
    struct base_error e;
    if (program_own_status(cli, &plan) && (!args->status || cli_begin(cli))) {
        if (program_record_start(cli, SCHED_START, cli->call.program, &start, &e) < 0)
            program_report(cli, &plan, &e);
        else
            run_program(cli, args, &plan, &start);
    }
    program_start_finish(&start);
    os_plan_finish(&plan);
}
