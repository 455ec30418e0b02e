/* SPDX-License-Identifier: 0BSD
 *
 * Scheduling policies by name, as options accept them and records print them.
 */
#pragma once

#include <stdint.h>

#include "cli/cli.h"

/* The policies as options accept them: "fifo". */
extern const struct cli_choice scheduling_policies[];

/* Returns a policy's name as in os, "SCHED_FIFO"; NULL: it has none. */
const char *scheduling_policy_name(uint32_t policy);

/* The usage error if a policy requires a priority and none is given. */
extern const char scheduling_lacks_priority[];

/* Returns whether a policy, SCHED_FIFO or SCHED_RR, requires a priority above 0. */
bool scheduling_has_priority(int policy);
