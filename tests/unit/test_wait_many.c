/* SPDX-License-Identifier: 0BSD
 *
 * Waiting for many processes when memory is short. The linker wraps calloc() and realloc().
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "os/clock.h"
#include "os/wait_many.h"

enum { FDS = 256, NEVER = -1 };

/* How many allocations succeed before one fails. */
static int allocations = NEVER;

/* The names are the linker's (--wrap), and reserved.
 * NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static bool fails(void) {
    return allocations != NEVER && allocations-- == 0;
}

void *__wrap_calloc(size_t count, size_t size) {
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size) {
    return fails() ? NULL : __real_realloc(memory, size);
}

static int count_descriptors(void) {
    int count = 0;
    for (int fd = 0; fd < FDS; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

static void test_finish_closes_all_descriptors(void) {
    int before = count_descriptors();
    for (int is_set = 0; is_set < 2; is_set++) {
        struct os_wait_many w;
        CHECK_INT(os_wait_many_init(&w, WSTOPPED, is_set, NULL), 0);
        CHECK(count_descriptors() > before);
        os_wait_many_finish(&w);
        CHECK_INT(count_descriptors(), before);
    }
}

/* A process that could not be added is still the caller's, and the next one is added. */
static void test_add_changes_nothing(void) {
    struct os_wait_many w;
    struct os_wait_status r;
    struct os_process p;
    struct base_error e;
    size_t index;
    pid_t pid = fork();
    if (pid == 0)
        _exit(7);
    if (os_process_open(&p, pid, 0, &e) < 0) {
        printf("# no pidfds here\n");
        return;
    }
    CHECK_INT(os_wait_many_init(&w, 0, false, &e), 0);
    for (int n = 0; n < 9; n++) { /* more than have room at once */
        struct os_process same = { .fd = fcntl(p.fd, F_DUPFD_CLOEXEC, 0), .pid = p.pid };
        allocations = 0;
        int result = os_wait_many_add(&w, &same, &e);
        allocations = NEVER;
        if (result < 0) {
            CHECK_INT(result, -ENOMEM);
            CHECK_INT(w.left, n);
            CHECK_INT(w.list.count, n);
            CHECK_INT(os_wait_many_add(&w, &same, &e), 0);
        }
        CHECK_INT(w.left, n + 1);
    }
    os_process_close(&p);
    CHECK_INT(os_wait_many_next(&w, OS_NEVER, &index, &r, &e), 1);
    CHECK_INT(r.pid, pid);
    CHECK_INT(os_wait_exitcode(&r), 7);
    CHECK_INT(w.left, 8);
    os_wait_many_finish(&w);
}

int main(void) {
    RUN(test_finish_closes_all_descriptors);
    RUN(test_add_changes_nothing);
    return check_done();
}
