/* SPDX-License-Identifier: 0BSD
 *
 * From records to a descriptor: format, buffering, lost output. Reports
 * nothing; the caller does.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/io.h"
#include "cli/output.h"

enum { OUTPUT_BLOCK = 65536 };

void cli_output_init(struct cli_output *o) {
    o->fd = STDOUT_FILENO;
    o->bytes = buf_in(o->room, sizeof o->room);
    o->writer.sh_prefix = "os_";
}

static bool wants_color(int when, bool terminal) {
    if (when != CLI_COLOR_AUTO)
        return when == CLI_COLOR_ALWAYS;
    if (!terminal)
        return false;
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return !(no_color && no_color[0]) && !(term && strcmp(term, "dumb") == 0);
}

void cli_redirect(struct cli *cli, int fd, const char *name) {
    struct cli_output *o = cli->output;
    struct winsize size;
    bool is_tty = ioctl(fd, TIOCGWINSZ, &size) == 0;
    o->fd = fd;
    o->name = name;
    o->writer.terminal = is_tty;
    o->writer.color = wants_color(cli->call.common.color, is_tty);
    o->writer.columns = is_tty ? size.ws_col : 0;
}

void cli_output_set_common(struct cli *cli) {
    const struct cli_common *common = &cli->call.common;
    struct cli_writer *w = &cli->output->writer;
    cli->output->command = cli->call.command;
    cli->output->text_errors = !cli->call.format_given;
    w->format = (enum cli_format_id)common->format;
    w->json_bytes = (enum cli_json_bytes)common->json_bytes;
    w->json_int64_strings = common->json_int64;
    w->sh_prefix = common->sh_prefix;
    w->null = common->null;
    cli_redirect(cli, STDOUT_FILENO, NULL);
}

const struct cli_writer *cli_writer(const struct cli *cli) {
    return &cli->output->writer;
}

void cli_set_format(struct cli *cli, enum cli_format_id format) {
    cli->output->text_errors = false;
    cli->output->writer.format = format;
}

uint64_t cli_needs(const struct cli_writer *w) {
    uint64_t needs = 0;
    for (size_t i = 0; i < w->selected; i++)
        needs |= w->fields[w->selection[i]].needs;
    return needs;
}

bool cli_wants(const struct cli_writer *w, unsigned field) {
    return memchr(w->selection, (int)field, w->selected);
}

int cli_output_fd(const struct cli *cli) {
    return cli->output->fd;
}

int cli_output_error(const struct cli *cli) {
    return cli->output->error;
}

void cli_set_output_error(struct cli *cli, int errnum) {
    cli->output->error = errnum;
}

/* ---- writing ---- */

static void write_through(struct cli_output *o, const void *bytes, size_t size) {
    if (!size || o->error)
        return;
    o->written = true;
    int r = base_write_limited(o->fd, bytes, size);
    if (r < 0)
        o->error = -r;
}

static void write_block(struct cli_output *o) {
    write_through(o, o->bytes.data, o->bytes.len);
    buf_clear(&o->bytes);
}

/* False: all output waits for the end. sh prints its one record then, when the status is final. */
static bool align_rows(struct cli_output *o) {
    if (o->writer.format == CLI_FORMAT_TABLE && o->started)
        cli_table_align(&o->writer, &o->widths, &o->cells, &o->bytes);
    return o->writer.format != CLI_FORMAT_SH;
}

void cli_flush(struct cli *cli) {
    if (align_rows(cli->output))
        write_block(cli->output);
}

void cli_flush_into(struct cli *cli, struct buf *b) {
    struct cli_output *o = cli->output;
    if (!align_rows(o))
        return;
    buf_add(b, o->bytes.data, o->bytes.len);
    o->bytes.failed |= b->failed;
    o->written |= o->bytes.len != 0;
    buf_clear(&o->bytes);
}

