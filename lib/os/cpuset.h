/* SPDX-License-Identifier: 0BSD
 *
 * Sets of CPUs, of any size: what users write, what the kernel reads and prints,
 * and the CPUs that a thread may use (sched_setaffinity(2)).
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* A mask in the kernel's layout: an array of unsigned long, CPU n is bit n % OS_CPUSET_BITS of word
 * n / OS_CPUSET_BITS. Which byte that is depends on the byte order. All zero is the empty set. */
struct os_cpuset {
    unsigned long *words; /* owned, unless the set is never finished */
    size_t count;         /* of words */
};

enum { OS_CPUSET_BITS = sizeof(unsigned long) * CHAR_BIT };

/* The greatest CPU number that a text may name plus one: a bound on memory, far above any kernel's
 * limit (8192). */
enum { OS_CPUS_MAX = 1 << 20 };

void os_cpuset_finish(struct os_cpuset *set);

static inline bool os_cpuset_has(const struct os_cpuset *set, size_t cpu) {
    size_t word = cpu / OS_CPUSET_BITS;
    return word < set->count && (set->words[word] >> cpu % OS_CPUSET_BITS & 1);
}

/* Adds a CPU. Returns false if memory is short. */
__attribute__((warn_unused_result)) bool os_cpuset_add(struct os_cpuset *set, size_t cpu);

/* Returns the first CPU of the set that is not less than `cpu`, or OS_CPUSET_END.
 *
 *     for (size_t cpu = os_cpuset_next(&s, 0); cpu != OS_CPUSET_END;
 *          cpu = os_cpuset_next(&s, cpu + 1)) */
#define OS_CPUSET_END SIZE_MAX
size_t os_cpuset_next(const struct os_cpuset *set, size_t cpu);

/* Returns the number of CPUs in the set. */
unsigned os_cpuset_size(const struct os_cpuset *set);

/* Sets of different sizes are equal if they have the same CPUs. */
bool os_cpuset_equal(const struct os_cpuset *a, const struct os_cpuset *b);
bool os_cpuset_intersects(const struct os_cpuset *a, const struct os_cpuset *b);

/* Reads a list "0-3,8,10-20:2" (every second of a range), as the kernel's cpulist_parse() does, or
 * a hex mask with 0x ("0xff"; "0xff,00000000" in groups of 32 bits as in /proc). *set is replaced,
 * and has as many words as its greatest CPU needs.
 * Returns NULL, or the reason why not, and *set is unchanged: "empty", "not a CPU list",
 * "not a CPU mask", "CPU number too large", "reversed range", "stride of 0", "no CPU in the mask",
 * "out of memory". */
const char *os_cpuset_parse(const char *text, struct os_cpuset *set);

/* Appends the CPUs of a set that are not in `except` (NULL: all) as ranges: "0-3,8" with "," for
 * `separator`. */
void os_cpuset_print(const struct os_cpuset *set, const struct os_cpuset *except,
                     const char *separator, struct buf *b);

/* sched_getaffinity(2), of a thread (0: this one) into *set, which is empty or was filled before.
 * The mask grows until the kernel accepts it. Returns 0, or -errno: ESRCH, ENOMEM. */
int os_cpuset_get_affinity(int tid, struct os_cpuset *set);

/* sched_setaffinity(2). Returns 0, or -errno: EINVAL if the thread may use none of these CPUs, or
 * none exists; ESRCH; EPERM. */
int os_cpuset_set_affinity(int tid, const struct os_cpuset *set);

/* Returns the number of CPUs that this thread may use, which is a good number of threads. At least
 * 1. */
unsigned os_usable_cpus(void);
