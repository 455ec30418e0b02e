/* SPDX-License-Identifier: 0BSD
 *
 * A JSON reader: one value at a time, without a tree.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* A position in a JSON text; `end` is the end of the text. */
struct cli_json {
    const char *at, *end;
};

/* Skips white space, and the character c if it is next. Returns whether it was. */
bool cli_json_take(struct cli_json *j, char c);

/* The same for a word: null, true, false. */
bool cli_json_take_word(struct cli_json *j, const char *word);

/* The same as cli_json_bytes(), but only for a string, such as the name of a member. */
const char *cli_json_string(struct cli_json *j, struct buf *b);

/* Skips a value of any kind. Returns NULL, or what is wrong with it, such as "too deep" (more than
 * 64 levels). */
const char *cli_json_skip(struct cli_json *j);

/* Appends the bytes of a string or of {"b64":"..."}: \u escapes as UTF-8, a lone \udc80 to \udcff
 * as the byte that it means (Python's surrogateescape). Returns NULL, or what is wrong with it; if
 * memory is short, b->failed is set. */
const char *cli_json_bytes(struct cli_json *j, struct buf *b);
