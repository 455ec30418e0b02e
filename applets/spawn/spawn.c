/* SPDX-License-Identifier: 0BSD
 *
 * osbox spawn: runs a program with everything that a process can be given.
 *
 * os.posix_spawn, os.posix_spawnp, os.spawn*, os.exec*, os.fork, os.nice,
 * os.umask, os.chroot, os.set*id, os.setgroups, os.initgroups, os.setpgid,
 * os.setsid, os.setns, os.unshare; without a program os.getpid, os.getresuid
 * and all that tells of a process.
 *
 * Deviations: with --nowait (os.P_NOWAIT) standard input and output are
 * /dev/null where no file action names them, so that $(...) ends. A file that
 * is no program is not given to a shell: status 126, as os.execvp fails.
 */
#include <fcntl.h>
#include <unistd.h>

#include "applets/spawn/spawn.h"
#include "os/process.h"

/* ---- the modes ---- */

/* The record of --status says why the program was not run, also with --nowait. */
static void emit_failure(struct cli *cli, const struct spawn_args *args,
                         const struct cli_value *values) {
    if (!args->status || (!cli->common.fields && !cli_begin(cli, SPAWN_VIEW_STATUS)))
        return;
    cli_emit(cli, values);
}

static void report_failure(struct cli *cli, const struct spawn_args *args,
                           const struct base_error *e) {
    struct cli_value values[SPAWN_FIELDS] = { 0 };
    program_fail(cli, e, values + SPAWN_WHY);
    emit_failure(cli, args, values);
}

static void report_end(struct cli *cli, const struct spawn_args *args, const struct os_child *w) {
    struct cli_value values[SPAWN_FIELDS] = { 0 };
    char name[16];
    program_fill(w, name, values + SPAWN_RESULT);
    if (args->status)
        cli_emit(cli, values);
    program_answer(cli, w);
}

/* As timeout(1), a program whose time is limited has a process group of its own, which the signal
 * is for, unless it was put into another one. */
static bool has_group(const struct spawn_args *args) {
    return args->timeout && !args->foreground;
}

static void run_and_wait(struct cli *cli, struct spawn_args *args) {
    struct base_error e;
    struct os_child w = { .group = has_group(args),
                          .timeout = os_child_limit(args->timeout),
                          .kill_after = os_child_limit(args->kill_after),
                          .signo = args->signo };
    if (os_child_start(&w, &args->plan, &e) < 0) {
        report_failure(cli, args, &e);
        return;
    }
    cli->program_ran = true;
    if (program_wait(&w, &e) < 0)
        cli_report(cli, &e);
    else
        report_end(cli, args, &w);
}

/* Nobody but us could have waited for it yet, so that the PID is its own. Null where the kernel has
 * no such number. */
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
    cli->program_ran = true;
    os_signals_restore(&args->plan);
    values[SPAWN_RESULT + WAIT_PID] = cli_int(pid);
    values[SPAWN_PIDFD_INO] = inode_of(pid);
    values[SPAWN_PGID] = cli_int(getpgid(pid));
    values[SPAWN_SID] = cli_int(getsid(pid));
    cli_emit(cli, values);
}

/* The steps may have changed where diagnostics and the record go: what they were is kept. */
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

static void show_process(struct cli *cli, struct spawn_args *args) {
    struct base_error e;
    if (!cli_begin(cli, SPAWN_VIEW_PROCESS))
        return;
    if (os_plan_apply(&args->plan, &e) < 0)
        cli_report(cli, &e);
    else
        spawn_emit_process(cli, args->plan.environ);
}

/* ---- run ---- */

/* What was closed when osbox started is closed for the program; with --nowait, what would keep the
 * reader of a pipe waiting is nothing. In front of the file actions that were asked for. */
