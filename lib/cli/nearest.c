/* SPDX-License-Identifier: 0BSD
 *
 * "Did you mean": optimal string alignment distance.
 */
#include <stdbool.h>
#include <string.h>

#include "cli/nearest.h"

enum { NEAREST_MAX = 40 };

static unsigned smaller(unsigned a, unsigned b) {
    return a < b ? a : b;
}

static unsigned distance(const char *a, size_t a_size, const char *b, size_t b_size) {
    unsigned rows[3][NEAREST_MAX + 1];
    unsigned *before = rows[0], *last = rows[1], *row = rows[2];
    for (unsigned j = 0; j <= b_size; j++)
        last[j] = j;
    memset(rows[0], 0, sizeof rows[0]);
    for (unsigned i = 1; i <= a_size; i++) {
        row[0] = i;
        for (unsigned j = 1; j <= b_size; j++) {
            unsigned change = last[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = smaller(change, smaller(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = smaller(row[j], before[j - 2] + 1);
        }
        unsigned *spare = before;
        before = last;
        last = row;
        row = spare;
    }
    return last[b_size];
}

void cli_nearest_try(struct cli_nearest *n, const char *name) {
    size_t size = strlen(name);
    if (n->size == 0 || n->size > NEAREST_MAX || size > NEAREST_MAX)
        return;
    size_t longer = size > n->size ? size : n->size;
    unsigned changes = distance(n->word, n->size, name, size);
    bool beginning = n->size >= 3 && n->size < size && memcmp(n->word, name, n->size) == 0;
    if (beginning)
        changes = 1;
    if (changes > (longer + 2) / 3 || changes >= longer)
        return;
    /* Of equals the shortest wins: "kil" means "kill" rather than "kill-after". */
    if (n->name && (changes > n->distance || (changes == n->distance && size >= strlen(n->name))))
        return;
    n->name = name;
    n->distance = changes;
}
