/* SPDX-License-Identifier: 0BSD
 *
 * Small files, read as text.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/io.h"
#include "check.h"

/* A file that contains a text, and what is read of it into `room` bytes. */
static ssize_t read_back(const char *held, char *text, size_t room) {
    char path[64];
    int fd = memfd_create("held", MFD_CLOEXEC);
    CHECK_INT(base_write(fd, held, strlen(held)), 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    ssize_t size = base_read_text(path, text, room);
    close(fd);
    return size;
}

static void test_a_small_file_is_a_string(void) {
    char text[16] = "before, before.";
    CHECK_INT(read_back("Uid:\t0\n", text, sizeof text), 7);
    CHECK_STR(text, "Uid:\t0\n");
}

static void test_an_empty_file_is_an_empty_string(void) {
    char text[16] = "before";
    CHECK_INT(read_back("", text, sizeof text), 0);
    CHECK_STR(text, "");
}

static void test_of_a_longer_file_it_is_the_beginning(void) {
    char text[5] = "";
    CHECK_INT(read_back("123456", text, sizeof text), 4);
    CHECK_STR(text, "1234");
    CHECK_INT(read_back("1234", text, sizeof text), 4);
    CHECK_STR(text, "1234");
}

static void test_what_cannot_be_read_is_an_empty_string(void) {
    char text[16] = "before";
    CHECK_INT(base_read_text("/proc/self/no such file", text, sizeof text), -ENOENT);
    CHECK_STR(text, "");
    text[0] = 'b';
    CHECK_INT(base_read_text("/proc/self", text, sizeof text), -EISDIR);
    CHECK_STR(text, "");
}

int main(void) {
    RUN(test_a_small_file_is_a_string);
    RUN(test_an_empty_file_is_an_empty_string);
    RUN(test_of_a_longer_file_it_is_the_beginning);
    RUN(test_what_cannot_be_read_is_an_empty_string);
    return check_done();
}
