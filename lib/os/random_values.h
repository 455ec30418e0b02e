/* SPDX-License-Identifier: 0BSD
 *
 * Values made from random bytes: integers without bias, UUIDs; as Python's
 * random.SystemRandom, secrets and uuid.
 */
#pragma once

#include "os/random.h"

/* A pool: reads many bytes at a time and returns each of them once. All zero except `random`. */
struct os_random_values {
    struct os_random *random;
    uint64_t expected; /* about how many more bytes will be wanted */
    size_t at, size;   /* of the pool: the next byte, the end */
    unsigned char pool[4096];
};

/* Wipes the pool. */
void os_random_values_finish(struct os_random_values *v);

/* Fills `bytes`. This and the functions below return 0, or -errno as os_random_fill(). */
int os_random_bytes(struct os_random_values *v, void *bytes, size_t size, struct base_error *e);

/* Stores an integer from 0 to `last`, all equally likely: bytes that make a greater number are
 * discarded. */
int os_random_integer(struct os_random_values *v, uint64_t last, uint64_t *value,
                      struct base_error *e);

/* Returns the entropy of `times` integers from 0 to `last`, in bits, rounded down: exact for a
 * power of two, otherwise possibly one too few once `times` is in the millions. */
uint64_t os_random_bits(uint64_t last, uint32_t times);

/* Returns about how many random bytes an integer needs. */
uint64_t os_random_cost(uint64_t last);

/* RFC 9562, versions 4 and 7. */
enum { OS_UUID_SIZE = 16, OS_UUID4_BITS = 122, OS_UUID7_BITS = 74, OS_UUID7_STEP_BITS = 32 };
int os_random_uuid4(struct os_random_values *v, unsigned char uuid[static OS_UUID_SIZE],
                    struct base_error *e);

/* The last UUID of a run; all zero before the first. */
struct os_uuid7 {
    bool begun;
    uint64_t ms;   /* since 1970, 48 bits */
    uint64_t high; /* 12 random bits */
    uint64_t low;  /* 62 random bits */
};

/* Generates the UUID after *u, which is always greater: while the clock, at `ms` milliseconds since
 * 1970, does not advance, by a random number of 32 bits (RFC 9562, section 6.2, method 2). *bits:
 * the number of new bits.
 * Returns 0, or -errno: EOVERFLOW if ms has more than 48 bits; otherwise as os_random_fill(). */
int os_random_uuid7(struct os_random_values *v, struct os_uuid7 *u, uint64_t ms,
                    unsigned char uuid[static OS_UUID_SIZE], unsigned *bits, struct base_error *e);
