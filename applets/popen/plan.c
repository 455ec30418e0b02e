/* SPDX-License-Identifier: 0BSD
 *
 * popen: combines the options and adds the steps that prepare the command: its
 * pipes or terminal, its input, its process group.
 */
#include <fcntl.h>
#include <unistd.h>

#include "applets/popen/run.h"

struct popen_plan popen_plan_init(void) {
    return (struct popen_plan){
        .os = os_plan_init(), .pty = -1, .ends = { -1, -1 }, .child_ends = { -1, -1 }
    };
}

static void close_end(int *fd) {
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void popen_plan_close_child_ends(struct popen_plan *plan) {
    close_end(&plan->child_ends[0]);
    close_end(&plan->child_ends[1]);
}

void popen_plan_finish(struct popen_plan *plan) {
    close_end(&plan->ends[0]);
    close_end(&plan->ends[1]);
    popen_plan_close_child_ends(plan);
    buf_finish(&plan->pty_name);
    os_plan_finish(&plan->os);
}

/* ---- what the options mean together ---- */

void popen_plan_decide(struct popen_plan *plan, const struct cli *cli,
                       const struct popen_args *args) {
    bool raw = cli_writer(cli)->format == CLI_FORMAT_RAW && !args->events;
    plan->to_stdout = !args->status && !raw;
    plan->records = args->status || !raw;
    plan->captures = (plan->to_stdout && !args->events) || args->tee;
    plan->passes = !plan->to_stdout || args->tee;
    plan->mode = (enum popen_mode)args->mode;
    if (plan->mode == POPEN_DEFAULT)
        plan->mode = plan->captures || args->events ? POPEN_3 : POPEN_R;
}

/* ---- the steps ---- */

static bool pipes_stdout(const struct popen_plan *plan) {
    return plan->mode != POPEN_W && plan->mode != POPEN_SYSTEM;
}

/* Saves wake-ups, but still fits into the processor's cache. */
enum { PIPE_ROOM = 1 << 18 };

static int make_pipe(struct popen_plan *plan, int which, struct base_error *e) {
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) < 0)
        return base_fail(e, errno, "pipe2", NULL);
    /* Only our end: the command's is its own. */
    fcntl(fds[0], F_SETFL, O_RDONLY | O_NONBLOCK);
    (void)fcntl(fds[0], F_SETPIPE_SZ, PIPE_ROOM); /* or the user has too much memory in pipes */
    plan->ends[which] = fds[0];
    plan->child_ends[which] = fds[1];
    os_plan_add(&plan->os, (struct os_step){ .kind = OS_STEP_DUP2,
                                             .dup2 = { fds[1], STDOUT_FILENO + which },
                                             .object = which ? "stderr" : "stdout" });
    if (which == 0 && plan->mode == POPEN_4)
        os_plan_add(&plan->os, (struct os_step){ .kind = OS_STEP_DUP2,
                                                 .dup2 = { fds[1], STDERR_FILENO },
                                                 .object = "stderr" });
    return 0;
}

static void add_open(struct popen_plan *plan, int fd, int flags, const char *path) {
    os_plan_add(&plan->os,
                (struct os_step){ .kind = OS_STEP_OPEN, .open = { fd, flags, 0 }, .object = path });
}

const char *popen_input_path(const struct popen_args *args) {
    return args->input && strcmp(args->input, "-") != 0 ? args->input : NULL;
}

/* The command leads a session, and the terminal that it opens controls it (login_tty(3)). */
static int add_terminal(struct popen_plan *plan, const struct popen_args *args,
                        struct base_error *e) {
    plan->pty = os_pty_open(args->size.ws_col ? &args->size : NULL, &plan->pty_name, e);
    if (plan->pty < 0)
        return plan->pty;
    fcntl(plan->pty, F_SETFL, O_RDWR | O_NONBLOCK);
    os_plan_add(&plan->os, (struct os_step){ .kind = OS_STEP_SETSID });
    add_open(plan, STDIN_FILENO, O_RDWR, plan->pty_name.data);
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
        os_plan_add(&plan->os, (struct os_step){ .kind = OS_STEP_DUP2,
                                                 .dup2 = { STDIN_FILENO, fd },
                                                 .object = plan->pty_name.data });
    return 0;
}

static int add_pipes(struct popen_plan *plan, const struct popen_args *args, struct base_error *e) {
    const char *input = popen_input_path(args);
    int r = 0;
    if (input)
        add_open(plan, STDIN_FILENO, O_RDONLY, input);
    if (pipes_stdout(plan))
        r = make_pipe(plan, 0, e);
    if (r == 0 && plan->mode == POPEN_3)
        r = make_pipe(plan, 1, e);
    return r;
}

/* The program after "--", or sh with the string. */
static void add_program(struct popen_plan *plan, const struct cli *cli,
                        const struct popen_args *args) {
    static char shell[] = "/bin/sh", option[] = "-c", end[] = "--";
    const char *command = args->command ? args->command : cli->call.operands[0];
    plan->argv[0] = shell;
    plan->argv[1] = option;
    plan->argv[2] = end; /* a command may begin with '-' */
    plan->argv[3] = (char *)(uintptr_t)command;
    program_name(cli, &plan->os, cli->call.program ? cli->call.program : plan->argv);
}

bool popen_needs_group(const struct popen_args *args) {
    return (args->time.timeout && !args->child_only) || args->on_exit == POPEN_KILL;
}

int popen_plan_prepare(struct popen_plan *plan, const struct cli *cli,
                       const struct popen_args *args, struct base_error *e) {
    add_program(plan, cli, args);
    int r = args->pty ? add_terminal(plan, args, e) : add_pipes(plan, args, e);
    if (r < 0)
        return r;
    if (popen_needs_group(args) && !args->pty) /* a new session has its own */
        os_plan_add(&plan->os, (struct os_step){ .kind = OS_STEP_SETPGID, .object = "0" });
    return os_plan_prepare(&plan->os, e);
}
