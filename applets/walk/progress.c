/* SPDX-License-Identifier: 0BSD
 *
 * walk --progress.
 */
#include "applets/walk/progress.h"
#include "base/utf8.h"
#include "cli/quote.h"
#include "cli/table.h"
#include "os/clock.h"

enum { PROGRESS_COLUMNS = 40 };

/* The beginning of a path, padded to the same number of columns each time: it overwrites the last
 * one. */
static void add_columns(struct buf *line, const char *path, size_t size) {
    struct buf text = { 0 };
    unsigned column = 0;
    cli_quote_text(&text, path, size, '\0');
    for (size_t at = 0; at < text.len;) {
        unsigned cp, n = base_utf8_decode(text.data + at, text.len - at, &cp);
        if (!n || column + cli_width(cp) > PROGRESS_COLUMNS)
            break;
        buf_add(line, text.data + at, n);
        column += cli_width(cp);
        at += n;
    }
    buf_finish(&text);
    for (; column < PROGRESS_COLUMNS; column++)
        buf_add_char(line, ' ');
}

/* Entries, rate and the directory being read (NULL: at the end). */
static void show(struct walk_progress *p, const char *directory, size_t size) {
    uint64_t entries = atomic_load_explicit(&p->entries, memory_order_relaxed);
    uint64_t elapsed_ms = (uint64_t)(os_monotonic_ns() - p->line.started) / OS_NS_PER_MS;
    struct buf text = { 0 };
    buf_add_uint(&text, entries);
    buf_add_str(&text, " entries, ");
    buf_add_uint(&text, entries * 1000 / (elapsed_ms + 1));
    buf_add_str(&text, "/s ");
    add_columns(&text, directory, size);
    cli_progress_show(&p->line, &text, !directory);
    buf_finish(&text);
}

void walk_progress_init(struct walk_progress *p, const struct cli *cli, bool enabled) {
    cli_progress_init(&p->line, cli, enabled, enabled ? os_monotonic_ns() : 0);
}

void walk_progress_add(struct walk_progress *p, const struct os_walk_entry *e) {
    atomic_fetch_add_explicit(&p->entries, 1, memory_order_relaxed);
    if (cli_progress_is_due(&p->line, os_monotonic_ns()))
        show(p, e->path, e->depth ? e->path_size - e->name_size : e->path_size);
}

void walk_progress_finish(struct walk_progress *p) {
    if (p->line.enabled)
        show(p, NULL, 0);
}
