/* SPDX-License-Identifier: 0BSD
 *
 * Random bytes of the kernel's generator: os.urandom, os.getrandom; getrandom(2),
 * random(4). There is no generator here, and nothing stands in for the kernel's:
 * it is asked through the vDSO, by system call, or, where the call is missing,
 * by reading its device.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "os/vdso.h"

/* How to ask: GRND_* of getrandom(2). All flags but INSECURE wait, or fail, before the generator
 * is seeded. */
enum {
    OS_RANDOM_NONBLOCK = 1, /* EAGAIN instead of waiting */
    OS_RANDOM_RANDOM = 2,   /* as /dev/random, which is the same since Linux 5.6 */
    OS_RANDOM_INSECURE = 4, /* never waits; not with RANDOM. Linux 5.6 */
};

/* What answered. */
enum os_random_source {
    OS_RANDOM_FROM_NOTHING, /* it was not asked */
    OS_RANDOM_FROM_VDSO,    /* the kernel's generator, keyed anew by it, without a call for each */
    OS_RANDOM_FROM_CALL,    /* getrandom(2) */
    OS_RANDOM_FROM_URANDOM, /* /dev/urandom */
    OS_RANDOM_FROM_RANDOM,  /* /dev/random */
};

/* Requests below this number of bytes are not worth the vDSO's state. */
#define OS_RANDOM_VDSO_WORTH 16384

/* One thread's way to the generator. It must not outlive a fork(2). */
struct os_random {
    unsigned flags; /* OS_RANDOM_* */
    enum os_random_source source;
    uint64_t calls;       /* of the vDSO's function, getrandom(2) or read(2) */
    uint64_t interrupted; /* of these, ended by a signal with nothing */
    uint64_t partial;     /* of these, had less than was asked for */
    uint64_t bytes;
    unsigned threads; /* that took part */

    os_vgetrandom *vdso; /* NULL: not used */
    void *state;         /* the vDSO's, mapped as it says */
    size_t state_size;
    int fd; /* of a device; -1 */
};

/* `expected`: about how many bytes will be wanted. Cannot fail: what cannot be had is done
 * without. */
void os_random_begin(struct os_random *r, unsigned flags, uint64_t expected);
void os_random_end(struct os_random *r);

/* Fills all of `bytes`, or fails; 0 bytes ask nothing.
 * EAGAIN: not seeded yet (NONBLOCK). EINVAL: flags that exclude each other, or are too new for the
 * kernel. ENODEV: what is called /dev/urandom is something else. EINTR: interrupted endlessly. EIO:
 * the kernel returned nonsense. ENOENT, EACCES and kin: getrandom(2) is missing (or a filter
 * denies it), and so is the device. */
int os_random_fill(struct os_random *r, void *bytes, size_t size, struct base_error *e);

/* Takes bytes; false: no more of them. Called by one thread at a time, but not always the same. */
typedef bool os_random_take(void *data, const void *bytes, size_t size);

/* Hands exactly `size` bytes to `take`, in pieces of at most OS_RANDOM_PIECE, made by up to `jobs`
 * threads at once: which piece comes first does not matter. 0 also when `take` wanted no more.
 * The errors of os_random_fill(); ENOMEM. */
enum { OS_RANDOM_PIECE = 128 * 1024 };
int os_random_stream(struct os_random *r, uint64_t size, unsigned jobs, os_random_take *take,
                     void *data, struct base_error *e);

/* Waits until the generator is seeded, for `timeout` nanoseconds at most (INT64_MAX: for ever; 0:
 * not at all). EAGAIN: it is not. Meanwhile SIGALRM and the timer ITIMER_REAL are in use. */
int os_random_wait(int64_t timeout, struct base_error *e);

/* "vdso", "getrandom", "urandom", "random"; NULL for none. */
const char *os_random_source_name(enum os_random_source source);
