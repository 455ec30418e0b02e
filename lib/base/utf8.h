/* SPDX-License-Identifier: 0BSD
 *
 * Strict UTF-8: RFC 3629 exactly. Overlong forms, surrogates (U+D800 to
 * U+DFFF) and anything above U+10FFFF are invalid.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Returns the length in bytes (1 to 4) of the character at p, of which `size` > 0 bytes may be
 * read, and its code point in *cp. Returns 0 if p does not begin with a valid character. */
unsigned base_utf8_decode(const char *p, size_t size, uint32_t *cp);

/* Appends a code point up to U+10FFFF that is not a surrogate. */
void base_utf8_encode(struct buf *b, uint32_t cp);

/* Returns the length of the longest valid prefix: `size` if all of it is UTF-8. */
size_t base_utf8_valid(const char *p, size_t size);
