/* SPDX-License-Identifier: 0BSD
 *
 * Reading dumps: the JSON Lines of `xattr dump` and the text of getfattr -d; each
 * line may be of either kind.
 *
 * A line of JSON is an object with the members path, name and value (others are
 * ignored); name and value are both null for a file without attributes.
 * getfattr writes "# file: PATH", then NAME=VALUE for each attribute, then an
 * empty line; in paths and names \OOO is a byte, a value is "text" with such
 * escapes, 0x and hex, or 0s and base64.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/lines.h"

enum { XATTR_LINE_MAX = 16 * 1024 * 1024 };

struct xattr_record {
    struct buf path, name,
        value;  /* path and name are followed by a NUL, which len does not count */
    bool empty; /* no attribute: name and value are not set */
};

struct xattr_reader {
    struct base_lines lines;
    struct buf file; /* of getfattr's text: its path */
    bool in_file;
    bool getfattr_only; /* no JSON: a name may begin with a brace */
};

enum xattr_read_result { XATTR_READ_RECORD, XATTR_READ_END, XATTR_READ_BAD, XATTR_READ_ERROR };

/* Reads the next record. BAD: the line is invalid, and *why says why; the next call reads the next
 * line. ERROR: read(2) failed with *errnum, or memory is short (ENOMEM). */
enum xattr_read_result xattr_read(struct xattr_reader *reader, struct xattr_record *record,
                                  const char **why, int *errnum);
void xattr_reader_init(struct xattr_reader *reader, int fd);
void xattr_reader_finish(struct xattr_reader *reader);
void xattr_record_finish(struct xattr_record *record);

/* Parses a line of JSON, without its newline. Returns NULL, or what is wrong with it. */
const char *xattr_parse_json(const char *line, size_t size, struct xattr_record *record);

/* Appends the bytes of a value as getfattr and setfattr write it: 0x and hex, 0s and base64, or
 * text, with or without quotes around it, in which \OOO is a byte, and \\ and \" are the character
 * after the backslash. Returns NULL, or what is wrong with it. */
const char *xattr_parse_getfattr(struct buf *b, const char *text, size_t size);
