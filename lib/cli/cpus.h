/* SPDX-License-Identifier: 0BSD
 *
 * CPU sets as users write them. Results and reasons are as in cli/parse.h.
 */
#pragma once

#include <stddef.h>

/* A CPU set of any size, as sched_setaffinity takes it: words * sizeof(long) bytes at bits. */
struct cli_cpus {
    unsigned long *bits; /* owned; CPU n is bit n % b of word n / b, for a long of b bits */
    size_t words;        /* no more than the greatest CPU needs */
};

/* The greatest CPU number that a list may name plus one: a bound on memory, far above any kernel's
 * limit (8192). */
enum { CLI_CPUS_MAX = 1 << 20 };

/* A list "0-3,8,10-20:2" (every second of a range), or a hex mask with 0x ("0xff", commas between
 * groups of 32 bits allowed as in /proc: "0xff,00000000"). Release with cli_cpus_finish().
 * "empty", "not a CPU list", "not a CPU mask", "CPU number too large", "reversed range",
 * "stride of 0", "no CPU in the mask", "out of memory". */
const char *cli_parse_cpus(const char *text, struct cli_cpus *cpus);
void cli_cpus_finish(struct cli_cpus *cpus);
