/* SPDX-License-Identifier: 0BSD
 *
 * Sets of CPUs from text.
 */
#include <stdint.h>
#include <string.h>

#include "base/codec.h"
#include "os/cpuset.h"

static const char not_cpu_list[] = "not a CPU list";
static const char not_cpu_mask[] = "not a CPU mask";

/* ---- lists ---- */

/* Reads a decimal number; beyond the limit it is OS_CPUS_MAX. Returns false if there is no digit.
 */
static bool scan_cpu(const char **at, uint32_t *number) {
    uint32_t sum = 0;
    if (base_digit(**at) >= 10)
        return false;
    for (; base_digit(**at) < 10; ++*at) {
        sum = sum * 10 + base_digit(**at);
        if (sum > OS_CPUS_MAX)
            sum = OS_CPUS_MAX;
    }
    *number = sum;
    return true;
}

struct cpu_range {
    uint32_t first, last, stride;
};

/* Reads "3", "0-3" or "0-10:2". */
static bool scan_range(const char **at, struct cpu_range *range) {
    if (!scan_cpu(at, &range->first))
        return false;
    range->last = range->first;
    range->stride = 1;
    if (**at != '-')
        return true;
    ++*at;
    if (!scan_cpu(at, &range->last))
        return false;
    if (**at != ':')
        return true;
    ++*at;
    return scan_cpu(at, &range->stride);
}

/* `last` becomes the last CPU that the stride reaches. */
static const char *check_range(struct cpu_range *range) {
    if (range->first >= OS_CPUS_MAX || range->last >= OS_CPUS_MAX)
        return "CPU number too large";
    if (range->first > range->last)
        return "reversed range";
    if (range->stride == 0)
        return "stride of 0";
    range->last -= (range->last - range->first) % range->stride;
    return NULL;
}

/* One pass over a list: without `set` it checks and finds the greatest CPU, so that a list is
 * refused before memory is allocated for it; with `set`, which has room for that CPU, it adds. */
static const char *scan_list(const char *text, struct os_cpuset *set, uint32_t *greatest) {
    for (const char *at = text;; at++) {
        struct cpu_range range;
        if (!scan_range(&at, &range))
            return not_cpu_list;
        const char *reason = check_range(&range);
        if (reason)
            return reason;
        if (range.last > *greatest)
            *greatest = range.last;
        for (uint32_t cpu = range.first; set && cpu <= range.last; cpu += range.stride)
            if (!os_cpuset_add(set, cpu))
                return "out of memory";
        if (!*at)
            return NULL;
        if (*at != ',')
            return not_cpu_list;
    }
}

static const char *parse_list(const char *text, struct os_cpuset *set) {
    uint32_t greatest = 0;
    const char *reason = scan_list(text, NULL, &greatest);
    if (reason)
        return reason;
    if (!os_cpuset_add(set, greatest))
        return "out of memory";
    return scan_list(text, set, &greatest);
}

/* ---- masks ---- */

/* Groups after the first are whole: "0xff,1" would be a guess. Returns the number of hex digits. */
static const char *check_mask(const char *hex, size_t *digits) {
    *digits = 0;
    for (const char *group = hex;; group++) {
        size_t len = strspn(group, "0123456789abcdefABCDEF");
        if (len == 0 || (group != hex && len != 8))
            return not_cpu_mask;
        *digits += len;
        if (!group[len])
            return NULL;
        if (group[len] != ',' || len > 8)
            return not_cpu_mask;
        group += len;
    }
}

/* The greatest CPU comes first, and makes room for the others. */
static const char *parse_mask(const char *hex, struct os_cpuset *set) {
    size_t digits;
    const char *reason = check_mask(hex, &digits);
    if (reason)
        return reason;
    for (; *hex == '0' || *hex == ','; hex++)
        digits -= *hex == '0';
    if (digits == 0)
        return "no CPU in the mask";
    if (digits > OS_CPUS_MAX / 4)
        return "CPU number too large";
    for (; *hex; hex++) {
        if (*hex == ',')
            continue;
        digits--;
        for (unsigned bit = 4; bit-- > 0;)
            if (base_digit(*hex) >> bit & 1 && !os_cpuset_add(set, digits * 4 + bit))
                return "out of memory";
    }
    return NULL;
}

const char *os_cpuset_parse(const char *text, struct os_cpuset *set) {
    struct os_cpuset parsed = { 0 };
    if (!*text)
        return "empty";
    bool mask = text[0] == '0' && (text[1] | 0x20) == 'x';
    const char *reason = mask ? parse_mask(text + 2, &parsed) : parse_list(text, &parsed);
    if (reason) {
        os_cpuset_finish(&parsed);
        return reason;
    }
    os_cpuset_finish(set);
    *set = parsed;
    return NULL;
}
