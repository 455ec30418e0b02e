/* SPDX-License-Identifier: 0BSD
 *
 * The state of a descriptor: os.isatty, os.ttyname, os.get_blocking,
 * os.get_inheritable, os.lseek, os.tcgetpgrp, os.get_terminal_size.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct os_descriptor {
    bool tty;
    bool blocking;
    bool inheritable;
    bool has_offset; /* it is seekable */
    int64_t offset;
    bool has_pgrp; /* it is this process's controlling terminal */
    int pgrp;
    bool has_size;
    unsigned columns, lines; /* of the terminal; may be 0 */
};

/* Reads the state of a descriptor. Returns 0, or -errno: EBADF if it is not open. */
int os_describe_descriptor(int fd, struct os_descriptor *d, struct base_error *e);

/* Appends the name of a terminal, ttyname(3). Returns 0, or -errno: ENOTTY if it is not a terminal;
 * ENODEV if it has no name here. */
int os_ttyname(int fd, struct buf *b, struct base_error *e);
