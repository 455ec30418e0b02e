/* SPDX-License-Identifier: 0BSD
 *
 * For LD_PRELOAD, with glibc: allocations of the program fail, not those of the
 * programs that it runs. NO_MEMORY=FIRST-LAST:SIZE:MARK: of the allocations of
 * at least SIZE bytes, counted from 1 once the program's constructors run and in
 * all threads, those from FIRST to LAST fail, and the file MARK is created.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

/* What glibc itself calls in the end: strdup(3), reallocarray(3), asprintf(3), opendir(3). */
void *libc_malloc(size_t size) __asm__("__libc_malloc");
void *libc_calloc(size_t count, size_t size) __asm__("__libc_calloc");
void *libc_realloc(void *data, size_t size) __asm__("__libc_realloc");

static unsigned long first, last, least;
static const char *mark;
static atomic_ulong count;

__attribute__((constructor)) static void begin(void) {
    char *text = getenv("NO_MEMORY");
    if (!text)
        return;
    first = strtoul(text, &text, 10);
    last = strtoul(text + 1, &text, 10);
    least = strtoul(text + 1, &text, 10);
    mark = text + 1;
    unsetenv("NO_MEMORY");
    unsetenv("LD_PRELOAD");
}

static bool fails(size_t size) {
    if (!mark || size < least)
        return false;
    unsigned long number = atomic_fetch_add(&count, 1) + 1;
    if (number < first || number > last)
        return false;
    close(creat(mark, 0600));
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size) {
    return fails(size) ? NULL : libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    return fails(number * size) ? NULL : libc_calloc(number, size);
}

void *realloc(void *data, size_t size) {
    return fails(size) ? NULL : libc_realloc(data, size);
}
