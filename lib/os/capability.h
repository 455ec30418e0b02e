/* SPDX-License-Identifier: 0BSD
 *
 * Capabilities of this process.
 */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/* Returns `capability` (CAP_*) if the effective set of this process lacks it, else -1: the member
 * of struct base_error. */
int os_capability_missing(int capability);

/* ---- system calls, also for a child that shares memory ---- */

/* Sets of capabilities: bit CAP_*. */
struct os_capabilities {
    uint64_t effective, permitted, inheritable;
};

/* The sets of this thread. Return 0, or -errno as capget(2). */
int os_capability_read(struct os_capabilities *c);
int os_capability_write(const struct os_capabilities *c);

enum {
    OS_CAPABILITIES_MAX = 64,
    OS_CAPABILITY_END = 2,
};

/* Whether the bounding set has a capability: 1 or 0; OS_CAPABILITY_END if the kernel has none of
 * this number; or -errno as prctl(2). */
int os_capability_bounding(int capability);

/* ---- for output ---- */

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
