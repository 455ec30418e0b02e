/* SPDX-License-Identifier: 0BSD
 *
 * What is made of random bytes: integers without bias, UUIDs. As
 * random.SystemRandom, secrets and uuid do in Python.
 */
#pragma once

#include "os/random.h"

/* Asks for many bytes at a time, and hands out each of them once. Zero but for `random`. */
struct os_random_values {
    struct os_random *random;
    uint64_t expected; /* about how many bytes more will be wanted */
    size_t at, size;   /* of the pool: the next byte, the end */
    unsigned char pool[4096];
};

/* Wipes the pool. */
void os_random_values_finish(struct os_random_values *d);

/* All fail as os_random_fill(). */
int os_random_bytes(struct os_random_values *d, void *bytes, size_t size, struct base_error *e);

/* 0 to `last`, each as likely as the others: what does not fit is drawn again. */
int os_random_integer(struct os_random_values *d, uint64_t last, uint64_t *value,
                      struct base_error *e);

/* Of how many bits `times` draws of 0 to `last` are the choice, rounded down: exactly so for a
 * power of two, otherwise possibly one too few, once `times` is in the millions. */
uint64_t os_random_bits(uint64_t last, uint32_t times);

/* About how many bytes a draw takes. */
uint64_t os_random_cost(uint64_t last);

/* RFC 9562, versions 4 and 7. */
enum { OS_UUID_SIZE = 16, OS_UUID4_BITS = 122, OS_UUID7_BITS = 74, OS_UUID7_STEP_BITS = 32 };
int os_random_uuid4(struct os_random_values *d, unsigned char uuid[static OS_UUID_SIZE],
                    struct base_error *e);

/* What the last one of a run was; zero before the first. */
struct os_uuid7 {
    bool begun;
    uint64_t ms;   /* since 1970, 48 bits */
    uint64_t high; /* 12 random bits */
    uint64_t low;  /* 62 random bits */
};

/* The next one after *u, always a greater one: while the clock, which says `ms` milliseconds since
 * 1970, does not go forward, by a random number of 32 bits (RFC 9562, section 6.2, method 2).
 * *bits: how many bits are new. EOVERFLOW: ms has more than 48 bits. */
int os_random_uuid7(struct os_random_values *d, struct os_uuid7 *u, uint64_t ms,
                    unsigned char uuid[static OS_UUID_SIZE], unsigned *bits, struct base_error *e);
