/* SPDX-License-Identifier: 0BSD
 *
 * Diagnostics and their effect on the exit status.
 */
#include <errno.h>
#include <signal.h>
#include <sys/capability.h>
#include <unistd.h>

#include "base/io.h"
#include "cli/diag.h"
#include "cli/output.h"

/* A diagnostic before it is formatted. */
struct diagnostic {
    const char *error;     /* ENOENT, EX_USAGE */
    int errnum;            /* 0: not an errno */
    const char *operation; /* NULL: none */
    const char *path;      /* NULL: none */
    const char *path2;
    const char *message;
    int fd;         /* -1: none */
    int step;       /* -1: none */
    int capability; /* -1: none */
    const char *hint;
};

static void add_quoted(struct buf *b, const char *name) {
    buf_add_char(b, '\'');
    cli_quote_text(b, name, strlen(name), '\0');
    buf_add_char(b, '\'');
}

/* "CAP_SYS_NICE", as written in capabilities(7). */
static void add_capability(struct buf *b, int capability) {
    char *name = cap_to_name(capability);
    for (const char *p = name; p && *p; p++)
        buf_add_char(b, (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p));
    cap_free(name);
}

static void add_text_form(struct buf *b, const struct cli *cli, const struct diagnostic *d) {
    buf_add_str(b, cli->call.label);
    buf_add_str(b, ": ");
    if (d->step >= 0) {
        buf_add_str(b, d->operation);
        buf_add_str(b, ": ");
    }
    if (d->fd >= 0) {
        buf_add_str(b, "descriptor ");
        buf_add_int(b, d->fd);
        buf_add_str(b, ": ");
    }
    if (d->path) {
        add_quoted(b, d->path);
        buf_add_str(b, ": ");
    }
    if (d->path2) {
        add_quoted(b, d->path2);
        buf_add_str(b, ": ");
    }
    buf_add_str(b, d->message);
    if (d->errnum) {
        buf_add_str(b, " [");
        buf_add_str(b, d->error);
        buf_add_char(b, ']');
    }
    if (d->capability >= 0) {
        buf_add_str(b, " (needs ");
        add_capability(b, d->capability);
        buf_add_char(b, ')');
    }
    if (d->hint) {
        buf_add_str(b, " (");
        buf_add_str(b, d->hint);
        buf_add_char(b, ')');
    }
}

static void add_member(struct buf *b, const struct cli *cli, const char *name, const char *text) {
    buf_add_char(b, b->data && b->len > 1 ? ',' : '{');
    buf_add_char(b, '"');
    buf_add_str(b, name);
    buf_add_str(b, "\":");
    if (text)
        cli_quote_json(b, text, strlen(text), (enum cli_json_bytes)cli->call.common.json_bytes);
    else
        buf_add_str(b, "null");
}

static void add_json_form(struct buf *b, const struct cli *cli, const struct diagnostic *d) {
    add_member(b, cli, "error", d->error);
    buf_add_str(b, ",\"errno\":");
    if (d->errnum)
        buf_add_int(b, d->errnum);
    else
        buf_add_str(b, "null");
    add_member(b, cli, "applet", cli->call.label);
    add_member(b, cli, "operation", d->operation);
    if (d->step >= 0) {
        buf_add_str(b, ",\"step\":");
        buf_add_int(b, d->step);
    }
    add_member(b, cli, "path", d->path);
    if (d->path2)
        add_member(b, cli, "path2", d->path2);
    if (d->fd >= 0) {
        buf_add_str(b, ",\"fd\":");
        buf_add_int(b, d->fd);
    }
    add_member(b, cli, "message", d->message);
    if (d->capability >= 0) {
        buf_add_str(b, ",\"capability\":\"");
        add_capability(b, d->capability);
        buf_add_char(b, '"');
    }
    if (d->hint)
        add_member(b, cli, "hint", d->hint);
    buf_add_char(b, '}');
}

/* Whether diagnostics are objects: json was requested, or is the only format. */
static bool is_json(const struct cli *cli) {
    return cli->output->writer.format == CLI_FORMAT_JSON && !cli->output->text_errors;
}

static bool runs_program(const struct cli *cli) {
    return (cli->call.command && cli->call.command->runs_program) || cli->call.program;
}

/* Writes to standard error with SIGPIPE held back, so that the record can be completed first. */
static int write_before_record(struct cli *cli, const char *text, size_t size) {
    const struct timespec no_wait = { 0, 0 };
    sigset_t pipe, before;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    int r = base_write_limited(STDERR_FILENO, text, size);
    if (r == -EPIPE)
        sigtimedwait(&pipe, NULL, &no_wait);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (r == -EPIPE)
        cli_ends_quietly(cli, EPIPE);
    return r;
}

/* A command that runs a program may still have a record to write. */
static int write_error(struct cli *cli, const char *text, size_t size) {
    if (runs_program(cli))
        return write_before_record(cli, text, size);
    return base_write_limited(STDERR_FILENO, text, size);
}

