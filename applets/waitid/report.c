/* SPDX-License-Identifier: 0BSD
 *
 * waitid: waiting, records, signals, deadlines and the exit status.
 */
#include <signal.h>
#include <stdio.h>

#include "applets/waitid/run.h"
#include "os/clock.h"

/* ---- records ---- */

static const char *via_name(enum os_wait_via via) {
    static const char names[][12] = {
        [OS_VIA_WAITID] = "waitid",
        [OS_VIA_PIDFD_INFO] = "pidfd_info",
        [OS_VIA_PROCSTAT] = "procstat",
    };
    return via == OS_VIA_NOTHING ? NULL : names[via];
}

static void fill_process(const struct waitid_run *w, const struct os_process *p,
                         struct cli_value *v) {
    uint64_t inode;
    if (p->pid)
        v[WAITID_WAIT + WAIT_PID] = cli_int(p->pid);
    if (cli_wants(cli_writer(w->cli), WAITID_PIDFD_INO) && os_process_inode(p, &inode, NULL) == 0)
        v[WAITID_PIDFD_INO] = cli_uint(inode);
    if (p->queried) {
        v[WAITID_PPID] = cli_int(p->ppid);
        v[WAITID_CGROUPID] = cli_uint(p->cgroup);
    }
}

/* p is NULL for a set of children. Each record is flushed. */
static void emit(struct waitid_run *w, const struct os_process *p, const struct os_wait_status *r) {
    struct cli_value v[WAITID_FIELDS] = { 0 };
    char name[16];
    wait_record_fill(r, name, v + WAITID_WAIT);
    if (p)
        fill_process(w, p, v);
    else if (r->pid)
        v[WAITID_WAIT + WAIT_PID] = cli_int(r->pid);
    if (w->program && r->pid == w->program && os_wait_ended(r))
        v[WAITID_WAIT + WAIT_ELAPSED] = v[WAITID_WAIT + WAIT_ELAPSED_NS] =
            cli_ns(os_monotonic_ns() - w->started);
    if (w->program && (p ? p->pid : r->pid) == w->program)
        program_fill_start(&w->start, v + WAITID_START);
    v[WAITID_WAIT + WAIT_TIMED_OUT] = cli_bool(w->timed_out);
    v[WAITID_VIA] = cli_str(via_name(r->via));
    v[WAITID_REASON] = cli_str(r->reason);
    cli_emit(w->cli, v);
    cli_flush(w->cli);
    w->records++;
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

void waitid_report(struct waitid_run *w, const struct os_process *p, struct base_error *e) {
    char name[16];
    e->path = name_of(p, name);
    cli_report(w->cli, e);
    e->path = NULL;
}

static void set_exit_status(struct waitid_run *w, const struct os_wait_status *r) {
    int how = w->args->exit_with;
    if (how == WAITID_EXIT_DEFAULT)
        how = w->program ? WAITID_EXIT_TARGET : WAITID_EXIT_NONE;
    if (how == WAITID_EXIT_NONE || !os_wait_ended(r))
        return;
    int status = os_wait_shell_status(r);
    if (how == WAITID_EXIT_FIRST_FAILURE)
        w->status = w->status ? w->status : status;
    else if (!w->program || r->pid == w->program)
        w->status = status;
}

static void report(struct waitid_run *w, size_t index, const struct os_wait_status *r) {
    const struct os_process *p = w->many.is_set ? NULL : &w->many.list.items[index].process;
    char name[16];
    emit(w, p, r);
    if (r->via == OS_VIA_NOTHING)
        cli_complain(w->cli, CLI_EX_UNAVAILABLE, p ? name_of(p, name) : NULL, explain(r->reason));
    else
        set_exit_status(w, r);
}

/* ---- signals, deadlines ---- */

/* A later SIGKILL is for those that have not ended. Whether a group without our children has ended
 * is unknown, and its number may be another group's by then. */
static bool can_kill_later(struct waitid_run *w) {
    struct os_wait_status r;
    struct base_error e;
    int options = WEXITED | WNOHANG | WNOWAIT | __WALL;
    if (!w->many.is_set || os_waitid(w->many.type, w->many.id, options, &r, &e) >= 0)
        return true;
    cli_report(w->cli, &e);
    return false;
}

/* A process that cannot be sent the signal is not waited for, because it may never end. */
static bool send_signal(struct waitid_run *w, int signo) {
    struct base_error e;
    if (w->many.is_set) {
        bool sent = os_group_signal(w->args->pgid, signo, &e) == 0;
        if (!sent)
            cli_report(w->cli, &e);
        return sent;
    }
    for (size_t i = 0; i < w->many.list.count; i++) {
        struct os_waited *p = &w->many.list.items[i];
        int result = p->done ? 0 : os_process_signal(&p->process, signo, &e);
        if (result == 0 || result == -ESRCH) /* it has ended, which is reported later */
            continue;
        waitid_report(w, &p->process, &e);
        os_wait_many_drop(&w->many, i);
    }
    return true;
}

static void report_timeout(struct waitid_run *w) {
    struct os_wait_status r = { .reason = "timeout" };
    if (w->many.is_set && w->many.type == P_PID)
        r.pid = w->program;
    w->timed_out = true;
    if (w->many.is_set)
        emit(w, NULL, &r);
    for (size_t i = 0; i < w->many.list.count; i++)
        if (!w->many.list.items[i].done)
            emit(w, &w->many.list.items[i].process, &r);
}

/* Returns false if the waiting is over. */
static bool handle_deadline(struct waitid_run *w) {
    if (w->kill_at < w->deadline) {
        w->kill_at = OS_NEVER;
        return send_signal(w, SIGKILL);
    }
    if (!w->args->nohang)
        report_timeout(w);
    return false;
}

/* ---- waiting ---- */

static bool is_over(const struct waitid_run *w) {
    if (w->records >= w->args->count || cli_is_broken(w->cli))
        return true;
    if (w->many.is_set) /* the same child would be found again */
        return w->args->peek && w->records;
    return !w->many.left;
}

/* No child of the set is left: all were reported, or a group without our children was sent its
 * signal, and nothing else can be done. */
static bool is_done(const struct waitid_run *w, const struct base_error *e) {
    return w->many.is_set && e->errnum == ECHILD && (w->records || w->args->signo >= 0);
}

static void report_error(struct waitid_run *w, size_t index, struct base_error *e) {
    w->cli->outcome.signal = w->many.terminated;
    if (index != SIZE_MAX)
        waitid_report(w, &w->many.list.items[index].process, e);
    else if (!w->many.terminated && !is_done(w, e))
        cli_report(w->cli, e);
}

static void wait_for_all(struct waitid_run *w) {
    while (!is_over(w)) {
        struct os_wait_status r;
        struct base_error e;
        size_t index;
        int64_t until = w->kill_at < w->deadline ? w->kill_at : w->deadline;
        int result = os_wait_many_next(&w->many, until, &index, &r, &e);
        if (result == 1)
            report(w, index, &r);
        else if (result < 0)
            report_error(w, index, &e);
        if ((result < 0 && index == SIZE_MAX) || (result == 0 && !handle_deadline(w)))
            return;
    }
}

void waitid_wait(struct waitid_run *w) {
    const struct waitid_args *args = w->args;
    w->deadline = args->nohang ? 0 : args->timeout < 0 ? OS_NEVER : os_deadline(args->timeout);
    w->many.at_once = args->nohang || args->timeout == 0;
    w->kill_at = OS_NEVER;
    if (args->kill_after >= 0 && !can_kill_later(w))
        return;
    if (args->signo >= 0 && !send_signal(w, args->signo))
        return;
    if (args->kill_after >= 0)
        w->kill_at = os_deadline(args->kill_after);
    wait_for_all(w);
    cli_answer(w->cli, w->timed_out ? CLI_EX_TIMEOUT : w->status);
}
