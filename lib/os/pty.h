/* SPDX-License-Identifier: 0BSD
 *
 * Pseudoterminals: os.openpty, os.forkpty, os.login_tty. What the last two do in
 * a child is done by steps of a plan: SETSID, and OPEN of the name.
 */
#pragma once

#include <sys/ioctl.h>

#include "base/buf.h"
#include "base/error.h"

/* A new terminal of that size; `size` NULL: that of the one that is open as descriptor 0, 1 or 2,
 * or 80 columns and 24 lines. The descriptor of our side, and the name of the other appended to
 * `name` with a NUL. ENOENT, ENODEV: there is no /dev/ptmx here. */
int os_pty_open(const struct winsize *size, struct buf *name, struct base_error *e);
