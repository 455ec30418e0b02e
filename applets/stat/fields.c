/* SPDX-License-Identifier: 0BSD
 *
 * The field table of stat and lstat, and the values of a descriptor's fields.
 */
#include <errno.h>
#include <unistd.h>

#include "applets/stat/fields.h"
#include "os/descriptor.h"

enum {
    STAT_VIEWS_STAT = 1 << STAT_VIEW_FILE | 1 << STAT_VIEW_DESCRIPTOR,
    STAT_VIEWS_FILE = STAT_VIEWS_STAT,
    STAT_VIEWS_SYSTEM = 1 << STAT_VIEW_FILE_SYSTEM,
    STAT_VIEWS_SYSTEM_MORE = STAT_VIEWS_SYSTEM,
    STAT_VIEWS_ACCESS = 1 << STAT_VIEW_ACCESS,
    STAT_VIEWS_LIMIT = 1 << STAT_VIEW_PATHCONF,
    STAT_VIEWS_PATH = STAT_VIEWS_STAT | STAT_VIEWS_SYSTEM | STAT_VIEWS_ACCESS | STAT_VIEWS_LIMIT,
    STAT_NAMEABLE = STAT_VIEWS_PATH, /* a record may combine fields of several views */
    STAT_DEFAULTS_PATH = STAT_VIEWS_PATH,
    STAT_DEFAULTS_STAT = STAT_VIEWS_STAT,
    STAT_DEFAULTS_FILE = 0,
    STAT_DEFAULTS_SYSTEM = STAT_VIEWS_SYSTEM,
    STAT_DEFAULTS_SYSTEM_MORE = 0,
    STAT_DEFAULTS_ACCESS = STAT_VIEWS_ACCESS,
    STAT_DEFAULTS_LIMIT = STAT_VIEWS_LIMIT,
};

#define NEEDS_DESCRIPTOR FILE_NEEDS_OTHER(0)
#define NEEDS_TTYNAME    FILE_NEEDS_OTHER(1)

#define DESCRIPTOR_FIELD(name_, type_, needs_, help_)                                              \
    {                                                                                              \
        .name = name_, .type = type_, .views = 1 << STAT_VIEW_DESCRIPTOR,                          \
        .defaults = 1 << STAT_VIEW_DESCRIPTOR, .needs = needs_, .help = help_                      \
    }

const struct cli_field stat_fields[] = {
    FILE_RECORD_ROWS(0, STAT),
    [STAT_TTY] = DESCRIPTOR_FIELD("tty", CLI_BOOL, NEEDS_DESCRIPTOR, "os.isatty"),
    [STAT_TTYNAME] = DESCRIPTOR_FIELD("ttyname", CLI_BYTES, NEEDS_TTYNAME,
                                      "os.ttyname; null: not a terminal, or has no name"),
    [STAT_BLOCKING] = DESCRIPTOR_FIELD("blocking", CLI_BOOL, NEEDS_DESCRIPTOR,
                                       "os.get_blocking: O_NONBLOCK is not set"),
    [STAT_INHERITABLE] =
        DESCRIPTOR_FIELD("inheritable", CLI_BOOL, NEEDS_DESCRIPTOR, "os.get_inheritable"),
    [STAT_OFFSET] =
        DESCRIPTOR_FIELD("offset", CLI_INT, NEEDS_DESCRIPTOR, "file offset; null: not seekable"),
    [STAT_FD_PGRP] = DESCRIPTOR_FIELD("fd_pgrp", CLI_INT, NEEDS_DESCRIPTOR,
                                      "os.tcgetpgrp; null: not the controlling terminal"),
    [STAT_COLUMNS] = DESCRIPTOR_FIELD("columns", CLI_UINT, NEEDS_DESCRIPTOR,
                                      "os.get_terminal_size; null: not a terminal"),
    [STAT_LINES] = DESCRIPTOR_FIELD("lines", CLI_UINT, NEEDS_DESCRIPTOR,
                                    "os.get_terminal_size; null: not a terminal"),
};

_Static_assert(sizeof stat_fields / sizeof stat_fields[0] == STAT_FIELDS, "a row for each field");
_Static_assert((int)STAT_FIELDS <= (int)CLI_FIELDS_MAX, "the selection has room");

static bool fill_state(const struct file_query *q, int fd, struct cli_value *values) {
    struct base_error e;
    struct os_descriptor d;
    if (os_describe_descriptor(fd, &d, &e) < 0) {
        q->fail(q->data, &e, true);
        return false;
    }
    values[STAT_TTY] = cli_bool(d.tty);
    values[STAT_BLOCKING] = cli_bool(d.blocking);
    values[STAT_INHERITABLE] = cli_bool(d.inheritable);
    values[STAT_OFFSET] = d.has_offset ? cli_int(d.offset) : cli_null();
    values[STAT_FD_PGRP] = d.has_pgrp ? cli_int(d.pgrp) : cli_null();
    values[STAT_COLUMNS] = d.has_size ? cli_uint(d.columns) : cli_null();
    values[STAT_LINES] = d.has_size ? cli_uint(d.lines) : cli_null();
    return true;
}

static void fill_ttyname(const struct file_query *q, int fd, struct buf *ttyname,
                         struct cli_value *values) {
    struct base_error e;
    if (!isatty(fd))
        return;
    buf_clear(ttyname);
    int r = os_ttyname(fd, ttyname, &e);
    if (r == 0)
        values[STAT_TTYNAME] = cli_bytes(ttyname->data, ttyname->len);
    else if (r != -ENODEV && r != -ENOTTY)
        q->fail(q->data, &e, false);
}

bool stat_fill_descriptor(const struct file_query *q, int fd, struct buf *ttyname,
                          struct cli_value *values) {
    if (q->needs & NEEDS_DESCRIPTOR && !fill_state(q, fd, values))
        return false;
    if (q->needs & NEEDS_TTYNAME)
        fill_ttyname(q, fd, ttyname, values);
    return true;
}
