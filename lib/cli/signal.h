/* SPDX-License-Identifier: 0BSD
 *
 * Signals as users write and read them. Results and reasons are as in
 * cli/parse.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A signal: name with or without SIG in any case ("term", "SIGTERM"), a number from 1 to the
 * greatest, RTMIN+N, RTMAX-N. With `zero` also 0 (the existence test of kill(2)). The aliases CLD,
 * IOT, POLL and UNUSED are known, and so is all that cli_signal_name() returns. RTMIN is libc's
 * SIGRTMIN (34 in glibc, 35 in musl), as for every other program.
 * "empty", "unknown signal", "0 is not a signal". */
const char *cli_parse_signal(const char *text, bool zero, int *signo);

/* A comma-separated list of signals, or "all" (also those that libc keeps to itself, such as 32 and
 * 33) or "none", in any case. Bit N-1 is signal N (1 to 64).
 * "empty", "unknown signal", "0 is not a signal". */
const char *cli_parse_signals(const char *text, uint64_t *set);

/* The name of a signal with SIG ("SIGTERM", "SIGRTMIN+3"), of synonyms the one that Python's
 * signal.Signals shows (SIGIO, SIGABRT, SIGCHLD); "SIG" and the number where it has none ("SIG32").
 * The text is in `name` (at least 16 bytes), which is returned. */
const char *cli_signal_name(int signo, char name[static 16]);

/* Calls visit(name, data) for each signal that has a name of its own, SIGRTMIN and SIGRTMAX
 * included, in number order: for completion. The name is only valid during the call. */
void cli_signal_each(void (*visit)(const char *name, void *data), void *data);
