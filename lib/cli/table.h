/* SPDX-License-Identifier: 0BSD
 *
 * The second half of the table format: rows of cells are kept until the widths
 * of their columns are determined, then written aligned.
 */
#pragma once

#include "base/vec.h"
#include "cli/format.h"

/* Terminal columns of each column of the table; empty until they are determined. */
struct cli_table_widths BASE_VEC(unsigned);

/* Appends the kept rows (NUL-terminated cells) to `bytes`, aligned, and clears them. The first call
 * determines the widths and appends the header line first. If it fails, `bytes` has failed. */
void cli_table_align(const struct cli_writer *w, struct cli_table_widths *widths, struct buf *cells,
                     struct buf *bytes);

/* Returns the number of terminal columns of a valid character: 0, 1 or 2 (Unicode's East Asian
 * Width; combining and format characters have 0). */
unsigned cli_width(unsigned cp);
