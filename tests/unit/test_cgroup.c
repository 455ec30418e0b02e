/* SPDX-License-Identifier: 0BSD
 *
 * Control groups: where they are mounted, which limit counts, and quotas to the
 * last digit, in trees that the tests make.
 */
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "check.h"
#include "os/cgroup.h"

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

/* ---- a made-up tree ---- */

/* A directory with the files "cgroup" and "mountinfo"; what mountinfo calls "/x" is "tree/x". */
static char root[] = "/tmp/osbox-test-XXXXXX";

static const char *in_root(const char *name) {
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}

static void write_file(const char *name, const char *text) {
    char path[512];
    snprintf(path, sizeof path, "%s", in_root(name));
    for (char *slash = path + sizeof root; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = '\0';
        mkdir(path, 0755);
    }
    int fd = base_create(path, O_WRONLY | O_TRUNC, 0644);
    CHECK(fd >= 0 && base_write(fd, text, strlen(text)) == 0);
    close(fd);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void begin(const char *cgroup, const char *mountinfo) {
    snprintf(root, sizeof root, "/tmp/osbox-test-XXXXXX");
    CHECK(mkdtemp(root));
    write_file("cgroup", cgroup);
    write_file("mountinfo", mountinfo);
}

static void end(void) {
    nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static struct os_cgroup_process process(void) {
    static char cgroup[64], mountinfo[64], prefix[64];
    snprintf(cgroup, sizeof cgroup, "%s/cgroup", root);
    snprintf(mountinfo, sizeof mountinfo, "%s/mountinfo", root);
    snprintf(prefix, sizeof prefix, "%s/tree", root);
    return (struct os_cgroup_process){ cgroup, mountinfo, prefix, 4242 };
}

/* Limits in thousandths of a CPU; -1: there is none; -2: it is unknown. */
enum { NONE = -1, UNKNOWN = -2 };

static void check_quota(int64_t want) {
    struct os_cgroup_process p = process();
    int64_t ns;
    enum os_cgroup_quota quota = os_cgroup_cpu_quota(&p, &ns);
    if (quota != OS_QUOTA_LIMITED)
        CHECK_INT(quota == OS_QUOTA_NONE ? NONE : UNKNOWN, want);
    else
        CHECK_INT(ns / 1000000, want);
}

#define V2(root, path) "30 1 0:30 " root " " path " rw,relatime shared:4 - cgroup2 cgroup2 rw\n"
#define V1(root, path) "31 1 0:31 " root " " path " rw,relatime - cgroup cgroup rw,cpu,cpuacct\n"

/* ---- version 2 ---- */

static void test_the_lowest_limit_of_a_group_and_those_above_it_counts(void) {
    begin("0::/a/b\n", "malformed\n" V2("/", "/sys/fs/cgroup"));
    write_file("tree/sys/fs/cgroup/cgroup.procs", "");
    write_file("tree/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
    check_quota(NONE);
    write_file("tree/sys/fs/cgroup/a/cpu.max", "150000 100000\n");
    check_quota(1500);
    write_file("tree/sys/fs/cgroup/a/b/cpu.max", "250000 100000\n");
    check_quota(1500);
    write_file("tree/sys/fs/cgroup/a/b/cpu.max", "50000 100000\n");
    check_quota(500);
    write_file("tree/sys/fs/cgroup/cpu.max", "40000 100000\n");
    check_quota(400);
    write_file("tree/sys/fs/cpu.max", "1000 100000\n"); /* above the mount */
    check_quota(400);
    write_file("tree/sys/fs/cgroup/a/b/cpu.max", "99999999999 100000\n");
    write_file("tree/sys/fs/cgroup/a/cpu.max", "max 100000\n");
    write_file("tree/sys/fs/cgroup/cpu.max", "max 100000\n");
    check_quota(999999999);
    end();
}

static void test_a_group_without_the_controller_has_no_limit(void) {
    begin("0::/a\n", V2("/", "/sys/fs/cgroup"));
    write_file("tree/sys/fs/cgroup/a/cgroup.procs", "");
    check_quota(NONE);
    end();
    begin("9:name=systemd:/\n4:memory:/a\n", V2("/", "/sys/fs/cgroup"));
    check_quota(NONE);
    end();
}

static void test_what_is_not_visible_is_unknown(void) {
    begin("0::/a\n", V2("/", "/sys/fs/cgroup")); /* no such directory */
    check_quota(UNKNOWN);
    write_file("tree/sys/fs/cgroup/cpu.max", "50000 100000\n");
    check_quota(500);
    end();
    begin("0::/a\n", "20 1 0:20 / / rw - ext4 /dev/root rw\n"); /* not mounted */
    check_quota(UNKNOWN);
    end();
    begin("0::/a\n", V2("/", "/c"));
    write_file("tree/c/a/cpu.max", "garbage\n");
    check_quota(UNKNOWN);
    write_file("tree/c/a/cpu.max", "1000\n");
    check_quota(UNKNOWN);
    write_file("tree/c/a/cpu.max", "1000 0\n");
    check_quota(UNKNOWN);
    unlink(in_root("cgroup"));
    check_quota(UNKNOWN);
    end();
}

/* ---- which directory is mounted ---- */

static void test_paths_are_relative_to_the_root_of_the_mount(void) {
    begin("0::/docker/x/job\n", V2("/docker/x", "/sys/fs/cgroup"));
    write_file("tree/sys/fs/cgroup/job/cpu.max", "50000 100000\n");
    check_quota(500);
    write_file("tree/sys/fs/cgroup/cpu.max", "20000 100000\n");
    check_quota(200);
    write_file("cgroup", "0::/docker/x\n");
    check_quota(200);
    write_file("cgroup", "0::/docker/xy\n"); /* not below it */
    check_quota(UNKNOWN);
    write_file("cgroup", "0::/docker\n");
    check_quota(UNKNOWN);
    end();
}

static void test_paths_above_the_root_of_a_namespace(void) {
    begin("0::/..\n", V2("/..", "/c"));
    write_file("tree/c/cpu.max", "50000 100000\n");
    check_quota(500);
    write_file("cgroup", "0::/../y/z\n");
    write_file("tree/c/y/z/cpu.max", "20000 100000\n");
    check_quota(200);
    write_file("cgroup", "0::/../..\n"); /* above the mount */
    check_quota(UNKNOWN);
    write_file("mountinfo", V2("/../../q", "/c"));
    check_quota(UNKNOWN);
    write_file("cgroup", "0::/../../q/y/z\n");
    check_quota(200);
    write_file("mountinfo", V2("/../..", "/d"));
    write_file("tree/d/q/y/z/cpu.max", "30000 100000\n");
    check_quota(300);
    write_file("cgroup", "0::/..x\n"); /* a name, not above */
    write_file("mountinfo", V2("/", "/c"));
    write_file("tree/c/..x/cpu.max", "10000 100000\n");
    check_quota(100);
    end();
}

/* In a new namespace whose cgroup mounts are the old ones: only its members identify a group. */
static void test_a_group_whose_name_is_not_visible_is_found_by_its_member(void) {
    begin("0::/\n", V2("/../..", "/c"));
    write_file("tree/c/p/other/cgroup.procs", "1\n424\n42420\n");
    write_file("tree/c/p/other/cpu.max", "10000 100000\n");
    write_file("tree/c/q/mine/cgroup.procs", "1\n4242\n");
    write_file("tree/c/q/mine/cpu.max", "50000 100000\n");
    write_file("tree/c/q/mine/in/cpu.max", "40000 100000\n");
    write_file("tree/c/q/mine/in/cgroup.procs", "");
    check_quota(500);
    write_file("tree/c/q/cpu.max", "30000 100000\n");
    check_quota(300);
    write_file("cgroup", "0::/in\n"); /* it has no such member: only those above both */
    check_quota(UNKNOWN);
    write_file("tree/c/cpu.max", "90000 100000\n");
    check_quota(900);
    write_file("tree/c/q/mine/in/cgroup.procs", "4242");
    check_quota(300);
    write_file("tree/c/q/cpu.max", "max 100000\n");
    check_quota(400);
    write_file("cgroup", "0::/../nowhere\n");
    check_quota(900);
    end();
}

static void test_all_mounts_of_a_hierarchy_count(void) {
    begin("0::/a/b\n", "40 1 0:30 /a/b /bind rw - cgroup2 none rw\n" V2("/", "/c"));
    write_file("tree/bind/cpu.max", "50000 100000\n");
    write_file("tree/c/a/b/cpu.max", "50000 100000\n");
    write_file("tree/c/a/cpu.max", "40000 100000\n");
    check_quota(400);
    end();
}

static void test_a_mount_point_with_special_characters(void) {
    begin("0::/a\\040b c\n", V2("/", "/with\\040space\\134and\\011tab\\043"));
    write_file("tree/with space\\and\ttab#/a\\040b c/cpu.max", "50000 100000\n");
    check_quota(500);
    end();
    begin("0::/a b/c\n", V2("/a\\040b", "/"));
    write_file("tree/c/cpu.max", "50000 100000\n");
    write_file("tree/cpu.max", "40000 100000\n");
    check_quota(400);
    end();
}

static void test_an_empty_source_and_optional_fields(void) {
    begin("0::/a\n", "30 1 0:30 / /c rw shared:1 master:2 unbindable - cgroup2  rw");
    write_file("tree/c/a/cpu.max", "50000 100000\n");
    check_quota(500);
    end();
}

/* ---- hidden mounts ---- */

#define ROOT "1 0 8:1 / / rw - ext4 /dev/root rw\n"

static void test_a_mount_hidden_by_another_does_not_count(void) {
    static const struct {
        const char *over;
        int64_t want;
    } rows[] = {
        { "50 30 0:50 / /sys/fs/cgroup rw - tmpfs none rw\n", UNKNOWN },
        { "50 1 0:50 / /sys/fs rw - tmpfs none rw\n", UNKNOWN },
        { "50 1 0:50 / / rw - tmpfs none rw\n", UNKNOWN },
        { "50 1 0:50 / /sys/fs/cgroup-other rw - tmpfs none rw\n", 500 },
        { "50 30 0:50 / /sys/fs/cgroup/a rw - tmpfs none rw\n", 500 },
        { "50 49 0:50 / /sys rw - tmpfs none rw\n", 500 }, /* on a mount elsewhere */
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        char mountinfo[512];
        snprintf(mountinfo, sizeof mountinfo, ROOT V2("/", "/sys/fs/cgroup") "%s", rows[i].over);
        begin("0::/a\n", mountinfo);
        write_file("tree/sys/fs/cgroup/a/cpu.max", "50000 100000\n");
        check_quota(rows[i].want);
        end();
    }
    begin("0::/a\n", ROOT "29 1 0:29 / /sys/fs/cgroup rw - tmpfs none rw\n"
                          "30 29 0:30 / /sys/fs/cgroup rw - cgroup2 none rw\n");
    write_file("tree/sys/fs/cgroup/a/cpu.max", "50000 100000\n");
    check_quota(500);
    end();
}

/* ---- version 1, and both ---- */

static void test_version_1_and_hybrid(void) {
    begin("4:cpuset:/s\n3:cpuacct,cpu:/a:b\n1:name=cpu:/n\n0::/u\n",
          "28 1 0:28 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n" V2("/", "/unified")
              V1("/", "/sys/fs/cgroup/cpu"));
    write_file("tree/sys/fs/cgroup/cpuset/s/cpu.cfs_quota_us", "1000\n");
    write_file("tree/unified/u/cpu.max", "1000 100000\n");
    write_file("tree/sys/fs/cgroup/cpu/a:b/cpu.cfs_quota_us", "-1\n");
    write_file("tree/sys/fs/cgroup/cpu/a:b/cpu.cfs_period_us", "50000\n");
    write_file("tree/sys/fs/cgroup/cpu/a:b/cpu.rt_runtime_us", "950000\n");
    check_quota(NONE);
    write_file("tree/sys/fs/cgroup/cpu/a:b/cpu.cfs_quota_us", "100000\n");
    check_quota(2000);
    write_file("tree/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "30000\n");
    write_file("tree/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
    check_quota(300);

    struct os_cgroup_process p = process();
    int64_t us = 0;
    CHECK(os_cgroup_rt_runtime(&p, &us));
    CHECK_INT(us, 950000);
    write_file("cgroup", "3:cpuacct:/a:b\n0::/u\n"); /* the unified hierarchy has the controller */
    check_quota(10);
    CHECK(!os_cgroup_rt_runtime(&p, &us));
    end();
}

static void test_version_1_in_a_container(void) {
    begin("3:cpu,cpuacct:/docker/x\n0::/docker/x\n", V1("/docker/x", "/sys/fs/cgroup/cpu,cpuacct"));
    write_file("tree/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "150000\n");
    write_file("tree/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    check_quota(1500);
    end();
}

/* ---- large files ---- */

static void test_files_of_many_pages_are_read_whole(void) {
    struct buf cgroup = { 0 }, mounts = { 0 };
    for (unsigned i = 0; i < 3000; i++) {
        buf_add_str(&cgroup, "9:name=another:/a/path/that/has/some/length/but/no/controller\n");
        buf_add_str(&mounts,
                    "99 1 0:99 / /some/mount/point/of/a/container/layer rw - tmpfs none rw\n");
    }
    buf_add_str(&cgroup, "0::/a");
    buf_add_str(&mounts, V2("/", "/c"));
    begin(buf_cstr(&cgroup), buf_cstr(&mounts));
    write_file("tree/c/a/cpu.max", "50000 100000\n");
    check_quota(500);
    end();
    buf_finish(&cgroup);
    buf_finish(&mounts);
}

int main(void) {
    RUN(test_quotas_do_not_overflow);
    RUN(test_the_lowest_limit_of_a_group_and_those_above_it_counts);
    RUN(test_a_group_without_the_controller_has_no_limit);
    RUN(test_what_is_not_visible_is_unknown);
    RUN(test_paths_are_relative_to_the_root_of_the_mount);
    RUN(test_paths_above_the_root_of_a_namespace);
    RUN(test_a_group_whose_name_is_not_visible_is_found_by_its_member);
    RUN(test_all_mounts_of_a_hierarchy_count);
    RUN(test_a_mount_point_with_special_characters);
    RUN(test_an_empty_source_and_optional_fields);
    RUN(test_a_mount_hidden_by_another_does_not_count);
    RUN(test_version_1_and_hybrid);
    RUN(test_version_1_in_a_container);
    RUN(test_files_of_many_pages_are_read_whole);
    return check_done();
}
