/* SPDX-License-Identifier: 0BSD
 *
 * The table format: aligned columns.
 */
#include "cli/table.h"
#include "base/utf8.h"

enum { TABLE_GAP = 2 };

static unsigned text_width(const char *text, size_t size) {
    unsigned width = 0;
    for (size_t at = 0; at < size;) {
        uint32_t cp;
        unsigned n = base_utf8_decode(text + at, size - at, &cp);
        width += n ? cli_width(cp) : 1;
        at += n ? n : 1;
    }
    return width;
}

static bool is_right_aligned(const struct cli_field *field) {
    switch ((enum cli_type)field->type) {
    case CLI_INT:
    case CLI_UINT:
    case CLI_MODE:
    case CLI_MASK:
    case CLI_TIMESPEC:
    case CLI_TIMESPEC_NS:
    case CLI_DURATION:
    case CLI_DURATION_NS:
        return true;
    default:
        return false;
    }
}

static bool measure_columns(const struct cli_writer *w, const struct buf *cells,
                            struct cli_table_widths *widths) {
    if (!vec_reserve(widths, w->selected))
        return false;
    for (size_t i = 0; i < w->selected; i++) {
        const char *name = w->fields[w->selection[i]].name;
        widths->items[widths->count++] = text_width(name, strlen(name));
    }
    size_t column = 0;
    for (size_t at = 0; at < cells->len;) {
        size_t size = strlen(cells->data + at);
        unsigned width = text_width(cells->data + at, size);
        if (width > widths->items[column])
            widths->items[column] = width;
        at += size + 1;
        column = column + 1 < w->selected ? column + 1 : 0;
    }
    return true;
}

/* Cuts the line that begins at `start` to the terminal's width, with an ellipsis. */
static void cut_line(const struct cli_writer *w, struct buf *b, size_t start) {
    if (!w->columns || text_width(b->data + start, b->len - start) <= w->columns)
        return;
    unsigned width = 0;
    size_t at = start;
    while (at < b->len) {
        uint32_t cp;
        unsigned n = base_utf8_decode(b->data + at, b->len - at, &cp);
        unsigned cell = n ? cli_width(cp) : 1;
        if (width + cell + 1 > w->columns)
            break;
        width += cell;
        at += n ? n : 1;
    }
    b->len = at;
    buf_add_str(b, "\xe2\x80\xa6"); /* U+2026 */
}

static void add_spaces(struct buf *b, unsigned count) {
    while (count--)
        buf_add_char(b, ' ');
}

/* Appends one line of cells. Returns the offset after the last one. */
static size_t add_line(const struct cli_writer *w, const struct cli_table_widths *widths,
                       const char *cells, struct buf *b) {
    size_t at = 0, start = b->len;
    for (size_t i = 0; i < w->selected; i++) {
        size_t size = strlen(cells + at);
        unsigned width = text_width(cells + at, size);
        unsigned pad = width < widths->items[i] ? widths->items[i] - width : 0;
        bool right = is_right_aligned(&w->fields[w->selection[i]]);
        bool last = i + 1 == w->selected;
        add_spaces(b, right ? pad : 0);
        buf_add(b, cells + at, size);
        if (!last)
            add_spaces(b, (right ? 0 : pad) + TABLE_GAP);
        at += size + 1;
    }
    if (!b->failed)
        cut_line(w, b, start);
    return at;
}

static void add_header(const struct cli_writer *w, const struct cli_table_widths *widths,
                       struct buf *b) {
    struct buf names = { 0 };
    for (size_t i = 0; i < w->selected; i++) {
        buf_add_str(&names, w->fields[w->selection[i]].name);
        buf_add_char(&names, '\0');
    }
    if (w->color)
        buf_add_str(b, "\033[1m");
    if (!names.failed)
        add_line(w, widths, names.data, b);
    if (w->color)
        buf_add_str(b, "\033[0m");
    buf_add_char(b, '\n');
    b->failed |= names.failed;
    buf_finish(&names);
}

void cli_table_align(const struct cli_writer *w, struct cli_table_widths *widths, struct buf *cells,
                     struct buf *bytes) {
    bool first = widths->count == 0;
    if (cells->failed || (first && !measure_columns(w, cells, widths))) {
        bytes->failed = true;
        return;
    }
    if (first)
        add_header(w, widths, bytes);
    for (size_t at = 0; at < cells->len;) {
        at += add_line(w, widths, cells->data + at, bytes);
        buf_add_char(bytes, '\n');
    }
    buf_clear(cells);
}
