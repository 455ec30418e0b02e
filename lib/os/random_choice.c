/* SPDX-License-Identifier: 0BSD
 *
 * Determines which of two sources of random bytes is faster.
 */
#include "os/random_choice.h"

bool os_random_choice_timed(const struct os_random_choice *c) {
    return c->timed < OS_RANDOM_TIMED_BLOCKS;
}

bool os_random_choice_next(const struct os_random_choice *c) {
    return os_random_choice_timed(c) ? c->timed % 2 : c->call;
}

static void decide(struct os_random_choice *c) {
    int64_t chosen = c->least_ns[c->call], other = c->least_ns[!c->call];
    int64_t bound = c->decided ? chosen - chosen / 6 : chosen; /* 1 / 1.2 is 1 - 1 / 6 */
    if (other < bound)
        c->call = !c->call;
    c->decided = true;
    c->since_look = 0;
}

static void add_time(struct os_random_choice *c, int64_t ns) {
    unsigned source = c->timed % 2;
    if (c->timed < 2 || ns < c->least_ns[source])
        c->least_ns[source] = ns;
    if (++c->timed == OS_RANDOM_TIMED_BLOCKS)
        decide(c);
}

void os_random_choice_add(struct os_random_choice *c, size_t size, int64_t ns) {
    if (os_random_choice_timed(c)) {
        add_time(c, ns);
        return;
    }
    c->since_look += size;
    if (c->since_look >= OS_RANDOM_LOOK_BYTES)
        c->timed = 0;
}
