/* SPDX-License-Identifier: 0BSD
 *
 * Sets of CPUs: exact lists and masks, the bound on memory, that nothing is
 * written when a text is refused; and the kernel's masks, whatever the byte order.
 */
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>

#include "check.h"
#include "os/cpuset.h"

enum { BITS = OS_CPUSET_BITS, MASK_MAX = OS_CPUS_MAX / 4 };

/* Names the text at which a test failed first. */
static void name_failure(bool before, const char *text) {
    if (before && !check_ok)
        printf("# on <%.60s>\n", text);
}

/* The set is `low` in the first 64 CPUs, and as many others as make `total`; `last` is the last. */
static void check_cpus(const char *text, uint64_t low, size_t total, size_t last) {
    struct os_cpuset cpus = { 0 };
    bool before = check_ok;
    CHECK_STR(os_cpuset_parse(text, &cpus), NULL);
    for (unsigned i = 0; i < 64; i++)
        CHECK_INT(os_cpuset_has(&cpus, i), low >> i & 1);
    CHECK_INT(os_cpuset_size(&cpus), total);
    CHECK(os_cpuset_has(&cpus, last));
    CHECK_INT(os_cpuset_next(&cpus, last + 1), OS_CPUSET_END);
    CHECK_INT(cpus.count, last / BITS + 1);
    os_cpuset_finish(&cpus);
    CHECK(!cpus.words && cpus.count == 0);
    name_failure(before, text);
}

static void refuse_cpus(const char *text, const char *reason) {
    unsigned long mark;
    struct os_cpuset cpus = { &mark, 42 };
    bool before = check_ok;
    CHECK_STR(os_cpuset_parse(text, &cpus), reason);
    CHECK(cpus.words == &mark && cpus.count == 42);
    name_failure(before, text);
}

static void test_list(void) {
    check_cpus("0", 0x1, 1, 0);
    check_cpus("00", 0x1, 1, 0);
    check_cpus("3", 0x8, 1, 3);
    check_cpus("0-3,8", 0x10f, 5, 8);
    check_cpus("8,0-3", 0x10f, 5, 8);
    check_cpus("0-3,8,10-20:2", 0x15550f, 11, 20);
    check_cpus("5-5", 0x20, 1, 5);
    check_cpus("1,1,0-2,1", 0x7, 3, 2);
    check_cpus("0-10:4", 0x111, 3, 8);
    check_cpus("0-10:1", 0x7ff, 11, 10);
    check_cpus("0-64:64", 0x1, 2, 64);
    check_cpus("3-70:999999999999999999999", 0x8, 1, 3);
    check_cpus("31,32,63,64", 0x8000000180000000, 4, 64);
    check_cpus("0-63", UINT64_MAX, 64, 63);
    check_cpus("8191", 0, 1, 8191);
    check_cpus("1048575", 0, 1, 1048575);
    check_cpus("0-1048575", UINT64_MAX, 1048576, 1048575);
}

