/* SPDX-License-Identifier: 0BSD
 *
 * Deadlines and times in nanoseconds.
 */
#include <limits.h>
#include <unistd.h>

#include "check.h"
#include "os/clock.h"

static void test_deadlines(void) {
    int64_t before = os_monotonic_ns(), soon = os_deadline(1000), after = os_monotonic_ns();
    CHECK(before > 0 && after >= before);
    CHECK(soon >= before + 1000 && soon <= after + 1000);
    CHECK_INT(os_deadline(INT64_MAX - before + 1), OS_NEVER);
    CHECK_INT(os_deadline(OS_NEVER), OS_NEVER);
}

static void test_poll_timeouts_are_rounded_up(void) {
    CHECK_INT(os_poll_timeout(OS_NEVER, 5), -1);
    CHECK_INT(os_poll_timeout(5, 5), 0);
    CHECK_INT(os_poll_timeout(0, 5), 0);
    CHECK_INT(os_poll_timeout(6, 5), 1);
    CHECK_INT(os_poll_timeout(5 + OS_NS_PER_MS, 5), 1);
    CHECK_INT(os_poll_timeout(6 + OS_NS_PER_MS, 5), 2);
    CHECK_INT(os_poll_timeout(OS_NEVER - 1, 5), INT_MAX);
}

/* Also after 2038, where a long has 32 bits. */
static void test_timespecs(void) {
    static const int64_t times[] = { 0, 999999999, 1000000000, INT64_C(4102444800999999999),
                                     INT64_MAX };
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        struct timespec t = os_timespec(times[i]);
        CHECK_INT(t.tv_sec, times[i] / 1000000000);
        CHECK_INT(t.tv_nsec, times[i] % 1000000000);
        CHECK_INT(os_timespec_ns(t), times[i]);
    }
    CHECK_INT(os_timespec_ns((struct timespec){ 9223372036, 854775808 }), INT64_MAX);
    CHECK_INT(os_timespec_ns((struct timespec){ INT64_MAX, 0 }), INT64_MAX);
    CHECK_INT(os_timespec_ns((struct timespec){ -2, 500000000 }), -1500000000);
}

static void test_clocks(void) {
    struct base_error e = { 0 };
    struct timespec now;
    CHECK_INT(clock_gettime(CLOCK_REALTIME, &now), 0);
    CHECK(os_clock_ns(CLOCK_REALTIME, &e) >= os_timespec_ns(now));
    CHECK(os_clock_ns(CLOCK_BOOTTIME_ALARM, &e) > 0);
    CHECK(os_clock_resolution(CLOCK_REALTIME_ALARM, &e) > 0);
    CHECK_INT(os_clock_ns(4242, &e), -1);
    CHECK_INT(e.errnum, EINVAL);
    CHECK_STR(e.operation, "clock_gettime");
    CHECK_INT(os_clock_resolution(4242, &e), -1);
    CHECK_STR(e.operation, "clock_getres");
}

int main(void) {
    RUN(test_deadlines);
    RUN(test_poll_timeouts_are_rounded_up);
    RUN(test_timespecs);
    RUN(test_clocks);
    return check_done();
}
