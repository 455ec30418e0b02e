/* SPDX-License-Identifier: 0BSD
 *
 * Preparing spawn's plan, and the modes in which it is run.
 */
#include <fcntl.h>
#include <unistd.h>

#include "applets/spawn/spawn.h"
#include "base/device.h"
#include "os/process.h"

/* ---- the modes ---- */

/* Writes the record of --status that reports why the program was not run. */
static void emit_failure(struct cli *cli, const struct spawn_args *args,
                         const struct cli_value *values) {
    if (args->status)
        cli_emit(cli, values);
}

/* The same for what failed before the first step and was reported. */
static void emit_early_failure(struct cli *cli, const struct spawn_args *args) {
    struct cli_value values[SPAWN_FIELDS] = { 0 };
    program_fill_start(&args->start, values + SPAWN_START);
    if (args->failure.errnum)
        program_fill_step(&args->failure, values + SPAWN_WHY);
    else
        program_fill_error(cli, values + SPAWN_WHY);
    emit_failure(cli, args, values);
}

static void report_failure(struct cli *cli, const struct spawn_args *args,
                           const struct base_error *e) {
    struct cli_value values[SPAWN_FIELDS] = { 0 };
    program_fail(cli, &args->plan, e, values + SPAWN_RESULT, values + SPAWN_WHY);
    program_fill_start(&args->start, values + SPAWN_START);
    emit_failure(cli, args, values);
}

static void report_end(struct cli *cli, const struct spawn_args *args,
                       const struct os_child *child) {
    struct cli_value values[SPAWN_FIELDS] = { 0 };
    char name[16];
    program_fill(child, name, values + SPAWN_RESULT);
    program_fill_start(&args->start, values + SPAWN_START);
    if (args->status)
        cli_emit(cli, values);
    program_answer(cli, child);
}

/* As with timeout(1), a program whose time is limited has a process group of its own, which gets
 * the signal. */
static bool has_group(const struct spawn_args *args) {
    return args->time.timeout && !args->foreground;
}

static void run_and_wait(struct cli *cli, struct spawn_args *args) {
    struct base_error e;
    struct os_child child = { .group = has_group(args),
                              .kill_after = os_child_limit(args->time.kill_after),
                              .signo = args->time.signo };
    if (os_child_start(&child, &args->plan, &e) < 0) {
        report_failure(cli, args, &e);
        return;
    }
    cli->outcome.program_ran = true;
    if (program_wait(&child, &e) < 0)
        cli_report(cli, &e);
    else
        report_end(cli, args, &child);
}

/* Returns the inode of a child's pidfd; null if the kernel has none. Only we can wait for the
 * child, so the PID is still its own. */
static struct cli_value inode_of(int pid) {
    struct os_process process;
    uint64_t inode = 0;
    if (os_process_open(&process, pid, 0, NULL) < 0)
        return cli_null();
    int r = os_process_inode(&process, &inode, NULL);
    os_process_close(&process);
    return r < 0 ? cli_null() : cli_uint(inode);
}

static void run_and_leave(struct cli *cli, struct spawn_args *args) {
    struct cli_value values[SPAWN_FIELDS] = { 0 };
    struct base_error e;
    int pid;
    if (os_spawn(&args->plan, &pid, &e) < 0) {
        report_failure(cli, args, &e);
        return;
    }
    cli->outcome.program_ran = true;
    os_signals_restore(&args->plan);
    values[SPAWN_RESULT + WAIT_PID] = cli_int(pid);
    program_fill_start(&args->start, values + SPAWN_START);
    values[SPAWN_PIDFD_INO] = inode_of(pid);
    values[SPAWN_PGID] = cli_int(getpgid(pid));
    values[SPAWN_SID] = cli_int(getsid(pid));
    /* Nothing has failed: without -F, the fields that would say what are left out. */
    if (!args->status || cli->call.common.fields || cli_begin_view(cli, SPAWN_VIEW_STARTED))
        cli_emit(cli, values);
}

/* The steps may replace standard error: a copy is kept for the diagnostic. */
static void become(struct cli *cli, struct spawn_args *args) {
    struct base_error e;
    int error_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (error_fd < 0)
        base_fail(&e, errno, "fcntl", NULL);
    else
        error_fd = os_plan_own(&args->plan, error_fd, &e);
    if (error_fd < 0) {
        cli_report(cli, &e);
        return;
    }
    if (os_plan_apply(&args->plan, &e) == 0)
        os_plan_exec(&args->plan, &e);
    dup2(error_fd, STDERR_FILENO);
    close(error_fd);
    report_failure(cli, args, &e);
}

