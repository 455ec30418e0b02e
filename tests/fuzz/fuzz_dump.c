/* SPDX-License-Identifier: 0BSD
 *
 * Fuzz target: dumps of attributes, as xattr restore and setfattr --restore
 * read them. A record that is read can be written, and is then read as itself.
 */
#include <stdlib.h>

#include "applets/xattr/read.h"
#include "cli/quote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
    if (!condition)
        abort();
}

static bool same(const struct buf *a, const struct buf *b) {
    return a->len == b->len && (!a->len || memcmp(a->data, b->data, a->len) == 0);
}

static void add_member(struct buf *line, const char *name, const struct buf *value) {
    buf_add_str(line, name);
    cli_quote_json(line, value->data, value->len, CLI_JSON_BASE64);
}

static void round_trip(const struct xattr_record *record) {
    struct buf line = { 0 };
    struct xattr_record again = { 0 };
    add_member(&line, "{\"path\":", &record->path);
    if (record->empty) {
        buf_add_str(&line, ",\"name\":null,\"value\":null");
    } else {
        add_member(&line, ",\"name\":", &record->name);
        add_member(&line, ",\"value\":", &record->value);
    }
    buf_add_str(&line, "}");
    require(!xattr_parse_json(line.data, line.len, &again));
    require(record->empty == again.empty && same(&record->path, &again.path));
    require(record->empty ||
            (same(&record->name, &again.name) && same(&record->value, &again.value)));
    buf_finish(&line);
    xattr_record_finish(&again);
}

static void read_all(const uint8_t *data, size_t size, bool getfattr_only) {
    struct xattr_reader reader;
    struct xattr_record record = { 0 };
    enum xattr_read_result result;
    const char *why = NULL;
    int errnum;
    uint64_t line = 0;
    xattr_reader_init(&reader, -1);
    reader.getfattr_only = getfattr_only;
    reader.lines.ended = true;
    buf_add(&reader.lines.bytes, data, size);
    while ((result = xattr_read(&reader, &record, &why, &errnum)) != XATTR_READ_END) {
        require(result != XATTR_READ_ERROR && reader.lines.number > line);
        line = reader.lines.number;
        if (result == XATTR_READ_BAD) {
            require(why && *why && strlen(why) < 80);
            continue;
        }
        require(!memchr(record.path.data, '\0', record.path.len));
        require(!memchr(record.name.data, '\0', record.name.len));
        require(!record.path.data[record.path.len] && !record.name.data[record.name.len]);
        round_trip(&record);
    }
    xattr_reader_finish(&reader);
    xattr_record_finish(&record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    read_all(data, size, false);
    read_all(data, size, true);
    return 0;
}
