/* SPDX-License-Identifier: 0BSD
 *
 * Growable arrays.
 */
#include "base/vec.h"

enum { VEC_FIRST = 8 };

void *base_vec_grow(void *items, size_t count, size_t *room, size_t more, size_t size) {
    size_t wanted, bytes;
    if (items && *room - count >= more)
        return items;
    if (__builtin_add_overflow(count, more, &wanted))
        return NULL;
    if (wanted < *room + *room / 2)
        wanted = *room + *room / 2;
    if (wanted < VEC_FIRST)
        wanted = VEC_FIRST;
    if (__builtin_mul_overflow(wanted, size, &bytes))
        return NULL;
    void *grown = realloc(items, bytes);
    if (grown)
        *room = wanted;
    return grown;
}
