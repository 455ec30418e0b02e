/* SPDX-License-Identifier: 0BSD
 *
 * The kernel's random bytes: that none is missing, that every symbol table of a
 * vDSO is understood, and the values made from known bytes.
 */
#include <elf.h>
#include <link.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "os/clock.h"
#include "os/random_stream.h"
#include "os/random_values.h"
#include "os/random_wait.h"

/* ---- the vDSO ---- */

static const char CLOCK[] =
#if defined(__aarch64__) || defined(__s390x__)
    "__kernel_clock_gettime";
#else
    "__vdso_clock_gettime";
#endif

static const void *image(void) {
    return (const void *)(uintptr_t)getauxval(AT_SYSINFO_EHDR);
}

/* Of what is loaded. */
static size_t image_size(void) {
    const ElfW(Ehdr) *header = image();
    const ElfW(Phdr) *part = (const void *)((const char *)image() + header->e_phoff);
    size_t size = 0;
    for (unsigned i = 0; i < header->e_phnum; i++)
        if (part[i].p_type == PT_LOAD && part[i].p_offset + part[i].p_filesz > size)
            size = part[i].p_offset + part[i].p_filesz;
    return size;
}

/* Takes the name of a table away from the kind that it has. */
static bool hide(void *copy, int64_t tag) {
    const ElfW(Ehdr) *header = copy;
    const ElfW(Phdr) *part = (const void *)((const char *)copy + header->e_phoff);
    bool found = false;
    for (unsigned i = 0; i < header->e_phnum; i++) {
        if (part[i].p_type != PT_DYNAMIC)
            continue;
        for (ElfW(Dyn) *d = (void *)((char *)copy + part[i].p_offset); d->d_tag != DT_NULL; d++) {
            if (d->d_tag == tag) {
                d->d_tag = DT_DEBUG;
                found = true;
            }
        }
    }
    return found;
}

static void test_vdso_has_its_functions(void) {
    if (!image())
        return;
    CHECK(os_vdso_find(image(), CLOCK));
    CHECK(!os_vdso_find(image(), "__vdso_no_such_function"));
    CHECK(!os_vdso_find(image(), ""));
}

static void test_vdso_needs_either_hash(void) {
    if (!image())
        return;
    size_t size = image_size();
    ptrdiff_t at = (const char *)os_vdso_find(image(), CLOCK) - (const char *)image();
    static const int64_t hashes[] = { DT_HASH, DT_GNU_HASH };
    char *copy = aligned_alloc(4096, (size + 4095) / 4096 * 4096);
    for (unsigned i = 0; copy && i < 2; i++) {
        memcpy(copy, image(), size);
        bool had = hide(copy, hashes[i]);
        const char *found = os_vdso_find(copy, CLOCK);
        if (had && hide(copy, hashes[1 - i])) {
            CHECK(found && found - copy == at);
            CHECK(!os_vdso_find(copy, CLOCK));
        }
    }
    CHECK(copy);
    free(copy);
}

/* ---- bytes ---- */

static void test_fill_is_exact(void) {
    static const size_t sizes[] = { 0, 1, 255, 256, 257, 4096, 65537 };
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (unsigned vdso = 0; vdso < 2; vdso++) {
            struct os_random r;
            struct base_error e;
            unsigned char *bytes = calloc(1, sizes[i] + 16);
            unsigned zeros = 0;
            os_random_init(&r, 0, vdso ? OS_RANDOM_VDSO_WORTH : 0);
            CHECK_INT(os_random_fill(&r, bytes, sizes[i], &e), 0);
            CHECK_INT(r.bytes, sizes[i]);
            CHECK(sizes[i] ? r.calls > 0 : r.calls == 0);
            CHECK_INT(r.source, r.vdso ? OS_RANDOM_FROM_VDSO : OS_RANDOM_FROM_CALL);
            CHECK(vdso || !r.vdso);
            os_random_finish(&r);
            for (unsigned k = 0; k < 16; k++)
                CHECK_INT(bytes[sizes[i] + k], 0);
            /* 24 zeros at the end of 255 bytes would be a chance of 2^-192. */
            for (size_t k = sizes[i] > 24 ? sizes[i] - 24 : 0; k < sizes[i]; k++)
                zeros += !bytes[k];
            CHECK(zeros < 24);
            free(bytes);
        }
    }
}

