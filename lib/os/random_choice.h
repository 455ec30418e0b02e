/* SPDX-License-Identifier: 0BSD
 *
 * Which of two sources of random bytes is faster, found while both are used:
 * the vDSO's generator needs no system call but has only narrow vector registers,
 * getrandom(2) has whatever the kernel may use. Which one wins, and by how much,
 * depends on the CPU: up to a factor of two in either direction.
 *
 * Blocks of one size are timed in turn at the beginning, and again after every
 * OS_RANDOM_LOOK_BYTES, as the conditions may have changed. All blocks are used.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    OS_RANDOM_TIMED_BLOCKS = 4, /* of one look: two of each source, the faster one counts */
};
#define OS_RANDOM_LOOK_BYTES (UINT64_C(256) << 20)

/* All zero before the first block. */
struct os_random_choice {
    bool decided;        /* the first look is complete */
    bool call;           /* the choice: getrandom(2), not the vDSO */
    unsigned timed;      /* blocks of this look */
    int64_t least_ns[2]; /* of this look: of a block of the vDSO, of getrandom(2) */
    uint64_t since_look; /* bytes */
};

/* Returns whether the next block is to come from getrandom(2), not from the vDSO. */
bool os_random_choice_next(const struct os_random_choice *c);

/* Returns whether the next block is to be timed. */
bool os_random_choice_timed(const struct os_random_choice *c);

/* Counts a block of `size` bytes, which took `ns` nanoseconds if it was to be timed. The first
 * look decides for the faster source; later ones change that only for one faster by a factor of
 * 1.2, so that noise does not. */
void os_random_choice_add(struct os_random_choice *c, size_t size, int64_t ns);
