/* SPDX-License-Identifier: 0BSD
 *
 * The controlling terminal and job control: os.tcgetpgrp, os.tcsetpgrp. At most one
 * process group of a session is in the foreground: it may read the terminal and set
 * its modes, and it receives the signals of the keys. SIGTTOU must be blocked when
 * these functions are called, as it is while a child is supervised.
 */
#pragma once

#include <stdbool.h>

/* Returns whether this process has a controlling terminal. */
bool os_terminal_exists(void);

/* Returns the foreground process group of the controlling terminal if that is standard input,
 * output or error; -1 otherwise. */
int os_terminal_foreground(void);

/* Requests the terminal from the osbox that started our process group, if that is in the
 * foreground: stops our group by SIGTTIN, as a read of the terminal would, upon which it gives us
 * the terminal. A shell that started us in the background is not asked. Call it with all signals
 * blocked. Returns true after SIGCONT, which is still pending. */
bool os_terminal_request(void);

/* Moves a process group into the foreground, if our job is there: our own group, or one that a
 * descendant of our group leads. Returns whether it is in the foreground now. */
bool os_terminal_give(int group);

/* Moves our own process group into the foreground, if our job is there, or `group`. Returns whether
 * it was `group`. */
bool os_terminal_take(int group);

/* Resumes our process group after a SIGTTIN or SIGTTOU for it, if our job is in the foreground:
 * a program that we run has the terminal, and another member of our group needs it. Returns false
 * if another job has the terminal. */
bool os_terminal_reclaim(void);

/* Stops our process group as the terminal would: SIGTSTP, SIGTTIN or SIGTTOU is sent to all of it
 * and has its default action here. Call it with all signals blocked. Returns after SIGCONT, which
 * is still pending: true. Returns false at once if the kernel ignores the signal because the group
 * is orphaned: no shell with job control could resume it. */
bool os_terminal_stop(int signo);