static void add_descriptors(struct cli *cli, struct spawn_args *args) {
    const bool named[] = { os_plan_names(&args->plan, 0), os_plan_names(&args->plan, 1) };
    struct os_step_list given = args->plan.steps;
    args->plan.steps = (struct os_step_list){ 0 };
    for (int fd = 0; fd <= STDERR_FILENO; fd++) {
        if (cli->closed >> fd & 1)
            os_plan_add(&args->plan, (struct os_step){ .kind = OS_STEP_CLOSE, .fd = fd });
        else if (args->mode == SPAWN_NOWAIT && !args->status && fd != STDERR_FILENO && !named[fd])
            os_plan_add(&args->plan, (struct os_step){ .kind = OS_STEP_OPEN,
                                                       .open = { fd, fd ? O_WRONLY : O_RDONLY, 0 },
                                                       .object = "/dev/null" });
    }
    for (size_t i = 0; i < given.count; i++)
        os_plan_add(&args->plan, given.items[i]);
    vec_finish(&given);
}

static bool prepare(struct cli *cli, struct spawn_args *args) {
    struct base_error e;
    if (!spawn_resolve(cli, args))
        return false;
    add_descriptors(cli, args);
    if (has_group(args) && !os_plan_has(&args->plan, OS_STEP_SETPGID) &&
        !os_plan_has(&args->plan, OS_STEP_SETSID))
        os_plan_add(&args->plan, (struct os_step){ .kind = OS_STEP_SETPGID, .object = "0" });
    if (cli->program) {
        args->plan.name = cli->program[0];
        args->plan.argv = cli->program;
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

static enum spawn_view view_of(const struct spawn_args *args) {
    if (args->mode == SPAWN_DRY_RUN)
        return SPAWN_VIEW_PLAN;
    return args->mode == SPAWN_NOWAIT ? SPAWN_VIEW_STARTED : SPAWN_VIEW_STATUS;
}

static void run_program(struct cli *cli, struct spawn_args *args) {
    bool records = args->status || args->mode == SPAWN_NOWAIT || args->mode == SPAWN_DRY_RUN;
    int fd = program_open_status(cli, &args->plan, args->status);
    if (fd < -1)
        return;
    if (!records && cli->common.fields) {
        cli_usage(cli, "--fields", "goes with --status, --nowait or --dry-run");
        return;
    }
    if (fd >= 0)
        cli_redirect(cli, fd, args->status);
    cli->record_tells_error = args->status;
    if (records && !cli_begin(cli, view_of(args)))
        return;
    if (!prepare(cli, args)) {
        struct cli_value values[SPAWN_FIELDS] = { 0 };
        values[SPAWN_WHY + STEP_ERROR] = cli_str(cli->error);
        emit_failure(cli, args, values);
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
        spawn_emit_plan(cli, &args->plan);
        break;
    }
}

static void run(struct cli *cli, const void *data) {
    struct spawn_args args = *(const struct spawn_args *)data;
    if (cli->program || args.mode == SPAWN_DRY_RUN)
        run_program(cli, &args);
    else if (args.mode != SPAWN_WAIT || args.status || args.timeout)
        cli_usage(cli, NULL, "a program is missing");
    else if (prepare(cli, &args))
        show_process(cli, &args);
    spawn_args_finish(&args);
}

static const struct spawn_args presets = { .plan = { .exec_fd = -1 },
                                           .exec_fd = -1,
                                           .signo = SIGTERM };

const struct cli_command applet_spawn = {
    .name = "spawn",
    .summary = "run a program, as os.posix_spawn",
    .usage = "[OPTION]... CMD [ARG]...\n[OPTION]...",
    .description = "Without CMD: print the parameters that a process would have.",
    .options = spawn_options,
    .fields = spawn_fields,
    .views = spawn_views,
    .field_count = SPAWN_FIELDS,
    .args_size = sizeof(struct spawn_args),
    .presets = &presets,
    .default_format = CLI_FORMAT_TEXT,
    .stop_at_operand = true,
    .runs_program = true,
    .run = run,
};
