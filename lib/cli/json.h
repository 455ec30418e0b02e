/* SPDX-License-Identifier: 0BSD
 *
 * Reading JSON that osbox wrote, or that was written to it: one value at a
 * time, without a tree.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* A position in a JSON text; `end` is behind its last byte. */
struct cli_json {
    const char *at, *end;
};

/* Passes over white space, then over this character if it is next. False: it is not. */
bool cli_json_take(struct cli_json *j, char c);

/* A word (null, true, false) if it is next. False: it is not. */
bool cli_json_take_word(struct cli_json *j, const char *word);

/* A string and nothing else, appended to b as cli_json_bytes() does: the name of a member. */
const char *cli_json_string(struct cli_json *j, struct buf *b);

/* Passes over any one value. NULL, or what is wrong with it: "too deep", more than 64 levels, is
 * one of these. */
const char *cli_json_skip(struct cli_json *j);

/* A string, or {"b64":"..."}, appended to b as bytes: \u escapes as UTF-8, a lone \udc80 to \udcff
 * as the byte it stands for (Python's surrogateescape). NULL, or what is wrong with it. */
const char *cli_json_bytes(struct cli_json *j, struct buf *b);
