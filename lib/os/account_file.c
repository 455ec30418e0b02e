/* SPDX-License-Identifier: 0BSD
 *
 * passwd(5) and group(5).
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/lines.h"
#include "os/account_file.h"

enum { FIELDS_MAX = 7, LONGEST = 1 << 24 };

struct field {
    const char *text;
    size_t size;
};

/* Stores at most FIELDS_MAX of them. Returns how many there are. */
static unsigned split(const char *text, size_t size, struct field fields[static FIELDS_MAX]) {
    unsigned count = 0;
    for (;;) {
        const char *colon = memchr(text, ':', size);
        size_t length = colon ? (size_t)(colon - text) : size;
        if (count < FIELDS_MAX)
            fields[count] = (struct field){ text, length };
        count++;
        if (!colon)
            return count;
        text += length + 1;
        size -= length + 1;
    }
}

static bool parse_id(const struct field *field, unsigned *id) {
    uint64_t value = 0;
    for (size_t i = 0; i < field->size; i++) {
        char c = field->text[i];
        if (c < '0' || c > '9' || value >= UINT32_MAX)
            return false;
        value = value * 10 + (unsigned)(c - '0');
    }
    *id = (unsigned)value;
    return field->size && value < UINT32_MAX;
}

enum os_account_kind os_account_line_parse(enum os_account_file file, const char *text, size_t size,
                                           struct os_account_line *line) {
    struct field fields[FIELDS_MAX] = { 0 };
    *line = (struct os_account_line){ 0 };
    if (size == 0 || text[0] == '#' || text[0] == '+' || text[0] == '-')
        return OS_ACCOUNT_NONE;
    unsigned count = split(text, size, fields);
    line->name = fields[0].text;
    line->name_size = fields[0].size;
    line->has_id = count > 2 && parse_id(&fields[2], &line->id);
    bool good = line->has_id && line->name_size && !memchr(text, '\0', size);
    if (file == OS_PASSWD)
        return good && count == 7 && parse_id(&fields[3], &line->gid) ? OS_ACCOUNT_ENTRY
                                                                      : OS_ACCOUNT_DAMAGED;
    if (!good || count != 4)
        return OS_ACCOUNT_DAMAGED;
    line->members = fields[3].text;
    line->members_size = fields[3].size;
    return OS_ACCOUNT_ENTRY;
}

/* ---- files ---- */

/* Returns 1 for a line, which may be too long to be an entry, 0 at the end, or -errno. */
static int next_line(struct base_lines *lines, enum os_account_file file,
                     struct os_account_line *line, enum os_account_kind *kind) {
    const char *text;
    size_t size;
    int r = base_lines_next(lines, &text, &size);
    if (r == -EMSGSIZE) {
        *line = (struct os_account_line){ .name = "" };
        *kind = OS_ACCOUNT_DAMAGED;
        return 1;
    }
    if (r > 0)
        *kind = os_account_line_parse(file, text, size, line);
    return r;
}

static bool is_wanted(const struct os_account_line *line, const char *name, unsigned id) {
    if (!name)
        return line->has_id && line->id == id;
    return line->name_size == strlen(name) && memcmp(line->name, name, line->name_size) == 0;
}

static int keep(const struct os_account_line *line, struct os_account_entry *found) {
    found->id = line->id;
    found->gid = line->gid;
    buf_clear(&found->name);
    buf_add(&found->name, line->name, line->name_size);
    buf_add_char(&found->name, '\0');
    return found->name.failed ? -ENOMEM : 1;
}

static int open_file(const char *path, struct base_lines *lines) {
    *lines = (struct base_lines){ .fd = base_open(AT_FDCWD, path, O_RDONLY),
                                  .delimiter = '\n',
                                  .longest = LONGEST };
    return lines->fd;
}

static void close_file(struct base_lines *lines) {
    close(lines->fd);
    base_lines_finish(lines);
}

int os_account_file_find(const char *path, enum os_account_file file, const char *name, unsigned id,
                         struct os_account_entry *found) {
    struct base_lines lines;
    struct os_account_line line;
    enum os_account_kind kind;
    int r = open_file(path, &lines);
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    while ((r = next_line(&lines, file, &line, &kind)) > 0)
        if (kind != OS_ACCOUNT_NONE && is_wanted(&line, name, id))
            break;
    found->number = (unsigned long)lines.number;
    if (r > 0)
        r = kind == OS_ACCOUNT_ENTRY ? keep(&line, found) : -EBADMSG;
    close_file(&lines);
    return r;
}

static bool has_member(const struct os_account_line *line, const char *member) {
    const char *text = line->members;
    size_t left = line->members_size, size = strlen(member);
    while (left) {
        const char *comma = memchr(text, ',', left);
        size_t length = comma ? (size_t)(comma - text) : left;
        if (length == size && memcmp(text, member, size) == 0)
            return true;
        text += length + (comma != NULL);
        left -= length + (comma != NULL);
    }
    return false;
}

int os_account_file_groups(const char *path, const char *member, struct os_gid_list *gids,
                           unsigned long *damaged) {
    struct base_lines lines;
    struct os_account_line line;
    enum os_account_kind kind;
    int r = open_file(path, &lines);
    *damaged = 0;
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    while ((r = next_line(&lines, OS_GROUP, &line, &kind)) > 0) {
        if (kind == OS_ACCOUNT_DAMAGED && !*damaged)
            *damaged = (unsigned long)lines.number;
        if (kind == OS_ACCOUNT_ENTRY && has_member(&line, member) && !vec_push(gids, line.id)) {
            r = -ENOMEM;
            break;
        }
    }
    close_file(&lines);
    return r;
}
