/* SPDX-License-Identifier: 0BSD
 *
 * The output formats: how a record becomes bytes. A writer is set up once and
 * then constant, so that several threads can format records with it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "cli/option.h"
#include "cli/quote.h"
#include "cli/record.h"

enum cli_format_id {
    CLI_FORMAT_TEXT,
    CLI_FORMAT_JSON,
    CLI_FORMAT_CSV,
    CLI_FORMAT_TSV,
    CLI_FORMAT_SH,
    CLI_FORMAT_VALUE,
    CLI_FORMAT_TABLE,
    CLI_FORMAT_RAW, /* no records: the applet writes the bytes themselves */
};

/* The formats by name: those of records; and with raw, for commands whose default it is. */
extern const struct cli_choice cli_formats[], cli_formats_and_raw[];

/* Returns the name of a format, such as "json". */
const char *cli_format_name(enum cli_format_id id);

enum { CLI_FIELDS_MAX = 128 };

/* How records are written. */
struct cli_writer {
    const struct cli_field *fields;    /* the command's field table */
    uint8_t selection[CLI_FIELDS_MAX]; /* indices into it, in output order */
    size_t selected;
    enum cli_format_id format;
    enum cli_json_bytes json_bytes;
    bool json_int64_strings;
    bool null;     /* value: NUL after each value */
    bool terminal; /* stdout is one: escape, cut */
    bool color;
    unsigned columns; /* of the terminal; 0: do not cut */
    const char *sh_prefix;
};

/* Returns the `needs` of all selected fields together. */
uint64_t cli_needs(const struct cli_writer *w);

/* Returns whether the field with that index is selected. */
bool cli_wants(const struct cli_writer *w, unsigned field);

/* Appends what precedes the first record: a header line, or nothing. */
void cli_format_header(const struct cli_writer *w, struct buf *b);

/* Appends one record; `first` is true for the first one (text separates records by a blank line).
 * In table format these are the cells, each with a NUL; cli_table_align() aligns them. */
void cli_format_record(const struct cli_writer *w, const struct cli_value *values, bool first,
                       struct buf *b);

/* Appends what sh prints if there is no record: `unset` of every selected name, as a line. */
void cli_format_sh_none(const struct cli_writer *w, struct buf *b);

/* Appends the beginning of that, `unset` of the error's name, and the names of one more field. */
void cli_format_sh_unset(const struct cli_writer *w, struct buf *b);
void cli_format_sh_unset_field(const struct cli_writer *w, const struct cli_field *field,
                               struct buf *b);

/* Appends the error's name and the status that eval returns, as a line. */
void cli_format_sh_error(const struct cli_writer *w, const char *error, int status, struct buf *b);

/* Appends the status alone, if the record has set the error's name. */
void cli_format_sh_status(int status, struct buf *b);

/* Returns whether a record sets the error's name: that is one of its fields, and not null. */
bool cli_format_sh_names_error(const struct cli_writer *w, const struct cli_value *values);
