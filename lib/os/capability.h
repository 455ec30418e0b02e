/* SPDX-License-Identifier: 0BSD
 *
 * Capabilities of this process, through libcap.
 */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/* Returns `capability` (CAP_*) if the effective set of this process lacks it, else -1: the member
 * of struct base_error. */
int os_capability_missing(int capability);

/* A set of capabilities: bit CAP_*. */
enum os_capability_set {
    OS_CAP_PERMITTED,
    OS_CAP_EFFECTIVE,
    OS_CAP_INHERITABLE,
    OS_CAP_BOUNDING,
    OS_CAP_AMBIENT,
    OS_CAP_SETS,
};

/* Reads the sets of this process. Returns 0 or -errno. capabilities(7). */
int os_capability_get(uint64_t sets[static OS_CAP_SETS], struct base_error *e);

/* Parses a comma-separated list of names, with or without "cap_" in any case, or numbers; "all"
 * (every bit) or "none". Returns NULL, or the reason why not: "unknown capability". */
const char *os_capability_parse(const char *text, uint64_t *set);

/* Parses libcap's text for the inheritable, ambient and bounding sets (cap_iab_from_text(3)), such
 * as "!cap_chown,^cap_net_raw"; *bounding is what stays. Returns NULL, or the reason why not. */
const char *os_capability_parse_iab(const char *text, uint64_t *inheritable, uint64_t *ambient,
                                    uint64_t *bounding);

/* Appends the name of a capability: "cap_chown", or its number if it has none. */
void os_capability_name(int capability, struct buf *b);
