/* SPDX-License-Identifier: 0BSD
 *
 * "Did you mean": what is near, and which name wins.
 */
#include "check.h"
#include "cli/nearest.h"

/* The nearest of names, which NULL ends. */
static const char *nearest(const char *word, const char *const *names) {
    struct cli_nearest near = { .word = word, .size = strlen(word) };
    for (; *names; names++)
        cli_nearest_try(&near, *names);
    return near.name;
}

#define NEAREST(word, ...) nearest(word, (const char *const[]){ __VA_ARGS__, NULL })

static void test_one_letter_is_near(void) {
    CHECK_STR(NEAREST("fiels", "fields"), "fields");
    CHECK_STR(NEAREST("fieldss", "fields"), "fields");
    CHECK_STR(NEAREST("fiexds", "fields"), "fields");
    CHECK_STR(NEAREST("feilds", "fields"), "fields");
    CHECK_STR(NEAREST("ields", "fields"), "fields");
}

static void test_swapped_neighbours_are_one_change(void) {
    CHECK_STR(NEAREST("stta", "stat"), "stat");
    CHECK_STR(NEAREST("tsat", "stat"), "stat");
}

static void test_a_beginning_of_three_letters_is_near(void) {
    CHECK_STR(NEAREST("att", "attributes-of-files"), "attributes-of-files");
    CHECK_STR(NEAREST("at", "attributes-of-files"), NULL);
}

static void test_nothing_is_near(void) {
    CHECK_STR(NEAREST("bogus", "fields", "output", "json"), NULL);
    CHECK_STR(NEAREST("", "a", "fields"), NULL);
    CHECK_STR(NEAREST("x", "a", "ab"), NULL);
    CHECK_STR(NEAREST("zzzz", ""), NULL);
    struct cli_nearest near = { .word = "x", .size = 1 };
    CHECK_STR(near.name, NULL);
}

static void test_a_third_of_the_longer_word_is_the_limit(void) {
    CHECK_STR(NEAREST("abcxxx", "abcdef"), NULL);
    CHECK_STR(NEAREST("abcdxx", "abcdef"), "abcdef");
    CHECK_STR(NEAREST("abcdefxxx", "abcdefghi"), "abcdefghi");
}

static void test_the_nearer_name_wins_wherever_it_stands(void) {
    CHECK_STR(NEAREST("st_siz", "st_uid", "st_size", "st_gid"), "st_size");
    CHECK_STR(NEAREST("st_siz", "st_size", "st_uid", "st_gid"), "st_size");
    CHECK_STR(NEAREST("sync", "syncs", "sync", "syn"), "sync");
}

static void test_of_equals_the_first_wins(void) {
    CHECK_STR(NEAREST("abcd", "abcx", "abcy"), "abcx");
    CHECK_STR(NEAREST("abcd", "abcy", "abcx"), "abcy");
}

static void test_only_the_given_size_of_the_word_counts(void) {
    struct cli_nearest near = { .word = "fiels=value", .size = 5 };
    cli_nearest_try(&near, "fields");
    CHECK_STR(near.name, "fields");
    CHECK_INT(near.distance, 1);
}

static void test_long_words_are_no_overflow(void) {
    char word[200], name[200];
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    memcpy(name, word, sizeof name);
    for (size_t size = 30; size < 199; size++) {
        struct cli_nearest near = { .word = word, .size = size };
        cli_nearest_try(&near, name);
        cli_nearest_try(&near, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
        CHECK(size > 40 || near.name);
    }
}

int main(void) {
    RUN(test_one_letter_is_near);
    RUN(test_swapped_neighbours_are_one_change);
    RUN(test_a_beginning_of_three_letters_is_near);
    RUN(test_nothing_is_near);
    RUN(test_a_third_of_the_longer_word_is_the_limit);
    RUN(test_the_nearer_name_wins_wherever_it_stands);
    RUN(test_of_equals_the_first_wins);
    RUN(test_only_the_given_size_of_the_word_counts);
    RUN(test_long_words_are_no_overflow);
    return check_done();
}
