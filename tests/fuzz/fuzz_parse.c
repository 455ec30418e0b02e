/* SPDX-License-Identifier: 0BSD
 *
 * Fuzz target: the parsers of what users type. The first byte chooses
 * the parser (0 to 8 in the order of the table below, others likewise), the
 * rest is the text. Beyond not crashing: a result is in its range, survives
 * being printed and parsed again, and a refused text leaves the result alone.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/parse.h"
#include "cli/signal.h"
#include "cli/time.h"
#include "os/cpuset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SECOND = 1000000000 };

/* Not assert(): NDEBUG must not matter. */
static void require(bool condition) {
    if (!condition)
        abort();
}

/* A reason is a short line; whether there is none. */
static bool accepted(const char *reason) {
    require(!reason || (*reason && strlen(reason) < 80));
    return !reason;
}

static void fuzz_int(const char *text) {
    int64_t value = 42;
    int64_t again;
    char print[32];
    if (!accepted(cli_parse_int(text, INT64_MIN, INT64_MAX, &value))) {
        require(value == 42);
        return;
    }
    snprintf(print, sizeof print, "%" PRId64, value);
    require(accepted(cli_parse_int(print, INT64_MIN, INT64_MAX, &again)) && again == value);
    require(accepted(cli_parse_int(text, value, value, &again)) && again == value);
    if (value > INT64_MIN)
        require(!accepted(cli_parse_int(text, INT64_MIN, value - 1, &again)));
    if (value < INT64_MAX)
        require(!accepted(cli_parse_int(text, value + 1, INT64_MAX, &again)));
}

static void fuzz_uint(const char *text) {
    uint64_t value = 42;
    uint64_t again;
    char print[32];
    if (!accepted(cli_parse_uint(text, UINT64_MAX, &value))) {
        require(value == 42);
        return;
    }
    snprintf(print, sizeof print, "0x%" PRIx64, value);
    require(accepted(cli_parse_uint(print, UINT64_MAX, &again)) && again == value);
    snprintf(print, sizeof print, "0o%" PRIo64, value);
    require(accepted(cli_parse_uint(print, value, &again)) && again == value);
    if (value > 0)
        require(!accepted(cli_parse_uint(text, value - 1, &again)));
}

static void fuzz_size(const char *text) {
    uint64_t bytes = 42;
    uint64_t again;
    char print[32];
    if (!accepted(cli_parse_size(text, &bytes))) {
        require(bytes == 42);
        return;
    }
    snprintf(print, sizeof print, "%" PRIu64 "B", bytes);
    require(accepted(cli_parse_size(print, &again)) && again == bytes);
    require(bytes > 0 || !strpbrk(text, "123456789"));
}

static void fuzz_duration(const char *text) {
    struct timespec value = { 42, 42 };
    struct timespec again;
    char print[64];
    if (!accepted(cli_parse_duration(text, &value))) {
        require(value.tv_sec == 42 && value.tv_nsec == 42);
        return;
    }
    require(value.tv_sec >= 0 && value.tv_nsec >= 0 && value.tv_nsec < SECOND);
    require(value.tv_sec > 0 || value.tv_nsec > 0 || !strpbrk(text, "123456789"));
    snprintf(print, sizeof print, "%jd.%09ld", (intmax_t)value.tv_sec, value.tv_nsec);
    require(accepted(cli_parse_duration(print, &again)));
    require(again.tv_sec == value.tv_sec && again.tv_nsec == value.tv_nsec);
    snprintf(print, sizeof print, "%jd%09ldns", (intmax_t)value.tv_sec, value.tv_nsec);
    require(accepted(cli_parse_duration(print, &again)));
    require(again.tv_sec == value.tv_sec && again.tv_nsec == value.tv_nsec);
}

static void fuzz_mode(const char *text) {
    unsigned mode = 42;
    unsigned again;
    char print[16];
    if (!accepted(cli_parse_mode(text, &mode))) {
        require(mode == 42);
        return;
    }
    require(mode <= 07777);
    snprintf(print, sizeof print, "%04o", mode);
    require(accepted(cli_parse_mode(print, &again)) && again == mode);
}

static void fuzz_signal(const char *text) {
    int signo = 42424242;
    int again;
    uint64_t set;
    char name[16];
    if (!accepted(cli_parse_signal(text, true, &signo))) {
        require(signo == 42424242);
        return;
    }
    require(signo >= 0 && signo <= SIGRTMAX);
    require(accepted(cli_parse_signal(text, false, &again)) == (signo > 0));
    require(accepted(cli_parse_signal(cli_signal_name(signo, name), true, &again)));
    require(again == signo);
    if (signo > 0 && signo <= 64)
        require(accepted(cli_parse_signals(text, &set)) && set == (uint64_t)1 << (signo - 1));
}

