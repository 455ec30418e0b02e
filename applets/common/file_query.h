/* SPDX-License-Identifier: 0BSD
 *
 * The values of a file's fields, see common/file_record.h: only the calls that
 * the selected fields need are made.
 */
#pragma once

#include "applets/common/file_record.h"
#include "base/vec.h"
#include "os/stat.h"
#include "os/users.h"

/* The names of the bits that are set in a set of flags. */
struct file_flag_names {
    struct file_flag_values BASE_VEC(struct cli_value) values;
    struct buf texts; /* of the bits without a name */
};

/* What to query, and the memory that the values of the current record point to. The members from
 * `st` on are zero at first. */
struct file_query {
    unsigned base;  /* position of FILE_PATH in the applet's field table */
    uint64_t needs; /* of the selected fields together: FILE_NEEDS_* */
    enum os_sync sync;
    int access_mode; /* R_OK | W_OK | X_OK */
    bool effective;  /* access for the effective ids */
    /* Called for each failure; `fatal`: there is no record, else the fields concerned are null. */
    void (*fail)(void *data, const struct base_error *e, bool fatal);
    void *data;
    struct os_statx st;
    bool denied; /* FILE_ACCESS is false */
    char mode_text[11];
    struct os_name_cache user, group;
    struct buf target, caps;
    struct file_flag_names flags, f_flags;
};

void file_query_finish(struct file_query *q);

/* Makes the calls that q->needs and sets the values of the selected fields of a file; they are
 * valid until the next call. `values` is the whole record; slots of fields that are not a file's
 * are not touched. `path` is the value of FILE_PATH, NULL for null. Returns false if the file
 * cannot be examined, after q->fail was called: there is no record. */
bool file_query_fill(const struct cli_writer *writer, struct file_query *q,
                     const struct os_file *file, const char *path, struct cli_value *values);
