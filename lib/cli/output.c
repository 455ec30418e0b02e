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
    int r = base_write(o->fd, bytes, size);
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

/* Completes the output of -o sh: the record, or else code that unsets all variables and, after an
 * error, makes eval fail. */
static void finish_sh(struct cli *cli) {
    struct cli_output *o = cli->output;
    const struct cli_outcome *outcome = &cli->outcome;
    bool reported = o->begun && cli->call.command->failure_views >> o->view & 1;
    bool complete = !outcome->error || reported;
    if (complete && outcome->error && o->records)
        cli_format_sh_failure(&o->writer, outcome->error, outcome->status, &o->bytes);
    if (complete && (o->records || !o->begun))
        return;
    buf_clear(&o->bytes);
    cli_format_sh_none(&o->writer, outcome->error, outcome->status, &o->bytes);
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
