/* SPDX-License-Identifier: 0BSD
 *
 * Waiting for a child that does something which may block, such as opening a FIFO:
 * within a time limit, and ended by the signals that would end us if we did it
 * ourselves.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "os/signal.h"

/* Returns those of SIGHUP, SIGINT, SIGQUIT, SIGTERM and SIGTSTP that have an effect on a process
 * with this mask: they are neither blocked nor ignored. */
os_sigset os_watch_signals(os_sigset mask);

/* Waits until a child has ended, and reaps it. All signals are blocked, and SIGCHLD is not ignored.
 * `signals` are those to react to: SIGTSTP stops this process, any other ends the wait. Returns 0,
 * or -errno: ETIMEDOUT at the deadline (os_monotonic_ns(), or OS_NEVER), EINTR if a signal came,
 * which is removed from the queue and stored in *signal. The child is left as it is then. */
int os_watch(pid_t pid, int64_t deadline, os_sigset signals, siginfo_t *signal);

/* The same for a child that may be slow to begin, because the machine is busy: while `is_blocking`
 * returns false, it gets up to two seconds more, so that a short time limit does not depend on how
 * fast the machine is. */
int os_watch_start(pid_t pid, int64_t deadline, os_sigset signals, siginfo_t *signal,
                   bool (*is_blocking)(const void *data), const void *data);

/* Kills a child and reaps it. One that the kernel cannot end yet, because a file system does not
 * respond, is left behind after a second. */
void os_watch_kill(pid_t pid);

/* Puts a signal back into the queue of this process, as it was. */
void os_watch_requeue(const siginfo_t *signal);

/* Opens a file as base_open() does, or with O_CREAT as base_create(), until a deadline. With
 * OS_NEVER it is opened by this process, otherwise, or as process 1, by a child that can be given
 * up. Returns the descriptor, or -errno: ETIMEDOUT at the deadline, and those of openat(2). A
 * signal that would end this process does. Process 1, which no signal ends, gets EINTR, and the
 * signal in *signo unless `signo` is NULL. */
int os_open_until(const char *path, int flags, mode_t mode, int64_t deadline, int *signo);
