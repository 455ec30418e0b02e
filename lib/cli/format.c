/* SPDX-License-Identifier: 0BSD
 *
 * The output formats: text, json, csv, tsv, sh, value, table. An applet writes
 * raw output itself.
 */
#include "cli/format.h"
#include "base/codec.h"
#include "cli/scalar.h"

/* In the order of enum cli_format_id. */
#define RECORD_FORMATS                                                                             \
    { "text", CLI_FORMAT_TEXT, "key=value lines, a blank line between records" },                  \
        { "json", CLI_FORMAT_JSON, "one object a line (JSON Lines)" },                             \
        { "csv", CLI_FORMAT_CSV, "comma-separated values with a header line" },                    \
        { "tsv", CLI_FORMAT_TSV, "tab-separated values with a header line" },                      \
        { "sh", CLI_FORMAT_SH, "assignments for eval; one record" },                               \
        { "value", CLI_FORMAT_VALUE, "the bare values" }, {                                        \
        "table", CLI_FORMAT_TABLE, "aligned columns"                                               \
    }

const struct cli_choice cli_formats[] = { RECORD_FORMATS, CLI_CHOICES_END };

const struct cli_choice cli_formats_and_raw[] = {
    RECORD_FORMATS,
    { "raw", CLI_FORMAT_RAW, "no record: the bytes themselves" },
    CLI_CHOICES_END,
};

const char *cli_format_name(enum cli_format_id id) {
    return cli_formats_and_raw[id].name;
}

static bool is_textual(enum cli_type type) {
    return type == CLI_STRING || type == CLI_BYTES || type == CLI_ENUM;
}

static bool is_integer(enum cli_type type) {
    return type == CLI_INT || type == CLI_UINT || type == CLI_TIMESPEC_NS ||
           type == CLI_DURATION_NS;
}

static enum cli_type type_of(const struct cli_field *field) {
    return (enum cli_type)field->type;
}

/* The type of a list's elements. */
static enum cli_type item_of(const struct cli_field *list) {
    return list->type == CLI_RANGES ? CLI_UINT : (enum cli_type)list->item;
}

/* A scalar escaped as text; `also` is escaped too. */
static void add_text_scalar(enum cli_type type, const struct cli_value *v, bool octal, char also,
                            struct buf *b) {
    if (is_textual(type))
        cli_quote_text(b, v->bytes.data, v->bytes.size, also);
    else
        cli_scalar_text(type, v, octal, b);
}

/* A value escaped as text: for text, tsv, tables and terminals. */
static void add_text(const struct cli_field *field, const struct cli_value *v, bool octal,
                     struct buf *b) {
    if (field->type != CLI_LIST) {
        add_text_scalar(type_of(field), v, octal, '\0', b);
        return;
    }
    for (size_t i = 0; i < v->list.count; i++) {
        if (i)
            buf_add_char(b, ',');
        add_text_scalar(item_of(field), &v->list.items[i], octal, ',', b);
    }
}

/* ---- text ---- */

static void text_record(const struct cli_writer *w, const struct cli_value *values, bool first,
                        struct buf *b) {
    if (!first)
        buf_add_char(b, '\n');
    for (size_t i = 0; i < w->selected; i++) {
        const struct cli_field *field = &w->fields[w->selection[i]];
        const struct cli_value *v = &values[w->selection[i]];
        buf_add_str(b, field->name);
        if (v->known) {
            buf_add_char(b, '=');
            add_text(field, v, true, b);
        }
        buf_add_char(b, '\n');
    }
}

/* ---- json ---- */

static void json_scalar(const struct cli_writer *w, enum cli_type type, const struct cli_value *v,
                        struct buf *b) {
    if (!v->known) {
        buf_add(b, "null", 4);
        return;
    }
    if (is_textual(type)) {
        cli_quote_json(b, v->bytes.data, v->bytes.size, w->json_bytes);
        return;
    }
    bool quoted = type == CLI_TIMESTAMP || (w->json_int64_strings && is_integer(type));
    if (quoted)
        buf_add_char(b, '"');
    cli_scalar_text(type, v, false, b);
    if (quoted)
        buf_add_char(b, '"');
}

static void json_value(const struct cli_writer *w, const struct cli_field *field,
                       const struct cli_value *v, struct buf *b) {
    if (!v->known || (field->type != CLI_LIST && field->type != CLI_RANGES)) {
        json_scalar(w, type_of(field), v, b);
        return;
    }
    buf_add_char(b, '[');
    for (size_t i = 0; i < v->list.count; i++) {
        if (i)
            buf_add_char(b, ',');
        json_scalar(w, item_of(field), &v->list.items[i], b);
    }
    buf_add_char(b, ']');
}

