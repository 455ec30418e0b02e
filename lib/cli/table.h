/* SPDX-License-Identifier: 0BSD
 *
 * The table format's second half: rows of cells are kept until their columns'
 * widths are known, then written aligned.
 */
#pragma once

#include "base/vec.h"
#include "cli/format.h"

/* Terminal columns of each column of the table; empty until they are known. */
struct cli_table_widths BASE_VEC(unsigned);

/* Appends the kept rows (NUL-terminated cells) to `bytes`, aligned, and clears them; the first
 * time, takes the widths from them and writes the header line before them. A failure is one of
 * `bytes`. */
void cli_table_align(const struct cli_writer *w, struct cli_table_widths *widths, struct buf *cells,
                     struct buf *bytes);

/* Terminal columns that a valid character takes: 0, 1 or 2 (Unicode's East Asian Width; combining
 * and format characters take 0). */
unsigned cli_width(unsigned cp);