static void test_flags_that_exclude_each_other(void) {
    struct os_random r;
    struct base_error e;
    char byte;
    os_random_init(&r, OS_RANDOM_RANDOM | OS_RANDOM_INSECURE, 0);
    int err = os_random_fill(&r, &byte, 1, &e);
    os_random_finish(&r);
    if (err == -EINVAL)
        CHECK_STR(e.operation, "getrandom");
    else
        CHECK(err < 0); /* an old kernel, or a filter, has other errors */
}

struct received {
    uint64_t bytes, most;
    bool too_large;
};

static bool consume(void *data, const void *bytes, size_t size) {
    struct received *t = data;
    (void)bytes;
    t->bytes += size;
    t->too_large |= size > OS_RANDOM_PIECE;
    return t->bytes < t->most;
}

static void test_stream_is_exact(void) {
    static const uint64_t sizes[] = { 0, 1, OS_RANDOM_PIECE, OS_RANDOM_PIECE + 1, 9000001 };
    static const unsigned jobs[] = { 0, 1, 2, 7 };
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (unsigned j = 0; j < sizeof jobs / sizeof *jobs; j++) {
            struct received t = { .most = UINT64_MAX };
            struct os_random r;
            os_random_init(&r, 0, 0);
            CHECK_INT(os_random_stream(&r, sizes[i], jobs[j], consume, &t, NULL), 0);
            CHECK_INT(t.bytes, sizes[i]);
            CHECK_INT(r.bytes, sizes[i]);
            CHECK(!t.too_large);
            os_random_finish(&r);
        }
    }
}

static void test_stream_ends_when_no_more_is_taken(void) {
    struct received t = { .most = UINT64_C(3) * OS_RANDOM_PIECE };
    struct os_random r;
    os_random_init(&r, 0, 0);
    CHECK_INT(os_random_stream(&r, UINT64_MAX, 4, consume, &t, NULL), 0);
    CHECK_INT(t.bytes, 3 * OS_RANDOM_PIECE);
    os_random_finish(&r);
}

static void test_flags_that_forbid_the_vdso(void) {
    static const unsigned flags[] = { OS_RANDOM_NONBLOCK, OS_RANDOM_RANDOM };
    for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++) {
        struct os_random r;
        os_random_init(&r, flags[i], UINT64_MAX);
        CHECK(!os_random_has_both(&r));
        CHECK_INT(r.source, OS_RANDOM_FROM_CALL);
        os_random_finish(&r);
    }
}

/* ---- waiting ---- */

#define FOR_CALL(name, then_skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, then_skip)
#define RETURN(what)              BPF_STMT(BPF_RET | BPF_K, what)
#define LOAD(offset)              BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))

/* Where the system call's number is, and the low half of an argument. */
enum {
    NUMBER = offsetof(struct seccomp_data, nr),
    FIRST = offsetof(struct seccomp_data, args) +
            (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? sizeof(uint32_t) : 0),
    THIRD = FIRST + 2 * sizeof(uint64_t),
};

/* As before the generator is seeded: getrandom(2) is EAGAIN with GRND_NONBLOCK, and without it
 * waits for ever. Signals and timers are deadly. The descriptor of the filter, or -1. */
static int unseed(void) {
    struct sock_filter steps[] = {
        LOAD(NUMBER),
        FOR_CALL(setitimer, 1),
        RETURN(SECCOMP_RET_KILL_PROCESS),
        FOR_CALL(timer_create, 1),
        RETURN(SECCOMP_RET_KILL_PROCESS),
        FOR_CALL(rt_sigaction, 3),
        LOAD(FIRST),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SIGALRM, 0, 1),
        RETURN(SECCOMP_RET_KILL_PROCESS),
        LOAD(NUMBER),
        FOR_CALL(getrandom, 4),
        LOAD(THIRD),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
        RETURN(SECCOMP_RET_USER_NOTIF),
        RETURN(SECCOMP_RET_ERRNO | EAGAIN),
        RETURN(SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { sizeof steps / sizeof *steps, steps };
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                        &program);
}

enum { NO_FILTER = 77, WAIT_NS = 20000000 };

