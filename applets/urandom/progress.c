/* SPDX-License-Identifier: 0BSD
 *
 * osbox urandom: --progress and --stats.
 */
#include <unistd.h>

#include "applets/urandom/urandom.h"
#include "base/io.h"
#include "os/clock.h"

enum { PROGRESS_NS = 200000000 };

static void show_progress(struct urandom_run *u, int64_t now, const char *end) {
    struct buf line = { 0 };
    uint64_t ms = (uint64_t)(now - u->started) / OS_NS_PER_MS + 1;
    buf_add_str(&line, "\rurandom: ");
    buf_add_uint(&line, u->done);
    buf_add_str(&line, " of ");
    buf_add_uint(&line, u->total);
    buf_add_str(&line, u->counts_bytes ? " bytes, " : " values, ");
    buf_add_uint(&line, u->done / ms * 1000 + u->done % ms * 1000 / ms);
    buf_add_str(&line, "/s ");
    buf_add_str(&line, end);
    if (!line.failed)
        base_write(STDERR_FILENO, line.data, line.len);
    buf_finish(&line);
    u->shown = now;
}

void urandom_start_count(struct urandom_run *u, uint64_t total) {
    u->total = total;
    u->started = u->shown = os_monotonic_ns();
}

void urandom_count(struct urandom_run *u, uint64_t more) {
    u->done += more;
    if (!u->args->progress)
        return;
    int64_t now = os_monotonic_ns();
    if (now - u->shown > PROGRESS_NS)
        show_progress(u, now, "");
}

void urandom_finish_count(struct urandom_run *u) {
    if (u->args->progress)
        show_progress(u, os_monotonic_ns(), "\n");
}

static void add_stat(struct buf *line, bool json, const char *name, uint64_t value) {
    buf_add_str(line, json ? ",\"" : " ");
    buf_add_str(line, name);
    buf_add_str(line, json ? "\":" : "=");
    buf_add_uint(line, value);
}

void urandom_show_stats(const struct urandom_run *u) {
    const struct os_random *r = &u->random;
    const char *source = r->calls ? os_random_source_name(r->source) : "none";
    bool json = u->cli->call.common.format == CLI_FORMAT_JSON;
    struct buf line = { 0 };
    buf_add_str(&line, json ? "{\"applet\":\"urandom\",\"source\":\"" : "urandom: source=");
    buf_add_str(&line, source);
    if (json)
        buf_add_char(&line, '"');
    add_stat(&line, json, "calls", r->calls);
    add_stat(&line, json, "interrupted", r->interrupted);
    add_stat(&line, json, "partial", r->partial);
    add_stat(&line, json, "bytes", r->bytes);
    add_stat(&line, json, "bits", u->bits);
    add_stat(&line, json, "threads", r->threads ? r->threads : 1);
    buf_add_str(&line, json ? "}\n" : "\n");
    cli_warn(u->cli, &line);
    buf_finish(&line);
}
