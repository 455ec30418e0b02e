/* SPDX-License-Identifier: 0BSD
 *
 * libcap without its constructor's system calls.
 *
 * When a program starts, libcap looks for the kernel's last capability: six
 * prctl(2) calls, for a number that few commands need. The linker (--wrap, in
 * meson.build) redirects the function that it calls for them, and the one that
 * returns the number: the search is done when the number is first needed.
 *
 * A libcap that is a shared object does as it likes; the number is the same.
 */
#include <stdatomic.h>
#include <sys/capability.h>
#include <sys/prctl.h>

/* The names are the linker's, and reserved.
 * NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
int __wrap_cap_get_bound(cap_value_t capability);
cap_value_t __wrap_cap_max_bits(void);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

enum { MOST_CAPABILITIES = 64 };

/* For the constructor alone: nothing else calls it. That there are none ends its search. */
int __wrap_cap_get_bound(cap_value_t capability) {
    (void)capability;
    return -1;
}

/* How many the kernel has: those below that number have a bit in the bounding set. */
static cap_value_t count_capabilities(void) {
    cap_value_t low = 0, high = MOST_CAPABILITIES;
    while (low < high) {
        cap_value_t middle = (low + high) / 2;
        if (prctl(PR_CAPBSET_READ, middle, 0, 0, 0) < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return low ? low : CAP_LAST_CAP + 1; /* a sandbox may forbid the call */
}

cap_value_t __wrap_cap_max_bits(void) {
    static _Atomic(cap_value_t) count; /* 0: not counted yet; threads may count at once */
    cap_value_t now = atomic_load_explicit(&count, memory_order_relaxed);
    if (!now) {
        now = count_capabilities();
        atomic_store_explicit(&count, now, memory_order_relaxed);
    }
    return now;
}
