/* SPDX-License-Identifier: 0BSD
 *
 * Random bytes of the kernel's generator: os.urandom, os.getrandom; getrandom(2),
 * random(4). There is no generator here, and no substitute for the kernel's:
 * the bytes come through the vDSO, by system call, or, where the call is missing,
 * from its device.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "os/vdso.h"

/* GRND_* of getrandom(2). With any flags but INSECURE a call waits, or fails, before the generator
 * is seeded. */
enum {
    OS_RANDOM_NONBLOCK = 1, /* EAGAIN instead of waiting */
    OS_RANDOM_RANDOM = 2,   /* as /dev/random, which is the same since Linux 5.6 */
    OS_RANDOM_INSECURE = 4, /* never waits; not with RANDOM. Linux 5.6 */
};

/* Where bytes came from. */
enum os_random_source {
    OS_RANDOM_FROM_NOTHING, /* no bytes were needed */
    OS_RANDOM_FROM_VDSO,    /* the vDSO's generator, which the kernel keys */
    OS_RANDOM_FROM_CALL,    /* getrandom(2) */
    OS_RANDOM_FROM_URANDOM, /* /dev/urandom */
    OS_RANDOM_FROM_RANDOM,  /* /dev/random */
    OS_RANDOM_SOURCES,
};

/* The state of the vDSO's generator is not worth its memory for fewer bytes. */
#define OS_RANDOM_VDSO_WORTH 16384

/* One thread's access to the generator. It cannot be used in a child after fork(2). */
struct os_random {
    unsigned flags;               /* OS_RANDOM_* */
    enum os_random_source source; /* of the next bytes */
    uint64_t calls;               /* of the vDSO's function, getrandom(2) or read(2) */
    uint64_t interrupted;         /* of these, ended by a signal without a byte */
    uint64_t partial;             /* of these, returned fewer bytes than requested */
    uint64_t bytes;
    unsigned threads; /* that took part */

    os_vgetrandom *vdso; /* NULL: not available */
    void *state;         /* the vDSO's, mapped as it says */
    size_t state_size;
    int fd; /* of a device; -1 */
};

/* Prepares for about `expected` bytes. Cannot fail: without the vDSO, or without memory for its
 * state, getrandom(2) is used. NONBLOCK and RANDOM always use it. */
void os_random_init(struct os_random *r, unsigned flags, uint64_t expected);
void os_random_finish(struct os_random *r);

/* Returns whether both the vDSO and getrandom(2) can be used; os_random_use() then chooses one of
 * them for the next bytes. */
bool os_random_has_both(const struct os_random *r);
void os_random_use(struct os_random *r, enum os_random_source source);

/* Fills all of `bytes`, or fails; for 0 bytes nothing is called.
 * Returns 0, or -errno: EAGAIN if the generator is not seeded (NONBLOCK); EINVAL if flags exclude
 * each other, or are too new for the kernel; ENODEV if /dev/urandom is something else; EINTR if it
 * was interrupted again and again; EIO if the kernel returned nonsense; ENOENT, EACCES and similar
 * if getrandom(2) is missing (or a filter denies it) and the device cannot be opened. */
int os_random_fill(struct os_random *r, void *bytes, size_t size, struct base_error *e);

/* Returns "vdso", "getrandom", "urandom" or "random"; NULL for none. */
const char *os_random_source_name(enum os_random_source source);
