/* SPDX-License-Identifier: 0BSD
 *
 * The spool: in memory, in a file without a name, and if no file can be
 * created.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/spool.h"
#include "check.h"

enum { BOUND = BASE_SPOOL_MEMORY };

/* The bytes of a test: no two neighbouring pages are the same. */
static char pattern(size_t at) {
    return (char)(at * 7 + at / 4096);
}

/* Adds `size` bytes of the pattern, at most `step` at once. */
static int add_pattern(struct base_spool *s, size_t size, size_t step) {
    static char piece[BOUND + 1];
    size_t at = 0;
    int r = 0;
    while (at < size && r == 0) {
        size_t part = size - at < step ? size - at : step;
        for (size_t i = 0; i < part; i++)
            piece[i] = pattern(at + i);
        r = base_spool_add(s, piece, part);
        at += part;
    }
    return r;
}

static void check_pattern(struct base_spool *s, size_t want) {
    const char *bytes = NULL;
    size_t size = 0, at = 0;
    CHECK_INT(base_spool_view(s, &bytes, &size), 0);
    CHECK_INT(size, want);
    while (at < size && bytes[at] == pattern(at))
        at++;
    CHECK_INT(at, want);
}

static void test_nothing_is_no_bytes(void) {
    struct base_spool s;
    const char *bytes = NULL;
    size_t size = 1;
    base_spool_init(&s);
    CHECK_INT(base_spool_view(&s, &bytes, &size), 0);
    CHECK(bytes != NULL);
    CHECK_INT(size, 0);
    CHECK_INT(base_spool_add(&s, "", 0), 0);
    CHECK_INT(base_spool_view(&s, &bytes, &size), 0);
    CHECK_INT(size, 0);
    CHECK(s.fd < 0);
    base_spool_finish(&s);
    base_spool_finish(&s);
}

static void test_up_to_the_bound_it_is_memory(void) {
    struct base_spool s;
    base_spool_init(&s);
    CHECK_INT(add_pattern(&s, BOUND, 4093), 0);
    CHECK(s.fd < 0);
    check_pattern(&s, BOUND);
    base_spool_finish(&s);
}

static void test_beyond_the_bound_it_is_a_file(void) {
    static const size_t sizes[] = { BOUND + 1, (size_t)2 * BOUND, 5 * (size_t)BOUND + 17 };
    static const size_t steps[] = { 1021, 65536, BOUND, BOUND + 1 };
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (unsigned j = 0; j < sizeof steps / sizeof *steps; j++) {
            struct base_spool s;
            base_spool_init(&s);
            CHECK_INT(add_pattern(&s, sizes[i], steps[j]), 0);
            CHECK(s.fd >= 0);
            /* What is held in memory is bounded whatever comes. */
            CHECK(s.memory.len <= BOUND);
            check_pattern(&s, sizes[i]);
            base_spool_finish(&s);
            CHECK(s.fd < 0);
        }
}

static void test_the_file_has_no_name_and_is_nobody_elses(void) {
    struct base_spool s;
    struct stat file;
    base_spool_init(&s);
    CHECK_INT(add_pattern(&s, BOUND + 1, BOUND), 0);
    CHECK_INT(fstat(s.fd, &file), 0);
    CHECK_INT(file.st_nlink, 0);
    CHECK_INT(file.st_mode & 077, 0);
    CHECK_INT(file.st_uid, geteuid());
    CHECK(fcntl(s.fd, F_GETFD) & FD_CLOEXEC);
    base_spool_finish(&s);
}