static void json_record(const struct cli_writer *w, const struct cli_value *values, bool first,
                        struct buf *b) {
    (void)first;
    buf_add_char(b, '{');
    for (size_t i = 0; i < w->selected; i++) {
        const struct cli_field *field = &w->fields[w->selection[i]];
        if (i)
            buf_add_char(b, ',');
        buf_add_char(b, '"');
        buf_add_str(b, field->name);
        buf_add(b, "\":", 2);
        json_value(w, field, &values[w->selection[i]], b);
    }
    buf_add(b, "}\n", 2);
}

/* ---- csv, tsv ---- */

static void names_line(const struct cli_writer *w, char separator, struct buf *b) {
    for (size_t i = 0; i < w->selected; i++) {
        if (i)
            buf_add_char(b, separator);
        buf_add_str(b, w->fields[w->selection[i]].name);
    }
    buf_add_char(b, '\n');
}

static void csv_header(const struct cli_writer *w, struct buf *b) {
    names_line(w, ',', b);
}

/* Cells contain the bytes as they are, or escaped as text if a terminal shows them; lists are
 * always text. */
static void csv_record(const struct cli_writer *w, const struct cli_value *values, bool first,
                       struct buf *b) {
    (void)first;
    struct buf cell = { 0 };
    for (size_t i = 0; i < w->selected; i++) {
        const struct cli_field *field = &w->fields[w->selection[i]];
        const struct cli_value *v = &values[w->selection[i]];
        if (i)
            buf_add_char(b, ',');
        if (!v->known)
            continue;
        buf_clear(&cell);
        if (field->type == CLI_LIST || w->terminal)
            add_text(field, v, false, &cell);
        else
            cli_scalar_text(type_of(field), v, false, &cell);
        cli_quote_csv(b, cell.data, cell.len);
    }
    buf_add_char(b, '\n');
    b->failed |= cell.failed;
    buf_finish(&cell);
}

static void tsv_header(const struct cli_writer *w, struct buf *b) {
    names_line(w, '\t', b);
}

static void tsv_record(const struct cli_writer *w, const struct cli_value *values, bool first,
                       struct buf *b) {
    (void)first;
    for (size_t i = 0; i < w->selected; i++) {
        const struct cli_value *v = &values[w->selection[i]];
        if (i)
            buf_add_char(b, '\t');
        if (v->known)
            add_text(&w->fields[w->selection[i]], v, false, b);
        else
            buf_add(b, "\\N", 2);
    }
    buf_add_char(b, '\n');
}

/* ---- sh ---- */

static void sh_name(const struct cli_writer *w, const char *name, struct buf *b) {
    buf_add_str(b, w->sh_prefix);
    buf_add_str(b, name);
}

/* One element of a list per line: a newline inside one is \n, a backslash \\. */
static void sh_list(const struct cli_field *field, const struct cli_value *v, struct buf *b) {
    struct buf element = { 0 };
    for (size_t i = 0; i < v->list.count; i++) {
        buf_clear(&element);
        cli_scalar_text(item_of(field), &v->list.items[i], false, &element);
        if (i)
            buf_add_char(b, '\n');
        for (size_t at = 0; at < element.len; at++) {
            if (element.data[at] == '\n')
                buf_add(b, "\\n", 2);
            else if (element.data[at] == '\\')
                buf_add(b, "\\\\", 2);
            else
                buf_add_char(b, element.data[at]);
        }
    }
    b->failed |= element.failed;
    buf_finish(&element);
}

static void sh_value(const struct cli_writer *w, const struct cli_field *field,
                     const struct cli_value *v, struct buf *b) {
    if (!is_textual(type_of(field)) && field->type != CLI_LIST && field->type != CLI_RANGES &&
        field->type != CLI_TIMESTAMP) {
        cli_scalar_text(type_of(field), v, field->type == CLI_MASK, b);
        return;
    }
    struct buf text = { 0 };
    if (field->type == CLI_LIST)
        sh_list(field, v, &text);
    else
        cli_scalar_text(type_of(field), v, false, &text);
    cli_quote_sh(b, text.data, text.len, w->terminal);
    b->failed |= text.failed;
    buf_finish(&text);
}

static bool holds_nul(const struct cli_field *field, const struct cli_value *v) {
    return field->may_hold_nul && v->known && v->bytes.size &&
           memchr(v->bytes.data, '\0', v->bytes.size);
}

/* Assignments on one line, then one `unset` of all that has no value, the error of an earlier
 * record included: no stale variable is left. */
static bool selects(const struct cli_writer *w, const char *name) {
    for (size_t i = 0; i < w->selected; i++)
        if (strcmp(w->fields[w->selection[i]].name, name) == 0)
            return true;
    return false;
}

