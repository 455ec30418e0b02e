/* SPDX-License-Identifier: 0BSD
 *
 * waitid: the processes to wait for: PIDs, a pidfd, children, or a program that is
 * started.
 */
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "applets/common/pid_operand.h"
#include "applets/waitid/run.h"
#include "base/file_set.h"
#include "os/reap.h"

static int wait_options(const struct waitid_args *args) {
    return (args->stopped ? WSTOPPED : 0) | (args->continued ? WCONTINUED : 0) |
           (args->peek ? WNOWAIT : 0);
}

static bool prepare(struct waitid_run *w, bool is_set) {
    struct base_error e;
    int result = os_wait_many_init(&w->many, wait_options(w->args), is_set, &e);
    if (result < 0)
        cli_report(w->cli, &e);
    return result == 0;
}

static int add_process(struct waitid_run *w, struct os_process *p, struct base_error *e) {
    const struct cli_writer *writer = cli_writer(w->cli);
    if (cli_wants(writer, WAITID_WAIT + WAIT_SI_UID) || cli_wants(writer, WAITID_PPID) ||
        cli_wants(writer, WAITID_CGROUPID))
        os_process_query(p);
    return os_wait_many_add(&w->many, p, e);
}

static void add(struct waitid_run *w, struct os_process *p) {
    struct base_error e;
    if (add_process(w, p, &e) == 0)
        return;
    waitid_report(w, p, &e);
    os_process_close(p);
}

/* ---- PIDs ---- */

/* All of them, each once, before the first one is opened. Returns the number, or -1 after a report.
 */
static int parse_operands(struct cli *cli, struct pid_operand *pids) {
    struct base_file_set seen = { 0 };
    int count = 0;
    for (int i = 0; i < cli->call.operand_count && count >= 0; i++) {
        struct pid_operand t;
        int added = -1;
        if (pid_operand_parse(cli, cli->call.operands[i], &t)) {
            added = base_file_set_add(&seen, t.inode, (uint64_t)t.pid);
            if (added < 0)
                cli_complain(cli, CLI_EX_OSERR, NULL, "out of memory");
        }
        if (added > 0)
            pids[count++] = t;
        else if (added < 0)
            count = -1;
    }
    base_file_set_finish(&seen);
    return count;
}

/* Where there are no pidfds, or a system call filter forbids them, our own child can be waited for
 * by its PID. */
static bool is_child(int pid) {
    struct os_wait_status r;
    return os_waitid(P_PID, (id_t)pid, WEXITED | WNOHANG | WNOWAIT | __WALL, &r, NULL) >= 0;
}

static void open_operand(struct waitid_run *w, const struct pid_operand *t) {
    struct os_process p;
    struct base_error e;
    int result = os_process_open(&p, t->pid, t->inode, &e);
    if (result == -EMFILE && os_raise_descriptor_limit())
        result = os_process_open(&p, t->pid, t->inode, &e);
    if ((result == -ENOSYS || result == -EPERM) && !t->inode && is_child(t->pid))
        result = 0;
    if (result == 0 && t->pid == getpid()) {
        os_process_close(&p);
        result = base_fail(&e, EDEADLK, "waitid", NULL);
    }
    if (result == 0)
        add(w, &p);
    else
        waitid_report(w, &p, &e);
}

static void wait_for_operands(struct waitid_run *w, const struct pid_operand *pids, int count) {
    if (w->args->count > count && w->args->count != INT_MAX && !waitid_reports_stops(w->args)) {
        cli_usage(w->cli, "--count", "there are fewer processes");
        return;
    }
    if (!prepare(w, false))
        return;
    for (int i = 0; i < count; i++)
        open_operand(w, &pids[i]);
    waitid_wait(w);
    os_wait_many_finish(&w->many);
}

void waitid_processes(struct waitid_run *w) {
    struct pid_operand *pids = calloc((size_t)w->cli->call.operand_count, sizeof *pids);
    if (!pids) {
        struct base_error e;
        base_fail(&e, ENOMEM, "malloc", NULL);
        cli_report(w->cli, &e);
        return;
    }
    int count = parse_operands(w->cli, pids);
    if (count > 0)
        wait_for_operands(w, pids, count);
    free(pids);
}

/* ---- a pidfd, children ---- */

void waitid_pidfd(struct waitid_run *w) {
    struct os_process p;
    struct base_error e;
    if (!prepare(w, false))
        return;
    if (os_process_adopt(&p, w->args->pidfd, &e) == 0) {
        add(w, &p);
        waitid_wait(w);
    } else {
        cli_report(w->cli, &e);
    }
    os_wait_many_finish(&w->many);
}

static void wait_for_set(struct waitid_run *w, idtype_t type, int id) {
    if (!prepare(w, true))
        return;
    w->many.type = type;
    w->many.id = (id_t)id;
    w->many.pass_to = w->program;
    waitid_wait(w);
    os_wait_many_finish(&w->many);
}

void waitid_children(struct waitid_run *w) {
    if (w->args->pgid >= 0)
        wait_for_set(w, P_PGID, w->args->pgid);
    else
        wait_for_set(w, P_ALL, 0);
}

/* ---- a program ---- */

/* Starts it, with the descriptors and signals that we were started with. */
static bool start_program(struct waitid_run *w) {
    struct os_plan plan = os_plan_init();
    struct base_error e;
    program_name(w->cli, &plan, w->cli->call.program);
    w->started = os_monotonic_ns();
    int result = program_record_start(w->cli, WAITID_START, plan.argv, &w->start, &e);
    if (result == 0)
        result = os_plan_prepare(&plan, &e);
    if (result == 0)
        result = os_spawn(&plan, &w->program, &e);
    /* Process 1 ends by no signal: these are passed on from now on. */
    os_sigset mask = plan.mask | (os_is_init() ? OS_INIT_SIGNALS : 0);
    if (result == 0)
        os_signal_mask(&mask, NULL);
    else
        program_report(w->cli, &plan, &e);
    os_plan_finish(&plan);
    return result == 0;
}

/* Returns false without pidfds, or without descriptors to wait with. */
static bool hold_program(struct waitid_run *w) {
    struct os_process p;
    if (os_process_open(&p, w->program, 0, NULL) < 0)
        return false;
    if (os_wait_many_init(&w->many, wait_options(w->args), false, NULL) < 0) {
        os_process_close(&p);
        return false;
    }
    w->many.pass_to = w->program;
    if (add_process(w, &p, NULL) == 0)
        return true;
    os_process_close(&p);
    os_wait_many_finish(&w->many);
    return false;
}

/* The program runs: whatever fails from here on, it is our child and is waited for. */
static void wait_for_program(struct waitid_run *w) {
    if (!hold_program(w)) {
        wait_for_set(w, P_PID, w->program);
        return;
    }
    waitid_wait(w);
    os_wait_many_finish(&w->many);
}

void waitid_program(struct waitid_run *w) {
    struct base_error e;
    if (w->args->subreaper && os_become_subreaper(&e) < 0) {
        cli_report(w->cli, &e);
        return;
    }
    if (start_program(w)) {
        w->cli->outcome.program_ran = true;
        if (w->args->subreaper)
            waitid_children(w);
        else
            wait_for_program(w);
    }
    program_start_finish(&w->start);
}
