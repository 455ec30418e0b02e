/* SPDX-License-Identifier: 0BSD
 *
 * osbox sched set: policy, priority, nice value and deadline parameters.
 */
#include <sched.h>

#include "applets/sched/sched.h"

const char sched_deadline_policy[] = "requires --policy=deadline";
const char sched_runtime_policy[] = "requires the policy other or batch, or --deadline";

bool sched_is_real_time(uint32_t policy) {
    return policy == SCHED_FIFO || policy == SCHED_RR;
}

bool sched_changes_attr(const struct sched_args *args) {
    return args->policy >= 0 || args->priority != SCHED_NOT_GIVEN || args->reset >= 0 ||
           args->runtime != SCHED_NO_RUNTIME;
}

bool sched_is_normal(uint32_t policy) {
    return policy == SCHED_OTHER || policy == SCHED_BATCH;
}

struct os_sched_attr sched_change_attr(const struct sched_args *args, struct os_sched_attr a) {
    uint32_t before = a.sched_policy, now = args->policy >= 0 ? (uint32_t)args->policy : before;
    a.sched_policy = now;
    if (args->priority != SCHED_NOT_GIVEN)
        a.sched_priority = args->priority;
    else if (!sched_is_real_time(now) || !sched_is_real_time(before))
        a.sched_priority = 0;
    if (args->nice != SCHED_NO_NICE)
        a.sched_nice = args->nice;
    if (args->reset >= 0)
        a.sched_flags = (a.sched_flags & ~(uint64_t)OS_SCHED_FLAG_RESET_ON_FORK) |
                        (args->reset ? OS_SCHED_FLAG_RESET_ON_FORK : 0);
    if (args->runtime != SCHED_NO_RUNTIME) {
        a.sched_runtime = (uint64_t)args->runtime;
        a.sched_deadline = (uint64_t)args->deadline;
        a.sched_period = (uint64_t)(args->period ? args->period : args->deadline);
    } else if (now != before && !(sched_is_normal(now) && sched_is_normal(before))) {
        a.sched_runtime = a.sched_deadline = a.sched_period = 0;
    }
    return a;
}

bool sched_check_runtime(struct cli *cli, const struct sched_args *args, uint32_t policy) {
    bool is_slice = !args->deadline;
    if (args->runtime == SCHED_NO_RUNTIME ||
        (is_slice ? sched_is_normal(policy) : policy == OS_SCHED_DEADLINE))
        return true;
    if (is_slice)
        cli_usage(cli, "--runtime", sched_runtime_policy);
    else
        cli_usage(cli, "--deadline", sched_deadline_policy);
    return false;
}

static void add_seconds(struct buf *b, int64_t ns) {
    buf_add_uint(b, (uint64_t)ns / 1000000000);
    buf_add_char(b, '.');
    buf_add_padded(b, (uint64_t)ns % 1000000000, 9);
    buf_add_str(b, " s");
}

static void report_slice(struct cli *cli, const struct sched_args *args,
                         const struct sched_thread *t, int64_t now) {
    struct base_error e;
    struct buf hint = { 0 };
    buf_add_str(&hint, "the slice is ");
    add_seconds(&hint, now);
    buf_add_str(&hint, ", not ");
    add_seconds(&hint, args->runtime);
    buf_add_str(&hint, "; --no-strict accepts that");
    base_fail(&e, EPROTO, "sched_setattr", NULL);
    e.hint = buf_cstr(&hint);
    if (t->tid)
        sched_report(cli, t, &e);
    else
        cli_report(cli, &e);
    buf_finish(&hint);
}

/* The kernel limits the slice to 0.1 to 100 ms without an error; 0 restores the default. Before
 * Linux 6.12 it ignores the slice. */
bool sched_check_slice(struct cli *cli, const struct sched_args *args,
                       const struct sched_thread *t) {
    struct os_sched_attr now = { 0 };
    if (args->runtime <= 0 || args->deadline || args->no_strict)
        return true;
    int r = os_sched_get_attr(t->tid, &now);
    if (r < 0 || now.sched_runtime == (uint64_t)args->runtime)
        return true; /* a thread that has ended is reported when its record is made */
    if (now.sched_runtime)
        report_slice(cli, args, t, (int64_t)now.sched_runtime);
    else
        cli_complain(cli, CLI_EX_UNAVAILABLE, "--runtime",
                     "slices for this policy require Linux 6.12");
    return false;
}
