/* SPDX-License-Identifier: 0BSD
 *
 * One call of an osbox command, and what an applet does with it: begin, emit,
 * write, report, finish.
 *
 * A call has three parts: what was called (struct cli_call), the output, which
 * only lib/cli looks into, and what came of it (struct cli_outcome).
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
    struct cli_common common;
};

/* What came of it. */
struct cli_outcome {
    int status;        /* exit status so far; the first error decides */
    const char *error; /* name of the first error: "ENOENT", "EX_USAGE"; NULL: none */
    bool program_ran;  /* so an error is not one of starting it */
    int signal;        /* to die of when all is written; 0: none */
};

struct cli {
    struct cli_call call;
    struct cli_output *output; /* cli/output.h */
    struct cli_outcome outcome;
};

/* How records are written: decided, and constant, once cli_begin() returned true. */
const struct cli_writer *cli_writer(const struct cli *cli);

/* For a form of a command that has one format, whatever -o says. */
void cli_set_format(struct cli *cli, enum cli_format_id format);

/* Decides the fields of the records of the command's view. False when there is nothing to do: a
 * usage error was reported. */
bool cli_begin(struct cli *cli);

/* The same for records of another view: what happened is not what was called for. */
bool cli_begin_view(struct cli *cli, unsigned view);

/* False after a usage error: in sh format there is one record and `count` were asked for. */
bool cli_expect_records(struct cli *cli, size_t count);

/* Writes one record: values[] has a slot for each row of the field table. */
void cli_emit(struct cli *cli, const struct cli_value *values);

/* Writes records that cli_format_record() made elsewhere, with `first` false; clears b. False:
 * stdout is broken. */
bool cli_emit_formatted(struct cli *cli, struct buf *b);

/* Writes bytes that are not records. False: stdout is broken. */
bool cli_write(struct cli *cli, const void *bytes, size_t size);

static inline bool cli_write_str(struct cli *cli, const char *text) {
    return cli_write(cli, text, strlen(text));
}

/* The same of a buffer, whose failure is one of the output; clears it. */
bool cli_write_buf(struct cli *cli, struct buf *b);

/* The same at once, without a copy. */
bool cli_write_through(struct cli *cli, const void *bytes, size_t size);

/* Writes out what is buffered: before a wait. */
void cli_flush(struct cli *cli);

/* The same, but the bytes are appended to b: the caller writes them. */
void cli_flush_into(struct cli *cli, struct buf *b);

/* The descriptor that output goes to. */
int cli_output_fd(const struct cli *cli);

/* errno of the first write that failed; 0: none. An applet that writes to the descriptor itself
 * says so by cli_set_output_error(), 0 included. */
int cli_output_error(const struct cli *cli);
void cli_set_output_error(struct cli *cli, int errnum);

/* Acts as if a write had failed with EPIPE. Does not return where SIGPIPE is not ignored. */
void cli_lose_reader(struct cli *cli);

/* Whether the last write to stdout failed: there is no point in going on. */
bool cli_is_broken(const struct cli *cli);

/* Sends all records to another descriptor, which is then cli's to close; `name` is what errors call
 * it, NULL for a descriptor's number. */
void cli_redirect(struct cli *cli, int fd, const char *name);

/* A diagnostic for a failed call; sets the status. */
void cli_report(struct cli *cli, const struct base_error *error);

/* The same with a status of its own, such as CLI_EX_RUN. */
void cli_report_as(struct cli *cli, int status, const struct base_error *error);

/* The same where only a part of a record is unavailable: never a record in place. */
void cli_report_part(struct cli *cli, const struct base_error *error);

/* Bytes that the applet wrote to a descriptor itself were lost: a diagnostic, CLI_EX_IOERR. */
void cli_report_lost(struct cli *cli, int fd, int errnum);

/* Writes text that the user asked for to standard error: if that fails, CLI_EX_IOERR. */
void cli_warn(struct cli *cli, const struct buf *text);

/* A diagnostic that is not an errno: `status` and its EX_ name. `path` (NULL: none) is what it is
 * about. `message` NULL: memory was short for it. */
void cli_complain(struct cli *cli, int status, const char *path, const char *message);

/* More about the diagnostic before; it is not one itself and has no status. */
void cli_note(struct cli *cli, const char *text);

/* A usage error about `object`, an argument as the user wrote it (NULL: none). `message` as
 * above. */
void cli_usage(struct cli *cli, const char *object, const char *message);

/* Records a status that is an answer, not an error. */
void cli_answer(struct cli *cli, int status);
