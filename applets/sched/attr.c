/* SPDX-License-Identifier: 0BSD
 *
 * osbox sched set: policy, priority, nice value and deadline parameters.
 */
#include <sched.h>

#include "applets/sched/sched.h"

bool sched_is_real_time(uint32_t policy) {
    return policy == SCHED_FIFO || policy == SCHED_RR;
}

bool sched_changes_attr(const struct sched_args *args) {
    return args->policy >= 0 || args->priority != SCHED_NOT_GIVEN || args->reset >= 0 ||
           args->runtime;
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
    if (args->runtime) {
        a.sched_runtime = (uint64_t)args->runtime;
        a.sched_deadline = (uint64_t)args->deadline;
        a.sched_period = (uint64_t)(args->period ? args->period : args->deadline);
    } else if (now != before && !(sched_is_normal(now) && sched_is_normal(before))) {
        a.sched_runtime = a.sched_deadline = a.sched_period = 0;
    }
    return a;
}

bool sched_check_runtime(struct cli *cli, const struct sched_args *args, uint32_t policy) {
    if (!args->runtime || policy == OS_SCHED_DEADLINE)
        return true;
    cli_usage(cli, "--runtime", "goes with --policy=deadline");
    return false;
}
