/* SPDX-License-Identifier: 0BSD
 *
 * The sources of the values of a file's fields.
 */
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "applets/common/file_record.h"

/* The origins of the rows, see file_record.h. */
enum file_origin {
    ORIGIN_CALL,
    ORIGIN_STATX,
    ORIGIN_TIME,
    ORIGIN_DEVICE,
    ORIGIN_ATTRIBUTE,
    ORIGIN_TYPE,
    ORIGIN_MODE,
    ORIGIN_STATVFS,
};

struct file_source {
    uint8_t origin; /* enum file_origin */
    uint8_t size;   /* of the member: 2, 4 or 8 bytes */
    uint16_t offset;
    uint32_t mask; /* the bits of stx_mask, or for an attribute of stx_attributes_mask */
};

#define SOURCE(origin, type, member, mask)                                                         \
    { origin, sizeof((type){ 0 }.member), offsetof(type, member), mask }
#define SOURCE_STATX(member, mask)   SOURCE(ORIGIN_STATX, struct os_statx, member, mask)
#define SOURCE_ALWAYS(member, mask)  SOURCE(ORIGIN_STATX, struct os_statx, member, 0)
#define SOURCE_TIME(member, mask)    SOURCE(ORIGIN_TIME, struct os_statx, member, mask)
#define SOURCE_DEVICE(member, mask)  SOURCE(ORIGIN_DEVICE, struct os_statx, member, mask)
#define SOURCE_STATVFS(member, mask) SOURCE(ORIGIN_STATVFS, struct os_statvfs, member, mask)
#define SOURCE_ATTRIBUTE(bit, mask)                                                                \
    { ORIGIN_ATTRIBUTE, 0, 0, bit }
#define SOURCE_TYPE(member, mask)                                                                  \
    { ORIGIN_TYPE, 0, 0, mask }
#define SOURCE_MODE(member, mask)                                                                  \
    { ORIGIN_MODE, 0, 0, mask }
#define SOURCE_CALL(member, mask)                                                                  \
    { ORIGIN_CALL, 0, 0, mask }

#define SOURCE_ROW(a, b, id, group, name, type, item, needs, origin, member, help)                 \
    [FILE_##id] = SOURCE_##origin(member, (uint32_t)((needs)&FILE_NEEDS_MASK)),

/* NOLINTNEXTLINE(misc-redundant-expression): bits above the mask are needs of other calls */
static const struct file_source sources[] = { FILE_RECORD(SOURCE_ROW, _, _) };

_Static_assert(sizeof sources / sizeof sources[0] == FILE_FIELDS, "a source for each field");

const char *file_type_name(unsigned mode) {
    switch (mode & S_IFMT) {
    case S_IFREG:
        return "file";
    case S_IFDIR:
        return "directory";
    case S_IFLNK:
        return "symlink";
    case S_IFIFO:
        return "fifo";
    case S_IFSOCK:
        return "socket";
    case S_IFBLK:
        return "block";
    case S_IFCHR:
        return "character";
    default: /* anonymous inodes (epoll, timerfd) have no type bits */
        return NULL;
    }
}

static char special_bit(unsigned mode, unsigned special, unsigned execute, const char *letters) {
    if (mode & special)
        return letters[mode & execute ? 1 : 0];
    return mode & execute ? 'x' : '-';
}

const char *file_mode_text(unsigned mode, char text[static 11]) {
    static const char letters[] = "?pc?d?b?-?l?s???";
    text[0] = letters[mode >> 12 & 15];
    for (unsigned who = 0; who < 3; who++) { /* owner, group, others */
        text[1 + 3 * who] = mode & 0400U >> 3 * who ? 'r' : '-';
        text[2 + 3 * who] = mode & 0200U >> 3 * who ? 'w' : '-';
    }
    text[3] = special_bit(mode, S_ISUID, 0100, "Ss");
    text[6] = special_bit(mode, S_ISGID, 0010, "Ss");
    text[9] = special_bit(mode, S_ISVTX, 0001, "Tt");
    text[10] = '\0';
    return text;
}

/* An unsigned member of 2, 4 or 8 bytes. */
static uint64_t read_member(const void *from, const struct file_source *source) {
    const char *at = (const char *)from + source->offset;
    uint16_t two;
    uint32_t four;
    uint64_t eight;
    switch (source->size) {
    case sizeof two:
        memcpy(&two, at, sizeof two);
        return two;
    case sizeof four:
        memcpy(&four, at, sizeof four);
        return four;
    default:
        memcpy(&eight, at, sizeof eight);
        return eight;
    }
}

static struct cli_value read_time(const struct os_statx *st, const struct file_source *source) {
    struct os_statx_time t;
    memcpy(&t, (const char *)st + source->offset, sizeof t);
    return cli_time(t.tv_sec, t.tv_nsec);
}

static struct cli_value read_device(const struct os_statx *st, const struct file_source *source) {
    uint32_t numbers[2]; /* major, minor */
    memcpy(numbers, (const char *)st + source->offset, sizeof numbers);
    return cli_uint(makedev(numbers[0], numbers[1]));
}

static struct cli_value statx_value(const struct os_statx *st, const struct file_source *source,
                                    char mode[static 11]) {
    bool valid = (st->stx_mask & source->mask) == source->mask;
    switch (source->origin) {
    case ORIGIN_STATX:
        return valid ? cli_uint(read_member(st, source)) : cli_null();
    case ORIGIN_TIME:
        return valid ? read_time(st, source) : cli_null();
    case ORIGIN_DEVICE:
        return valid ? read_device(st, source) : cli_null();
    case ORIGIN_ATTRIBUTE:
        return st->stx_attributes_mask & source->mask ? cli_bool(st->stx_attributes & source->mask)
                                                      : cli_null();
    case ORIGIN_TYPE:
        return valid ? cli_str(file_type_name(st->stx_mode)) : cli_null();
    default: /* ORIGIN_MODE */
        return cli_str(file_mode_text(st->stx_mode, mode));
    }
}

void file_record_set_statx(const struct cli_writer *writer, unsigned base,
                           const struct os_statx *st, char mode[static 11],
                           struct cli_value *values) {
    for (size_t i = 0; i < writer->selected; i++) {
        unsigned field = writer->selection[i] - base;
        if (field >= FILE_FIELDS || sources[field].origin == ORIGIN_CALL ||
            sources[field].origin == ORIGIN_STATVFS)
            continue;
        values[base + field] = statx_value(st, &sources[field], mode);
    }
}

void file_record_set_statvfs(const struct cli_writer *writer, unsigned base,
                             const struct os_statvfs *fs, struct cli_value *values) {
    for (size_t i = 0; i < writer->selected; i++) {
        unsigned field = writer->selection[i] - base;
        if (field < FILE_FIELDS && sources[field].origin == ORIGIN_STATVFS)
            values[base + field] = cli_uint(read_member(fs, &sources[field]));
    }
}
