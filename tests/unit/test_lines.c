/* SPDX-License-Identifier: 0BSD
 *
 * Lines of a descriptor: however they are cut into reads, what is too long, what
 * fails, and when a read is next.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/io.h"
#include "base/lines.h"
#include "check.h"

/* A file that contains bytes, read from the beginning. */
static int file_of(const char *bytes, size_t size) {
    int fd = memfd_create("lines", MFD_CLOEXEC);
    CHECK_INT(base_write(fd, bytes, size), 0);
    CHECK_INT(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static struct base_lines reader_of(int fd, char delimiter, size_t longest) {
    return (struct base_lines){ .fd = fd, .delimiter = delimiter, .longest = longest };
}

static void finish(struct base_lines *l) {
    base_lines_finish(l);
    close(l->fd);
}

static void next_is(struct base_lines *l, const char *want) {
    const char *line = NULL;
    size_t size = 0;
    CHECK_INT(base_lines_next(l, &line, &size), 1);
    CHECK_STR(line, want);
    CHECK_INT(size, strlen(want));
}

static void next_fails(struct base_lines *l, int want) {
    const char *line;
    size_t size;
    CHECK_INT(base_lines_next(l, &line, &size), want);
}

static void test_lines_are_without_their_delimiter(void) {
    struct base_lines l = reader_of(file_of("one\n\nthree\n", 11), '\n', 100);
    next_is(&l, "one");
    next_is(&l, "");
    next_is(&l, "three");
    CHECK_INT(l.number, 3);
    next_fails(&l, 0);
    next_fails(&l, 0);
    finish(&l);
}

static void test_a_last_line_without_a_delimiter_counts(void) {
    struct base_lines l = reader_of(file_of("a\0b\nc", 5), '\0', 100);
    next_is(&l, "a");
    next_is(&l, "b\nc");
    next_fails(&l, 0);
    finish(&l);
}

static void test_no_bytes_are_no_lines(void) {
    struct base_lines l = reader_of(file_of("", 0), '\n', 100);
    next_fails(&l, 0);
    CHECK_INT(l.number, 0);
    finish(&l);
}

/* Lines of all sizes around the ends of the blocks that are read. */
static void test_lines_across_blocks_are_whole(void) {
    enum { LINES = 600 };
    struct buf b = { 0 };
    for (size_t i = 0; i < LINES; i++) {
        for (size_t j = 0; j < i; j++)
            buf_add_char(&b, (char)('a' + (i + j) % 26));
        buf_add_char(&b, '\n');
    }
    struct base_lines l = reader_of(file_of(b.data, b.len), '\n', LINES);
    for (size_t i = 0, at = 0; i < LINES; at += i + 1, i++) {
        const char *line;
        size_t size;
        CHECK_INT(base_lines_next(&l, &line, &size), 1);
        CHECK(size == i && memcmp(line, b.data + at, i) == 0 && !line[i]);
    }
    next_fails(&l, 0);
    finish(&l);
    buf_finish(&b);
}

static void test_lines_of_a_pipe_are_put_together(void) {
    int ends[2];
    CHECK_INT(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    struct base_lines l = reader_of(ends[0], '\n', 100);
    CHECK(!base_lines_is_ready(&l));
    CHECK_INT(base_write(ends[1], "one\ntwo\nth", 10), 0);
    next_is(&l, "one");
    CHECK(base_lines_is_ready(&l));
    next_is(&l, "two");
    CHECK(!base_lines_is_ready(&l));
    CHECK_INT(base_write(ends[1], "ree\n", 4), 0);
    next_is(&l, "three");
    CHECK(!base_lines_is_ready(&l));
    close(ends[1]);
    next_fails(&l, 0);
    CHECK(base_lines_is_ready(&l));
    finish(&l);
}

static void test_a_line_that_is_too_long_is_skipped(void) {
    struct base_lines l = reader_of(file_of("12345\n123456\n1\n", 15), '\n', 5);
    next_is(&l, "12345");
    next_fails(&l, -EMSGSIZE);
    next_is(&l, "1");
    CHECK_INT(l.number, 3);
    next_fails(&l, 0);
    finish(&l);
}

/* Also one of many blocks, of which no more than one is kept. */
static void test_a_line_that_is_far_too_long_takes_no_memory(void) {
    enum { SIZE = 8 << 20 };
    char *bytes = malloc(SIZE);
    if (!bytes)
        return;
    memset(bytes, 'x', SIZE);
    bytes[SIZE - 3] = '\n';
    bytes[SIZE - 2] = 'y';
    struct base_lines l = reader_of(file_of(bytes, SIZE), '\n', 1000);
    next_fails(&l, -EMSGSIZE);
    CHECK(l.bytes.cap <= 1 << 18);
    next_is(&l, "yx");
    next_fails(&l, 0);
    finish(&l);
    l = reader_of(file_of(bytes, SIZE - 3), '\n', 1000);
    next_fails(&l, -EMSGSIZE);
    next_fails(&l, 0);
    finish(&l);
    free(bytes);
}

static void test_a_line_is_not_made_of_half_of_one(void) {
    int ends[2];
    CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
    CHECK_INT(base_write(ends[1], "one\nha", 6), 0);
    struct base_lines l = reader_of(ends[0], '\n', 100);
    next_is(&l, "one");
    l.fd = -1; /* what comes next cannot be read */
    next_fails(&l, -EBADF);
    next_fails(&l, 0);
    l.fd = ends[0];
    close(ends[1]);
    finish(&l);
}

static void test_what_cannot_be_read_is_an_error(void) {
    struct base_lines l = reader_of(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), '\n', 100);
    next_fails(&l, -EISDIR);
    next_fails(&l, 0);
    finish(&l);
}

int main(void) {
    RUN(test_lines_are_without_their_delimiter);
    RUN(test_a_last_line_without_a_delimiter_counts);
    RUN(test_no_bytes_are_no_lines);
    RUN(test_lines_across_blocks_are_whole);
    RUN(test_lines_of_a_pipe_are_put_together);
    RUN(test_a_line_that_is_too_long_is_skipped);
    RUN(test_a_line_that_is_far_too_long_takes_no_memory);
    RUN(test_a_line_is_not_made_of_half_of_one);
    RUN(test_what_cannot_be_read_is_an_error);
    return check_done();
}
