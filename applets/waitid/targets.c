/* SPDX-License-Identifier: 0BSD
 *
 * osbox waitid: what is waited for: processes by their PIDs, a pidfd, children,
 * a program that is started.
 */
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "applets/common/pid_operand.h"
#include "applets/common/program.h"
#include "applets/waitid/waitid.h"

static int wait_options(const struct waitid_args *args) {
    return (args->stopped ? WSTOPPED : 0) | (args->continued ? WCONTINUED : 0) |
           (args->peek ? WNOWAIT : 0);
}

static bool prepare(struct waitid_run *g, bool is_set) {
    struct base_error e;
    int result = os_wait_many_init(&g->await, wait_options(g->args), is_set, &e);
    if (result < 0)
        cli_report(g->cli, &e);
    return result == 0;
}

static void add(struct waitid_run *g, struct os_process *p) {
    const struct cli_writer *w = &g->cli->writer;
    struct base_error e;
    if (cli_wants(w, WAIT_SI_UID) || cli_wants(w, WAITID_PPID) || cli_wants(w, WAITID_CGROUPID))
        os_process_look(p);
    if (os_wait_many_add(&g->await, p, &e) == 0)
        return;
    waitid_report(g, p, &e);
    os_process_close(p);
}

/* ---- PIDs ---- */

/* All of them, each once, before anything is done to one; the number, or -1 after a report. */
static int parse_targets(struct cli *cli, struct pid_operand *targets) {
    int count = 0;
    for (int i = 0; i < cli->operand_count; i++) {
        struct pid_operand t;
        int same = 0;
        if (!pid_operand_parse(cli, cli->operands[i], &t))
            return -1;
        while (same < count && (targets[same].pid != t.pid || targets[same].inode != t.inode))
            same++;
        targets[same] = t;
        count += same == count;
    }
    return count;
}

static void open_target(struct waitid_run *g, const struct pid_operand *t) {
    struct os_process p;
    struct base_error e;
    int result = os_process_open(&p, t->pid, t->inode, &e);
    if (result == -EMFILE && os_raise_descriptor_limit())
        result = os_process_open(&p, t->pid, t->inode, &e);
    if (result == 0 && t->pid == getpid()) {
        os_process_close(&p);
        result = base_fail(&e, EDEADLK, "waitid", NULL);
    }
    if (result == 0)
        add(g, &p);
    else
        waitid_report(g, &p, &e);
}

static void wait_for_targets(struct waitid_run *g, const struct pid_operand *targets, int count) {
    if (g->args->count > count && g->args->count != INT_MAX && !waitid_tells_stops(g->args)) {
        cli_usage(g->cli, "--count", "there are fewer processes");
        return;
    }
    if (!prepare(g, false))
        return;
    for (int i = 0; i < count; i++)
        open_target(g, &targets[i]);
    waitid_wait(g);
    os_wait_many_finish(&g->await);
}

void waitid_processes(struct waitid_run *g) {
    struct pid_operand *targets = calloc((size_t)g->cli->operand_count, sizeof *targets);
    if (!targets) {
        struct base_error e;
        base_fail(&e, ENOMEM, "malloc", NULL);
        cli_report(g->cli, &e);
        return;
    }
    int count = parse_targets(g->cli, targets);
    if (count > 0)
        wait_for_targets(g, targets, count);
    free(targets);
}

/* ---- a pidfd, children ---- */

void waitid_pidfd(struct waitid_run *g) {
    struct os_process p;
    struct base_error e;
    if (!prepare(g, false))
        return;
    if (os_process_adopt(&p, g->args->pidfd, &e) == 0) {
        add(g, &p);
        waitid_wait(g);
    } else {
        cli_report(g->cli, &e);
    }
    os_wait_many_finish(&g->await);
}

static void wait_for_set(struct waitid_run *g, idtype_t type, int id) {
    if (!prepare(g, true))
        return;
    g->await.type = type;
    g->await.id = (id_t)id;
    waitid_wait(g);
    os_wait_many_finish(&g->await);
}

void waitid_children(struct waitid_run *g) {
    if (g->args->pgid >= 0)
        wait_for_set(g, P_PGID, g->args->pgid);
    else
        wait_for_set(g, P_ALL, 0);
}

/* ---- a program ---- */

/* Starts it, with the descriptors and signals that we were started with. */
static int start_program(struct waitid_run *g, struct base_error *e) {
    struct os_plan plan = os_plan_init();
    program_name(g->cli, &plan, g->cli->program);
    g->started = os_monotonic_ns();
    int result = os_plan_prepare(&plan, e);
    if (result == 0)
        result = os_spawn(&plan, &g->program, e);
    if (result == 0)
        os_signals_restore(&plan);
    os_plan_finish(&plan);
    return result;
}

/* False: there are no pidfds, or no descriptors for what is to be waited for with them. */
static bool hold_program(struct waitid_run *g) {
    struct os_process p;
    if (os_process_open(&p, g->program, 0, NULL) < 0)
        return false;
    if (os_wait_many_init(&g->await, wait_options(g->args), false, NULL) < 0) {
        os_process_close(&p);
        return false;
    }
    add(g, &p);
    return true;
}

/* It runs: whatever fails now, it is waited for, as the child of ours that it is. */
static void wait_for_program(struct waitid_run *g) {
    if (!hold_program(g)) {
        wait_for_set(g, P_PID, g->program);
        return;
    }
    waitid_wait(g);
    os_wait_many_finish(&g->await);
}

void waitid_program(struct waitid_run *g) {
    struct base_error e;
    if (g->args->subreaper && os_become_subreaper(&e) < 0) {
        cli_report(g->cli, &e);
        return;
    }
    if (start_program(g, &e) < 0) {
        cli_report_as(g->cli, program_failure_status(&e), &e);
        return;
    }
    g->cli->program_ran = true;
    if (g->args->subreaper)
        waitid_children(g);
    else
        wait_for_program(g);
}
