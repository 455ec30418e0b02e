/* SPDX-License-Identifier: 0BSD
 *
 * Signal masks and dispositions by system call: libc's functions refuse the
 * signals that it uses itself, 32 and 33, in musl also 34. All are safe in a
 * child that shares its parent's memory.
 *
 * musl's set*id functions send 34 to all threads and wait until each has handled
 * it, so none may block it meanwhile. osbox never calls them: a child sets its ids
 * by system call.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* A set of signals: bit N - 1 is signal N. */
typedef uint64_t os_sigset;

#define OS_SIGNAL(signo) ((os_sigset)1 << ((signo)-1))

/* The signals that ask a process to end. */
#define OS_TERMINATIONS                                                                            \
    (OS_SIGNAL(SIGHUP) | OS_SIGNAL(SIGINT) | OS_SIGNAL(SIGQUIT) | OS_SIGNAL(SIGTERM))

/* Opens a descriptor from which these signals can be read while they are blocked. `flags` are
 * SFD_CLOEXEC and SFD_NONBLOCK. Returns it, or -errno: EMFILE. signalfd(2). */
int os_signal_open(os_sigset set, int flags, struct base_error *e);

/* Blocks these signals. Returns a non-blocking descriptor from which they can be read
 * (signalfd(2)), or -errno: EMFILE. */
int os_signal_hold(os_sigset set, struct base_error *e);

/* Replaces the signal mask of the calling thread and reads the one before; `set` and `old` may be
 * NULL. Returns 0 or -errno. rt_sigprocmask(2). */
int os_signal_mask(const os_sigset *set, os_sigset *old);

/* Sets the action of a signal to SIG_DFL or SIG_IGN and reads it back. Returns 0, or -errno: EPROTO
 * if the action is another one afterwards. rt_sigaction(2). */
int os_signal_action(int signo, void (*handler)(int));

/* Returns whether the action of a signal is SIG_IGN. */
bool os_signal_ignored(int signo);
