/* SPDX-License-Identifier: 0BSD
 *
 * Reading dumps of attributes.
 */
#include <errno.h>

#include "applets/xattr/read.h"
#include "base/codec.h"
#include "cli/json.h"

void xattr_record_finish(struct xattr_record *record) {
    buf_finish(&record->path);
    buf_finish(&record->name);
    buf_finish(&record->value);
}

void xattr_reader_init(struct xattr_reader *reader, int fd) {
    *reader = (struct xattr_reader){
        .lines = { .fd = fd, .delimiter = '\n', .longest = XATTR_LINE_MAX },
    };
}

void xattr_reader_finish(struct xattr_reader *reader) {
    base_lines_finish(&reader->lines);
    buf_finish(&reader->file);
}

/* ---- JSON ---- */

enum member { MEMBER_PATH = 1, MEMBER_NAME = 2, MEMBER_VALUE = 4, MEMBER_OTHER = 0 };

static enum member member_of(const struct buf *key) {
    static const struct {
        char name[6];
        unsigned char member;
    } members[] = { { "path", MEMBER_PATH }, { "name", MEMBER_NAME }, { "value", MEMBER_VALUE } };
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (key->len == strlen(members[i].name) &&
            memcmp(key->data, members[i].name, key->len) == 0)
            return (enum member)members[i].member;
    return MEMBER_OTHER;
}

/* The members of an object that were read so far: bit sets of enum member. */
struct members {
    unsigned given, null;
};

static const char *take_member(struct cli_json *j, struct xattr_record *record, struct members *m) {
    struct buf key = { 0 };
    const char *why = cli_json_string(j, &key);
    enum member member = member_of(&key);
    buf_finish(&key);
    if (why)
        return why;
    if (!cli_json_take(j, ':'))
        return "no ':' behind a name";
    if (m->given & member)
        return "a member is given twice";
    m->given |= member;
    if (member == MEMBER_OTHER)
        return cli_json_skip(j);
    if (member != MEMBER_PATH && cli_json_take_word(j, "null")) {
        m->null |= member;
        return NULL;
    }
    return cli_json_bytes(j, member == MEMBER_PATH   ? &record->path
                             : member == MEMBER_NAME ? &record->name
                                                     : &record->value);
}

static const char *check_members(const struct xattr_record *record, const struct members *m) {
    if (~m->given & (MEMBER_PATH | MEMBER_NAME | MEMBER_VALUE))
        return "one of path, name and value is missing";
    if (m->null && m->null != (MEMBER_NAME | MEMBER_VALUE))
        return "one of name and value is null, the other is not";
    if ((record->path.len && memchr(record->path.data, '\0', record->path.len)) ||
        (record->name.len && memchr(record->name.data, '\0', record->name.len)))
        return "a NUL in a path or a name";
    return NULL;
}

const char *xattr_parse_json(const char *line, size_t size, struct xattr_record *record) {
    struct cli_json j = { line, line + size };
    struct members m = { 0 };
    const char *why = NULL;
    if (!cli_json_take(&j, '{'))
        return "not an object";
    if (!cli_json_take(&j, '}')) {
        do
            why = take_member(&j, record, &m);
        while (!why && cli_json_take(&j, ','));
        if (!why && !cli_json_take(&j, '}'))
            why = "unfinished object";
    }
    if (!why && (cli_json_take(&j, '\0') || j.at != j.end))
        why = "more than an object";
    record->empty = m.null;
    return why ? why : check_members(record, &m);
}

/* ---- getfattr's text ---- */

static bool is_octal(const char *text, size_t size) {
    return size >= 3 && text[0] >= '0' && text[0] <= '3' && text[1] >= '0' && text[1] <= '7' &&
           text[2] >= '0' && text[2] <= '7';
}

static char octal(const char *text) {
    return (char)((text[0] - '0') << 6 | (text[1] - '0') << 3 | (text[2] - '0'));
}

