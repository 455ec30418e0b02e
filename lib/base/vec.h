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

/* The members of all arrays, whatever their type. */
struct base_vec {
    void *items; /* NULL: none yet */
    size_t count;
    size_t room; /* items allocated */
};

/* The members of an array of `type`: the same as struct base_vec, with typed items. */
#define BASE_VEC(type)                                                                             \
    {                                                                                              \
        union {                                                                                    \
            struct base_vec any;                                                                   \
            struct {                                                                               \
                type *items;                                                                       \
                size_t count;                                                                      \
                size_t room;                                                                       \
            };                                                                                     \
        };                                                                                         \
    }

static inline __attribute__((warn_unused_result)) bool base_vec_added(bool added) {
    return added;
}

/* Makes room for `more` items of `size` bytes. Returns false if memory is short. */
static inline __attribute__((warn_unused_result)) bool base_vec_reserve(struct base_vec *v,
                                                                        size_t more, size_t size) {
    if (v->room - v->count >= more)
        return true;
    size_t room, bytes;
    if (__builtin_add_overflow(v->count, more, &room))
        return false;
    if (room < v->room + v->room / 2)
        room = v->room + v->room / 2;
    if (room < 8)
        room = 8;
    if (__builtin_mul_overflow(room, size, &bytes))
        return false;
    void *items = realloc(v->items, bytes);
    if (!items)
        return false;
    v->items = items;
    v->room = room;
    return true;
}

/* Makes room for `more` items; false if memory is short. */
#define vec_reserve(v, more) base_vec_reserve(&(v)->any, (more), sizeof *(v)->items)

/* Appends a value; false if memory is short. */
#define vec_push(v, ...)                                                                           \
    base_vec_added(vec_reserve(v, 1) && ((v)->items[(v)->count++] = (__VA_ARGS__), true))

/* Releases the memory; the array is empty and usable again. */
#define vec_finish(v) (free((v)->any.items), (v)->any = (struct base_vec){ 0 }, (void)0)
