/* SPDX-License-Identifier: 0BSD
 *
 * osbox waitid: the waiting, its records, signals, deadlines and exit status.
 */
#include <signal.h>
#include <stdio.h>

#include "applets/waitid/waitid.h"

/* ---- records ---- */

static const char *via_name(enum os_wait_via via) {
    static const char names[][12] = {
        [OS_VIA_WAITID] = "waitid",
        [OS_VIA_PIDFD_INFO] = "pidfd_info",
        [OS_VIA_PROCSTAT] = "procstat",
    };
    return via == OS_VIA_NOTHING ? NULL : names[via];
}

static void fill_process(const struct waitid_run *g, const struct os_process *p,
                         struct cli_value *v) {
    uint64_t inode;
    if (p->pid)
        v[WAIT_PID] = cli_int(p->pid);
    if (cli_wants(&g->cli->writer, WAITID_PIDFD_INO) && os_process_inode(p, &inode, NULL) == 0)
        v[WAITID_PIDFD_INO] = cli_uint(inode);
    if (p->seen) {
        v[WAITID_PPID] = cli_int(p->ppid);
        v[WAITID_CGROUPID] = cli_uint(p->cgroup);
    }
}

/* p NULL: of a set of children. Each record is there as soon as it is known. */
static void emit(struct waitid_run *g, const struct os_process *p, const struct os_wait_status *r) {
    struct cli_value v[WAITID_FIELDS] = { 0 };
    char name[16];
    wait_record_fill(r, name, v);
    if (p)
        fill_process(g, p, v);
    else if (r->pid)
        v[WAIT_PID] = cli_int(r->pid);
    if (g->program && r->pid == g->program && os_wait_ended(r))
        v[WAIT_ELAPSED] = v[WAIT_ELAPSED_NS] = cli_ns(os_monotonic_ns() - g->started);
    v[WAIT_TIMED_OUT] = cli_bool(g->timed_out);
    v[WAITID_VIA] = cli_str(via_name(r->via));
    v[WAITID_REASON] = cli_str(r->reason);
    cli_emit(g->cli, v);
    cli_flush(g->cli);
    g->told++;
}

static const char *explain(const char *reason) {
    if (strcmp(reason, "unreaped") == 0)
        return "it ended, but nobody can know how: its parent has not waited for it";
    if (strcmp(reason, "namespace") == 0)
        return "it ended, but nobody can know how: it is of another PID namespace";
    return "it ended, but nobody can know how: this kernel does not tell";
}

static const char *name_of(const struct os_process *p, char name[static 16]) {
    snprintf(name, 16, "%d", p->pid);
    return p->pid ? name : NULL;
}

void waitid_report(struct waitid_run *g, const struct os_process *p, struct base_error *e) {
    char name[16];
    e->path = name_of(p, name);
    cli_report(g->cli, e);
    e->path = NULL;
}

static void take_status(struct waitid_run *g, const struct os_wait_status *r) {
    int how = g->args->exit_with;
    if (how == WAITID_EXIT_DEFAULT)
        how = g->program ? WAITID_EXIT_TARGET : WAITID_EXIT_NONE;
    if (how == WAITID_EXIT_NONE || !os_wait_ended(r))
        return;
    int status = os_wait_shell_status(r);
    if (how == WAITID_EXIT_FIRST_FAILURE)
        g->status = g->status ? g->status : status;
    else if (!g->program || r->pid == g->program)
        g->status = status;
}

static void tell(struct waitid_run *g, size_t which, const struct os_wait_status *r) {
    const struct os_process *p = g->await.is_set ? NULL : &g->await.list[which].process;
    char name[16];
    emit(g, p, r);
    if (r->via == OS_VIA_NOTHING)
        cli_complain(g->cli, CLI_EX_UNAVAILABLE, p ? name_of(p, name) : NULL, explain(r->reason));
    else
        take_status(g, r);
}

/* ---- signals, deadlines ---- */