/* ---- the plan ---- */

/* Descriptors that were closed when osbox started are closed for the program, too. With --nowait,
 * those that would keep the reader of a pipe waiting become /dev/null. Both precede the file
 * actions of the options. */
static void add_descriptors(struct cli *cli, struct spawn_args *args) {
    const bool named[] = { os_plan_names(&args->plan, 0), os_plan_names(&args->plan, 1) };
    struct os_step_list given = args->plan.steps;
    args->plan.steps = (struct os_step_list){ 0 };
    for (int fd = 0; fd <= STDERR_FILENO; fd++) {
        if (cli->call.closed >> fd & 1)
            os_plan_add(&args->plan, (struct os_step){ .kind = OS_STEP_CLOSE, .fd = fd });
        else if (args->mode == SPAWN_NOWAIT && !args->status && fd != STDERR_FILENO && !named[fd])
            os_plan_add(&args->plan, (struct os_step){ .kind = OS_STEP_OPEN,
                                                       .open = { fd, fd ? O_WRONLY : O_RDONLY, 0 },
                                                       .object = base_device_path(BASE_NULL) });
    }
    for (size_t i = 0; i < given.count; i++)
        os_plan_add(&args->plan, given.items[i]);
    vec_finish(&given);
}

static bool resolve(struct cli *cli, struct spawn_args *args) {
    if (!spawn_resolve_user(cli, args) || !spawn_resolve_namespaces(cli, args))
        return false;
    bool good = spawn_resolve_environment(args);
    if (!good)
        cli_complain(cli, CLI_EX_OSERR, NULL, "out of memory");
    return good;
}

static bool prepare(struct cli *cli, struct spawn_args *args) {
    struct base_error e;
    if (!resolve(cli, args))
        return false;
    add_descriptors(cli, args);
    if (has_group(args) && !os_plan_has(&args->plan, OS_STEP_SETPGID) &&
        !os_plan_has(&args->plan, OS_STEP_SETSID))
        os_plan_add(&args->plan, (struct os_step){ .kind = OS_STEP_SETPGID, .object = "0" });
    if (cli->call.program) {
        args->plan.name = cli->call.program[0];
        args->plan.argv = cli->call.program;
    }
    if (os_plan_prepare(&args->plan, &e) < 0) {
        cli_report(cli, &e);
        return false;
    }
    if (args->mode != SPAWN_OVERLAY || !os_plan_has(&args->plan, OS_STEP_FORK))
        return true;
    cli_usage(cli, "--overlay", "cannot enter a PID or time namespace: only a child can");
    return false;
}

/* ---- run ---- */

void spawn_show_process(struct cli *cli, struct spawn_args *args) {
    struct base_error e;
    if (!prepare(cli, args) || !cli_begin(cli))
        return;
    if (os_plan_apply(&args->plan, &e) < 0)
        cli_report(cli, &e);
    else
        spawn_emit_process(cli, &args->plan, false);
}

void spawn_run_program(struct cli *cli, struct spawn_args *args) {
    struct base_error e;
    bool records = args->status || args->mode == SPAWN_NOWAIT || args->mode == SPAWN_DRY_RUN;
    args->plan.deadline = os_deadline(os_child_limit(args->time.timeout));
    args->plan.exec_fd = args->exec_fd; /* no descriptor of our own gets that number */
    if (!program_own_status(cli, &args->plan))
        return;
    if (!records && cli->call.common.fields) {
        cli_usage(cli, "--fields", "goes with --status, --nowait or --dry-run");
        return;
    }
    if (records && !cli_begin(cli))
        return;
    if (program_record_start(cli, SPAWN_START, cli->call.program, &args->start, &e) < 0) {
        program_report(cli, &args->plan, &e);
        return;
    }
    if (!prepare(cli, args)) {
        emit_early_failure(cli, args);
        return;
    }
    if (args->argv0)
        args->plan.argv[0] = (char *)(uintptr_t)args->argv0;
    switch ((enum spawn_mode)args->mode) {
    case SPAWN_WAIT:
        run_and_wait(cli, args);
        break;
    case SPAWN_NOWAIT:
        run_and_leave(cli, args);
        break;
    case SPAWN_OVERLAY:
        become(cli, args);
        break;
    case SPAWN_DRY_RUN:
        if (spawn_choose_view(&cli->call, args) == SPAWN_VIEW_PLAN)
            spawn_emit_plan(cli, &args->plan);
        else
            spawn_emit_process(cli, &args->plan, true);
        break;
    }
}
