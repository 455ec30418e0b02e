/* SPDX-License-Identifier: 0BSD
 *
 * CPU lists and masks: exact sets, the bound on memory, and that nothing is
 * written when a text is refused.
 */
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>

#include "check.h"
#include "cli/cpus.h"

enum { BITS = sizeof(long) * CHAR_BIT, MASK_MAX = CLI_CPUS_MAX / 4 };

static bool has(const struct cli_cpus *cpus, size_t cpu) {
    return cpu / BITS < cpus->words && (cpus->bits[cpu / BITS] >> cpu % BITS & 1);
}

static size_t count(const struct cli_cpus *cpus) {
    size_t sum = 0;
    for (size_t i = 0; i < cpus->words; i++)
        sum += (size_t)__builtin_popcountl(cpus->bits[i]);
    return sum;
}

/* Names the text at which a test failed first. */
static void name_failure(bool before, const char *text) {
    if (before && !check_ok)
        printf("# on <%.60s>\n", text);
}

/* The set is `low` in the first 64 CPUs, and as many others as make `total`; `last` is the last. */
static void check_cpus(const char *text, uint64_t low, size_t total, size_t last) {
    struct cli_cpus cpus = { 0 };
    bool before = check_ok;
    CHECK_STR(cli_parse_cpus(text, &cpus), NULL);
    for (unsigned i = 0; i < 64; i++)
        CHECK_INT(has(&cpus, i), low >> i & 1);
    CHECK_INT(count(&cpus), total);
    CHECK(has(&cpus, last));
    CHECK_INT(cpus.words, last / BITS + 1);
    cli_cpus_finish(&cpus);
    CHECK(!cpus.bits && cpus.words == 0);
    name_failure(before, text);
}

static void refuse_cpus(const char *text, const char *reason) {
    unsigned long mark;
    struct cli_cpus cpus = { &mark, 42 };
    bool before = check_ok;
    CHECK_STR(cli_parse_cpus(text, &cpus), reason);
    CHECK(cpus.bits == &mark && cpus.words == 42);
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
    check_cpus(text, 0, 1, CLI_CPUS_MAX - 1);
    memcpy(text, "0x10", 4);
    refuse_cpus(text, "CPU number too large");
    free(text);
}

int main(void) {
    RUN(test_list);
    RUN(test_list_refused);
    RUN(test_mask);
    RUN(test_mask_refused);
    RUN(test_mask_limit);
    return check_done();
}
