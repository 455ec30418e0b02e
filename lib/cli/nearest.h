/* SPDX-License-Identifier: 0BSD
 *
 * "Did you mean": the nearest of some names.
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

/* Considers a name: near is at most a third (rounded up) of the longer one's letters changed,
 * added, left out or swapped with their neighbour, or the word being a beginning of at least three
 * letters. */
void cli_nearest_try(struct cli_nearest *n, const char *name);
