/* SPDX-License-Identifier: 0BSD
 *
 * The CPUs: load averages and quotas to the last digit, on any word size, and the
 * cgroup of a process that has many.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "check.h"
#include "os/cgroup.h"
#include "os/cpus.h"

/* ---- load averages ---- */

static void check_load(unsigned long load, time_t seconds, long ns) {
    struct timespec t = os_load_average(load);
    CHECK_INT(t.tv_sec, seconds);
    CHECK_INT(t.tv_nsec, ns);
}

static void test_load_averages_have_nine_digits(void) {
    check_load(0, 0, 0);
    check_load(1, 0, 15259);         /* 15258.789 */
    check_load(65535, 0, 999984741); /* .21 */
    check_load(65536 + 32768, 1, 500000000);
    check_load(49152, 0, 750000000);
    check_load(64, 0, 976562);   /* .5: to the even digit */
    check_load(192, 0, 2929688); /* .5 */
    check_load(12345678, 188, 380096436);
    check_load(UINT32_MAX, 65535, 999984741);
}

/* ---- quotas ---- */

static void test_quotas_do_not_overflow(void) {
    static const struct {
        uint64_t quota, period;
        int64_t ns;
    } rows[] = {
        { 0, 100000, 0 },
        { 1, 1, 1000000000 },
        { 50000, 100000, 500000000 },
        { 150000, 100000, 1500000000 },
        { 1, 3, 333333333 },
        { 2, 3, 666666666 },
        { 1, UINT64_C(1000000001), 0 },
        { UINT64_C(99999999999), 100000, INT64_C(999999999990000) },
        { UINT64_C(18446744074), 1, INT64_MAX }, /* seconds: the product wraps to little */
        { UINT64_C(9223372036), 1, INT64_C(9223372036000000000) },
        { UINT64_C(9223372037), 1, INT64_MAX },
        { INT64_MAX, 100000, INT64_MAX },
        { INT64_MAX, INT64_MAX, 1000000000 },
        { UINT64_MAX, 1, INT64_MAX },
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_INT(os_cgroup_quota_ns(rows[i].quota, rows[i].period), rows[i].ns);
}

/* ---- cgroups ---- */

/* Lines of many hierarchies, then `last`, in a file. */
static void check_cgroup(unsigned lines, const char *last, const char *controller,
                         const char *want) {
    char path[] = "/tmp/osbox-test-XXXXXX";
    struct buf text = { 0 }, found = { 0 };
    int fd = mkstemp(path);
    for (unsigned i = 0; i < lines; i++)
        buf_add_str(&text, "9:name=another:/a/path/that/has/some/length/but/no/controller\n");
    buf_add_str(&text, last);
    CHECK(!text.failed && fd >= 0 && base_write(fd, text.data, text.len) == 0);
    bool has = os_cgroup_directory(path, controller, "/mount", &found);
    CHECK_INT(has, want != NULL);
    if (has)
        CHECK_STR(buf_cstr(&found), want);
    unlink(path);
    close(fd);
    buf_finish(&text);
    buf_finish(&found);
}

static void test_the_cgroup_of_a_controller(void) {
    check_cgroup(0, "0::/a\n", "", "/mount/a");
    check_cgroup(0, "0::/a", "", "/mount/a");
    check_cgroup(0, "0::/a\n", "cpu", NULL);
    check_cgroup(1, "4:cpu,cpuacct:/b:c\n0::/a\n", "cpu", "/mount/b:c");
    check_cgroup(1, "4:cpuset:/b\n3:cpuacct,cpu:/d\n", "cpu", "/mount/d");
    check_cgroup(1, "4:cpuset:/b\n", "cpu", NULL);
    check_cgroup(1, "nothing\n0\n\n0::/a\n", "", "/mount/a");
}

static void test_a_cgroup_file_of_many_pages_is_read_whole(void) {
    check_cgroup(70, "0::/a\n", "", "/mount/a"); /* beyond 4096 bytes */
    check_cgroup(3000, "4:cpu,cpuacct:/b\n", "cpu", "/mount/b");
}

static void test_no_cgroup_file(void) {
    struct buf found = { 0 };
    CHECK(!os_cgroup_directory("/dev/null/none", "", "/mount", &found));
    CHECK(!os_cgroup_directory("/", "", "/mount", &found));
    buf_finish(&found);
}

/* ---- all of it ---- */

static void test_usable_cpus_are_online(void) {
    struct os_cpus c;
    CHECK_INT(os_cpus_get(&c, NULL), 0);
    CHECK(c.usable >= 1 && c.usable <= c.count);
    CHECK(!c.online.count || os_cpuset_size(&c.online) == c.count);
    CHECK_INT(c.usable, os_usable_cpus());
    CHECK(!c.has_quota || c.quota_ns > 0);
    os_cpus_finish(&c);
}

int main(void) {
    RUN(test_load_averages_have_nine_digits);
    RUN(test_quotas_do_not_overflow);
    RUN(test_the_cgroup_of_a_controller);
    RUN(test_a_cgroup_file_of_many_pages_is_read_whole);
    RUN(test_no_cgroup_file);
    RUN(test_usable_cpus_are_online);
    return check_done();
}
