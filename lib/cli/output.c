/* SPDX-License-Identifier: 0BSD
 *
 * From the applet's records to stdout: choice of fields and format, buffering,
 * the end of a run.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/io.h"
#include "cli/cli.h"
#include "cli/diag.h"
#include "cli/fields.h"
#include "cli/table.h"

enum { OUTPUT_BLOCK = 65536 };

static bool wants_color(const struct cli *cli, bool terminal) {
    if (cli->common.color != CLI_COLOR_AUTO)
        return cli->common.color == CLI_COLOR_ALWAYS;
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return terminal && !(no_color && no_color[0]) && !(term && strcmp(term, "dumb") == 0);
}

void cli_redirect(struct cli *cli, int fd, const char *name) {
    struct winsize size;
    bool is_tty = ioctl(fd, TIOCGWINSZ, &size) == 0;
    cli->output.fd = fd;
    cli->output.name = name;
    cli->writer.terminal = is_tty;
    cli->writer.color = wants_color(cli, is_tty);
    cli->writer.columns = is_tty ? size.ws_col : 0;
}

void cli_set_format(struct cli *cli, enum cli_format_id format) {
    cli->common.format = (int)format;
    cli->text_errors = false;
    cli->writer.format = format;
}

bool cli_check_null(struct cli *cli) {
    if (!cli->common.null || cli->writer.format == CLI_FORMAT_VALUE)
        return true;
    cli_usage(cli, "--null", "goes with -o value or -g only");
    return false;
}

bool cli_begin(struct cli *cli, unsigned view) {
    struct cli_writer *w = &cli->writer;
    w->fields = cli->command->fields;
    if (!cli_select_fields(cli, view))
        return false;
    if (!cli_check_null(cli))
        return false;
    cli->output.begun = true;
    return true;
}

bool cli_expect_records(struct cli *cli, size_t count) {
    if (cli->writer.format != CLI_FORMAT_SH || count == 1)
        return true;
    cli_usage(cli, "-o sh", "prints one record, not several");
    return false;
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

/* sh prints its one record at the end, when it is known that all went well. */
static void write_block(struct cli_output *o) {
    if (o->bytes.len && !o->error) {
        o->written = true;
        int r = base_write(o->fd, o->bytes.data, o->bytes.len);
        if (r < 0)
            o->error = -r;
    }
    buf_clear(&o->bytes);
}

/* False: all waits for the end. */
static bool align_rows(struct cli *cli) {
    if (cli->writer.format == CLI_FORMAT_TABLE && cli->output.started)
        cli_table_flush(&cli->writer, &cli->output);
    return cli->writer.format != CLI_FORMAT_SH;
}

void cli_flush(struct cli *cli) {
    if (align_rows(cli))
        write_block(&cli->output);
}

void cli_flush_into(struct cli *cli, struct buf *b) {
    struct buf *bytes = &cli->output.bytes;
    if (!align_rows(cli))
        return;
    buf_add(b, bytes->data, bytes->len);
    bytes->failed |= b->failed;
    cli->output.written |= bytes->len != 0;
    buf_clear(bytes);
}

bool cli_is_broken(const struct cli *cli) {
    return cli->output.error || cli->output.bytes.failed || cli->output.cells.failed;
}

void cli_lose_reader(struct cli *cli) {
    (void)raise(SIGPIPE);
    if (!cli->output.error)
        cli->output.error = EPIPE;
}

static void start_output(struct cli *cli) {
    if (cli->output.started)
        return;
    cli->output.started = true;
    cli_format_header(&cli->writer, &cli->output.bytes);
}

void cli_emit(struct cli *cli, const struct cli_value *values) {
    struct cli_output *o = &cli->output;
    bool is_table = cli->writer.format == CLI_FORMAT_TABLE;
    if (cli->writer.format == CLI_FORMAT_SH && o->records) {
        if (!cli->error) /* said once */
            cli_expect_records(cli, 2);
        return;
    }
    start_output(cli);
    cli_format_record(&cli->writer, values, o->records == 0, is_table ? &o->cells : &o->bytes);
    o->records++;
    /* A terminal shows each record at once; a table waits for rows to align. */
    if (o->bytes.len + o->cells.len >= OUTPUT_BLOCK || (cli->writer.terminal && !is_table))
        cli_flush(cli);
}

bool cli_emit_formatted(struct cli *cli, struct buf *b) {
    struct cli_output *o = &cli->output;
    bool is_table = cli->writer.format == CLI_FORMAT_TABLE;
    /* In text, a blank line comes before all records but the first. */
    size_t skip = cli->writer.format == CLI_FORMAT_TEXT && o->records == 0;
    start_output(cli);
    if (b->len) {
        buf_add(is_table ? &o->cells : &o->bytes, b->data + skip, b->len - skip);
        o->records++;
    }
    o->bytes.failed |= b->failed;
    buf_clear(b);
    if (o->bytes.len + o->cells.len >= OUTPUT_BLOCK || (cli->writer.terminal && !is_table))
        cli_flush(cli);
    return !cli_is_broken(cli);
}

void cli_emit_error(struct cli *cli, const char *error, int errnum, const char *path) {
    struct buf *b = &cli->output.bytes;
    if (!cli->errors_in_place || cli->writer.format != CLI_FORMAT_JSON)
        return;
    buf_add_str(b, "{\"path\":");
    if (path)
        cli_quote_json(b, path, strlen(path), cli->writer.json_bytes);
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

/* What -o sh prints at the end: the record, or what leaves no stale variable and, after an error,
 * makes eval fail. */
static void finish_sh(struct cli *cli) {
    struct cli_output *o = &cli->output;
    bool complete = !cli->error || cli->record_tells_error;
    if (complete && cli->error && o->records)
        cli_format_sh_failure(&cli->writer, cli->error, cli->status, &o->bytes);
    if (complete && (o->records || !o->begun))
        return;
    buf_clear(&o->bytes);
    cli_format_sh_none(&cli->writer, cli->error, cli->status, &o->bytes);
}

int cli_finish(struct cli *cli) {
    struct cli_output *o = &cli->output;
    if (o->begun) /* a header comes also without records */
        start_output(cli);
    if (cli->writer.format == CLI_FORMAT_SH)
        finish_sh(cli);
    else if (cli->writer.format == CLI_FORMAT_TABLE && o->started)
        cli_table_flush(&cli->writer, o);
    write_block(o);
    if (!o->error && o->bytes.failed)
        o->error = ENOMEM;
    /* close(2) reports what the kernel could not write later: NFS, quota. */
    if (!o->error && o->written && close(o->fd) < 0 && errno != EINTR)
        o->error = errno;
    if (o->error) {
        struct base_error lost;
        base_fail(&lost, o->error, "write", o->name);
        lost.fd = o->name ? -1 : o->fd;
        cli_diagnose(cli, &lost);
        cli->status = CLI_EX_IOERR;
    }
    return cli->status;
}