static void test_it_is_in_tmpdir(void) {
    char place[] = "/tmp/osbox-test.XXXXXX", link[64], path[PATH_MAX];
    struct base_spool s;
    CHECK(mkdtemp(place) != NULL);
    setenv("TMPDIR", place, 1);
    base_spool_init(&s);
    CHECK_INT(add_pattern(&s, BOUND + 1, BOUND), 0);
    snprintf(link, sizeof link, "/proc/self/fd/%d", s.fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    CHECK(size > 0 && strncmp(path, place, strlen(place)) == 0);
    check_pattern(&s, BOUND + 1);
    base_spool_finish(&s);
    unsetenv("TMPDIR");
    CHECK_INT(rmdir(place), 0); /* nothing is left there */
}

static void test_a_tmpdir_that_cannot_be_used_is_passed_over(void) {
    static const char *const places[] = { "/nope/nope", "/dev/null", "/proc", "", "relative/nope" };
    for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
        struct base_spool s;
        setenv("TMPDIR", places[i], 1);
        base_spool_init(&s);
        CHECK_INT(add_pattern(&s, BOUND + 1, BOUND), 0);
        CHECK(s.fd >= 0);
        check_pattern(&s, BOUND + 1);
        base_spool_finish(&s);
    }
    unsetenv("TMPDIR");
}

static void test_without_a_file_all_stays_in_memory(void) {
    struct rlimit before, none;
    struct base_spool s;
    CHECK_INT(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){ 0, before.rlim_max };
    base_spool_init(&s);
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &none), 0);
    CHECK_INT(add_pattern(&s, 3 * (size_t)BOUND, 65536), 0);
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &before), 0);
    CHECK(s.fd < 0);
    check_pattern(&s, 3 * (size_t)BOUND);
    base_spool_finish(&s);
}

static void test_a_file_that_comes_late_has_all_of_it(void) {
    struct rlimit before, none;
    struct base_spool s;
    CHECK_INT(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){ 0, before.rlim_max };
    base_spool_init(&s);
    setrlimit(RLIMIT_NOFILE, &none);
    CHECK_INT(base_spool_add(&s, "", 0), 0);
    static char piece[BOUND + 1];
    for (size_t i = 0; i < sizeof piece; i++)
        piece[i] = pattern(i);
    CHECK_INT(base_spool_add(&s, piece, sizeof piece), 0);
    CHECK(s.fd < 0);
    setrlimit(RLIMIT_NOFILE, &before);
    char last = pattern(sizeof piece);
    CHECK_INT(base_spool_add(&s, &last, 1), 0);
    CHECK(s.fd >= 0);
    check_pattern(&s, sizeof piece + 1);
    base_spool_finish(&s);
}

/* At the first write, at a later one, and at the last, which is not whole. */
static void test_what_the_file_does_not_take_is_in_memory(void) {
    static const size_t bounds[] = { 0, BOUND / 2, 3 * (size_t)BOUND, 4 * (size_t)BOUND + 20 };
    struct rlimit before;
    CHECK_INT(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    for (unsigned i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        struct rlimit small = { bounds[i], before.rlim_max };
        struct base_spool s;
        base_spool_init(&s);
        CHECK_INT(setrlimit(RLIMIT_FSIZE, &small), 0);
        CHECK_INT(add_pattern(&s, 4 * (size_t)BOUND + 21, 65536), 0);
        check_pattern(&s, 4 * (size_t)BOUND + 21);
        CHECK_INT(setrlimit(RLIMIT_FSIZE, &before), 0);
        CHECK(s.fd < 0);
        base_spool_finish(&s);
    }
    signal(SIGXFSZ, SIG_DFL);
}

int main(void) {
    unsetenv("TMPDIR");
    RUN(test_nothing_is_no_bytes);
    RUN(test_up_to_the_bound_it_is_memory);
    RUN(test_beyond_the_bound_it_is_a_file);
    RUN(test_the_file_has_no_name_and_is_nobody_elses);
    RUN(test_it_is_in_tmpdir);
    RUN(test_a_tmpdir_that_cannot_be_used_is_passed_over);
    RUN(test_without_a_file_all_stays_in_memory);
    RUN(test_a_file_that_comes_late_has_all_of_it);
    RUN(test_what_the_file_does_not_take_is_in_memory);
    return check_done();
}
