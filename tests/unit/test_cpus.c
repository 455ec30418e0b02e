/* SPDX-License-Identifier: 0BSD
 *
 * The CPUs: load averages to the last digit, on any word size.
 */
#include "check.h"
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

/* ---- all of it ---- */

static void test_usable_cpus_are_online(void) {
    struct os_cpus c;
    CHECK_INT(os_cpus_get(&c, NULL), 0);
    CHECK(c.usable >= 1 && c.usable <= c.count);
    CHECK(!c.online.count || os_cpuset_size(&c.online) == c.count);
    CHECK_INT(c.usable, os_usable_cpus());
    CHECK(c.quota != OS_QUOTA_LIMITED || c.quota_ns > 0);
    os_cpus_finish(&c);
}

int main(void) {
    RUN(test_load_averages_have_nine_digits);
    RUN(test_usable_cpus_are_online);
    return check_done();
}