/* Seeds it: calls that wait, and those that follow, are made. */
static void *seed(void *data) {
    const int *filter = data;
    for (;;) {
        struct seccomp_notif call = { 0 };
        if (ioctl(*filter, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
            return NULL;
        struct seccomp_notif_resp answer = { .id = call.id,
                                             .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };
        ioctl(*filter, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    }
}

static int wait_unseeded(void) {
    struct base_error e;
    pthread_t thread;
    int filter = unseed();
    if (filter < 0)
        return NO_FILTER;
    int64_t start = os_monotonic_ns();
    if (os_random_wait(WAIT_NS, &e) != -EAGAIN || strcmp(e.operation, "getrandom") != 0)
        return 1;
    if (os_monotonic_ns() - start < WAIT_NS)
        return 2;
    if (os_random_wait(0, &e) != -EAGAIN)
        return 3;
    if (pthread_create(&thread, NULL, seed, &filter))
        return 4;
    return os_random_wait(INT64_C(3600) * OS_NS_PER_S, &e) == 0 ? 0 : 5;
}

static void test_waiting_leaves_timers_and_signals_alone(void) {
    int status = -1;
    pid_t pid = fork();
    if (pid == 0)
        _exit(wait_unseeded());
    CHECK_INT(waitpid(pid, &status, 0), pid);
    if (status == NO_FILTER << 8)
        puts("# skipped in part: no filter of system calls here");
    else
        CHECK_INT(status, 0);
}

static void test_generator_is_seeded(void) {
    struct base_error e;
    CHECK_INT(os_random_wait(INT64_MAX, &e), 0);
    CHECK_INT(os_random_wait(1000000000, &e), 0);
    CHECK_INT(os_random_wait(0, &e), 0);
}

/* ---- values ---- */

/* A pool with these bytes; after them there are no more. */
static struct os_random_values pool(const unsigned char *bytes, size_t size) {
    struct os_random_values d = { .size = size };
    memcpy(d.pool, bytes, size);
    return d;
}

static void test_integers_take_few_bytes_and_drop_what_does_not_fit(void) {
    static const unsigned char bytes[] = {
        0xfa, 0x0a, 0x0f, 0x39, 0xff, 0x01, 0x00,    /* below 10, below 2, up to 256 */
        0x80, 0,    0,    0,    0,    0,    0,    1, /* 2^63 + 1 is one too many */
        1,    2,    3,    4,    5,    6,    7,    8,
    };
    struct os_random_values d = pool(bytes, sizeof bytes);
    uint64_t v = 99;
    CHECK_INT(os_random_integer(&d, 0, &v, NULL), 0); /* needs none */
    CHECK_INT(v, 0);
    CHECK_INT(d.at, 0);
    CHECK_INT(os_random_integer(&d, 9, &v, NULL), 0); /* fa: 10, 0a: 10, 0f: 15 do not fit */
    CHECK_INT(v, 9);
    CHECK_INT(d.at, 4);
    CHECK_INT(os_random_integer(&d, 1, &v, NULL), 0);
    CHECK_INT(v, 1);
    CHECK_INT(os_random_integer(&d, 256, &v, NULL), 0); /* nine bits of two bytes */
    CHECK_INT(v, 256);
    CHECK_INT(os_random_integer(&d, UINT64_C(1) << 63, &v, NULL), 0);
    CHECK_INT(v, INT64_C(0x0102030405060708));
    CHECK_INT(d.at, sizeof bytes);
    os_random_values_finish(&d);
    CHECK_INT(d.pool[0], 0);
    CHECK_INT(d.pool[sizeof bytes - 1], 0);
}

static void test_bits_are_the_logarithm_rounded_down(void) {
    static const struct {
        uint64_t last;
        uint32_t times;
        uint64_t bits;
    } rows[] = {
        { 0, 1, 0 },
        { 0, 77, 0 },
        { 1, 1, 1 },
        { 1, 0, 0 },
        { 2, 1, 1 },
        { 2, 100, 158 },
        { 3, 5, 10 },
        { 5, 1, 2 },
        { 9, 1, 3 },
        { 9, 3, 9 },
        { 9, 1000, 3321 },
        { 25, 12, 56 },
        { 61, 20, 119 },
        { 61, 22, 130 },
        { 93, 16, 104 },
        { 255, 8, 64 },
        { UINT32_MAX, 3, 96 },
        { 255, UINT32_MAX, UINT64_C(34359738360) },
        { UINT64_MAX, 1, 64 },
        { UINT64_MAX - 1, 1, 63 },
        { UINT64_C(1) << 63, 1, 63 },
        { (UINT64_C(1) << 63) - 1, 2, 126 },
        { 1114111, 1, 20 },
        { 2, 1000000, 1584962 },
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_INT(os_random_bits(rows[i].last, rows[i].times), rows[i].bits);
}

static void test_uuid4_has_its_version(void) {
    unsigned char ones[16], uuid[16];
    memset(ones, 0xff, sizeof ones);
    struct os_random_values d = pool(ones, sizeof ones);
    CHECK_INT(os_random_uuid4(&d, uuid, NULL), 0);
    ones[6] = 0x4f;
    ones[8] = 0xbf;
    CHECK(memcmp(uuid, ones, sizeof uuid) == 0);
}

static void check_uuid7(struct os_random_values *d, struct os_uuid7 *u, uint64_t ms,
                        unsigned want_bits, const unsigned char *want) {
    unsigned char uuid[16];
    unsigned bits = 0;
    CHECK_INT(os_random_uuid7(d, u, ms, uuid, &bits, NULL), 0);
    CHECK_INT(bits, want_bits);
    CHECK(memcmp(uuid, want, sizeof uuid) == 0);
}

static void test_uuid7_grows(void) {
    /* 16 bytes of one: all 74 bits; then steps of 4 bytes; 16 of zero whenever it restarts. */
    unsigned char bytes[16 + 4 + 16 + 4 + 4 + 16] = { 0 };
    memset(bytes, 0xff, 16);
    struct os_random_values d = pool(bytes, sizeof bytes);
    struct os_uuid7 u = { 0 };
    static const unsigned char first[] = { 0,    0,    0,    0,    0,    5,    0x7f, 0xff,
                                           0xbf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
    check_uuid7(&d, &u, 5, 74, first);
    /* No room is left in this millisecond. */
    static const unsigned char second[] = { 0, 0, 0, 0, 0, 6, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 0 };
    check_uuid7(&d, &u, 5, 32, second);
    static const unsigned char third[] = { 0, 0, 0, 0, 0, 6, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1 };
    check_uuid7(&d, &u, 6, 32, third);
    /* The clock was set back. */
    static const unsigned char fourth[] = { 0, 0, 0, 0, 0, 6, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 2 };
    check_uuid7(&d, &u, 1, 32, fourth);
    static const unsigned char fifth[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x70, 0,
                                           0x80, 0,    0,    0,    0,    0,    0,    0 };
    check_uuid7(&d, &u, (UINT64_C(1) << 48) - 1, 74, fifth);
    CHECK_INT(d.at, sizeof bytes);
}

static void test_uuid7_carries_into_the_high_bits(void) {
    static const unsigned char bytes[4] = { 0 };
    struct os_random_values d = pool(bytes, sizeof bytes);
    struct os_uuid7 u = { true, 9, 0xffe, (UINT64_C(1) << 62) - 1 };
    static const unsigned char want[] = { 0, 0, 0, 0, 0, 9, 0x7f, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0 };
    check_uuid7(&d, &u, 9, 32, want);
}

static void test_uuid7_has_48_bits_of_time(void) {
    struct os_uuid7 u = { 0 };
    struct os_random_values d = { 0 };
    struct base_error e;
    unsigned char uuid[16];
    unsigned bits;
    CHECK_INT(os_random_uuid7(&d, &u, UINT64_C(1) << 48, uuid, &bits, &e), -EOVERFLOW);
    CHECK_STR(e.operation, "clock_gettime");
    CHECK_INT(os_random_uuid7(&d, &u, UINT64_MAX - 999, uuid, &bits, &e), -EOVERFLOW);
    CHECK(!u.begun);
}

int main(void) {
    RUN(test_waiting_leaves_timers_and_signals_alone); /* while there is one thread */
    RUN(test_vdso_has_its_functions);
    RUN(test_vdso_needs_either_hash);
    RUN(test_fill_is_exact);
    RUN(test_flags_that_exclude_each_other);
    RUN(test_stream_is_exact);
    RUN(test_stream_ends_when_no_more_is_taken);
    RUN(test_flags_that_forbid_the_vdso);
    RUN(test_generator_is_seeded);
    RUN(test_integers_take_few_bytes_and_drop_what_does_not_fit);
    RUN(test_bits_are_the_logarithm_rounded_down);
    RUN(test_uuid4_has_its_version);
    RUN(test_uuid7_grows);
    RUN(test_uuid7_carries_into_the_high_bits);
    RUN(test_uuid7_has_48_bits_of_time);
    return check_done();
}
