/* SPDX-License-Identifier: 0BSD
 *
 * The command line of an osbox command: the node of the command tree, the state
 * of one run, and what an applet calls: begin, emit, report, usage, finish.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "cli/format.h"
#include "cli/option.h"
#include "cli/record.h"
#include "cli/status.h"

/* A node of the tree: everything the user can call. */
struct cli_command {
    const char *name;
    const char *summary;              /* a verb phrase, without a full stop */
    const char *usage;                /* one synopsis a line, without the command's name */
    const char *manual;               /* the page's name; NULL: osbox-APPLET */
    const char *description;          /* paragraphs for --help; NULL: none */
    const struct cli_option *options; /* its own; NULL: none */
    const struct cli_field *fields;   /* its records; NULL: it prints none */
    const char *const *views;         /* names of the views of the field table, NULL at the end */
    const struct cli_command *const *commands; /* below it, NULL at the end; NULL: none */
    /* Of the root: tools that the program stands in for when argv[0] is their name, NULL at the
     * end; NULL: none. They are outside the tree: of such a command only name and run count, which
     * reads cli->argv by itself. */
    const struct cli_command *const *personalities;
    const struct cli_exit *exits; /* what its statuses mean beyond the common ones; NULL: none */
    size_t args_size;             /* of the args struct, at most CLI_ARGS_MAX */
    const void *presets;          /* an args struct to start from; NULL: zeros */
    uint16_t field_count;
    uint8_t default_format; /* enum cli_format_id */
    uint8_t operands;       /* enum cli_complete: what operands are */
    bool stop_at_operand;   /* options end at the first operand, which is a program to run */
    bool runs_program;      /* always: its own failures, usage errors too, are CLI_EX_RUN */
    bool dashes_program;    /* what follows "--" is a program to run, and no operand */
    bool no_operands;       /* one is a usage error */
    void (*run)(struct cli *cli, const void *args);
};

enum { CLI_ARGS_MAX = 1024, CLI_LABEL_MAX = 64 };

/* What the common options say. */
struct cli_common {
    bool help;
    bool version;
    bool describe;
    bool null;          /* NUL after each value */
    int format;         /* enum cli_format_id */
    int json_bytes;     /* enum cli_json_bytes */
    int json_int64;     /* 1: integers are JSON strings */
    int color;          /* enum cli_color */
    const char *fields; /* -F, as given; NULL: the defaults */
    const char *sh_prefix;
};

enum cli_color { CLI_COLOR_AUTO, CLI_COLOR_ALWAYS, CLI_COLOR_NEVER };

/* One run. main() owns it and hands it to everything. */
struct cli {
    const struct cli_command *root;
    const struct cli_command *command;
    char label[CLI_LABEL_MAX]; /* "stat", "xattr get": begins every diagnostic */
    char **argv;               /* of the command: argv[0] is its name */
    int argc;
    char **operands;
    int operand_count;
    char **program;  /* the program to run and its arguments, NULL at the end; NULL: none */
    unsigned closed; /* bit set: which of descriptors 0 to 2 were closed at start */
    struct cli_common common;
    struct cli_writer writer; /* what -o, -F and their kin decided */
    struct cli_output output; /* stdout */
    bool text_errors;         /* json was not asked for: diagnostics are text all the same */
    bool errors_in_place;     /* json diagnostics are also records on stdout */
    bool format_implied;      /* -F asked for a record where the default is raw */
    bool record_tells_error;  /* a record says what failed: -o sh prints it all the same */
    bool program_ran;         /* so that an error is none of starting it */
    int last_signal;          /* to die of when all is written; 0: none */
    int status;               /* exit status so far; the first error decides */
    const char *error;        /* name of the first error: "ENOENT", "EX_USAGE"; NULL: none */
    _Alignas(max_align_t) unsigned char args[CLI_ARGS_MAX];
};

/* Runs the command that argv names, and returns the exit status for main() to exit with. *cli is
 * zero. */
int cli_main(struct cli *cli, const struct cli_command *root, int argc, char **argv);

/* For a form of a command that has one format, whatever -o says. */
void cli_set_format(struct cli *cli, enum cli_format_id format);

/* Decides fields and format for records of a view of the field table (its bit number). False when
 * there is nothing to do: a usage error was reported, or -F help answered. */
bool cli_begin(struct cli *cli, unsigned view);

/* False after a usage error: -0 goes with the format value. cli_begin() looks at that itself. */
bool cli_check_null(struct cli *cli);

/* False after a usage error: in sh format there is one record and `count` were asked for. */
bool cli_expect_records(struct cli *cli, size_t count);

/* Writes one record: values[] has a slot for each row of the field table. */
void cli_emit(struct cli *cli, const struct cli_value *values);

/* Writes records that cli_format_record() made elsewhere, with `first` false; clears b. False:
 * stdout is broken. */
bool cli_emit_formatted(struct cli *cli, struct buf *b);

/* Writes out what is buffered: before a wait. */
void cli_flush(struct cli *cli);

/* The same, but the bytes are appended to b: the caller writes them. */
void cli_flush_into(struct cli *cli, struct buf *b);

/* The reader of the output has gone, though nothing was written: as if it had been. Does not return
 * where SIGPIPE is not ignored. */
void cli_lose_reader(struct cli *cli);

/* Whether the last write to stdout failed: there is no point in going on. */
bool cli_is_broken(const struct cli *cli);

/* Sends all records to another descriptor, which is then cli's to close; `name` is what errors call
 * it, NULL for a descriptor's number. */
void cli_redirect(struct cli *cli, int fd, const char *name);

/* A diagnostic for a failed call; sets the status. */
void cli_report(struct cli *cli, const struct base_error *error);

/* The same with a status of its own: CLI_EX_RUN and its kin. */
void cli_report_as(struct cli *cli, int status, const struct base_error *error);

/* The same where only a part of a record cannot be told: never a record in place. */
void cli_report_part(struct cli *cli, const struct base_error *error);

/* Bytes that the applet wrote by itself, to a descriptor, were lost: a diagnostic, CLI_EX_IOERR. */
void cli_report_lost(struct cli *cli, int fd, int errnum);

/* Writes text that was asked for to standard error; the status tells if that fails. */
void cli_tell(struct cli *cli, const struct buf *text);

/* A diagnostic that is no errno: `status` and its EX_ name. `path` (NULL: none) is what it is
 * about. */
void cli_complain(struct cli *cli, int status, const char *path, const char *message);

/* More to say about the diagnostic before; it is none of its own and has no status. */
void cli_note(struct cli *cli, const char *text);

/* A usage error about `object`, an argument as the user wrote it (NULL: none). */
void cli_usage(struct cli *cli, const char *object, const char *message);

/* Records a status that is an answer, not an error. */
void cli_answer(struct cli *cli, int status);

/* Completes the output, checks that all of it arrived, and returns the exit status. */
int cli_finish(struct cli *cli);
