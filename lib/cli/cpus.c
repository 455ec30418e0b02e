/* SPDX-License-Identifier: 0BSD
 *
 * CPU lists and masks.
 */
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cpus.h"
#include "cli/parse.h"

static const char not_cpu_list[] = "not a CPU list";
static const char not_cpu_mask[] = "not a CPU mask";

enum { LONG_BITS = sizeof(long) * CHAR_BIT };

static const char *cpus_reserve(struct cli_cpus *cpus, uint32_t greatest) {
    size_t words = greatest / LONG_BITS + 1;
    unsigned long *bits = calloc(words, sizeof *bits);
    if (!bits)
        return "out of memory";
    cpus->bits = bits;
    cpus->words = words;
    return NULL;
}

static void cpus_add(struct cli_cpus *cpus, uint32_t cpu, unsigned long bits) {
    cpus->bits[cpu / LONG_BITS] |= bits << cpu % LONG_BITS;
}

/* Reads a decimal number; above the limit it stays at CLI_CPUS_MAX. False: no digit. */
static bool scan_cpu(const char **at, uint32_t *number) {
    uint32_t sum = 0;
    if (cli_digit(**at) >= 10)
        return false;
    for (; cli_digit(**at) < 10; ++*at) {
        sum = sum * 10 + cli_digit(**at);
        if (sum > CLI_CPUS_MAX)
            sum = CLI_CPUS_MAX;
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

/* `last` becomes the last CPU that the stride meets. */
static const char *check_range(struct cpu_range *range) {
    if (range->first >= CLI_CPUS_MAX || range->last >= CLI_CPUS_MAX)
        return "CPU number too large";
    if (range->first > range->last)
        return "reversed range";
    if (range->stride == 0)
        return "stride of 0";
    range->last -= (range->last - range->first) % range->stride;
    return NULL;
}

/* One pass over a list: without `cpus` it checks and finds the greatest CPU, so that a list is
 * refused before memory is taken for it; with `cpus` it fills. */
static const char *walk_list(const char *text, struct cli_cpus *cpus, uint32_t *greatest) {
    for (const char *at = text;; at++) {
        struct cpu_range range;
        if (!scan_range(&at, &range))
            return not_cpu_list;
        const char *reason = check_range(&range);
        if (reason)
            return reason;
        if (range.last > *greatest)
            *greatest = range.last;
        for (uint32_t cpu = range.first; cpus && cpu <= range.last; cpu += range.stride)
            cpus_add(cpus, cpu, 1);
        if (!*at)
            return NULL;
        if (*at != ',')
            return not_cpu_list;
    }
}

static const char *parse_list(const char *text, struct cli_cpus *cpus) {
    uint32_t greatest = 0;
    const char *reason = walk_list(text, NULL, &greatest);
    if (!reason)
        reason = cpus_reserve(cpus, greatest);
    if (!reason)
        reason = walk_list(text, cpus, &greatest);
    return reason;
}

/* Groups after the first are whole: "0xff,1" would be a guess. The count of hex digits. */
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

static const char *parse_mask(const char *hex, struct cli_cpus *cpus) {
    size_t digits;
    const char *reason = check_mask(hex, &digits);
    if (reason)
        return reason;
    for (; *hex == '0' || *hex == ','; hex++)
        digits -= *hex == '0';
    if (digits == 0)
        return "no CPU in the mask";
    if (digits > CLI_CPUS_MAX / 4)
        return "CPU number too large";
    unsigned top = 31U - (unsigned)__builtin_clz(cli_digit(*hex));
    reason = cpus_reserve(cpus, (uint32_t)(digits - 1) * 4 + top);
    for (; !reason && *hex; hex++)
        if (*hex != ',')
            cpus_add(cpus, (uint32_t)--digits * 4, cli_digit(*hex));
    return reason;
}

const char *cli_parse_cpus(const char *text, struct cli_cpus *cpus) {
    if (!*text)
        return "empty";
    if (text[0] == '0' && (text[1] | 0x20) == 'x')
        return parse_mask(text + 2, cpus);
    return parse_list(text, cpus);
}

void cli_cpus_finish(struct cli_cpus *cpus) {
    free(cpus->bits);
    *cpus = (struct cli_cpus){ 0 };
}
