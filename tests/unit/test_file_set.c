/* SPDX-License-Identifier: 0BSD
 *
 * The set of files: what was added is found, whatever the numbers.
 */

#include "base/file_set.h"
#include "check.h"

static void test_a_file_is_new_once(void) {
    struct base_file_set set = { 0 };
    CHECK_INT(base_file_set_add(&set, 1, 2), 1);
    CHECK_INT(base_file_set_add(&set, 1, 2), 0);
    CHECK_INT(base_file_set_add(&set, 2, 1), 1);
    CHECK_INT(base_file_set_add(&set, 2, 2), 1);
    CHECK_INT(base_file_set_add(&set, 1, 2), 0);
    CHECK_INT(set.count, 3);
    base_file_set_finish(&set);
    CHECK(!set.places && set.room == 0 && set.count == 0);
    CHECK_INT(base_file_set_add(&set, 1, 2), 1);
    base_file_set_finish(&set);
}

static void test_each_of_many_files_is_found(void) {
    struct base_file_set set = { 0 };
    for (unsigned pass = 0; pass < 2; pass++) {
        unsigned wrong = 0;
        for (uint64_t device = 1; device <= 3; device++)
            for (uint64_t inode = 1; inode <= 50000; inode++)
                wrong += base_file_set_add(&set, device << 32, inode << 12) != !pass;
        CHECK_INT(wrong, 0);
    }
    CHECK_INT(set.count, 150000);
    base_file_set_finish(&set);
}

static void test_a_number_may_be_zero_or_the_largest(void) {
    static const uint64_t numbers[] = { 0, 1, UINT64_MAX };
    struct base_file_set set = { 0 };
    for (unsigned pass = 0; pass < 2; pass++)
        for (unsigned i = 0; i < 3; i++)
            for (unsigned j = 0; j < 3; j++)
                CHECK_INT(base_file_set_add(&set, numbers[i], numbers[j]), !pass || i + j == 0);
    base_file_set_finish(&set);
}

int main(void) {
    RUN(test_a_file_is_new_once);
    RUN(test_each_of_many_files_is_found);
    RUN(test_a_number_may_be_zero_or_the_largest);
    return check_done();
}
