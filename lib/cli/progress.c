/* SPDX-License-Identifier: 0BSD
 *
 * --progress.
 */
#include <unistd.h>

#include "base/io.h"
#include "cli/progress.h"

void cli_progress_init(struct cli_progress *p, const struct cli *cli, bool enabled, int64_t now) {
    p->label = cli->call.label;
    p->enabled = enabled;
    p->started = now;
    atomic_init(&p->shown_at, now);
}

bool cli_progress_is_due(struct cli_progress *p, int64_t now) {
    long long shown_at = atomic_load_explicit(&p->shown_at, memory_order_relaxed);
    return p->enabled && now > shown_at + CLI_PROGRESS_NS &&
           atomic_compare_exchange_strong(&p->shown_at, &shown_at, now);
}

void cli_progress_show(const struct cli_progress *p, const struct buf *text, bool last) {
    struct buf line = { 0 };
    buf_add_char(&line, '\r');
    buf_add_str(&line, p->label);
    buf_add_str(&line, ": ");
    buf_add(&line, text->data, text->len);
    if (last)
        buf_add_char(&line, '\n');
    if (!line.failed && !text->failed)
        base_write_limited(STDERR_FILENO, line.data, line.len);
    buf_finish(&line);
}
