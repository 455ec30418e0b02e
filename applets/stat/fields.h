/* SPDX-License-Identifier: 0BSD
 *
 * The fields of stat and lstat: a file's and those of a descriptor.
 */
#pragma once

#include "applets/common/file_query.h"

enum stat_view {
    STAT_VIEW_FILE,
    STAT_VIEW_FILE_SYSTEM,
    STAT_VIEW_ACCESS,
    STAT_VIEW_PATHCONF,
    STAT_VIEW_DESCRIPTOR,
};

/* The first FILE_FIELDS rows are those of common/file_record.h. */
enum stat_field {
    STAT_TTY = FILE_FIELDS,
    STAT_TTYNAME,
    STAT_BLOCKING,
    STAT_INHERITABLE,
    STAT_OFFSET,
    STAT_FD_PGRP,
    STAT_COLUMNS,
    STAT_LINES,
    STAT_FIELDS,
};

extern const struct cli_field stat_fields[];

/* Sets the values of those fields of a descriptor that q->needs; *ttyname owns the text of one of
 * them. Failures go to q->fail. Returns false if there is no record. */
bool stat_fill_descriptor(const struct file_query *q, int fd, struct buf *ttyname,
                          struct cli_value *values);