/* Earlier output must come first even if both streams are the same file. */
static void write_diagnostic(struct cli *cli, const struct diagnostic *d) {
    struct buf line = { 0 };
    if (is_json(cli))
        add_json_form(&line, cli, d);
    else
        add_text_form(&line, cli, d);
    buf_add_char(&line, '\n');
    cli_flush(cli);
    if (line.failed || !d->message) /* no memory for the names: report at least the error */
        write_error(cli, "osbox: out of memory\n", 21);
    else
        write_error(cli, line.data, line.len);
    buf_finish(&line);
}

static void set_error(struct cli *cli, int status, const char *error, int errnum) {
    if (cli->outcome.error)
        return;
    cli->outcome.status = status;
    cli->outcome.error = error;
    cli->outcome.errnum = errnum;
}

/* A script distinguishes the failure of a program from the failure to run it by the status. */
static int failure_status(const struct cli *cli, int status) {
    return runs_program(cli) && !cli->outcome.program_ran ? CLI_EX_RUN : status;
}

/* libc's texts are misleading for what the kernel did differently from what was requested, which a
 * step or a hint tells from an error of the kernel, and for what took too long without being a
 * connection. */
static const char *message_of(const struct base_error *error) {
    if ((error->step >= 0 || error->hint) && error->errnum == EPROTO)
        return "the kernel did not do all of it";
    if (error->errnum == ETIMEDOUT)
        return "timed out";
    return strerror(error->errnum);
}

void cli_diagnose(struct cli *cli, const struct base_error *error) {
    struct diagnostic d = {
        .error = cli_errno_name(error->errnum),
        .errnum = error->errnum,
        .operation = error->operation,
        .path = error->path,
        .path2 = error->path2,
        .fd = error->fd,
        .step = error->step,
        .message = message_of(error),
        .capability = error->capability,
        .hint = error->hint,
    };
    write_diagnostic(cli, &d);
}

void cli_report_as(struct cli *cli, int status, const struct base_error *error) {
    cli_diagnose(cli, error);
    set_error(cli, status, cli_errno_name(error->errnum), error->errnum);
}

void cli_report_part(struct cli *cli, const struct base_error *error) {
    cli_report_as(cli, failure_status(cli, cli_errno_status(error->errnum)), error);
}

void cli_report(struct cli *cli, const struct base_error *error) {
    cli_report_part(cli, error);
    cli_emit_error(cli, cli_errno_name(error->errnum), error->errnum, error->path);
}

void cli_complain(struct cli *cli, int status, const char *path, const char *message) {
    struct diagnostic d = {
        .error = cli_status_name(status),
        .path = path,
        .message = message,
        .fd = -1,
        .step = -1,
        .capability = -1,
    };
    write_diagnostic(cli, &d);
    cli_emit_error(cli, d.error, 0, path);
    set_error(cli, failure_status(cli, status), d.error, 0);
}

void cli_usage(struct cli *cli, const char *object, const char *message) {
    struct buf text = { 0 };
    if (object) {
        add_quoted(&text, object);
        buf_add_str(&text, ": ");
    }
    buf_add_str(&text, message);
    struct diagnostic d = {
        .error = cli_status_name(CLI_EX_USAGE),
        .operation = "usage",
        .message = buf_cstr(&text),
        .fd = -1,
        .step = -1,
        .capability = -1,
    };
    write_diagnostic(cli, &d);
    set_error(cli, failure_status(cli, CLI_EX_USAGE), d.error, 0);
    buf_finish(&text);
}

void cli_answer(struct cli *cli, int status) {
    if (!cli->outcome.error)
        cli->outcome.status = status;
}

void cli_report_lost(struct cli *cli, int fd, int errnum) {
    struct base_error e;
    if (cli_ends_quietly(cli, errnum))
        return;
    base_fail(&e, errnum, "write", NULL);
    e.fd = fd;
    cli_report_as(cli, CLI_EX_IOERR, &e);
}

void cli_warn(struct cli *cli, const struct buf *text) {
    int r = text->failed ? -ENOMEM : write_error(cli, text->data, text->len);
    if (r < 0)
        cli_report_lost(cli, STDERR_FILENO, -r);
}

void cli_note(struct cli *cli, const char *text) {
    struct buf line = { 0 };
    if (cli->output->writer.format == CLI_FORMAT_JSON) {
        add_member(&line, cli, "applet", cli->call.label);
        add_member(&line, cli, "note", text);
        buf_add_char(&line, '}');
    } else {
        buf_add_str(&line, cli->call.label);
        buf_add_str(&line, ": note: ");
        buf_add_str(&line, text);
    }
    buf_add_char(&line, '\n');
    if (!line.failed)
        write_error(cli, line.data, line.len);
    buf_finish(&line);
}
