/* SPDX-License-Identifier: 0BSD
 *
 * Quoting: how bytes of unknown origin are written so that they cannot forge a
 * line, a terminal escape, a JSON string or a shell word. One set of unsafe
 * characters serves every format: C0, DEL, C1, the bidirectional controls, the
 * line and paragraph separators, the byte order mark and the tag characters.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Returns whether a valid character must be escaped on a terminal and in a line. */
bool cli_is_unsafe(uint32_t cp);

/* Returns whether all of it is UTF-8 without unsafe characters. */
bool cli_is_plain(const char *bytes, size_t size);

/* Appends bytes with text escapes: \n \t \\, \xHH for each byte of other unsafe characters and of
 * invalid UTF-8, the rest as it is. `also`, an ASCII character, is written as \xHH too (',': inside
 * a list); '\0': none. */
void cli_quote_text(struct buf *b, const char *bytes, size_t size, char also);

/* How JSON represents bytes that are not UTF-8. */
enum cli_json_bytes { CLI_JSON_BASE64, CLI_JSON_SURROGATEESCAPE };

/* Appends a JSON string, or {"b64":"..."} if the bytes are not UTF-8 (with SURROGATEESCAPE each
 * invalid byte is \udcXX, as in Python's os.fsdecode). Unsafe characters are \u escapes. */
void cli_quote_json(struct buf *b, const char *bytes, size_t size, enum cli_json_bytes how);

/* Appends a shell word in single quotes, exact in dash, bash, zsh and busybox ash. The bytes
 * contain no NUL. With `display`, bytes that are not plain make it a $'...' word: for a terminal
 * only. */
void cli_quote_sh(struct buf *b, const char *bytes, size_t size, bool display);

/* Appends a CSV cell (RFC 4180), in double quotes if it is empty or contains a comma, a quote, CR
 * or LF. */
void cli_quote_csv(struct buf *b, const char *bytes, size_t size);