static void fuzz_signals(const char *text) {
    uint64_t set = 42;
    uint64_t again;
    char print[64 * 17] = "none";
    char *at = print;
    if (!accepted(cli_parse_signals(text, &set))) {
        require(set == 42);
        return;
    }
    for (int signo = 1; signo <= 64; signo++) {
        char name[16];
        if (set >> (signo - 1) & 1)
            at += sprintf(at, "%s%s", at == print ? "" : ",", cli_signal_name(signo, name));
    }
    require(accepted(cli_parse_signals(print, &again)) && again == set);
}

static void fuzz_cpus(const char *text) {
    struct os_cpuset cpus = { 0 }, again = { 0 };
    if (!accepted(os_cpuset_parse(text, &cpus))) {
        require(!cpus.words && cpus.count == 0);
        return;
    }
    require(cpus.count > 0 && cpus.count <= OS_CPUS_MAX / OS_CPUSET_BITS);
    require(cpus.words[cpus.count - 1] != 0);
    if (cpus.count <= 64) { /* or fuzzing would be printing */
        struct buf print = { 0 };
        os_cpuset_print(&cpus, NULL, ",", &print);
        const char *list = buf_cstr(&print);
        require(list && accepted(os_cpuset_parse(list, &again)) && again.count == cpus.count);
        require(os_cpuset_equal(&again, &cpus));
        os_cpuset_finish(&again);
        buf_finish(&print);
    }
    os_cpuset_finish(&cpus);
}

/* A time of the calendar, written in UTC by libc, is the same time. */
static void check_calendar(const struct cli_timepoint *point) {
    struct cli_timepoint again;
    struct tm tm;
    char print[96];
    require(gmtime_r(&point->time.tv_sec, &tm) != NULL);
    require(tm.tm_year >= -1901 && tm.tm_year <= 8100); /* an offset may leave 0000 to 9999 */
    if (tm.tm_year < -1900 || tm.tm_year > 8099)
        return;
    snprintf(print, sizeof print, "%04d-%02d-%02dT%02d:%02d:%02d.%09ldZ", tm.tm_year + 1900,
             tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, point->time.tv_nsec);
    require(accepted(cli_parse_timepoint(print, &again)) && !again.clock_relative);
    require(again.time.tv_sec == point->time.tv_sec && again.time.tv_nsec == point->time.tv_nsec);
}

static void fuzz_timepoint(const char *text) {
    struct cli_timepoint point = { { 42, 42 }, true };
    struct cli_timepoint again;
    char print[64];
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    if (!accepted(cli_parse_timepoint(text, &point))) {
        require(point.time.tv_sec == 42 && point.time.tv_nsec == 42 && point.clock_relative);
        return;
    }
    require(point.time.tv_nsec >= 0 && point.time.tv_nsec < SECOND);
    require(point.clock_relative == (*text == '@'));
    if (!point.clock_relative)
        check_calendar(&point);
    if (point.time.tv_sec >= 0)
        snprintf(print, sizeof print, "@%jd.%09ld", (intmax_t)point.time.tv_sec,
                 point.time.tv_nsec);
    else /* -2 and 0.5 is -1.5 */
        snprintf(print, sizeof print, "@-%ju.%09ld",
                 0 - (uintmax_t)point.time.tv_sec - (point.time.tv_nsec > 0),
                 point.time.tv_nsec > 0 ? SECOND - point.time.tv_nsec : 0L);
    require(accepted(cli_parse_timepoint(print, &again)) && again.clock_relative);
    require(again.time.tv_sec == point.time.tv_sec && again.time.tv_nsec == point.time.tv_nsec);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static void (*const parsers[])(const char *text) = {
        fuzz_int,    fuzz_uint,    fuzz_size, fuzz_duration,  fuzz_mode,
        fuzz_signal, fuzz_signals, fuzz_cpus, fuzz_timepoint,
    };
    if (size == 0)
        return 0;
    /* Of the exact size, so that a sanitizer sees a read beyond the end. */
    char *text = malloc(size);
    require(text != NULL);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    parsers[(uint8_t)(*data - '0') % (sizeof parsers / sizeof *parsers)](text);
    free(text);
    return 0;
}