static void sh_record(const struct cli_writer *w, const struct cli_value *values, bool first,
                      struct buf *b) {
    (void)first;
    struct buf unset = { 0 };
    size_t start = b->len;
    for (size_t i = 0; i < w->selected; i++) {
        const struct cli_field *field = &w->fields[w->selection[i]];
        const struct cli_value *v = &values[w->selection[i]];
        bool encoded = holds_nul(field, v);
        if (!v->known || encoded) {
            buf_add_char(&unset, ' ');
            sh_name(w, field->name, &unset);
        }
        if (field->may_hold_nul && !encoded) {
            buf_add_char(&unset, ' ');
            sh_name(w, field->name, &unset);
            buf_add_str(&unset, "_b64");
        }
        if (!v->known)
            continue;
        sh_name(w, field->name, b);
        if (encoded) {
            buf_add_str(b, "_b64='");
            base_encode_base64(b, v->bytes.data, v->bytes.size, BASE_BASE64);
            buf_add_char(b, '\'');
        } else {
            buf_add_char(b, '=');
            sh_value(w, field, v, b);
        }
        buf_add_char(b, ' ');
    }
    bool error = selects(w, "error");
    if (!error || unset.len)
        buf_add_str(b, b->len > start ? "; unset" : "unset");
    /* Unsets the error of an earlier failure, unless the record has a field of that name. */
    if (!error) {
        buf_add_char(b, ' ');
        sh_name(w, "error", b);
    }
    buf_add(b, unset.data, unset.len);
    buf_add_char(b, '\n');
    b->failed |= unset.failed;
    buf_finish(&unset);
}

void cli_format_sh_status(int status, struct buf *b) {
    buf_add_str(b, "(exit ");
    buf_add_int(b, status);
    buf_add_str(b, ")\n");
}

void cli_format_sh_error(const struct cli_writer *w, const char *error, int status, struct buf *b) {
    sh_name(w, "error", b);
    buf_add_str(b, "='");
    buf_add_str(b, error);
    buf_add_str(b, "'; ");
    cli_format_sh_status(status, b);
}

void cli_format_sh_unset(const struct cli_writer *w, struct buf *b) {
    buf_add_str(b, "unset ");
    sh_name(w, "error", b);
}

void cli_format_sh_unset_field(const struct cli_writer *w, const struct cli_field *field,
                               struct buf *b) {
    buf_add_char(b, ' ');
    sh_name(w, field->name, b);
    if (!field->may_hold_nul)
        return;
    buf_add_char(b, ' ');
    sh_name(w, field->name, b);
    buf_add_str(b, "_b64");
}

void cli_format_sh_none(const struct cli_writer *w, struct buf *b) {
    cli_format_sh_unset(w, b);
    for (size_t i = 0; i < w->selected; i++)
        cli_format_sh_unset_field(w, &w->fields[w->selection[i]], b);
    buf_add_char(b, '\n');
}

bool cli_format_sh_names_error(const struct cli_writer *w, const struct cli_value *values) {
    for (size_t i = 0; i < w->selected; i++)
        if (strcmp(w->fields[w->selection[i]].name, "error") == 0)
            return values[w->selection[i]].known;
    return false;
}

/* ---- value ---- */

static void value_record(const struct cli_writer *w, const struct cli_value *values, bool first,
                         struct buf *b) {
    (void)first;
    for (size_t i = 0; i < w->selected; i++) {
        const struct cli_field *field = &w->fields[w->selection[i]];
        const struct cli_value *v = &values[w->selection[i]];
        if (i && !w->null)
            buf_add_char(b, '\t');
        if (v->known && (w->terminal || field->type == CLI_LIST))
            add_text(field, v, field->type == CLI_MASK, b);
        else if (v->known)
            cli_scalar_text(type_of(field), v, field->type == CLI_MASK, b);
        if (w->null)
            buf_add_char(b, '\0');
    }
    if (!w->null)
        buf_add_char(b, '\n');
}

/* ---- table ---- */

static void table_record(const struct cli_writer *w, const struct cli_value *values, bool first,
                         struct buf *b) {
    (void)first;
    for (size_t i = 0; i < w->selected; i++) {
        const struct cli_value *v = &values[w->selection[i]];
        if (v->known)
            add_text(&w->fields[w->selection[i]], v, true, b);
        else
            buf_add_char(b, '-');
        buf_add_char(b, '\0');
    }
}

/* ---- all of them ---- */

static const struct {
    void (*header)(const struct cli_writer *w, struct buf *b);
    void (*record)(const struct cli_writer *w, const struct cli_value *values, bool first,
                   struct buf *b);
} formats[] = {
    [CLI_FORMAT_TEXT] = { NULL, text_record },     [CLI_FORMAT_JSON] = { NULL, json_record },
    [CLI_FORMAT_CSV] = { csv_header, csv_record }, [CLI_FORMAT_TSV] = { tsv_header, tsv_record },
    [CLI_FORMAT_SH] = { NULL, sh_record },         [CLI_FORMAT_VALUE] = { NULL, value_record },
    [CLI_FORMAT_TABLE] = { NULL, table_record },   [CLI_FORMAT_RAW] = { NULL, NULL },
};

void cli_format_header(const struct cli_writer *w, struct buf *b) {
    if (formats[w->format].header)
        formats[w->format].header(w, b);
}

void cli_format_record(const struct cli_writer *w, const struct cli_value *values, bool first,
                       struct buf *b) {
    formats[w->format].record(w, values, first, b);
}
