/* SPDX-License-Identifier: 0BSD
 *
 * Pseudoterminals: os.openpty, os.forkpty, os.login_tty. What the last two do
 * in a child is done by steps of a plan: SETSID, and OPEN of the terminal's
 * name.
 */
#pragma once

#include <stdbool.h>
#include <sys/ioctl.h>

#include "base/buf.h"
#include "base/error.h"

/* Reads the size of the first terminal among the descriptors 0, 1 and 2 whose size is set. Returns
 * false if there is none. os.get_terminal_size. */
bool os_pty_current_size(struct winsize *size);

/* Opens a new terminal of that size; NULL: the size of the terminal that is descriptor 0, 1 or 2,
 * or 80 columns and 24 lines. The path of the other side is appended to `name` with its NUL.
 * Returns the descriptor of our side, or -errno: ENOENT or ENODEV if there is no /dev/ptmx. */
int os_pty_open(const struct winsize *size, struct buf *name, struct base_error *e);
