/* SPDX-License-Identifier: 0BSD
 *
 * libcap without its constructor's system calls.
 *
 * When a program starts, libcap looks for the kernel's last capability: six
 * prctl(2) calls, for a number that few commands need. The linker (--wrap, in
 * meson.build) redirects the functions that it calls, and the one that returns
 * the number: the search is done when the number is first needed. So the part of
 * libcap that changes processes is not linked, nor are the many functions of the
 * C library that it needs, each of which would be looked up at every start.
 *
 * A libcap that is a shared object is not affected; the number is the same.
 */
#include <stdatomic.h>
#include <sys/capability.h>

#include "os/capability.h"
#include "os/proc.h"

/* The names are the linker's and reserved.
 * NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
int __wrap_cap_get_bound(cap_value_t capability);
cap_value_t __wrap_cap_max_bits(void);
void __wrap_cap_set_syscall(long (*call)(long, long, long, long),
                            long (*call6)(long, long, long, long, long, long, long));
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* Only the constructor calls this. Reporting no capabilities ends its search. */
int __wrap_cap_get_bound(cap_value_t capability) {
    (void)capability;
    return -1;
}

/* Also for the constructor alone, which asks for the calls that are the default. */
void __wrap_cap_set_syscall(long (*call)(long, long, long, long),
                            long (*call6)(long, long, long, long, long, long, long)) {
    (void)call;
    (void)call6;
}

/* Where prctl(2) fails: a sandbox may forbid it. */
static cap_value_t read_count(void) {
    int64_t last = 0;
    os_read_number("/proc/sys/kernel/cap_last_cap", &last);
    return last > 0 && last < OS_CAPABILITIES_MAX ? (cap_value_t)last + 1 : CAP_LAST_CAP + 1;
}

/* How many the kernel has. */
static cap_value_t count_capabilities(void) {
    cap_value_t low = 0, high = OS_CAPABILITIES_MAX;
    while (low < high) {
        cap_value_t middle = (low + high) / 2;
        int r = os_capability_bounding(middle);
        if (r < 0)
            return read_count();
        if (r == OS_CAPABILITY_END)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
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
