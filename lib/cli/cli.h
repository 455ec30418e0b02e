/* SPDX-License-Identifier: 0BSD
 *
 * A call of an osbox command, and the functions with which an applet handles
 * it: begin, emit, write, report.
 *
 * A call has three parts: what was called (struct cli_call), the output, which
 * is opaque to applets, and the outcome (struct cli_outcome).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/format.h"

enum { CLI_LABEL_MAX = 64 };

/* What was called. */
struct cli_call {
    const struct cli_command *root;
    const struct cli_command *command;
    char label[CLI_LABEL_MAX]; /* "stat", "xattr get": begins every diagnostic */
    char **argv;               /* of the command: argv[0] is its name */
    int argc;
    char **operands;
    int operand_count;
    char **program;    /* the program to run and its arguments, NULL at the end; NULL: none */
    unsigned closed;   /* bit set: which of descriptors 0 to 2 were closed at start */
    bool format_given; /* -o, -J or -g decided the format, not the command's default */
    const char *place; /* where the records go: FILE or fd:N; NULL: standard output */
    int place_fd;      /* N; -1: a FILE */
    struct cli_common common;
};

/* The outcome. */
struct cli_outcome {
    int status;         /* exit status so far; the first error decides */
    const char *error;  /* name of the first error: "ENOENT", "EX_USAGE"; NULL: none */
    int errnum;         /* its errno; 0: none */
    bool program_ran;   /* errors from now on are not failures to start it */
    int signal;         /* that ends osbox when all is written; 0: none */
    bool signals_group; /* it is sent to the process group of osbox */
};

struct cli {
    struct cli_call call;
    struct cli_output *output; /* cli/output.h */
    struct cli_outcome outcome;
};

/* Returns whether a descriptor was open when osbox started. Ask before anything is opened. */
bool cli_is_open(const struct cli_call *call, int fd);

/* Returns how records are written, which is constant once cli_begin() has returned true. */
const struct cli_writer *cli_writer(const struct cli *cli);

/* Sets the format, whatever -o says, for a form of a command that has only one. */
void cli_set_format(struct cli *cli, enum cli_format_id format);

/* Selects the fields of the records, from -F and the defaults of the command's view. Returns false
 * after a usage error, which was reported. */
bool cli_begin(struct cli *cli);

/* The same for another view: the records report something else than what was requested. */
bool cli_begin_view(struct cli *cli, unsigned view);

/* Reports a usage error and returns false if the format is sh, which has one record, and `count` is
 * not 1. */
bool cli_expect_records(struct cli *cli, size_t count);

/* Writes one record; values[] has an element for each row of the field table. */
void cli_emit(struct cli *cli, const struct cli_value *values);

/* Writes records that were formatted elsewhere by cli_format_record() with `first` false, and
 * clears b. Returns false if stdout is broken. */
bool cli_emit_formatted(struct cli *cli, struct buf *b);

/* Writes bytes that are not records. Returns false if stdout is broken. */
bool cli_write(struct cli *cli, const void *bytes, size_t size);

static inline bool cli_write_str(struct cli *cli, const char *text) {
    return cli_write(cli, text, strlen(text));
}

/* The same for the contents of a buffer, and clears it. A buffer that has failed is a failure of
 * the output. */
bool cli_write_buf(struct cli *cli, struct buf *b);

/* The same, written at once and without a copy. */
bool cli_write_through(struct cli *cli, const void *bytes, size_t size);

/* Writes out what is buffered. Call it before waiting for something. */
void cli_flush(struct cli *cli);

/* Appends what is buffered to b instead, for the caller to write. */
void cli_flush_into(struct cli *cli, struct buf *b);

/* Returns the descriptor that output is written to. */
int cli_output_fd(const struct cli *cli);

/* Returns the errno of the first write that failed; 0: none. An applet that writes to the
 * descriptor itself sets it, also to 0. */
int cli_output_error(const struct cli *cli);
void cli_set_output_error(struct cli *cli, int errnum);

/* Acts as if a write had failed with EPIPE. */
void cli_lose_reader(struct cli *cli);

/* Returns whether a write that failed with `errnum` ends osbox by SIGPIPE: it is EPIPE, and the
 * signal is neither ignored nor blocked. Then osbox ends without a diagnostic once its output is
 * complete, also as process 1, to which the kernel does not send that signal. */
bool cli_ends_quietly(struct cli *cli, int errnum);

/* Returns whether output has been lost, so that going on is pointless. */
bool cli_is_broken(const struct cli *cli);

/* Sends all records to another descriptor and takes ownership of it. `name` is its name in errors;
 * NULL: its number. */
void cli_redirect(struct cli *cli, int fd, const char *name);

/* Prints a diagnostic for a failed call and sets the status. */
void cli_report(struct cli *cli, const struct base_error *error);

/* The same with the given status, such as CLI_EX_RUN. */
void cli_report_as(struct cli *cli, int status, const struct base_error *error);

/* The same if only a part of a record is unavailable: the error is not printed in place of a
 * record. */
void cli_report_part(struct cli *cli, const struct base_error *error);

/* Reports that bytes were lost which the applet wrote to a descriptor itself; the status is
 * CLI_EX_IOERR. */
void cli_report_lost(struct cli *cli, int fd, int errnum);

/* Writes text that an option requests to standard error. If that fails, the status is CLI_EX_IOERR.
 */
void cli_warn(struct cli *cli, const struct buf *text);

/* Prints a diagnostic that has no errno, with the EX_ name of `status`, and sets that. `path` is
 * the object (NULL: none). A `message` of NULL is printed as "out of memory". */
void cli_complain(struct cli *cli, int status, const char *path, const char *message);

/* Prints a note on the last diagnostic. The status is unchanged. */
void cli_note(struct cli *cli, const char *text);

/* Reports a usage error about `object`, an argument as the user wrote it (NULL: none). `message` as
 * above. */
void cli_usage(struct cli *cli, const char *object, const char *message);

/* Sets a status that is an answer, not an error. */
void cli_answer(struct cli *cli, int status);
