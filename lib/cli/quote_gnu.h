/* SPDX-License-Identifier: 0BSD
 *
 * The quoting of GNU's tools, for output that is compatible with theirs.
 */
#pragma once

#include <stddef.h>

#include "base/buf.h"

/* Appends a shell word as GNU tools quote names in messages ("shell-escape-always") in a UTF-8
 * locale: 'name', "it's", 'a'$'\n''b'. Bytes of invalid UTF-8 and of unsafe characters
 * (cli_is_unsafe) are escaped, so that it is safe in a line and on a terminal. */
void cli_quote_gnu(struct buf *b, const char *bytes, size_t size);
