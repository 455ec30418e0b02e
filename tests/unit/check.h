/* SPDX-License-Identifier: 0BSD
 *
 * The unit tests' whole framework: TAP on stdout. A test program has a `static
 * void test_NAME(void)` a claim, and a main that calls RUN(test_NAME) for each
 * and ends with `return check_done();`.
 */
#pragma once

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int check_tests, check_failures;
static bool check_ok;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            check_ok = false;                                                                      \
            printf("# %s:%d: %s\n", __FILE__, __LINE__, #condition);                               \
        }                                                                                          \
    } while (0)

#define CHECK_INT(got, want)                                                                       \
    do {                                                                                           \
        long long check_got = (long long)(got), check_want = (long long)(want);                    \
        if (check_got != check_want) {                                                             \
            check_ok = false;                                                                      \
            printf("# %s:%d: %s: got %lld, want %lld\n", __FILE__, __LINE__, #got, check_got,      \
                   check_want);                                                                    \
        }                                                                                          \
    } while (0)

/* NULL equals only NULL. */
#define CHECK_STR(got, want)                                                                       \
    do {                                                                                           \
        const char *check_got = (got), *check_want = (want);                                       \
        if (!check_got || !check_want ? check_got != check_want                                    \
                                      : strcmp(check_got, check_want) != 0) {                      \
            check_ok = false;                                                                      \
            printf("# %s:%d: %s: got <%s>, want <%s>\n", __FILE__, __LINE__, #got,                 \
                   check_got ? check_got : "NULL", check_want ? check_want : "NULL");              \
        }                                                                                          \
    } while (0)

#define RUN(test)                                                                                  \
    do {                                                                                           \
        check_ok = true;                                                                           \
        test();                                                                                    \
        check_failures += !check_ok;                                                               \
        printf("%sok %d - %s\n", check_ok ? "" : "not ", ++check_tests, #test);                    \
        fflush(stdout); /* a child would print it again: with ThreadSanitizer _exit flushes */     \
    } while (0)

static inline int check_done(void) {
    printf("1..%d\n", check_tests);
    return check_failures != 0;
}
