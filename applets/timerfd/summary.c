/* SPDX-License-Identifier: 0BSD
 *
 * timerfd --summary: how late the ticks were, on standard error.
 */
#include "applets/timerfd/timerfd.h"

enum { BAR = 40 };

/* The bucket of a lateness: its power of two, and the step between that and the next one. */
static unsigned bucket_of(uint64_t late) {
    if (late < TIMERFD_STEPS)
        return (unsigned)late;
    unsigned power = 63 - (unsigned)__builtin_clzll(late);
    return (power - 3) * TIMERFD_STEPS + (unsigned)(late >> (power - 4)) % TIMERFD_STEPS;
}

/* The maximum lateness of a bucket. */
static uint64_t end_of(unsigned bucket) {
    if (bucket < TIMERFD_STEPS)
        return bucket;
    unsigned power = bucket / TIMERFD_STEPS + 3;
    uint64_t step = UINT64_C(1) << (power - 4);
    return (UINT64_C(1) << power) + step * (bucket % TIMERFD_STEPS + 1) - 1;
}

void timerfd_summary_add(struct timerfd_summary *s, uint64_t expirations, int64_t late_ns) {
    if (!s->buckets)
        return;
    int64_t late = late_ns < 0 ? 0 : late_ns;
    if (s->reads == 0 || late < s->min)
        s->min = late;
    if (late > s->max)
        s->max = late;
    s->reads++;
    s->expirations += expirations;
    s->missed += expirations - 1;
    s->buckets[bucket_of((uint64_t)late)]++;
}

/* The lateness that `per_mille` of the ticks did not exceed. */
static uint64_t quantile(const struct timerfd_summary *s, uint64_t per_mille) {
    uint64_t rank = (s->reads * per_mille + 999) / 1000, seen = 0;
    for (unsigned i = 0; i < TIMERFD_BUCKETS; i++) {
        seen += s->buckets[i];
        if (seen >= rank && seen)
            return end_of(i) < (uint64_t)s->max ? end_of(i) : (uint64_t)s->max;
    }
    return 0;
}

static void add_line(struct buf *b, const char *name, uint64_t value) {
    buf_add_str(b, name);
    buf_add_char(b, '=');
    buf_add_uint(b, value);
    buf_add_char(b, '\n');
}

static uint64_t count_power(const struct timerfd_summary *s, unsigned row) {
    uint64_t count = 0;
    for (unsigned i = 0; i < TIMERFD_STEPS; i++)
        count += s->buckets[row * TIMERFD_STEPS + i];
    return count;
}

/* One row per power of two; the longest fills the bar. */
static void add_histogram(struct buf *b, const struct timerfd_summary *s) {
    unsigned first = TIMERFD_BUCKETS / TIMERFD_STEPS, last = 0;
    uint64_t most = 1;
    for (unsigned row = 0; row < TIMERFD_BUCKETS / TIMERFD_STEPS; row++) {
        uint64_t count = count_power(s, row);
        if (!count)
            continue;
        first = row < first ? row : first;
        last = row;
        most = count > most ? count : most;
    }
    for (unsigned row = first; row <= last && s->reads; row++) {
        uint64_t count = count_power(s, row);
        struct buf limit = { 0 };
        buf_add_uint(&limit, end_of(row * TIMERFD_STEPS + TIMERFD_STEPS - 1));
        buf_add_str(b, "<= ");
        for (size_t i = limit.len; i < 12; i++)
            buf_add_char(b, ' ');
        buf_add(b, limit.data, limit.len);
        buf_finish(&limit);
        buf_add_str(b, " ns ");
        for (uint64_t i = 0; i < (count * BAR + most - 1) / most; i++)
            buf_add_char(b, '#');
        buf_add_char(b, ' ');
        buf_add_uint(b, count);
        buf_add_char(b, '\n');
    }
}

void timerfd_summary_print(struct cli *cli, const struct timerfd_summary *s) {
    struct buf b = { 0 };
    if (!s->buckets || !s->reads)
        return;
    add_line(&b, "reads", s->reads);
    add_line(&b, "expirations", s->expirations);
    add_line(&b, "missed", s->missed);
    add_line(&b, "late_ns_min", (uint64_t)s->min);
    add_line(&b, "late_ns_median", quantile(s, 500));
    add_line(&b, "late_ns_p99", quantile(s, 990));
    add_line(&b, "late_ns_max", (uint64_t)s->max);
    add_histogram(&b, s);
    cli_warn(cli, &b);
    buf_finish(&b);
}
