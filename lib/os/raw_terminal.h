/* SPDX-License-Identifier: 0BSD
 *
 * A terminal in raw mode: its keys are read as bytes, and none raises a signal.
 *
 * Only the foreground job may set the modes, and only one process at a time: if a
 * second one did, it would take the raw mode of the first for the modes to restore.
 */
#pragma once

#include <stdbool.h>
#include <termios.h>

struct os_raw_terminal {
    int terminal; /* borrowed */
    int fd; /* to read it from while it is in raw mode, with O_NONBLOCK if possible; otherwise -1 */
    bool post; /* output is still processed: "\n" begins a new line */

    /* Private. */
    bool owned;            /* fd is ours, not `terminal` */
    struct termios before; /* to be restored */
    struct termios raw;    /* as the kernel has stored them */
};

/* Initializes it; the terminal is not touched. */
void os_raw_terminal_init(struct os_raw_terminal *t, int terminal, bool post);

/* Switches the terminal to raw mode if our process group is in the foreground and no other process
 * has switched it to raw mode with this function. Call it with SIGTTOU blocked. Returns 0, or
 * -errno: EAGAIN if neither modes nor keys are ours now; EIO if the terminal has hung up. */
int os_raw_terminal_enter(struct os_raw_terminal *t);

/* Call it after SIGCONT: others may have used the terminal since SIGSTOP. If so, it is no longer in
 * raw mode afterwards, and fd is -1. */
void os_raw_terminal_check(struct os_raw_terminal *t);

/* Restores the modes, unless another job has the terminal and has set others. Does nothing if it is
 * not in raw mode. */
void os_raw_terminal_leave(struct os_raw_terminal *t);
