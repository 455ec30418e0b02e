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
