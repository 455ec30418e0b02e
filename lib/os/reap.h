/* SPDX-License-Identifier: 0BSD
 *
 * Orphans: the kernel gives a process whose parent has ended to process 1 of its
 * PID namespace, or to the nearest ancestor that is a subreaper, which must wait
 * for it: until then it stays a zombie. In a container, that is the program that
 * the container was started with.
 */
#pragma once

#include <stdbool.h>

#include "os/signal.h"

/* Returns whether we are process 1 of our PID namespace. For such a process signals have no default
 * actions: one that is neither blocked nor handled is discarded, even SIGTERM. */
bool os_is_init(void);

/* The signals that process 1 has to read: those with which others usually end it or a program that
 * it runs, and SIGCHLD. */
#define OS_INIT_SIGNALS                                                                            \
    (OS_TERMINATIONS | OS_SIGNAL(SIGUSR1) | OS_SIGNAL(SIGUSR2) | OS_SIGNAL(SIGCHLD))

/* Returns the PID of a child that has ended and stays a zombie until it is waited for; 0: there is
 * none. It is the oldest such child: as long as nobody waits for it, no other is found. */
int os_reap_find(void);

/* Waits for such a child, whose status nobody needs. */
void os_reap(int pid);
