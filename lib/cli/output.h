/* SPDX-License-Identifier: 0BSD
 *
 * Records and bytes on their way to a descriptor. Private to lib/cli.
 */
#pragma once

#include "cli/cli.h"
#include "cli/table.h"

struct cli_output {
    struct cli_writer writer; /* what -o, -F and related options decided */
    struct buf bytes;         /* formatted, not yet written */
    struct buf cells;         /* table: rows whose widths are not determined yet */
    struct cli_table_widths widths;
    int fd;
    const char *name; /* of fd in errors; NULL: its number */
    size_t records;
    const struct cli_command *command; /* whose variables a failure of -o sh unsets; NULL: none */
    const struct cli_command *verb;    /* and the one that an operand was meant to be; NULL: none */
    unsigned view;                     /* of the records */
    bool begun;                        /* records are to be written: cli_begin() */
    bool started;                      /* the header was written */
    bool error_named;                  /* sh: the record has set the name of the error */
    bool written;                      /* something went to fd */
    bool text_errors;     /* json was not requested: diagnostics are text even in json */
    bool errors_in_place; /* json diagnostics are also records on stdout */
    int error;            /* errno of the first write that failed; 0: none */
    char room[2048];      /* for the first bytes: short output allocates no memory */
};

/* Initializes an output to stdout. */
void cli_output_init(struct cli_output *o);

/* Sets up the writer from the common options. */
void cli_output_set_common(struct cli *cli);

/* Formats one record: cli_emit() without its checks. */
void cli_output_record(struct cli *cli, const struct cli_value *values);

/* Adds a header that is still missing, aligns the rows of a table that wait, and writes all of it
 * out. */
void cli_output_complete(struct cli *cli);

/* Closes the descriptor. Sets .error if written bytes were lost. */
void cli_output_close(struct cli_output *o);

/* Releases the memory. */
void cli_output_finish(struct cli_output *o);

/* Prints a diagnostic as a record on stdout, with errors_in_place and json only. `errnum` 0: none.
 */
void cli_emit_error(struct cli *cli, const char *error, int errnum, const char *path);
