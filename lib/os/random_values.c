/* SPDX-License-Identifier: 0BSD
 *
 * Values made from random bytes: integers without bias, UUIDs.
 */
#include <string.h>

#include "os/random_values.h"

static const uint64_t LOW_MASK = (UINT64_C(1) << 62) - 1, HIGH_MASK = 0xfff;
static const uint64_t MS_MAX = (UINT64_C(1) << 48) - 1;

void os_random_values_finish(struct os_random_values *v) {
    explicit_bzero(v->pool, sizeof v->pool);
    v->at = v->size = 0;
}

static int refill(struct os_random_values *v, size_t wanted, struct base_error *e) {
    size_t size = v->expected < sizeof v->pool ? (size_t)v->expected : sizeof v->pool;
    if (size < wanted)
        size = wanted < sizeof v->pool ? wanted : sizeof v->pool;
    int err = os_random_fill(v->random, v->pool, size, e);
    if (err < 0)
        return err;
    v->expected -= v->expected < size ? v->expected : size;
    v->at = 0;
    v->size = size;
    return 0;
}

int os_random_bytes(struct os_random_values *v, void *bytes, size_t size, struct base_error *e) {
    unsigned char *p = bytes;
    while (size > 0) {
        if (v->at == v->size) {
            int err = refill(v, size, e);
            if (err < 0)
                return err;
        }
        size_t n = v->size - v->at < size ? v->size - v->at : size;
        memcpy(p, v->pool + v->at, n);
        v->at += n;
        p += n;
        size -= n;
    }
    return 0;
}

/* Binary digits of a number. */
static unsigned width(uint64_t value) {
    return value ? 64 - (unsigned)__builtin_clzll(value) : 0;
}

uint64_t os_random_cost(uint64_t last) {
    /* At worst, half of the numbers are too great. */
    return 2 * (uint64_t)((width(last) + 7) / 8);
}

int os_random_integer(struct os_random_values *v, uint64_t last, uint64_t *value,
                      struct base_error *e) {
    unsigned bits = width(last);
    uint64_t mask = bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
    do {
        unsigned char bytes[8];
        uint64_t number = 0;
        int err = os_random_bytes(v, bytes, (bits + 7) / 8, e);
        if (err < 0)
            return err;
        for (unsigned i = 0; i < (bits + 7) / 8; i++)
            number = number << 8 | bytes[i];
        explicit_bzero(bytes, sizeof bytes);
        *value = number & mask;
    } while (*value > last);
    return 0;
}

uint64_t os_random_bits(uint64_t last, uint32_t times) {
    if (last == UINT64_MAX)
        return (uint64_t)times * 64;
    uint64_t count = last + 1;
    unsigned whole = width(count) - 1;
    /* The binary digits of the logarithm after the point: square the mantissa, which has 31 of
     * them; whenever it reaches 2 that is a digit 1. Truncation makes the result smaller. */
    uint64_t mantissa = whole > 31 ? count >> (whole - 31) : count << (31 - whole);
    uint64_t fraction = 0;
    for (unsigned i = 0; i < 32; i++) {
        mantissa = mantissa * mantissa >> 31;
        fraction = fraction << 1 | mantissa >> 32;
        mantissa >>= mantissa >> 32;
    }
    return (uint64_t)times * whole + ((uint64_t)times * fraction >> 32);
}

static void store(unsigned char *bytes, unsigned size, uint64_t value) {
    while (size-- > 0) {
        bytes[size] = (unsigned char)value;
        value >>= 8;
    }
}

/* Version, and the variant of RFC 9562. */
static void mark(unsigned char *uuid, unsigned version) {
    uuid[6] = (unsigned char)((uuid[6] & 0x0f) | version << 4);
    uuid[8] = (unsigned char)((uuid[8] & 0x3f) | 0x80);
}

int os_random_uuid4(struct os_random_values *v, unsigned char uuid[static OS_UUID_SIZE],
                    struct base_error *e) {
    int err = os_random_bytes(v, uuid, OS_UUID_SIZE, e);
    mark(uuid, 4);
    return err;
}

/* 74 new bits. */
static int start_ms(struct os_random_values *v, struct os_uuid7 *u, uint64_t ms,
                    struct base_error *e) {
    uint64_t bits[2];
    if (ms > MS_MAX)
        return base_fail(e, EOVERFLOW, "clock_gettime", NULL);
    int err = os_random_bytes(v, bits, sizeof bits, e);
    if (err < 0)
        return err;
    *u = (struct os_uuid7){ true, ms, bits[0] & HIGH_MASK, bits[1] & LOW_MASK };
    explicit_bzero(bits, sizeof bits);
    return 0;
}

/* Adds 1 to 2^32; if the millisecond is full, uses the next one. */
static int step(struct os_random_values *v, struct os_uuid7 *u, struct base_error *e) {
    uint32_t more;
    int err = os_random_bytes(v, &more, sizeof more, e);
    if (err < 0)
        return err;
    u->low += (uint64_t)more + 1;
    u->high += u->low >> 62;
    u->low &= LOW_MASK;
    return u->high > HIGH_MASK ? start_ms(v, u, u->ms + 1, e) : 0;
}

int os_random_uuid7(struct os_random_values *v, struct os_uuid7 *u, uint64_t ms,
                    unsigned char uuid[static OS_UUID_SIZE], unsigned *bits, struct base_error *e) {
    bool restart = !u->begun || ms > u->ms;
    int err = restart ? start_ms(v, u, ms, e) : step(v, u, e);
    if (err < 0)
        return err;
    *bits = restart ? OS_UUID7_BITS : OS_UUID7_STEP_BITS;
    store(uuid, 6, u->ms);
    store(uuid + 6, 2, u->high);
    store(uuid + 8, 8, u->low);
    mark(uuid, 7);
    return 0;
}