static void test_list_refused(void) {
    static const char *const texts[] = { ",",   "0,",      ",0", "0,,1", " 0",    "0 ",     "0, 1",
                                         "-",   "0-",      "-3", "0--3", "0-3-5", "0-3:",   "0-3:x",
                                         "3:2", "0-3:2/4", "a",  "all",  "+1",    "0-3:-1", "1.5",
                                         "1;2", "0-3:2:2", "ff", "0o7",  "1e1" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        refuse_cpus(texts[i], "not a CPU list");
    refuse_cpus("", "empty");
    refuse_cpus("3-1", "reversed range");
    refuse_cpus("0,9-8", "reversed range");
    refuse_cpus("0-3:0", "stride of 0");
    refuse_cpus("1048576", "CPU number too large");
    refuse_cpus("0-1048576", "CPU number too large");
    refuse_cpus("18446744073709551615", "CPU number too large");
    refuse_cpus("18446744073709551616", "CPU number too large");
    refuse_cpus("0-18446744073709551615", "CPU number too large");
    refuse_cpus("4294967296", "CPU number too large");
    refuse_cpus("0,99999999999999999999999999999999", "CPU number too large");
}

static void test_mask(void) {
    check_cpus("0x1", 0x1, 1, 0);
    check_cpus("0xff", 0xff, 8, 7);
    check_cpus("0XfF", 0xff, 8, 7);
    check_cpus("0x8000000000000001", 0x8000000000000001, 2, 63);
    check_cpus("0x10000000000000000", 0, 1, 64);
    check_cpus("0x20000000000000003", 0x3, 3, 65);
    check_cpus("0xff,00000000", UINT64_C(0xff00000000), 8, 39);
    check_cpus("0x00000000,000000ff", 0xff, 8, 7);
    check_cpus("0x1,00000000,00000002", 0x2, 2, 64);
    check_cpus("0x000000000000000000000000000000000001", 0x1, 1, 0);
}

static void test_mask_refused(void) {
    static const char *const texts[] = { "0x",
                                         "0x,",
                                         "0xg",
                                         "0xff,",
                                         "0x,ff",
                                         "0xff,1",
                                         "0xff,0000000",
                                         "0xff,000000000",
                                         "0x1-0x3",
                                         "0xff,,0",
                                         "0x1 ",
                                         "0x 1",
                                         "0x1ffffffff,00000000",
                                         "0xff:2",
                                         "0x0x1" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        refuse_cpus(texts[i], "not a CPU mask");
    refuse_cpus("0x0", "no CPU in the mask");
    refuse_cpus("0x00000000,00000000", "no CPU in the mask");
}

static void test_mask_limit(void) {
    char *text = malloc(MASK_MAX + 4);
    if (!text)
        return;
    memset(text, '0', MASK_MAX + 3);
    text[MASK_MAX + 3] = '\0';
    memcpy(text, "0x08", 4);
    check_cpus(text, 0, 1, OS_CPUS_MAX - 1);
    memcpy(text, "0x10", 4);
    refuse_cpus(text, "CPU number too large");
    free(text);
}

/* ---- sets ---- */

static void test_a_new_set_replaces_the_old(void) {
    struct os_cpuset cpus = { 0 };
    CHECK_STR(os_cpuset_parse("0-99", &cpus), NULL);
    CHECK_STR(os_cpuset_parse("3", &cpus), NULL);
    CHECK_INT(os_cpuset_size(&cpus), 1);
    CHECK_INT(cpus.count, 1);
    os_cpuset_finish(&cpus);
}

/* The words are as the kernel has them: CPU 0 is the least significant bit of the first one, in
 * whichever byte that is. */
static void test_a_mask_is_words_and_not_bytes(void) {
    unsigned long words[] = { 3, 0, 1UL << 1 | 1UL << (BITS - 1) };
    const struct os_cpuset cpus = { words, 3 };
    CHECK_INT(os_cpuset_next(&cpus, 0), 0);
    CHECK_INT(os_cpuset_next(&cpus, 1), 1);
    CHECK_INT(os_cpuset_next(&cpus, 2), 2 * BITS + 1);
    CHECK_INT(os_cpuset_next(&cpus, (size_t)2 * BITS + 2), 3 * BITS - 1);
    CHECK_INT(os_cpuset_next(&cpus, (size_t)3 * BITS), OS_CPUSET_END);
    CHECK_INT(os_cpuset_next(&cpus, SIZE_MAX), OS_CPUSET_END);
    CHECK(os_cpuset_has(&cpus, 0) && os_cpuset_has(&cpus, 1) && !os_cpuset_has(&cpus, 2));
    CHECK(os_cpuset_has(&cpus, 3 * BITS - 1) && !os_cpuset_has(&cpus, (size_t)3 * BITS));
    CHECK_INT(os_cpuset_size(&cpus), 4);
}

static void check_print(const char *text, const char *except, const char *separator,
                        const char *want) {
    struct os_cpuset cpus = { 0 }, others = { 0 };
    struct buf b = { 0 };
    CHECK_STR(os_cpuset_parse(text, &cpus), NULL);
    if (except)
        CHECK_STR(os_cpuset_parse(except, &others), NULL);
    os_cpuset_print(&cpus, except ? &others : NULL, separator, &b);
    CHECK_STR(buf_cstr(&b), want);
    buf_finish(&b);
    os_cpuset_finish(&cpus);
    os_cpuset_finish(&others);
}

static void test_print(void) {
    check_print("0", NULL, ",", "0");
    check_print("0,1", NULL, ",", "0-1");
    check_print("1,3,5,6,7", NULL, ",", "1,3,5-7");
    check_print("60-70,127,128", NULL, ", ", "60-70, 127-128");
    check_print("0-9", "3,5-6", ", ", "0-2, 4, 7-9");
    check_print("0-9", "10-99", ",", "0-9");
    check_print("2-5,900", "0-64", ",", "900");
    check_print("2-5", "0-64", ",", "");
}

static void test_sets_of_different_sizes_compare(void) {
    unsigned long one[] = { 6 }, three[] = { 6, 0, 0 }, other[] = { 0, 1 };
    const struct os_cpuset a = { one, 1 }, b = { three, 3 }, c = { other, 2 }, none = { 0 };
    CHECK(os_cpuset_equal(&a, &b) && os_cpuset_equal(&b, &a));
    CHECK(!os_cpuset_equal(&a, &c) && !os_cpuset_equal(&c, &a));
    CHECK(!os_cpuset_equal(&a, &none) && os_cpuset_equal(&none, &none));
    CHECK(os_cpuset_intersects(&a, &b) && !os_cpuset_intersects(&b, &c));
    CHECK(!os_cpuset_intersects(&a, &none));
}

/* ---- of a thread ---- */

static void test_affinity_is_what_libc_says(void) {
    struct os_cpuset cpus = { 0 };
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) < 0)
        return; /* more than 1024 CPUs */
    for (unsigned again = 0; again < 2; again++) {
        CHECK_INT(os_cpuset_get_affinity(0, &cpus), 0);
        for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
            CHECK_INT(os_cpuset_has(&cpus, cpu), CPU_ISSET(cpu, &set) != 0);
    }
    CHECK_INT(os_usable_cpus(), CPU_COUNT(&set));
    CHECK_INT(os_cpuset_set_affinity(0, &cpus), 0);
    CHECK_INT(os_cpuset_get_affinity(-1, &cpus), -ESRCH);
    os_cpuset_finish(&cpus);
}

int main(void) {
    RUN(test_list);
    RUN(test_list_refused);
    RUN(test_mask);
    RUN(test_mask_refused);
    RUN(test_mask_limit);
    RUN(test_a_new_set_replaces_the_old);
    RUN(test_a_mask_is_words_and_not_bytes);
    RUN(test_print);
    RUN(test_sets_of_different_sizes_compare);
    RUN(test_affinity_is_what_libc_says);
    return check_done();
}
