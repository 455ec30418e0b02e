/* SPDX-License-Identifier: 0BSD
 *
 * popen: the records: how the command ended and what it wrote, or each of its lines.
 */
#include "applets/popen/run.h"
#include "os/clock.h"

enum { RESULT = 1 << POPEN_VIEW_RESULT, EVENT = 1 << POPEN_VIEW_EVENT };

const struct cli_field popen_fields[] = {
    [POPEN_STDOUT] = { .name = "stdout",
                       .type = CLI_BYTES,
                       .views = RESULT,
                       .defaults = RESULT,
                       .may_hold_nul = true,
                       .help = "what it wrote; null where it is not captured" },
    [POPEN_STDERR] = { .name = "stderr",
                       .type = CLI_BYTES,
                       .views = RESULT,
                       .defaults = RESULT,
                       .may_hold_nul = true,
                       .help = "the same of standard error" },
    WAIT_ROWS(POPEN_WAIT, RESULT, EVENT, EVENT, 0),
    [POPEN_CLOSE_VALUE] = WAIT_FIELD(RESULT, "close", CLI_INT,
                                     "as os.popen(...).close(): null, or exitcode times 256"),
    [POPEN_TRUNCATED] =
        WAIT_FIELD(RESULT, "truncated", CLI_BOOL, "whether there was more than --limit"),
    [POPEN_STDOUT_BYTES] = WAIT_FIELD(RESULT, "stdout_bytes", CLI_UINT, "how much it wrote in all"),
    [POPEN_STDERR_BYTES] =
        WAIT_FIELD(RESULT, "stderr_bytes", CLI_UINT, "the same of standard error"),
    [POPEN_LEAKED_WRITERS] =
        WAIT_FIELD(RESULT, "leaked_writers", CLI_INT,
                   "streams that somebody else held when they were no longer waited for"),
    [POPEN_EVENT] = WAIT_FIELD(EVENT, "event", CLI_ENUM, "data, or exit"),
    [POPEN_STREAM] = WAIT_FIELD(EVENT, "stream", CLI_ENUM, "stdout or stderr"),
    [POPEN_MONOTONIC_NS] =
        WAIT_FIELD(EVENT, "monotonic_ns", CLI_INT, "when, on the clock of time.monotonic_ns"),
    [POPEN_DATA] = { .name = "data",
                     .type = CLI_BYTES,
                     .views = EVENT,
                     .defaults = EVENT,
                     .may_hold_nul = true,
                     .help = "a line with its newline, or a part of one" },
    [POPEN_PARTIAL] = WAIT_FIELD(EVENT, "partial", CLI_BOOL, "whether the line goes on"),
    START_ROWS(POPEN_START, RESULT | EVENT),
    STEP_ROWS(POPEN_WHY, RESULT, 0),
};

void popen_emit_event(struct popen_run *p, const struct popen_stream *s, bool partial) {
    struct cli_value values[POPEN_FIELDS] = { 0 };
    values[POPEN_WAIT + WAIT_PID] = cli_int(p->child.pid);
    values[POPEN_EVENT] = cli_str("data");
    values[POPEN_STREAM] = cli_str(s->name);
    values[POPEN_MONOTONIC_NS] = cli_int(s->line_time);
    values[POPEN_DATA] = cli_bytes(s->line.data, s->line.len);
    values[POPEN_PARTIAL] = cli_bool(partial);
    if (p->events.lost)
        return;
    cli_emit(p->cli, values);
    cli_flush_into(p->cli, &p->events.pending);
}

/* As os.popen: None for success, or the exit code in the high byte, negative for a signal. */
static struct cli_value close_value(const struct os_wait_status *r) {
    int exitcode = os_wait_exitcode(r);
    return exitcode ? cli_int((int64_t)exitcode * 256) : cli_null();
}

static void fill_stream(struct popen_run *p, const struct popen_stream *s, struct cli_value *data,
                        struct cli_value *bytes) {
    struct base_error e;
    *bytes = cli_uint(s->total);
    if (!s->captured)
        return;
    if (!s->forgotten) {
        *data = cli_bytes(s->kept, s->kept_size);
        return;
    }
    base_fail(&e, s->forgotten, "malloc", s->name);
    cli_report_as(p->cli, CLI_EX_IOERR, &e);
}

void popen_emit_result(struct popen_run *p) {
    struct cli_value values[POPEN_FIELDS] = { 0 };
    char name[16];
    int64_t leaked = 0;
    bool truncated = false;
    program_fill(&p->child, name, values + POPEN_WAIT);
    program_fill_start(&p->start, values + POPEN_START);
    values[POPEN_CLOSE_VALUE] = close_value(&p->child.result);
    for (unsigned i = 0; i < p->count; i++) {
        struct popen_stream *s = &p->streams[i];
        bool is_error = popen_is_stderr(s);
        fill_stream(p, s, &values[is_error ? POPEN_STDERR : POPEN_STDOUT],
                    &values[is_error ? POPEN_STDERR_BYTES : POPEN_STDOUT_BYTES]);
        leaked += s->leaked;
        truncated = truncated || s->total > s->limit;
    }
    values[POPEN_TRUNCATED] = cli_bool(truncated);
    values[POPEN_LEAKED_WRITERS] = cli_int(leaked);
    values[POPEN_EVENT] = cli_str("exit");
    values[POPEN_MONOTONIC_NS] = cli_int(os_monotonic_ns());
    cli_emit(p->cli, values);
}
