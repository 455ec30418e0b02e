/* SPDX-License-Identifier: 0BSD
 *
 * What all applets that run a program share.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "applets/common/exec_hint.h"
#include "applets/common/program.h"
#include "os/watch.h"

const struct cli_option program_time_options[] = {
    { CLI_TIME(struct program_time, timeout), .name = "timeout", .metavar = "T",
      .help = "send it a signal after that time; the status is 124" },
    { CLI_SIGNAL(struct program_time, signo), .name = "signal", .metavar = "SIG", .preset = "TERM",
      .needs = "timeout", .help = "the signal of --timeout" },
    { CLI_TIME(struct program_time, kill_after), .name = "kill-after", .metavar = "T",
      .needs = "timeout", .help = "and SIGKILL that time later; the status is 137" },
    CLI_OPTIONS_END,
};

bool program_is_missing(const struct cli_call *call, const void *args) {
    (void)args;
    return call->program && !call->program[0];
}

bool program_own_status(struct cli *cli, struct os_plan *plan) {
    struct base_error e = { .step = -1 };
    if (!cli->call.place)
        return true;
    int fd = cli_output_fd(cli);
    if (fd == STDOUT_FILENO) { /* a file that did not exist, or a FIFO without a reader */
        fd = os_open_until(cli->call.place, O_WRONLY | O_CREAT | O_TRUNC, 0666, plan->deadline,
                           &plan->signo);
        if (fd < 0)
            base_fail(&e, -fd, "open", cli->call.place);
    }
    if (fd >= 0)
        fd = os_plan_own(plan, fd, &e);
    cli_redirect(cli, fd >= 0 ? fd : STDOUT_FILENO, fd >= 0 ? cli->call.place : NULL);
    if (fd == -EINTR)
        program_report(cli, plan, &e);
    else if (fd == -ETIMEDOUT && plan->deadline != OS_NEVER)
        cli_report_as(cli, CLI_EX_TIMEOUT, &e);
    else if (fd < 0)
        cli_report(cli, &e);
    return fd >= 0;
}

int program_failure_status(const struct base_error *e) {
    if (e->step < 0 || strcmp(e->operation, os_step_name(OS_STEP_EXEC)) != 0)
        return CLI_EX_RUN;
    return e->errnum == ENOENT ? CLI_EX_NOTFOUND : CLI_EX_NOTEXEC;
}

/* Appends why the program could not be executed. */
static void add_hint(struct buf *hint, const struct cli *cli, const struct os_plan *plan,
                     const struct base_error *e) {
    if (plan->failure)
        exec_hint_add(hint, plan->failure, plan->name);
    /* The only command without "--" has an option for the environment. */
    if (!hint->len && program_failure_status(e) == CLI_EX_NOTFOUND)
        exec_hint_add_assignment(hint, plan->name,
                                 cli->call.command->stop_at_operand ? "-E" : NULL);
}

static void report_failure(struct cli *cli, const struct os_plan *plan,
                           const struct base_error *e) {
    struct buf hint = { 0 };
    struct base_error explained = *e;
    add_hint(&hint, cli, plan, e);
    if (hint.len)
        explained.hint = buf_cstr(&hint);
    cli_report_as(cli, plan->timed_out ? CLI_EX_TIMEOUT : program_failure_status(e), &explained);
    buf_finish(&hint);
}

void program_report(struct cli *cli, const struct os_plan *plan, const struct base_error *e) {
    if (plan->signo) {
        cli->outcome.signal = plan->signo;
        cli_answer(cli, CLI_EX_SIGNALLED + plan->signo);
    } else {
        report_failure(cli, plan, e);
    }
}

void program_fill_error(const struct cli *cli, struct cli_value *step) {
    step[STEP_ERROR] = cli_str(cli->outcome.error);
    if (cli->outcome.errnum)
        step[STEP_ERRNO] = cli_int(cli->outcome.errnum);
}

void program_fill_step(const struct base_error *e, struct cli_value *step) {
    step[STEP_STEP] = cli_str(e->operation);
    if (e->step >= 0)
        step[STEP_INDEX] = cli_int(e->step);
    step[STEP_OBJECT] = cli_str(e->path);
    step[STEP_ERROR] = cli_str(cli_errno_name(e->errnum));
    step[STEP_ERRNO] = cli_int(e->errnum);
}

void program_fail(struct cli *cli, const struct os_plan *plan, const struct base_error *e,
                  struct cli_value *wait, struct cli_value *step) {
    program_report(cli, plan, e);
    if (plan->timed_out)
        wait[WAIT_TIMED_OUT] = cli_bool(true);
    program_fill_step(e, step);
}

void program_fill(const struct os_child *child, char name[static 16], struct cli_value *values) {
    wait_record_fill(&child->result, name, values);
    values[WAIT_PID] = cli_int(child->pid);
    values[WAIT_ELAPSED] = values[WAIT_ELAPSED_NS] = cli_ns(child->elapsed);
    values[WAIT_TIMED_OUT] = cli_bool(child->timed_out);
}

void program_interrupt(struct cli *cli, const struct os_child *child) {
    if (!child->interrupted || os_wait_exitcode(&child->result) != -child->interrupted)
        return;
    cli->outcome.signal = child->interrupted;
    cli->outcome.signals_group = child->has_keys;
}

void program_answer(struct cli *cli, const struct os_child *child) {
    if (child->killed)
        cli_answer(cli, CLI_EX_SIGNALLED + SIGKILL);
    else
        cli_answer(cli, child->timed_out ? CLI_EX_TIMEOUT : os_wait_shell_status(&child->result));
    program_interrupt(cli, child);
}

void program_name(const struct cli *cli, struct os_plan *plan, char **argv) {
    const char *path = getenv("PATH");
    plan->name = argv[0];
    plan->argv = argv;
    plan->environ = environ;
    plan->search = path ? path : os_default_path;
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (cli->call.closed >> fd & 1)
            os_plan_add(plan, (struct os_step){ .kind = OS_STEP_CLOSE, .fd = fd });
}

static bool copy_arguments(char *const *argv, struct program_start *start) {
    while (argv[start->argc])
        start->argc++;
    start->argv = calloc(start->argc, sizeof *start->argv);
    for (size_t i = 0; start->argv && i < start->argc; i++)
        start->argv[i] = cli_str(argv[i]);
    return start->argv;
}

int program_record_start(const struct cli *cli, unsigned base, char *const *argv,
                         struct program_start *start, struct base_error *e) {
    const struct cli_writer *writer = cli_writer(cli);
    if (cli_wants(writer, base + START_ARGV) && !start->argv && !copy_arguments(argv, start))
        return base_fail(e, ENOMEM, "malloc", NULL);
    if (cli_wants(writer, base + START_STARTED) || cli_wants(writer, base + START_STARTED_NS))
        start->has_time = clock_gettime(CLOCK_REALTIME, &start->time) == 0;
    return 0;
}

void program_fill_start(const struct program_start *start, struct cli_value *values) {
    if (start->argv)
        values[START_ARGV] = cli_list(start->argv, start->argc);
    if (start->has_time)
        values[START_STARTED] = values[START_STARTED_NS] =
            cli_time(start->time.tv_sec, (uint32_t)start->time.tv_nsec);
}

void program_start_finish(struct program_start *start) {
    free(start->argv);
    *start = (struct program_start){ 0 };
}

int program_wait(struct os_child *child, struct base_error *e) {
    struct pollfd fds[OS_CHILD_FDS];
    int r = 0;
    while (!child->ended && r == 0)
        r = os_child_poll(child, fds, 0, OS_NEVER, e);
    os_child_finish(child);
    return r;
}
