/* SPDX-License-Identifier: 0BSD
 *
 * Many random bytes, made by several threads.
 */
#pragma once

#include "os/random.h"

enum { OS_RANDOM_PIECE = 128 * 1024 };

/* Consumes bytes; false: no more are wanted. Called by one thread at a time, but not always the
 * same. */
typedef bool os_random_consume(void *data, const void *bytes, size_t size);

/* Generates exactly `size` bytes, in pieces of at most OS_RANDOM_PIECE, on up to `jobs` threads;
 * pieces are consumed in any order. Each thread uses the faster of the vDSO and getrandom(2), which
 * it determines on the way if the size is worth it (os/random_choice.h). r has the flags; its
 * counts are increased, and its source becomes the one of most bytes.
 * Returns 0, also if consume() wanted no more, or -errno: ENOMEM, or as os_random_fill(). */
int os_random_stream(struct os_random *r, uint64_t size, unsigned jobs, os_random_consume *consume,
                     void *data, struct base_error *e);