bool cli_is_broken(const struct cli *cli) {
    const struct cli_output *o = cli->output;
    return o->error || o->bytes.failed || o->cells.failed;
}

void cli_lose_reader(struct cli *cli) {
    if (!cli->output->error)
        cli->output->error = EPIPE;
}

bool cli_ends_quietly(struct cli *cli, int errnum) {
    struct sigaction action;
    sigset_t blocked;
    if (errnum != EPIPE || sigaction(SIGPIPE, NULL, &action) < 0 || action.sa_handler == SIG_IGN)
        return false;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    if (sigismember(&blocked, SIGPIPE))
        return false;
    if (!cli->outcome.signal)
        cli->outcome.signal = SIGPIPE;
    return true;
}

bool cli_write(struct cli *cli, const void *bytes, size_t size) {
    struct cli_output *o = cli->output;
    buf_add(&o->bytes, bytes, size);
    if (o->bytes.len >= OUTPUT_BLOCK)
        write_block(o);
    return !cli_is_broken(cli);
}

bool cli_write_through(struct cli *cli, const void *bytes, size_t size) {
    write_block(cli->output);
    write_through(cli->output, bytes, size);
    return !cli_is_broken(cli);
}

bool cli_write_buf(struct cli *cli, struct buf *b) {
    cli->output->bytes.failed |= b->failed;
    bool whole = cli_write(cli, b->data, b->len);
    buf_clear(b);
    return whole;
}

/* ---- records ---- */

static void start_output(struct cli_output *o) {
    if (o->started)
        return;
    o->started = true;
    cli_format_header(&o->writer, &o->bytes);
}

/* A terminal shows each record at once; a table waits for rows to align. */
static void flush_when_due(struct cli *cli) {
    struct cli_output *o = cli->output;
    bool shown = o->writer.terminal && o->writer.format != CLI_FORMAT_TABLE;
    if (o->bytes.len + o->cells.len >= OUTPUT_BLOCK || shown)
        cli_flush(cli);
}

void cli_output_record(struct cli *cli, const struct cli_value *values) {
    struct cli_output *o = cli->output;
    bool is_table = o->writer.format == CLI_FORMAT_TABLE;
    start_output(o);
    cli_format_record(&o->writer, values, o->records == 0, is_table ? &o->cells : &o->bytes);
    if (o->writer.format == CLI_FORMAT_SH)
        o->error_named = cli_format_sh_names_error(&o->writer, values);
    o->records++;
    flush_when_due(cli);
}

bool cli_emit_formatted(struct cli *cli, struct buf *b) {
    struct cli_output *o = cli->output;
    bool is_table = o->writer.format == CLI_FORMAT_TABLE;
    /* In text, a blank line precedes every record except the first. */
    size_t skip = o->writer.format == CLI_FORMAT_TEXT && o->records == 0;
    start_output(o);
    if (b->len) {
        buf_add(is_table ? &o->cells : &o->bytes, b->data + skip, b->len - skip);
        o->records++;
    }
    o->bytes.failed |= b->failed;
    buf_clear(b);
    flush_when_due(cli);
    return !cli_is_broken(cli);
}

void cli_emit_error(struct cli *cli, const char *error, int errnum, const char *path) {
    struct cli_output *o = cli->output;
    struct buf *b = &o->bytes;
    if (!o->errors_in_place || o->writer.format != CLI_FORMAT_JSON)
        return;
    buf_add_str(b, "{\"path\":");
    if (path)
        cli_quote_json(b, path, strlen(path), o->writer.json_bytes);
    else
        buf_add_str(b, "null");
    buf_add_str(b, ",\"error\":\"");
    buf_add_str(b, error);
    buf_add_str(b, "\",\"errno\":");
    if (errnum)
        buf_add_int(b, errnum);
    else
        buf_add_str(b, "null");
    buf_add_str(b, "}\n");
}

/* ---- the end ---- */

