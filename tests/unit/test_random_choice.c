/* SPDX-License-Identifier: 0BSD
 *
 * The faster one of the vDSO and getrandom(2): how it is chosen, and that large
 * requests use it. The vDSO is a substitute.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"
#include "os/random_choice.h"
#include "os/random_stream.h"

/* ---- the choice ---- */

/* Times all blocks of a look: those of the vDSO by turns, and those of getrandom(2). */
static void look(struct os_random_choice *c, int64_t vdso_1, int64_t call_1, int64_t vdso_2,
                 int64_t call_2) {
    const int64_t ns[OS_RANDOM_TIMED_BLOCKS] = { vdso_1, call_1, vdso_2, call_2 };
    for (unsigned i = 0; i < OS_RANDOM_TIMED_BLOCKS; i++) {
        CHECK(os_random_choice_timed(c));
        CHECK_INT(os_random_choice_next(c), i % 2);
        os_random_choice_add(c, OS_RANDOM_PIECE, ns[i]);
    }
    CHECK(!os_random_choice_timed(c));
}

/* Bytes until the next look: whatever they took, it does not count. */
static void use(struct os_random_choice *c, bool call) {
    uint64_t bytes = 0;
    for (; !os_random_choice_timed(c); bytes += OS_RANDOM_PIECE) {
        CHECK_INT(os_random_choice_next(c), call);
        os_random_choice_add(c, OS_RANDOM_PIECE, 0);
    }
    CHECK_INT(bytes, OS_RANDOM_LOOK_BYTES);
}

static void test_the_first_look_chooses_the_faster_source(void) {
    static const struct {
        int64_t ns[OS_RANDOM_TIMED_BLOCKS];
        bool call;
    } rows[] = {
        { { 100, 101, 100, 101 }, false }, { { 101, 100, 101, 100 }, true },
        { { 100, 100, 100, 100 }, false }, { { 900, 100, 101, 100 }, true }, /* the first is cold */
        { { 900, 200, 100, 900 }, false }, { { 100, 900, 900, 99 }, true },
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct os_random_choice c = { 0 };
        const int64_t *ns = rows[i].ns;
        look(&c, ns[0], ns[1], ns[2], ns[3]);
        use(&c, rows[i].call);
    }
}

static void test_a_later_look_needs_a_factor_to_change_it(void) {
    struct os_random_choice c = { 0 };
    look(&c, 100, 200, 100, 200);
    use(&c, false);
    look(&c, 1200, 1000, 1300, 1100); /* 1.2 */
    use(&c, false);
    look(&c, 1201, 1000, 1300, 1100);
    use(&c, true);
    look(&c, 1000, 1190, 1000, 1190);
    use(&c, true);
    look(&c, 1000, 1300, 1000, 1201);
    use(&c, false);
}

/* ---- large requests ---- */

static os_vgetrandom *vdso;
static _Atomic uint64_t vdso_calls;

/* In the place of lib/os/vdso.c. */
os_vgetrandom *os_vdso_getrandom(struct os_vgetrandom_params *params) {
    *params = (struct os_vgetrandom_params){ .size_of_opaque_state = 256,
                                             .mmap_prot = PROT_READ | PROT_WRITE,
                                             .mmap_flags = MAP_PRIVATE | MAP_ANONYMOUS };
    return vdso;
}

/* Much slower than getrandom(2), and much faster. */
static ssize_t slow(void *bytes, size_t size, unsigned flags, void *state, size_t state_size) {
    (void)flags, (void)state, (void)state_size;
    ssize_t n = -1;
    vdso_calls++;
    for (unsigned i = 0; i < 8; i++)
        n = syscall(SYS_getrandom, bytes, size, 0);
    return n;
}

static ssize_t fast(void *bytes, size_t size, unsigned flags, void *state, size_t state_size) {
    (void)flags, (void)state, (void)state_size;
    vdso_calls++;
    memset(bytes, 1, size);
    return (ssize_t)size;
}

static bool count(void *data, const void *bytes, size_t size) {
    (void)bytes;
    *(uint64_t *)data += size;
    return true;
}

/* Makes `pieces` and one byte; *r is what was done. */
static void make(os_vgetrandom *call, unsigned flags, unsigned pieces, unsigned jobs,
                 struct os_random *r) {
    uint64_t size = (uint64_t)pieces * OS_RANDOM_PIECE + 1, bytes = 0;
    vdso = call;
    vdso_calls = 0;
    os_random_init(r, flags, 0);
    CHECK_INT(os_random_stream(r, size, jobs, count, &bytes, NULL), 0);
    CHECK_INT(bytes, size);
    CHECK_INT(r->bytes, size);
    os_random_finish(r);
}

static void test_large_requests_use_the_faster_source(void) {
    struct os_random r;
    make(slow, 0, 300, 1, &r);
    CHECK_INT(r.source, OS_RANDOM_FROM_CALL);
    CHECK_INT(vdso_calls, 2);
    make(slow, 0, 300, 2, &r);
    CHECK_INT(r.source, OS_RANDOM_FROM_CALL);
    CHECK(vdso_calls >= 1 && vdso_calls <= 2UL * r.threads);
    make(fast, 0, 300, 1, &r);
    CHECK_INT(r.source, OS_RANDOM_FROM_VDSO);
    CHECK_INT(vdso_calls, 299);
    make(fast, OS_RANDOM_INSECURE, 300, 1, &r);
    CHECK_INT(vdso_calls, 299);
}

static void test_it_looks_again_after_256_mib(void) {
    struct os_random r;
    make(fast, 0, 4200, 1, &r); /* looks before pieces 0, 2052 and 4104 */
    CHECK_INT(r.source, OS_RANDOM_FROM_VDSO);
    CHECK_INT(vdso_calls, 4201 - 6);
}

static void test_small_requests_are_not_worth_a_look(void) {
    struct os_random r;
    make(slow, 0, 15, 1, &r);
    CHECK_INT(r.source, OS_RANDOM_FROM_VDSO);
    CHECK_INT(vdso_calls, 16);
    make(fast, 0, 15, 1, &r);
    CHECK_INT(vdso_calls, 16);
}

static void test_flags_that_need_the_call(void) {
    static const unsigned flags[] = { OS_RANDOM_NONBLOCK, OS_RANDOM_RANDOM };
    for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++) {
        struct os_random r;
        make(fast, flags[i], 40, 2, &r);
        CHECK_INT(r.source, OS_RANDOM_FROM_CALL);
        CHECK_INT(vdso_calls, 0);
    }
    struct os_random r;
    make(NULL, 0, 40, 2, &r);
    CHECK_INT(r.source, OS_RANDOM_FROM_CALL);
}

int main(void) {
    RUN(test_the_first_look_chooses_the_faster_source);
    RUN(test_a_later_look_needs_a_factor_to_change_it);
    RUN(test_large_requests_use_the_faster_source);
    RUN(test_it_looks_again_after_256_mib);
    RUN(test_small_requests_are_not_worth_a_look);
    RUN(test_flags_that_need_the_call);
    return check_done();
}
