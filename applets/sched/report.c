/* SPDX-License-Identifier: 0BSD
 *
 * osbox sched: errors about threads, and --explain.
 */
#include "applets/sched/sched.h"

void sched_report(struct cli *cli, const struct sched_thread *t, struct base_error *e) {
    struct buf name = { 0 };
    if (t->listed && e->errnum == ESRCH)
        return;
    buf_add_int(&name, t->tid);
    e->path = buf_cstr(&name);
    cli_report(cli, e);
    buf_finish(&name);
}

/* ---- --explain ---- */

static void note_limit(struct cli *cli, const char *name, uint64_t value, const char *meaning) {
    struct buf text = { 0 };
    buf_add_str(&text, name);
    buf_add_str(&text, " is ");
    if (value == UINT64_MAX)
        buf_add_str(&text, "unlimited");
    else
        buf_add_uint(&text, value);
    buf_add_str(&text, meaning);
    cli_note(cli, buf_cstr(&text));
    buf_finish(&text);
}

void sched_explain(struct cli *cli, int tid) {
    struct os_sched_limits l;
    os_sched_explain(tid, &l);
    if (l.foreign) {
        cli_note(cli, "it belongs to another user: only CAP_SYS_NICE helps");
        return;
    }
    cli_note(cli, l.capable ? "this process has CAP_SYS_NICE"
                            : "this process does not have CAP_SYS_NICE, so that limits hold:");
    if (l.has_limits) {
        note_limit(cli, "RLIMIT_RTPRIO", l.rtprio, ": the greatest priority of fifo and rr");
        note_limit(cli, "RLIMIT_NICE", l.nice, ": 20 minus the least nice value");
    }
    if (l.has_runtime && l.runtime_us >= 0)
        note_limit(cli, "sched_rt_runtime_us", (uint64_t)l.runtime_us,
                   ": what real time may use of a second");
    if (l.has_group_runtime)
        note_limit(cli, "cpu.rt_runtime_us of its cgroup", (uint64_t)l.group_runtime_us,
                   ": 0 forbids real time");
}

void sched_report_change(struct cli *cli, const struct sched_args *args,
                         const struct sched_thread *t, struct base_error *e) {
    sched_report(cli, t, e);
    if (args->explain && (e->errnum == EPERM || e->errnum == EACCES))
        sched_explain(cli, t->tid);
}