/* \OOO, appended to b as bytes. */
static void unquote(struct buf *b, const char *text, size_t size) {
    for (size_t i = 0; i < size; i++) {
        bool escaped = text[i] == '\\' && is_octal(text + i + 1, size - i - 1);
        buf_add_char(b, escaped ? octal(text + i + 1) : text[i]);
        i += escaped ? 3 : 0;
    }
}

const char *xattr_parse_getfattr(struct buf *b, const char *text, size_t size) {
    if (size > 1 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
        return base_decode_hex(b, text + 2, size - 2, true);
    if (size > 1 && text[0] == '0' && (text[1] == 's' || text[1] == 'S'))
        return base_decode_base64(b, text + 2, size - 2, true);
    bool quoted = size > 1 && text[0] == '"' && text[size - 1] == '"';
    size_t end = size - quoted;
    for (size_t i = quoted; i < end; i++) {
        bool escape = text[i] == '\\' && i + 1 < end;
        if (escape && is_octal(text + i + 1, end - i - 1)) {
            buf_add_char(b, octal(text + i + 1));
            i += 3;
        } else {
            i += escape && (text[i + 1] == '\\' || text[i + 1] == '"');
            buf_add_char(b, text[i]);
        }
    }
    return NULL;
}

static const char *parse_attribute(struct xattr_reader *reader, const char *line, size_t size,
                                   struct xattr_record *record) {
    const char *equals = memchr(line, '=', size);
    if (!reader->in_file)
        return "neither an object nor below a line '# file: PATH'";
    if (!equals)
        return "a name without a value";
    buf_add(&record->path, reader->file.data, reader->file.len);
    unquote(&record->name, line, (size_t)(equals - line));
    if (record->name.len && memchr(record->name.data, '\0', record->name.len))
        return "a NUL in a name";
    equals++;
    return xattr_parse_getfattr(&record->value, equals, size - (size_t)(equals - line));
}

static const char *begin_file(struct xattr_reader *reader, const char *line, size_t size) {
    static const char prefix[] = "# file: ";
    size_t begin = sizeof prefix - 1;
    buf_clear(&reader->file);
    reader->in_file = size > begin && memcmp(line, prefix, begin) == 0;
    if (!reader->in_file)
        return NULL; /* a comment */
    unquote(&reader->file, line + begin, size - begin);
    reader->in_file = reader->file.len && !memchr(reader->file.data, '\0', reader->file.len);
    return reader->in_file ? NULL : "a NUL in a path";
}

/* ---- lines ---- */

/* Returns NULL, or what is wrong; without a record, *is_record is false. */
static const char *parse_line(struct xattr_reader *reader, const char *line, size_t size,
                              struct xattr_record *record, bool *is_record) {
    size_t blank = 0;
    while (blank < size && (line[blank] == ' ' || line[blank] == '\t' || line[blank] == '\r'))
        blank++;
    *is_record = false;
    if (blank == size) {
        reader->in_file = false;
        return NULL;
    }
    if (!reader->getfattr_only && line[blank] == '{') {
        *is_record = true;
        return xattr_parse_json(line, size, record);
    }
    if (line[0] == '#')
        return begin_file(reader, line, size);
    *is_record = true;
    return parse_attribute(reader, line, size, record);
}

enum xattr_read_result xattr_read(struct xattr_reader *reader, struct xattr_record *record,
                                  const char **why, int *errnum) {
    for (;;) {
        const char *line;
        size_t size;
        bool is_record;
        int r = base_lines_next(&reader->lines, &line, &size);
        *errnum = r < 0 ? -r : 0;
        if (r <= 0 && r != -EMSGSIZE)
            return r ? XATTR_READ_ERROR : XATTR_READ_END;
        buf_clear(&record->path);
        buf_clear(&record->name);
        buf_clear(&record->value);
        record->empty = false;
        *why = r < 0 ? "the line is too long" : parse_line(reader, line, size, record, &is_record);
        if (*why)
            return XATTR_READ_BAD;
        if (!is_record)
            continue;
        bool complete = buf_cstr(&record->path) && buf_cstr(&record->name);
        *errnum = complete && !record->value.failed ? 0 : ENOMEM;
        return *errnum ? XATTR_READ_ERROR : XATTR_READ_RECORD;
    }
}
