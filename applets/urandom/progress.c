/* SPDX-License-Identifier: 0BSD
 *
 * osbox urandom: --progress and --stats.
 */
#include "applets/urandom/urandom.h"
#include "os/clock.h"

static void show_progress(struct urandom_run *u, int64_t now, bool last) {
    struct buf text = { 0 };
    uint64_t ms = (uint64_t)(now - u->progress.started) / OS_NS_PER_MS + 1;
    buf_add_uint(&text, u->done);
    buf_add_str(&text, " of ");
    buf_add_uint(&text, u->total);
    buf_add_str(&text, u->counts_bytes ? " bytes, " : " values, ");
    buf_add_uint(&text, u->done / ms * 1000 + u->done % ms * 1000 / ms);
    buf_add_str(&text, "/s ");
    cli_progress_show(&u->progress, &text, last);
    buf_finish(&text);
}

void urandom_start_count(struct urandom_run *u, uint64_t total) {
    u->total = total;
    cli_progress_init(&u->progress, u->cli, u->args->progress, os_monotonic_ns());
}

void urandom_count(struct urandom_run *u, uint64_t more) {
    u->done += more;
    if (!u->progress.enabled)
        return;
    int64_t now = os_monotonic_ns();
    if (cli_progress_is_due(&u->progress, now))
        show_progress(u, now, false);
}

void urandom_finish_count(struct urandom_run *u) {
    if (u->progress.enabled)
        show_progress(u, os_monotonic_ns(), true);
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
