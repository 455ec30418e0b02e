/* SPDX-License-Identifier: 0BSD
 *
 * What is known of a descriptor itself: os.isatty, os.ttyname, os.get_blocking,
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
    bool has_offset; /* it can be sought */
    int64_t offset;
    bool has_pgrp; /* it is this process's controlling terminal */
    int pgrp;
    bool has_size;
    unsigned columns, lines; /* as the terminal says: 0 is possible */
};

/* EBADF: it is not open. */
int os_describe_descriptor(int fd, struct os_descriptor *d, struct base_error *e);

/* ttyname(3), appended to b. ENOTTY: not a terminal; ENODEV: a terminal without a name here. */
int os_ttyname(int fd, struct buf *b, struct base_error *e);
