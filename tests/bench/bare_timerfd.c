/* SPDX-License-Identifier: 0BSD
 *
 * bare_timerfd INTERVAL_NS COUNT: the least that ticks need, to compare the
 * lateness of osbox's with. It waits in read(2), asks for the time and prints
 * what `osbox timerfd -g expirations,scheduled_ns,late_ns` does, one write a tick.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { NS_PER_S = 1000000000 };

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static struct timespec timespec_of(int64_t ns) {
    return (struct timespec){ .tv_sec = ns / NS_PER_S, .tv_nsec = (long)(ns % NS_PER_S) };
}

/* A timer that expires first at `first`; -1: there is none. */
static int start(int64_t first, int64_t interval) {
    struct itimerspec spec = { timespec_of(interval), timespec_of(first) };
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    return fd >= 0 && timerfd_settime(fd, TFD_TIMER_ABSTIME, &spec, NULL) == 0 ? fd : -1;
}

static int print(uint64_t expirations, int64_t due, int64_t late) {
    char line[80];
    int size = snprintf(line, sizeof line, "%" PRIu64 "\t%" PRId64 "\t%" PRId64 "\n", expirations,
                        due, late);
    return write(STDOUT_FILENO, line, (size_t)size) == size;
}

int main(int argc, char **argv) {
    if (argc != 3)
        return EXIT_FAILURE;
    int64_t interval = strtoll(argv[1], NULL, 10), count = strtoll(argv[2], NULL, 10);
    int64_t due = now_ns();
    int fd = start(due + interval, interval);
    uint64_t expirations;
    for (int64_t seen = 0; seen < count; seen += (int64_t)expirations) {
        if (read(fd, &expirations, sizeof expirations) != sizeof expirations)
            return EXIT_FAILURE;
        int64_t now = now_ns();
        due += (int64_t)expirations * interval;
        if (!print(expirations, due, now - due))
            return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
