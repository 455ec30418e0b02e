/* SPDX-License-Identifier: 0BSD
 *
 * Sets of CPUs.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/cpuset.h"

void os_cpuset_finish(struct os_cpuset *set) {
    free(set->words);
    *set = (struct os_cpuset){ 0 };
}

/* Makes it `count` words, the new ones 0. */
static bool resize(struct os_cpuset *set, size_t count) {
    unsigned long *words = reallocarray(set->words, count, sizeof *words);
    if (!words)
        return false;
    if (count > set->count)
        memset(words + set->count, 0, (count - set->count) * sizeof *words);
    set->words = words;
    set->count = count;
    return true;
}

bool os_cpuset_add(struct os_cpuset *set, size_t cpu) {
    size_t word = cpu / OS_CPUSET_BITS;
    if (word >= set->count && !resize(set, word + 1))
        return false;
    set->words[word] |= 1UL << cpu % OS_CPUSET_BITS;
    return true;
}

static unsigned long word_of(const struct os_cpuset *set, size_t word) {
    return word < set->count ? set->words[word] : 0;
}

size_t os_cpuset_next(const struct os_cpuset *set, size_t cpu) {
    unsigned long skip = ~0UL << cpu % OS_CPUSET_BITS;
    for (size_t word = cpu / OS_CPUSET_BITS; word < set->count; word++, skip = ~0UL)
        if (set->words[word] & skip)
            return word * OS_CPUSET_BITS + (unsigned)__builtin_ctzl(set->words[word] & skip);
    return OS_CPUSET_END;
}

unsigned os_cpuset_size(const struct os_cpuset *set) {
    unsigned size = 0;
    for (size_t word = 0; word < set->count; word++)
        size += (unsigned)__builtin_popcountl(set->words[word]);
    return size;
}

bool os_cpuset_equal(const struct os_cpuset *a, const struct os_cpuset *b) {
    for (size_t word = 0; word < a->count || word < b->count; word++)
        if (word_of(a, word) != word_of(b, word))
            return false;
    return true;
}

bool os_cpuset_intersects(const struct os_cpuset *a, const struct os_cpuset *b) {
    for (size_t word = 0; word < a->count && word < b->count; word++)
        if (a->words[word] & b->words[word])
            return true;
    return false;
}

static size_t next_except(const struct os_cpuset *set, const struct os_cpuset *except, size_t cpu) {
    cpu = os_cpuset_next(set, cpu);
    while (except && cpu != OS_CPUSET_END && os_cpuset_has(except, cpu))
        cpu = os_cpuset_next(set, cpu + 1);
    return cpu;
}

void os_cpuset_print(const struct os_cpuset *set, const struct os_cpuset *except,
                     const char *separator, struct buf *b) {
    size_t cpu = next_except(set, except, 0);
    for (const char *before = ""; cpu != OS_CPUSET_END; before = separator) {
        size_t first = cpu, last;
        do {
            last = cpu;
            cpu = next_except(set, except, cpu + 1);
        } while (cpu == last + 1);
        buf_add_str(b, before);
        buf_add_uint(b, first);
        if (last > first) {
            buf_add_char(b, '-');
            buf_add_uint(b, last);
        }
    }
}

/* ---- of a thread ---- */

/* EINVAL: the kernel has more CPUs than the mask has room for. */
int os_cpuset_get_affinity(int tid, struct os_cpuset *set) {
    size_t count = set->count ? set->count : 1024 / OS_CPUSET_BITS;
    for (;; count *= 2) {
        if (!resize(set, count))
            return -ENOMEM;
        long size = syscall(SYS_sched_getaffinity, tid, count * sizeof *set->words, set->words);
        if (size >= 0) {
            set->count = (size_t)size / sizeof *set->words; /* what it wrote */
            return 0;
        }
        if (errno != EINVAL || count >= OS_CPUS_MAX / OS_CPUSET_BITS)
            return -errno;
    }
}

int os_cpuset_set_affinity(int tid, const struct os_cpuset *set) {
    size_t size = set->count * sizeof *set->words;
    return syscall(SYS_sched_setaffinity, tid, size, set->words) < 0 ? -errno : 0;
}

unsigned os_usable_cpus(void) {
    struct os_cpuset set = { 0 };
    unsigned count = os_cpuset_get_affinity(0, &set) == 0 ? os_cpuset_size(&set) : 0;
    os_cpuset_finish(&set);
    return count ? count : 1;
}
