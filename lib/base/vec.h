/* SPDX-License-Identifier: 0BSD
 *
 * Growable arrays of one type each:
 *
 *     struct numbers BASE_VEC(int);
 *     struct numbers n = { 0 };
 *     if (!vec_push(&n, 7)) ...   ENOMEM; n is as before
 *     for (size_t i = 0; i < n.count; i++) use(n.items[i]);
 *     vec_finish(&n);
 *
 * An addition that fails changes nothing. The compiler warns if its result is
 * not used.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/* The members of an array of `type`. */
#define BASE_VEC(type)                                                                             \
    {                                                                                              \
        type *items; /* NULL: none yet */                                                          \
        size_t count;                                                                              \
        size_t room; /* items allocated */                                                         \
    }

/* Returns `items`, possibly moved, with room for `more` items of `size` bytes after `count`, and
 * sets *room. Returns NULL if memory is short; `items` are then as before. */
void *base_vec_grow(void *items, size_t count, size_t *room, size_t more, size_t size);

static inline __attribute__((warn_unused_result)) bool base_vec_checked(bool done) {
    return done;
}

/* Makes room for `more` items; false if memory is short. */
#define vec_reserve(v, more)                                                                       \
    __extension__({                                                                                \
        void *vec_grown =                                                                          \
            base_vec_grow((v)->items, (v)->count, &(v)->room, (more), sizeof *(v)->items);         \
        if (vec_grown)                                                                             \
            (v)->items = vec_grown;                                                                \
        base_vec_checked(vec_grown);                                                               \
    })

/* Appends a value; false if memory is short. */
#define vec_push(v, ...)                                                                           \
    base_vec_checked(vec_reserve(v, 1) && ((v)->items[(v)->count++] = (__VA_ARGS__), true))

/* Releases the memory; the array is empty and usable again. */
#define vec_finish(v) (free((v)->items), (v)->items = NULL, (v)->count = (v)->room = 0, (void)0)