/* A later SIGKILL is for those that have not ended. Of a group without children of ours nobody
 * tells whether it has; its number may be another group's by then. */
static bool can_kill_later(struct waitid_run *g) {
    struct os_wait_status r;
    struct base_error e;
    int options = WEXITED | WNOHANG | WNOWAIT | __WALL;
    if (!g->await.is_set || os_waitid(g->await.type, g->await.id, options, &r, &e) >= 0)
        return true;
    cli_report(g->cli, &e);
    return false;
}

/* What cannot be sent the signal is not waited for: it would be for ever. */
static bool send_signal(struct waitid_run *g, int signo) {
    struct base_error e;
    if (g->await.is_set) {
        bool sent = os_group_signal(g->args->pgid, signo, &e) == 0;
        if (!sent)
            cli_report(g->cli, &e);
        return sent;
    }
    for (size_t i = 0; i < g->await.count; i++) {
        struct os_waited *p = &g->await.list[i];
        int result = p->done ? 0 : os_process_signal(&p->process, signo, &e);
        if (result == 0 || result == -ESRCH) /* it has ended, which will be told */
            continue;
        waitid_report(g, &p->process, &e);
        os_wait_many_drop(&g->await, i);
    }
    return true;
}

static void tell_timeout(struct waitid_run *g) {
    struct os_wait_status r = { .reason = "timeout" };
    if (g->await.is_set && g->await.type == P_PID)
        r.pid = g->program;
    g->timed_out = true;
    if (g->await.is_set)
        emit(g, NULL, &r);
    for (size_t i = 0; i < g->await.count; i++)
        if (!g->await.list[i].done)
            emit(g, &g->await.list[i].process, &r);
}

/* False: it is not waited any longer. */
static bool pass_deadline(struct waitid_run *g) {
    if (g->kill_at < g->deadline) {
        g->kill_at = OS_NEVER;
        return send_signal(g, SIGKILL);
    }
    if (!g->args->nohang)
        tell_timeout(g);
    return false;
}

/* ---- waiting ---- */

static bool is_over(const struct waitid_run *g) {
    if (g->told >= g->args->count || cli_is_broken(g->cli))
        return true;
    if (g->await.is_set) /* the same child would be found again */
        return g->args->peek && g->told;
    return !g->await.left;
}

/* No child of the set is left: all were told of, or a group in which there is none was sent its
 * signal, and no more can be done for it. */
static bool is_done(const struct waitid_run *g, const struct base_error *e) {
    return g->await.is_set && e->errnum == ECHILD && (g->told || g->args->signo >= 0);
}

static void take_error(struct waitid_run *g, size_t which, struct base_error *e) {
    if (which != SIZE_MAX)
        waitid_report(g, &g->await.list[which].process, e);
    else if (!is_done(g, e))
        cli_report(g->cli, e);
}

static void wait_for_all(struct waitid_run *g) {
    while (!is_over(g)) {
        struct os_wait_status r;
        struct base_error e;
        size_t which;
        int64_t until = g->kill_at < g->deadline ? g->kill_at : g->deadline;
        int result = os_wait_many_next(&g->await, until, &which, &r, &e);
        if (result == 1)
            tell(g, which, &r);
        else if (result < 0)
            take_error(g, which, &e);
        if ((result < 0 && which == SIZE_MAX) || (result == 0 && !pass_deadline(g)))
            return;
    }
}

void waitid_wait(struct waitid_run *g) {
    const struct waitid_args *args = g->args;
    g->deadline = args->nohang ? 0 : args->timeout < 0 ? OS_NEVER : os_deadline(args->timeout);
    g->kill_at = OS_NEVER;
    if (args->kill_after >= 0 && !can_kill_later(g))
        return;
    if (args->signo >= 0 && !send_signal(g, args->signo))
        return;
    if (args->kill_after >= 0)
        g->kill_at = os_deadline(args->kill_after);
    wait_for_all(g);
    cli_answer(g->cli, g->timed_out ? CLI_EX_TIMEOUT : g->status);
}
