/* SPDX-License-Identifier: 0BSD
 *
 * The text of a value that is not a list: numbers, times, booleans.
 */
#pragma once

#include "base/buf.h"
#include "cli/record.h"

/* Appends the text of a known value, before any quoting. A CLI_MODE is octal if `octal` is true,
 * else decimal; CLI_RANGES is its ranges; a CLI_LIST is nothing. */
void cli_scalar_text(enum cli_type type, const struct cli_value *value, bool octal, struct buf *b);