/* A failure unsets the variables of the fields in -F LIST, once the list was found to be valid,
 * otherwise of all fields that the command can print. A record has unset some of them. */
static bool is_unset(const struct cli *cli, const struct cli_command *command, unsigned field,
                     bool record) {
    const struct cli_output *o = cli->output;
    const char *list = cli->call.common.fields;
    bool selected = o->begun && cli_wants(&o->writer, field);
    if (o->begun && list && list[0] != '+')
        return selected && !record;
    return cli_can_print(command, &command->fields[field]) && !(selected && record);
}

/* Appends their names, the first of them after `lead`, and returns whether there are any. They are
 * written in blocks, which need no memory: the failure may be that there is none. */
static bool unset_fields(struct cli *cli, const struct cli_command *command, bool record,
                         const char *lead) {
    struct cli_output *o = cli->output;
    bool any = false;
    for (unsigned i = 0; command && i < command->field_count; i++) {
        const struct cli_field *field = &command->fields[i];
        if (!is_unset(cli, command, i, record) || strcmp(field->name, "error") == 0)
            continue;
        buf_add_str(&o->bytes, any ? "" : lead);
        cli_format_sh_unset_field(&o->writer, field, &o->bytes);
        any = true;
        if (o->bytes.len >= sizeof o->room / 2)
            write_block(o);
    }
    return any;
}

/* Replaces the output by code that unsets variables and makes eval fail. */
static void fail_sh(struct cli *cli, const char *error, int status) {
    struct cli_output *o = cli->output;
    buf_finish(&o->bytes);
    o->bytes = buf_in(o->room, sizeof o->room);
    cli_format_sh_unset(&o->writer, &o->bytes);
    unset_fields(cli, o->command, false, "");
    unset_fields(cli, o->verb, false, "");
    buf_add_str(&o->bytes, "; ");
    cli_format_sh_error(&o->writer, error, status, &o->bytes);
    write_block(o);
}

/* The record reports the failure: it is kept, and eval fails nevertheless. */
static void finish_failed_record(struct cli *cli) {
    struct cli_output *o = cli->output;
    const struct cli_outcome *outcome = &cli->outcome;
    if (unset_fields(cli, o->command, true, "unset"))
        buf_add_char(&o->bytes, '\n');
    if (o->error_named)
        cli_format_sh_status(outcome->status, &o->bytes);
    else
        cli_format_sh_error(&o->writer, outcome->error, outcome->status, &o->bytes);
}

/* Completes the output of -o sh, which has one record. */
static void finish_sh(struct cli *cli) {
    struct cli_output *o = cli->output;
    const struct cli_outcome *outcome = &cli->outcome;
    bool reports = o->records && cli->call.command->failure_views >> o->view & 1;
    if (o->bytes.failed) {
        fail_sh(cli, "ENOMEM", CLI_EX_IOERR);
        o->error = ENOMEM;
    } else if (outcome->error && !reports) {
        fail_sh(cli, outcome->error, outcome->status);
    } else if (outcome->error) {
        finish_failed_record(cli);
    } else if (!o->records && o->begun) {
        cli_format_sh_none(&o->writer, &o->bytes);
    }
}

void cli_output_complete(struct cli *cli) {
    struct cli_output *o = cli->output;
    if (o->begun) /* there is a header even without records */
        start_output(o);
    if (o->writer.format == CLI_FORMAT_SH)
        finish_sh(cli);
    else
        align_rows(o);
    write_block(o);
    if (!o->error && o->bytes.failed)
        o->error = ENOMEM;
}

void cli_output_finish(struct cli_output *o) {
    buf_finish(&o->bytes);
    buf_finish(&o->cells);
    vec_finish(&o->widths);
}

void cli_output_close(struct cli_output *o) {
    /* close(2) reports what the kernel failed to write later: NFS, quota. */
    if (!o->error && o->written && close(o->fd) < 0 && errno != EINTR)
        o->error = errno;
}
