/* SPDX-License-Identifier: 0BSD
 *
 * Signals as users write and read them. Results and reasons are as in
 * cli/parse.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A signal: its name with or without SIG in any case ("term", "SIGTERM"), its number, RTMIN+N,
 * RTMAX-N. With `zero`, also 0 (the existence test of kill(2)). The aliases CLD, IOT, POLL and
 * UNUSED are accepted, and so is every result of cli_signal_name(). RTMIN is 34, as
 * in glibc, also in a build with musl. Reasons: "empty", "unknown signal", "0 is not a signal". */
const char *cli_parse_signal(const char *text, bool zero, int *signo);

/* A comma-separated list of signals, or "all" (including those that libc reserves, such as 32 and
 * 33) or "none", in any case. Bit N-1 is signal N (1 to 64). Reasons: "empty", "unknown signal", "0
 * is not a signal". */
const char *cli_parse_signals(const char *text, uint64_t *set);

/* Returns the name of a signal with SIG ("SIGTERM", "SIGRTMIN+3"), of synonyms the one that
 * Python's signal.Signals shows (SIGIO, SIGABRT, SIGCHLD); "SIG" and the number if it has no name
 * ("SIG32"). The text is stored in `name`, which is returned. */
const char *cli_signal_name(int signo, char name[static 16]);

/* Calls visit(name, data) for each signal that has its own name, SIGRTMIN and SIGRTMAX included, in
 * the order of their numbers. The name is valid during the call only. */
void cli_signal_each(void (*visit)(const char *name, void *data), void *data);
