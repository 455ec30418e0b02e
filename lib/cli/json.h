/* SPDX-License-Identifier: 0BSD
 *
 * Reading JSON, one value at a time, without a tree.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* A position in a JSON text; `end` is the end of the text. */
struct cli_json {
    const char *at, *end;
};

/* Skips white space, and this character if it is next. False if it is not. */
bool cli_json_take(struct cli_json *j, char c);

/* The same for a word: null, true, false. */
bool cli_json_take_word(struct cli_json *j, const char *word);

/* Appends a string, as cli_json_bytes() does, but nothing else: the name of a member. Returns NULL,
 * or what is wrong with it. */
const char *cli_json_string(struct cli_json *j, struct buf *b);

/* Skips a value of any kind. Returns NULL, or what is wrong with it, such as "too deep" (more than
 * 64 levels). */
const char *cli_json_skip(struct cli_json *j);

/* Appends the bytes of a string or of {"b64":"..."}: \u escapes as UTF-8, a lone \udc80 to \udcff
 * as the byte that it means (Python's surrogateescape). Returns NULL, or what is wrong with it; if
 * memory is short for b, b->failed. */
const char *cli_json_bytes(struct cli_json *j, struct buf *b);
