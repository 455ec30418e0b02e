/* SPDX-License-Identifier: 0BSD
 *
 * "Did you mean": finds the name that is nearest to a word.
 */
#pragma once

#include <stddef.h>

/* The best candidate so far. Start from { .word = text, .size = its length }. */
struct cli_nearest {
    const char *word;
    size_t size;
    const char *name; /* NULL: nothing is near */
    unsigned distance;
};

/* Considers a name. A name is near if at most a third (rounded up) of the longer one's letters are
 * changed, added, left out or swapped with their neighbour, or if it begins with the word, which
 * has at least three letters. */
void cli_nearest_try(struct cli_nearest *n, const char *name);
