/* SPDX-License-Identifier: 0BSD
 *
 * The table format's second half: rows of cells are kept until their columns'
 * widths are known, then written aligned.
 */
#pragma once

#include "cli/format.h"

/* Writes the kept rows to o->bytes; the first time, widths are taken from them and the header line
 * is written. */
void cli_table_flush(const struct cli_writer *w, struct cli_output *o);

/* Terminal columns that a valid character takes: 0, 1 or 2 (Unicode's East Asian Width; combining
 * and format characters take 0). */
unsigned cli_width(unsigned cp);
