/* SPDX-License-Identifier: 0BSD
 *
 * Scheduling policies by name.
 */
#include <sched.h>

#include "applets/common/scheduling.h"
#include "os/sched.h"

const struct cli_choice scheduling_policies[] = {
    { "other", SCHED_OTHER, "the usual one" },
    { "batch", SCHED_BATCH, "without a wish for speed" },
    { "idle", SCHED_IDLE, "when nothing else is to do" },
    { "fifo", SCHED_FIFO, "real time, until it waits" },
    { "rr", SCHED_RR, "real time, in turns" },
    { "deadline", OS_SCHED_DEADLINE, "real time, with runtime, deadline and period" },
    { "ext", OS_SCHED_EXT, "a BPF scheduler" },
    CLI_CHOICES_END,
};

const char *scheduling_policy_name(uint32_t policy) {
    static const char names[][16] = {
        [SCHED_OTHER] = "SCHED_OTHER", [SCHED_FIFO] = "SCHED_FIFO",
        [SCHED_RR] = "SCHED_RR",       [SCHED_BATCH] = "SCHED_BATCH",
        [SCHED_IDLE] = "SCHED_IDLE",   [OS_SCHED_DEADLINE] = "SCHED_DEADLINE",
        [OS_SCHED_EXT] = "SCHED_EXT",
    };
    bool known = policy < sizeof names / sizeof *names && names[policy][0];
    return known ? names[policy] : NULL;
}

const char scheduling_lacks_priority[] = "fifo and rr require a priority from 1 to 99";

bool scheduling_has_priority(int policy) {
    return policy == SCHED_FIFO || policy == SCHED_RR;
}
